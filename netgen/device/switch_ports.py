"""The ports of a switch: what they are on the front panel, and what their cables make of them.

A fabric has hundreds of thousands of ports, so what a switch's ports share is found once for all of them.
"""

from collections.abc import Iterator, Mapping

from netgen.cluster.buffers import Headroom, PortClass
from netgen.cluster.fabric import DeviceRef, External, Fabric
from netgen.cluster.port_names import switch_ports as names_of
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
    fabric, tier = site.fabric, site.fabric.tier(site.ref.role)
    ports, slot_at = fabric.port_map(site.ref), fabric.slots(site.ref)
    kinds = {split: _kind(site, split) for split in tier.breakouts}
    down, up = kinds[tier.breakout], kinds[tier.uplink_breakout]
    cables = _cables(fabric, classes)
    outside = {one.interface: one for one in fabric.externals if one.leaf == site.node}
    name, mtu = fabric.name, tier.mtu_bytes
    for position, interface in enumerate(names_of(site.platforms[tier.platform], ports)):
        cage, subport, split = ports.places[position]
        slot = slot_at(position)
        speed, lanes, fec, qos = down if position < ports.first_up else up
        lane = subport * lanes
        # Not by name: Python holds each name against all of two dozen.
        place, coding = (interface, slot, cage + 1, subport, lane, lanes, split), (speed, fec, False)
        port = Port(*place, _SPARE, name, *coding, False, mtu, "spare")
        peer = None if slot is None else _connect(site, cables, port, slot)
        if interface in outside and port.role is _SPARE:
            _lead_out(port, outside[interface])
        if peer is not None:
            port.qos = qos
        yield port, peer


def _kind(site: Site, breakout: Breakout) -> tuple[int, int, str, PortQos | None]:
    """Return what the ports of cages that are divided alike share: speed in Gb/s, lanes, FEC, and RoCE policy."""
    fabric, tier, model = site.fabric, site.fabric.tier(site.ref.role), site.fabric.model_of(site.ref)
    speed, lanes = breakout.speed_gbps, model.lanes // breakout.ports
    qos = None if fabric.roce is None else fabric.roce.port_qos(tier.place(model, breakout))
    return speed, lanes, "rs" if speed / lanes >= LANE_GBPS_PAM4 else "none", qos


def _cables(fabric: Fabric, classes: Mapping[str, PortClass]) -> _Cables:
    rooms = {key: kind.headroom for key, kind in classes.items() if kind.groups}
    return {key: (length, rooms.get(key)) for key, length in fabric.cables_m.items()}


def _connect(site: Site, cables: _Cables, port: Port, slot: int) -> DeviceRef | None:
    """Make a spare port what its cable makes it, or what it is kept for; return who is at the other end."""
    end = site.ends[slot]
    if end is None:
        if site.is_kept(slot):
            _keep(site, port, slot)
        return None
    node, far_slot = end
    peer = site.cluster.device_at(site.fabric, node)
    shared = peer.role == HOST and site.fabric.numbers.shared
    port.enabled = not site.is_shut(slot)
    if shared:
        port.bond = number_at_leaf(site.fabric, peer)
        port.vlan = rail_vlan(site.ref.rail)
    if not site.cluster.exists(site.fabric, node):
        port.role, port.description = _RESERVED, None
        return None
    port.peer_device = name = peer.name
    port.peer_port = interface = site.port_name(peer, far_slot)
    port.description = f"{name} {interface}"
    if peer.role != HOST:
        cable = _link(site, port, slot, peer, far_slot)
        port.cable_m, port.headroom = cables[cable]
        return peer
    port.role = _HOST
    port.cable_m, port.headroom = cables[HOST]
    if not shared:
        port.ipv4 = site.fabric.numbers.gateway(site.ref.index, slot)
    return peer


def _keep(site: Site, port: Port, slot: int) -> None:
    """Make a port the one that a list keeps for what is not there yet."""
    fabric, ref = site.fabric, site.ref
    port.role, port.enabled, port.description = _RESERVED, not site.is_shut(slot), None
    if fabric.numbers.shared and ref.role == fabric.edge.role and slot < fabric.layer(ref.role).down:
        port.vlan = rail_vlan(ref.rail)


def _link(site: Site, port: Port, slot: int, peer: DeviceRef, far_slot: int) -> str:
    """Make a port the end of a link to another switch, by the uplink of its lower end; return the key of its cable."""
    fabric, ref, layer = site.fabric, site.ref, site.layer
    across = layer.link_across(slot) if layer.across else None
    if across is not None:
        # between equals, the end that comes first counts as the lower one
        lower, uplink = min(((ref, slot), (peer, far_slot)), key=lambda end: (end[0].index, end[1]))
        port.role, cable = PortRole(across), across
    elif slot >= layer.down:
        port.role, lower, uplink, cable = _UPLINK, ref, slot, peer.role
    else:
        port.role, lower, uplink, cable = _DOWNLINK, peer, far_slot, ref.role
    address = fabric.numbers.uplink(lower.role, lower.index, uplink - fabric.layer(lower.role).down)
    if address is None:
        port.unnumbered = True
    else:
        port.ipv4 = address if lower is peer else address + 1
    return cable


def _lead_out(port: Port, external: External) -> None:
    """Make a spare port the one to a router that is not netgen's; it has no RoCE policy, and so no PFC."""
    port.role, port.enabled, port.description = PortRole.EXTERNAL, True, external.name
    port.ipv4, port.ipv4_length = external.address, external.length
