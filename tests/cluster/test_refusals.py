"""What cannot be built is refused with what can, and that is tried."""

import re
from fractions import Fraction
from functools import reduce
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from netgen.cluster.demand import Box, Demand
from netgen.cluster.sizing import size
from netgen.diagnostics.finding import Finding, UnbuildableError
from netgen.intent.quantities import parse_ratio
from netgen.record import replace
from tests.demands import ONE, box, demand
from tests.examples import at_most


@pytest.mark.parametrize(
    ("changed", "code", "advice"),
    [
        ({"leaf": box(oversubscription=Fraction(3))}, "NG404", "the nearest that can be built"),
        ({"units": 9}, "NG405", "declare at most 8 units"),
        ({"spine": box(count=3)}, "NG406", "what can be built: 8, 16, 32"),
        ({"superspine": ONE, "units": 16, "shared_spines": 3}, "NG406", "what can be built: 1, 2, 4, 8, 16"),
        ({"leaf": box(cages=1)}, "NG403", "more ports"),
        ({"leaf": box(uplinks=64)}, "NG403", "pin fewer uplinks"),
        ({"reserved": 32}, "NG403", "reserve fewer slots"),
    ],
)
def test_what_cannot_be_built_is_refused_with_what_can(changed: dict, code: str, advice: str) -> None:
    with pytest.raises(UnbuildableError) as refused:
        size(demand(**changed))
    (finding,) = refused.value.findings
    assert finding.code == code
    assert advice in finding.advice


@given(
    hosts=st.integers(1, 60),
    ratio=st.fractions(1, 8, max_denominator=7),
    cages=st.sampled_from([8, 20, 128]),
    uplink_split=st.sampled_from([1, 2]),
)
def test_the_advice_to_an_oversubscription_can_be_followed(
    hosts: int, ratio: Fraction, cages: int, uplink_split: int
) -> None:
    # two ports down a cage; uplinks of twice their speed, so that one is more than a port down needs, or of the same
    leaf = Box(cages, 2, uplink_split, Fraction(uplink_split, 2), oversubscription=ratio)
    asked = demand(hosts=hosts, leaf=leaf, spine=box(cages=4096))
    try:
        plan = size(asked)
    except UnbuildableError as refused:
        (finding,) = refused.findings
        assume(finding.code == "NG404")
        for words in finding.advice.partition(": ")[2].split(" and "):
            said, _, pinned = words.partition(" (`leaf: {uplinks: ")
            count = int(pinned.removesuffix("}`)")) if pinned else None
            wanted = replace(leaf, uplinks=count) if pinned else replace(leaf, oversubscription=parse_ratio(said))
            nearest = size(replace(asked, leaf=wanted))
            assert nearest.down * leaf.speed_ratio == Fraction(said.replace(":", "/")) * nearest.uplinks
    else:
        assert plan.down * leaf.speed_ratio == ratio * plan.uplinks


SWITCHES = st.builds(
    box,
    cages=st.sampled_from([4, 6, 8, 12, 16]),
    count=st.none() | st.integers(1, 8),
    oversubscription=st.sampled_from([Fraction(1), Fraction(3, 2), Fraction(2)]),
)


@settings(max_examples=at_most(300))
@given(
    st.fixed_dictionaries(
        {
            "pods": st.integers(1, 3),
            "units": st.integers(1, 5),
            "sharing": st.integers(1, 2),
            "hosts": st.integers(1, 6),
            "leaf": SWITCHES.map(lambda leaf: replace(leaf, count=None)),
            "spine": SWITCHES,
            "superspine": SWITCHES.map(lambda top: replace(top, oversubscription=Fraction(1))),
            "shared_spines": st.none() | st.integers(1, 3),
            "third": st.booleans(),
        }
    ),
    st.sampled_from([1, 2, 4]),
)
def test_what_a_refusal_says_can_be_built_is_built(shape: dict[str, Any], rails: int) -> None:
    """Whatever is pinned beside it: the advice is put in place of what was asked, and sized."""
    shape |= {"several": shape["pods"] > 1, "sharing": min(shape["sharing"], shape["units"])}
    asked = demand(rails=rails, nics=rails, **shape)
    try:
        plan = size(asked)
    except UnbuildableError as refused:
        (finding,) = refused.findings
        assume(finding.code != "NG403")
        built = [is_sized(other) for other in advised(asked, finding)]
        # where no ratio is enough by itself, what else is wrong is said next
        assert all(built) or (finding.code == "NG404" and not any(built)), finding
    else:
        assert asked.spine.count in (None, plan.spines)
        assert not plan.cores or asked.superspine.count in (None, plan.cores)
        assert not plan.cores or asked.shared_spines in (None, plan.shared_spines)


def is_sized(asked: Demand) -> bool:
    try:
        size(asked)
    except UnbuildableError:
        return False
    return True


PINS = {
    "spine.count": lambda one, count: replace(one, spine=replace(one.spine, count=count)),
    "superspine.count": lambda one, count: replace(one, superspine=replace(one.superspine, count=count)),
    "share.spines": lambda one, count: replace(one, shared_spines=count),
}


def _with_ratio(asked: Demand, tier: str, ratio: Fraction) -> Demand:
    return replace(asked, **{tier: replace(getattr(asked, tier), oversubscription=ratio)})


def advised(asked: Demand, finding: Finding) -> list[Demand]:
    """Return the demands that a refusal advises; of a ratio, without pins where they are wrong as well."""
    for key in re.findall(r"without (.*?)(?:$|:|, or)", finding.advice):
        for pin in re.findall("`(.*?)`", key):
            asked = PINS[pin](asked, None)
    if finding.code == "NG404":
        bare = reduce(lambda one, pin: pin(one, None), PINS.values(), asked)
        ratios = map(parse_ratio, re.findall(r"(\d+:\d+)(?! \(`)", finding.advice))
        tier = "spine" if finding.path[-1] == "spine" else "leaf"
        either = ([_with_ratio(one, tier, ratio) for one in (asked, bare)] for ratio in ratios)
        return [next(filter(is_sized, both), both[0]) for both in either]
    if finding.code == "NG406":
        counts = map(int, finding.advice.partition(": ")[2].split(", "))
        return [PINS[".".join(finding.path[-2:])](asked, count) for count in counts]
    words = re.search(r"(one pod of )?at most (\d+) (unit|pod)", finding.advice)
    if words is None:
        return []
    changed = {f"{words[3]}s": int(words[2])} | ({"pods": 1} if words[1] else {})
    fewer = replace(asked, **changed)
    return [replace(fewer, several=fewer.pods > 1, sharing=min(fewer.sharing, fewer.units))]


def test_an_oversubscription_of_spines_that_cannot_be_built_is_not_called_too_many_leaves() -> None:
    """One leaf of one uplink: a spine has one port down, and half of one up."""
    asked = demand(pods=2, several=True, units=1, rails=1, nics=1, hosts=2, leaf=box(uplinks=1), superspine=ONE)
    with pytest.raises(UnbuildableError) as refused:
        size(replace(asked, spine=box(oversubscription=Fraction(2))))
    (finding,) = refused.value.findings
    assert (finding.code, finding.path[-1]) == ("NG404", "spine")
    assert finding.advice == "the nearest that can be built: 1:1"


def test_of_two_pins_that_do_not_go_together_one_is_said_with_the_other() -> None:
    """Four uplinks a leaf: two spines have 8 ports down each, which 3 superspines do not divide."""
    asked = demand(rails=1, nics=1, units=4, hosts=4, spine=box(count=4), third=True)
    with pytest.raises(UnbuildableError) as refused:
        size(replace(asked, superspine=box(count=3)))
    (finding,) = refused.value.findings
    assert finding.path[-2:] == ("superspine", "count")
    assert finding.notes == ("with `spine.count: 4`",)
    assert finding.advice == "what can be built: 1, 2, 4"


@pytest.mark.parametrize(
    ("role", "in_all", "asked"),
    [
        ("spine", 128, {"pods": 4, "several": True, "units": 4}),
        ("spine", 128, {"units": 16}),
        ("spine", 64, {"units": 8, "planes": 2}),
        ("superspine", 64, {"pods": 4, "several": True, "units": 4}),
    ],
)
def test_a_count_of_all_pods_blocks_and_planes_is_told_as_that_of_one(role: str, in_all: int, asked: dict) -> None:
    """DGX SuperPOD: tables in print count the switches of the whole."""
    tiers = {"spine": ONE, "superspine": ONE}
    with pytest.raises(UnbuildableError) as refused:
        size(demand(**asked, third=role == "superspine", **tiers | {role: box(count=in_all)}))
    (finding,) = refused.value.findings
    said, _, count = finding.notes[-1].rpartition(" in all are `count: ")
    assert (finding.code, said.rpartition(" ")[2]) == ("NG406", str(in_all))
    plan = size(demand(**asked, third=role == "superspine", **tiers | {role: box(count=int(count.rstrip("`")))}))
    assert plan.layers[2 if role == "spine" else 3].count == in_all
