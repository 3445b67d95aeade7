"""Cables between the racks of the inventory, held against the lengths that headroom is kept for."""

import math
from collections.abc import Iterator

from netgen.cluster.fabric import Fabric
from netgen.cluster.model import Cluster
from netgen.cluster.racks import Span, spans
from netgen.diagnostics.codes import qos
from netgen.diagnostics.finding import Finding


def check(cluster: Cluster) -> Iterator[Finding]:
    """Yield each kind of links of a lossless fabric that has cables longer than the intent says."""
    for fabric in cluster.fabrics:
        if fabric.roce is not None and any(one.lossless for one in fabric.roce.classes):
            yield from _check_fabric(cluster, fabric)


def _check_fabric(cluster: Cluster, fabric: Fabric) -> Iterator[Finding]:
    counts: dict[str, int] = {}
    longest: dict[str, Span] = {}
    for span in spans(cluster, fabric):
        planned = fabric.cables_m.get(span.key)
        if planned is not None and span.length_m > planned:
            counts[span.key] = counts.get(span.key, 0) + 1
            if span.key not in longest or span.length_m > longest[span.key].length_m:
                longest[span.key] = span
    for key, span in longest.items():
        many = f"{counts[key]:,} cables are" if counts[key] > 1 else "a cable is"
        yield qos.LONGER_BY_RACKS.about(
            f"{many} longer by the racks of both ends, up to {span.length_m:g}m from {span.a.name} to {span.b.name}",
            ("fabrics", fabric.name, "cables", key),
            advice=f"say what the longest needs: {key}: {math.ceil(span.length_m)}m",
        )
