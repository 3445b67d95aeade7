"""Whether the out-of-band network can be built: ports, speeds, and names."""

from collections.abc import Iterator

from netgen.cluster.directory import directory
from netgen.cluster.model import Cluster, OutOfBandPlan
from netgen.cluster.out_of_band import OUT_OF_BAND, out_of_band
from netgen.diagnostics.codes import derived
from netgen.diagnostics.finding import Finding, IntentPath
from netgen.intent.models import Intent
from netgen.intent.out_of_band import OutOfBand

PATH: IntentPath = ("management", "out-of-band")


def check(intent: Intent, cluster: Cluster) -> Iterator[Finding]:
    """Yield what cannot be laid out, or else spines that have too few ports, and names that others have."""
    plan, given = cluster.management.out_of_band, intent.management.out_of_band
    if plan is not None and given is not None:
        wrong = list(_parts(plan, given))
        if OUT_OF_BAND in {fabric.name for fabric in cluster.networks}:
            said = f"a fabric is called as the {OUT_OF_BAND} network is"
            wrong.append(derived.NAME_COLLISION.about(said, ("fabrics", OUT_OF_BAND), at_key=True))
        yield from wrong or _whole(cluster)


def _parts(plan: OutOfBandPlan, given: OutOfBand) -> Iterator[Finding]:
    if plan.leaf.copper == 0:
        yield derived.PORT_BUDGET.about(
            f"a {plan.leaf.name} has no port of twisted pair for a device", (*PATH, "leaf", "model")
        )
    if plan.spine is None:
        if given.leaf.uplinks is not None:
            said = "nothing is above the leaves: what joins them is not netgen's"
            yield derived.NO_USE.about(said, (*PATH, "leaf", "uplinks"), at_key=True, advice="describe a `spine`")
        return
    key = ("leaf", "uplinks") if given.leaf.uplinks is not None else ("spine", "count")
    if plan.uplinks % plan.spines:
        yield derived.SPINE_COUNT.about(
            f"{plan.spines} spines cannot share {plan.uplinks} uplinks a leaf, the same number to every spine",
            (*PATH, *key),
        )
    if plan.uplinks > plan.leaf.uplinks:
        yield derived.PORT_BUDGET.about(f"a {plan.leaf.name} has {plan.leaf.uplinks} cages for uplinks", (*PATH, *key))
    if plan.leaf.uplink_gbps != plan.spine.uplink_gbps:
        yield derived.SPEED_MISMATCH.about(
            f"uplinks of a {plan.leaf.name} run at {plan.leaf.uplink_gbps}G, "
            f"ports of a {plan.spine.name} at {plan.spine.uplink_gbps}G",
            (*PATH, "spine", "model"),
            related=(((*PATH, "leaf", "model"), "the leaves"),),
        )


def _whole(cluster: Cluster) -> Iterator[Finding]:
    network = out_of_band(cluster)
    if network is None:
        return
    spine, needed = network.plan.spine, network.spine_ports
    if spine is not None and needed > spine.uplinks:
        yield derived.PORT_BUDGET.about(
            f"{network.leaves} leaves need {needed} ports of a spine; a {spine.name} has {spine.uplinks}",
            (*PATH, "spine", "model"),
            advice="choose a model with more ports, or fewer uplinks of a leaf",
        )
    known = directory(cluster)
    for ref in network.devices():
        if known.derived(ref.derived_name) is not None or known.called(ref.name) is not None:
            yield derived.NAME_COLLISION.about(
                f"a device of a fabric would be called {ref.name}, as a switch of this network is", PATH, at_key=True
            )
            return
