"""A slip of the pen in a valid intent: one finding, there, and never a traceback."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from netgen.compile import compile_intent
from netgen.diagnostics.model import Diagnostic
from netgen.intent.load import load
from tests.examples import at_most

LINES = (Path(__file__).parent / "every_key.yaml").read_text(encoding="utf-8").splitlines()
KEYS = [(number, match) for number, line in enumerate(LINES) for match in re.finditer(r"[a-z][a-z-]+(?=:( |$))", line)]
VALUES = [
    (number, match)
    for number, line in enumerate(LINES)
    for match in re.finditer(r"(?<=: )[^\[{},]+|(?<=: \[)[^\]]+", line)
]
# In place of any value: text, numbers, nothing, collections, and what is no YAML at all.
JUNK = [
    "xyzzy",
    "-1",
    "1.5",
    "010",
    "999999999999",
    "null",
    "true",
    "[]",
    "{}",
    "[{}]",
    '"a b"',
    "@",
    "*x",
    "!t x",
    "&",
]
SCHEMA = re.compile("NG[12]")
numbers = st.integers(0, len(LINES) - 1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("mutated") / "intent"


def findings(folder: Path, lines: Sequence[str]) -> tuple[Diagnostic, ...]:
    folder.mkdir(exist_ok=True)
    (folder / "cluster.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return compile_intent(folder).diagnostics


def judge(diagnostics: Sequence[Diagnostic], first: int, last: int, *, most: int = 1) -> None:
    """Syntax and schema errors: few, and the first covers or shows a line from `first` to `last`, from 0.

    What a changed value means elsewhere, the rules say there.
    """
    found = [diagnostic for diagnostic in diagnostics if SCHEMA.match(diagnostic.code)]
    assert len(found) <= most
    if found:
        spans = [found[0].label.span, *(label.span for label in found[0].related)]
        assert any(span.line <= last + 1 and span.end_line >= first + 1 for span in spans)


def replaced(number: int, match: re.Match[str], text: str) -> list[str]:
    line = LINES[number]
    return [*LINES[:number], line[: match.start()] + text + line[match.end() :], *LINES[number + 1 :]]


def test_the_intent_is_valid(folder):
    assert findings(folder, LINES) == ()


@given(st.data())
def test_misspelt_key(folder, data):
    number, match = data.draw(st.sampled_from(KEYS))
    word = match.group()
    at = data.draw(st.integers(0, len(word) - 1))
    letter = data.draw(st.sampled_from("aeinrst-_"))
    slips = (word[:at] + word[at + 1 :], word[:at] + letter + word[at:], word[:at] + letter + word[at + 1 :], letter)
    slip = data.draw(st.sampled_from([slip for slip in slips if slip.strip("-")]))
    judge(findings(folder, replaced(number, match, slip)), number, number)


@given(st.sampled_from(VALUES), st.sampled_from(JUNK))
def test_changed_value(folder, value, junk):
    number, match = value
    judge(findings(folder, replaced(number, match, junk)), number, number + 1)


IDS = [number for number, line in enumerate(LINES) if re.match(r" *[0-9]+:", line)]


@given(st.sampled_from(IDS), st.sampled_from(["0", "-1", "x", "1-x", "3-1", "1-1000001", "'1,'", "'1-3,2'", "007"]))
def test_a_key_that_is_no_id(folder, number, junk):
    line = re.sub(r"[0-9]+(?=:)", lambda _: junk, LINES[number], count=1)
    diagnostics = findings(folder, [*LINES[:number], line, *LINES[number + 1 :]])
    judge(diagnostics, number, number)
    assert diagnostics


@given(numbers)
def test_deleted_line(folder, number):
    # the line that comes into its place may hold what no longer fits one line further down
    judge(findings(folder, [*LINES[:number], *LINES[number + 1 :]]), number - 1, number + 1, most=2)


@given(numbers)
def test_line_given_twice(folder, number):
    diagnostics = findings(folder, [*LINES[: number + 1], *LINES[number:]])
    judge(diagnostics, number, number + 1)
    assert diagnostics


@given(
    numbers, st.integers(0, 8), st.sampled_from(["junk", "junk: 1", "- junk", "}", "'", "\t", "junk: [", "? x", "---"])
)
def test_inserted_line(folder, number, indent, junk):
    judge(findings(folder, [*LINES[:number], " " * indent + junk, *LINES[number:]]), number - 1, number + 1, most=2)


@given(numbers, st.integers(-4, 4))
def test_line_indented_wrongly(folder, number, shift):
    text = LINES[number].lstrip()
    indent = max(len(LINES[number]) - len(text) + shift, 0)
    findings(folder, [*LINES[:number], " " * indent + text, *LINES[number + 1 :]])


@settings(max_examples=at_most(200))
@example(["pods:"])
@given(st.lists(st.sampled_from(LINES) | st.text("abc:-{}[],&*#|> '\"", max_size=12), max_size=8))
def test_lines_at_random(folder, lines):
    folder.mkdir(exist_ok=True)
    (folder / "cluster.yaml").write_text("\n".join(lines), encoding="utf-8")
    loaded = load(folder)
    assert (loaded.intent is None) == any(SCHEMA.match(diagnostic.code) for diagnostic in loaded.diagnostics)
