"""What a full replace takes away without putting anything in its place.

A replaced line is in the difference twice, before and after; a deleted one only before. A deleted line is either
one that netgen put there and the intent no longer asks for, or somebody else's: then it is lost, unless it goes into
the intent as a native snippet.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from netgen.record import Record

_HEADING = re.compile(r"@@|--- |\+\+\+ ")


class Deletion(Record):
    """One line that goes.

    Parameters
    ----------
    section
        The lines that it stands under, outermost first, as far as the difference shows them.
    line
        The line, without indentation.
    was_rendered
        Whether netgen's last output had it; ``None``: there is no such output to tell by.
    """

    section: tuple[str, ...]
    line: str
    was_rendered: bool | None


class _Line(Record):
    sign: str
    section: tuple[str, ...]
    text: str


def find_deletions(
    diff: Iterable[str], last: Collection[str] | None, defaults: Collection[str] = ()
) -> tuple[Deletion, ...]:
    """Return the lines that a unified diff deletes and does not replace.

    Parameters
    ----------
    diff
        Its lines.
    last
        All lines of what netgen last rendered for the device, without indentation; ``None``: not known.
    defaults
        Lines that say what is so without them, which is no loss.
    """
    lines = [line for line in _lines(diff) if not _is_comment(line.text)]
    added = [line for line in lines if line.sign == "+"]
    removed = [line for line in lines if line.sign == "-"]
    pairs = {(line.section, _subject(line.text)) for line in added}
    gained = Counter((line.section, _verb(line.text)) for line in added)
    lost = Counter((line.section, _verb(line.text)) for line in removed)
    return tuple(
        Deletion(line.section, line.text, None if last is None else line.text in last)
        for line in removed
        if line.text not in defaults
        and (line.section, _subject(line.text)) not in pairs
        # A line such as `description ...` is one of a kind in its section: whatever it says, it is replaced.
        and not (lost[line.section, _verb(line.text)] == gained[line.section, _verb(line.text)] == 1)
    )


def _lines(diff: Iterable[str]) -> Iterator[_Line]:
    stack: list[tuple[int, str]] = []
    for raw in diff:
        if _HEADING.match(raw):
            stack = []
            continue
        sign, text = raw[:1], raw[1:]
        if not text.strip():
            continue
        depth = len(text) - len(text.lstrip())
        while stack and stack[-1][0] >= depth:
            stack.pop()
        yield _Line(sign, tuple(line for _, line in stack), text.strip())
        stack.append((depth, text.strip()))


def _is_comment(text: str) -> bool:
    return text.startswith(("!", "#"))


def _verb(text: str) -> str:
    return text.split(maxsplit=1)[0]


def _subject(text: str) -> tuple[str, ...]:
    """Return what a line is about: its first two words, such as ``neighbor SPINES`` or ``ip route``."""
    return tuple(text.split()[:2])
