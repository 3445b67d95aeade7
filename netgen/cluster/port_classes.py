"""Which ports with a RoCE policy the switches of a tier have, class by class: headroom is reckoned once for each."""

from netgen.catalog.model import SwitchModel
from netgen.cluster.buffers import FRAME_BYTES, PortClass, headroom
from netgen.cluster.fabric import Fabric, Tier
from netgen.platforms.lengths import headroom_lengths
from netgen.platforms.model import Platform


def port_classes(fabric: Fabric, tier: Tier, model: SwitchModel, platform: Platform) -> dict[str, PortClass]:
    """Return the ports of a tier's switch that is of a model, by the key of their cables in the intent.

    Ports are counted as laid out, so that growth changes nothing. Lossless ones without a length of cable are left out,
    and all where the fabric has no policy.
    """
    if fabric.roce is None:
        return {}
    groups = sum(c.lossless for c in fabric.roce.classes)
    lengths = headroom_lengths(platform, model.name) or {}
    found = {}
    for key, (count, breakout) in fabric.cables_at(tier.role).items():
        length = fabric.cables_m[key]
        if length is not None or not groups:
            speed, lanes = breakout.speed_gbps, model.lanes // breakout.ports
            cable = _next(length or 1, lengths.get(speed, ()))
            room = headroom(speed, cable, max(FRAME_BYTES, tier.mtu_bytes), model.asic, lanes)
            found[key] = PortClass(count, speed, lanes, groups, room)
    return found


def _next(length: int, lengths: tuple[int, ...]) -> int:
    """Return the shortest of a platform's lengths that is not shorter than a cable, or its own where none is."""
    return next((known for known in lengths if known >= length), length)
