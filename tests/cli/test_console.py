"""Tables, colour and progress."""

import io
import sys

import pytest

from netgen.cli.console import coloured, progress, table


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_columns_line_up_and_numbers_are_set_to_the_right():
    shown = table(("device", "lines", ""), [("leaf1", "7", "why"), ("pod1-spine12", "1,024", "")])
    assert shown == "device         lines\nleaf1              7   why\npod1-spine12   1,024\n"


def test_a_column_with_a_word_in_it_is_set_to_the_left():
    assert table(("a", "b"), [("x", "10"), ("y", "none")]).splitlines()[1] == "x   10"


def test_a_table_without_rows_is_its_header():
    assert table(("device", "lines"), []) == "device   lines\n"


@pytest.mark.parametrize(
    ("stream", "environment", "expected"),
    [
        (Terminal(), {}, True),
        (io.StringIO(), {}, False),
        (Terminal(), {"NO_COLOR": "1"}, False),
        (Terminal(), {"NO_COLOR": ""}, True),  # no-color.org: "when present and not an empty string"
        (Terminal(), {"TERM": "dumb"}, False),
    ],
)
def test_colour_is_for_terminals_that_want_it(stream, environment, expected, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert coloured(stream) is expected


@pytest.mark.parametrize(
    ("stream", "patience_s", "shown"), [(io.StringIO(), 0, False), (Terminal(), 0, True), (Terminal(), 3600, False)]
)
def test_progress_is_for_terminals_and_for_what_lasts(stream, patience_s, shown, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr("netgen.cli.console.PATIENCE_S", patience_s - 1)
    with progress("render", 2) as step:
        step("leaf1")
        step("leaf2", advance=1)
    assert ("render" in stream.getvalue()) is shown
