"""Dragonflies of real routers: packets get where they should by the fewest routers, and around what is lost."""

import json
from collections.abc import Iterator
from itertools import product

import pytest

from netgen.device.model import BETWEEN_SWITCHES, PortRole, Switch
from netgen.device.text import ipv4
from tests.boxes import BOX_NEEDS, Box, box, cable, wait_for
from tests.frr_fabric import Fabric, next_hops, started
from tests.lab_fabric import lab_fabric

pytestmark = [
    pytest.mark.needs(*BOX_NEEDS),
    pytest.mark.needs("/usr/lib/frr/frr-reload.py", "frr-pythontools"),
    pytest.mark.needs("ifreload", "ifupdown2"),
    pytest.mark.root,
    pytest.mark.slow,
]

SWITCH = {"model": "linux-16x400g", "platform": "frr"}
# a busy machine must not look like a broken link
PATIENT = {"interval": "2s", "multiplier": 10}
BORDER, PORT, OUTSIDE = "pod1-group1-leaf1", "swp9", "192.0.2.0/24"
CORE = """
interface lo
 ip address 192.0.2.1/24
interface eth1
 ip address 198.51.100.0/31
router bgp 65010
 no bgp ebgp-requires-policy
 neighbor 198.51.100.1 remote-as 4200010000
 address-family ipv4 unicast
  redistribute connected
"""


@pytest.fixture(scope="module")
def dragonfly(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fabric]:
    """Three groups of two routers and a host with a NIC at each; one link between any two groups."""
    devices = lab_fabric(
        kind="dragonfly",
        pods="1-3",
        hosts="1",
        leaf=None,
        spine=None,
        router={**SWITCH, "count": 2, "uplinks": 1},
        cables={"host": "3m", "local": "3m", "global": "30m"},
        bfd=PATIENT,
    )
    with started(devices, tmp_path_factory) as found:
        wait_for(lambda: not found.unreachable(), "every NIC reaches every other")
        yield found


@pytest.fixture(scope="module")
def plus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fabric]:
    """Three groups of a leaf and two spines, with two links between any two groups, and a router outside of one."""
    external = {
        "leaf": BORDER,
        "interface": PORT,
        "subnet": "198.51.100.0/31",
        "address": "198.51.100.1",
        "asn": 65010,
        "accept": [OUTSIDE],
    }
    devices = lab_fabric(
        kind="dragonfly-plus",
        pods="1-3",
        hosts="1",
        leaf={**SWITCH, "uplinks": 2},
        spine={**SWITCH, "count": 2, "uplinks": 2},
        cables={"host": "3m", "spine": "3m", "global": "30m"},
        externals={"core": external},
        bfd=PATIENT,
    )
    file = tmp_path_factory.mktemp("core") / "frr.conf"
    file.write_text(CORE)
    with box("core") as core:

        def connect(boxes: dict[str, Box]) -> None:
            cable(core, "eth1", boxes[BORDER], PORT)
            core.run("ip", "link", "set", "eth1", "up")
            core.start_frr()
            core.run("vtysh", "-f", str(file))

        with started(devices, tmp_path_factory, connect) as found:
            wait_for(lambda: not found.unreachable(), "every NIC reaches every other")
            yield found


def switches(running: Fabric, role: str) -> list[Switch]:
    return [one for one in running.devices.values() if isinstance(one, Switch) and one.role == role]


def fewest(running: Fabric, target: str) -> dict[str, int]:
    """Return how many links each switch is away from one of them, as the cables are."""
    away, front = {target: 0}, [target]
    while front:
        near = {str(port.peer_device): away[name] + 1 for name in front for port in between(running, name)}
        front = [name for name in near if name not in away]
        away |= {name: near[name] for name in front}
    return away


def between(running: Fabric, name: str) -> list:
    return [port for port in running.devices[name].ports if port.role in BETWEEN_SWITCHES and port.peer_device]


def test_a_route_has_every_next_hop_that_is_nearer_and_no_other(dragonfly: Fabric) -> None:
    routers = switches(dragonfly, "router")
    assert len(routers) == 6
    lengths = set()
    for router, other in product(routers, repeat=2):
        if router is not other:
            away = fewest(dragonfly, other.name)
            nearer = sum(away[str(port.peer_device)] < away[router.name] for port in between(dragonfly, router.name))
            assert next_hops(dragonfly.boxes[router.name], f"{ipv4(other.loopback)}/32") == nearer
            lengths.add(away[router.name])
    # the longest minimal way: local, global, local
    assert lengths == {1, 2, 3}


@pytest.mark.parametrize("role", [PortRole.LOCAL, PortRole.GLOBAL])
def test_a_lost_link_is_gone_around(dragonfly: Fabric, role: PortRole) -> None:
    name = "pod1-group1-router1"
    link = next(port for port in dragonfly.devices[name].ports if port.role is role)
    dragonfly.boxes[name].run("ip", "link", "set", link.name, "down")
    try:
        wait_for(lambda: not dragonfly.unreachable(), "every NIC reaches every other through the third group")
    finally:
        dragonfly.boxes[name].run("ip", "link", "set", link.name, "up")
        wait_for(lambda: not dragonfly.unreachable(), "every NIC reaches every other")


def roles(running: Fabric, leaf: str) -> set[tuple[str, ...]]:
    """Return the roles on every path that a leaf knows to another leaf, from its neighbour to the origin."""
    known = {one.bgp.asn: one.role.value for one in running.devices.values() if isinstance(one, Switch)}
    known[65010] = "outside"
    table = json.loads(running.boxes[leaf].vtysh("show bgp ipv4 unicast json"))["routes"]
    paths = (tuple(known[int(asn)] for asn in path["path"].split()) for paths in table.values() for path in paths)
    return {path for path in paths if path[-1:] == ("leaf",)}


def test_groups_of_a_dragonfly_plus_reach_each_other_by_two_spines_and_no_third_group(plus: Fabric) -> None:
    leaves = switches(plus, "leaf")
    assert len(leaves) == 3
    for leaf, other in product(leaves, repeat=2):
        if leaf is not other:
            assert next_hops(plus.boxes[leaf.name], f"{ipv4(other.loopback)}/32") == 2
            assert roles(plus, leaf.name) == {("spine", "spine", "leaf")}


def test_every_group_hears_of_what_one_accepts_from_outside(plus: Fabric) -> None:
    for leaf in switches(plus, "leaf"):
        ways = 1 if leaf.name == BORDER else 2
        wait_for(
            lambda leaf=leaf, ways=ways: next_hops(plus.boxes[leaf.name], OUTSIDE) == ways,
            f"{leaf.name} has {ways} ways out",
        )


def test_a_lost_global_link_leaves_the_other_one(plus: Fabric) -> None:
    name = "pod1-group1-spine1"
    spine = plus.devices[name]
    link = next(port for port in spine.ports if port.role is PortRole.GLOBAL)
    plus.boxes[name].run("ip", "link", "set", link.name, "down")
    try:
        wait_for(lambda: not plus.unreachable(), "every NIC reaches every other by the other spine")
        far = next(one for one in switches(plus, "leaf") if one.pod == plus.devices[str(link.peer_device)].pod)
        assert next_hops(plus.boxes["pod1-group1-leaf1"], f"{ipv4(far.loopback)}/32") == 1
        assert roles(plus, "pod1-group1-leaf1") == {("spine", "spine", "leaf")}
    finally:
        plus.boxes[name].run("ip", "link", "set", link.name, "up")
