"""All checks of one cluster."""

from collections.abc import Iterator, Mapping

from netgen.cluster.fabric import Fabric
from netgen.cluster.model import ABSENT_STATES, Cluster
from netgen.device.model import Bgp, Host, Role, Switch
from netgen.device.text import ipv4
from netgen.platforms.model import Platform
from netgen.session.state import BgpSession
from netgen.verify import cabling as cables
from netgen.verify import groups, paths
from netgen.verify.cabling import Cabling
from netgen.verify.model import Check, Problem, Report, State

LEAF_TO_LEAF = 3
"""Links of a way between groups of a dragonfly+: leaf, spine, spine, leaf."""


def cabling_of(devices: Mapping[str, Switch | Host]) -> Cabling:
    """Say which ends should be cabled to which, and which of these links may be down."""
    far, dark = {}, set()
    for device in devices.values():
        for port in device.ports:
            peer = devices.get(port.peer_device or "")
            if peer is None or port.peer_port is None:
                continue
            here, there = (device.name, port.name), (peer.name, port.peer_port)
            far[here] = there
            if not port.enabled or ABSENT_STATES & {device.state, peer.state}:
                dark |= {here, there}
    return Cabling(far, frozenset(dark))


def compare(
    cluster: Cluster,
    platforms: Mapping[str, Platform],
    devices: Mapping[str, Switch | Host],
    states: Mapping[str, State],
    *,
    unreachable: Mapping[str, str],
    unmanaged: Mapping[str, int],
) -> Report:
    """Check everything.

    Parameters
    ----------
    cluster, platforms
        As compiled.
    devices
        All devices of the cluster, by name.
    states
        What those said that answered.
    unreachable
        Why the others did not, by name.
    unmanaged
        How many were not asked, for each reason why.
    """
    cabling = cabling_of(devices)
    grouped = [_groups(fabric, devices) for fabric in cluster.fabrics if fabric.grouped is not None]
    within = {name for one in grouped for name in one.switches}
    leaves = {name: one for name, one in _switches(devices) if one.role is Role.LEAF and name not in within}
    problems = [Problem(name, Check.REACHABLE, "", why) for name, why in unreachable.items()]
    problems += cables.check(cabling, states)
    for name, state in states.items():
        device = devices[name]
        problems += [Problem(name, check, "", why) for check, why in state.unanswered.items()]
        if Check.INTERFACE not in state.unanswered:
            problems += _interfaces(device, platforms[device.platform], cabling, state)
        if device.bgp is not None and Check.SESSION not in state.unanswered:
            problems += _sessions(device, device.bgp, cabling, state)
    problems += paths.check(leaves, cabling, states)
    for one in grouped:
        problems += groups.check(one, cabling, states)
    asked = [devices[name] for name in states]
    answered = len(leaves.keys() & states.keys())
    return Report(
        cluster=cluster.name,
        checked={
            Check.REACHABLE: len(states) + len(unreachable),
            Check.CABLING: len({frozenset(link) for link in cabling.far.items() if link[0][0] in states}),
            Check.INTERFACE: sum(port.enabled and port.peer_device is not None for d in asked for port in d.ports),
            Check.SESSION: sum(len(d.bgp.neighbors) for d in asked if d.bgp is not None),
            Check.PATHS: _pairs(answered, answered)
            + sum(_pairs(len(one.asked(states)), len(one.sample(states))) for one in grouped),
        },
        problems=tuple(sorted(problems)),
        expected_down=tuple(sorted({" - ".join(f"{d} {p}" for d, p in sorted(link)) for link in _dark_links(cabling)})),
        absent=tuple(sorted(name for name, device in devices.items() if device.state in ABSENT_STATES)),
        unmanaged=dict(unmanaged),
    )


def _switches(devices: Mapping[str, Switch | Host]) -> Iterator[tuple[str, Switch]]:
    return ((name, one) for name, one in devices.items() if isinstance(one, Switch))


def _groups(fabric: Fabric, devices: Mapping[str, Switch | Host]) -> groups.Groups:
    own = {name: one for name, one in _switches(devices) if one.fabric == fabric.name}
    edge = [name for name, one in own.items() if one.role == fabric.edge.role]
    # between groups of leaves and spines, no way leads through a third one
    return groups.Groups(own, edge, LEAF_TO_LEAF if fabric.edge.role == Role.LEAF else None)


def _pairs(asked: int, targets: int) -> int:
    """Count the ways from switches that answered to some of them, but to themselves."""
    return max(asked - 1, 0) * targets


def _dark_links(cabling: Cabling) -> set[frozenset[cables.End]]:
    return {frozenset({end, cabling.far[end]}) for end in cabling.dark if end in cabling.far}


def _interfaces(device: Switch | Host, platform: Platform, cabling: Cabling, state: State) -> Iterator[Problem]:
    found = {interface.name: interface for interface in state.interfaces}
    for port in device.ports:
        if port.peer_device is None or (device.name, port.name) in cabling.dark:
            continue
        interface = found.get(port.name)
        if interface is None:
            yield Problem(device.name, Check.INTERFACE, port.name, "the device has no such interface")
            continue
        if not interface.enabled or not interface.up:
            how = "down" if interface.enabled else "shut"
            yield Problem(
                device.name,
                Check.INTERFACE,
                port.name,
                f"it is {how}; {port.peer_device} {port.peer_port} is behind it",
            )
        wanted = port.mtu_bytes + platform.mtu.offset_bytes
        # a switched port may have the chip's: what it carries, the VLAN's interface says
        is_larger = port.vlan is not None and interface.mtu_bytes > wanted
        if interface.mtu_bytes not in {wanted, 0, -1} and not is_larger:
            yield Problem(
                device.name, Check.INTERFACE, port.name, f"its MTU is {interface.mtu_bytes}; {wanted} should be"
            )


def _sessions(device: Switch | Host, bgp: Bgp, cabling: Cabling, state: State) -> Iterator[Problem]:
    by_port = {session.port: session for session in state.bgp if session.port is not None}
    by_address = {session.peer: session for session in state.bgp}
    for neighbor in bgp.neighbors:
        if (device.name, neighbor.port) in cabling.dark:
            continue
        at = by_port.get(neighbor.port) if neighbor.address is None else by_address.get(ipv4(neighbor.address))
        trouble = _trouble(at, neighbor.remote_asn)
        if trouble:
            yield Problem(
                device.name, Check.SESSION, neighbor.port, f"the BGP session with {neighbor.description} {trouble}"
            )


def _trouble(session: BgpSession | None, asn: int) -> str:
    if session is None:
        return "is not configured"
    if session.remote_asn != asn:
        return f"expects AS {session.remote_asn}; the neighbour's is {asn}"
    if not session.enabled:
        return "is shut down"
    return "" if session.established else "is not established"
