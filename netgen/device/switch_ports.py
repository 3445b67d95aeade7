"""The ports of a switch: what they are on the front panel, and what their cables make of them.

A fabric has hundreds of thousands of ports, so what a switch's ports share is found once for all of them.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

from msgspec import structs

from netgen.cluster.buffers import Headroom, PortClass
from netgen.cluster.fabric import DeviceRef, External, Fabric
from netgen.cluster.port_names import switch_ports as names_of
from netgen.cluster.ports import PortMap
from netgen.cluster.roce import PortQos
from netgen.cluster.topology.slots import HOST
from netgen.device.bonds import number_at_leaf
from netgen.device.model import Port, PortRole
from netgen.device.routing import Cabled
from netgen.device.site import Site
from netgen.intent.quantities import Breakout

LANE_GBPS_PAM4 = 50
"""A lane of at least this speed is PAM4-coded and needs RS-FEC (IEEE 802.3bs, 802.3ck)."""

_SPARE, _RESERVED, _HOST = PortRole.SPARE, PortRole.RESERVED, PortRole.HOST
_UPLINK, _DOWNLINK = PortRole.UPLINK, PortRole.DOWNLINK
"""Looked up once: to find a member of an enumeration takes as long as to set ten attributes."""

_Kind = tuple[int, int, str]
"""Ports of cages that are divided alike: speed in Gb/s, lanes, FEC."""
_Cables = Mapping[str, tuple[int | None, Headroom | None]]
"""Length, and what each lossless group of the ports keeps for it, by the key of a cable."""


def rail_vlan(rail: int) -> int:
    """Return the VLAN of a rail, or of leaves without one (0), the same on all of them; 1 is every switch's own."""
    return 100 + rail


def switch_ports(site: Site, classes: Mapping[str, PortClass]) -> Iterator[Cabled]:
    """Yield every port of a switch, in the order of cage and lane, and who is at the other end of its cable.

    Parameters
    ----------
    site
        The switch.
    classes
        Classes of its ports, by the key of their cables, for the headroom of each.
    """
    fabric, tier, ports = site.fabric, site.fabric.tier(site.ref.role), site.fabric.port_map(site.ref)
    down, up = _kind(site, tier.breakout), _kind(site, tier.uplink_breakout)
    down_qos, up_qos = _policy(site, tier.breakout), _policy(site, tier.uplink_breakout)
    names = names_of(site.platforms[tier.platform], ports)
    connect = _connecting(site, _cables(fabric, classes))
    outside = {one.interface: one for one in fabric.externals if one.leaf == site.node}
    spares = _spares(names, fabric.slots(site.ref), ports, down, up, fabric.name, tier.mtu_bytes)
    # With nothing to replace, this copies; `copy.copy` takes twice as long.
    for position, port in enumerate(map(structs.replace, spares)):
        peer = None if port.slot is None else connect(port, port.slot)
        if outside and port.role is _SPARE and port.name in outside:
            _lead_out(port, outside[port.name])
        if peer is not None:
            port.qos = down_qos if position < ports.first_up else up_qos
        yield port, peer


@lru_cache(maxsize=64)
def _spares(
    names: tuple[str, ...],
    slots: tuple[int | None, ...],
    ports: PortMap,
    down: _Kind,
    up: _Kind,
    fabric: str,
    mtu_bytes: int,
) -> tuple[Port, ...]:
    """Return the ports of switches that are alike, before anything is cabled."""
    found = []
    for position, (name, slot, (cage, subport, split)) in enumerate(zip(names, slots, ports.places, strict=True)):
        speed, lanes, fec = down if position < ports.first_up else up
        found.append(
            Port(
                name=name,
                slot=slot,
                cage=cage + 1,
                subport=subport,
                lane=subport * lanes,
                lanes=lanes,
                breakout=split,
                role=_SPARE,
                fabric=fabric,
                speed_gbps=speed,
                fec=fec,
                autoneg=False,
                enabled=False,
                mtu_bytes=mtu_bytes,
                description="spare",
            )
        )
    return tuple(found)


def _kind(site: Site, breakout: Breakout) -> _Kind:
    speed, lanes = breakout.speed_gbps, site.fabric.model_of(site.ref).lanes // breakout.ports
    return speed, lanes, "rs" if speed / lanes >= LANE_GBPS_PAM4 else "none"


def _policy(site: Site, breakout: Breakout) -> PortQos | None:
    """Return the RoCE policy of ports of cages that are divided alike."""
    fabric, ref = site.fabric, site.ref
    if fabric.roce is None:
        return None
    return fabric.roce.port_qos(fabric.tier(ref.role).place(fabric.model_of(ref), breakout))


def _cables(fabric: Fabric, classes: Mapping[str, PortClass]) -> _Cables:
    rooms = {key: kind.headroom for key, kind in classes.items() if kind.groups}
    return {key: (length, rooms.get(key)) for key, length in fabric.cables_m.items()}


def _connecting(site: Site, cables: _Cables) -> Callable[[Port, int], DeviceRef | None]:
    """Return what makes a spare port what its cable makes it, or what it is kept for, and says who is at the end."""
    # What all ports of a switch share is looked up once.
    fabric, ref, ends, at, shut = site.fabric, site.ref, site.ends, site.node, site.fabric.overlay.disabled
    devices, existing = site.cluster.devices_of(fabric), site.cluster.existing_of(fabric)
    numbers, shared, link = fabric.numbers, fabric.numbers.shared, _linking(site)

    def connect(port: Port, slot: int) -> DeviceRef | None:
        end = ends[slot]
        if end is None:
            if site.is_kept(slot):
                _keep(site, port, slot)
            return None
        node, far_slot = end
        peer = devices[node]
        to_host = peer.role == HOST
        port.enabled = (at, slot) not in shut
        if to_host and shared:
            port.bond, port.vlan = number_at_leaf(fabric, peer), rail_vlan(ref.rail)
        if not existing[node]:
            port.role, port.description = _RESERVED, None
            return None
        port.peer_device = name = peer.name
        port.peer_port = interface = site.port_name(peer, far_slot)
        port.description = f"{name} {interface}"
        if to_host:
            port.role, cable = _HOST, HOST
            if not shared:
                port.ipv4 = numbers.gateway(ref.index, slot)
        else:
            cable = link(port, slot, peer, far_slot)
        port.cable_m, port.headroom = cables[cable]
        return peer

    return connect


def _keep(site: Site, port: Port, slot: int) -> None:
    """Make a port the one that a list keeps for what is not there yet."""
    fabric, ref = site.fabric, site.ref
    port.role, port.enabled, port.description = _RESERVED, not site.is_shut(slot), None
    if fabric.numbers.shared and ref.role == fabric.edge.role and slot < fabric.layer(ref.role).down:
        port.vlan = rail_vlan(ref.rail)


def _linking(site: Site) -> Callable[[Port, int, DeviceRef, int], str]:
    """Return what makes a port the end of a link to another switch, and says the key of its cable."""
    ref, layer, uplink_of = site.ref, site.layer, site.fabric.numbers.uplink
    down = {one.name: one.down for one in site.fabric.plan.layers}

    def link(port: Port, slot: int, peer: DeviceRef, far_slot: int) -> str:
        # A link is known by the uplink of its lower end.
        across = layer.link_across(slot) if layer.across else None
        if across is not None:
            # between equals, the end that comes first counts as the lower one
            lower, uplink = min(((ref, slot), (peer, far_slot)), key=lambda end: (end[0].index, end[1]))
            port.role, cable = PortRole(across), across
        elif slot >= layer.down:
            port.role, lower, uplink, cable = _UPLINK, ref, slot, peer.role
        else:
            port.role, lower, uplink, cable = _DOWNLINK, peer, far_slot, ref.role
        address = uplink_of(lower.role, lower.index, uplink - down[lower.role])
        if address is None:
            port.unnumbered = True
        else:
            port.ipv4 = address if lower is peer else address + 1
        return cable

    return link


def _lead_out(port: Port, external: External) -> None:
    """Make a spare port the one to a router that is not netgen's; it has no RoCE policy, and so no PFC."""
    port.role, port.enabled, port.description = PortRole.EXTERNAL, True, external.name
    port.ipv4, port.ipv4_length = external.address, external.length
