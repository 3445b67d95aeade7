"""pydantic's errors with their locations taken apart, one for each mistake."""

from typing import Any

from pydantic_core import ErrorDetails

from netgen.intent.positions import Node, child
from netgen.intent.wording import due
from netgen.record import Record

MISSING, EXTRA, LOST_LEVEL = "missing", "extra_forbidden", "lost_level"
# A key that is not text, where the keys are the fields of a model.
_INVALID_KEY = "invalid_key"
_KEY = "[key]"
TECHNOLOGIES = frozenset({"ethernet", "infiniband"})
"""Labels of the members of a union that pydantic chooses among by itself: they hide no other member's errors."""


class Fault(Record):
    """One of pydantic's errors, its location taken apart.

    Parameters
    ----------
    kind
        pydantic's type of the error.
    path
        The part of the location that exists in the tree; of a missing key its parent.
    location
        The location up to there, with the labels of unions.
    branch
        Where a union stands on the way, and the label of its member; the outermost one.
    name
        The key that is missing.
    at_key
        Whether a key of a mapping is refused, not its value.
    """

    kind: str
    path: tuple[str | int, ...]
    location: tuple[str | int, ...]
    context: dict[str, Any]
    message: str
    branch: tuple[tuple[str | int, ...], str | int] | None = None
    name: str = ""
    at_key: bool = False


def take_apart(details: ErrorDetails, root: Node) -> Fault:
    """Take the location of an error apart: what is in the tree, and labels of unions, which are not."""
    location: tuple[str | int, ...] = details["loc"]
    kind, at_key, name = details["type"], False, ""
    if kind == _INVALID_KEY:
        kind = EXTRA
    if kind == MISSING:
        location, name = location[:-1], str(location[-1])
    elif location and location[-1] == _KEY:
        location, at_key = location[:-1], True
    path: list[str | int] = []
    branch = None
    node = root
    for part in location:
        following = child(node, part)
        if following is not None:
            node = following[1]
            path.append(part)
        elif branch is None and part not in TECHNOLOGIES:
            branch = tuple(path), part
    return Fault(kind, tuple(path), location, details.get("ctx", {}), details["msg"], branch, name=name, at_key=at_key)


def choose_members(faults: list[Fault]) -> list[Fault]:
    """Keep, of the errors of a union, those of the member that the value was meant for.

    That is the member into which validation went deepest. Where none was entered, one error stays, with what
    all members would have taken.
    """
    chosen = [fault for fault in faults if fault.branch is None]
    unions: dict[tuple[str | int, ...], dict[str | int, list[Fault]]] = {}
    for fault in faults:
        if fault.branch is not None:
            where, label = fault.branch
            unions.setdefault(where, {}).setdefault(label, []).append(fault)
    for where, members in unions.items():
        deepest = max(members.values(), key=lambda of_member: max(len(fault.path) for fault in of_member))
        if len(members) == 1 or any(len(fault.path) > len(where) or fault.name for fault in deepest):
            chosen += deepest
        else:
            alternatives = [fault for of_member in members.values() for fault in of_member]
            first = alternatives[0]
            wanted = [text for fault in alternatives if (text := due(fault.kind, fault.context))]
            context = {"due": " or ".join(dict.fromkeys(wanted))}
            chosen.append(Fault("no_member", first.path, first.location, context, first.message))
    return chosen
