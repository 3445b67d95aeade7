"""The little language in which a table writes a statement, and its matcher.

A pattern is a sequence of words. A word stands for itself, ``<type>`` for a value (see `values.py`), and what stands in
``[ … ]`` may be left out.
"""

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from tests.conformance.values import Ends, value

_PART = re.compile(r"<(?P<type>[^<>]+)>|(?P<open>\[)|(?P<close>\])|(?P<word>[^\s\[\]<>]+)")


@dataclass(frozen=True, slots=True)
class Word:
    """A word that stands for itself."""

    text: str


@dataclass(frozen=True, slots=True)
class Value:
    """A place for a value."""

    kind: str
    ends: Ends


Part: TypeAlias = "Word | Value | tuple[Part, ...]"


@dataclass(slots=True)
class Attempt:
    """How far the patterns tried got with a statement, and what would have let them go on."""

    reached: int = 0
    wanted: set[str] = field(default_factory=set)

    def want(self, at: int, what: str) -> None:
        """Note that `what` could have stood at a position."""
        if at > self.reached:
            self.reached, self.wanted = at, set()
        if at == self.reached:
            self.wanted.add(what)


@functools.cache
def parse(pattern: str) -> tuple[Part, ...]:
    """Parse a pattern.

    Raises
    ------
    ValueError
        Its brackets do not match, or a type is not known.
    """
    stack: list[list[Part]] = [[]]
    for part in _PART.finditer(pattern):
        if part["open"]:
            stack.append([])
        elif part["close"]:
            if len(stack) == 1:
                raise ValueError(f"unbalanced ']' in the pattern {pattern!r}")
            option = tuple(stack.pop())
            stack[-1].append(option)
        elif part["word"]:
            stack[-1].append(Word(part["word"]))
        else:
            stack[-1].append(Value(part["type"], value(part["type"])))
    if len(stack) != 1:
        raise ValueError(f"unbalanced '[' in the pattern {pattern!r}")
    return tuple(stack[0])


def fits(pattern: str, tokens: tuple[str, ...], attempt: Attempt, start: int = 0) -> bool:
    """Return whether the whole statement, or what stands from `start` on, follows a pattern."""
    fitting = False
    for end in _ends(parse(pattern), tokens, start, attempt):
        if end == len(tokens):
            fitting = True
        else:
            attempt.want(end, "the end")
    return fitting


def begins(pattern: str, tokens: tuple[str, ...], start: int) -> set[int]:
    """Return where a pattern can end, if what stands from `start` on begins with it and goes on."""
    return {end for end in _ends(parse(pattern), tokens, start, Attempt()) if end < len(tokens)}


def _ends(parts: tuple[Part, ...], tokens: tuple[str, ...], at: int, attempt: Attempt) -> Iterator[int]:
    if not parts:
        yield at
        return
    head, tail = parts[0], parts[1:]
    if isinstance(head, tuple):
        yield from _ends((*head, *tail), tokens, at, attempt)
        yield from _ends(tail, tokens, at, attempt)
        return
    if isinstance(head, Word):
        if at < len(tokens) and tokens[at] == head.text:
            yield from _ends(tail, tokens, at + 1, attempt)
        else:
            attempt.want(at, head.text)
        return
    ended = False
    for end in head.ends(tokens, at):
        ended = True
        yield from _ends(tail, tokens, end, attempt)
    if not ended:
        attempt.want(at, f"<{head.kind}>")
