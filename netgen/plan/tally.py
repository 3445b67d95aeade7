"""How many things there are, and of them how many are new, changed or gone: devices, cables and numbers."""

from collections.abc import Mapping

import msgspec

from netgen.plan.facts import Facts
from netgen.plan.moves import called, renamed
from netgen.record import Record


class Tally(Record):
    """Of things of one kind, by what they belong to: a device, or a port at the lower end of a cable."""

    new: int
    changed: int
    gone: int

    def __str__(self) -> str:
        said = [f"{count:,} {word}" for word, count in msgspec.structs.asdict(self).items() if count]
        return ", ".join(said)


def tallies(before: Facts, after: Facts) -> dict[str, Tally]:
    """Count what differs between two clusters, by kind.

    Returns
    -------
    dict
        ``devices``, of which those change that are called otherwise; ``cables``, which change where they lead
        elsewhere; ``addresses`` of devices, and of ports at the lower ends of cables; ``AS numbers``.
    """
    names = renamed(before, after)
    old = called(before, names)
    devices = _tally(dict.fromkeys(_devices(old)), dict.fromkeys(_devices(after)))
    return {
        "devices": Tally(devices.new, len(names), devices.gone),
        "cables": _tally(_far_ends(old), _far_ends(after)),
        "addresses": _tally(_addresses(old), _addresses(after)),
        "AS numbers": _tally(_as_numbers(old), _as_numbers(after)),
    }


def _tally(before: Mapping[object, object], after: Mapping[object, object]) -> Tally:
    changed = sum(1 for key, value in before.items() if key in after and after[key] != value)
    return Tally(len(after.keys() - before.keys()), changed, len(before.keys() - after.keys()))


def _devices(facts: Facts) -> set[str]:
    """Return all devices: those without numbers are at the end of a cable, and routers beyond are not netgen's."""
    ends = {
        name
        for (device, _), cable in facts.cables.items()
        for name in (device, cable.far[0] if cable.far[1] else device)
    }
    return ends | facts.numbers.keys()


def _far_ends(facts: Facts) -> dict[object, object]:
    return {end: cable.far for end, cable in facts.cables.items()}


def _addresses(facts: Facts) -> dict[object, object]:
    found: dict[object, object] = {}
    for device, numbers in facts.numbers.items():
        found |= {(device, "management"): numbers.management, (device, "loopback"): numbers.loopback}
    found |= {end: cable.address for end, cable in facts.cables.items()}
    return {place: address for place, address in found.items() if address is not None}


def _as_numbers(facts: Facts) -> dict[object, object]:
    return {device: numbers.asn for device, numbers in facts.numbers.items() if numbers.asn is not None}
