"""Switches that exceptions cut off: every link to the other tier is shut."""

from collections import Counter
from collections.abc import Iterator

from netgen.cluster.fabric import AnyNetwork
from netgen.cluster.model import Cluster
from netgen.cluster.topology.slots import HOST, layer_of
from netgen.diagnostics.codes import derived
from netgen.diagnostics.finding import Finding, IntentPath


def check(cluster: Cluster) -> Iterator[Finding]:
    """Yield every switch that exceptions leave without a link to a tier beside it; cost grows with the exceptions."""
    for fabric in cluster.networks:
        path: IntentPath = ("fabrics", fabric.name, "exceptions")
        shut = Counter((node, tier) for node, slot in fabric.overlay.disabled if (tier := _joined(fabric, node, slot)))
        for (node, tier), count in sorted(shut.items()):
            if count == _links(cluster, fabric, node, tier):
                ref = cluster.device_at(fabric, node)
                said = f"all {count} links between {ref.name} and the {_MANY[tier]} are shut"
                at_edge = ref.role == fabric.edge.role
                lost = "its hosts reach nobody" if at_edge else "no path leads over it"
                yield derived.CUT_OFF.about(said, path, at_key=True, notes=(lost,))


_MANY = {"leaf": "leaves", "spine": "spines", "superspine": "superspines", "router": "other routers"}


def _joined(fabric: AnyNetwork, node: int, slot: int) -> str | None:
    """Return the tier at the other end of a switch's slot; ``None``: one of the ends is a host."""
    far = fabric.overlay.topology.peer(node, slot)
    if far is None or layer_of(fabric.plan, node).name == HOST:
        return None
    tier = layer_of(fabric.plan, far[0]).name
    return None if tier == HOST else tier


def _links(cluster: Cluster, fabric: AnyNetwork, node: int, tier: str) -> int:
    """Count the links of a switch to switches of a tier that exist."""
    return sum(
        end is not None and layer_of(fabric.plan, end[0]).name == tier and cluster.exists(fabric, end[0])
        for end in fabric.overlay.topology.far_ends(node)
    )
