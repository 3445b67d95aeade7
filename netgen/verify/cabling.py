"""LLDP neighbours against the cabling: a wrong cable is named with both ends, and where each belongs."""

from collections.abc import Iterator, Mapping

from netgen.record import Record
from netgen.verify.model import Check, Problem, State

End = tuple[str, str]
"""A device and one of its ports."""


class Cabling(Record):
    """The cabling as it should be.

    Parameters
    ----------
    far
        The other end of every end that should be cabled.
    dark
        Ends whose link may be down: shut, or a device at one end is planned or failed.
    """

    far: Mapping[End, End]
    dark: frozenset[End]


def check(cabling: Cabling, states: Mapping[str, State]) -> Iterator[Problem]:
    """Yield what the neighbours of the devices that answered tell of the cabling; a cable is told once."""
    told: set[frozenset[End]] = set()
    silent = {device for device, state in states.items() if Check.CABLING in state.unanswered}
    cabled: dict[str, list[tuple[End, End]]] = {}
    for near, far in cabling.far.items():
        cabled.setdefault(near[0], []).append((near, far))
    for device, state in sorted(states.items()):
        if device in silent:
            continue
        heard = {neighbour.port: (_short(neighbour.device), neighbour.device_port) for neighbour in state.lldp}
        for port, found in sorted(heard.items()):
            here = (device, port)
            wanted = cabling.far.get(here)
            cable = frozenset({here, found})
            if found == wanted or cable in told or not _of_fabric(here, found, cabling):
                continue
            told.add(cable)
            yield Problem(device, Check.CABLING, port, _misplaced(found, wanted, cabling))
        for here, wanted in cabled.get(device, ()):
            if here[1] not in heard and here not in cabling.dark and wanted[0] not in silent:
                link = frozenset({here, wanted})
                if link not in told:
                    told.add(link)
                    message = f"nobody is heard; {_words(wanted)} should be at the other end"
                    yield Problem(device, Check.CABLING, here[1], message)


def _of_fabric(here: End, found: End, cabling: Cabling) -> bool:
    """Whether a neighbour concerns the fabric; a management port that hears a switch of another network does not."""
    return here in cabling.far or found in cabling.far


def _misplaced(found: End, wanted: End | None, cabling: Cabling) -> str:
    belongs = cabling.far.get(found)
    said = f"{_words(found)} is at the other end; "
    said += f"{_words(wanted)} should be" if wanted else "nothing should be"
    if belongs is not None:
        said += f". The cable from {_words(found)} belongs into {_words(belongs)}"
    return said


def _words(end: End) -> str:
    return f"{end[0]} {end[1]}"


def _short(name: str) -> str:
    """Return a host name without its domain, which some devices add."""
    return name.partition(".")[0]
