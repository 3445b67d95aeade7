"""The difference between FRR's running configuration and a candidate, in the form that people read.

What would be done is ``frr-reload.py``'s to say: it knows which lines mean the same. It says so as commands,
without order; this module puts them back into the configuration they come from. A configuration is a set of
paths here: a line with the lines that it stands under, such as
``("router bgp 65101", "address-family ipv4 unicast", "maximum-paths 64")``.
"""

from collections.abc import Iterable, Mapping

from netgen.record import Record

Path = tuple[str, ...]

# Lines that close a context or only look good.
_CLOSING = ("exit", "end", "!", "#")
# frr-reload.py (FRR 8.4, ignore_unconfigurable_lines) never deletes these.
_NOT_DELETABLE = (
    "agentx",
    "frr version",
    "frr defaults",
    "username",
    "password",
    "line vty",
    "service integrated-vtysh-config",
)


class Change(Record):
    """What differs: `removed` and `added` are disjoint."""

    removed: frozenset[Path]
    added: frozenset[Path]


def parse_config(text: str) -> list[Path]:
    """Return the paths of a configuration in its order; a line's depth is its indentation, as vtysh writes it."""
    paths: dict[Path, None] = {}
    stack: list[tuple[int, str]] = []
    for raw in text.splitlines():
        line = " ".join(raw.split())
        if not line or line.startswith(_CLOSING):
            continue
        depth = len(raw) - len(raw.lstrip())
        while stack and stack[-1][0] >= depth:
            stack.pop()
        stack.append((depth, line))
        paths[tuple(word for _, word in stack)] = None
    return list(paths)


def parse_remains(text: str) -> tuple[list[Path], list[Path]]:
    """Return what ``frr-reload.py --test`` would give to FRR, as paths: (to delete, to add).

    Each entry is printed as its context, a line a level, then the command itself: one path an entry. A command
    of the first section is the inverse of the line that it deletes.
    """
    sections: dict[str, list[Path]] = {"Lines To Delete": [], "Lines To Add": []}
    section: list[Path] = []
    for raw in text.splitlines():
        if raw in sections:
            section = sections[raw]
        elif raw.strip() and not raw.startswith("==="):
            depth = len(raw) - len(raw.lstrip())
            if depth == 0:
                section.append(())
            section[-1] = (*section[-1], raw.strip())
    deleted = [(*path[:-1], _inverse(path[-1])) for path in sections["Lines To Delete"]]
    return deleted, sections["Lines To Add"]


def _inverse(command: str) -> str:
    return command.removeprefix("no ") if command.startswith("no ") else f"no {command}"


def _under(path: Path, ancestors: Iterable[Path]) -> bool:
    found = set(ancestors)
    return any(path[:length] in found for length in range(1, len(path) + 1))


def _neighbor(path: Path) -> Path:
    """Return which neighbour of which router a line is about; empty where it is about none."""
    words = path[-1].removeprefix("no ").split()
    return (path[0], words[1]) if words[0] == "neighbor" and len(words) > 1 else ()


def find_change(running: list[Path], candidate: list[Path], remains: str) -> Change:
    """Return the lines that the device would lose and gain.

    Parameters
    ----------
    running, candidate
        The two configurations.
    remains
        Output of ``frr-reload.py --test``: empty where nothing would be done, whatever the texts.
    """
    deleted, given = parse_remains(remains)
    if not deleted and not given:
        return Change(frozenset(), frozenset())
    wanted, present = set(candidate), set(running)
    added = {path for path in given if path in wanted or not path[-1].startswith("no ")}
    # Lists are deleted by a "no" among the lines to add, because that is faster.
    gone = set(deleted) | {(*path[:-1], _inverse(path[-1])) for path in given if path not in added}
    lost = [path for path in running if path not in wanted and not path[0].startswith(_NOT_DELETABLE)]
    # A deleted context takes its lines along, a neighbour its own, and a neighbour's new value replaces the old one
    # without a command. Other lines that frr-reload.py leaves alone mean the same as one of the candidate's.
    touched = {_neighbor(path) for path in gone | added} - {()}
    removed = gone | {path for path in lost if _under(path, gone) or _neighbor(path) in touched}
    # A context is on both sides when only what stands in it differs.
    same = (removed & added) | (wanted & present)
    return Change(frozenset(removed - same), frozenset(added - same))


def _merged(running: list[Path], candidate: list[Path], change: Change) -> list[Path]:
    """Return the candidate's paths with each removed one behind the path that it follows on the device."""
    wanted = set(candidate)
    followers: dict[Path, list[Path]] = {}
    previous: Path = ()
    for path in running:
        if path in wanted:
            previous = path
        else:
            followers.setdefault(previous, []).append(path)
    merged = list(followers.get((), ()))
    for path in candidate:
        merged += [path, *followers.get(path, ())]
    # What the tool says in words that are in neither text still has to be shown.
    known = set(merged)
    return merged + sorted((change.removed | change.added) - known)


def render_change(running: list[Path], candidate: list[Path], change: Change, titles: tuple[str, str]) -> str:
    """Return a change as unified diff, each changed line under the context lines that it stands in.

    Parameters
    ----------
    titles
        Names of the two sides.
    """
    changed = change.removed | change.added
    if not changed:
        return ""
    # Regroup by context, so that a context is shown once though the two texts order it differently.
    tree: dict[Path, list[Path]] = {}
    for path in _merged(running, candidate, change):
        for depth in range(1, len(path) + 1):
            siblings = tree.setdefault(path[: depth - 1], [])
            if path[:depth] not in tree:
                siblings.append(path[:depth])
                tree[path[:depth]] = []
    shown = {path[:depth] for path in changed for depth in range(1, len(path) + 1)}
    lines = [f"--- {titles[0]}", f"+++ {titles[1]}"]

    def write(path: Path) -> None:
        if path:
            sign = "-" if path in change.removed else "+" if path in change.added else " "
            lines.append(f"{sign}{' ' * (len(path) - 1)}{path[-1]}")
        for child in tree[path]:
            if child in shown:
                write(child)

    write(())
    return "\n".join(lines) + "\n"


def frr_diff(candidate_text: str, parts: Mapping[str, str]) -> str:
    """Return what a commit of `candidate_text` would change.

    Parameters
    ----------
    candidate_text
        The whole ``frr.conf``.
    parts
        ``running`` (``show running-config no-header``), ``remains`` (``frr-reload.py --test``), and ``base``, the
        file that FRR starts from, where there is one.
    """
    running, candidate = parse_config(parts["running"]), parse_config(candidate_text)
    change = find_change(running, candidate, parts["remains"])
    diff = render_change(running, candidate, change, ("frr.conf (running)", "frr.conf (candidate)"))
    # A file that was edited but not loaded shows itself at the next start only; what the running configuration
    # already told is not told again.
    if "base" not in parts:
        return diff
    saved = parse_config(parts["base"])
    elsewhere = {*candidate, *running}
    missing = () if diff else [path for path in candidate if path not in saved]
    unsaved = Change(
        frozenset(path for path in saved if path not in elsewhere and not path[0].startswith(_NOT_DELETABLE)),
        frozenset(path for path in missing if not path[0].startswith(_NOT_DELETABLE)),
    )
    return diff + render_change(saved, candidate, unsaved, ("frr.conf (saved)", "frr.conf (candidate)"))
