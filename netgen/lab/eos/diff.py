"""A unified diff of two shown configurations."""

import bisect
from collections import Counter
from collections.abc import Iterator, Sequence

_CONTEXT_LINES = 3

Step = tuple[str, str]
"""One line of the difference: a blank, ``-`` or ``+``, and the line."""


def unified(old: Sequence[str], new: Sequence[str], old_name: str, new_name: str) -> str:
    """Return the difference in unified format, empty if there is none.

    Lines are aligned section by section: ``mtu 9214`` of one interface never stands for that of another.
    """
    if old == new:
        return ""
    steps = list(_steps(old, new))
    changed = [at for at, (sign, _) in enumerate(steps) if sign != " "]
    shown = [f"--- {old_name}", f"+++ {new_name}"]
    before: Counter[str] = Counter()
    counted = 0
    for start, stop in _hunks(changed, len(steps)):
        before.update(sign for sign, _ in steps[counted:start])
        counted = start
        hunk = steps[start:stop]
        size = Counter(sign for sign, _ in hunk)
        old_range = _range(before[" "] + before["-"], size[" "] + size["-"])
        new_range = _range(before[" "] + before["+"], size[" "] + size["+"])
        shown.append(f"@@ -{old_range} +{new_range} @@")
        shown.extend(sign + line for sign, line in hunk)
    return "\n".join(shown) + "\n"


def _steps(old: Sequence[str], new: Sequence[str]) -> Iterator[Step]:
    """Yield the whole way from `old` to `new`, line by line; what goes is told before what comes."""
    old_at = new_at = 0
    for old_next, new_next in [*_common(_placed(old), _placed(new)), (len(old), len(new))]:
        yield from (("-", line) for line in old[old_at:old_next])
        yield from (("+", line) for line in new[new_at:new_next])
        if old_next < len(old):
            yield (" ", old[old_next])
        old_at, new_at = old_next + 1, new_next + 1


def _common(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Return the longest common subsequence of two sequences that hold nothing twice, as pairs of positions.

    It is the longest run of positions in `new` that rises along `old` (Hunt and Szymanski, 1977).
    """
    where = {element: at for at, element in enumerate(new)}
    pairs = [(at, where[element]) for at, element in enumerate(old) if element in where]
    ends: list[int] = []
    last: list[int] = []
    previous: list[int] = []
    for number, (_, target) in enumerate(pairs):
        length = bisect.bisect_left(ends, target)
        previous.append(last[length - 1] if length else -1)
        ends[length : length + 1] = [target]
        last[length : length + 1] = [number]
    common = []
    at = last[-1] if last else -1
    while at >= 0:
        common.append(pairs[at])
        at = previous[at]
    return common[::-1]


def _hunks(changed: Sequence[int], length: int) -> Iterator[tuple[int, int]]:
    """Yield where hunks begin and end: changes closer than two contexts share one."""
    start = end = changed[0]
    for at in [*changed[1:], length + 2 * _CONTEXT_LINES + 1]:
        if at - end > 2 * _CONTEXT_LINES:
            yield max(0, start - _CONTEXT_LINES), min(length, end + _CONTEXT_LINES + 1)
            start = at
        end = at


def _placed(lines: Sequence[str]) -> list[str]:
    """Return each line with those that it stands under, and its number if it stands there more than once.

    A separator belongs to what it introduces.
    """
    placed: list[str] = []
    above: list[tuple[int, str]] = []
    separator = -1
    for line in lines:
        if line.strip() == "!":
            separator = len(placed)
            placed.append("")
            continue
        indent = len(line) - len(line.lstrip(" "))
        while above and above[-1][0] >= indent:
            above.pop()
        path = f"{above[-1][1]}\n{line}" if above else line
        above.append((indent, path))
        if separator >= 0:
            placed[separator] = f"{path}\n!"
            separator = -1
        placed.append(path)
    seen: Counter[str] = Counter()
    numbered: list[str] = []
    for path in placed:
        seen[path] += 1
        numbered.append(path if seen[path] == 1 else f"{path}\n{seen[path]}")
    return numbered


def _range(start: int, length: int) -> str:
    """Return a range of lines as the unified format writes it: an empty one stands after the line before it."""
    if length == 1:
        return str(start + 1)
    return f"{start + 1 if length else start},{length}"
