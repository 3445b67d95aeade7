"""A whole fabric of Linux routers and hosts, running what was rendered for them."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import product

import pytest

from netgen.device.model import Host, PortRole, Switch
from netgen.device.text import ipv4, network
from netgen.render.device import make_renderer, render_device
from netgen.resources.load import resources
from tests.boxes import Box, box, cable, wait_for


@dataclass
class Fabric:
    """Devices as they were derived, and the boxes that run them."""

    devices: dict[str, Switch | Host]
    boxes: dict[str, Box]

    def nics(self) -> list[tuple[str, str]]:
        """Pairs of a host and an address of it."""
        hosts = [device for device in self.devices.values() if isinstance(device, Host)]
        return [(host.name, ipv4(one.ipv4)) for host in hosts for one in (*host.ports, *host.bonds) if one.ipv4]

    def unreachable(self) -> list[str]:
        """Pairs of NICs between which a packet with the NICs' own addresses is lost."""
        return [
            f"{host} {source} → {target}"
            for (host, source), (_, target) in product(self.nics(), repeat=2)
            if self.boxes[host].run("ping", "-n", "-c1", "-W3", "-I", source, target, check=False).returncode != 0
        ]


@contextmanager
def started(
    devices: dict[str, Switch | Host],
    folders: pytest.TempPathFactory,
    lay_more: Callable[[dict[str, Box]], None] = lambda _: None,
) -> Iterator[Fabric]:
    """Run devices with the files that are rendered for them, until every session is up and every route is there.

    ``lay_more`` lays the cables to what is outside.
    """
    renderer = make_renderer(resources())
    with ExitStack() as stack:
        boxes = {name: stack.enter_context(box(name)) for name in devices}
        _lay_cables(devices, boxes)
        lay_more(boxes)
        for name, device in devices.items():
            folder = folders.mktemp(name)
            boxes[name].run("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "oob")
            boxes[name].run("ip", "link", "set", "oob", "up")
            boxes[name].configure(render_device(device, renderer), folder)
            if device.bgp is not None:
                boxes[name].start_frr()
                boxes[name].frr_reload("--reload", folder / "frr.conf")
                assert boxes[name].frr_reload("--test", folder / "frr.conf") == ""
        found = Fabric(devices, boxes)
        wait_for(lambda: not _silent(found), "every BGP session is established")
        wait_for(lambda: not _lonely(found), "every leaf knows the others by every spine")
        yield found


def leaves(running: Fabric) -> list[Switch]:
    return [device for device in running.devices.values() if isinstance(device, Switch) and device.role == "leaf"]


def next_hops(router: Box, prefix: str) -> int:
    shown = json.loads(router.run("ip", "-j", "route", "show", prefix).stdout)
    return len(shown[0].get("nexthops", [shown[0]])) if shown else 0


def _lay_cables(devices: dict[str, Switch | Host], boxes: dict[str, Box]) -> None:
    for name, device in devices.items():
        for port in device.ports:
            if port.role is PortRole.EXTERNAL:
                continue
            if port.peer_device is None:
                boxes[name].run("ip", "link", "add", port.name, "type", "veth", "peer", "name", f"{port.name}-open")
            elif (name, port.name) < (port.peer_device, port.peer_port or ""):
                cable(boxes[name], port.name, boxes[port.peer_device], port.peer_port or "")


def _lonely(found: Fabric) -> list[str]:
    """Leaves that lack a way to another leaf or its hosts by each spine."""
    every = leaves(found)
    return [
        f"{leaf.name} → {other.name}: {prefix}"
        for leaf, other in product(every, repeat=2)
        if leaf is not other
        for prefix in (ipv4(other.loopback), *(network(*block) for block in other.bgp.aggregates))
        if next_hops(found.boxes[leaf.name], prefix) < leaf.bgp.maximum_paths
    ]


def _silent(found: Fabric) -> list[str]:
    """Sessions that are not established."""
    silent = []
    for name, device in found.devices.items():
        if device.bgp is not None:
            summary = json.loads(found.boxes[name].vtysh("show bgp ipv4 unicast summary json"))
            states = {peer: entry["state"] for peer, entry in summary.get("peers", {}).items()}
            peers = [n.port if n.address is None else ipv4(n.address) for n in device.bgp.neighbors]
            silent += [f"{name} {peer}" for peer in peers if states.get(peer) != "Established"]
    return silent
