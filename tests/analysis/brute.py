"""The same figures by looking at every link, path and flow: of small fabrics, and of nothing else that netgen reckons.

What is built is read off the cluster: who exists, who is cabled to whom, what is shut. networkx does the rest.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from fractions import Fraction

import networkx as nx

from netgen.cluster.fabric import Fabric
from netgen.cluster.model import Cluster
from netgen.cluster.topology.slots import HOST, layer_of

Nic = tuple[str, int, int]


def nic(fabric: Fabric, host: int, slot: int) -> Nic:
    return ("nic", host, slot // getattr(fabric.plan, "ports", 1))


def links(cluster: Cluster, fabric: Fabric) -> Iterator[tuple[object, object, int, tuple[int, int]]]:
    """Yield every live link between devices that exist: lower end, upper end, Gb/s, lower slot; hosts NIC by NIC."""
    roles = list(fabric.tiers)
    for role in (HOST, *roles):
        speed = fabric.edge.breakout if role == HOST else fabric.tiers[role].uplink_breakout
        layer = fabric.layer(role)
        for node in cluster.nodes(fabric, role):
            for slot in range(layer.down, layer.slots):
                far = fabric.overlay.topology.peer(node, slot)
                # of a link within a layer, the end that comes first stands for both
                if far is None or (node, slot) in fabric.overlay.disabled or (far[0] in layer and far < (node, slot)):
                    continue
                if not cluster.exists(fabric, far[0]):
                    assert far[0] in layer
                    continue
                yield (nic(fabric, node, slot) if role == HOST else node), far[0], speed.speed_gbps, (node, slot)


def graph(cluster: Cluster, fabric: Fabric) -> nx.Graph:
    """All NICs and switches; an edge says how many links it stands for, and what they carry."""
    found = nx.Graph()
    for low, high, gbps, _ in links(cluster, fabric):
        if not found.has_edge(low, high):
            found.add_edge(low, high, links=0, gbps=0)
        found[low][high]["links"] += 1
        found[low][high]["gbps"] += gbps
    return found


def max_flow(cluster: Cluster, fabric: Fabric, first: Iterable[int]) -> int:
    """What some hosts can send to all others at most."""
    inside = set(first)
    net = nx.DiGraph()
    net.add_nodes_from(["from", "to"])
    for low, high, data in graph(cluster, fabric).edges(data=True):
        for a, b in ((low, high), (high, low)):
            net.add_edge(a, b, capacity=data["gbps"])
    for node in list(net):
        if isinstance(node, tuple):
            net.add_edge(*(("from", node) if node[1] in inside else (node, "to")))
    return int(nx.maximum_flow_value(net, "from", "to"))


def shortest(net: nx.Graph, start: Nic) -> tuple[dict[object, int], dict[object, int]]:
    """Distances from a NIC and how many shortest paths there are, link by link; no NIC passes anything on."""
    distance, count, edge = {start: 0}, Counter({start: 1}), [start]
    while edge:
        reached: list[object] = []
        for node in edge:
            for far, data in net[node].items():
                if far not in distance:
                    distance[far] = distance[node] + 1
                    if not isinstance(far, tuple):
                        reached.append(far)
                if distance[far] == distance[node] + 1:
                    count[far] += count[node] * data["links"]
        edge = reached
    return distance, count


def groups_of_hosts(net: nx.Graph) -> list[set[int]]:
    """Hosts that reach each other, by what joins their switches."""
    switches = net.subgraph([node for node in net if not isinstance(node, tuple)])
    return [
        {far[1] for switch in part for far in net[switch] if isinstance(far, tuple)}
        for part in nx.connected_components(switches)
    ]


Flow = tuple[Nic, Nic, Fraction]


def loads(cluster: Cluster, fabric: Fabric, flows: Iterable[Flow]) -> dict[tuple[object, object], Fraction]:
    """Share of its bandwidth by which each pair of neighbours is loaded, one way, if every switch spreads evenly.

    What a NIC sends is in units of what its ports carry; its planes are different fabrics, and it sends evenly into
    each, and so it does to two ToRs.
    """
    whole = graph(cluster, fabric)
    carried: dict[tuple[object, object], Fraction] = defaultdict(Fraction)
    planes = getattr(fabric.plan, "planes", 1)
    by_plane = [_plane(fabric, whole, plane) for plane in range(1, planes + 1)]
    by_goal = defaultdict(list)
    for source, goal, amount in flows:
        by_goal[goal].append((source, amount))
    for net in by_plane:
        for goal, sources in by_goal.items():
            distance, _ = shortest(net, goal)
            waiting: dict[object, Fraction] = defaultdict(Fraction)
            for source, amount in sources:
                # both ToRs of a pair take their part, however near the goal is to either
                for far, data in net[source].items():
                    part = amount * data["gbps"]
                    carried[source, far] += part
                    waiting[far] += part
            for node in sorted(waiting, key=lambda node: -distance[node]):
                _pass_on(net, distance, waiting, carried, node)
    return {pair: amount / whole[pair[0]][pair[1]]["gbps"] for pair, amount in carried.items()}


def _pass_on(net: nx.Graph, distance: dict, waiting: dict, carried: dict, first: object) -> None:
    """Send on what waits at a switch, and at those that it passes it to."""
    amount = waiting.pop(first, Fraction(0))
    if not amount or not distance[first]:
        return
    nearer = {far: data["links"] for far, data in net[first].items() if distance.get(far) == distance[first] - 1}
    for far, count in nearer.items():
        part = amount * count / sum(nearer.values())
        carried[first, far] += part
        if distance[far]:
            waiting[far] += part
            _pass_on(net, distance, waiting, carried, far)


def _plane(fabric: Fabric, whole: nx.Graph, plane: int) -> nx.Graph:
    if getattr(fabric.plan, "planes", 1) == 1:
        return whole
    return whole.subgraph([node for node in whole if isinstance(node, tuple) or fabric.plan.ids(node).plane == plane])


def classes(fabric: Fabric, found: dict[tuple[object, object], Fraction]) -> dict[tuple[str, str], list[Fraction]]:
    """Loads by the roles of both ends, in the direction of the flow."""
    by_roles = defaultdict(list)
    for (a, b), load in found.items():
        roles = tuple(HOST if isinstance(end, tuple) else layer_of(fabric.plan, end).name for end in (a, b))
        by_roles[roles].append(load)
    return by_roles
