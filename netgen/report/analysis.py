"""The analysis of every fabric as plain data."""

from collections.abc import Callable
from typing import Any

from msgspec import to_builtins

from netgen.analysis import spread, walked
from netgen.analysis.bisection import bisection
from netgen.analysis.capacity import oversubscription
from netgen.analysis.collectives import collectives
from netgen.analysis.exceptions import shut
from netgen.analysis.failures import losses
from netgen.analysis.hashing import polarisation
from netgen.analysis.paths import equal_paths
from netgen.analysis.survey import Survey, survey
from netgen.cluster.fabric import AnyNetwork, Fabric
from netgen.cluster.model import Cluster
from netgen.cluster.topology.clos import Clos
from netgen.cluster.topology.slots import HOST
from netgen.compile import Compiled
from netgen.report.equipment import equipment

MOST_STEPS = 8_000_000
"""Of a fabric that no formula is for: switches with hosts x links between switches; each of the one walks the other."""


def _quiet(text: str) -> None:
    del text


def analysis(
    compiled: Compiled, cluster: Cluster, fabric: AnyNetwork, step: Callable[[str], None] = _quiet
) -> dict[str, Any] | None:
    """Reckon all figures of a fabric; docs/analysis.md defines them.

    Parameters
    ----------
    step
        Is told what is reckoned next, where that may last.

    Returns
    -------
    dict or None
        Of what is no Clos network, or has leaves whose hosts differ, only the figures that are found by looking at
        every link; ``None``: that would take more than `MOST_STEPS`.
    """
    plan = fabric.plan
    if not isinstance(plan, Clos) or plan.seated:
        return _walked(compiled, cluster, fabric, step)
    seen = survey(cluster, fabric, plan)
    exceptions = shut(seen, cluster, fabric)
    return {
        "oversubscription": to_builtins(oversubscription(fabric)),
        "bisection": to_builtins(bisection(seen, cluster, fabric)),
        "paths": [to_builtins(one) for one in equal_paths(seen)],
        "failures": [to_builtins(one) for one in losses(seen)],
        "exceptions": None if exceptions is None else to_builtins(exceptions),
        "collectives": [{**to_builtins(one), "slowed": one.slowed} for one in collectives(seen)],
        "equipment": equipment(compiled, cluster, fabric),
        **_hashed(compiled, seen, fabric),
    }


def _hashed(compiled: Compiled, seen: Survey, fabric: AnyNetwork) -> dict[str, Any]:
    """Return what hashing costs; a subnet manager chooses the paths of InfiniBand, and hashes nothing."""
    if not isinstance(fabric, Fabric):
        return {}
    found = to_builtins(polarisation(seen, fabric, compiled.platforms))
    return {"polarisation": {"load_balancing": fabric.load_balancing, **found}}


def _walked(
    compiled: Compiled, cluster: Cluster, fabric: AnyNetwork, step: Callable[[str], None]
) -> dict[str, Any] | None:
    between = sum(count for (lower, _), count in fabric.plan.link_counts().items() if lower != HOST)
    if len(cluster.nodes(fabric, fabric.edge.role)) * between > MOST_STEPS:
        return None
    step("links")
    seen = walked.walk(cluster, fabric)
    step("bisection")
    found: dict[str, Any] = {"bisection": to_builtins(walked.bisection(seen))}
    step("paths and loads")
    found |= _spread(seen, cluster, fabric)
    step("failures")
    found["failures"] = [to_builtins(one) for one in walked.losses(seen)]
    step("equipment")
    return found | {"equipment": equipment(compiled, cluster, fabric)}


def _spread(seen: walked.Walked, cluster: Cluster, fabric: AnyNetwork) -> dict[str, Any]:
    """Return paths and loads where the shortest ways are those that are taken, and a NIC has one to begin with."""
    if fabric.listed is not None or (isinstance(fabric.plan, Clos) and fabric.plan.ports > 1):
        return {}
    loads = spread.collectives(seen, cluster, fabric)
    return {
        "ways": [to_builtins(one) for one in spread.ways(seen, fabric)],
        "collectives": [{**to_builtins(one), "slowed": one.slowed} for one in loads],
    }
