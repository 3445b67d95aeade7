"""No cycle of lossless buffers, over whatever routes the policies permit (Dally and Seitz 1987, for PFC's priorities).

A lossless buffer that is full pauses the link into it, so the buffer before it fills. Buffers that wait for each other
in a circle wait for ever. Whether they can is a question of routes: a packet that came over one link and goes out of
another makes the first wait for the second.

PFC priorities follow from the DSCP, which no switch of a fabric changes: a packet keeps its priority on the whole of
its way. So the graph is the same for every lossless priority, and is made once.

Two leaves and two spines stand for any number of them. All leaves have one policy, and so have all spines; AS
numbers matter by being equal or not; every leaf is cabled to every spine. So whichever leaves and spines are named, a
turn leaf, spine, leaf is permitted or not alike, and so is a turn spine, leaf, spine. A circle needs both kinds of
turns; if both are permitted, two leaves and two spines are enough to close one. Hosts that speak BGP have one policy
too: if a turn leaf, host, leaf were permitted, two hosts would close a circle with two leaves that they share.
"""

from collections.abc import Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from itertools import islice, pairwise

from netgen.cluster.model import Cluster, DeviceRef, Fabric
from netgen.device.build import Build
from netgen.diagnostics.codes import qos
from netgen.diagnostics.finding import Finding
from netgen.platforms.model import Platform
from netgen.rules.routes import permitted_routes, routers_of

OF_EACH = 2
"""So many leaves and spines stand for all of them."""


def check(cluster: Cluster, platforms: Mapping[str, Platform], build: Build) -> Iterable[Finding]:
    """Yield the circle in which lossless buffers of a fabric could wait for each other.

    Parameters
    ----------
    build
        Builds a device; remembers those that it has built.
    """
    for fabric in cluster.fabrics:
        lossless = () if fabric.roce is None else tuple(c for c in fabric.roce.classes if c.lossless)
        if not lossless:
            continue
        routers = routers_of(map(build, representatives(cluster, fabric)), platforms)
        circle = find_circle(permitted_routes(routers))
        if circle is not None:
            yield qos.DEADLOCK.about(
                f"lossless buffers could wait for each other in a circle: {' → '.join(circle)}",
                ("fabrics", fabric.name, "roce"),
                notes=(f"of PFC priority {', '.join(str(c.pfc_priority) for c in lossless)}",),
            )


def representatives(cluster: Cluster, fabric: Fabric) -> list[DeviceRef]:
    """Return some spines of one pod that exist, some leaves, and some hosts that are at the same leaves."""
    pod, units = min(cluster.pods.items())
    plan = fabric.plan
    unit, ids = min(units.items())
    leaves = [index for one in sorted(units) for index in plan.leaves_of(pod, one)]
    shared = plan.leaves_of(pod, unit)[(next(iter(ids)) - 1) // plan.down :: plan.group]
    return [
        *(cluster.spine(fabric, index) for index in plan.spines_of(pod)[:OF_EACH]),
        *(cluster.leaf(fabric, index) for index in list(dict.fromkeys((*shared, *leaves)))[:OF_EACH]),
        *(cluster.host(fabric, plan.host_at(pod, unit, host)) for host in islice(ids, OF_EACH)),
    ]


def find_circle(routes: Iterable[Sequence[str]]) -> list[str] | None:
    """Find links that wait for each other in a circle.

    Parameters
    ----------
    routes
        The nodes that a packet passes, in its direction.

    Returns
    -------
    list or None
        The nodes of one circle, the first of them at its end once more; ``None``: there is no circle.
    """
    waits_for: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for route in routes:
        for link, following in pairwise(pairwise(route)):
            waits_for.setdefault(link, set()).add(following)
    try:
        TopologicalSorter(waits_for).prepare()
    except CycleError as error:
        # each link precedes the one that waits for it, and the last is the first again
        links: list[tuple[str, str]] = error.args[1]
        return [start for start, _ in reversed(links)]
    return None
