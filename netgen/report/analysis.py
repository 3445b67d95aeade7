"""The analysis of every fabric as plain data."""

from dataclasses import asdict
from typing import Any

from netgen.analysis.bisection import bisection
from netgen.analysis.capacity import oversubscription
from netgen.analysis.collectives import collectives
from netgen.analysis.exceptions import shut
from netgen.analysis.failures import losses
from netgen.analysis.hashing import polarisation
from netgen.analysis.paths import equal_paths
from netgen.analysis.survey import survey
from netgen.cluster.model import Cluster, Fabric
from netgen.cluster.topology.clos import Clos
from netgen.compile import Compiled
from netgen.report.equipment import equipment


def analysis(compiled: Compiled, cluster: Cluster, fabric: Fabric) -> dict[str, Any] | None:
    """Reckon all figures of a fabric; docs/analysis.md defines them.

    Returns
    -------
    dict or None
        ``None``: it is no Clos network, and the formulas are for these.
    """
    plan = fabric.plan
    if not isinstance(plan, Clos):
        return None
    seen = survey(cluster, fabric, plan)
    exceptions = shut(seen, cluster, fabric)
    return {
        "oversubscription": asdict(oversubscription(fabric)),
        "bisection": asdict(bisection(seen, cluster, fabric)),
        "paths": [asdict(one) for one in equal_paths(seen)],
        "failures": [asdict(one) for one in losses(seen)],
        "exceptions": None if exceptions is None else asdict(exceptions),
        "collectives": [{**asdict(one), "slowed": one.slowed} for one in collectives(seen)],
        "equipment": equipment(compiled, cluster, fabric),
        "polarisation": {
            "load_balancing": fabric.load_balancing,
            **asdict(polarisation(seen, fabric, compiled.platforms)),
        },
    }
