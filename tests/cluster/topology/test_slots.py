"""Every topology is an involution on slots with the counts that it claims; found by walking all of it."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netgen.cluster.topology.rail_optimized import RailOptimized
from netgen.cluster.topology.slots import Overlaid, Topology, layer_of, links
from tests.cluster.topology.dragonfly import Dragonfly

small = st.integers(1, 3)
rails = st.builds(
    RailOptimized,
    pods=small,
    units=small,
    hosts=st.integers(1, 6),
    rails=st.integers(1, 4),
    group=small,
    down=st.integers(1, 6),
    spines=st.integers(1, 4),
    trunk=small,
).filter(lambda t: t.group * t.down >= t.hosts)
dragonflies = st.builds(Dragonfly, a=st.integers(2, 4), p=st.integers(1, 3), h=st.integers(1, 3))
topologies = st.one_of(rails, dragonflies)


@settings(max_examples=60, deadline=None)
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


@settings(max_examples=60, deadline=None)
@given(rails)
def test_every_leaf_has_equally_many_links_to_every_spine_of_its_pod(topology: RailOptimized) -> None:
    _, leaves, spines = topology.layers
    pairs = Counter(
        (a[0], b[0])
        for a, b in links(topology)
        if layer_of(topology, a[0]) is leaves and layer_of(topology, b[0]) is spines
    )
    assert set(pairs.values()) == {topology.trunk}
    assert len(pairs) == topology.pods * topology.leaves_per_pod * topology.spines


@settings(max_examples=60, deadline=None)
@given(rails)
def test_equal_nics_of_a_unit_meet_at_the_leaves_of_their_rail(topology: RailOptimized) -> None:
    hosts, leaves, _ = topology.layers
    for host in range(hosts.count):
        for rail in range(topology.rails):
            leaf, _ = topology.peer(host, rail)
            unit, rail_of_leaf = divmod(leaves.index(leaf) // topology.group, topology.rails)
            assert (unit, rail_of_leaf) == (host // topology.hosts, rail)


@given(rails)
def test_ids_and_indices_are_each_others_inverse(topology: RailOptimized) -> None:
    hosts, leaves, spines = topology.layers
    pods, units = range(1, topology.pods + 1), range(1, topology.units + 1)
    assert [i for pod in pods for i in topology.spines_of(pod)] == list(range(spines.count))
    assert [i for pod in pods for unit in units for i in topology.leaves_of(pod, unit)] == list(range(leaves.count))
    for index in range(hosts.count):
        assert topology.host_at(*topology.host_ids(index)) == index
    for index in range(leaves.count):
        pod, unit, rail, leaf = topology.leaf_ids(index)
        assert topology.leaves_of(pod, unit)[(rail - 1) * topology.group + leaf - 1] == index
        cabled = [topology.peer(leaves.first + index, slot) for slot in range(topology.down)]
        assert [topology.host_ids(end[0])[-1] for end in cabled if end] == list(topology.hosts_of(index))
    for index in range(spines.count):
        pod, spine = topology.spine_ids(index)
        assert topology.spines_of(pod)[spine - 1] == index


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
    plan = RailOptimized(pods=1, units=1, hosts=4, rails=2, group=1, down=4, spines=2, trunk=2)
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
    plan = RailOptimized(pods=1, units=2, hosts=4, rails=2, group=1, down=10, spines=2, trunk=2)
    cabled = Overlaid(plan, {})
    *first, last = pairs
    for a, b in first:
        cabled = cabled.swapped(a, b)
    with pytest.raises(ValueError, match="swap"):
        cabled.swapped(*last)
