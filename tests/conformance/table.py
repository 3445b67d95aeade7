"""A table of statements: which may stand where, and who says so.

A table is YAML: `sources` names the primary sources, `statements` is a tree. A key is a pattern (`patterns.py`); what
stands below it may be written below it on the device. A leaf's value is the key of its source; without one, and for
what stands below, the nearest source above counts. Keys with a dot speak of the statement they stand in:

``.source``
    the source of the statement itself, and of what stands below it.
``.needs``
    a statement of the top level without which the device refuses it.
``.bare: true``
    it may also stand without anything below it. `bare: true` beside `statements` says so of all (NX-OS).
``.line: true``
    one statement below it may stand on its line (Junos).
"""

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.conformance.patterns import Attempt, begins, fits, parse
from tests.conformance.statements import Statement


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One statement: its pattern, its source, what it needs, and the rows of what may stand below it."""

    pattern: str
    source: str
    needs: str
    bare: bool
    line: bool
    below: tuple["Row", ...]


@dataclass(frozen=True, slots=True)
class Table:
    """All statements of a system."""

    sources: Mapping[str, str]
    rows: tuple[Row, ...]


class _Loader(yaml.CSafeLoader):
    """YAML in which a key may stand only once; nobody would see which of two wins."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value if key.tag != "tag:yaml.org,2002:merge"]
        if twice := {key for key in keys if keys.count(key) > 1}:
            raise ValueError(f"line {node.start_mark.line + 1}: {sorted(twice)} twice")
        return super().construct_mapping(node, deep)


def read(path: Path) -> Table:
    """Read a table.

    Raises
    ------
    ValueError
        A pattern cannot be read, a key stands twice, or a row has no source.
    """
    data = yaml.load(path.read_text(encoding="utf-8"), _Loader)
    sources = data["sources"]
    bare = data.get("bare", False)
    return Table(sources, tuple(_rows(data["statements"], "", bare, sources)))


def _rows(tree: Mapping[str, Any], source: str, bare: bool, sources: Mapping[str, str]) -> Iterator[Row]:
    for pattern, below in tree.items():
        if pattern.startswith("."):
            continue
        told = {".source": below} if isinstance(below, str) else (below or {})
        own = told.get(".source", source)
        if own not in sources:
            raise ValueError(f"{pattern!r} has no source: {own!r}")
        parse(pattern)
        yield Row(
            pattern=pattern,
            source=own,
            needs=told.get(".needs", ""),
            bare=bool(told.get(".bare", bare)),
            line=bool(told.get(".line")),
            below=tuple(_rows(told, own, bare, sources)),
        )


def every(rows: tuple[Row, ...]) -> Iterator[Row]:
    """Yield all rows of a tree."""
    for row in rows:
        yield row
        yield from every(row.below)


def problems(table: Table, statements: list[Statement]) -> Iterator[str]:
    """Yield what does not follow a table, with line and reason."""
    present = {statement.text for statement in statements}
    yield from _problems(table.rows, statements, "", present)


def _problems(rows: tuple[Row, ...], statements: list[Statement], where: str, present: set[str]) -> Iterator[str]:
    for statement in statements:
        place = f"line {statement.line}: {statement.text!r}" + (f" in {where!r}" if where else "")
        fitting, reason = _followed(rows, statement.tokens)
        if not fitting:
            yield f"{place}: {reason}"
            continue
        if statement.below and not any(row.below for row in fitting):
            yield f"{place}: nothing can stand below it"
            continue
        if not statement.below and all(row.below and not row.bare for row in fitting):
            yield f"{place}: something must stand below it"
            continue
        row = next(row for row in fitting if row.below or not statement.below)
        if row.needs and row.needs not in present:
            yield f"{place}: needs {row.needs!r}"
        yield from _problems(row.below, statement.below, statement.text, present)


@functools.lru_cache(maxsize=100_000)
def _followed(rows: tuple[Row, ...], tokens: tuple[str, ...]) -> tuple[tuple[Row, ...], str]:
    """Return the rows that a statement follows, or else why it follows none."""
    attempt = Attempt()
    fitting = tuple(_fitting(rows, tokens, 0, attempt))
    return fitting, "" if fitting else _reason(tokens, attempt)


def _fitting(rows: tuple[Row, ...], tokens: tuple[str, ...], start: int, attempt: Attempt) -> Iterator[Row]:
    """Yield the rows that a statement follows; those below a row of `.line` too, if it begins with that one."""
    for row in rows:
        if fits(row.pattern, tokens, attempt, start):
            yield row
        if row.line:
            for end in begins(row.pattern, tokens, start):
                yield from _fitting(row.below, tokens, end, attempt)


def _reason(tokens: tuple[str, ...], attempt: Attempt) -> str:
    if attempt.reached == 0:
        return "no statement here begins so"
    wanted = " or ".join(sorted(attempt.wanted)[:6])
    if attempt.reached == len(tokens):
        return f"incomplete, {wanted} should follow"
    return f"{wanted} should stand in the place of {tokens[attempt.reached]!r}"
