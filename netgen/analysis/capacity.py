"""Oversubscription: bandwidth that faces down to bandwidth that faces up, by tier, and of a whole path."""

import math

from netgen.cluster.fabric import AnyNetwork
from netgen.cluster.topology.slots import HOST
from netgen.record import Record


class Oversubscription(Record):
    """By role, from the leaves upwards; the top tier has none.

    Parameters
    ----------
    tiers
        Of a switch that is cabled for its whole capacity, reserved host slots left out.
    path
        Their product: the least share of its NIC's speed that a host has if all send as far as they can.
    """

    tiers: dict[str, float]
    path: float


def oversubscription(fabric: AnyNetwork) -> Oversubscription:
    """Reckon it for a fabric: sum down / sum up of a switch, and the product over the tiers."""
    tiers = {}
    for role, tier in fabric.tiers.items():
        if fabric.above(role) is not None:
            layer = fabric.layer(role)
            down = layer.down - (fabric.reserved if fabric.below(role) == HOST else 0)
            tiers[role] = down * tier.breakout.speed_gbps / (layer.up * tier.uplink_breakout.speed_gbps)
    return Oversubscription(tiers, math.prod(tiers.values()))
