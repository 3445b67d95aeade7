"""More switches than must be: spines, as few numbers divide the uplinks of a leaf; leaves, for slots kept free."""

import math
from collections.abc import Iterator
from fractions import Fraction

from netgen.cluster.demand import Box
from netgen.cluster.fabric import AnyNetwork
from netgen.cluster.model import Cluster
from netgen.cluster.sizing import divisors
from netgen.cluster.topology.clos import Clos
from netgen.cluster.topology.slots import LEAF, SPINE
from netgen.diagnostics.codes import derived
from netgen.diagnostics.finding import Finding
from netgen.intent.infiniband import InfinibandFabric
from netgen.intent.models import Fabric, Intent

MOST_MORE_PERCENT = 15
"""Of uplinks, beyond those that are needed, that are worth half of the spines."""


def check_derived(intent: Intent, cluster: Cluster) -> Iterator[Finding]:
    """Yield what a little other intent would spare."""
    for fabric in cluster.networks:
        if isinstance(fabric.plan, Clos):
            given = intent.networks[fabric.name]
            yield from _many_spines(given, fabric, fabric.plan)
            yield from _many_leaves(given, fabric, fabric.plan)


def _many_spines(given: Fabric | InfinibandFabric, fabric: AnyNetwork, plan: Clos) -> Iterator[Finding]:
    """Yield two tiers that a few more uplinks a leaf would spare half of their spines."""
    if plan.cores or given.leaf is None or given.spine is None:
        return
    if given.leaf.uplinks is None and given.spine.count is None:
        for uplinks, spines in _with_more(fabric, plan):
            yield derived.MANY_SPINES.about(
                f"{plan.uplinks} uplinks a leaf are shared out by {plan.spines} spines, {uplinks} would be by {spines}",
                ("fabrics", fabric.name, SPINE),
                at_key=True,
                advice=f"write `leaf: {{uplinks: {uplinks}}}`, or lay out a `capacity` of more hosts a unit",
            )


def _with_more(fabric: AnyNetwork, plan: Clos) -> Iterator[tuple[int, int]]:
    """Yield the fewest uplinks beyond those of a plan that need at most half of its spines, and how many; if any."""
    box, spine = _leaf(fabric), fabric.tiers[SPINE]
    ports = spine.model.cages * spine.breakout.ports
    for uplinks in range(plan.uplinks + 1, plan.uplinks * (100 + MOST_MORE_PERCENT) // 100 + 1):
        if not box.fits(plan.down, uplinks):
            return
        spines = next((n for n in divisors(uplinks) if plan.block * (uplinks // n) <= ports), plan.spines)
        if 2 * spines <= plan.spines:
            yield uplinks, spines
            return


def _many_leaves(given: Fabric | InfinibandFabric, fabric: AnyNetwork, plan: Clos) -> Iterator[Finding]:
    """Yield reserved slots for which there are more leaves."""
    if not plan.reserved or plan.seated or given.leaf is None:
        return
    box = _leaf(fabric, given.oversubscription.leaf, given.leaf.uplinks)
    room = box.most_down(up=plan.spines > 0) // plan.per_rail(0)
    group = math.ceil(plan.hosts * plan.sharing / room) * plan.tors
    if group < plan.group:
        of = "rail of a set" if plan.railed else "set"
        yield derived.MANY_LEAVES.about(
            f"every {of} has {plan.group} leaves, and {group} without reserved slots",
            ("fabrics", fabric.name, LEAF, "reserved"),
            advice="leave out the ids of hosts whose place is taken, such as 32 of `hosts: 1-31`, in place of it; the "
            "nodes that take it say `in-place-of: 32`",
        )


def _leaf(fabric: AnyNetwork, oversubscription: Fraction = Fraction(1), uplinks: int | None = None) -> Box:
    leaf = fabric.tiers[LEAF]
    ratio = Fraction(leaf.breakout.speed_gbps, leaf.uplink_breakout.speed_gbps)
    splits = leaf.breakout.ports, leaf.uplink_breakout.ports
    return Box(leaf.model.cages, *splits, ratio, oversubscription=oversubscription, uplinks=uplinks)
