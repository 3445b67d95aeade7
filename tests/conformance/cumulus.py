"""Whether a tree is a configuration that NVUE takes."""

import functools
import itertools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.conformance.cumulus_rules import RULES
from tests.conformance.statements import Statement
from tests.conformance.table import Table, problems, read

Tree = Mapping[str, Any]


@functools.cache
def table() -> Table:
    """Return the object model of NVUE."""
    return read(Path(__file__).with_name("cumulus.yaml"))


def cumulus_problems(tree: Tree, *, whole: bool = True) -> list[str]:
    """List what NVUE would not take, or what refers to nothing; empty if the tree conforms.

    `whole` says that it is a whole configuration, in which all that is referred to is defined, and the reverse.
    """
    # `startup.yaml` has a key a line, below `- set:`.
    found = list(problems(table(), list(_statements(tree, itertools.count(2)))))
    if found or not whole:
        return found
    return [problem for rule in RULES for problem in rule(tree)]


def _statements(tree: Tree, lines: Iterator[int]) -> Iterator[Statement]:
    """Write a tree as statements: a key, and behind it the value of a leaf."""
    for key, value in tree.items():
        line = next(lines)
        if isinstance(value, Mapping):
            yield Statement(line, (key,), list(_statements(value, lines)))
        else:
            yield Statement(line, (key, _word(value)))


def _word(value: object) -> str:
    """Write a value so that only a number looks like one."""
    if isinstance(value, str):
        return f"'{value}'" if value.lstrip("-").isdecimal() else value
    if isinstance(value, bool) or not isinstance(value, int):
        return f"<{value!r}>"
    return str(value)
