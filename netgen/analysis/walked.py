"""Bisection and losses of a fabric that is no Clos network: over every one of its links, so of small ones only.

Flows may take any way here, and not the shortest only: what routing makes of it is no more than this.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from netgen.analysis.bisection import Bisection
from netgen.analysis.failures import HOST_LINK, Loss
from netgen.cluster.fabric import AnyNetwork
from netgen.cluster.model import Cluster
from netgen.cluster.topology.slots import HOST, layer_of, links

FIRST, SECOND = "first half", "second half"


@dataclass(slots=True)
class Walked:
    """The links between devices that exist, and that are not shut.

    Parameters
    ----------
    hosts
        In the order of their ids.
    ports
        Gb/s of each host at each switch that it is attached to; a host that is at none is not in it.
    net
        The switches, a networkx graph; an edge says in ``capacity`` what its links carry in Gb/s, in ``one`` what one
        of them does, and in ``name`` what they are called, such as ``local`` or ``leaf-spine``.
    host_gbps
        Speed of a port of a NIC.
    cabled
        Ports of each host that have a cable, also those that are shut.
    roles
        Role of each switch.
    at
        Switch of each port of a host, by its slot.
    """

    hosts: list[int]
    ports: dict[int, Counter[int]]
    net: Any
    host_gbps: int
    cabled: Counter[int] = field(default_factory=Counter)
    roles: dict[int, str] = field(default_factory=dict)
    at: dict[int, dict[int, int]] = field(default_factory=dict)
    _beside: dict[int, list[tuple[int, int]]] = field(default_factory=dict, init=False, repr=False)
    _hops: dict[int, dict[int, int]] = field(default_factory=dict, init=False, repr=False)

    def beside(self, switch: int) -> list[tuple[int, int]]:
        """Return the switches that one is joined to, and by how many links."""
        known = self._beside.get(switch)
        if known is None:
            found = self.net[switch].items()
            known = self._beside[switch] = [(far, data["capacity"] // data["one"]) for far, data in found]
        return known

    def hops(self, goal: int) -> dict[int, int]:
        """Return how many links switches are from one, those that reach it, the nearest first."""
        known = self._hops.get(goal)
        if known is None:
            known = self._hops[goal] = {goal: 0}
            waiting = deque([goal])
            while waiting:
                node = waiting.popleft()
                for far, _ in self.beside(node):
                    if far not in known:
                        known[far] = known[node] + 1
                        waiting.append(far)
        return known

    @property
    def edge(self) -> set[int]:
        """Switches that hosts are attached to."""
        return {switch for ports in self.ports.values() for switch in ports}


def walk(cluster: Cluster, fabric: AnyNetwork) -> Walked:
    """Look at every link of a fabric but those to nodes in the places of hosts."""
    import networkx as nx  # loading it takes long, and few fabrics need it

    topology, overlay = fabric.overlay.topology, fabric.overlay
    hosts = [node for node in cluster.host_nodes(fabric) if node in fabric.layer(HOST).seats]
    there = {HOST: set(hosts)} | {role: set(cluster.nodes(fabric, role)) for role in fabric.tiers}
    found = Walked(hosts, {}, nx.Graph(), fabric.edge.breakout.speed_gbps)
    for role in fabric.tiers:
        found.roles |= dict.fromkeys(sorted(there[role]), role)
    found.net.add_nodes_from(found.roles)
    for low, high in links(topology):
        role = layer_of(fabric.plan, low[0]).name
        if low[0] not in there[role] or high[0] not in found.roles:
            continue
        if role == HOST:
            found.cabled[low[0]] += 1
        if low in overlay.disabled:
            continue
        if role == HOST:
            found.ports.setdefault(low[0], Counter())[high[0]] += fabric.edge.breakout.speed_gbps
            found.at.setdefault(low[0], {})[low[1]] = high[0]
            continue
        gbps = fabric.tiers[role].uplink_breakout.speed_gbps
        name = layer_of(fabric.plan, low[0]).link_across(low[1]) or f"{role}-{found.roles[high[0]]}"
        known = found.net.get_edge_data(low[0], high[0], {"capacity": 0})["capacity"]
        found.net.add_edge(low[0], high[0], capacity=known + gbps, one=gbps, name=name)
    return found


def bisection(walked: Walked) -> Bisection:
    """Find the maximum flow from the first half of the hosts to the second."""
    import networkx as nx

    first = len(walked.hosts) // 2
    halves = walked.hosts[:first], walked.hosts[first:]
    net = walked.net.to_directed()
    net.add_nodes_from((FIRST, SECOND))
    for name, half in zip((FIRST, SECOND), halves, strict=True):
        at = sum((walked.ports[host] for host in half if host in walked.ports), Counter[int]())
        for switch, gbps in at.items():
            net.add_edge(*((FIRST, switch) if name == FIRST else (switch, SECOND)), capacity=gbps)
    return Bisection(
        gbps=int(nx.maximum_flow_value(net, FIRST, SECOND)),
        nics_gbps=min(sum(walked.cabled[host] for host in half) for half in halves) * walked.host_gbps,
        hosts=(first, len(walked.hosts) - first),
    )


def losses(walked: Walked) -> list[Loss]:
    """Find what the failure of a host's link, of a link between switches, and of a switch costs at most.

    Links are by what they are called. ``leaf_left`` is of switches that hosts are attached to, all of their links to
    others counted.
    """
    if not walked.ports:
        return []
    return [_host_link(walked), *_links(walked), *_switches(walked)]


def _host_link(walked: Walked) -> Loss:
    fewest = min(ports.total() for ports in walked.ports.values())
    last = fewest == walked.host_gbps
    reached = _largest(walked, _parts(walked.net))
    left = reached - 1 if reached > 2 else 0
    cut = (reached - left) / len(walked.hosts) if last else 0.0
    return Loss(HOST_LINK, 1 / len(walked.hosts), 1 - walked.host_gbps / fewest, cut, 1.0, None)


def _links(walked: Walked) -> Iterator[Loss]:
    """Only a link without which switches fall apart cuts hosts off."""
    import networkx as nx

    edge, whole = walked.edge, {switch: _outward(walked, switch) for switch in walked.net}
    apart = {frozenset(ends) for ends in nx.bridges(walked.net)}
    reached = _largest(walked, _parts(walked.net))
    found: dict[str, Loss] = {}
    for a, b, data in walked.net.edges(data=True):
        # those within a layer have names of their own
        what = f"link {data['name']}" if "-" in data["name"] else f"{data['name']} link"
        left = min([1.0, *(1 - data["one"] / whole[end] for end in (a, b) if end in edge)])
        lone = frozenset((a, b)) in apart and data["capacity"] == data["one"]
        cut = _cut_off(walked, reached, _parts(nx.restricted_view(walked.net, [], [(a, b)]))) if lone else 0.0
        found[what] = _worst(found.get(what), Loss(what, 0.0, 1.0, cut, left, None))
    yield from found.values()


def _switches(walked: Walked) -> Iterator[Loss]:
    """Only a switch without which others fall apart, or with all ports of a host, cuts hosts off."""
    import networkx as nx

    edge = walked.edge
    whole = {switch: _outward(walked, switch) for switch in edge}
    apart = set(nx.articulation_points(walked.net))
    needed = apart | {switch for ports in walked.ports.values() if len(ports) == 1 for switch in ports}
    parts = _parts(walked.net)
    reached = _largest(walked, parts)
    kept: dict[int, list[float]] = defaultdict(list)
    for ports in walked.ports.values():
        for switch, gbps in ports.items():
            kept[switch].append(1 - gbps / ports.total())
    found: dict[str, Loss] = {}
    for switch, what in walked.roles.items():
        beside = (1 - data["capacity"] / whole[far] for far, data in walked.net[switch].items() if far in edge)
        rest = {other: part for other, part in parts.items() if other != switch} if switch in needed else parts
        if switch in apart:
            rest = _parts(nx.restricted_view(walked.net, [switch], []))
        one = Loss(
            what,
            hosts_hit=len(kept[switch]) / len(walked.hosts),
            host_left=min(kept[switch], default=1.0),
            hosts_cut_off=_cut_off(walked, reached, rest) if switch in needed else 0.0,
            leaf_left=min([1.0, *beside]),
            block_left=None,
        )
        found[what] = _worst(found.get(what), one)
    yield from found.values()


def _worst(a: Loss | None, b: Loss) -> Loss:
    if a is None:
        return b
    return Loss(
        a.what,
        hosts_hit=max(a.hosts_hit, b.hosts_hit),
        host_left=min(a.host_left, b.host_left),
        hosts_cut_off=max(a.hosts_cut_off, b.hosts_cut_off),
        leaf_left=min(a.leaf_left or 0.0, b.leaf_left or 0.0),
        block_left=None,
    )


def _outward(walked: Walked, switch: int) -> int:
    """What all links of a switch to other switches carry."""
    return sum(data["capacity"] for data in walked.net[switch].values())


def _cut_off(walked: Walked, reached: int, parts: Mapping[int, int]) -> float:
    """Share of the hosts that are no longer in the largest set of hosts that reach each other; so large was it."""
    return (reached - _largest(walked, parts)) / len(walked.hosts)


def _parts(net: Any) -> dict[int, int]:  # noqa: ANN401 - a networkx graph, which has no types
    """Return the part of the network that each switch is in: those that reach each other have one number."""
    import networkx as nx

    return {switch: number for number, part in enumerate(nx.connected_components(net)) for switch in part}


def _largest(walked: Walked, parts: Mapping[int, int]) -> int:
    """Count the largest set of hosts that reach each other; of two at least."""
    reached = Counter(part for ports in walked.ports.values() for part in {parts[one] for one in ports if one in parts})
    most = max(reached.values(), default=0)
    return most if most > 1 else 0
