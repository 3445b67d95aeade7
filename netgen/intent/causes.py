"""Which faults are mistakes, and which only follow from one: a line that is lost, misspelt or indented wrongly.

A mistake in the structure of a file makes pydantic complain about all that is now in the wrong place.
"""

from pydantic import BaseModel

from netgen.diagnostics.suggest import closest
from netgen.intent.faults import EXTRA, LOST_LEVEL, MISSING, Fault
from netgen.intent.fields import entry_keys, known_keys
from netgen.intent.positions import MappingNode, Node, ScalarNode, child

_Path = tuple[str | int, ...]
_OF_STRUCTURE = {EXTRA, MISSING, LOST_LEVEL, "dict_type", "model_type"}


def root_causes(faults: list[Fault], root: Node, model: type[BaseModel]) -> list[Fault]:
    """Return the faults that somebody has to mend; the others go away with them."""
    causes = _find_lost_levels(faults, root, model)
    causes = _without_followers_of_nothing(causes, root)
    causes = _without_content_of_refused_keys(causes)
    unknown = [fault for fault in causes if fault.kind == EXTRA]
    return [
        fault
        for fault in causes
        if fault.kind != MISSING
        or not (
            _is_misspelt(fault, causes, unknown)
            or _is_of_another_kind(fault, unknown, root)
            or _is_elsewhere(fault, unknown, root, model)
        )
    ]


def _find_lost_levels(faults: list[Fault], root: Node, model: type[BaseModel]) -> list[Fault]:
    """Replace the faults of a mapping of entries that holds the keys of one entry directly, by one fault.

    The line with the entry's name is missing then, such as ``1:`` between ``pods:`` and ``units:``.
    """
    lost: dict[_Path, Fault] = {}
    for fault in faults:
        for depth, key in enumerate(fault.path):
            path = fault.path[:depth]
            if str(key) in entry_keys(model, path) and not _is_entry(_at(root, (*path, key)), model, path):
                lost.setdefault(path, Fault(LOST_LEVEL, path, path, {}, "", name=str(key)))
    kept = [fault for fault in faults if not any(_is_below(fault, path, model) for path in lost)]
    return [*kept, *lost.values()]


def _is_entry(node: Node | None, model: type[BaseModel], path: _Path) -> bool:
    return isinstance(node, MappingNode) and any(key in entry_keys(model, path) for key in node.entries)


def _is_below(fault: Fault, path: _Path, model: type[BaseModel]) -> bool:
    depth = len(path)
    return fault.path[:depth] == path and len(fault.path) > depth and str(fault.path[depth]) in entry_keys(model, path)


def _without_followers_of_nothing(faults: list[Fault], root: Node) -> list[Fault]:
    """Drop what follows, in the same mapping, a key with nothing below it: its content is indented too little."""
    empty = [fault for fault in faults if fault.kind in _OF_STRUCTURE and _is_nothing(_at(root, fault.path))]
    return [fault for fault in faults if not any(_follows(fault, cause, root) for cause in empty)]


def _follows(fault: Fault, cause: Fault, root: Node) -> bool:
    *parent, key = cause.path
    depth = len(parent)
    if fault is cause or fault.kind not in _OF_STRUCTURE or fault.path[:depth] != tuple(parent):
        return False
    if len(fault.path) == depth:
        # what is missing beside an empty key may well be missing for itself
        return fault.kind == LOST_LEVEL
    mapping = _at(root, tuple(parent))
    keys = list(mapping.entries) if isinstance(mapping, MappingNode) else []
    return str(key) in keys and str(fault.path[depth]) in keys[keys.index(str(key)) + 1 :]


def _without_content_of_refused_keys(faults: list[Fault]) -> list[Fault]:
    """Drop what has the wrong structure below a key that is refused itself: it may be the key of something else."""
    refused = [fault.path for fault in faults if fault.at_key]
    return [
        fault
        for fault in faults
        if fault.at_key
        or fault.kind not in _OF_STRUCTURE
        or not any(fault.path[: len(path)] == path for path in refused)
    ]


def _is_misspelt(fault: Fault, faults: list[Fault], unknown: list[Fault]) -> bool:
    """Whether a missing key stands beside the place where it is due, in other letters."""
    beside = [str(one.path[-1]) for one in unknown if one.path[:-1] == fault.path]
    absent = [one for one in faults if one.kind == MISSING and one.path == fault.path]
    return closest(fault.name, beside) is not None or len(beside) == len(absent) == 1


def _is_of_another_kind(fault: Fault, unknown: list[Fault], root: Node) -> bool:
    """Whether the mapping that lacks a key has none of those that it should have: it belongs somewhere else."""
    node = _at(root, fault.path)
    strange = {str(one.path[-1]) for one in unknown if one.path[:-1] == fault.path}
    return isinstance(node, MappingNode) and bool(strange) and strange == set(node.entries)


def _is_elsewhere(fault: Fault, unknown: list[Fault], root: Node, model: type[BaseModel]) -> bool:
    """Whether a missing key, or what belongs below it, stands too deep."""
    location = (*fault.location, fault.name)
    for one in unknown:
        if one.path[: len(fault.path)] != fault.path:
            continue
        key, node = str(one.path[-1]), _at(root, one.path)
        if key == fault.name or key in known_keys(model, location):
            return True
        if isinstance(node, MappingNode) and any(inner in entry_keys(model, location) for inner in node.entries):
            return True
    return False


def _is_nothing(node: Node | None) -> bool:
    return isinstance(node, ScalarNode) and node.value is None


def _at(root: Node, path: _Path) -> Node | None:
    node = root
    for part in path:
        following = child(node, part)
        if following is None:
            return None
        node = following[1]
    return node
