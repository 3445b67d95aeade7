"""Switches that exceptions cut off: every link to the other tier is shut."""

from collections import Counter
from collections.abc import Iterator

from netgen.cluster.model import LEAF, SPINE, Cluster, Fabric
from netgen.cluster.topology.slots import layer_of
from netgen.diagnostics.codes import derived
from netgen.diagnostics.finding import Finding, IntentPath

_OTHERS = {LEAF: ("spines", "its hosts reach nobody"), SPINE: ("leaves", "no path leads over it")}
"""By role: the other tier, and what it means to have no link to it."""


def check(cluster: Cluster) -> Iterator[Finding]:
    """Yield every switch that exceptions leave without a link to the other tier; cost grows with the exceptions."""
    for fabric in cluster.fabrics:
        path: IntentPath = ("fabrics", fabric.name, "exceptions")
        shut = Counter(node for node, slot in fabric.overlay.disabled if _joins_switches(fabric, node, slot))
        for node, count in sorted(shut.items()):
            ref = cluster.device_at(fabric, node)
            if count == _links(cluster, fabric, ref.role):
                others, lost = _OTHERS[ref.role]
                said = f"all {count} links between {ref.name} and the {others} are shut"
                yield derived.CUT_OFF.about(said, path, at_key=True, notes=(lost,))


def _joins_switches(fabric: Fabric, node: int, slot: int) -> bool:
    layer = layer_of(fabric.plan, node)
    return layer is fabric.plan.layers[-1] or (layer.name == LEAF and not fabric.plan.faces_host(slot))


def _links(cluster: Cluster, fabric: Fabric, role: str) -> int:
    """Count the links of a switch to switches of the other tier that exist."""
    plan = fabric.plan
    if role == LEAF:
        return plan.uplinks
    return plan.trunk * sum(len(plan.leaves_of(pod, unit)) for pod, units in cluster.pods.items() for unit in units)
