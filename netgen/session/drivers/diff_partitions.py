"""The difference of two partitions.conf by partition: who joins and who leaves, whatever stands beside them.

In the text the last member of a partition ends with `;` and others with `,`, and members of neighbours look alike: a
plain difference tells of lines that say the same, and of partitions that seem to move.
"""

import re
from collections.abc import Iterator, Mapping
from difflib import unified_diff

from netgen.session.drivers.diff_files import text_diff

_HEAD = re.compile(r"[^\s#][^#]*:\s*")
_SEPARATOR = re.compile(r"\s*[,;]\s*(?=#|$)")


def partitions_diff(name: str, candidate: str, parts: Mapping[str, str]) -> str:
    """Return what a commit would change of the partitions.

    Parameters
    ----------
    name
        Of the artifact.
    candidate
        The whole file.
    parts
        ``base``, the file in force, where there is one.
    """
    base = parts.get("base", "")
    lines = list(_changes(_sections(base), _sections(candidate)))
    if not lines:
        return text_diff(name, base, candidate)  # what differs then is layout
    titles = f"--- {name} (on the device)\n+++ {name} (candidate)\n"
    return titles + "".join(f"{line}\n" for line in lines)


def _sections(text: str) -> dict[str, list[str]]:
    """Return the lines of each partition by its name, the first one its head; what stands before them has none."""
    current: list[str] = []
    found = {"": current}
    for raw in text.splitlines():
        line = _SEPARATOR.sub("  ", raw).rstrip() if not _HEAD.fullmatch(raw) else raw.rstrip()
        if _HEAD.fullmatch(raw):
            current = found.setdefault(raw.partition("=")[0].strip(), [])
        if line:
            current.append(line)
    return found


def _changes(before: Mapping[str, list[str]], after: Mapping[str, list[str]]) -> Iterator[str]:
    for name in [*(name for name in before if name not in after), *after]:
        old, new = before.get(name, []), after.get(name, [])
        changed = [line for line in unified_diff(old, new, n=0, lineterm="") if line[:2] not in ("--", "++", "@@")]
        if changed and old[:1] == new[:1]:
            yield f" {new[0]}"
        yield from changed
