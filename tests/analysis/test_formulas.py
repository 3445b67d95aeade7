"""Every figure against the same one found by brute force, on random small fabrics of every kind."""

import math
from collections import Counter
from collections.abc import Container
from fractions import Fraction
from itertools import combinations, pairwise, product

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from netgen.analysis.bisection import bisection
from netgen.analysis.collectives import ALL_TO_ALL, ALL_TO_ALL_BY_RAIL, RING_IN_ORDER, RING_SCATTERED, collectives
from netgen.analysis.exceptions import shut
from netgen.analysis.failures import losses
from netgen.analysis.hashing import polarisation
from netgen.analysis.paths import equal_paths
from netgen.analysis.survey import Survey, survey
from netgen.cluster.fabric import Fabric
from netgen.cluster.model import Cluster
from netgen.cluster.topology.slots import HOST, LEAF, SPINE, SUPERSPINE, Overlaid, layer_of
from netgen.platforms.model import Differs, HashSeed
from netgen.record import replace
from tests.analysis import brute
from tests.analysis.fabrics import Built, fabrics, hosts
from tests.examples import at_most
from tests.rules.intents import RENDERER, accepted, least, switch

SOME = settings(max_examples=at_most(40), deadline=None, suppress_health_check=[HealthCheck.too_slow])
FEW = settings(SOME, max_examples=at_most(20))


def seen(built: Built) -> Survey:
    return survey(built.cluster, built.fabric, built.fabric.plan)


@SOME
@given(fabrics())
def test_bisection_is_the_maximum_flow_between_the_halves(built: Built) -> None:
    cluster, fabric = built.cluster, built.fabric
    every = hosts(cluster, fabric)
    assume(len(every) > 1)
    found = bisection(seen(built), cluster, fabric)
    assert found.hosts == (len(every) // 2, len(every) - len(every) // 2)
    assert found.gbps == brute.max_flow(cluster, fabric, every[: len(every) // 2])
    assert found.gbps <= found.nics_gbps


@SOME
@given(fabrics(), st.data())
def test_bisection_is_the_maximum_flow_where_links_are_shut_and_swapped(built: Built, data: st.DataObject) -> None:
    cluster, fabric = built.cluster, built.fabric
    every = hosts(cluster, fabric)
    assume(len(every) > 1)
    links = [(low, slot) for low, _, _, slot in brute.links(cluster, fabric)]
    between = [slot for low, slot in links if not isinstance(low, tuple)]
    topology = Overlaid(fabric.plan, {})
    for _ in range(data.draw(st.integers(0, 2))):
        layers = [
            [end for end in between if end[0] in layer and end not in topology.peers] for layer in fabric.plan.layers
        ]
        pairs = [pair for ends in layers for pair in combinations(ends, 2)]
        if pairs:
            topology = topology.swapped(*data.draw(st.sampled_from(pairs)))
    gone = data.draw(st.lists(st.sampled_from([slot for _, slot in links]), max_size=5, unique=True))
    shut_ends = frozenset(gone) | {topology.peer(*end) for end in gone}
    bad = replace(fabric, overlay=replace(fabric.overlay, topology=topology, disabled=shut_ends))
    found = bisection(seen(built), cluster, bad)
    assert found.gbps == brute.max_flow(cluster, bad, every[: len(every) // 2])


@FEW
@given(fabrics(filled=True))
def test_no_other_halves_have_less_where_leaves_and_blocks_are_alike(built: Built) -> None:
    cluster, fabric = built.cluster, built.fabric
    every = hosts(cluster, fabric)
    view = seen(built)
    sizes = {len(leaves) for leaves in view.blocks().values()} | {-group.hosts for group in view.groups}
    assume(2 <= len(every) <= 6 and not fabric.plan.fewer and len(sizes) == 2)
    least = min(brute.max_flow(cluster, fabric, half) for half in combinations(every, len(every) // 2))
    assert bisection(view, cluster, fabric).gbps == least


def how(fabric: Fabric, a: brute.Nic, b: brute.Nic, rail: dict[brute.Nic, int], distance: int | None) -> tuple:
    one, other = fabric.plan.ids(a[1]), fabric.plan.ids(b[1])
    scope = "other pod"
    if one.pod == other.pod:
        scope = "same unit" if one.unit == other.unit else "other unit"
    return scope, rail[a] == rail[b], {None: "none", 2: "leaf", 4: "spine", 6: "superspine"}[distance]


@SOME
@given(fabrics())
def test_paths_are_those_that_are_counted(built: Built) -> None:
    cluster, fabric = built.cluster, built.fabric
    net = brute.graph(cluster, fabric)
    nics = [node for node in net if isinstance(node, tuple)]
    rail = {nic: max(fabric.plan.ids(next(iter(net[nic]))).rail, 1) for nic in nics}
    pairs, counts = Counter(), {}
    for a in nics:
        distance, paths = brute.shortest(net, a)
        for b in nics:
            if a[1] != b[1]:
                kind = how(fabric, a, b, rail, distance.get(b))
                pairs[kind] += 1
                counts.setdefault(kind, set()).add((distance.get(b, 0), paths[b]))
    found = {(one.scope, one.same_rail, one.meet): one for one in equal_paths(seen(built))}
    assert {kind: one.pairs for kind, one in found.items()} == dict(pairs)
    assert {kind: {(one.links, one.paths)} for kind, one in found.items()} == counts


def removed(cluster: Cluster, fabric: Fabric) -> dict[str, list[set[tuple[int, int]]]]:
    """Links that go with each thing that can fail, each by its lower end."""
    gone: dict[str, dict[object, set]] = {}
    names = {HOST: "link of a host", LEAF: "uplink of a leaf", SPINE: "uplink of a spine"}
    for low, high, _, slot in brute.links(cluster, fabric):
        below = HOST if isinstance(low, tuple) else layer_of(fabric.plan, low).name
        gone.setdefault(names[below], {})[slot] = {slot}
        for end in (low, high):
            if not isinstance(end, tuple):
                gone.setdefault(layer_of(fabric.plan, end).name, {}).setdefault(end, set()).add(slot)
        if fabric.plan.planes > 1:
            gone.setdefault("plane", {}).setdefault(fabric.plan.ids(high).plane, set()).add(slot)
    return {what: list(links.values()) for what, links in gone.items()}


Carried = dict[str, Counter]
"""Gb/s upwards of every host, leaf and block of leaves."""


def carried(built: Built, gone: set[tuple[int, int]]) -> tuple[Carried, int]:
    """What is left without some links, and how many hosts reach each other."""
    plan, net = built.fabric.plan, brute.nx.Graph()
    at: Carried = {HOST: Counter(), LEAF: Counter(), SPINE: Counter()}
    for low, high, gbps, slot in brute.links(built.cluster, built.fabric):
        if slot in gone:
            continue
        net.add_edge(low, high)
        if isinstance(low, tuple):
            at[HOST][low[1]] += gbps
        elif low in plan.layers[1]:
            at[LEAF][low] += gbps
        else:
            at[SPINE][plan.layers[2].index(low) // plan.spines] += gbps
    reached = max((len(one) for one in brute.groups_of_hosts(net)), default=0)
    return at, reached if reached > 1 else 0


def left(before: Counter, after: Counter, *, but: Container[int] = ()) -> float:
    """What the worst-hit has left, as a share; some are gone, and do not count."""
    return min((after[one] / gbps for one, gbps in before.items() if one not in but), default=1.0)


@pytest.mark.slow
@SOME
@given(fabrics())
def test_losses_are_those_of_what_is_really_removed(built: Built) -> None:
    cluster, fabric = built.cluster, built.fabric
    plan, every = fabric.plan, len(hosts(cluster, fabric))
    whole, reached = carried(built, set())
    found = {one.what: one for one in losses(seen(built))}
    gone = removed(cluster, fabric)
    assert found.keys() == gone.keys()
    for what, cases in gone.items():
        worst = [0.0, 1.0, 0.0, 1.0, 1.0]
        for links in cases:
            after, still = carried(built, links)
            dead = {slot[0] for slot in links}
            leaves = {leaf for leaf in whole[LEAF] if what in {"leaf", "plane"} and leaf in dead}
            # a dead leaf takes nothing from what is above the spines, and a dead plane is not what stays
            blocks = {block for block in whole[SPINE] if what == "plane" and not after[SPINE][block]}
            hit = sum(after[HOST][host] < gbps for host, gbps in whole[HOST].items()) / every
            worst = [
                max(worst[0], hit),
                min(worst[1], left(whole[HOST], after[HOST])),
                max(worst[2], (reached - still) / every),
                min(worst[3], left(whole[LEAF], after[LEAF], but=leaves)),
                min(worst[4], left(whole[SPINE], after[SPINE], but=blocks)),
            ]
        one = found[what]
        assert (one.leaf_left is None) == (plan.spines == 0)
        assert (one.block_left is None) == (plan.cores == 0)
        got = [one.hosts_hit, one.host_left, one.hosts_cut_off, one.leaf_left, one.block_left]
        assert [1.0 if value is None else value for value in got] == pytest.approx(worst), what


@SOME
@given(fabrics(), st.data())
def test_shut_links_cost_what_is_gone_with_them(built: Built, data: st.DataObject) -> None:
    cluster, fabric = built.cluster, built.fabric
    ends = [slot for *_, slot in brute.links(cluster, fabric)]
    gone = set(data.draw(st.lists(st.sampled_from(ends), max_size=6, unique=True)))
    every = frozenset(gone | {fabric.plan.peer(*end) for end in gone})
    bad = replace(fabric, overlay=replace(fabric.overlay, disabled=every))
    found = shut(seen(built), cluster, bad)
    whole, after = carried(built, set())[0], carried(Built(replace(cluster, fabrics=(bad,))), set())[0]
    if not gone:
        assert found is None
        return
    assert sum(found.links.values()) == len(gone)
    hit = sum(after[HOST][host] < gbps for host, gbps in whole[HOST].items())
    assert found.hosts_hit == pytest.approx(hit / len(hosts(cluster, fabric)))
    got = [found.host_left, found.leaf_left, found.block_left]
    assert got == pytest.approx([left(whole[role], after[role]) for role in whole])


def flows(cluster: Cluster, fabric: Fabric, what: str) -> list[brute.Flow]:
    plan = fabric.plan
    members = [
        host for host in hosts(cluster, fabric) if (plan.ids(host).pod, plan.ids(host).unit) not in cluster.others
    ]
    count = len(plan.slots_of(members[0])) // plan.ports
    nics = range(count)
    if what == RING_SCATTERED:
        at = {host: plan.peer(host, 0)[0] for host in members}
        above = {leaf: plan.peer(leaf, plan.down)[0] if plan.spines else leaf for leaf in at.values()}
        turn, turns = {}, Counter()
        for leaf in dict.fromkeys(at.values()):
            turn[leaf] = turns[above[leaf]], above[leaf]
            turns[above[leaf]] += 1
        for host in members:
            turn[host] = turns[at[host], "leaf"], turn[at[host]], host
            turns[at[host], "leaf"] += 1
        members = sorted(members, key=turn.__getitem__)
    if what in {RING_IN_ORDER, RING_SCATTERED}:
        pairs = list(pairwise([*members, members[0]]))
        return [(("nic", a, j), ("nic", b, j), Fraction(1)) for a, b in pairs for j in nics]
    goals = [(a, b, i, j) for a in members for b in members if a != b for i in nics for j in nics]
    if what == ALL_TO_ALL_BY_RAIL:
        share = Fraction(1, len(members) - 1)
        return [(("nic", a, i), ("nic", b, j), share) for a, b, i, j in goals if i == j]
    share = Fraction(1, (len(members) - 1) * count)
    return [(("nic", a, i), ("nic", b, j), share) for a, b, i, j in goals]


@FEW
@given(fabrics())
@pytest.mark.parametrize(
    "what",
    [RING_IN_ORDER, RING_SCATTERED, ALL_TO_ALL_BY_RAIL, pytest.param(ALL_TO_ALL, marks=pytest.mark.slow)],
)
def test_loads_are_those_of_every_flow(what: str, built: Built) -> None:
    cluster, fabric = built.cluster, built.fabric
    view = seen(built)
    found = {one.what: one for one in collectives(view)}
    assert bool(found) == (len(view.order) > 1)
    assume(found)
    one, sent = found[what], flows(cluster, fabric, what)
    net = brute.graph(cluster, fabric)
    lost = sum(amount for source, goal, amount in sent if goal not in brute.shortest(net, source)[0])
    assert one.unreachable == pytest.approx(float(lost / sum(amount for *_, amount in sent)))
    assume(not lost)
    by_roles = brute.classes(fabric, brute.loads(cluster, fabric, sent))
    tiers = [HOST, LEAF, *(role for role in (SPINE, SUPERSPINE) if role in fabric.tiers)]
    links = Counter()
    for low in (low for low, _ in {link[:2] for link in brute.links(cluster, fabric)}):
        links[HOST if isinstance(low, tuple) else layer_of(fabric.plan, low).name] += 1
    assert one.loads.keys() == {f"{low}-{high}" for low, high in pairwise(tiers)}
    for low, high in pairwise(tiers):
        load = one.loads[f"{low}-{high}"]
        for way in ((low, high), (high, low)):
            loads = by_roles.get(way, [])
            assert load.busiest == pytest.approx(float(max(loads, default=0)))
            assert load.mean == pytest.approx(float(sum(loads) / links[low]))


@SOME
@given(fabrics(filled=True), st.sampled_from(Differs))
def test_switches_that_hash_alike_use_the_paths_that_are_said(built: Built, differs: Differs) -> None:
    """Walk to the furthest NIC with every hash, each switch taking the next hop that the remainder of its hash says."""
    cluster, fabric = built.cluster, built.fabric
    seed = HashSeed(differs, "a test")
    found = polarisation(seen(built), fabric, {"eos": replace(RENDERER.platforms["eos"], hash_seed=seed)})
    net = brute.nx.MultiGraph()
    for low, high, _, slot in brute.links(cluster, fabric):
        net.add_edge(low, high, key=slot)
    simple = brute.graph(cluster, fabric)
    nics = [node for node in simple if isinstance(node, tuple)]
    away = {nic: brute.shortest(simple, nics[0])[0].get(nic, 0) for nic in nics if nic[1] != nics[0][1]}
    assume(away and max(away.values()) == 2 * (len(fabric.plan.layers) - 1))
    goal = max(away, key=away.__getitem__)
    distance, count = brute.shortest(simple, goal)
    start = min(switch for switch in net[nics[0]] if distance.get(switch) == away[goal] - 1)

    def walk(hashes: dict[str, int]) -> tuple:
        at, way = start, []
        while at != goal:
            hops = [(far, key) for far in net[at] if distance.get(far) == distance[at] - 1 for key in net[at][far]]
            hops.sort(key=lambda hop: hop[1])
            at, key = hops[hashes[layer_of(fabric.plan, at).name] % len(hops)]
            way.append(key)
        return tuple(way)

    assert found.paths == count[start]
    roles = [layer.name for layer in fabric.plan.layers[1:]]
    assert len({walk(dict.fromkeys(roles, number)) for number in range(found.paths)}) == found.paths_if_alike
    if differs is Differs.TIER:
        every = [range(math.lcm(*(one.next_hops for one in found.stages if one.role == role))) for role in roles]
        walked = {walk(dict(zip(roles, hashes, strict=True))) for hashes in product(*every)}
        assert len(walked) == found.paths_as_rendered
    else:
        assert found.paths_as_rendered == found.paths


def test_nothing_is_said_of_seeds_that_no_source_tells() -> None:
    """Nor of those of two platforms that differ by tier: they may be the same."""
    cluster = accepted(
        least("eos", superspine=switch("eos"), cables={"host": "5m", "spine": "40m", "superspine": "9m"})
    )
    (fabric,) = cluster.fabrics
    view = survey(cluster, fabric, replace(fabric.plan, spines=4, trunk=1, cores=2, core_trunk=2))
    assert (
        polarisation(view, fabric, {"eos": replace(RENDERER.platforms["eos"], hash_seed=None)}).paths_as_rendered
        is None
    )
    tiers = {role: replace(tier, platform=role) for role, tier in fabric.tiers.items()}
    by_tier = replace(RENDERER.platforms["eos"], hash_seed=HashSeed(Differs.TIER, "a test"))
    found = polarisation(view, replace(fabric, tiers=tiers), dict.fromkeys(tiers, by_tier))
    assert found.paths_as_rendered is None
