"""Sizes against print, and against a search that knows nothing of the formulas."""

import math
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from netgen.cluster.demand import Box, Group
from netgen.cluster.sizing import size
from netgen.cluster.topology.clos import Clos
from netgen.diagnostics.finding import UnbuildableError
from netgen.intent.quantities import parse_ratio
from netgen.record import replace
from tests.demands import ONE, box, demand


def counts(plan: Clos) -> tuple[int, ...]:
    return tuple(layer.count for layer in plan.layers[1:])


@pytest.mark.parametrize(
    ("units", "leaves", "spines", "cores"),
    [
        (2, 16, 8, 0),
        (4, 32, 16, 0),
        (8, 64, 32, 0),
        (16, 128, 128, 64),
        (32, 256, 256, 128),
        (64, 512, 512, 256),
    ],
)
def test_published_superpods(units: int, leaves: int, spines: int, cores: int) -> None:
    """NVIDIA DGX SuperPOD B200 (RA-11334): 64-port switches, 8 rails, 32 hosts of 8 GPUs a unit."""
    plan = size(demand(units=units, superspine=ONE))
    assert counts(plan) == (leaves, spines, cores)[: 3 if cores else 2]
    if cores:
        # of pods that are a block each, the counts are the same
        assert counts(size(demand(pods=units // 4, several=True, units=4, superspine=ONE))) == counts(plan)
    cables = 256 * units
    populated = [("host", "leaf"), ("leaf", "spine"), ("spine", "superspine")][: len(counts(plan))]
    assert plan.link_counts() == dict.fromkeys(populated, cables)


@pytest.mark.parametrize(
    ("asked", "published"),
    [
        pytest.param(
            # DGX SuperPOD H100 (RA-11333): NDR switches of 64 ports, 32 hosts a unit
            {"spine": ONE},
            {1: (8, 4, 256), 2: (16, 8, 512), 3: (24, 16, 768), 4: (32, 16, 1024)},
            id="H100",
        ),
        pytest.param(
            # DGX SuperPOD B300 over Ethernet: 64 hosts a unit, each NIC of 800G as two ports of 400G in two planes;
            # switches of 128 x 400G, and a printed cable is one of 800G
            {"hosts": 64, "planes": 2, "leaf": box(cages=64, split=2, uplink_split=2), "spine": box(cages=128)},
            {1: (16, 8, 1024), 2: (32, 16, 2048), 4: (64, 32, 4096), 8: (128, 64, 8192), 16: (256, 128, 16384)},
            id="B300",
        ),
        pytest.param(
            # DGX SuperPOD B300 over XDR InfiniBand: switches of 144 ports, 72 hosts a unit
            {"hosts": 72, "leaf": box(cages=144), "spine": box(cages=144)},
            {1: (8, 4, 576), 2: (16, 8, 1152), 4: (32, 18, 2304), 8: (64, 36, 4608), 18: (144, 72, 10368)},
            id="B300 XDR",
        ),
    ],
)
def test_published_superpods_of_two_tiers(asked: dict, published: dict[int, tuple[int, int, int]]) -> None:
    for units, (leaves, spines, links) in published.items():
        plan = size(demand(units=units, **asked))
        assert counts(plan) == (leaves, spines)
        assert plan.link_counts() == {("host", "leaf"): links, ("leaf", "spine"): links}


@pytest.mark.parametrize(
    ("ports", "units", "hosts", "expected"),
    [
        # DGX SuperPOD A100 (RA-09950): HDR switches of 40 ports, 20 hosts a unit, 7 units of 140 hosts
        (40, 7, 20, (56, 80, 28)),
        # as DGX SuperPOD B200, of sizes that its table does not have
        (64, 24, 32, (192, 256, 96)),
        (64, 17, 32, (136, 256, 68)),
    ],
)
def test_spines_share_superspines_so_that_no_port_is_left_over(
    ports: int, units: int, hosts: int, expected: tuple[int, int, int]
) -> None:
    one = box(cages=ports)
    plan = size(demand(units=units, hosts=hosts, leaf=one, spine=one, superspine=one))
    assert counts(plan) == expected
    assert plan.layers[3].count * ports == plan.link_counts()["spine", "superspine"] == units * hosts * 8


@pytest.mark.parametrize(("shared", "superspines"), [(None, 2), (1, 2), (2, 1)])
def test_no_superspine_is_the_only_one_so_that_a_switch_is_spared(shared: int | None, superspines: int) -> None:
    one = box(cages=16)
    tiers = {"leaf": one, "spine": one, "superspine": box(cages=32), "shared_spines": shared}
    plan = size(demand(pods=2, several=True, units=1, hosts=8, nics=2, rails=2, **tiers))
    assert (plan.pods, plan.spines, plan.superspines) == (2, 2, superspines)


@given(
    ports=st.integers(4, 40),
    pods=st.integers(1, 4),
    units=st.integers(1, 6),
    over=st.integers(1, 2),
    shared=st.none() | st.integers(1, 4),
)
def test_the_fewest_superspines_that_hold_every_link(
    ports: int, pods: int, units: int, over: int, shared: int | None
) -> None:
    spine = box(cages=ports, oversubscription=Fraction(over))
    tiers = {"leaf": spine, "spine": spine, "superspine": box(cages=ports), "shared_spines": shared}
    asked = demand(pods=pods, several=pods > 1, third=True, units=units, hosts=ports // 2, nics=2, rails=2, **tiers)
    try:
        plan = size(asked)
    except UnbuildableError:
        assume(False)
        raise
    blocks, up = pods * plan.blocks, plan.spine_uplinks
    assert shared in (None, plan.shared_spines)
    assert blocks * plan.shared_spines * plan.core_trunk <= ports
    # brute force: so many spines of each block on one superspine, so many links from each of them
    fewest = min(
        (plan.spines // together * (up // links), together)
        for together in range(1, plan.spines + 1)
        for links in range(1, up + 1)
        if plan.spines % together == 0 and up % links == 0 and blocks * together * links <= ports
        if shared == together or (shared is None and (together == 1 or plan.spines // together * (up // links) > 1))
    )
    assert (plan.superspines, plan.shared_spines) == fewest


META = {"kind": "fat-tree", "pods": 8, "several": True, "units": 192, "hosts": 2, "rails": 1, "by_rail": False}
"""Gangidi et al., SIGCOMM 2024: 192 racks of 16 GPUs a zone, 8 zones, spines that are oversubscribed 1:7."""


@pytest.mark.parametrize(
    ("pinned", "needed", "nearest"),
    [
        (None, "384 links to leaves at 7:1 would need 54.8571 uplinks a spine", "384:55 and 64:9"),
        (16, "192 links to leaves at 7:1 would need 27.4286 uplinks a spine", "48:7 and 64:9"),
    ],
)
def test_no_part_of_an_uplink_makes_blocks_of_one_spine(pinned: int | None, needed: str, nearest: str) -> None:
    """28 leaves of 16 uplinks under one spine would be 7:1 exactly, and hang on it."""
    spine = box(cages=576, oversubscription=Fraction(7), count=pinned)
    with pytest.raises(UnbuildableError) as refused:
        size(demand(**META, spine=spine, superspine=box(cages=576)))
    (finding,) = refused.value.findings
    assert (finding.code, finding.message) == ("NG404", needed)
    assert finding.path[-2:] == ("oversubscription", "spine")
    assert finding.advice == f"the nearest that can be built: {nearest}"
    for ratio in nearest.split(" and "):
        plan = size(
            demand(**META, spine=replace(spine, oversubscription=parse_ratio(ratio)), superspine=box(cages=576))
        )
        assert plan.blocks == 1
        assert plan.spines == (pinned or plan.spines) > 1


@given(ports=st.integers(4, 40), units=st.integers(2, 60), nics=st.integers(2, 8), over=st.integers(2, 8))
def test_no_block_hangs_on_one_spine(ports: int, units: int, nics: int, over: int) -> None:
    spine = box(cages=ports, oversubscription=Fraction(over))
    asked = demand(kind="fat-tree", third=True, units=units, hosts=1, nics=nics, rails=1, by_rail=False)
    try:
        plan = size(replace(asked, spine=spine, superspine=box(cages=ports)))
    except UnbuildableError:
        assume(False)
        raise
    assert plan.spines > 1


def test_a_reserved_slot_has_its_part_of_the_uplinks() -> None:
    """DGX SuperPOD H100 (RA-11333): a unit of 31 hosts and a slot of every leaf for the fabric manager."""
    plan = size(demand(units=1, hosts=31, reserved=1))
    assert counts(plan) == (8, 4)
    assert plan.link_counts() == {("host", "leaf"): 248, ("leaf", "spine"): 256}


@given(half=st.integers(2, 32))
def test_fat_trees_of_k_ports(half: int) -> None:
    """Al-Fares et al., SIGCOMM 2008: k pods of k/2 leaves and k/2 spines, (k/2)^2 above, k^3/4 hosts."""
    k = 2 * half
    one, leaf = box(cages=k), (Group(half, 1),)
    asked = demand(kind="fat-tree", nics=1, rails=1, by_rail=False, units=1, leaf=one, spine=one, superspine=one)
    two = size(replace(asked, groups=(Group(k * k // 2, 1),)))
    assert (two.layers[0].count, *counts(two)) == (k * k // 2, k, k // 2)
    three = size(replace(asked, pods=k, several=True, units=half, groups=leaf))
    assert (three.layers[0].count, *counts(three)) == (k**3 // 4, k * k // 2, k * k // 2, k * k // 4)
    assert sum(three.link_counts().values()) == 3 * k**3 // 4
    # one pod that holds as much is laid out in blocks alike
    assert counts(size(replace(asked, units=k * half, groups=leaf))) == counts(three)


@pytest.mark.parametrize(
    ("asked", "leaves", "spines", "cores", "links"),
    [
        pytest.param(
            # Meta (Gangidi et al., SIGCOMM 2024): racks of 16 GPUs, 192 racks a zone, 8 zones, 1:7 above
            {
                "kind": "fat-tree",
                "pods": 8,
                "several": True,
                "units": 192,
                "hosts": 2,
                "rails": 1,
                "spine": box(cages=224, oversubscription=Fraction(192, 27), count=16),
                "superspine": box(cages=8 * 27),
            },
            1536,
            128,
            16,
            8 * 16 * 27,
            id="Meta",
        ),
        pytest.param(
            # Alibaba HPN (Qian et al., SIGCOMM 2024): 128 hosts of 8 NICs of 2 ports a segment, 15 segments a pod, a
            # plane a port; 128 (+8) x 200G down and 60 x 400G up, 120 down and 8 up above
            {
                "units": 15,
                "hosts": 136,
                "planes": 2,
                "leaf": box(cages=128, split=2, speed_ratio=Fraction(1, 2), uplinks=60),
                "spine": box(cages=128, oversubscription=Fraction(15)),
                "superspine": box(cages=128),
                "third": True,
            },
            15 * 16,
            120,
            2 * 4,
            120 * 8,
            id="Alibaba HPN",
        ),
        pytest.param(
            # Juniper Validated Design, AI data centre with QFX5240: two stripes of 8 leaves, 4 spines, all of 400G, so
            # that with 2 or 3 servers a stripe there is more above a leaf than below it
            {"units": 2, "hosts": 3, "leaf": box(uplinks=4), "spine": box(count=4)},
            16,
            4,
            0,
            0,
            id="Juniper JVD",
        ),
        pytest.param(
            # ByteDance MegaScale (Jiang et al., NSDI 2024): 64 x 200G down and 32 x 400G up at every leaf
            {
                "units": 1,
                "hosts": 64,
                "leaf": box(cages=64, split=2, speed_ratio=Fraction(1, 2)),
            },
            8,
            4,
            0,
            0,
            id="MegaScale",
        ),
    ],
)
def test_published_fabrics(asked: dict, leaves: int, spines: int, cores: int, links: int) -> None:
    plan = size(demand(**asked))
    assert counts(plan) == (leaves, spines, cores)[: 3 if cores else 2]
    assert plan.link_counts().get(("spine", "superspine"), 0) == links


@given(
    units=st.integers(1, 8),
    hosts=st.integers(1, 80),
    rails=st.integers(1, 8),
    cages=st.integers(2, 128),
    speeds=st.sampled_from([(1, 1, Fraction(1)), (2, 1, Fraction(1, 2)), (1, 2, Fraction(2)), (4, 2, Fraction(1, 2))]),
    spine_ports=st.integers(2, 512),
    ratio=st.sampled_from([Fraction(1), Fraction(3, 2), Fraction(2), Fraction(3)]),
)
def test_the_fewest_spines_that_hold_every_link(
    units: int, hosts: int, rails: int, cages: int, speeds: tuple[int, int, Fraction], spine_ports: int, ratio: Fraction
) -> None:
    asked = demand(
        units=units,
        hosts=hosts,
        nics=rails,
        rails=rails,
        leaf=Box(cages, *speeds, oversubscription=ratio),
        spine=box(cages=spine_ports),
    )
    try:
        plan = size(asked)
    except UnbuildableError:
        assume(False)
        raise
    assert plan.group * plan.down >= hosts
    assert math.ceil(plan.down / speeds[0]) + math.ceil(plan.uplinks / speeds[1]) <= cages
    assert plan.down * speeds[2] == plan.uplinks * ratio
    leaves = units * rails * plan.group
    assert leaves * plan.trunk <= spine_ports
    # brute force: lay the links one by one on fewer spines, equally from every leaf
    for fewer in range(1, plan.spines):
        even = plan.uplinks % fewer == 0
        assert not even or leaves * (plan.uplinks // fewer) > spine_ports
    assert plan.spines >= math.ceil(leaves * plan.uplinks / spine_ports)
