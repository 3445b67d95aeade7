"""Dragonflies against print, against another implementation, and by walking all of their links."""

from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netgen.cluster.topology.clos import Clos
from netgen.cluster.topology.dragonfly import Dragonfly
from netgen.cluster.topology.dragonfly_plus import DragonflyPlus
from netgen.cluster.topology.groups import mesh
from netgen.cluster.topology.slots import GLOBAL, HOST, LEAF, LOCAL, SPINE, layer_of, links
from tests.cluster.topology import dragonfly as reference
from tests.cluster.topology.groups import dragonflies, dragonflies_plus


def full(a: int, p: int, h: int) -> Dragonfly:
    """Return the largest dragonfly, whose groups have one link to each other."""
    return Dragonfly(pods=1, units=a * h + 1, hosts=a * p, nics=1, routers=a, down=p, global_links=h)


def between_groups(plan: Dragonfly | DragonflyPlus) -> Counter[frozenset[int]]:
    """Count the links of every pair of groups by walking all links."""
    _, *switches = plan.layers
    found: Counter[frozenset[int]] = Counter()
    for (a, _), (b, _) in links(plan):
        if layer_of(plan, a) is layer_of(plan, b) is switches[-1]:
            pair = frozenset((plan.ids(n).pod, plan.ids(n).unit) for n in (a, b))
            if len(pair) == 2:
                found[pair] += 1
    return found


@pytest.mark.parametrize(
    ("a", "p", "h", "groups", "hosts"), [(4, 2, 2, 9, 72), (2, 1, 1, 3, 6), (16, 8, 8, 129, 16512)]
)
def test_published_sizes(a: int, p: int, h: int, groups: int, hosts: int) -> None:
    """Kim et al., ISCA 2008: g = a h + 1 groups, N = a p g hosts, routers of p + a - 1 + h ports."""
    plan = full(a, p, h)
    assert (plan.mesh.groups, plan.mesh.trunk) == (groups, 1)
    assert [layer.count for layer in plan.layers] == [hosts, a * groups]
    assert plan.layers[1].slots == p + a - 1 + h
    assert plan.links_across(groups) == {
        LOCAL: groups * a * (a - 1) // 2,
        GLOBAL: groups * (groups - 1) // 2,
    }


@given(a=st.integers(1, 5), p=st.integers(1, 3), h=st.integers(1, 4))
def test_the_arrangement_is_the_palmtree(a: int, p: int, h: int) -> None:
    ours, theirs = full(a, p, h), reference.Dragonfly(a, p, h)
    assert ours.layers[0].count == theirs.layers[0].count
    for router in ours.layers[1].nodes:
        for slot in (*range(p), *range(p + a - 1, p + a - 1 + h)):
            assert ours.peer(router, slot) == theirs.peer(router, slot)
        local = range(p, p + a - 1)
        assert {ours.peer(router, slot)[0] for slot in local} == {theirs.peer(router, slot)[0] for slot in local}
    assert ours.link_counts() == theirs.link_counts()


@given(dragonflies())
def test_routers_of_a_group_are_all_joined_and_so_are_groups(plan: Dragonfly) -> None:
    routers = plan.layers[1]
    local = Counter(
        frozenset((a, b)) for (a, slot), (b, _) in links(plan) if a in routers and routers.link_across(slot) == LOCAL
    )
    groups = [range(first, first + plan.routers) for first in routers.nodes[:: plan.routers]]
    assert local == Counter(frozenset(pair) for group in groups for pair in combinations(group, 2))
    assert set(between_groups(plan).values()) == ({plan.mesh.trunk} if plan.mesh.groups > 1 else set())
    assert len(between_groups(plan)) == plan.mesh.groups * (plan.mesh.groups - 1) // 2


@given(dragonflies())
def test_nics_fill_the_routers_of_their_group_in_order(plan: Dragonfly) -> None:
    for host in plan.layers[0].nodes:
        ids = plan.ids(host)
        assert plan.host_at(ids.pod, ids.unit, ids.number) == host
        nics = plan.nics_of(host // plan.hosts)
        assert plan.nics == nics or plan.peer(host, nics) is None
        for nic in range(nics):
            router, slot = plan.peer(host, nic)
            at = plan.ids(router)
            assert (at.pod, at.unit) == (ids.pod, ids.unit)
            assert (at.number - 1) * plan.host_ports + slot == (ids.number - 1) * nics + nic
    for router in plan.layers[1].nodes:
        cabled = [plan.peer(router, slot) for slot in range(plan.down)]
        assert [end[0] for end in cabled if end] == list(plan.hosts_of(router))
        assert not any(cabled[plan.host_ports :])


@given(dragonflies_plus())
def test_groups_of_a_dragonfly_plus_are_bipartite_and_equally_joined(plan: DragonflyPlus) -> None:
    hosts, leaves, spines = plan.layers
    within = Counter((a, b) for (a, _), (b, _) in links(plan) if a in leaves and b in spines)
    of_group: dict[tuple[int, int], list[list[int]]] = {}
    for number, layer in enumerate((leaves, spines)):
        for node in layer.nodes:
            ids = plan.ids(node)
            of_group.setdefault((ids.pod, ids.unit), [[], []])[number].append(node)
    assert within == Counter(
        {(leaf, spine): plan.tree.trunk for lower, upper in of_group.values() for leaf in lower for spine in upper}
    )
    assert set(between_groups(plan).values()) == ({plan.mesh.trunk} if plan.mesh.groups > 1 else set())
    for host in hosts.nodes:
        ids = plan.ids(host)
        assert plan.host_at(ids.pod, ids.unit, ids.number) == host
        assert (plan.ids(plan.peer(host, 0)[0]).pod, plan.ids(plan.peer(host, 0)[0]).unit) == (ids.pod, ids.unit)


@given(st.one_of(dragonflies(), dragonflies_plus()), st.data())
def test_counts_of_a_part_of_the_groups(plan: Dragonfly | DragonflyPlus, data: st.DataObject) -> None:
    built = data.draw(st.integers(1, plan.mesh.groups))
    chosen = data.draw(st.permutations(sorted({(i.pod, i.unit) for i in map(plan.ids, plan.layers[0].nodes)})))[:built]
    found: Counter[str] = Counter()
    for (a, slot), (b, _) in links(plan):
        name = layer_of(plan, a).link_across(slot)
        if name is not None and all((plan.ids(n).pod, plan.ids(n).unit) in chosen for n in (a, b)):
            found[name] += 1
    assert found == {name: count for name, count in plan.links_across(built).items() if count}


@given(st.one_of(dragonflies(), dragonflies_plus()), st.data())
def test_any_two_halves_of_the_groups_have_as_many_links_between_them(
    plan: Dragonfly | DragonflyPlus, data: st.DataObject
) -> None:
    every = sorted({(ids.pod, ids.unit) for ids in map(plan.ids, plan.layers[0].nodes)})
    groups = data.draw(st.permutations(every))[: len(every) // 2 * 2]
    half = set(groups[: len(groups) // 2])
    across = sum(count for pair, count in between_groups(plan).items() if len(pair & half) == 1 and pair <= set(groups))
    assert plan.bisection(len(groups)) == across


@given(dragonflies(), st.data())
def test_a_group_is_spread_over_its_routers(plan: Dragonfly, data: st.DataObject) -> None:
    """No router has more than one link to a group beyond what another of the same group has."""
    group = data.draw(st.integers(0, plan.mesh.groups - 1))
    routers, per_router = plan.layers[1], []
    for router in range(plan.routers):
        node = routers.first + group * plan.routers + router
        ends = (plan.peer(node, slot) for slot in range(routers.slots - plan.global_links, routers.slots))
        per_router.append(Counter((plan.ids(end[0]).pod, plan.ids(end[0]).unit) for end in ends if end))
    used = [far.total() for far in per_router]
    assert max(used) - min(used) <= 1
    for other in set().union(*per_router):
        counts = [far[other] for far in per_router]
        assert max(counts) - min(counts) <= 1


@given(dragonflies())
def test_no_router_has_more_equal_paths_than_it_is_told_to_install(plan: Dragonfly) -> None:
    routers = plan.layers[1]
    ends = {node: [plan.peer(node, slot) for slot in range(plan.down, routers.slots)] for node in routers.nodes}
    near = {node: [end[0] for end in found if end] for node, found in ends.items()}
    target = routers.first
    away, front = {target: 0}, [target]
    while front:
        found = {far: away[node] + 1 for node in front for far in near[node] if far not in away}
        away |= found
        front = list(found)
    assert len(away) == routers.count
    paths = [sum(away[far] < away[node] for far in near[node]) for node in routers.nodes]
    assert max(paths) <= plan.parallel("router", speaking=False)
    # local, global, local
    assert max(away.values()) <= 3


def test_ports_that_cannot_be_shared_out_are_no_mesh() -> None:
    with pytest.raises(ValueError, match="8 global ports cannot be shared equally among 7 other groups"):
        mesh(8, 4, 2)
    with pytest.raises(ValueError, match="cannot be shared"):
        mesh(1, 2, 2)
    with pytest.raises(ValueError, match="2 links to each of 7 other groups are more than 12 global ports"):
        mesh(8, 4, 3, trunk=2)


def test_link_counts_name_all_layers() -> None:
    tree = Clos(pods=3, units=1, hosts=4, nics=1, rails=1, railed=False, group=2, down=2, spines=2, trunk=1, block=2)
    assert DragonflyPlus(3, tree, 2).link_counts() == {(HOST, LEAF): 12, (LEAF, SPINE): 12, (SPINE, SPINE): 6}
