"""Whether all NICs of a host are at one leaf, where they are to be one bundle."""

from collections.abc import Iterator

from netgen.cluster.fabric import Fabric
from netgen.cluster.model import Cluster
from netgen.cluster.topology.slots import HOST, Overlaid, Topology
from netgen.diagnostics.codes import derived
from netgen.diagnostics.finding import Finding, IntentPath
from netgen.intent import models

RAILED = ("rail-optimized", "rail-only")


def check(intent: models.Intent) -> Iterator[Finding]:
    """Yield what the intent says of fabrics with bundles that these do not have."""
    for name, fabric in intent.fabrics.items():
        if fabric.attach == "bond" and fabric.roce is not None:
            path: IntentPath = ("fabrics", name)
            yield derived.ATTACHMENT.about(
                "the ports of a bundle have no RoCE policy",
                (*path, "roce"),
                at_key=True,
                related=(((*path, "attach"), "bundled"),),
                advice="leave `roce` out, or attach the hosts as routed-31",
            )


def check_derived(intent: models.Intent, cluster: Cluster) -> Iterator[Finding]:
    """Yield the fabrics in which the NICs of a bundle are at more than one leaf, by plan or by an exception."""
    for fabric in cluster.fabrics:
        if not fabric.numbers.bundled:
            continue
        most = max(len(_leaves(fabric.plan, host)) for host in cluster.nodes(fabric, HOST))
        if most > 1:
            yield _by_plan(intent.fabrics[fabric.name], fabric, most)
        elif divided := [host for host in _moved(fabric) if _is_divided(fabric, host)]:
            names = ", ".join(cluster.device_at(fabric, host).name for host in divided)
            yield derived.ATTACHMENT.about(
                f"swapped cables leave NICs of {names} at another leaf than their bundle's",
                ("fabrics", fabric.name, "exceptions"),
                at_key=True,
                related=((("fabrics", fabric.name, "attach"), "bundled"),),
                advice="swap the cables back",
            )


def _by_plan(given: models.Fabric, fabric: Fabric, leaves: int) -> Finding:
    path: IntentPath = ("fabrics", fabric.name)
    nics = fabric.layer(HOST).slots
    advice, because = "attach the hosts in another way", "kind"
    if given.dual_tor or given.planes > 1:
        because = "dual-tor" if given.dual_tor else "planes"
    elif given.kind in RAILED:
        advice = f"write `kind: fat-tree`, or `share: {{rails: {nics}}}`"
    return derived.ATTACHMENT.about(
        f"the {nics} ports of a host's NICs are at {leaves} switches, and a bundle ends at one",
        (*path, "attach"),
        related=(((*path, because), "therefore"),),
        advice=advice,
    )


def _moved(fabric: Fabric) -> list[int]:
    """Return the hosts whose cables an exception moved."""
    topology, hosts = fabric.overlay.topology, fabric.layer(HOST)
    return sorted({node for node, _ in topology.peers if node in hosts}) if isinstance(topology, Overlaid) else []


def _is_divided(fabric: Fabric, host: int) -> bool:
    """Whether a host is anywhere but at the leaf where it is planned to be, by which its bundle has its number."""
    return _leaves(fabric.overlay.topology, host) != _leaves(fabric.plan, host)


def _leaves(topology: Topology, host: int) -> set[int]:
    return {end[0] for end in topology.far_ends(host) if end is not None}
