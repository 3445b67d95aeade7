"""YAML 1.2 core scalars; the oracle for numbers is Python's own literal syntax, for the rest the specification."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netgen.intent.scalars import resolve


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *[(word, None) for word in ("", "~", "null", "Null", "NULL")],
        *[(word, True) for word in ("true", "True", "TRUE")],
        *[(word, False) for word in ("false", "False", "FALSE")],
        ("0", 0),
        ("12", 12),
        ("-3", -3),
        ("+4", 4),
        ("0x101", 0x101),
        ("0o17", 15),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1e3", 1000.0),
    ],
)
def test_core_schema(text, value):
    assert resolve(text) == value
    assert type(resolve(text)) is type(value)


@pytest.mark.parametrize(
    "text",
    [
        *("no", "No", "yes", "on", "off", "y", "n"),
        *("12:34", "12:34:56", "010", "007", "-01", "1_000", "0b11", "08"),
        *("2026-01-01", "1.2.3", "10.0.0.0/12", "400G", "20%", "1-64", "-", "+", ".", "..", "0x", "0xg", "1e", "e5"),
        *(".inf", "-.inf", ".nan", "1e999", "0X1F"),
        "9" * 5000,
        "0x" + "f" * 5000,
    ],
)
def test_stays_text(text):
    assert resolve(text) == text


@given(st.integers(min_value=-(10**30), max_value=10**30))
def test_integers_round_trip(number):
    assert resolve(str(number)) == number


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_round_trip(number):
    text = repr(number)
    assert resolve(text) == number
    assert isinstance(resolve(text), float)


@given(st.text())
def test_never_raises(text):
    resolve(text)
