"""Faults injected into real nodes show where they must, and can be mended."""

import json
import subprocess

import pytest

from netgen.lab import lab
from netgen.lab.errors import LabError
from netgen.lab.faults import FAULTS

pytestmark = [
    pytest.mark.root,
    pytest.mark.needs("zebra", "frr"),
    pytest.mark.needs("lldpd", "lldpd"),
    pytest.mark.needs("sshd", "openssh-server"),
    pytest.mark.needs("ifreload", "ifupdown2"),
]


def carrier(up, node, port):
    (link,) = json.loads(up.output(node, f"ip -j link show dev {port}"))
    return "LOWER_UP" in link["flags"]


@pytest.fixture
def up(shared_lab):
    """The shared lab, which every test must leave unbroken."""
    yield shared_lab
    assert lab.status(shared_lab.directory).faults == ()


@pytest.fixture
def session(shared_lab):
    """An open SSH session on leaf1 that also left something running."""
    command = "setsid sleep 900 > /dev/null 2>&1 < /dev/null & echo in; sleep 1000"
    process = subprocess.Popen(
        [*shared_lab.ssh_command(), "leaf1", command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout.readline() == b"in\n"
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=120)
        shared_lab.ssh("leaf1", "pkill sleep")


def test_management_down_refuses_and_cuts(up, session):
    up.inject("management-down", "leaf1")
    try:
        assert session.wait(120) == 255
        refused = up.ssh("leaf1", "true")
        assert refused.returncode == 255
        assert "Connection refused" in refused.stderr
        assert up.state("leaf1") == "unreachable"
        assert up.output("leaf2", "hostname") == "leaf2\n"
    finally:
        up.inject("management-up", "leaf1")
    assert up.state("leaf1") == "up"
    assert "sleep 900" in up.output("leaf1", "ps -eo args=")


def test_silent_management_hangs_and_comes_back(up, session):
    up.inject("management-silent", "leaf1")
    try:
        silent = up.ssh("leaf1", "true", "-o", "ConnectTimeout=2")
        assert silent.returncode == 255
        assert "timed out" in silent.stderr
        assert session.poll() is None
    finally:
        up.inject("management-up", "leaf1")
    assert up.output("leaf1", "hostname") == "leaf1\n"
    assert session.poll() is None


def test_one_way_of_losing_management_follows_another(up):
    for fault in ("management-down", "management-silent", "management-down", "management-up", "management-up"):
        up.inject(fault, "leaf1")
    assert up.output("leaf1", "hostname") == "leaf1\n"


def test_a_pulled_cable_takes_the_carrier_of_both_ends_and_nothing_else(up):
    up.output("leaf1", "ip addr add 192.0.2.1/31 dev swp1")
    said = up.inject("cable-down", "spine1", "swp1")
    try:
        assert "leaf1:swp1" in said
        assert not carrier(up, "leaf1", "swp1")
        assert not carrier(up, "spine1", "swp1")
        assert carrier(up, "leaf2", "swp1")
        pulled = [cable for cable in lab.status(up.directory).cables if cable.pulled]
        assert [(cable.a, cable.b) for cable in pulled] == [("leaf1:swp1", "spine1:swp1")]
    finally:
        up.inject("cable-up", "leaf1", "swp1")
    assert carrier(up, "leaf1", "swp1")
    assert "192.0.2.1/31" in up.output("leaf1", "ip -o addr show dev swp1; ip addr del 192.0.2.1/31 dev swp1")


def test_an_isolated_node_is_lost_to_the_fabric_and_still_managed(up):
    up.inject("isolate", "spine1")
    try:
        assert [carrier(up, "spine1", port) for port in ("swp1", "swp2")] == [False, False]
        assert [carrier(up, leaf, "swp1") for leaf in ("leaf1", "leaf2")] == [False, False]
        assert len(lab.status(up.directory).faults) == 2
    finally:
        up.inject("rejoin", "spine1")
    assert [carrier(up, leaf, "swp1") for leaf in ("leaf1", "leaf2")] == [True, True]


def test_a_swap_shows_in_lldp_and_leaves_the_ports_as_they_are(up, eventually):
    before = up.output("leaf1", "ip -o link show dev swp2")
    up.inject("swap", "leaf1", "swp2", "leaf2", "swp2")
    try:
        eventually(lambda: up.neighbours("host1") == {"eth1": ("leaf2", "swp2"), "eth2": ("leaf1", "swp2")})
        eventually(lambda: up.neighbours("leaf1").get("swp2") == ("host1", "eth2"))
        assert up.output("leaf1", "ip -o link show dev swp2") == before
        assert len(lab.status(up.directory).faults) == 2
    finally:
        up.inject("swap", "leaf1", "swp2", "leaf2", "swp2")
    eventually(lambda: up.neighbours("host1") == {"eth1": ("leaf1", "swp2"), "eth2": ("leaf2", "swp2")})


@pytest.mark.parametrize("daemon", ["bgpd", "zebra", "lldpd"])
def test_a_killed_daemon_stays_dead_until_it_is_started(up, daemon):
    up.inject("daemon-down", "leaf2", daemon)
    try:
        assert daemon not in up.output("leaf2", "ps -eo comm=").split()
        assert daemon in up.output("leaf1", "ps -eo comm=").split()
        (leaf2,) = [node for node in lab.status(up.directory).nodes if node.name == "leaf2"]
        assert leaf2.state == "degraded"
        assert [name for name, runs in leaf2.daemons.items() if not runs] == [daemon]
    finally:
        up.inject("daemon-up", "leaf2", daemon)
    assert up.state("leaf2") == "up"


def test_a_started_daemon_has_its_startup_configuration(up):
    up.output("leaf2", "vtysh -c 'configure terminal' -c 'router bgp 65001' -c 'end' -c 'write'")
    try:
        up.inject("daemon-down", "leaf2", "bgpd")
        up.inject("daemon-up", "leaf2", "bgpd")
        assert "router bgp 65001" in up.output("leaf2", "vtysh -c 'show running-config'")
    finally:
        up.output("leaf2", "vtysh -c 'configure terminal' -c 'no router bgp 65001' -c 'end' -c 'write'")


def test_drift_is_typed_in(up):
    up.inject("drift", "leaf2", "ip route 192.0.2.0/24 Null0")
    assert "ip route 192.0.2.0/24 Null0" in up.output("leaf2", "vtysh -c 'show running-config'")
    up.inject("drift", "leaf2", "no ip route 192.0.2.0/24 Null0")
    with pytest.raises(LabError, match="Unknown command"):
        up.inject("drift", "leaf2", "no such thing")


def test_another_serial_number(up):
    up.inject("serial", "leaf1", "SN-STRANGER")
    try:
        assert up.output("leaf1", "cat /sys/class/dmi/id/product_serial") == "SN-STRANGER\n"
        assert lab.status(up.directory).faults == ("leaf1: its serial number is SN-STRANGER",)
    finally:
        up.inject("serial", "leaf1", "SN-LEAF1")


@pytest.mark.parametrize(
    ("fault", "arguments", "words"),
    [
        ("fire", ("leaf1",), "no fault 'fire'; there are: management-down"),
        ("swap", ("leaf1", "swp1"), "swap takes NODE PORT NODE PORT, and was given 2 of 4"),
        ("isolate", ("leaf9",), "no 'leaf9' in this lab; there are: host1, leaf1"),
        ("cable-down", ("leaf1", "swp9"), "no cable is in leaf1:swp9"),
        ("cable-down", ("leaf1", "swp3"), "no cable is in leaf1:swp3"),
        ("swap", ("leaf1", "swp1", "spine1", "swp1"), "two ends of one cable"),
        ("daemon-down", ("leaf1", "ospfd"), "no daemon 'ospfd' here; there are: zebra"),
        ("daemon-down", ("host1", "bgpd"), "no daemon 'bgpd' here; there are: lldpd"),
        ("drift", ("host1", "x"), "drift cannot be done to host1, which is of kind host"),
        ("simulate", ("leaf1", "held-lock"), "simulate cannot be done to leaf1, which is of kind frr"),
    ],
)
def test_what_cannot_be_done_is_refused_with_words(up, fault, arguments, words):
    with pytest.raises(LabError, match=words):
        up.inject(fault, *arguments)


def test_without_a_lab_there_is_nothing_to_break(tmp_path):
    with pytest.raises(LabError, match=r"there is no lab in .*bring it up first"):
        lab.inject(tmp_path, "isolate", "leaf1")


def test_every_fault_says_what_it_does():
    assert all(fault.does and fault.arguments[0] == "NODE" for fault in FAULTS.values())
