"""Paths and loads of a fabric that no formula is for: every shortest way of every NIC, so of small fabrics only.

Switches take the ways through the fewest switches, and share what goes to one of them evenly among all links that lead
nearer, as BGP with equal-cost paths does.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from netgen.analysis.collectives import (
    ALL_TO_ALL,
    ALL_TO_ALL_BY_RAIL,
    RING_IN_ORDER,
    RING_SCATTERED,
    Collective,
    Load,
)
from netgen.analysis.walked import Walked
from netgen.cluster.fabric import AnyNetwork
from netgen.cluster.model import Cluster
from netgen.cluster.topology.slots import HOST
from netgen.record import Record

SAME_SWITCH, SAME_GROUP, OTHER_GROUP = "same switch", "same group", "other group"

Amounts = Mapping[int, float]
"""What switches send to one, in NICs at full speed, by the switch."""


class Ways(Record):
    """Pairs of NICs of different hosts whose shortest paths are as long.

    Parameters
    ----------
    scope
        Where their switches are.
    links
        Links of a path, those to the hosts too; 0: they do not reach each other.
    pairs
        How many, there and back.
    fewest, most
        Equal-cost paths of a pair, each of several links between two switches for itself.
    """

    scope: str
    links: int
    pairs: int
    fewest: int
    most: int


def ways(walked: Walked, fabric: AnyNetwork) -> list[Ways]:
    """Count the pairs of NICs by where they are and how far from each other."""
    nics, own = Counter[int](), Counter[tuple[int, int]]()
    for at in walked.at.values():
        of_host = Counter(at.values())
        nics += of_host
        own.update({(a, b): of_host[a] * of_host[b] for a in of_host for b in of_host})
    group = {switch: _group(fabric, switch) for switch in nics}
    pairs, counts = Counter[tuple[str, int]](), defaultdict[tuple[str, int], set[int]](set)
    for goal in nics:
        hops, paths = walked.hops(goal), _paths(walked, goal)
        for source in nics:
            count = nics[source] * nics[goal] - own[source, goal]
            if count:
                scope = SAME_SWITCH if source == goal else SAME_GROUP if group[source] == group[goal] else OTHER_GROUP
                kind = scope, hops[source] + 2 if source in hops else 0
                pairs[kind] += count
                counts[kind].add(paths[source])
    order = (SAME_SWITCH, SAME_GROUP, OTHER_GROUP)
    return [
        Ways(*kind, pairs[kind], min(counts[kind]), max(counts[kind]))
        for kind in sorted(pairs, key=lambda kind: (order.index(kind[0]), kind[1]))
    ]


def _group(fabric: AnyNetwork, switch: int) -> tuple[int, int]:
    ids = fabric.plan.ids(switch)
    return ids.pod, ids.unit


def _paths(walked: Walked, goal: int) -> Counter[int]:
    """Count the shortest paths of every switch to one."""
    hops, paths = walked.hops(goal), Counter({goal: 1})
    for node, distance in hops.items():
        for far, links in walked.beside(node):
            if hops[far] == distance + 1:
                paths[far] += paths[node] * links
    return paths


def collectives(walked: Walked, cluster: Cluster, fabric: AnyNetwork) -> list[Collective]:
    """Reckon the loads of ring AllReduce and of all-to-all, as `netgen.analysis.collectives` does by formulas.

    Hosts with GPUs take part whose NICs are all up; of fewer than two there are none.
    """
    members = [host for host in walked.hosts if _takes_part(walked, cluster, fabric, host)]
    if len(members) < 2:
        return []
    each = 2 * (len(members) - 1) / len(members)
    turns = Counter[tuple[int, int]]()
    rank = {}
    for host in members:
        group = _group(fabric, next(iter(walked.at[host].values())))
        rank[host] = turns[group], group
        turns[group] += 1
    scattered = sorted(members, key=rank.__getitem__)
    return [
        _collective(walked, RING_IN_ORDER, members, each, _ring(walked, members)),
        _collective(walked, RING_SCATTERED, members, each, _ring(walked, scattered)),
        _collective(walked, ALL_TO_ALL_BY_RAIL, members, 1.0, _by_rail(walked, members)),
        _collective(walked, ALL_TO_ALL, members, 1.0, _to_all(walked, members)),
    ]


def _takes_part(walked: Walked, cluster: Cluster, fabric: AnyNetwork, host: int) -> bool:
    ids = fabric.plan.ids(host)
    if (ids.pod, ids.unit) in cluster.others:
        return False
    cabled = {slot for slot, end in enumerate(fabric.plan.far_ends(host)) if end is not None}
    return walked.at.get(host, {}).keys() == cabled


def _ring(walked: Walked, order: Sequence[int]) -> Iterator[tuple[int, Amounts]]:
    """Yield what NIC j of every host sends to NIC j of the next."""
    sent: dict[int, Counter[int]] = defaultdict(Counter)
    for host, following in pairwise((*order, order[0])):
        for slot, switch in walked.at[host].items():
            sent[walked.at[following][slot]][switch] += 1
    yield from sent.items()


def _by_rail(walked: Walked, members: Sequence[int]) -> Iterator[tuple[int, Amounts]]:
    """Yield what NIC j of every host sends to NIC j of all others."""
    rails: dict[int, Counter[int]] = defaultdict(Counter)
    for host in members:
        for slot, switch in walked.at[host].items():
            rails[slot][switch] += 1
    share = 1 / (len(members) - 1)
    for goal in sorted({switch for nics in rails.values() for switch in nics}):
        amounts = defaultdict[int, float](float)
        for nics in rails.values():
            for switch, count in nics.items() if goal in nics else ():
                amounts[switch] += (count - (switch == goal)) * nics[goal] * share
        yield goal, amounts


def _to_all(walked: Walked, members: Sequence[int]) -> Iterator[tuple[int, Amounts]]:
    """Yield what every NIC sends to all NICs of other hosts."""
    nics, own = Counter[int](), Counter[tuple[int, int]]()
    for host in members:
        of_host = Counter(walked.at[host].values())
        nics += of_host
        own.update({(a, b): of_host[a] * of_host[b] for a in of_host for b in of_host})
    share = 1 / ((len(members) - 1) * len(walked.at[members[0]]))
    for goal in nics:
        yield goal, {switch: (nics[switch] * nics[goal] - own[switch, goal]) * share for switch in nics}


def _collective(
    walked: Walked, what: str, members: Sequence[int], each: float, sent: Iterator[tuple[int, Amounts]]
) -> Collective:
    carried: dict[tuple[int, int], float] = defaultdict(float)
    lost = total = 0.0
    for goal, amounts in sent:
        distance = walked.hops(goal)
        total += sum(amounts.values())
        lost += sum(amount for switch, amount in amounts.items() if switch not in distance)
        _spread(walked, distance, amounts, carried)
    busy = sum(len(walked.at[host]) for host in members) / sum(len(at) for at in walked.at.values())
    edge = walked.roles[next(iter(walked.at[members[0]].values()))]
    loads = {f"{HOST}-{edge}": Load(busy, 1.0)} | _loads(walked, carried)
    unreachable = lost / total if total else 0.0
    return Collective(what, len(members), each, {} if unreachable else loads, unreachable)


def _spread(
    walked: Walked, distance: Mapping[int, int], amounts: Amounts, carried: dict[tuple[int, int], float]
) -> None:
    """Add what goes to one switch to what links carry, from the furthest switches on."""
    waiting = {switch: amount for switch, amount in amounts.items() if switch in distance}
    for switch in reversed(distance):  # the nearest are first
        amount, hops = waiting.get(switch), distance[switch]
        if not amount or not hops:
            continue
        nearer = [(far, links) for far, links in walked.beside(switch) if distance[far] < hops]
        each = amount / sum(links for _, links in nearer)
        for far, links in nearer:
            carried[switch, far] += each * links
            waiting[far] = waiting.get(far, 0.0) + each * links


def _loads(walked: Walked, carried: Mapping[tuple[int, int], float]) -> dict[str, Load]:
    """Turn what goes from switch to switch, in NICs at full speed, into loads of links, both directions alike."""
    links, busiest, total = Counter[str](), defaultdict[str, float](float), defaultdict[str, float](float)
    for a, b, data in walked.net.edges(data=True):
        count = data["capacity"] // data["one"]
        links[data["name"]] += count
        for way in ((a, b), (b, a)):
            load = carried.get(way, 0.0) * walked.host_gbps / data["capacity"]
            busiest[data["name"]] = max(busiest[data["name"]], load)
            total[data["name"]] += load * count
    return {name: Load(total[name] / (2 * links[name]), busiest[name]) for name in links}
