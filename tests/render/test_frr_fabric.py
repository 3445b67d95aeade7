"""The files of a whole fabric, put into effect by ifupdown2, sysctl and FRR: packets get where they should."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import product

import pytest

from netgen.device.model import Host, PortRole, Switch
from netgen.device.text import ipv4, network
from netgen.render.device import make_renderer, render_device
from netgen.resources.load import resources
from tests.boxes import BOX_NEEDS, Box, box, cable, wait_for
from tests.lab_fabric import lab_fabric

pytestmark = [
    pytest.mark.needs(*BOX_NEEDS),
    pytest.mark.needs("/usr/lib/frr/frr-reload.py", "frr-pythontools"),
    pytest.mark.needs("ifreload", "ifupdown2"),
    pytest.mark.needs("brctl", "bridge-utils"),
    pytest.mark.root,
]


@dataclass
class Fabric:
    """Devices as they were derived, and the boxes that run them."""

    devices: dict[str, Switch | Host]
    boxes: dict[str, Box]

    def nics(self) -> list[tuple[str, str]]:
        """Pairs of a host and an address of it."""
        hosts = [device for device in self.devices.values() if isinstance(device, Host)]
        return [(host.name, ipv4(port.ipv4)) for host in hosts for port in host.ports if port.ipv4 is not None]

    def unreachable(self) -> list[str]:
        """Pairs of NICs between which a packet with the NICs' own addresses is lost."""
        return [
            f"{host} {source} → {target}"
            for (host, source), (_, target) in product(self.nics(), repeat=2)
            if self.boxes[host].run("ping", "-n", "-c1", "-W1", "-I", source, target, check=False).returncode != 0
        ]


@pytest.fixture(scope="module", params=["routed-31", "svi"])
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fabric]:
    # A busy machine must not look like a broken link.
    devices = lab_fabric(attach=request.param, bfd={"interval": "2s", "multiplier": 10})
    renderer = make_renderer(resources())
    with ExitStack() as stack:
        boxes = {name: stack.enter_context(box(name)) for name in devices}
        _lay_cables(devices, boxes)
        for name, device in devices.items():
            folder = tmp_path_factory.mktemp(name)
            files = render_device(device, renderer)
            boxes[name].run("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "oob")
            boxes[name].run("ip", "link", "set", "oob", "up")
            boxes[name].configure(files, folder)
            if isinstance(device, Switch):
                boxes[name].start_frr()
                boxes[name].frr_reload("--reload", folder / "frr.conf")
        found = Fabric(devices, boxes)
        wait_for(lambda: not _silent(found), "every BGP session is established")
        wait_for(lambda: not _lonely(found), "every leaf knows the others by every spine")
        yield found


def test_every_nic_reaches_every_other(running: Fabric):
    assert running.unreachable() == []


def test_what_has_the_address_of_a_nic_leaves_by_that_nic(running: Fabric):
    for host, address in running.nics():
        device = running.devices[host]
        nic = next(port.name for port in device.ports if port.ipv4 is not None and ipv4(port.ipv4) == address)
        for _, target in running.nics():
            if target not in [own for name, own in running.nics() if name == host]:
                found = running.boxes[host].run("ip", "-j", "route", "get", target, "from", address).stdout
                assert json.loads(found)[0]["dev"] == nic


def test_a_leaf_reaches_another_by_every_spine(running: Fabric):
    leaves = _leaves(running)
    for leaf, other in product(leaves, repeat=2):
        if leaf is not other:
            for address, length in ((other.loopback, 32), _hosts_of(other)):
                prefix = ipv4(address) if length == 32 else network(address, length)
                shown = json.loads(running.boxes[leaf.name].run("ip", "-j", "route", "show", prefix).stdout)
                assert len(shown[0]["nexthops"]) == leaf.bgp.maximum_paths == 2


def test_no_route_but_to_hosts_and_loopbacks_and_no_default(running: Fabric):
    for name, device in running.devices.items():
        if isinstance(device, Switch):
            routes = json.loads(running.boxes[name].run("ip", "-j", "route", "show", "proto", "bgp").stdout)
            found = {route["dst"] for route in routes}
            assert found
            hosts = {network(*_hosts_of(leaf)) for leaf in _leaves(running)}
            assert all(prefix in hosts or prefix.startswith("10.255.0.") for prefix in found), found


def test_nothing_is_forwarded_between_fabric_and_management(running: Fabric):
    leaf = running.boxes["pod1-su1-rail1-leaf1"]
    inwards = "vlan101" if running.devices[leaf.name].svis else "swp1"
    target, inside, outside = "172.20.0.99", running.nics()[0][1], "8.8.8.8"
    forwarded = leaf.run("ip", "route", "get", target, "from", inside, "iif", inwards, check=False)
    assert "Permission denied" in forwarded.stderr  # prohibited
    entered = leaf.run("ip", "route", "get", inside, "from", target, "iif", "eth0", check=False)
    assert "Permission denied" in entered.stderr
    lost = leaf.run("ip", "route", "get", outside, "from", inside, "iif", inwards, check=False)
    assert "unreachable" in lost.stderr
    assert "via 172.20.0.1 dev eth0 table 1000" in leaf.run("ip", "route", "get", outside).stdout


def test_a_lost_uplink_is_gone_around_by_no_valley(running: Fabric):
    leaf = running.boxes["pod1-su1-rail1-leaf1"]
    uplink = next(port for port in running.devices[leaf.name].ports if port.role is PortRole.UPLINK)
    leaf.run("ip", "link", "set", uplink.name, "down")
    try:
        wait_for(lambda: not running.unreachable(), "every NIC reaches every other over the other spine")
        for name in running.boxes:
            if "host" not in name:
                table = json.loads(running.boxes[name].vtysh("show bgp ipv4 unicast json"))["routes"]
                paths = [path["path"].split() for entries in table.values() for path in entries]
                # A spine and a leaf at most: never leaf, spine, leaf.
                assert max(map(len, paths)) <= 2
        lonely = json.loads(running.boxes[uplink.peer_device].vtysh("show bgp ipv4 unicast json"))["routes"]
        assert f"{ipv4(running.devices[leaf.name].loopback)}/32" not in lonely
    finally:
        leaf.run("ip", "link", "set", uplink.name, "up")


def _leaves(running: Fabric) -> list[Switch]:
    return [device for device in running.devices.values() if isinstance(device, Switch) and device.role == "leaf"]


def _hosts_of(leaf: Switch) -> tuple[int, int]:
    """Return what a leaf announces for its hosts: an aggregate of their links, or the subnet that they share."""
    (found,) = (*leaf.bgp.aggregates, *((svi.ipv4, svi.ipv4_length) for svi in leaf.svis))
    return found


def _lay_cables(devices: dict[str, Switch | Host], boxes: dict[str, Box]) -> None:
    for name, device in devices.items():
        for port in device.ports:
            if port.peer_device is None:
                boxes[name].run("ip", "link", "add", port.name, "type", "veth", "peer", "name", f"{port.name}-open")
            elif (name, port.name) < (port.peer_device, port.peer_port or ""):
                cable(boxes[name], port.name, boxes[port.peer_device], port.peer_port or "")


def _next_hops(router: Box, prefix: str) -> int:
    shown = json.loads(router.run("ip", "-j", "route", "show", prefix).stdout)
    return len(shown[0].get("nexthops", [shown[0]])) if shown else 0


def _lonely(found: Fabric) -> list[str]:
    """Leaves that lack a way to another leaf by each spine."""
    leaves = _leaves(found)
    return [
        f"{leaf.name} → {other.name}"
        for leaf, other in product(leaves, repeat=2)
        if leaf is not other and _next_hops(found.boxes[leaf.name], ipv4(other.loopback)) < len(leaf.bgp.neighbors)
    ]


def _silent(found: Fabric) -> list[str]:
    """Sessions that are not established."""
    silent = []
    for name, device in found.devices.items():
        if isinstance(device, Switch):
            summary = json.loads(found.boxes[name].vtysh("show bgp ipv4 unicast summary json"))
            states = {peer: entry["state"] for peer, entry in summary.get("peers", {}).items()}
            silent += [f"{name} {n.port}" for n in device.bgp.neighbors if states.get(n.port) != "Established"]
    return silent
