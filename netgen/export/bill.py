"""The bill of materials: what is bought, how many of each, and what it draws.

Counted in one pass over the cables: a transceiver once for each cage that has one, a copper cable once for each cage
that it divides, a fibre for each port.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from msgspec import Struct, field

from netgen.catalog.model import ManagementSwitch, SwitchModel
from netgen.catalog.optics import Medium, Module
from netgen.cluster.topology.slots import HOST
from netgen.export import out_of_band
from netgen.export.cables import Cable, Cabling, Cage, End
from netgen.export.choice import SPLIT
from netgen.export.listing import metres
from netgen.export.out_of_band import every_cable
from netgen.export.table import csv_lines
from netgen.record import Record

COLUMNS = ("section", "item", "length_class", "quantity", "watts_each", "watts", "note")


class Line(Record):
    """One line of the bill.

    Parameters
    ----------
    section
        ``switch``, ``host``, ``nic``, ``optic`` or ``cable``.
    item
        What it is.
    length_class
        Of a cable; else empty.
    quantity
        How many.
    watts_each
        The most that one draws, a cable at both ends together; ``None``: not known, or nothing.
    note
        What else is to be known of it.
    """

    section: str
    item: str
    length_class: str
    quantity: int
    watts_each: float | None
    note: str

    @property
    def watts(self) -> float | None:
        """What all of them draw."""
        return None if self.watts_each is None else round(self.watts_each * self.quantity, 1)


class _Count(Struct):
    """What a pass over the cables has met so far."""

    optics: Counter[tuple[Medium, Module]] = field(default_factory=Counter)
    cables: Counter[tuple[str, str, float | None, str]] = field(default_factory=Counter)
    """By item, length class, watts and note."""
    seen: set[tuple[str, Cage]] = field(default_factory=set)
    """Cages whose transceiver, or whose cable, is counted."""

    def add(self, cable: Cable) -> None:
        """Count a cable, and what is at its ends."""
        medium = cable.medium
        if medium is None:
            self.cables[f"cable of {cable.speed_gbps}G", metres(cable.length_m), None, _unfit(cable)] += 1
        elif medium.lane_gbps:
            if self._first("copper", cable.hub):
                self.cables[_copper(cable, medium)] += 1
        else:
            for end in (cable.a, cable.b):
                module = cable.module(end)
                if module is not None and self._first("optic", end.cage):
                    self.optics[medium, module] += 1
            self.cables[f"fibre {medium.fibre}", metres(cable.sold_m), None, ""] += medium.fibres

    def _first(self, what: str, cage: Cage) -> bool:
        known = (what, cage) in self.seen
        self.seen.add((what, cage))
        return not known


def bill(cabling: Cabling) -> list[Line]:
    """Return the bill of a cluster: switches, hosts and their NICs, transceivers, cables."""
    count = _Count()
    for cable in every_cable(cabling):
        count.add(cable)
    return [*_devices(cabling), *_optics(count), *_cables(count)]


def watts(lines: list[Line], section: str) -> float:
    """Return what everything of a section draws, as far as it is known."""
    return round(sum(line.watts or 0.0 for line in lines if line.section == section), 1)


def without_watts(lines: list[Line], section: str) -> int:
    """Count what there is of a section whose power is not known; a fibre draws none."""
    return sum(line.quantity for line in lines if line.section == section and line.watts is None and line.note)


def _devices(cabling: Cabling) -> Iterator[Line]:
    switches: Counter[str] = Counter()
    hosts: Counter[str] = Counter()
    models, profiles = {}, {}
    for ref in cabling.devices():
        if ref.role == HOST:
            profile = cabling.cluster.host_plan(ref).profile
            hosts[profile.name] += 1
            profiles[profile.name] = profile
        else:
            model = cabling.cluster.network(ref.fabric).model_of(ref)
            switches[model.name] += 1
            models[model.name] = model
    for name, quantity in switches.items():
        yield _switches(models[name], quantity)
    for beside, quantity in Counter(model for _, model in out_of_band.switches(cabling)).items():
        yield _switches(beside, quantity)
    purposes = {fabric.nics for fabric in cabling.fabrics}
    for name, quantity in hosts.items():
        yield Line("host", profiles[name].title, "", quantity, None, "power is not of the network")
        for purpose, nics in profiles[name].nics.items():
            if purpose in purposes:
                item = f"{nics.adapter or 'NIC'} {nics.ports}x{nics.speed_gbps}G"
                yield Line("nic", item, "", quantity * nics.count, None, f"{purpose}, of {profiles[name].title}")


def _switches(model: SwitchModel | ManagementSwitch, quantity: int) -> Line:
    power = model.power
    notes = [] if power.typical is None else [f"typical {power.typical} W"]
    if power.maximum is None:
        notes.append(f"power not known: {power.source}")
    each = None if power.maximum is None else float(power.maximum)
    return Line("switch", model.title, "", quantity, each, "; ".join(notes))


def _optics(count: _Count) -> Iterator[Line]:
    ordered = sorted(count.optics.items(), key=lambda item: (item[0][0].rank, item[0][0].name, item[0][1].cage))
    for (medium, module), quantity in ordered:
        ports = f"{module.ports}x" if module.ports > 1 else ""
        item = f"{module.cage} {ports}{medium.title}"
        notes = [f"such as {module.product}"] if module.product else []
        if module.watts is None:
            notes.append("power not known")
        yield Line("optic", item, "", quantity, module.watts, "; ".join(notes))


def _cables(count: _Count) -> Iterator[Line]:
    for (item, length, each, note), quantity in sorted(count.cables.items(), key=_by_item):
        yield Line("cable", item, length, quantity, each, note)


def _by_item(entry: tuple[tuple[str, str, float | None, str], int]) -> tuple[str, float]:
    (item, length, _, _), _ = entry
    return item, float(length.removesuffix("m") or 0)


def _copper(cable: Cable, medium: Medium) -> tuple[str, str, float | None, str]:
    """Return what a copper cable is: its ends, what it draws, and whether it divides a cage."""
    hub, far = (cable.a, cable.b) if cable.hub == cable.a.cage else (cable.b, cable.a)
    legs = hub.socket.split if cable.wiring == SPLIT else 1
    ends = f"{hub.socket.form} to {f'{legs}x ' if legs > 1 else ''}{far.socket.form}"
    drawn = [medium.watts.get(_carried(hub)), *[medium.watts.get(_carried(far))] * legs]
    each = None if None in drawn else round(sum(w for w in drawn if w is not None), 2)
    note = "" if each or medium.kind == "twisted-pair" else "power not known"
    return f"{medium.title}, {_carried(hub)}G, {ends}", metres(cable.sold_m), each, note


def _carried(end: End) -> int:
    """Return what all ports of a cage carry, in Gb/s."""
    return end.socket.speed_gbps * end.socket.split


def _unfit(cable: Cable) -> str:
    if cable.length_m is None:
        return "medium not known: the intent gives no length"
    return "medium not known: the catalog has none that fits both ends"


def rows(lines: list[Line]) -> list[dict[str, Any]]:
    """Return the bill as plain data."""
    read: dict[str, Callable[[Line], Any]] = {
        "watts": lambda line: line.watts,
    }
    return [
        {column: read[column](line) if column in read else getattr(line, column) for column in COLUMNS}
        for line in lines
    ]


def as_csv(lines: list[Line]) -> Iterator[str]:
    """Yield the bill as CSV."""
    return csv_lines(COLUMNS, rows(lines))
