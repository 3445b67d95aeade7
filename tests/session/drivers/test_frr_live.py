"""The FRR driver against real FRR, ifupdown2 and sysctl on a node of the lab: differences, refusals, what it says."""

import pytest
from napalm.base.exceptions import ConnectionException, ReplaceConfigException

from tests.frr_leaf import CHANGED, FILES, FRR, INTERFACES, SYSCTL, changed_lines, configure, running, saved, shell

pytestmark = [
    pytest.mark.root,
    pytest.mark.needs("bgpd", "frr"),
    pytest.mark.needs("frr-reload.py", "frr-pythontools"),
    pytest.mark.needs("ifreload", "ifupdown2"),
    pytest.mark.needs("lldpd", "lldpd"),
    pytest.mark.needs("sshd", "openssh-server"),
]


def test_from_empty_and_then_nothing_differs(bench):
    with bench.driver("spine1") as spine:
        files = {**FILES, "frr.conf": FRR.replace("leaf1", "spine1")}
        files["interfaces"] = INTERFACES.replace("swp3", "swp2")
        spine.load_replace_artifacts(files)
        first = spine.compare_config()
        assert "+router bgp 4200000101" in first
        assert "+  maximum-paths 64" in first
        assert "+    mtu 9000" in first
        assert "+net.ipv4.fib_multipath_hash_policy = 1" in first
        spine.commit_config("from empty")
        assert spine.compare_config() == ""
        assert saved(spine) == [files["frr.conf"], files["interfaces"], files["sysctl.conf"]]
        assert shell(spine, "stat -c '%U:%G %a' /etc/frr/frr.conf").strip() == "frr:frr 640"
        assert shell(spine, "stat -c '%u %a' /var/lib/netgen").strip() == "0 700"


def test_a_line_by_hand_is_the_only_line_of_the_diff(leaf):
    configure(leaf, "router bgp 4200000101", "neighbor 10.9.9.9 remote-as 65999")
    diff = leaf.compare_config()
    assert changed_lines(diff) == ["- neighbor 10.9.9.9 remote-as 65999"]
    assert " router bgp 4200000101" in diff.splitlines()
    leaf.commit_config()
    assert leaf.compare_config() == ""


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["ip prefix-list LOOPBACKS seq 10 permit any"], ["-ip prefix-list LOOPBACKS seq 10 permit any"]),
        (["no ip prefix-list LOOPBACKS seq 5"], ["+ip prefix-list LOOPBACKS seq 5 permit 10.255.0.0/16 ge 32"]),
        (["route-map CONNECTED permit 10", "set metric 5"], ["- set metric 5"]),
        (
            ["router bgp 4200000101", "neighbor swp1 description wrong"],
            ["- neighbor swp1 description wrong", "+ neighbor swp1 description spine1:swp1"],
        ),
        # FRR then no longer shows what the default implies
        (
            ["router bgp 4200000101", "bgp default ipv4-unicast"],
            ["+ no bgp default ipv4-unicast", "+  neighbor SPINES activate"],
        ),
        (
            ["router bgp 4200000101", "address-family ipv4 unicast", "neighbor SPINES route-map CONNECTED out"],
            ["-  neighbor SPINES route-map CONNECTED out"],
        ),
        (
            ["router bgp 4200000101", "neighbor swp2 interface peer-group SPINES", "neighbor swp2 description x"],
            ["- neighbor swp2 interface peer-group SPINES", "- neighbor swp2 description x"],
        ),
        (["ip route 10.77.0.0/16 blackhole"], ["-ip route 10.77.0.0/16 blackhole"]),
        (["interface swp2", "description x"], ["- description x"]),
    ],
)
def test_what_was_typed_is_what_differs(leaf, lines, expected):
    configure(leaf, *lines)
    assert changed_lines(leaf.compare_config()) == expected


def test_what_was_changed_in_the_kernel_shows(leaf):
    shell(leaf, "ip link set swp3 mtu 1400; ip address add 10.99.0.1/24 dev swp2; ip address del 10.1.0.0/31 dev swp3")
    shell(leaf, "sysctl -qw net.ipv4.fib_multipath_hash_policy=0")
    diff = leaf.compare_config()
    assert sorted(changed_lines(diff)) == sorted(
        [
            "-    mtu 1400",
            "+    mtu 9000",
            "-    address 10.99.0.1/24",
            "+    address 10.1.0.0/31",
            "-net.ipv4.fib_multipath_hash_policy = 0",
            "+net.ipv4.fib_multipath_hash_policy = 1",
        ]
    )
    leaf.commit_config()
    assert leaf.compare_config() == ""


def test_an_edited_file_that_was_not_loaded_shows(leaf):
    shell(
        leaf, "echo 'ip route 10.88.0.0/16 blackhole' >> /etc/frr/frr.conf; echo '# by hand' >> /etc/network/interfaces"
    )
    assert changed_lines(leaf.compare_config()) == ["-# by hand", "-ip route 10.88.0.0/16 blackhole"]


@pytest.mark.parametrize(
    ("artifact", "text", "said"),
    [
        ("frr.conf", FRR.replace(" bgp router-id", " bgp ruoter-id"), "ruoter-id"),
        ("interfaces", "bogus line\n" + INTERFACES, "bogus"),
        ("sysctl.conf", SYSCTL + "net.ipv4.ip_forward\n", "net.ipv4.ip_forward"),
    ],
)
def test_a_syntax_error_is_refused_and_nothing_changes(leaf, artifact, text, said):
    before = running(leaf), saved(leaf)
    with pytest.raises(ReplaceConfigException, match=said) as refusal:
        leaf.load_replace_artifacts({**CHANGED, artifact: text})
    assert artifact in str(refusal.value)
    assert (running(leaf), saved(leaf)) == before
    with pytest.raises(ReplaceConfigException, match="no candidate"):
        leaf.commit_config()


def test_an_unknown_artifact_is_refused(leaf):
    with pytest.raises(
        ReplaceConfigException, match=r"no artifact daemons: there are interfaces, sysctl.conf, frr.conf"
    ):
        leaf.load_replace_artifacts({"daemons": "bgpd=yes\n"})


def test_what_runs_can_be_loaded_again(leaf):
    configure(leaf, "ip route 10.66.0.0/16 blackhole")
    leaf.load_replace_artifacts(leaf.get_artifacts())
    assert leaf.compare_config().splitlines()[2:] == ["+ip route 10.66.0.0/16 blackhole"]  # it runs, but was not saved


def test_a_refused_secret_is_not_repeated(leaf):
    text = FRR.replace(" neighbor SPINES bfd\n", " neighbor SPINES password canary-7f3a extra\n")
    with pytest.raises(ReplaceConfigException) as refusal:
        leaf.load_replace_artifacts({"frr.conf": text})
    assert "canary-7f3a" not in str(refusal.value)
    leaf.load_replace_artifacts(
        {"frr.conf": FRR.replace(" neighbor SPINES bfd\n", " neighbor SPINES password canary-7f3a\n")}
    )
    assert "canary-7f3a" in leaf.compare_config()
    assert "canary-7f3a" not in shell(leaf, "ps ax")
    leaf.commit_config()
    assert "canary-7f3a" not in leaf.get_config(sanitized=True)["running"]
    assert shell(leaf, "grep -rl canary-7f3a /var/log /run || true").strip() == ""


def test_a_strangers_host_key_is_refused(bench, tmp_path):
    known = (bench.directory / "ssh/known_hosts").read_text().splitlines()
    places, keys = [line.split()[0] for line in known], [line.split()[1:] for line in known]
    swapped = tmp_path / "swapped"
    swapped.write_text(
        "".join(f"{place} {' '.join(key)}\n" for place, key in zip(places, keys[1:] + keys[:1], strict=True))
    )
    with pytest.raises(ConnectionException, match="host key is not the one"):
        bench.driver("leaf1", known_hosts=str(swapped)).open()
    empty = tmp_path / "empty"
    empty.write_text("")
    with pytest.raises(ConnectionException, match="host key is not in"):
        bench.driver("leaf1", known_hosts=str(empty)).open()
    with pytest.raises(ConnectionException, match="no file of known hosts"):
        bench.driver("leaf1", known_hosts=str(tmp_path / "absent")).open()
    with bench.driver("leaf1", known_hosts=str(empty), insecure_host_key=True) as driver:
        assert driver.is_alive()["is_alive"]


def test_a_lost_connection_says_so(leaf, bench):
    bench.inject("management-down", "leaf1")
    try:
        with pytest.raises(ConnectionException, match="connection"):
            leaf.compare_config()
        leaf.close()
    finally:
        bench.inject("management-up", "leaf1")
    leaf.open()


def test_what_it_says_of_itself(leaf, eventually, bench):
    facts = leaf.get_facts()
    assert (facts["hostname"], facts["serial_number"], facts["model"]) == ("leaf1", "SN-LEAF1", "test-switch")
    assert facts["os_version"] == "8.4.4"
    assert {"swp1", "swp2", "swp3"} < set(facts["interface_list"])
    assert leaf.get_interfaces()["swp3"]["mtu"] == 9000
    assert leaf.get_interfaces()["swp1"]["description"] == "spine1:swp1"
    assert leaf.get_interfaces_ip()["swp3"]["ipv4"] == {"10.1.0.0": {"prefix_length": 31}}
    eventually(lambda: leaf.get_lldp_neighbors().get("swp1") == [{"hostname": "spine1", "port": "swp1"}])
    with bench.driver("spine1") as spine:
        spine_frr = (
            FRR.replace("leaf1", "spine1").replace("4200000101", "4200000001").replace("10.255.0.1", "10.255.1.1")
        )
        interfaces = INTERFACES.split("auto swp2", maxsplit=1)[0].replace("10.255.0.1", "10.255.1.1")
        spine.load_replace_artifacts({"frr.conf": spine_frr, "interfaces": interfaces, "sysctl.conf": SYSCTL})
        spine.commit_config()
    seen = []

    def is_up():
        seen.append(leaf.get_bgp_neighbors()["global"]["peers"]["swp1"])
        return seen[-1]["is_up"]

    eventually(is_up)
    peer = seen[-1]
    assert (peer["local_as"], peer["remote_as"], peer["remote_id"]) == (4200000101, 4200000001, "10.255.1.1")
    assert peer["description"] == "spine1:swp1"
    eventually(lambda: "10.255.1.1/32" in leaf.get_kernel_next_hops())
    assert [hop["interface"] for hop in leaf.get_kernel_next_hops("10.255.1.1")["10.255.1.1/32"]] == ["swp1"]
    (route,) = leaf.get_route_to("10.255.1.1/32")["10.255.1.1/32"]
    assert (route["protocol"], route["outgoing_interface"], route["current_active"]) == ("BGP", "swp1", True)
    assert peer["address_family"]["ipv4"]["received_prefixes"] in {0, 1}
    assert "BGP router identifier" in leaf.cli(["show bgp summary"])["show bgp summary"]
    assert leaf.ping("127.0.0.1", count=2)["success"]["packet_loss"] == 0
