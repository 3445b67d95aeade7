"""Sizes of dragonflies against print, and against a search that knows nothing of the formulas."""

import math
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netgen.cluster.demand import Box, Demand, Group
from netgen.cluster.sizing_groups import size_dragonfly, size_dragonfly_plus
from netgen.cluster.topology.dragonfly import Dragonfly
from netgen.cluster.topology.slots import GLOBAL, LOCAL
from netgen.diagnostics.finding import UnbuildableError
from netgen.record import replace
from tests.examples import at_most

BOX = Box(cages=64, split=1, uplink_split=1, speed_ratio=Fraction(1))


def demand(kind: str, groups: int, nics: int, ports: int = 64, **changed: object) -> Demand:
    box = replace(BOX, cages=ports)
    plus = kind == "dragonfly-plus"
    given = {
        "kind": kind,
        "pods": 1,
        "units": groups,
        "groups": (Group(nics, 1),),
        "rails": 1,
        "fewer": {},
        "sharing": 1,
        "planes": 1,
        "tors": 1,
        "reserved": 0,
        "by_rail": False,
        "leaf": box,
        "spine": box if plus else None,
        "superspine": box if plus else None,
        "several": False,
        "third": False,
        "path": ("fabrics", "compute"),
    }
    return Demand(**{**given, **changed})


@pytest.mark.parametrize(
    ("a", "p", "h", "ports"),
    [
        (4, 2, 2, 7),  # Kim et al., ISCA 2008, figure 5: 72 hosts on routers of 7 ports
        (16, 8, 8, 31),
        (32, 16, 16, 63),  # section 3.1: routers of 64 ports, more than 256,000 hosts
    ],
)
def test_published_balanced_dragonflies(a: int, p: int, h: int, ports: int) -> None:
    groups = a * h + 1
    plan = size_dragonfly(demand("dragonfly", groups, a * p, ports))
    assert (plan.routers, plan.host_ports, plan.global_links, plan.mesh.trunk) == (a, p, h, 1)
    assert plan.layers[0].count == a * p * groups
    with pytest.raises(UnbuildableError) as refused:
        size_dragonfly(demand("dragonfly", groups + 1, a * p, ports))
    (finding,) = refused.value.findings
    assert finding.code == "NG433"
    assert f"{groups} groups (units)" in finding.advice


@settings(max_examples=at_most(30), deadline=None)
@given(p=st.integers(1, 16))
def test_every_balanced_dragonfly_comes_out(p: int) -> None:
    """a = 2p = 2h, g = a h + 1: of the routers' ports none is left over, and each pair of groups has one link."""
    a, groups = 2 * p, 2 * p * p + 1
    plan = size_dragonfly(demand("dragonfly", groups, a * p, 4 * p - 1))
    assert (plan.routers, plan.host_ports, plan.global_links, plan.mesh.trunk) == (a, p, p, 1)
    assert plan.layers[0].count == a * p * groups


@pytest.mark.parametrize(
    ("groups", "trunk", "routers", "most", "left_over"),
    [
        # Frontier's compute groups (Atchley et al., SC 2023): 74 of 32 switches, four links between any two of them
        pytest.param(74, 4, 2368, 10, 28, id="Frontier"),
        # Aurora (Ibeid et al., 2025): 5,600 switches, and room for two links of any pair
        pytest.param(175, 2, 5600, 11, 4, id="Aurora"),
    ],
)
def test_slingshot_groups_leave_ports_over(groups: int, trunk: int, routers: int, most: int, left_over: int) -> None:
    """32 switches of 64 ports a group, 16 of them for hosts: ports that no pair of groups has use for stay free."""
    pinned = replace(BOX, count=32)
    plan = size_dragonfly(demand("dragonfly", groups, 512, leaf=pinned, trunk=trunk))
    assert plan.layers[1].count == routers
    assert plan.layers[0].count == 512 * groups
    assert (plan.routers, plan.host_ports, plan.global_links, plan.mesh.trunk) == (32, 16, most, trunk)
    assert plan.links_across(groups) == {LOCAL: groups * 496, GLOBAL: trunk * groups * (groups - 1) // 2}
    assert 32 * most - trunk * (groups - 1) == left_over
    with pytest.raises(UnbuildableError) as refused:
        size_dragonfly(demand("dragonfly", groups, 512, leaf=replace(pinned, uplinks=17)))
    assert "`global-links: " in refused.value.findings[0].advice


@pytest.mark.parametrize(("uplinks", "trunk"), [(9, 4), (None, 8)])
def test_links_of_a_pair_that_ports_do_not_hold_are_refused(uplinks: int | None, trunk: int) -> None:
    with pytest.raises(UnbuildableError) as refused:
        size_dragonfly(demand("dragonfly", 74, 512, leaf=replace(BOX, count=32, uplinks=uplinks), trunk=trunk))
    (finding,) = refused.value.findings
    assert finding.code == "NG433"
    assert f"{trunk * 73} global ports a group" in finding.notes[0]
    groups = int(finding.advice.removeprefix("declare a capacity of ").partition(" ")[0])
    built = size_dragonfly(demand("dragonfly", groups, 512, leaf=replace(BOX, count=32, uplinks=uplinks), trunk=trunk))
    assert built.mesh.trunk == trunk


def search(groups: int, nics: int, ports: int) -> tuple[int, int, int] | None:
    """Return the balanced dragonfly of fewest routers, and of these that of fewest global links, by trying all."""
    for a, h in product(range(1, ports + 1), range(ports)):
        p = next(p for p in range(1, nics + 1) if a * p >= nics)
        shared = h == 0 if groups == 1 else h >= p and (a * h) % (groups - 1) == 0
        if a >= 2 * p and shared and p + a - 1 + h <= ports:
            return a, p, h
    return None


@settings(max_examples=at_most(150), deadline=None)
@given(groups=st.integers(1, 40), nics=st.integers(1, 60), ports=st.integers(4, 32))
def test_the_fewest_routers_that_are_balanced(groups: int, nics: int, ports: int) -> None:
    found = search(groups, nics, ports)
    try:
        plan = size_dragonfly(demand("dragonfly", groups, nics, ports))
    except UnbuildableError as error:
        assert found is None
        (finding,) = error.findings
        assert finding.code in {"NG403", "NG433"}
        near = [n for n in (groups - 1, groups + 1) if n and search(n, nics, ports)]
        assert finding.code == "NG433" or near in ([], [1])
        assert all(str(n) in finding.advice for n in near if finding.code == "NG433")
    else:
        assert (plan.routers, plan.host_ports, plan.global_links) == found


@given(st.integers(1, 8), st.integers(1, 8), st.integers(1, 8), st.integers(2, 30))
def test_what_is_pinned_is_built_or_refused(count: int, uplinks: int, nics: int, groups: int) -> None:
    pinned = replace(BOX, count=count, uplinks=uplinks)
    asked = demand("dragonfly", groups, nics, leaf=pinned)
    if count * uplinks % (groups - 1):
        with pytest.raises(UnbuildableError):
            size_dragonfly(asked)
    else:
        plan = size_dragonfly(asked)
        assert (plan.routers, plan.global_links, plan.host_ports) == (count, uplinks, math.ceil(nics / count))


@pytest.mark.parametrize("k", [4, 8, 16, 36])
def test_the_largest_dragonfly_plus_of_k_ports(k: int) -> None:
    """Shpiner et al., HiPINEB 2017: k/2 leaves and spines a group, k/2 global links a spine, (k/2)^2 + 1 groups."""
    half = k // 2
    plan = size_dragonfly_plus(demand("dragonfly-plus", half * half + 1, half * half, k))
    _, leaves, spines = plan.layers
    groups = half * half + 1
    assert (plan.mesh.groups, plan.mesh.trunk) == (groups, 1)
    assert (leaves.count, spines.count) == (half * groups, half * groups)
    assert (leaves.down, leaves.up, spines.down, spines.outward) == (half, half, half, half)
    with pytest.raises(UnbuildableError):
        size_dragonfly_plus(demand("dragonfly-plus", groups + 1, half * half, k))


@settings(max_examples=at_most(100), deadline=None)
@given(groups=st.integers(1, 12), nics=st.integers(1, 40), ports=st.integers(4, 24), over=st.sampled_from([1, 2, 4]))
def test_a_dragonfly_plus_is_the_one_of_fewest_spines(groups: int, nics: int, ports: int, over: int) -> None:
    spine = replace(BOX, cages=ports, oversubscription=Fraction(over))
    down = min(nics, ports // 2)
    leaves = -(-nics // down)
    down = -(-nics // leaves)
    fitting = []
    for spines, links in product(range(1, down + 1), range(ports)):
        below = leaves * down / spines
        shared = links == 0 if groups == 1 else links * over >= below and spines * links % (groups - 1) == 0
        if down % spines == 0 and shared and (links or groups == 1) and below + links <= ports:
            fitting.append((spines, links))
    try:
        plan = size_dragonfly_plus(demand("dragonfly-plus", groups, nics, ports, spine=spine))
    except UnbuildableError:
        assert not fitting
    else:
        assert (plan.tree.spines, plan.global_links) == min(fitting)
        assert (plan.tree.leaves_per_plane, plan.tree.uplinks) == (leaves, down)


def test_uplinks_of_twice_the_speed_are_half_as_many() -> None:
    slow = replace(BOX, split=2, speed_ratio=Fraction(1, 2))
    plan = size_dragonfly(demand("dragonfly", 9, 32, leaf=slow))
    assert isinstance(plan, Dragonfly)
    assert plan.routers >= 2 * plan.host_ports / 2
    assert plan.global_links >= plan.host_ports / 2
    assert plan.host_ports > plan.global_links


def test_groups_of_hosts_with_fewer_nics_have_the_routers_of_the_others() -> None:
    asked = replace(demand("dragonfly", 3, 1), groups=(Group(8, 4), Group(4, 1)), fewer={2: 1})
    plan = size_dragonfly(asked)
    assert plan.layers[0].count == 24
    assert plan.routers * plan.host_ports >= 32
    assert plan.link_counts()["host", "router"] == 32 + 32 + 8


def test_a_count_of_all_groups_is_told_as_that_of_one() -> None:
    """LUMI-G: 640 switches, 32 of them a group."""
    with pytest.raises(UnbuildableError) as refused:
        size_dragonfly(demand("dragonfly", 20, 512, leaf=replace(BOX, count=640), trunk=4))
    (finding,) = refused.value.findings
    assert finding.notes[-1] == "`count` is of a group: 640 in all are `count: 32`"


@pytest.mark.parametrize(("count", "in_all"), [(432, True), (12, False)])
def test_spines_that_cannot_join_a_group_are_told_what_can(count: int, in_all: bool) -> None:
    """JUPITER: 27 groups of 15 leaves of 32 uplinks, and 16 spines."""
    leaf = replace(BOX, split=2, speed_ratio=Fraction(1, 2))
    asked = demand("dragonfly-plus", 27, 960, leaf=leaf, spine=replace(BOX, count=count), trunk=20)
    with pytest.raises(UnbuildableError) as refused:
        size_dragonfly_plus(asked)
    (finding,) = refused.value.findings
    assert finding.message.startswith(f"{count} spines cannot join 15 leaves of 32 uplinks")
    assert finding.advice == "what can be built: 16, 32"
    assert in_all == ("`count` is of a group: 432 in all are `count: 16`" in finding.notes)
    for spines in (16, 32):
        plan = size_dragonfly_plus(replace(asked, spine=replace(BOX, count=spines)))
        assert plan.tree.spines == spines
