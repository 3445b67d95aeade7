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


@pytest.mark.parametrize(("key", "words"), [("ntp", "time server"), ("syslog", "log server"), ("dns", "name server")])
def test_a_server_has_no_address_of_a_fabric(key, words):
    written = least("eos")
    written["management"][key] = ["172.20.0.5", "10.0.0.1"]
    [finding] = findings(written)
    assert (finding.code, finding.path) == ("NG413", ("management", key))
    assert finding.message == f"the {words} 10.0.0.1 has an address of 10.0.0.0/16"
    assert finding.related == ((("fabrics", "compute", "pools", "hosts"), "the pool"),)


def test_a_server_and_the_gateway_keep_their_addresses():
    for key, value in (("gateway", "172.20.0.12"), ("ntp", ["172.20.0.12"])):
        written = least("eos")
        written["management"][key] = value
        [finding] = findings(written)
        assert (finding.code, finding.path[0]) == ("NG419", "management")
