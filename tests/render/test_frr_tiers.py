"""Three tiers of real routers: packets get where they should, over superspines too, and no failure makes a valley."""

import json
from collections.abc import Iterator

import pytest

from netgen.device.model import PortRole, Switch
from netgen.device.text import ipv4
from tests.boxes import BOX_NEEDS, wait_for
from tests.frr_fabric import Fabric, leaves, next_hops, started
from tests.lab_fabric import lab_fabric

pytestmark = [
    pytest.mark.needs(*BOX_NEEDS),
    pytest.mark.needs("/usr/lib/frr/frr-reload.py", "frr-pythontools"),
    pytest.mark.needs("ifreload", "ifupdown2"),
    pytest.mark.root,
    pytest.mark.slow,
]

UPLINK, DOWNLINK = PortRole.UPLINK, PortRole.DOWNLINK


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fabric]:
    """Two pods of a host, two leaves and two spines each, and two superspines."""
    switch = {"model": "linux-16x400g", "platform": "frr"}
    devices = lab_fabric(
        pods="1-2",
        hosts="1",
        leaf={**switch, "uplinks": 2},
        spine={**switch, "count": 2},
        cables={"host": "3m", "spine": "30m", "superspine": "100m"},
        # a busy machine must not look like a broken link
        bfd={"interval": "2s", "multiplier": 10},
    )
    with started(devices, tmp_path_factory) as found:
        yield found


def test_there_are_three_tiers(running: Fabric) -> None:
    roles = [device.role.value for device in running.devices.values()]
    assert {role: roles.count(role) for role in roles} == {"superspine": 2, "spine": 4, "leaf": 4, "host": 2}


def test_every_nic_reaches_every_other(running: Fabric) -> None:
    assert running.unreachable() == []


def test_a_leaf_reaches_those_of_the_other_pod_by_every_spine(running: Fabric) -> None:
    for leaf in leaves(running):
        for other in leaves(running):
            if leaf is not other:
                assert next_hops(running.boxes[leaf.name], f"{ipv4(other.loopback)}/32") == 2


def tiers(running: Fabric, router: str) -> list[list[str]]:
    """Return the roles on every path that a router knows, from its neighbour to the origin."""
    roles = {d.bgp.asn: d.role.value for d in running.devices.values() if isinstance(d, Switch)}
    table = json.loads(running.boxes[router].vtysh("show bgp ipv4 unicast json"))["routes"]
    return [[roles[int(asn)] for asn in path["path"].split()] for entries in table.values() for path in entries]


def no_valley(running: Fabric) -> None:
    """No path goes up again once it went down: seen from a router, the roles rise and then fall."""
    height = {"leaf": 0, "spine": 1, "superspine": 2}
    for name, device in running.devices.items():
        if isinstance(device, Switch):
            for path in tiers(running, name):
                heights = [height[device.role.value], *(height[role] for role in path)]
                top = heights.index(max(heights))
                assert heights[: top + 1] == sorted(heights[: top + 1])
                assert heights[top:] == sorted(heights[top:], reverse=True)


def test_no_path_has_a_valley(running: Fabric) -> None:
    no_valley(running)


@pytest.mark.parametrize(
    ("name", "role"), [("pod1-su1-rail1-leaf1", UPLINK), ("pod1-spine1", UPLINK), ("superspine1", DOWNLINK)]
)
def test_a_lost_link_is_gone_around_by_no_valley(running: Fabric, name: str, role: PortRole) -> None:
    box = running.boxes[name]
    link = next(port for port in running.devices[name].ports if port.role is role and port.peer_device)
    box.run("ip", "link", "set", link.name, "down")
    try:
        wait_for(lambda: not running.unreachable(), "every NIC reaches every other another way")
        no_valley(running)
    finally:
        box.run("ip", "link", "set", link.name, "up")
