"""Which ports with a RoCE policy the switches of a tier have, class by class: headroom is reckoned once for each."""

from netgen.catalog.model import SwitchModel
from netgen.cluster.buffers import FRAME_BYTES, PortClass, headroom
from netgen.cluster.model import LEAF, Fabric, Tier
from netgen.platforms.lengths import headroom_lengths
from netgen.platforms.model import Platform

HOST_CABLES, SPINE_CABLES = "host", "spine"
"""Keys of ``cables`` in the intent."""


def port_classes(fabric: Fabric, tier: Tier, model: SwitchModel, platform: Platform) -> dict[str, PortClass]:
    """Return the ports of a tier's switch that is of a model, by the key of their cables in the intent.

    Ports are counted as laid out, so that growth changes nothing. Lossless ones without a length of cable are left out,
    and all where the fabric has no policy.
    """
    if fabric.roce is None:
        return {}
    groups = sum(c.lossless for c in fabric.roce.classes)
    ports = tier.port_map(model, fabric.plan)
    cabled = {SPINE_CABLES: (ports.down, tier.breakout, fabric.spine_cable_m)}
    if tier.role == LEAF:
        cabled = {
            HOST_CABLES: (ports.down, tier.breakout, fabric.host_cable_m),
            SPINE_CABLES: (ports.up, tier.uplink_breakout, fabric.spine_cable_m),
        }
    lengths = headroom_lengths(platform, model.name) or {}
    found = {}
    for key, (count, breakout, length) in cabled.items():
        if length is not None or not groups:
            speed, lanes = breakout.speed_gbps, model.lanes // breakout.ports
            cable = _next(length or 1, lengths.get(speed, ()))
            room = headroom(speed, cable, max(FRAME_BYTES, tier.mtu_bytes), model.asic, lanes)
            found[key] = PortClass(count, speed, lanes, groups, room)
    return found


def _next(length: int, lengths: tuple[int, ...]) -> int:
    """Return the shortest of a platform's lengths that is not shorter than a cable, or its own where none is."""
    return next((known for known in lengths if known >= length), length)
