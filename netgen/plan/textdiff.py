"""Unified diffs of configurations, in which growth shows as added lines only.

The ports of a switch repeat the same few lines; a diff that looks for the longest run of equal lines matches those of
one port with those of another, and shows lines as removed that are all still there. Lines that are there once on
either side, such as the headings of sections, are matched first here (Bram Cohen's patience diff), and what lies
between two of them afterwards.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

CONTEXT = 3

_Pair = tuple[int, int]
"""Positions of one line in both texts."""


def unified(before: Sequence[str], after: Sequence[str], titles: tuple[str, str]) -> Iterator[str]:
    """Yield the lines of a unified diff; none where nothing differs.

    Parameters
    ----------
    before, after
        Lines without their ends.
    titles
        Names of the two sides.
    """
    edits = list(_edits(before, after))
    changed = [number for number, (sign, _) in enumerate(edits) if sign != " "]
    if not changed:
        return
    yield f"--- {titles[0]}"
    yield f"+++ {titles[1]}"
    old = new = 0
    position = 0
    for start, end in _hunks(changed, len(edits)):
        for sign, _ in edits[position:start]:
            old += sign != "+"
            new += sign != "-"
        hunk = edits[start:end]
        lines_old, lines_new = sum(s != "+" for s, _ in hunk), sum(s != "-" for s, _ in hunk)
        yield f"@@ -{_range(old, lines_old)} +{_range(new, lines_new)} @@"
        yield from (sign + line for sign, line in hunk)
        old, new, position = old + lines_old, new + lines_new, end


def _hunks(changed: list[int], length: int) -> Iterator[tuple[int, int]]:
    """Yield the stretches of edits to show: changes and their context, joined where they touch."""
    start, end = changed[0] - CONTEXT, changed[0] + CONTEXT + 1
    for number in changed[1:]:
        if number - CONTEXT > end:
            yield max(start, 0), min(end, length)
            start = number - CONTEXT
        end = number + CONTEXT + 1
    yield max(start, 0), min(end, length)


def _range(start: int, lines: int) -> str:
    # Lines count from 1; an empty range stands behind the line before it (POSIX diff, unified format).
    first = start + 1 if lines else start
    return f"{first}" if lines == 1 else f"{first},{lines}"


def _edits(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[str, str]]:
    i = j = 0
    for pair in [*_matches(before, after, 0, 0), (len(before), len(after))]:
        yield from (("-", line) for line in before[i : pair[0]])
        yield from (("+", line) for line in after[j : pair[1]])
        if pair[0] < len(before):
            yield " ", before[pair[0]]
        i, j = pair[0] + 1, pair[1] + 1


def _matches(before: Sequence[str], after: Sequence[str], i: int, j: int) -> list[_Pair]:
    """Match two stretches of lines, which begin at `i` and `j` of the whole; in ascending order."""
    head = _common(before, after)
    found = [(i + number, j + number) for number in range(head)]
    before, after, i, j = before[head:], after[head:], i + head, j + head
    tail = _common(before[::-1], after[::-1])
    ends = [(i + len(before) - number, j + len(after) - number) for number in range(tail, 0, -1)]
    before, after = before[: len(before) - tail], after[: len(after) - tail]
    if before and after:
        found += _between(before, after, i, j)
    return found + ends


def _between(before: Sequence[str], after: Sequence[str], i: int, j: int) -> list[_Pair]:
    anchors = _anchors(before, after)
    if not anchors:
        blocks = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
        return [(i + block.a + number, j + block.b + number) for block in blocks for number in range(block.size)]
    found: list[_Pair] = []
    last = (0, 0)
    for anchor in [*anchors, (len(before), len(after))]:
        found += _matches(before[last[0] : anchor[0]], after[last[1] : anchor[1]], i + last[0], j + last[1])
        if anchor[0] < len(before):
            found.append((i + anchor[0], j + anchor[1]))
        last = (anchor[0] + 1, anchor[1] + 1)
    return found


def _common(before: Sequence[str], after: Sequence[str]) -> int:
    """Return how many lines the two begin with alike."""
    length = 0
    for old, new in zip(before, after, strict=False):
        if old != new:
            break
        length += 1
    return length


def _anchors(before: Sequence[str], after: Sequence[str]) -> list[_Pair]:
    """Return the lines that are once in each, as many as keep their order."""
    once_before, once_after = Counter(before), Counter(after)
    places = {line: number for number, line in enumerate(after) if once_after[line] == 1}
    pairs = [(number, places[line]) for number, line in enumerate(before) if once_before[line] == 1 and line in places]
    return _longest_increasing(pairs)


def _longest_increasing(pairs: list[_Pair]) -> list[_Pair]:
    """Return the longest part of the pairs in which the second numbers ascend, as the first ones do."""
    tops: list[int] = []
    piles: list[int] = []
    previous: list[int | None] = []
    for number, (_, place) in enumerate(pairs):
        pile = bisect_left(tops, place)
        previous.append(piles[pile - 1] if pile else None)
        if pile == len(tops):
            tops.append(place)
            piles.append(number)
        else:
            tops[pile], piles[pile] = place, number
    longest: list[_Pair] = []
    following = piles[-1] if piles else None
    while following is not None:
        longest.append(pairs[following])
        following = previous[following]
    return longest[::-1]
