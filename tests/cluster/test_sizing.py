"""Sizes against print, and against a search that knows nothing of the formulas."""

import math
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from netgen.cluster.sizing import Demand, size
from netgen.diagnostics.finding import UnbuildableError
from netgen.intent.quantities import parse_ratio


def demand(**changed: object) -> Demand:
    given = {
        "pods": 1,
        "units": 2,
        "hosts": 32,
        "rails": 8,
        "oversubscription": Fraction(1),
        "cages": 64,
        "split": 1,
        "uplink_split": 1,
        "speed_ratio": Fraction(1),
        "spine_ports": 64,
        "spines": None,
        "path": ("fabrics", "compute"),
    }
    return Demand(**{**given, **changed})


@pytest.mark.parametrize(
    ("units", "leaves", "spines", "cables"), [(2, 16, 8, 512), (4, 32, 16, 1024), (8, 64, 32, 2048)]
)
def test_published_superpods(units: int, leaves: int, spines: int, cables: int) -> None:
    """NVIDIA DGX SuperPOD B200 (RA-11334): 64-port switches, 8 rails, 32 hosts a unit, as long as two tiers suffice."""
    plan = size(demand(units=units))
    assert plan.layers[1].count == leaves
    assert plan.layers[2].count == spines
    assert plan.link_counts() == {("host", "leaf"): cables, ("leaf", "spine"): cables}


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
        rails=rails,
        cages=cages,
        split=speeds[0],
        uplink_split=speeds[1],
        speed_ratio=speeds[2],
        spine_ports=spine_ports,
        oversubscription=ratio,
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


@pytest.mark.parametrize(
    ("changed", "code", "advice"),
    [
        ({"oversubscription": Fraction(3)}, "NG404", "the nearest that can be built"),
        ({"units": 9}, "NG405", "declare at most 8 units"),
        ({"spines": 3}, "NG406", "what can be built: 8, 16, 32"),
        ({"cages": 1}, "NG403", "more ports"),
    ],
)
def test_what_cannot_be_built_is_refused_with_what_can(changed: dict, code: str, advice: str) -> None:
    with pytest.raises(UnbuildableError) as refused:
        size(demand(**changed))
    (finding,) = refused.value.findings
    assert finding.code == code
    assert advice in finding.advice


@given(hosts=st.integers(1, 60), ratio=st.fractions(1, 8, max_denominator=7))
def test_the_advice_to_an_oversubscription_can_be_followed(hosts: int, ratio: Fraction) -> None:
    asked = demand(hosts=hosts, cages=128, spine_ports=4096, oversubscription=ratio)
    try:
        plan = size(asked)
    except UnbuildableError as refused:
        (finding,) = refused.findings
        assume(finding.code == "NG404")
        for words in finding.advice.partition(": ")[2].split(" and "):
            if parse_ratio(words) >= ratio:
                nearest = size(replace(asked, oversubscription=parse_ratio(words)))
                assert nearest.down == parse_ratio(words) * nearest.uplinks
    else:
        assert plan.down == ratio * plan.uplinks
