"""Which switch is which, by the cables that ibnetdiscover has seen.

Switches without management all describe themselves alike. But a host's port says who it is, and the plan says which
leaf it is cabled to; so the switch that most of a leaf's hosts are seen at is that leaf. Its uplinks say in the same
way which spines are which, and so on upwards. A few wrong cables are outvoted; a later look at the links names them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from netgen.cluster.infiniband import InfinibandFabric
from netgen.cluster.model import Cluster
from netgen.cluster.topology.slots import HOST
from netgen.intent.guids import SeenLink

Votes = dict[int, Counter[int]]
"""By node of the topology: how often each switch, by its GUID, was seen in its place."""


def switches_seen(cluster: Cluster, fabric: InfinibandFabric, links: Iterable[SeenLink]) -> Mapping[int, int]:
    """Return the node GUIDs of switches by node: those that the list names, and those that the cables tell.

    Parameters
    ----------
    cluster, fabric
        With the GUIDs of HCAs, and of switches that have a name.
    links
        The cables, once from either end or from both.
    """
    far = {(link.guid, link.port): (link.peer, link.peer_port) for link in links}
    far |= {there: here for here, there in far.items()}
    found, named = dict(fabric.switch_guids), set(fabric.switch_guids.values())
    votes: Votes = {}
    for (node, slot), hca in fabric.hcas.items():
        _vote(cluster, fabric, votes, (node, slot), far.get((hca.node_guid, hca.port)))
    fresh = _elected(votes, found, named)
    fresh |= {node: guid for node, guid in found.items() if node not in fresh}
    while fresh:
        found |= fresh
        votes = {}
        for node, guid in fresh.items():
            ref = cluster.device_at(fabric, node)
            ports = fabric.port_map(ref)
            for slot in range(fabric.layer(ref.role).slots):
                _vote(cluster, fabric, votes, (node, slot), far.get((guid, ports.numbers[ports.position(slot)])))
        fresh = _elected(votes, found, set(found.values()))
    return found


def _vote(
    cluster: Cluster, fabric: InfinibandFabric, votes: Votes, end: tuple[int, int], seen: tuple[int, int] | None
) -> None:
    """Count the switch that was seen at the other end of a cable for the one that is planned there."""
    planned = fabric.overlay.topology.peer(*end)
    if planned is None or seen is None or planned[0] in fabric.layer(HOST):
        return
    if cluster.exists(fabric, planned[0]):
        votes.setdefault(planned[0], Counter())[seen[0]] += 1


def _elected(votes: Votes, found: Mapping[int, int], taken: set[int]) -> dict[int, int]:
    """Return the switches that most cables of a place were seen at, each for the place that has most of its cables."""
    best: dict[int, tuple[int, int]] = {}
    for node, seen in votes.items():
        guid, count = seen.most_common(1)[0]
        clear = 2 * count > sum(seen.values()) and node not in found and guid not in taken
        if clear and count > best.get(guid, (0, 0))[0]:
            best[guid] = count, node
    return {node: guid for guid, (_, node) in best.items()}
