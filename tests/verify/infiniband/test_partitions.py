"""P_Key tables of the intent, and what is told of others; pairs against a look at each of them."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netgen.cluster.infiniband import Everybody, Member, Membership, Partition
from netgen.verify.infiniband.partitions import amiss, compare_pairs, count_pairs, intended, may_speak
from tests.examples import at_most

FULL, LIMITED, BOTH = Membership.FULL, Membership.LIMITED, Membership.BOTH


def partition(pkey, members=(), everybody=()):
    named = tuple(Member(guid, membership, "partitions.x") for guid, membership in members)
    return Partition(f"p{pkey:x}", pkey, False, None, None, None, named, dict(everybody), "partitions.x")


DEFAULT = partition(0x7FFF, [(1, FULL)], {Everybody.ALL: LIMITED})


def test_every_port_is_limited_in_the_default_partition_but_the_manager():
    assert intended([DEFAULT], [1, 2], 1, allow_both=False) == {1: {0xFFFF}, 2: {0x7FFF}}
    # OpenSM does so even where the file says nothing of it
    assert intended([], [1, 2], 1, allow_both=False) == {1: {0x7FFF}, 2: {0x7FFF}}


@pytest.mark.parametrize(
    ("words", "allow_both", "keys"),
    [
        ([FULL], False, {0x8010}),
        ([LIMITED], False, {0x10}),
        ([FULL, LIMITED], False, {0x8010}),
        ([FULL, LIMITED], True, {0x8010, 0x10}),
        ([BOTH], False, {0x8010}),
        ([BOTH], True, {0x8010, 0x10}),
    ],
)
def test_membership_in_the_table(words, allow_both, keys):
    one = partition(0x10, [(2, word) for word in words])
    assert intended([one], [1, 2], 1, allow_both=allow_both)[2] - {0x7FFF} == keys


def test_everybody_and_those_who_are_not_there():
    one = partition(0x10, [(9, FULL)], {Everybody.HOSTS: LIMITED, Everybody.MANAGER: FULL, Everybody.SWITCHES: FULL})
    assert intended([one], [1, 2], 1, allow_both=False) == {1: {0x7FFF, 0x8010}, 2: {0x7FFF, 0x10}}


def test_what_is_wrong_with_a_table():
    names = {0x10: "blue", 0x11: "green"}
    assert amiss(frozenset({0x8010}), frozenset({0x8010}), names) == []
    assert amiss(frozenset({0x8010}), frozenset(), names) == ["it is not in blue (0x0010); it should be full member"]
    assert amiss(frozenset({0x10}), frozenset({0x8010}), names) == [
        "it is full member of blue (0x0010); limited it should be"
    ]
    assert amiss(frozenset(), frozenset({0x11, 0x8011, 0x12}), names) == [
        "it is both member of green (0x0011); it should not be in it",
        "it is limited member of 0x0012, which no partition of the intent has; it should not be in it",
    ]


TABLES = st.dictionaries(
    st.integers(1, 9), st.frozensets(st.sampled_from([0x10, 0x8010, 0x11, 0x8011]), max_size=3), min_size=2
)


@settings(max_examples=at_most(60), deadline=None)
@given(TABLES, st.data())
def test_pairs_are_those_that_a_look_at_each_finds(wanted, data):
    found = {guid: data.draw(st.frozensets(st.sampled_from([0x10, 0x8010, 0x11]), max_size=2)) for guid in wanted}
    pairs = list(itertools.combinations(wanted, 2))

    def speak(tables, a, b):
        return any(x & 0x7FFF == y & 0x7FFF and (x | y) & 0x8000 for x in tables[a] for y in tables[b])

    assert all(may_speak(wanted[a], wanted[b]) == speak(wanted, a, b) for a, b in pairs)
    assert count_pairs(wanted) == sum(speak(wanted, a, b) for a, b in pairs)
    differ = list(compare_pairs(wanted, found))
    for gained in (True, False):
        assert sum(one.count for one in differ if one.gained is gained) == sum(
            speak(found, a, b) is gained and speak(wanted, a, b) is not gained for a, b in pairs
        )
    for one in differ:
        assert one.a != one.b
        assert speak(found, one.a, one.b) is one.gained is not speak(wanted, one.a, one.b)
