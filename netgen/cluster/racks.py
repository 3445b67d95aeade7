"""How long a cable must be between two places in a hall, from what the inventory says of racks."""

import math
import re
from collections.abc import Iterator
from operator import itemgetter

from netgen.cluster.directory import directory
from netgen.cluster.fabric import AnyNetwork, DeviceRef
from netgen.cluster.model import Cluster
from netgen.cluster.topology.slots import HOST, layer_of
from netgen.record import Record

UNIT_M = 0.04445
"""Height of a rack unit (EIA-310)."""
RACK_UNITS = 42
"""Height that is assumed of a rack."""
RACK_WIDTH_M = 0.6
"""Of a rack, and so from one to the next in a row (EIA-310 cabinets)."""
ROW_PITCH_M = 2.25
"""From row to row: racks 1.2 m deep; by turns an aisle of 1.2 m before them and of 0.9 m behind (ANSI/TIA-942)."""
TRAY_M = 0.5
"""From the top of a rack up to the cable tray."""
SLACK_M = 0.5
"""At each end, to dress the cable and to pull the device."""

_PLACE = re.compile(
    r"(?P<row>[A-Za-z]{1,2}|[0-9]{1,3})-?(?P<rack>(?<=[A-Za-z-])[0-9]{1,3})(?:(?:/[Uu]?|-[Uu])(?P<unit>[0-9]{1,2}))?"
)


class Place(Record):
    """A rack by its row and its number in the row, both from 1; and the unit in it, 0 where that is not said."""

    row: int
    rack: int
    unit: int


def place(text: str | None) -> Place | None:
    """Read ``A12``, ``A-12``, ``3-12`` or, with the unit, ``A12/U38``; ``None``: it is no such place."""
    match = _PLACE.fullmatch(text) if text else None
    if match is None:
        return None
    row = 0
    for letter in match["row"].upper():
        row = row * 10 + int(letter) if letter.isdigit() else row * 26 + ord(letter) - ord("A") + 1
    return Place(row, int(match["rack"]), int(match["unit"] or 0))


def rack_and_unit(text: str) -> tuple[str, int | None]:
    """Return what a rack is called, and the unit in it; of a text that is no place, the whole and ``None``."""
    match = _PLACE.fullmatch(text)
    if match is None or match["unit"] is None:
        return text, None
    return text[: match.end("rack")], int(match["unit"])


def distance_m(a: Place, b: Place) -> float:
    """Return how long a cable from one place to another must be, in metres, rounded up to a tenth.

    Within a rack it goes straight up or down. Else up to the tray, along the row, across the rows, and down again. A
    unit that is not said is taken for the one that makes the cable longest.
    """
    if (a.row, a.rack) == (b.row, b.rack):
        upright = abs(a.unit - b.unit) if a.unit and b.unit else RACK_UNITS
        return _up(upright * UNIT_M + 2 * SLACK_M)
    risers = sum((RACK_UNITS - place.unit) * UNIT_M + TRAY_M for place in (a, b))
    run = abs(a.rack - b.rack) * RACK_WIDTH_M + abs(a.row - b.row) * ROW_PITCH_M
    return _up(risers + run + 2 * SLACK_M)


class Span(Record):
    """A cable between two devices whose places are known."""

    key: str
    """Of its length in the intent."""
    length_m: float
    a: DeviceRef
    b: DeviceRef


def spans(cluster: Cluster, fabric: AnyNetwork) -> Iterator[Span]:
    """Yield the cables of a fabric between places, each once; the cost is that of the places that are known."""
    placed = dict(sorted(_placed(cluster, fabric), key=itemgetter(0)))
    topology = fabric.overlay.topology
    for node, (ref, here) in placed.items():
        layer = layer_of(fabric.plan, node)
        for slot, far in enumerate(topology.far_ends(node)[layer.down :], layer.down):
            if far is not None and far[0] in placed and not (far[0] in layer and far < (node, slot)):
                peer, there = placed[far[0]]
                key = layer.link_across(slot) or (HOST if ref.role == HOST else peer.role)
                yield Span(key, distance_m(here, there), ref, peer)


def _placed(cluster: Cluster, fabric: AnyNetwork) -> Iterator[tuple[int, tuple[DeviceRef, Place]]]:
    places = {name: found for name, record in cluster.inventory.items() if (found := place(record.rack))}
    devices = directory(cluster) if places else None
    for name, found in places.items():
        ref = None if devices is None else devices.derived(name)
        if ref is not None and _is_on(fabric, ref):
            yield fabric.node(ref), (ref, found)


def _is_on(fabric: AnyNetwork, ref: DeviceRef) -> bool:
    if ref.role == HOST:
        return ref.number in fabric.pods.get(ref.pod, {}).get(ref.unit, ())
    return ref.fabric == fabric.name


def _up(length_m: float) -> float:
    return math.ceil(length_m * 10 - 1e-9) / 10
