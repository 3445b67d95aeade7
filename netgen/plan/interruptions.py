"""What a change does to traffic: the platform says which changed lines interrupt what."""

import re
from collections.abc import Iterable
from functools import cache

from netgen.plan.model import is_heading
from netgen.platforms.model import Platform

_SIGNS = ("+", "-")


def interruptions(platform: Platform, diff: Iterable[str]) -> tuple[str, ...]:
    """Return, in the platform's words, what the changes of a unified diff interrupt.

    Parameters
    ----------
    platform
        Of the device; its patterns match whole lines, without indentation.
    diff
        Lines that the device gains (``+``) or loses (``-``), and what is around them.
    """
    changed = {line[1:].strip() for line in diff if line.startswith(_SIGNS) and not is_heading(line)}
    return tuple(
        f"interrupts traffic: {words}"
        for words, lines in platform.apply.bounces.items()
        if any(_pattern(lines).fullmatch(line) for line in changed)
    )


@cache
def _pattern(lines: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{line})" for line in lines))
