"""The way of a UFM from any partitions to any others: it takes every request, and none lets a port in early."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netgen.session.drivers.ufm_state import Key, Member, Qos, State, difference, parse, text_of
from netgen.session.drivers.ufm_steps import steps
from tests.examples import at_most
from tests.ufm_server import RATES, Ufm

GUIDS = [0x1070FD0300000000 + number for number in range(1, 7)]
PKEYS = [0x1, 0x101, 0x7FFE]

members = st.dictionaries(
    st.sampled_from(GUIDS), st.builds(Member, st.sampled_from(["full", "limited"]), st.booleans()), max_size=5
)
limits = st.builds(Qos, st.sampled_from([2, 4]), st.sampled_from(sorted(map(float, RATES))), st.integers(0, 15))
keys = st.dictionaries(
    st.sampled_from(PKEYS), st.builds(Key, st.sampled_from(["train-a", "on", "0x1"]), st.booleans(), members, limits)
)
states = st.builds(State, keys, st.just("limited"))


def told(ufm: Ufm) -> State:
    """What the server has, read from its own form."""
    found = {
        pkey: Key(
            said["partition"],
            said["ip_over_ib"],
            {int(guid, 16): Member(m["membership"], m["index0"]) for guid, m in said["guids"].items()},
            Qos(**said["qos_conf"]),
        )
        for pkey, said in ufm.keys.items()
    }
    return State(found, ufm.everybody)


def rights(state: State) -> set[tuple[int, int, str]]:
    """Who may do what: a full member may do all that a limited one may."""
    return {
        (pkey, guid, word)
        for pkey, key in state.keys.items()
        for guid, member in key.members.items()
        for word in ("limited", member.membership)
    }


def bring(ufm: Ufm, after: State) -> list[State]:
    """Make the requests, and return what there was after each."""
    seen = []
    for request in steps(told(ufm), after, names=True):
        ufm.answer(request.method, request.path, {}, None if request.body is None else dict(request.body))
        seen.append(told(ufm))
    return seen


@settings(max_examples=at_most(300), deadline=None)
@given(before=states, after=states)
def test_any_partitions_become_any_others_and_nobody_is_let_in_early(before: State, after: State):
    ufm = Ufm()
    bring(ufm, before)
    assert difference(told(ufm), before) == ""
    old, new = rights(told(ufm)), rights(after)
    for now in map(rights, bring(ufm, after)):
        assert now <= old | new
        # Rights that are new come only once all that shall go are gone.
        assert not now & (new - old) or not now & (old - new)
    assert difference(told(ufm), after) == ""
    assert steps(told(ufm), after, names=True) == []


@settings(max_examples=at_most(100), deadline=None)
@given(before=states, after=states)
def test_a_difference_is_empty_exactly_where_nothing_but_names_differs(before: State, after: State):
    alike = before.keys.keys() == after.keys.keys() and all(
        (one.ip_over_ib, one.members, one.qos) == (two.ip_over_ib, two.members, two.qos)
        for one, two in ((before.keys[pkey], after.keys[pkey]) for pkey in before.keys)
    )
    assert (difference(before, after) == "") == alike


@settings(max_examples=at_most(100), deadline=None)
@given(state=states)
def test_what_is_written_is_read_again(state: State):
    assert parse(text_of(state)) == state


@pytest.mark.parametrize("count", [1, 100, 101, 250])
def test_many_members_go_in_paths_that_web_servers_take(count: int):
    limits = Qos(2, 2.5, 0)
    before = {0x10: Key("a", True, {guid: Member("full") for guid in range(1, count + 1)}, limits)}
    ufm = Ufm()
    bring(ufm, State(before, "limited"))
    requests = steps(told(ufm), State({0x10: Key("a", True, {}, limits)}, "limited"), names=True)
    assert max(len(request.path) for request in requests) < 2000
    bring(ufm, State({0x10: Key("a", True, {}, limits)}, "limited"))
    assert ufm.keys[0x10]["guids"] == {}
