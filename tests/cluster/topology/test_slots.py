"""Every topology is an involution on slots with the counts that it claims; found by walking all of it."""

import math
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netgen.cluster.sizing import divisors
from netgen.cluster.topology.clos import Clos
from netgen.cluster.topology.seating import leaves_of
from netgen.cluster.topology.slots import Overlaid, Topology, layer_of, links
from tests.cluster.topology.dragonfly import Dragonfly
from tests.cluster.topology.groups import dragonflies, dragonflies_plus
from tests.examples import at_most


@st.composite
def closes(draw: st.DrawFn) -> Clos:
    """Any Clos fabric: one to three tiers, planes, dual ToRs, shared leaves, part-filled blocks."""

    def some(low: int, high: int) -> int:
        return draw(st.integers(low, high))

    rails, per_rail = some(1, 3), some(1, 2)
    planes, tors = draw(st.sampled_from([(1, 1), (2, 1), (1, 2), (3, 1), (2, 2)]))
    units, hosts, sharing = some(1, 4), some(1, 4), some(1, 3)
    on_leaf, reserved = some(1, 4), some(0, 1)
    group = math.ceil(hosts * sharing / on_leaf) * tors
    spines = some(0, 4)
    leaves = math.ceil(units / sharing) * rails * group
    cores = some(0, 2) if spines else 0
    pods = some(1, 2)
    mixed = (rails == 1 or per_rail == 1) and draw(st.booleans())
    fewer: dict[int, int] = {0: some(1, rails * per_rail)} if mixed else {}
    seated: dict[int, int] = {}
    if mixed and sharing > 1:
        fewer = {unit: some(1, rails * per_rail) for unit in range(pods * units) if draw(st.booleans())}
        seated = {unit: some(0, hosts) for unit in range(pods * units)}
        in_sets: dict[tuple[int, int], list[tuple[int, int, int]]] = {}
        for unit, count in seated.items():
            key = (unit // units, unit % units // sharing)
            in_sets.setdefault(key, []).append((unit, -(-fewer.get(unit, rails * per_rail) // rails), count))
        group = max(1, *(leaves_of(one, on_leaf * per_rail) for one in in_sets.values())) * tors
        leaves = math.ceil(units / sharing) * rails * group
    return Clos(
        pods=pods,
        units=units,
        hosts=hosts,
        nics=rails * per_rail,
        rails=rails,
        group=group,
        down=on_leaf * per_rail + (0 if seated else some(0, per_rail - 1)) + reserved,
        spines=spines,
        trunk=some(1, 2) if spines else 0,
        block=some(1, leaves) if spines else 0,
        cores=cores,
        core_trunk=some(1, 2) if cores else 0,
        shared_spines=draw(st.sampled_from(divisors(spines))) if cores else 1,
        planes=planes,
        tors=tors,
        sharing=sharing,
        reserved=reserved,
        by_rail=draw(st.booleans()),
        fewer=fewer,
        seated=seated,
    )


written_apart = st.builds(Dragonfly, a=st.integers(2, 4), p=st.integers(1, 3), h=st.integers(1, 3))
topologies = st.one_of(closes(), written_apart, dragonflies(), dragonflies_plus())


@settings(max_examples=at_most(120), deadline=None)
@given(topologies)
def test_peer_is_an_involution_and_links_match_the_closed_form(topology: Topology) -> None:
    seen = Counter()
    ends = set()
    for a, b in links(topology):
        assert a != b
        assert topology.peer(*a) == b
        assert topology.peer(*b) == a
        for node, slot in (a, b):
            assert 0 <= slot < layer_of(topology, node).slots
            assert (node, slot) not in ends
            ends.add((node, slot))
        seen[layer_of(topology, a[0]).name, layer_of(topology, b[0]).name] += 1
    assert dict(seen) == {pair: count for pair, count in topology.link_counts().items() if count}


@settings(max_examples=at_most(60), deadline=None)
@given(closes())
def test_every_switch_has_equally_many_links_to_those_above_that_it_reaches(topology: Clos) -> None:
    for below, above in zip(topology.layers[1:], topology.layers[2:], strict=False):
        pairs = Counter((a[0], b[0]) for a, b in links(topology) if a[0] in below and b[0] in above)
        assert set(pairs.values()) == {topology.trunk if above is topology.layers[2] else topology.core_trunk}
        reached = Counter(node for node, _ in pairs)
        assert set(reached.values()) == {topology.spines if above is topology.layers[2] else topology.cores}
        assert len(reached) == below.count


@settings(max_examples=at_most(60), deadline=None)
@given(closes())
def test_equal_nics_meet_at_the_leaves_of_their_rail_and_planes_share_no_switch(topology: Clos) -> None:
    for host in topology.layers[0].nodes:
        for slot in topology.slots_of(host):
            leaf, _ = topology.peer(host, slot)
            own, ids = topology.ids(host), topology.ids(leaf)
            nic, port = divmod(slot, topology.ports)
            assert (ids.pod, ids.rail) == (own.pod, nic // topology.per_rail(host // topology.hosts) + 1)
            assert ids.unit <= own.unit <= ids.last_unit
            assert ids.plane == (port // topology.tors + 1 if topology.planes > 1 else 0)
    for a, b in links(topology):
        if a[0] not in topology.layers[0]:
            assert topology.ids(a[0]).plane == topology.ids(b[0]).plane


@settings(max_examples=at_most(60), deadline=None)
@given(closes())
def test_ports_of_a_dual_tor_are_at_leaves_under_the_same_spines(topology: Clos) -> None:
    for host in topology.layers[0].nodes:
        at = [topology.peer(host, slot) for slot in topology.slots_of(host)]
        for nic in range(0, len(at), topology.ports):
            leaves = [leaf for leaf, _ in at[nic : nic + topology.ports]]
            assert len(set(leaves)) == topology.ports
            assert len({slot for _, slot in at[nic : nic + topology.ports]}) == 1


@settings(max_examples=at_most(60), deadline=None)
@given(closes())
def test_ids_tell_nodes_apart_and_seats_are_what_is_cabled(topology: Clos) -> None:
    called = [(layer.name, topology.ids(node)) for layer in topology.layers for node in layer.nodes]
    assert len(set(called)) == len(called)
    for node in topology.layers[0].nodes:
        ids = topology.ids(node)
        assert topology.host_at(ids.pod, ids.unit, ids.number) == node
    for leaf in topology.layers[1].nodes:
        cabled = [topology.peer(leaf, slot) for slot in range(topology.down)]
        assert [end[0] for end in cabled if end] == list(topology.hosts_of(leaf))
        assert not any(cabled[topology.down - topology.reserved :])


@pytest.mark.parametrize(("a", "p", "h", "groups", "hosts"), [(4, 2, 2, 9, 72)])
def test_published_dragonfly(a: int, p: int, h: int, groups: int, hosts: int) -> None:
    topology = Dragonfly(a, p, h)
    assert topology.groups == groups
    assert topology.layers[0].count == hosts
    between = Counter()
    for x, y in links(topology):
        if x[0] in topology.layers[1] and y[0] in topology.layers[1]:
            pair = {topology.layers[1].index(node) // a for node in (x[0], y[0])}
            if len(pair) == 2:
                between[frozenset(pair)] += 1
    # every pair of groups is joined exactly once
    assert len(between) == groups * (groups - 1) // 2
    assert set(between.values()) == {1}


def test_a_swap_changes_both_cables_at_both_ends() -> None:
    plan = Clos(pods=1, units=1, hosts=4, nics=2, rails=2, group=1, down=4, spines=2, trunk=2, block=2)
    leaf = plan.layers[1].first
    a, b = (leaf, 0), (leaf + 1, 2)
    far_a, far_b = plan.peer(*a), plan.peer(*b)
    cabled = Overlaid(plan, {}).swapped(a, b)
    assert cabled.peer(*a) == far_b
    assert cabled.peer(*far_b) == a
    assert cabled.peer(*b) == far_a
    assert cabled.peer(*far_a) == b
    assert cabled.peer(leaf, 1) == plan.peer(leaf, 1)
    assert Counter(cabled.link_counts()) == Counter(plan.link_counts())


@pytest.mark.parametrize(
    "pairs",
    [[((8, 0), (8, 0))], [((8, 0), (8, 1)), ((8, 0), (8, 2))], [((8, 0), (8, 9))]],
    ids=["self", "twice", "bare"],
)
def test_a_swap_that_cannot_be_is_refused(pairs: list) -> None:
    # two hosts a leaf with room for three: its third host slot has no cable
    plan = Clos(pods=1, units=2, hosts=4, nics=2, rails=2, group=1, down=10, spines=2, trunk=2, block=4)
    cabled = Overlaid(plan, {})
    *first, last = pairs
    for a, b in first:
        cabled = cabled.swapped(a, b)
    with pytest.raises(ValueError, match="swap"):
        cabled.swapped(*last)


@settings(max_examples=at_most(60), deadline=None)
@given(topologies)
def test_far_ends_are_the_peers_slot_by_slot(topology: Topology) -> None:
    for layer in topology.layers:
        for node in layer.nodes:
            assert topology.far_ends(node) == [topology.peer(node, slot) for slot in range(layer.slots)]


@settings(max_examples=at_most(120), deadline=None)
@given(topologies)
def test_ids_ascend_with_nodes_so_that_a_node_is_found_by_them(topology: Topology) -> None:
    if isinstance(topology, Dragonfly):
        return  # the oracle of another hand has no ids
    for layer in topology.layers:
        ids = [topology.ids(node) for node in layer.nodes]
        order = [(one.pod, one.plane, one.unit, one.rail, one.number) for one in ids]
        assert order == sorted(set(order))
        assert order[-1] == tuple(map(max, zip(*order, strict=True))), "the last has the longest name"
