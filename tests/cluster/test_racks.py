"""Places in a hall, and how long cables between them are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netgen.cluster.racks import Place, distance_m, place, rack_and_unit


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A12", Place(1, 12, 0)),
        ("A-12", Place(1, 12, 0)),
        ("b-1/U7", Place(2, 1, 7)),
        ("AA12-u38", Place(27, 12, 38)),
        ("3-12", Place(3, 12, 0)),
        ("3-12/38", Place(3, 12, 38)),
        ("312", None),
        ("rack 4", None),
        ("hall 2, A12", None),
        ("", None),
        (None, None),
    ],
)
def test_places(text: str | None, expected: Place | None):
    assert place(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A12/U38", ("A12", 38)),
        ("A-12-u7", ("A-12", 7)),
        ("3-12", ("3-12", None)),
        ("hall 2/7", ("hall 2/7", None)),
        ("", ("", None)),
    ],
)
def test_racks_without_their_units(text: str, expected: tuple[str, int | None]):
    assert rack_and_unit(text) == expected


@pytest.mark.parametrize(
    ("a", "b", "metres"),
    [
        # 10 units of 44.45 mm, half a metre at each end
        ("A1/U10", "A1/U20", 1.5),
        # the unit of one is not said: it may be at the other end of the rack, 42 units away
        ("A1", "A1/U20", 2.9),
        # from the top units one tray's height up, three racks along, down again
        ("A1/U42", "A4/U42", 3.8),
        # and two rows across
        ("A1/U42", "C4/U42", 8.3),
    ],
)
def test_distances(a: str, b: str, metres: float):
    one, other = place(a), place(b)
    assert one is not None
    assert other is not None
    assert distance_m(one, other) == metres


places = st.builds(Place, st.integers(1, 40), st.integers(1, 60), st.integers(0, 42))


@given(places, places)
def test_distance_is_the_same_both_ways_and_never_nothing(a: Place, b: Place):
    assert distance_m(a, b) == distance_m(b, a) >= 1


@given(places, places, st.integers(1, 42))
def test_a_unit_that_is_not_said_never_makes_a_cable_shorter(a: Place, b: Place, unit: int):
    somewhere = Place(a.row, a.rack, 0)
    assert distance_m(somewhere, b) >= distance_m(Place(a.row, a.rack, unit), b)
