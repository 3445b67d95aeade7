"""A whole fabric's state, made from the intent by other means, is without fault; each single fault is named."""

import pytest

from netgen.device.build import devices as build_all
from netgen.device.model import Host, PortRole, Role, Switch
from netgen.device.text import ipv4
from netgen.record import replace
from netgen.session.state import BgpSession, Interface, LldpNeighbour, NextHop, Route
from netgen.verify.compare import compare
from netgen.verify.model import Check, State
from tests.cluster.test_growth import PLATFORMS, SWITCHES, derive, intent

LEAF = "pod1-su1-rail1-leaf1"


@pytest.fixture(scope="module")
def cluster():
    return derive(intent([1], 2, 3, SWITCHES[0], "gb200-4x400g", "unnumbered"))


@pytest.fixture
def devices(cluster):
    return {device.name: device for device in build_all(cluster, PLATFORMS)}


def healthy(devices: dict[str, Switch | Host]) -> dict[str, State]:
    """What devices would say if all were well: spines of the pod between all leaves."""
    leaves = [d for d in devices.values() if d.role is Role.LEAF]
    states = {}
    for device in devices.values():
        cabled = [port for port in device.ports if port.peer_device is not None]
        lldp = tuple(LldpNeighbour(p.name, f"{p.peer_device}.example.net", p.peer_port) for p in cabled)
        interfaces = tuple(Interface(p.name, True, True, p.mtu_bytes) for p in cabled)
        bgp, routes = (), ()
        if isinstance(device, Switch):
            bgp = tuple(
                BgpSession("fe80::1", n.port, "default", n.remote_asn, True, True) for n in device.bgp.neighbors
            )
        if device.role is Role.LEAF:
            up = tuple(NextHop("fe80::1", p.name) for p in device.ports if p.role is PortRole.UPLINK)
            routes = tuple(
                Route(prefix, up)
                for other in leaves
                if other is not device
                for prefix in (f"{ipv4(other.loopback)}/32", *(f"{ipv4(a)}/{n}" for a, n in other.bgp.aggregates))
            )
        states[device.name] = State(lldp, bgp, interfaces, routes)
    return states


def problems(cluster, devices, states, **other):
    report = compare(cluster, PLATFORMS, devices, states, **{"unreachable": {}, "unmanaged": {}, **other})
    return report.problems


def changed(states, name, **fields):
    return {**states, name: replace(states[name], **fields)}


def test_a_healthy_fabric_has_no_problem(cluster, devices) -> None:
    report = compare(cluster, PLATFORMS, devices, healthy(devices), unreachable={}, unmanaged={})
    assert report.problems == ()
    assert report.expected_down == ()
    assert all(report.checked.values())


def test_a_swapped_cable_is_named_with_both_ends_and_where_it_belongs(cluster, devices) -> None:
    states = healthy(devices)
    other = "pod1-su1-rail2-leaf1"
    mine, theirs = states[LEAF].lldp[0], states[other].lldp[0]
    states = changed(states, LEAF, lldp=(replace(theirs, port=mine.port), *states[LEAF].lldp[1:]))
    states = changed(states, other, lldp=(replace(mine, port=theirs.port), *states[other].lldp[1:]))
    found = problems(cluster, devices, states)
    assert {p.check for p in found} == {Check.CABLING}
    (here,) = [p for p in found if p.device == LEAF]
    assert here.port == mine.port
    assert "pod1-su1-host1 rail2 is at the other end" in here.message
    assert "pod1-su1-host1 rail1 should be" in here.message
    assert f"belongs into {other} {theirs.port}" in here.message


def test_a_cable_that_is_not_heard_is_told_once(cluster, devices) -> None:
    states = healthy(devices)
    port = next(p for p in devices[LEAF].ports if p.role is PortRole.UPLINK)
    far = devices[port.peer_device]
    states = changed(states, LEAF, lldp=tuple(n for n in states[LEAF].lldp if n.port != port.name))
    states = changed(states, far.name, lldp=tuple(n for n in states[far.name].lldp if n.port != port.peer_port))
    (only,) = problems(cluster, devices, states)
    assert only.check is Check.CABLING
    assert {only.device, port.peer_device, LEAF} == {LEAF, port.peer_device}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"established": False}, "is not established"),
        ({"enabled": False, "established": False}, "is shut down"),
        ({"remote_asn": 65000}, "expects AS 65000"),
    ],
)
def test_a_session_that_is_not_up_is_named(cluster, devices, fields, words) -> None:
    states = healthy(devices)
    first, *rest = states[LEAF].bgp
    (only,) = problems(cluster, devices, changed(states, LEAF, bgp=(replace(first, **fields), *rest)))
    assert (only.device, only.check, only.port) == (LEAF, Check.SESSION, first.port)
    assert words in only.message


def test_a_session_that_is_not_there_is_named(cluster, devices) -> None:
    states = healthy(devices)
    (only,) = problems(cluster, devices, changed(states, LEAF, bgp=states[LEAF].bgp[1:]))
    assert "is not configured" in only.message


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"up": False}, "it is down"),
        ({"up": False, "enabled": False}, "it is shut"),
        ({"mtu_bytes": 1500}, "MTU is 1500"),
    ],
)
def test_an_interface_that_is_not_right_is_named(cluster, devices, fields, words) -> None:
    states = healthy(devices)
    first, *rest = states[LEAF].interfaces
    found = problems(cluster, devices, changed(states, LEAF, interfaces=(replace(first, **fields), *rest)))
    assert [p.check for p in found] == [Check.INTERFACE]
    assert words in found[0].message


@pytest.mark.parametrize(("mtu_bytes", "told"), [(9214, 0), (8999, 1)])
def test_a_switched_port_may_carry_more_than_its_vlan(cluster, devices, mtu_bytes, told) -> None:
    states = healthy(devices)
    first, *rest = states[LEAF].interfaces
    next(port for port in devices[LEAF].ports if port.name == first.name).vlan = 101
    larger = replace(first, mtu_bytes=mtu_bytes)
    found = problems(cluster, devices, changed(states, LEAF, interfaces=(larger, *rest)))
    assert [p.check for p in found] == [Check.INTERFACE] * told


def test_a_missing_next_hop_is_named(cluster, devices) -> None:
    states = healthy(devices)
    first, *rest = states[LEAF].routes
    fewer = replace(first, next_hops=first.next_hops[1:])
    (only,) = problems(cluster, devices, changed(states, LEAF, routes=(fewer, *rest)))
    assert only.check is Check.PATHS
    uplinks = sum(p.role is PortRole.UPLINK for p in devices[LEAF].ports)
    assert only.message.startswith(f"{uplinks - 1} next hops of {uplinks} to pod1-su1-rail")
    assert f"({first.prefix})" in only.message


def test_links_of_a_failed_spine_are_expected_down_and_paths_fewer(cluster, devices) -> None:
    devices["pod1-spine1"].state = "failed"
    states = healthy(devices)
    del states["pod1-spine1"]
    gone: set[str] = set()
    for name, device in devices.items():
        ports = {p.name for p in device.ports if p.peer_device == "pod1-spine1"}
        if name not in states:
            continue
        gone |= ports
        state = states[name]
        states[name] = State(
            tuple(n for n in state.lldp if n.port not in ports),
            tuple(replace(b, established=b.port not in ports) for b in state.bgp),
            tuple(replace(i, up=i.name not in ports) for i in state.interfaces),
            tuple(replace(r, next_hops=tuple(h for h in r.next_hops if h.port not in ports)) for r in state.routes),
        )
    report = compare(cluster, PLATFORMS, devices, states, unreachable={}, unmanaged={})
    assert gone
    assert report.problems == ()
    assert report.absent == ("pod1-spine1",)
    assert all("pod1-spine1" in link for link in report.expected_down)
    assert len(report.expected_down) == sum(p.peer_device is not None for p in devices["pod1-spine1"].ports)


def test_an_unreachable_device_is_named(cluster, devices) -> None:
    states = healthy(devices)
    del states[LEAF]
    (only,) = problems(cluster, devices, states, unreachable={LEAF: "no answer"})
    assert (only.device, only.check, only.message) == (LEAF, Check.REACHABLE, "no answer")
