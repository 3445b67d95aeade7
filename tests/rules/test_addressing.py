"""AS numbers: one mistake, one finding."""

import pytest

from tests.rules.intents import findings, least


@pytest.mark.parametrize(
    ("asn", "code", "key"),
    [
        ({"base": 13335}, "NG414", "base"),
        ({"base": 65_500}, "NG414", "base"),
        ({"base": 64_512, "leaves": 13335}, "NG414", "leaves"),
        ({"base": 4_294_967_293}, "NG414", "base"),
        ({"base": 4_200_000_000, "leaves": 4_200_000_001}, "NG415", "leaves"),
    ],
)
def test_a_wrong_number_is_told_once(asn, code, key):
    [finding] = findings(least("eos", asn=asn))
    assert (finding.code, finding.path) == (code, ("fabrics", "compute", "asn", key))


def test_one_number_is_no_range():
    [finding] = findings(least("eos", asn={"base": 4_200_000_000, "leaves": 4_200_000_001}))
    assert finding.message == "the leaves' AS numbers 4200000001-4200000004 include the spines' 4200000001"
