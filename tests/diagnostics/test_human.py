"""The rendering for people, as text that a person can check by eye."""

import re
from pathlib import Path

from netgen.diagnostics.human import render
from netgen.diagnostics.model import Diagnostic, Label, Severity, Span
from netgen.diagnostics.source import Sources

FILE = Path("intent/cluster.yaml")
OTHER = Path("intent/more.yaml")


def span(line, column, length=1, file=FILE):
    return Span(file, line, column, line, column + length)


def error(label=None, code="NG103", **more):
    return Diagnostic(code, Severity.ERROR, "it is wrong", label, **more)


def shown(diagnostic, *lines, other=(), colour=False):
    sources = Sources({FILE: lines, OTHER: other})
    return render([diagnostic], sources=sources, colour=colour)


def test_everything_that_a_finding_can_say():
    diagnostic = error(
        Label(span(9, 3, 5), "here"),
        related=(Label(span(1, 1, 4), "and here"), Label(span(2, 1, 4, OTHER), "and there")),
        notes=("2 + 2 = 4",),
        advice="change it",
    )
    lines = ["pods:", *[""] * 7, "  units: {}"]
    assert (
        shown(diagnostic, *lines, other=["", "more: 1"])
        == """\
error[NG103]: it is wrong
 --> intent/cluster.yaml:9:3
  |
1 | pods:
  | ---- and here
...
9 |   units: {}
  |   ^^^^^ here
 ::: intent/more.yaml:2:1
  |
2 | more: 1
  | ---- and there
  |
  = note: 2 + 2 = 4
  = help: change it
  = docs: docs/diagnostics.md#ng103

1 error
"""
    )


def test_two_marks_on_a_line_and_one_line_between():
    diagnostic = error(
        Label(span(3, 4, 1), "again"), code="acme/X1", related=(Label(span(1, 1), "first"), Label(span(3, 1), "then"))
    )
    assert (
        shown(diagnostic, "a: 1", "b: 2", "a: 3")
        == """\
error[acme/X1]: it is wrong
 --> intent/cluster.yaml:3:4
  |
1 | a: 1
  | - first
2 | b: 2
3 | a: 3
  | - then
  |    ^ again

1 error
"""
    )


def test_wide_combining_and_tab_characters_keep_the_caret_in_place():
    text = "日本:\te\u0301x"
    rows = shown(error(Label(span(1, text.index("x") + 1))), text).splitlines()
    assert rows[3] == "1 | 日本:   e\u0301x"
    # two wide characters, the colon and the tab end at column 8; the accent takes no column
    assert rows[4] == "  | " + " " * 9 + "^"


def test_a_mark_over_lines_ends_with_the_text_of_its_first():
    rows = shown(error(Label(Span(FILE, 1, 1, 3, 2))), "pods:   ", "  1: {}", "}").splitlines()
    assert rows[4] == "  | ^^^^^"


def test_a_mark_at_the_end_of_a_line_is_seen():
    assert shown(error(Label(span(1, 4, 0))), "a: ").splitlines()[4] == "  |    ^"


def test_a_long_line_is_cut_around_the_mark():
    text = "x" * 500 + "WRONG" + "y" * 500
    rows = shown(error(Label(span(1, 501, 5))), text).splitlines()
    assert len(rows[3]) < 160
    begin = rows[4].index("^")
    assert rows[3][begin : begin + 5] == "WRONG"


def test_nothing_can_act_on_the_terminal():
    diagnostic = Diagnostic("NG101", Severity.WARNING, "a\x1b[31m\u202eb\nc", Label(span(1, 1), "\x07"))
    text = shown(diagnostic, "a\x1b]0;title\x07\u202e")
    assert not set(text) & {"\x1b", "\x07", "\u202e"}
    assert text.startswith("warning[NG101]: a<U+001B>[31m<U+202E>b<U+000A>c\n")


def test_what_may_be_a_secret_is_struck_out():
    lines = ['user: {password: "hunter2", role: x}', "community: public # old", "password: {secret: users/a}"]
    rows = [shown(error(Label(span(number, 1))), *lines).splitlines()[3] for number in (1, 2, 3)]
    assert rows == [
        "1 | user: {password: *********, role: x}",
        "2 | community: ****** # old",
        "3 | password: {secret: users/a}",
    ]


def test_a_place_without_a_line_and_no_place_at_all():
    assert shown(error(Label(span(7, 1)))) == (
        "error[NG103]: it is wrong\n --> intent/cluster.yaml:7:1\n  |\n  = docs: docs/diagnostics.md#ng103\n\n1 error\n"
    )
    assert shown(error()) == "error[NG103]: it is wrong\n  = docs: docs/diagnostics.md#ng103\n\n1 error\n"


def test_source_is_read_from_the_disk(tmp_path):
    file = tmp_path / "a.yaml"
    file.write_bytes("a: 1\r\nb: ü\r\n".encode())
    text = render([error(Label(span(2, 4, file=file)))])
    assert "2 | b: ü\n  |    ^\n" in text


def test_colour_only_adds_escape_sequences():
    diagnostic = error(Label(span(1, 1, 4), "here"), advice="change it")
    plain, coloured = shown(diagnostic, "pods: 1"), shown(diagnostic, "pods: 1", colour=True)
    assert plain != coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain


def test_findings_are_sorted_counted_and_told_once():
    last, first = error(Label(span(2, 1))), error(Label(span(1, 9)))
    warning = Diagnostic("NG104", Severity.WARNING, "hm", Label(span(2, 1)))
    text = render([warning, last, first, last], sources=Sources({FILE: ["", ""]}))
    places = [line for line in text.splitlines() if "-->" in line]
    assert [place.partition("yaml:")[2] for place in places] == ["1:9", "2:1", "2:1"]
    assert text.endswith("\n2 errors, 1 warning\n")
    assert text.index("error[NG103]", 20) < text.index("warning")


def test_nothing_found():
    assert render([]) == ""
