"""Next hops in groups: as many as the routes say that policies permit, whatever fails; a missing one is named."""

import pytest

from netgen.cluster.model import Cluster
from netgen.device.model import BETWEEN_SWITCHES, Host, PortRole, Switch
from netgen.device.text import ipv4
from netgen.record import replace
from netgen.rules.routes import permitted_routes, routers_of
from netgen.session.state import BgpSession, Interface, LldpNeighbour, NextHop, Route
from netgen.verify.compare import compare
from netgen.verify.model import Check, Problem, State
from tests.cluster.test_groups import PLATFORMS, accepted, build, written

Devices = dict[str, Switch | Host]


@pytest.fixture(scope="module", params=["router", "leaf"])
def cluster(request: pytest.FixtureRequest) -> Cluster:
    return laid(request.param)


def laid(edge: str) -> Cluster:
    """Three groups with two links between any two: of two routers, or of a leaf and two spines."""
    given = written("1-3")
    given["pods"]["1"]["capacity"] = {}
    compute = given["fabrics"]["compute"]
    compute["router"] |= {"count": 2, "uplinks": 2}
    if edge == "leaf":
        spine = compute.pop("router")
        leaf = {key: value for key, value in spine.items() if key != "count"}
        compute |= {"kind": "dragonfly-plus", "leaf": {**leaf, "uplinks": 4}, "spine": spine}
        compute["cables"] = {"host": "3m", "spine": "3m", "global": "40m"}
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
            hops = tuple(
                NextHop("fe80::1", p.name) for p in cabled if p.role in BETWEEN_SWITCHES and p.peer_device in near
            )
            if isinstance(other, Switch) and hops:
                routes += [Route(f"{ipv4(a)}/{n}", hops) for a, n in ((other.loopback, 32), *other.bgp.aggregates)]
        sessions = device.bgp.neighbors if device.bgp else ()
        states[device.name] = State(
            tuple(LldpNeighbour(p.name, str(p.peer_device), str(p.peer_port)) for p in cabled),
            tuple(BgpSession(ipv4(n.address), n.port, "default", n.remote_asn, True, True) for n in sessions),
            tuple(Interface(p.name, True, True, p.mtu_bytes) for p in cabled),
            tuple(routes),
        )
    return states


def problems(cluster: Cluster, devices: Devices, states: dict[str, State]) -> tuple[Problem, ...]:
    report = compare(cluster, PLATFORMS, devices, states, unreachable={}, unmanaged={})
    edge = len([name for name in states if "router" in name or "leaf" in name])
    assert report.checked[Check.PATHS] == edge * (edge - 1)
    return report.problems


def test_all_is_well(cluster: Cluster, devices: Devices) -> None:
    assert problems(cluster, devices, healthy(devices)) == ()


@pytest.mark.parametrize("number", [1, 2])
def test_around_a_switch_that_failed(cluster: Cluster, devices: Devices, number: int) -> None:
    (name,) = (name for name in devices if name in {f"pod1-group1-{role}{number}" for role in ("router", "spine")})
    devices[name].state = "failed"
    assert problems(cluster, devices, healthy(devices)) == ()


def test_a_missing_next_hop_is_named(cluster: Cluster, devices: Devices) -> None:
    states = healthy(devices)
    name = next(name for name in devices if name in {"pod1-group1-router1", "pod1-group1-leaf1"})
    others = {f"{ipv4(one.loopback)}/32" for one in devices.values() if one.role == devices[name].role}
    first = next(route for route in states[name].routes if route.prefix in others and len(route.next_hops) > 1)
    fewer = replace(first, next_hops=first.next_hops[1:])
    states[name] = replace(
        states[name], routes=tuple(fewer if route is first else route for route in states[name].routes)
    )
    (only,) = problems(cluster, devices, states)
    assert (only.device, only.check) == (name, Check.PATHS)
    count = len(first.next_hops)
    assert only.message.startswith(f"{count - 1} next hops of {count} to pod1-group")
    assert f"({first.prefix})" in only.message


def test_groups_are_joined_by_two_links(devices: Devices) -> None:
    roles = [port.role for device in devices.values() for port in device.ports]
    assert roles.count(PortRole.GLOBAL) == 12


def test_groups_of_a_dragonfly_plus_that_no_link_joins_reach_each_other_no_other_way() -> None:
    cluster = laid("leaf")
    devices = build(cluster)
    for device in devices.values():
        for port in device.ports:
            ends = {device.name.split("-")[1], str(port.peer_device).partition("-")[2].split("-")[0]}
            if port.role is PortRole.GLOBAL and ends == {"group1", "group2"}:
                port.enabled = False
                device.bgp.neighbors = [one for one in device.bgp.neighbors if one.port != port.name]
    states = healthy(devices)
    assert len(states["pod1-group1-leaf1"].routes) < len(states["pod1-group3-leaf1"].routes)
    assert problems(cluster, devices, states) == ()
