"""The Linux driver against a host of the lab: what ifupdown2 and the kernel really do."""

import pytest
from napalm.base.exceptions import CommitError, ReplaceConfigException

pytestmark = [
    pytest.mark.root,
    pytest.mark.needs("ifreload", "ifupdown2"),
    pytest.mark.needs("lldpd", "lldpd"),
    pytest.mark.needs("sshd", "openssh-server"),
    pytest.mark.needs("bgpd", "frr"),
]

INTERFACES = """\
auto eth1
iface eth1
    alias leaf1 swp3
    address 10.1.0.1/31
    mtu 9000
    up ip route replace 10.0.0.0/12 via 10.1.0.0 dev $IFACE src 10.1.0.1 metric 1
    up ip route replace 10.0.0.0/12 via 10.1.0.0 dev $IFACE src 10.1.0.1 table 1001
    up ip rule del pref 1001; ip rule add pref 1001 from 10.1.0.1 lookup 1001

auto eth2
iface eth2
    mtu 9000
    link-down yes
"""
OWN = "/etc/network/interfaces.d/netgen"
SYSCTL = "net.ipv4.conf.all.arp_ignore = 1\nnet.ipv4.conf.all.rp_filter = 2\n"
FILES = {"interfaces": INTERFACES, "sysctl.conf": SYSCTL}
RENUMBERED = {**FILES, "interfaces": INTERFACES.replace("10.0.0.0/12", "10.16.0.0/12").replace("1001", "1007")}


def shell(driver, command):
    return driver._ask("/bin/sh", "-c", command)


def kernel(driver):
    routing = "ip rule; ip route show table 1001; ip route show table 1007; ip route"
    return shell(driver, f"{routing}; ip -br address show scope global; ip -o link | cut -d' ' -f2-5")


@pytest.fixture
def host(bench):
    with bench.driver("host1") as driver:
        driver.load_replace_artifacts(FILES)
        driver.commit_config()
        yield driver


def test_a_second_look_finds_nothing(host):
    assert host.compare_config() == ""
    assert host.get_kernel_next_hops("10.0.0.0/12") == {"10.0.0.0/12": [{"gateway": "10.1.0.0", "interface": "eth1"}]}
    assert host.get_route_to("10.0.0.0/12")["10.0.0.0/12"][0]["outgoing_interface"] == "eth1"
    assert host.get_interfaces()["eth2"]["is_enabled"] is False
    facts = host.get_facts()
    assert (facts["serial_number"], facts["os_version"], facts["vendor"]) == ("SN-HOST1", "12", "Debian")


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("ip link set eth1 mtu 1500", ["-    mtu 1500", "+    mtu 9000"]),
        ("ip link set eth1 alias other", ["-    alias other", "+    alias leaf1 swp3"]),
        ("ip link set eth2 up", ["-    link-down no", "+    link-down yes"]),
        ("ip address add 10.9.0.1/24 dev eth1", ["-    address 10.9.0.1/24"]),
        (
            "ip route del 10.0.0.0/12 metric 1",
            ["+    up ip route replace 10.0.0.0/12 via 10.1.0.0 dev $IFACE src 10.1.0.1 metric 1"],
        ),
        (
            "ip rule del pref 1001",
            ["+    up ip rule del pref 1001; ip rule add pref 1001 from 10.1.0.1 lookup 1001"],
        ),
        (
            "sysctl -qw net.ipv4.conf.all.rp_filter=0",
            ["-net.ipv4.conf.all.rp_filter = 0", "+net.ipv4.conf.all.rp_filter = 2"],
        ),
    ],
)
def test_what_was_changed_by_hand_shows_and_is_mended(host, command, expected):
    shell(host, command)
    changed = [
        line for line in host.compare_config().splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")
    ]
    assert changed == expected
    host.commit_config()
    assert host.compare_config() == ""


def test_routes_and_rules_of_lines_that_are_gone_are_gone(host):
    before = kernel(host)
    host.load_replace_artifacts(RENUMBERED)
    host.commit_config(revert_in=600)
    assert "10.0.0.0/12" not in kernel(host)
    assert "1001:" not in kernel(host)
    assert host.compare_config() == ""
    host.rollback()
    assert kernel(host) == before


def test_rollback_brings_back_what_was_set_by_hand(host):
    shell(
        host, "ip address add 10.9.0.1/24 dev eth1; ip route add 10.88.0.0/16 via 10.9.0.2; ip link set eth1 mtu 4000"
    )
    before = kernel(host)
    host.load_replace_artifacts(RENUMBERED)
    host.commit_config()
    host.rollback()
    assert kernel(host) == before


def test_an_interface_that_is_not_there_is_an_error(host):
    before = kernel(host)
    host.load_replace_artifacts(
        {**RENUMBERED, "interfaces": RENUMBERED["interfaces"] + "\nauto eth9\niface eth9\n    mtu 9000\n"}
    )
    with pytest.raises(CommitError, match="the device has no interface eth9"):
        host.commit_config()
    assert kernel(host) == before


def test_an_artifact_that_is_not_named_is_left_alone(host):
    host.load_replace_artifacts({"sysctl.conf": SYSCTL + "net.ipv4.conf.all.arp_announce = 2\n"})
    assert "interfaces" not in host.compare_config()
    host.commit_config()
    assert host.compare_config() == ""
    assert shell(host, f"cat {OWN}") == INTERFACES


def test_interfaces_of_the_hosts_own_are_left_alone(host):
    kept = shell(host, "cat /etc/network/interfaces")
    files, renumbered = (
        {**each, "interfaces": each["interfaces"].partition("auto eth2")[0]} for each in (FILES, RENUMBERED)
    )
    host.load_replace_artifacts(files)
    host.commit_config()
    shell(host, "ip address add 10.5.0.1/24 dev eth2")  # in no file
    shell(host, "printf 'auto dummy\\niface dummy\\n    address 10.6.0.1/24\\n' >>/etc/network/interfaces")
    try:
        assert host.compare_config() == ""
        host.load_replace_artifacts(renumbered)
        host.commit_config(revert_in=600)
        shell(host, "ip address add 10.5.1.1/24 dev eth2")
        host.rollback()
        shown = shell(host, "ip -br address show dev eth2; cat /etc/network/interfaces")
        assert all(text in shown for text in ("10.5.0.1/24", "10.5.1.1/24", "10.6.0.1/24"))
    finally:
        shell(host, f"cat >/etc/network/interfaces <<'E'\n{kept}E\nip address flush dev eth2")


def test_a_host_that_does_not_read_netgens_file_is_refused(host):
    shell(host, "sed -i.kept 's/^source/#source/' /etc/network/interfaces")
    try:
        with pytest.raises(ReplaceConfigException, match='give it the line "source /etc/network/interfaces'):
            host.load_replace_artifacts(FILES)
    finally:
        shell(host, "mv /etc/network/interfaces.kept /etc/network/interfaces")


def test_its_command_line_is_the_shell(host):
    assert host.cli(["uname -n"]) == {"uname -n": "host1\n"}
    assert host.get_config()["startup"].startswith(f"# {OWN}\n{INTERFACES}")
