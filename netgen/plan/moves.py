"""What a change of the intent would do to things that exist: renumber, re-cable, rename or remove them.

Growth does none of it. Whatever is found here has hands or an outage behind it, and is called by its name before
anything happens.
"""

from collections.abc import Iterator, Mapping

from msgspec import Struct, field

from netgen.diagnostics.codes import derived
from netgen.diagnostics.codes.code import Code
from netgen.diagnostics.model import Diagnostic
from netgen.plan.facts import Cable, End, Facts

EXAMPLES = 3


class Move(Struct):
    """Things of one kind that exist and would change.

    Parameters
    ----------
    kind
        ``AS number``, ``loopback``, ``management address``, ``link address``, ``cable``, ``name`` or ``device``.
    examples
        Each from its old value to its new one; the first few.
    """

    kind: str
    count: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, example: str) -> None:
        """Count one more."""
        self.count += 1
        if len(self.examples) < EXAMPLES:
            self.examples.append(example)


def find_moves(before: Facts, after: Facts) -> list[Move]:
    """Return what changes of that which is there before and after, or is there no more."""
    found = {kind: Move(kind) for kind in _CODES}
    names = renamed(before, after)
    for old, new in names.items():
        found["name"].add(f"{old} → {new}")
    before = called(before, names)
    for kind, example in (*_removed(before, after), *_renumbered(before, after), *_cables(before, after)):
        found[kind].add(example)
    return [move for move in found.values() if move.count]


def diagnose(moves: list[Move]) -> list[Diagnostic]:
    """Say it as warnings, one a code."""
    return [_diagnostic(code, [move for move in moves if _CODES[move.kind] is code]) for code in _codes(moves)]


_CODES: dict[str, Code] = {
    "device": derived.REMOVED,
    "name": derived.RENAMED,
    "AS number": derived.RENUMBERED,
    "loopback": derived.RENUMBERED,
    "management address": derived.RENUMBERED,
    "link address": derived.RENUMBERED,
    "cable": derived.RECABLED,
}
_VERBS = {
    derived.REMOVED: ("no longer follows", "no longer follow"),
    derived.RENAMED: ("changes", "change"),
    derived.RENUMBERED: ("changes", "change"),
    derived.RECABLED: ("moves", "move"),
}
"""Of one thing, and of several."""


def _codes(moves: list[Move]) -> list[Code]:
    return list(dict.fromkeys(_CODES[move.kind] for move in moves))


def _diagnostic(code: Code, moves: list[Move]) -> Diagnostic:
    alone = len(moves) == moves[0].count == 1
    counts = " and ".join(f"{move.count:,} {_plural(move.kind, move.count)}" for move in moves)
    said = f"{counts} that exist{'s' * alone} {_VERBS[code][not alone]}"
    notes = tuple(f"{_plural(move.kind)}: for example {'; '.join(move.examples)}" for move in moves)
    return code.at(None, said, notes=notes, advice=_ADVICE[code])


def _plural(kind: str, count: int = 2) -> str:
    return kind if count == 1 else f"{kind}es" if kind.endswith("s") else f"{kind}s"


_GROWTH = "if it is growth, declare the capacity that was laid out before"
_ADVICE = {
    derived.REMOVED: "if they are to stay, undo the change",
    derived.RENAMED: "if they are to keep their names, an `alias` in the inventory gives each its own",
    derived.RENUMBERED: f"if it is meant, plan an outage; {_GROWTH}",
    derived.RECABLED: f"if it is meant, lay the cables first, unless they are of an accepted swap; {_GROWTH}",
}


def renamed(before: Facts, after: Facts) -> dict[str, str]:
    """Return the new names of devices that have no other numbers than before, by their old names."""
    added = {numbers: name for name, numbers in after.numbers.items() if name not in before.numbers}
    gone = ((name, numbers) for name, numbers in before.numbers.items() if name not in after.numbers)
    return {name: added[numbers] for name, numbers in gone if numbers in added and numbers.management is not None}


def called(facts: Facts, names: Mapping[str, str]) -> Facts:
    """Return the facts as they are with other names of some devices."""
    if not names:
        return facts

    def end(device: str, port: str) -> End:
        return names.get(device, device), port

    cables = {end(*near): Cable(end(*cable.far), cable.address) for near, cable in facts.cables.items()}
    return Facts({names.get(name, name): numbers for name, numbers in facts.numbers.items()}, cables)


def _removed(before: Facts, after: Facts) -> Iterator[tuple[str, str]]:
    for device in before.numbers:
        if device not in after.numbers:
            yield "device", device


def _renumbered(before: Facts, after: Facts) -> Iterator[tuple[str, str]]:
    for device, old in before.numbers.items():
        new = after.numbers.get(device)
        if new is None:
            continue
        pairs = (
            ("AS number", old.asn, new.asn),
            ("loopback", old.loopback, new.loopback),
            ("management address", old.management, new.management),
        )
        for kind, was, becomes in pairs:
            if was is not None and was != becomes:
                yield kind, f"{device} {was} → {becomes or 'none'}"


def _cables(before: Facts, after: Facts) -> Iterator[tuple[str, str]]:
    # routers beyond, and switches of the out-of-band network, have no numbers, and are where cables lead
    there = after.numbers.keys() | {cable.far[0] for cable in after.cables.values()}
    for (device, port), old in before.cables.items():
        if device not in there or old.far[0] not in there:
            continue
        new = after.cables.get((device, port))
        if new is None or new.far != old.far:
            yield "cable", f"{device} {port}: {_end(old.far)} → {_far(new)}"
        elif old.address is not None and old.address != new.address:
            yield "link address", f"{device} {port} {old.address} → {new.address or 'unnumbered'}"


def _far(cable: Cable | None) -> str:
    return "nothing" if cable is None else _end(cable.far)


def _end(end: End) -> str:
    return f"{end[0]} {end[1]}"
