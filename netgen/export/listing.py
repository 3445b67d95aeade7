"""The cabling list with all that a person needs to lay a cable: cages, lanes, media, lengths and labels."""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from netgen.cluster.fabric import Fabric
from netgen.device.build import build
from netgen.export.cables import Cable, Cabling, End
from netgen.export.cabling import EXTERNAL, leading_out
from netgen.export.table import csv_lines

COLUMNS = (
    "a_device",
    "a_interface",
    "b_device",
    "b_interface",
    "speed",
    "length",
    "link",
    "fabric",
    "medium",
    "length_class",
    "fec",
    "cable",
    "a_cage",
    "a_lanes",
    "a_optic",
    "a_rack",
    "a_label",
    "b_cage",
    "b_lanes",
    "b_optic",
    "b_rack",
    "b_label",
)
"""The first eight are as in ``cabling.csv`` of `netgen render`, without its addresses."""


def metres(length_m: float | None) -> str:
    """Return a length with its unit; empty where it is not known."""
    return "" if length_m is None else f"{length_m:g}m"


def lanes(end: End) -> str:
    """Return the lanes of a port within its cage, from 1, such as ``1-4``; empty where there are none, or not known."""
    first, count = end.socket.lane + 1, end.socket.lanes if end.socket.cage else 0
    return "" if not count else f"{first}-{first + count - 1}" if count > 1 else str(first)


def optic(cable: Cable, end: End) -> str:
    """Return which transceiver an end is plugged into: ports of one cage share it; empty for copper."""
    return "" if cable.module(end) is None else f"{end.name}:cage{end.socket.cage}"


def label(near: End, far: End) -> str:
    """Return what is written on the cable at an end: where this end belongs, and where the other leads."""
    return f"{_where(near)} > {_where(far)}"


def _where(end: End) -> str:
    rack = f"{end.device.rack} " if end.device.rack else ""
    return f"{rack}{end.name} {end.socket.interface}"


def row(cable: Cable) -> dict[str, Any]:
    """Return a cable as a row of the list."""
    a, b = cable.a, cable.b
    return {
        "a_device": a.name,
        "a_interface": a.socket.interface,
        "b_device": b.name,
        "b_interface": b.socket.interface,
        "speed": f"{cable.speed_gbps}G",
        "length": metres(cable.length_m),
        "link": cable.link,
        "fabric": cable.fabric,
        "medium": "" if cable.medium is None else cable.medium.name,
        "length_class": metres(cable.sold_m),
        "fec": cable.fec,
        "cable": cable.carrier,
        "a_cage": a.socket.cage or "",
        "a_lanes": lanes(a),
        "a_optic": optic(cable, a),
        "a_rack": a.device.rack or "",
        "a_label": label(a, b),
        "b_cage": b.socket.cage or "",
        "b_lanes": lanes(b),
        "b_optic": optic(cable, b),
        "b_rack": b.device.rack or "",
        "b_label": label(b, a),
    }


def outside(cabling: Cabling) -> Iterator[dict[str, Any]]:
    """Yield a row for every link to a router that is not netgen's: what is at its other end is not known."""
    cluster = cabling.cluster
    for fabric in cabling.fabrics:
        for leaf in dict.fromkeys(one.leaf for one in fabric.externals) if isinstance(fabric, Fabric) else ():
            ref = cluster.device_at(fabric, leaf)
            rack, device = cluster.record(ref).rack, build(cluster, cabling.platforms, ref)
            for port in leading_out(device):
                here = f"{f'{rack} ' if rack else ''}{ref.name} {port.name}"
                first, last = port.lane + 1, port.lane + port.lanes
                yield dict.fromkeys(COLUMNS, "") | {
                    "a_device": ref.name,
                    "a_interface": port.name,
                    "b_device": port.description,
                    "speed": f"{port.speed_gbps}G",
                    "link": EXTERNAL,
                    "fabric": fabric.name,
                    "fec": port.fec,
                    "a_cage": port.cage,
                    "a_lanes": f"{first}-{last}" if last > first else str(first),
                    "a_rack": rack or "",
                    "a_label": f"{here} > {port.description}",
                    "b_label": f"{port.description} > {here}",
                }


def as_csv(cables: Iterable[Cable], others: Iterable[Mapping[str, Any]] = ()) -> Iterator[str]:
    """Yield the list as CSV, a line a cable, and behind them rows that are no cable between two devices."""
    return csv_lines(COLUMNS, chain(map(row, cables), others))


def as_json(cables: Iterable[Cable], others: Iterable[Mapping[str, Any]] = ()) -> Iterator[str]:
    """Yield the list as a JSON array of objects, a line each, with the keys of the columns."""
    mark = "["
    for one in chain(map(row, cables), others):
        yield f"{mark}\n{json.dumps(one)}"
        mark = ","
    yield "[]\n" if mark == "[" else "\n]\n"
