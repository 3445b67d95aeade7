"""The grammar's table, read once: which row does a line of a mode follow, and what does it say."""

import functools
import importlib.resources
import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from netgen.lab.eos.patterns import Attempt, Pattern, parse
from netgen.record import Record

_DIGITS = re.compile(r"(\d+)")

TOP = "config"
"""The name of global configuration mode."""

_CACHED_LINES = 100_000
"""Distinct lines whose parse is remembered; the switches of a fabric share most of theirs."""


class Row(Record, eq=False):
    """One row of the table.

    Parameters
    ----------
    mode, order
        Where it stands: the mode and the position in it, which is also where EOS shows the line.
    group
        The group of lines that are shown together.
    pattern, stem
        The line, and the part of it by which ``no`` removes it.
    slot
        What the line sets; rows of one slot exclude each other.
    enters
        The mode that it opens, if any.
    cluster
        The first position of the cluster to which it belongs (lines about one peer stand together), or -1.
    elided
        Values with which the line says only what holds anyway; ``None`` if it never does, empty if it always does.
    each
        The value that is a list whose members are kept one by one, or empty.
    repeated, ordered
        Several such lines live side by side; in the order of entry.
    implies
        A line that stands beside it unless another of that line's slot does, with places for its values; or empty.
    source
        The primary source in which the line was seen.
    """

    mode: str
    order: int
    group: int
    pattern: Pattern
    stem: Pattern
    slot: str
    enters: str
    cluster: int
    elided: Mapping[str, str] | None
    each: str
    repeated: bool
    ordered: bool
    implies: str
    source: str


class Line(Record, eq=False):
    """A line that follows a row.

    Parameters
    ----------
    row
        The row.
    values
        Its values by name, normalised.
    text
        The line as EOS shows it.
    key
        What it sets; a later line with the same key replaces it.
    position
        Where EOS shows it among the lines of its mode, apart from the order of entry.
    """

    row: Row
    values: Mapping[str, str]
    text: str
    key: tuple[str, ...]
    position: tuple[object, ...]

    @property
    def is_default(self) -> bool:
        """Whether it says only what holds anyway."""
        elided = self.row.elided
        return elided is not None and elided.items() <= self.values.items() and len(elided) == len(self.values)


class Refusal(Record):
    """A line that no row of the mode fits; `token` is the position of the first word that nothing could follow."""

    token: int


class Removal(Record):
    """What a `no` takes away: the lines of a row's slot that have these values."""

    row: Row
    values: Mapping[str, str]

    def takes(self, line: Line) -> bool:
        """Return whether it takes a line away."""
        if line.row.slot != self.row.slot:
            return False
        return all(
            line.values.get(name) in (value.split() if name == self.row.each else (value,))
            for name, value in self.values.items()
        )


class Grammar:
    """All modes."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        self.sources: Mapping[str, str] = table["sources"]
        self.rows: dict[str, tuple[Row, ...]] = {
            mode: tuple(_rows(mode, groups, self.sources)) for mode, groups in table["modes"].items()
        }
        self._by_word: dict[tuple[str, str], list[Row]] = {}
        for mode, rows in self.rows.items():
            # the most literal pattern first: `ssh-key secondary KEY` is no key that begins with `secondary`
            for row in sorted(rows, key=lambda row: -row.pattern.literal_count):
                self._by_word.setdefault((mode, row.pattern.text.split()[0]), []).append(row)
        self.match = functools.lru_cache(maxsize=_CACHED_LINES)(self._match)

    def _match(self, mode: str, text: str) -> Line | Refusal:
        """Return the line as `mode` understands it, or why it does not."""
        tokens = tuple(text.split())
        attempt = Attempt()
        for row in self._by_word.get((mode, tokens[0]), ()):
            values = row.pattern.match(tokens, attempt)
            if values is not None:
                return _line(row, values)
        return Refusal(attempt.furthest)

    def removed_by(self, mode: str, text: str) -> Iterator[Removal]:
        """Yield what `no TEXT` takes away in a mode."""
        tokens = tuple(text.split())
        for row in self._by_word.get((mode, tokens[0]), ()):
            whole = row.pattern.match(tokens, Attempt())
            values = row.stem.match(tokens, Attempt()) if whole is None else whole
            if values is not None:
                keys = row.pattern.key_names()
                told = values if whole is not None and row.repeated else {k: v for k, v in values.items() if k in keys}
                yield Removal(row, told)


def _rows(mode: str, groups: list[dict[str, Any]], sources: Mapping[str, str]) -> Iterator[Row]:
    order = 0
    for number, group in enumerate(groups):
        cluster = order if "cluster" in group else -1
        for entry in group["lines"]:
            options: dict[str, Any] = {"line": entry} if isinstance(entry, str) else entry
            pattern = parse(options["line"])
            elided = options.get("elided")
            yield Row(
                mode=mode,
                order=order,
                group=number,
                pattern=pattern,
                stem=pattern.stem(options.get("taken", options.get("each", ""))),
                slot=options.get("slot", options["line"]),
                enters=options.get("enters", ""),
                cluster=cluster,
                elided={} if elided is True else elided,
                each=options.get("each", ""),
                repeated=options.get("repeated", False),
                ordered=options.get("ordered", False),
                implies=options.get("implies", ""),
                source=sources[group["source"]],
            )
            order += 1


def _key(row: Row, values: Mapping[str, str], text: str) -> tuple[str, ...]:
    if row.repeated:
        return (row.slot, text)
    return (row.slot, *(values[name] for name in row.pattern.key_names()))


def _line(row: Row, values: Mapping[str, str]) -> Line:
    text = row.pattern.render(values)
    return Line(row, values, text, _key(row, values, text), _position(row, values, text))


def natural(text: str) -> tuple[tuple[int, str], ...]:
    """Return a sort key in which Ethernet2 comes before Ethernet10."""
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in _DIGITS.split(text) if part)


def _position(row: Row, values: Mapping[str, str], text: str) -> tuple[object, ...]:
    about = tuple(natural(values[name]) for name in row.pattern.key_names() if name in values)
    if row.cluster >= 0:
        # a name before an address: peer groups before their members
        return (row.cluster, values[row.pattern.key_names()[0]][0].isdigit(), about[0], row.order, about[1:])
    return (row.order, about) if row.ordered else (row.order, about, natural(text))


@functools.cache
def grammar() -> Grammar:
    """Return the grammar, read from its table on first use.

    Raises
    ------
    ValueError
        The table holds a pattern that cannot be read.
    """
    text = importlib.resources.files("netgen.lab.eos").joinpath("grammar.yaml").read_text(encoding="utf-8")
    return Grammar(yaml.safe_load(text))
