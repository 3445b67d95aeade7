"""What is told of a change, on random fabrics: nothing of what is only added, and all that is counted."""

from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from netgen.plan.facts import Facts, derived_facts
from netgen.plan.moves import find_moves
from netgen.plan.tally import tallies
from tests.cluster.test_kinds import checked, fabrics, grouped, written
from tests.examples import at_most
from tests.rules.intents import RENDERER


def facts(given_: dict[str, Any]) -> Facts:
    cluster = checked(given_)
    assume(cluster is not None)
    assert cluster is not None
    return derived_facts(cluster, RENDERER.platforms)


def addresses(some: Facts) -> int:
    own = [value for one in some.numbers.values() for value in (one.management, one.loopback)]
    return sum(value is not None for value in [*own, *(cable.address for cable in some.cables.values())])


@settings(max_examples=at_most(40), deadline=None)
@given(fabrics() | grouped(), st.sampled_from(["1", "1,3"]), st.sampled_from(["1", "1-2", "2-3"]))
def test_growth_is_counted_and_nothing_of_it_is_called_a_move(shape: dict[str, Any], units: str, hosts: str) -> None:
    pods = "1" if shape["kind"] in ("single-tier", "rail-only") else "1-2"
    before = facts(written(**shape, pods="1", units=units, hosts=hosts))
    after = facts(written(**shape, pods=pods, units="1-4", hosts="1-4"))
    assert find_moves(before, after) == []
    counted = tallies(before, after)
    assert {(tally.changed, tally.gone) for tally in counted.values()} == {(0, 0)}
    assert counted["devices"].new == len(after.numbers) - len(before.numbers)
    assert counted["cables"].new == len(after.cables) - len(before.cables)
    assert counted["addresses"].new == addresses(after) - addresses(before)
    # and back: what is retired is gone, and nothing of what stays is touched
    (removed,) = find_moves(after, before)
    assert (removed.kind, removed.count) == ("device", counted["devices"].new)
