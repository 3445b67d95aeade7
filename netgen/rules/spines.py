"""More spines than the links of the leaves need, since few numbers divide the uplinks of a leaf."""

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
from netgen.intent.models import Intent

MOST_MORE_PERCENT = 15
"""Of uplinks, beyond those that are needed, that are worth half of the spines."""


def check_derived(intent: Intent, cluster: Cluster) -> Iterator[Finding]:
    """Yield fabrics of two tiers that a few more uplinks a leaf would spare half of their spines."""
    for fabric in cluster.networks:
        given, plan = intent.networks[fabric.name], fabric.plan
        if not isinstance(plan, Clos) or plan.cores or given.leaf is None or given.spine is None:
            continue
        if given.leaf.uplinks is None and given.spine.count is None:
            for uplinks, spines in _with_more(fabric, plan):
                yield derived.MANY_SPINES.about(
                    f"{plan.uplinks} uplinks a leaf are shared out by {plan.spines} spines, "
                    f"{uplinks} would be by {spines}",
                    ("fabrics", fabric.name, SPINE),
                    at_key=True,
                    advice=f"write `leaf: {{uplinks: {uplinks}}}`, or lay out a `capacity` of more hosts a unit",
                )


def _with_more(fabric: AnyNetwork, plan: Clos) -> Iterator[tuple[int, int]]:
    """Yield the fewest uplinks beyond those of a plan that need at most half of its spines, and how many; if any."""
    leaf, spine = fabric.tiers[LEAF], fabric.tiers[SPINE]
    ratio = Fraction(leaf.breakout.speed_gbps, leaf.uplink_breakout.speed_gbps)
    box = Box(leaf.model.cages, leaf.breakout.ports, leaf.uplink_breakout.ports, ratio)
    ports = spine.model.cages * spine.breakout.ports
    for uplinks in range(plan.uplinks + 1, plan.uplinks * (100 + MOST_MORE_PERCENT) // 100 + 1):
        if not box.fits(plan.down, uplinks):
            return
        spines = next((n for n in divisors(uplinks) if plan.block * (uplinks // n) <= ports), plan.spines)
        if 2 * spines <= plan.spines:
            yield uplinks, spines
            return
