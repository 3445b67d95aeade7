"""What a change of the intent would do to things that exist: renumber, re-cable or remove them.

Growth does none of it. Whatever is found here has hands or an outage behind it, and is called by its name before
anything happens.
"""

from collections.abc import Iterator

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
        ``AS numbers``, ``loopbacks``, ``management addresses``, ``link addresses``, ``cables`` or ``devices``.
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
    for kind, example in (*_removed(before, after), *_renumbered(before, after), *_cables(before, after)):
        found[kind].add(example)
    return [move for move in found.values() if move.count]


def diagnose(moves: list[Move]) -> list[Diagnostic]:
    """Say it as warnings, one a code."""
    return [_diagnostic(code, [move for move in moves if _CODES[move.kind] is code]) for code in _codes(moves)]


_CODES: dict[str, Code] = {
    "devices": derived.REMOVED,
    "AS numbers": derived.RENUMBERED,
    "loopbacks": derived.RENUMBERED,
    "management addresses": derived.RENUMBERED,
    "link addresses": derived.RENUMBERED,
    "cables": derived.RECABLED,
}
_VERBS = {derived.REMOVED: "no longer follow", derived.RENUMBERED: "change", derived.RECABLED: "move"}


def _codes(moves: list[Move]) -> list[Code]:
    return list(dict.fromkeys(_CODES[move.kind] for move in moves))


def _diagnostic(code: Code, moves: list[Move]) -> Diagnostic:
    counts = " and ".join(f"{move.count:,} {move.kind}" for move in moves)
    notes = tuple(f"{move.kind}: for example {'; '.join(move.examples)}" for move in moves)
    return code.at(None, f"{counts} that exist {_VERBS[code]}", notes=notes, advice=_ADVICE[code])


_GROWTH = "if it is growth, declare the capacity that was laid out before"
_ADVICE = {
    derived.REMOVED: "if they are to stay, undo the change; if they were renamed, keep their names by `alias`",
    derived.RENUMBERED: f"if it is meant, plan an outage; {_GROWTH}",
    derived.RECABLED: f"if it is meant, lay the cables first; {_GROWTH}",
}


def _removed(before: Facts, after: Facts) -> Iterator[tuple[str, str]]:
    for device in before.numbers:
        if device not in after.numbers:
            yield "devices", device


def _renumbered(before: Facts, after: Facts) -> Iterator[tuple[str, str]]:
    for device, old in before.numbers.items():
        new = after.numbers.get(device)
        if new is None:
            continue
        pairs = (
            ("AS numbers", old.asn, new.asn),
            ("loopbacks", old.loopback, new.loopback),
            ("management addresses", old.management, new.management),
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
            yield "cables", f"{device} {port}: {_end(old.far)} → {_far(new)}"
        elif old.address is not None and old.address != new.address:
            yield "link addresses", f"{device} {port} {old.address} → {new.address or 'unnumbered'}"


def _far(cable: Cable | None) -> str:
    return "nothing" if cable is None else _end(cable.far)


def _end(end: End) -> str:
    return f"{end[0]} {end[1]}"
