"""What is uneven in the lists of an explicit fabric: cables that are missing, or more to one switch than to another."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations

from netgen.cluster.fabric import AnyNetwork, DeviceRef, Fabric
from netgen.cluster.model import Cluster
from netgen.cluster.topology.explicit import Explicit
from netgen.cluster.topology.slots import HOST, SPINE, Ids
from netgen.diagnostics.codes import listed as codes
from netgen.diagnostics.finding import Finding, IntentPath
from netgen.intent.lists import CABLING, Lists


def check(cluster: Cluster, lists: Mapping[str, Lists]) -> Iterator[Finding]:
    """Yield what is uneven; what is so in many places alike is one finding."""
    for fabric in cluster.networks:
        if fabric.listed is not None:
            yield from _uneven(cluster, fabric, fabric.listed, lists[fabric.name])
            yield from _bare(cluster, fabric, fabric.listed, lists[fabric.name])
            yield from _apart(cluster, fabric, fabric.listed, lists[fabric.name])


def _uneven(cluster: Cluster, fabric: AnyNetwork, listed: Explicit, lists: Lists) -> Iterator[Finding]:
    """Yield the switches that have more links to one of those above them than to another."""
    blocks = _blocks(cluster, fabric)
    alike: dict[tuple[str, int, int], list[tuple[int, Counter[int]]]] = defaultdict(list)
    for role in fabric.tiers:
        above = fabric.above(role)
        for node in cluster.nodes(fabric, role) if above else ():
            links = _links_up(fabric, listed, role, node)
            for block in blocks if above == SPINE else ():
                # a spine of its block that it has no link to is one with none
                if block & links.keys():
                    links.update(dict.fromkeys(block, 0))
            if len(set(links.values())) > 1:
                alike[role, min(links.values()), max(links.values())].append((node, links))
    for (_, few, many), found in alike.items():
        node, links = found[0]
        far = {count: cluster.device_at(fabric, end).name for end, count in links.items() if count in (few, many)}
        others = f", and so have {len(found) - 1} more of its role" * (len(found) > 1)
        ref = cluster.device_at(fabric, node)
        yield codes.UNEVEN.about(
            f"{ref.name} has {_count(many)} to {far[many]}, {_count(few)} to {far[few]}{others}",
            _row(fabric, lists, {ref.name, ref.derived_name}, _names(cluster, fabric, links)),
            advice="" if few else f"if {far[few]} has leaves of its own, give it a `block` of its own in the list",
        )


def _blocks(cluster: Cluster, fabric: AnyNetwork) -> list[set[int]]:
    """Return the spines that share an AS number."""
    blocks: dict[int, set[int]] = defaultdict(set)
    if SPINE in fabric.tiers and isinstance(fabric, Fabric):
        first = fabric.layer(SPINE).first
        for node in cluster.nodes(fabric, SPINE):
            blocks[fabric.numbers.asn(SPINE, node - first)].add(node)
    return list(blocks.values())


def _links_up(fabric: AnyNetwork, listed: Explicit, role: str, node: int) -> Counter[int]:
    down = fabric.layer(role).down
    ends = (listed.peer(node, slot) for slot in listed.used.get(node, ()) if slot >= down)
    return Counter(end[0] for end in ends if end is not None)


def _count(links: int) -> str:
    return "1 link" if links == 1 else f"{links or 'no'} links"


def _bare(cluster: Cluster, fabric: AnyNetwork, listed: Explicit, lists: Lists) -> Iterator[Finding]:
    """Yield the NICs of hosts that have no row."""
    alike: dict[tuple[str, ...], list[DeviceRef]] = defaultdict(list)
    for node in cluster.nodes(fabric, HOST):
        ref, used = cluster.device_at(fabric, node), listed.used.get(node, ())
        names = cluster.host_plan(ref).profile.nics[fabric.nics].names
        bare = tuple(name for nic, name in enumerate(names) if nic not in used)
        if bare:
            alike[bare].append(ref)
    for without, hosts in alike.items():
        ref, called = hosts[0], " and ".join(without)
        others = f", nor of {_hosts(len(hosts) - 1)}" * (len(hosts) > 1)
        yield codes.NIC_BARE.about(
            f"{called} of {ref.name} {'is' if len(without) == 1 else 'are'} not in the list of cables{others}",
            _row(fabric, lists, {ref.name, ref.derived_name}),
            advice="add the cables; where there are none on purpose, a row a NIC with an empty end b",
        )


def _names(cluster: Cluster, fabric: AnyNetwork, nodes: Iterable[int]) -> set[str]:
    refs = [cluster.device_at(fabric, node) for node in nodes]
    return {name for ref in refs for name in (ref.name, ref.derived_name)}


def _hosts(count: int) -> str:
    return "1 other host" if count == 1 else f"{count} other hosts"


def _apart(cluster: Cluster, fabric: AnyNetwork, listed: Explicit, lists: Lists) -> Iterator[Finding]:
    """Yield two leaves that no way joins: a way goes up to a common spine, or over spines that differ in AS number.

    Leaves of different rails or planes need none: hosts have NICs in both.
    """
    edge = fabric.edge.role
    kinds: dict[tuple[frozenset[int], Ids], int] = {}
    for node in cluster.nodes(fabric, edge):
        ids = listed.ids(node)
        kinds.setdefault(
            (frozenset(_links_up(fabric, listed, edge, node)), Ids(0, rail=ids.rail, plane=ids.plane)), node
        )
    above = {spine: set(_links_up(fabric, listed, SPINE, spine)) for spines, _ in kinds for spine in spines}
    for ((ours, at), one), ((theirs, there), other) in combinations(kinds.items(), 2):
        if _differ(at.rail, there.rail) or _differ(at.plane, there.plane) or not ours.isdisjoint(theirs):
            continue
        if any(_joined(fabric, a, b) and above[a] & above[b] for a in ours for b in theirs):
            continue
        first, second = (cluster.device_at(fabric, node) for node in (one, other))
        yield codes.APART.about(
            f"no way joins {first.name} and {second.name}",
            _row(fabric, lists, {second.name, second.derived_name}, _names(cluster, fabric, theirs)),
            advice="cable both to one spine; or, below common superspines, give the spines of each a `block`",
            notes=("a way between leaves goes up to a spine or superspine that both reach, and down from there",),
        )
        return


def _differ(one: int, other: int) -> bool:
    """Whether both are given, and not the same."""
    return bool(one and other and one != other)


def _joined(fabric: AnyNetwork, one: int, other: int) -> bool:
    """Whether a spine accepts what comes from another over a superspine: not what its own AS has passed on."""
    if not isinstance(fabric, Fabric):
        return True
    first = fabric.layer(SPINE).first
    return fabric.numbers.asn(SPINE, one - first) != fabric.numbers.asn(SPINE, other - first)


def _row(fabric: AnyNetwork, lists: Lists, names: set[str], others: set[str] | None = None) -> IntentPath:
    """Return the first row of a device, or the first to one of some others; or else the list as a whole."""
    path: IntentPath = ("fabrics", fabric.name, CABLING)
    for cable in lists.cables:
        for side, device, far in (("a", cable.a_device, cable.b_device), ("b", cable.b_device, cable.a_device)):
            if device in names and (others is None or far in others):
                return (*path, cable.line, f"{side}_device")
    return path
