"""Next hops of a dragonfly: as many as the routes say that policies permit, whatever fails; a missing one is named."""

import dataclasses

import pytest

from netgen.cluster.model import Cluster
from netgen.device.model import ACROSS, Host, PortRole, Switch
from netgen.device.text import ipv4
from netgen.rules.routes import permitted_routes, routers_of
from netgen.session.state import BgpSession, Interface, LldpNeighbour, NextHop, Route
from netgen.verify.compare import compare
from netgen.verify.model import Check, Problem, State
from tests.cluster.test_groups import PLATFORMS, accepted, build, written

Devices = dict[str, Switch | Host]


@pytest.fixture(scope="module")
def cluster() -> Cluster:
    """Three groups of two routers, two links between any two groups."""
    given = written("1-3")
    given["pods"]["1"]["capacity"] = {}
    given["fabrics"]["compute"]["router"] |= {"count": 2, "uplinks": 2}
    return accepted(given)


@pytest.fixture
def devices(cluster: Cluster) -> Devices:
    return build(cluster)


def healthy(devices: Devices) -> dict[str, State]:
    """What devices would say if each took the shortest of all routes that it may hear of."""
    live = [device for device in devices.values() if device.state == "active"]
    best: dict[tuple[str, str], list[tuple[str, ...]]] = {}
    for route in permitted_routes(routers_of(live, PLATFORMS)):
        best.setdefault((route[0], route[-1]), []).append(route)
    states = {}
    for device in live:
        cabled = [p for p in device.ports if p.peer_device in devices and devices[p.peer_device].state == "active"]
        routes = []
        for other in live:
            ways = set(best.get((device.name, other.name), ()))
            near = {way[1] for way in ways if len(way) == min(map(len, ways))}
            hops = tuple(NextHop("fe80::1", p.name) for p in cabled if p.role in ACROSS and p.peer_device in near)
            if isinstance(other, Switch) and hops:
                routes += [Route(f"{ipv4(a)}/{n}", hops) for a, n in ((other.loopback, 32), *other.bgp.aggregates)]
        sessions = device.bgp.neighbors if device.bgp else ()
        states[device.name] = State(
            tuple(LldpNeighbour(p.name, str(p.peer_device), str(p.peer_port)) for p in cabled),
            tuple(BgpSession(ipv4(n.address), n.port, "default", n.remote_asn, True, True, 60, 2) for n in sessions),
            tuple(Interface(p.name, True, True, p.mtu_bytes, 400_000.0, "") for p in cabled),
            tuple(routes),
        )
    return states


def problems(cluster: Cluster, devices: Devices, states: dict[str, State]) -> tuple[Problem, ...]:
    report = compare(cluster, PLATFORMS, devices, states, unreachable={}, unmanaged={})
    assert report.checked[Check.PATHS] == len([n for n in states if "router" in n]) * (
        len([n for n in states if "router" in n]) - 1
    )
    return report.problems


def test_all_is_well(cluster: Cluster, devices: Devices) -> None:
    assert problems(cluster, devices, healthy(devices)) == ()


def test_around_a_router_that_failed(cluster: Cluster, devices: Devices) -> None:
    devices["pod1-group1-router1"].state = "failed"
    assert problems(cluster, devices, healthy(devices)) == ()


def test_a_missing_next_hop_is_named(cluster: Cluster, devices: Devices) -> None:
    states = healthy(devices)
    name = "pod1-group1-router1"
    first = next(route for route in states[name].routes if len(route.next_hops) > 1)
    fewer = dataclasses.replace(first, next_hops=first.next_hops[1:])
    states[name] = dataclasses.replace(
        states[name], routes=tuple(fewer if route is first else route for route in states[name].routes)
    )
    (only,) = problems(cluster, devices, states)
    assert (only.device, only.check) == (name, Check.PATHS)
    count = len(first.next_hops)
    assert only.message.startswith(f"{count - 1} next hops of {count} to pod1-group")
    assert f"({first.prefix})" in only.message


def test_routers_are_joined(devices: Devices) -> None:
    roles = [port.role for device in devices.values() for port in device.ports]
    assert roles.count(PortRole.LOCAL) == 6
    assert roles.count(PortRole.GLOBAL) == 12
