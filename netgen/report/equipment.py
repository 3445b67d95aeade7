"""Switches, optics and cables of a fabric, and what they draw, from its bill of materials."""

from typing import Any

from netgen.catalog.optics import load_optics
from netgen.cluster.fabric import AnyNetwork
from netgen.cluster.model import Cluster
from netgen.compile import Compiled
from netgen.export.bill import bill, watts, without_watts
from netgen.export.cables import Cabling

SECTIONS = ("switch", "optic", "cable")

MOST_LINKS = 20_000
"""The bill looks at every cable: of more than these, it is left to `netgen export --as bom`."""


def equipment(compiled: Compiled, cluster: Cluster, fabric: AnyNetwork) -> dict[str, Any] | None:
    """Count the equipment of a fabric.

    Returns
    -------
    dict or None
        Counts by section, the most that these draw in watts as far as it is known, and of how many it is not;
        ``None``: the fabric has more than `MOST_LINKS` links.
    """
    if sum(fabric.plan.link_counts().values()) > MOST_LINKS:
        return None
    lines = bill(Cabling(cluster, compiled.platforms, load_optics(compiled.found), fabric.name))
    return {
        "count": {one: sum(line.quantity for line in lines if line.section == one) for one in SECTIONS},
        "watts": {one: watts(lines, one) for one in SECTIONS},
        "power_not_known": {one: without_watts(lines, one) for one in SECTIONS},
    }
