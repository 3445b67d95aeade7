"""Quantities carry their units; what is refused is refused with what is due."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from netgen.intent import quantities as q


def read(kind: object, value: object) -> object:
    return TypeAdapter(kind).validate_python(value)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (q.SpeedGbps, "400G", 400),
        (q.Bytes, "500KB", 500_000),
        (q.Bytes, "512KiB", 524_288),
        (q.Bytes, "1.5MB", 1_500_000),
        (q.Bytes, "1B", 1),
        (q.Metres, "30m", 30),
        (q.Milliseconds, "200ms", 200),
        (q.Milliseconds, "1.5s", 1500),
        (q.Percent, "20%", 20),
        (q.Ratio, "2:1", Fraction(2)),
        (q.Ratio, "1.5:1", Fraction(3, 2)),
        (q.Ratio, "33:17", Fraction(33, 17)),
        (q.BreakoutMode, "2x400G", q.Breakout(2, 400)),
        (q.Ids, 7, q.IdRanges(((7, 7),))),
        (q.Ids, "33-64, 1-30", q.IdRanges(((1, 30), (33, 64)))),
        (q.Ids, [7, "1-3"], q.IdRanges(((1, 3), (7, 7)))),
    ],
)
def test_what_is_written_is_read(kind: object, text: object, value: object):
    assert read(kind, text) == value


@pytest.mark.parametrize(
    ("kind", "value", "due"),
    [
        (q.Milliseconds, 0.2, "0.2 has no unit: a time is written as 0.2s"),
        (q.Milliseconds, "0.2", "0.2 has no unit: a time is written as 0.2s"),
        (q.Milliseconds, "200", "200 has no unit: a time is written as 200ms or 200s"),
        (q.Metres, 5.5, "not a length: write a number and one of the units m"),
        (q.Bytes, 500, "500 has no unit: a size is written as 500KB or 500KiB"),
        (q.Bytes, "0.5B", "not a whole number of the smallest unit, B"),
        (q.Bytes, "2048GB", "outside 0B to 1099511627776B"),
        (q.Metres, "0m", "outside 1m to 40000m"),
        (q.Milliseconds, True, "write a number and one of the units ms, s"),
        (q.Milliseconds, "0.5ms", "not a whole number of the smallest unit, ms"),
        (q.Percent, "101%", "outside 0% to 100%"),
        (q.SpeedGbps, "400 G", "write a number and one of the units G"),
        (q.Ratio, "1:2", "a ratio of at least one"),
        (q.Ratio, "2", "such as 1:1, 2:1 or 3:2"),
        (q.Ratio, 2.0, "such as 1:1, 2:1 or 3:2"),
        (q.BreakoutMode, "3x400G", "ports x speed"),
        (q.Ids, "1-30,30-64", "id 30 is named twice"),
        (q.Ids, "9-1", "9-1 is not an ascending range"),
        (q.Ids, [], "at least one id is due"),
        (q.Ids, True, "a number, a range or several"),
        (q.Ids, ["1-3", [7]], "a number, a range or several"),
        (q.Ids, [1, "1-3"], "id 1 is named twice"),
        (q.Ids, "0-3", "count from 1"),
        (q.Ids, "", "count from 1"),
        (q.Ids, "1-9999999", "up to 1000000"),
        (q.Ids, 1.5, "a number, a range or several"),
        (q.Subnet, "10.0.0.1/12", "the subnet is 10.0.0.0/12"),
        (q.Subnet, "10.0.0.0/33", "0 to 32"),
        (q.Subnet, "10.0.0.0", "address/length"),
        (q.Subnet, "10.0.0/8", "no IPv4 subnet"),
        (q.Address, "10.0.0", "four numbers"),
        (q.Address, 167772161, "four numbers"),
    ],
)
def test_what_is_refused_is_refused_with_what_is_due(kind: object, value: object, due: str):
    with pytest.raises(ValidationError) as refused:
        read(kind, value)
    (error,) = refused.value.errors()
    assert due in error["msg"]


@given(st.sets(st.integers(1, 200), min_size=1))
def test_ranges_hold_what_was_written(ids: set[int]):
    ranges = q.parse_ids(",".join(map(str, sorted(ids, reverse=True))))
    assert list(ranges) == sorted(ids)
    assert len(ranges) == len(ids)
    assert ranges.highest == max(ids)
    assert all((number in ranges) == (number in ids) for number in range(202))
