"""No cycle of lossless buffers, over whatever routes the policies permit (Dally and Seitz 1987, for PFC's priorities).

A lossless buffer that is full pauses the link into it, so the buffer before it fills. Buffers that wait for each other
in a circle wait for ever. Whether they can is a question of routes: a packet that came over one link and goes out of
another makes the first wait for the second.

PFC priorities follow from the DSCP, which no switch of a fabric changes: a packet keeps its priority on the whole of
its way. So the graph is the same for every lossless priority, and is made once.

Two leaves and two spines of each of two blocks, with their superspines, stand for any number of them. All switches of a
tier have one policy; AS numbers matter by being equal or not; every leaf is cabled to every spine of its block, and so
on upwards. So whichever leaves and spines are named, a turn leaf, spine, leaf is permitted or not alike, and so is a
turn spine, leaf, spine. A circle needs a turn down and up again; if one is permitted, two switches of each of the two
tiers are enough to close one. Hosts that speak BGP have one policy
too: if a turn leaf, host, leaf were permitted, two hosts would close a circle with two leaves that they share.

Where switches of a tier are cabled to each other, a ring of them is enough: of routers in a dragonfly, of spines of
several groups in a dragonfly+, with a leaf at each.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from itertools import islice, pairwise

from netgen.cluster.fabric import DeviceRef, Fabric
from netgen.cluster.model import Cluster
from netgen.cluster.topology.slots import HOST, layer_of
from netgen.device.build import Build
from netgen.diagnostics.codes import qos
from netgen.diagnostics.finding import Finding
from netgen.platforms.model import Platform
from netgen.rules.routes import permitted_routes, routers_of

OF_EACH = 2
"""So many of what is alike stand for all of it."""


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
                advice=_WITHOUT if fabric.layer(fabric.edge.role).across else "",
            )


_WITHOUT = "leave out `roce`, or its lossless classes, or write `kind: dragonfly-plus`, where every way leads up once"


def representatives(cluster: Cluster, fabric: Fabric) -> list[DeviceRef]:
    """Return some leaves of up to two blocks, some spines and superspines over them, and some hosts at one leaf."""
    if fabric.layer(fabric.edge.role).across:
        return [cluster.device_at(fabric, node) for node in _ring(cluster, fabric, fabric.edge.role)]
    leaves = cluster.nodes(fabric, fabric.edge.role)
    chosen: dict[int, None] = {}
    first = next(cluster.host_nodes(fabric))
    shared = [end[0] for slot in range(fabric.layer(HOST).slots) if (end := fabric.plan.peer(first, slot))]
    shared = shared or [*leaves[:1]]
    blocks: dict[tuple[int, ...], list[int]] = {}
    for leaf in (*shared, *leaves):
        if len(blocks) == OF_EACH and all(len(set(alike)) >= OF_EACH for alike in blocks.values()):
            break
        above = tuple(islice(_above(cluster, fabric, leaf), OF_EACH))
        if len(blocks) < OF_EACH or above in blocks:
            blocks.setdefault(above, []).append(leaf)
    for spines, of_block in blocks.items():
        for spine in spines:
            chosen |= dict.fromkeys((*islice(_above(cluster, fabric, spine), OF_EACH), spine))
        chosen |= dict.fromkeys(list(dict.fromkeys(of_block))[:OF_EACH])
    for role in fabric.tiers if fabric.grouped is not None else ():
        for spine in _ring(cluster, fabric, role):
            below = fabric.plan.peer(spine, 0)
            chosen |= dict.fromkeys((spine,) if below is None else (spine, below[0]))
    # the policy of a leaf with external links is another one
    for border in list(dict.fromkeys(one.leaf for one in fabric.externals))[:OF_EACH]:
        chosen |= dict.fromkeys((*islice(_above(cluster, fabric, border), OF_EACH), border))
    hosts = [node for node in dict.fromkeys(fabric.plan.hosts_of(shared[0])) if cluster.exists(fabric, node)]
    chosen |= dict.fromkeys(hosts[:OF_EACH])
    return [cluster.device_at(fabric, node) for node in sorted(chosen, reverse=True)]


def _above(cluster: Cluster, fabric: Fabric, node: int) -> Iterator[int]:
    """Yield the switches above one that exist, each once."""
    layer = layer_of(fabric.plan, node)
    yield from _peers(cluster, fabric, node, range(layer.down, layer.down + layer.up))


def _ring(cluster: Cluster, fabric: Fabric, role: str) -> list[int]:
    """Return the switches of a shortest ring of links within a layer, by search in breadth from its first switch."""
    layer = fabric.layer(role)
    if not layer.across:
        return []
    first = cluster.nodes(fabric, role)[0]
    ways: dict[int, tuple[int, ...]] = {first: (first,)}
    waiting = deque([first])
    while waiting:
        node = waiting.popleft()
        for far in _peers(cluster, fabric, node, range(layer.down + layer.up, layer.slots)):
            if far not in ways:
                ways[far] = (*ways[node], far)
                waiting.append(far)
            elif far not in ways[node][-2:]:
                # two ways to one switch: a ring from where they part
                return list(dict.fromkeys((*ways[node], *ways[far])))
    return list(ways)[:OF_EACH]


def _peers(cluster: Cluster, fabric: Fabric, node: int, slots: Iterable[int]) -> Iterator[int]:
    """Yield the nodes at the other ends of some slots that exist, each once; mostly, the first few are asked for."""
    seen = set()
    for slot in slots:
        end = fabric.plan.peer(node, slot)
        if end is not None and end[0] not in seen:
            seen.add(end[0])
            if cluster.exists(fabric, end[0]):
                yield end[0]


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
