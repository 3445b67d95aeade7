"""AS numbers: one mistake, one finding."""

import pytest

from tests.rules.intents import findings, least

SPEAKING = {"hosts": "10.0.0.0/16", "loopbacks": "10.255.0.0/24", "host-loopbacks": "10.254.0.0/24"}


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


@pytest.mark.parametrize(
    ("asn", "code", "key"),
    [
        ({"hosts": 13335}, "NG414", "hosts"),
        ({"base": 4_294_000_000}, "NG414", "base"),
        ({"hosts": 4_200_010_000}, "NG415", "hosts"),
        ({"base": 64_512, "hosts": 64_513}, "NG415", "hosts"),
        ({"base": 64_512, "hosts": 65_532}, "NG414", "hosts"),
    ],
)
def test_a_wrong_number_of_the_hosts_is_told_once(asn, code, key):
    [finding] = findings(least("eos", asn=asn, attach="host-bgp", pools=SPEAKING))
    assert (finding.code, finding.path) == (code, ("fabrics", "compute", "asn", key))


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"attach": "host-bgp"}, ("attach",)),
        ({"attach": "host-bgp", "pools": SPEAKING, "asn": {"base": 64_512}}, ("attach",)),
        ({"attach": "svi", "pools": SPEAKING}, ("pools", "host-loopbacks")),
        ({"asn": {"hosts": 4_201_000_000}}, ("asn", "hosts")),
    ],
)
def test_numbers_of_hosts_go_with_their_attachment(changes, key):
    [finding] = findings(least("eos", **changes))
    assert (finding.code, finding.path) == ("NG429", ("fabrics", "compute", *key))


@pytest.mark.parametrize(
    ("pool", "code"),
    [("10.254.0.0/30", "NG412"), ("10.255.0.0/25", "NG413"), ("169.254.0.0/24", "NG427")],
)
def test_the_pool_of_hosts_loopbacks_is_checked_as_the_others_are(pool, code):
    written = least("eos", attach="host-bgp", pools={**SPEAKING, "host-loopbacks": pool})
    [finding] = findings(written)
    assert (finding.code, finding.path) == (code, ("fabrics", "compute", "pools", "host-loopbacks"))


@pytest.mark.parametrize("asn", [{}, {"base": 64_512, "hosts": 65_000}])
def test_hosts_that_speak_are_accepted(asn):
    assert findings(least("eos", attach="host-bgp", pools=SPEAKING, asn=asn)) == []


def test_a_spine_has_a_path_to_each_nic_of_a_host():
    written = least("eos", attach="host-bgp", pools=SPEAKING)
    written["fabrics"]["compute"]["spine"]["ecmp"] = 3
    [finding] = findings(written)
    assert (finding.code, finding.path) == ("NG423", ("fabrics", "compute", "spine", "ecmp"))


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
