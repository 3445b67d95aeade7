"""How collectives load the links of a fabric, when equal-cost paths share a load evenly.

Every NIC sends as fast as it can; loads are shares of what links carry, so that a load over 1 says by how much the
links slow the collective down. As what a NIC sends at rail r stays within rail r, or goes everywhere alike, all planes
and both ToRs of a pair are loaded alike; and as every member receives as much as it sends, links are loaded alike in
both directions.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from netgen.analysis.survey import Survey
from netgen.cluster.topology.slots import HOST, LEAF, SPINE
from netgen.record import Record

RING_IN_ORDER, RING_SCATTERED = "ring AllReduce, hosts in order", "ring AllReduce, hosts scattered"
ALL_TO_ALL_BY_RAIL, ALL_TO_ALL = "all-to-all within rails (PXN)", "all-to-all between all NICs"

LINKS = {HOST: "host-leaf", LEAF: "leaf-spine", SPINE: "spine-superspine"}
"""Classes of links, by their lower end."""


class Load(Record):
    """Of a class of links, as a share of what they carry.

    Parameters
    ----------
    mean
        Over all links that are cabled at a leaf, or at a block's spines, that exist.
    busiest
        Of the busiest.
    """

    mean: float
    busiest: float


class Collective(Record):
    """What one collective does to the fabric.

    Parameters
    ----------
    what
        Which one, and how it is laid out.
    members
        Hosts that take part.
    sent_per_nic
        What a NIC sends for every byte that a member puts in; see docs/analysis.md.
    loads
        By class of links.
    unreachable
        Share of the traffic whose NICs do not reach each other; where it is not 0, the collective cannot be run so.
    """

    what: str
    members: int
    sent_per_nic: float
    loads: dict[str, Load]
    unreachable: float = 0.0

    @property
    def slowed(self) -> float:
        """How many times longer it takes than on NICs that nothing holds back."""
        return max([1.0, *(load.busiest for load in self.loads.values())])


def collectives(survey: Survey) -> list[Collective]:
    """Reckon the loads of ring AllReduce and of all-to-all, each in two layouts; none where fewer than two hosts are.

    Sources: a ring of N members sends 2(N - 1)/N times its data over every edge (Patarasuk and Yuan, Bandwidth optimal
    all-reduce algorithms for clusters of workstations, JPDC 2009); NCCL's PXN passes what is for another rail to the
    GPU of that rail within the host first (NVIDIA, Doubling all2all performance with NCCL 2.12, 2022).
    """
    members = len(survey.order)
    if members < 2:
        return []
    each = 2 * (members - 1) / members
    return [
        Collective(RING_IN_ORDER, members, each, _ring(survey, survey.order)),
        Collective(RING_SCATTERED, members, each, _ring(survey, _scattered(survey))),
        *_all_to_all(survey, members),
    ]


def _scattered(survey: Survey) -> list[int]:
    """Order hosts so that neighbours share spines, and leaves, only where nothing else is left.

    One host of each leaf in turn, and of these one of each block in turn, as leaves of the first rail are in blocks.
    """
    block = {leaf.group: leaf.block for leaf in reversed(survey.leaves) if not leaf.rail}
    ahead: Counter[int] = Counter()
    rank = {}
    for group in dict.fromkeys(survey.order):
        rank[group] = (ahead[block[group]], block[group])
        ahead[block[group]] += 1
    seen: Counter[int] = Counter()
    turns = []
    for group in survey.order:
        turns.append((seen[group], rank[group], group))
        seen[group] += 1
    return [group for *_, group in sorted(turns)]


def _ring(survey: Survey, order: Sequence[int]) -> dict[str, Load]:
    """Loads of rings by NIC: NIC j of every host sends to NIC j of the next."""
    steps = Counter(pair for pair in pairwise((*order, order[0])) if pair[0] != pair[1])
    leaving: Counter[int] = Counter()
    for (group, _), count in steps.items():
        leaving[group] += count
    up = [leaving[leaf.group] * survey.nics(leaf) for leaf in survey.leaves]
    out: Counter[int] = Counter()
    at = {(leaf.group, leaf.rail): leaf for leaf in survey.leaves}
    for rail in range(survey.plan.rails) if survey.joined else ():
        for (group, following), count in steps.items():
            leaf = at[group, rail]
            if leaf.block != at[following, rail].block:
                out[leaf.block] += count * survey.nics(leaf)
    return _loads(survey, up, [out[block] for block in survey.blocks()])


def _all_to_all(survey: Survey, members: int) -> Iterable[Collective]:
    """Loads if every member sends as much to each other one: NIC j to NIC j, or every NIC to every NIC."""
    within = [survey.groups[leaf.group].members for leaf in survey.leaves]
    nics = [survey.nics(leaf) for leaf in survey.leaves]
    share = 1 / (members - 1)
    up = [hosts * count * (members - hosts) * share for hosts, count in zip(within, nics, strict=True)]
    out = []
    for leaves in survey.blocks().values():
        by_rail: Counter[int] = Counter()
        for leaf in leaves:
            by_rail[leaf.rail] += survey.groups[leaf.group].members
        some = {leaf.rail: survey.nics(leaf) for leaf in leaves if survey.groups[leaf.group].members}
        out.append(sum(some[rail] * hosts * (members - hosts) * share for rail, hosts in by_rail.items() if hosts))
    yield Collective(ALL_TO_ALL_BY_RAIL, members, 1.0, _loads(survey, up, out))

    of_host = sum(next(group.nics for group in survey.groups if group.members))
    share /= of_host
    up = [
        hosts * count * (members * of_host - of_host - (hosts - 1) * count) * share
        for hosts, count in zip(within, nics, strict=True)
    ]
    out, inside = [], 0.0
    for leaves in survey.blocks().values():
        by_group: Counter[int] = Counter()
        for leaf in leaves:
            by_group[leaf.group] += survey.nics(leaf)
        ours = {group: (survey.groups[group].members, count) for group, count in by_group.items()}
        ports = sum(hosts * count for hosts, count in ours.values())
        # a NIC sends to the NICs of other hosts: those of its own, in the block, are not among them
        stays = sum(hosts * count * (ports - count) for hosts, count in ours.values()) * share
        out.append(ports - stays)
        inside += stays
    unreachable = 0.0 if survey.joined else 1 - inside / (members * of_host)
    unreachable = max(round(unreachable, 12), 0.0)
    loads = {} if unreachable else _loads(survey, up, out)
    yield Collective(ALL_TO_ALL, members, 1.0, loads, unreachable)


def _loads(survey: Survey, up: Sequence[float], out: Sequence[float]) -> dict[str, Load]:
    """Turn what leaves every leaf, and every block, in ports of NICs, into loads of links."""
    plan = survey.plan
    busy = sum(group.members * sum(group.nics) for group in survey.groups)
    cabled = sum(group.hosts * sum(group.nics) for group in survey.groups)
    found = {LINKS[HOST]: Load(busy / cabled, 1.0)}
    if plan.spines:
        found[LINKS[LEAF]] = _load(up, len(up), survey.host_gbps / survey.leaf_up_gbps)
    if plan.cores:
        # every ToR of a pair sends the same through the spines that they share
        found[LINKS[SPINE]] = _load(out, survey.built_blocks, survey.host_gbps * plan.tors / survey.block_up_gbps)
    return found


def _load(ports: Sequence[float], count: int, share: float) -> Load:
    return Load(sum(ports) / count * share, max(ports) * share)
