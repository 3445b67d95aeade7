"""Load balancing other than by hash: every tier that has equal-cost paths can do it, and the NICs bear it."""

from collections.abc import Iterator, Mapping

from netgen.cluster.fabric import Fabric, Tier
from netgen.cluster.model import Cluster
from netgen.diagnostics.codes import platform as codes
from netgen.diagnostics.finding import Finding, IntentPath
from netgen.platforms.model import Platform
from netgen.rules.merge import merged

_BY_HASH, _BY_PACKET = "hash", "per-packet"
_PLURAL = {"router": "the routers", "leaf": "the leaves", "spine": "the spines", "superspine": "the superspines"}
_WORDS = {"flowlet": "by flowlet", "per-packet": "by packet"}


def check(cluster: Cluster, platforms: Mapping[str, Platform]) -> Iterator[Finding]:
    """Yield the platforms, and the NICs, that cannot do what the intent asks for."""
    for fabric in cluster.fabrics:
        if fabric.load_balancing != _BY_HASH:
            yield from merged(_unable(fabric, platforms))
        for plan in cluster.host_plans(fabric) if fabric.load_balancing == _BY_PACKET else ():
            if plan.profile.nics[fabric.nics].out_of_order:
                continue
            yield codes.NIC_ORDER.about(
                f"the NICs of {plan.profile.name} need the packets of a flow in order",
                ("fabrics", fabric.name, "load-balancing"),
                related=(((*plan.origin.split("."), "profile"), "the hosts"),),
                advice=f"write `load-balancing: {_other(fabric, platforms)}`, or `out-of-order: true` of NICs that can",
            )


def tiers_with_choice(fabric: Fabric) -> list[Tier]:
    """Return the tiers whose switches have several paths of equal cost.

    Spines have them over parallel links, and to hosts that announce a loopback over every NIC.
    """
    return [tier for tier in fabric.tiers.values() if fabric.equal_paths(tier.role) > 1]


def _unable(fabric: Fabric, platforms: Mapping[str, Platform]) -> Iterator[Finding]:
    path: IntentPath = ("fabrics", fabric.name)
    tiers = tiers_with_choice(fabric)
    able = [tier for tier in tiers if platforms[tier.platform].expresses[fabric.load_balancing] is None]
    for tier in tiers:
        platform = platforms[tier.platform]
        reason = platform.expresses[fabric.load_balancing]
        if reason is not None:
            yield codes.LOAD_BALANCING.about(
                f"{platform.title} cannot balance load {_WORDS[fabric.load_balancing]}",
                (*path, "load-balancing"),
                related=(((*path, fabric.told(tier.role), "platform"), _PLURAL[tier.role]),),
                notes=(reason,),
                advice=f"write `load-balancing: {_other(fabric, platforms)}`"
                + (f", or choose another platform for {_PLURAL[tier.role]}" if able else ""),
            )


def _other(fabric: Fabric, platforms: Mapping[str, Platform]) -> str:
    """Return the way that all tiers with a choice know, and that is nearest to what is asked for."""
    tiers = tiers_with_choice(fabric)
    for way in _WORDS:
        if way != fabric.load_balancing and all(platforms[tier.platform].expresses[way] is None for tier in tiers):
            return way
    return _BY_HASH
