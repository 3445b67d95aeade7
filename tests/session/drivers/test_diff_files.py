"""Files, and what runs with them, against a candidate."""

import json

from hypothesis import given
from hypothesis import strategies as st

from netgen.session.drivers.agent import mask, parse_parts
from netgen.session.drivers.diff_files import interfaces_diff, parse_interfaces, parse_sysctl, sysctl_diff, text_diff

INTERFACES = """\
source /etc/network/interfaces.d/*

auto lo
iface lo inet loopback

auto eth1
iface eth1
    alias leaf1 swp3
    address 10.1.0.1/31
    mtu 9000
    up ip route replace 10.0.0.0/12 via 10.1.0.0 dev $IFACE src 10.1.0.1 metric 1
    up ip rule del pref 1001; ip rule add pref 1001 from 10.1.0.1 lookup 1001
"""
ROUTES = [{"dst": "10.0.0.0/12", "gateway": "10.1.0.0", "dev": "eth1", "metric": 1}]
RULES = [{"priority": 1001, "src": "10.1.0.1", "table": "1001"}]


def interfaces(candidate=INTERFACES, base=INTERFACES, config=(), status=(), routes=ROUTES, rules=RULES):
    checked = [{"name": "eth1", "config": dict(config), "config_status": dict(status)}]
    parts = {"checked": json.dumps(checked), "routes": json.dumps(routes), "rules": json.dumps(rules)}
    return interfaces_diff(candidate, parts | ({"base": base} if base is not None else {})).splitlines()[2:]


def test_nothing_differs():
    assert interfaces(config={"mtu": "9000"}, status={"mtu": "pass"}) == []


def test_another_value_on_the_link():
    assert interfaces(config={"mtu": "1500"}, status={"mtu": "fail"}) == [
        " iface eth1",
        "-    mtu 1500",
        "+    mtu 9000",
    ]


def test_an_address_that_is_gone_and_one_too_many():
    config = {"address": ["10.1.0.1/31", "10.99.0.1/24"]}
    assert interfaces(config=config, status={"address": ["fail", "fail"]}) == [
        " iface eth1",
        "+    address 10.1.0.1/31",
        "-    address 10.99.0.1/24",
    ]


def test_a_route_and_a_rule_that_are_gone():
    lines = INTERFACES.splitlines()
    assert interfaces(routes=[], rules=[]) == [" iface eth1", f"+{lines[-2]}", f"+{lines[-1]}"]


def test_what_the_candidate_changes_anyway_is_told_once():
    candidate = INTERFACES.replace("9000", "9216")
    lines = interfaces(candidate, config={"mtu": "1500"}, status={"mtu": "fail"})
    assert [line for line in lines if line[:1] in "+-"] == [
        "-    mtu 9000",
        "+    mtu 9216",
        "--- interfaces (live)",
        "+++ interfaces (candidate)",
        "-    mtu 1500",
    ]


def test_without_a_file_all_is_new():
    lines = interfaces(base=None)
    assert all(line.startswith(("+", "@@")) for line in lines)
    assert len(lines) == len(INTERFACES.splitlines()) + 1


def test_stanzas_end_where_the_next_begins():
    assert parse_interfaces(INTERFACES)["lo"] == []
    assert parse_interfaces(INTERFACES)["eth1"][2] == ("mtu", "9000")


def test_sysctl_live_value():
    text = "# x\nnet.ipv4.ip_forward = 1\nnet.ipv4.tcp_rmem = 4096 87380 6291456\n"
    assert (
        sysctl_diff(
            text, {"base": text, "values": "net.ipv4.ip_forward = 1\nnet.ipv4.tcp_rmem = 4096\t87380\t6291456\n"}
        )
        == ""
    )
    drift = sysctl_diff(
        text, {"base": text, "values": "net.ipv4.ip_forward = 0\nnet.ipv4.tcp_rmem = 4096\t87380\t6291456\n"}
    )
    assert drift.splitlines()[2:] == ["-net.ipv4.ip_forward = 0", "+net.ipv4.ip_forward = 1"]


def test_sysctl_key_that_the_kernel_does_not_know():
    text = "net.ipv4.no_such = 1\n"
    assert sysctl_diff(text, {"base": text, "values": ""}).splitlines()[2:] == ["+net.ipv4.no_such = 1"]


def test_sysctl_spellings_of_a_key():
    assert parse_sysctl("net/ipv4/conf/eth0.100/rp_filter=2") == {"net.ipv4.conf.eth0/100.rp_filter": "2"}
    assert parse_sysctl("-net.ipv4.ip_forward= 1\n;no\n") == {"net.ipv4.ip_forward": "1"}


def test_text():
    assert text_diff("interfaces", "a\n", "a\n") == ""
    assert text_diff("interfaces", "", "a\n").splitlines()[-1] == "+a"


@given(st.dictionaries(st.sampled_from(["base", "running", "values"]), st.text(), max_size=3))
def test_parts_of_any_content_are_told_apart(parts):
    answer = "".join(f"frr.conf {name} {len(text.encode())}\n{text}" for name, text in parts.items())
    assert parse_parts(answer) == ({"frr.conf": parts} if parts else {})


def test_messages_hide_secrets():
    assert mask("line 4: neighbor swp1 password s3cret") == "line 4: neighbor swp1 password ********"
    assert mask(" set community 65000:1 additive") == " set community 65000:1 additive"
