"""Nodes of other kinds that sit where a host of a unit could: a fabric manager in the place of the 32nd host.

A guest's slots stand for some of its host's slots, beside each other, so it is cabled where that host would be: to the
leaves of these rails, or to the next ports of one leaf. What guests leave over stays laid out for the host. Guests are
nodes behind all hosts, and a unit of their own to whatever counts nodes by unit, of an id that no other unit can have:
so they move nothing that is there, and whatever asks for the nodes of a unit finds hosts only.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from netgen.cluster.topology.slots import End, Ids
from netgen.intent.quantities import MAX_ID
from netgen.record import Record

FIRST_UNIT = MAX_ID + 1
"""Of the first kind of guests; units of the intent have lower ids."""

Seated = tuple[int, int, int]
"""Pod, unit and id of a node."""


def is_guest(unit: int) -> bool:
    """Whether a unit is one of guests."""
    return unit >= FIRST_UNIT


class Seat(Record):
    """Where one guest sits.

    Parameters
    ----------
    pod, unit, number
        Its ids; the unit is that of its kind.
    place
        Node of the host in whose place it sits.
    slot, slots
        The first of that host's slots that are the guest's, and how many these are; none on a fabric that it has no
        NICs for.
    """

    pod: int
    unit: int
    number: int
    place: int
    slot: int
    slots: int


@dataclass(frozen=True, slots=True)
class Guests:
    """All guests of a topology that are laid out, there or not.

    Parameters
    ----------
    first
        Node of the first.
    seats
        By their nodes.
    """

    first: int
    seats: tuple[Seat, ...]
    _nodes: Mapping[Seated, int] = field(init=False, repr=False, compare=False)
    _taken: Mapping[End, End] = field(init=False, repr=False, compare=False)
    """The guest's slot that stands for a host's."""

    def __post_init__(self) -> None:
        nodes = {(seat.pod, seat.unit, seat.number): node for node, seat in enumerate(self.seats, self.first)}
        taken = {
            (seat.place, seat.slot + slot): (node, slot)
            for node, seat in enumerate(self.seats, self.first)
            for slot in range(seat.slots)
        }
        object.__setattr__(self, "_nodes", nodes)
        object.__setattr__(self, "_taken", taken)

    def node(self, pod: int, unit: int, number: int) -> int:
        """Node of a guest."""
        return self._nodes[pod, unit, number]

    def seat(self, node: int) -> Seat | None:
        """Return where a node sits; ``None``: it is no guest."""
        return self.seats[node - self.first] if self.first <= node < self.first + len(self.seats) else None

    def ids(self, node: int) -> Ids | None:
        """Return what a guest is called by; ``None``: the node is none."""
        seat = self.seat(node)
        return None if seat is None else Ids(pod=seat.pod, unit=seat.unit, last_unit=seat.unit, number=seat.number)

    def peer(self, planned: Callable[[int, int], End | None], node: int, slot: int) -> End | None:
        """Return the other end of a slot's cable, from what it is without guests."""
        seat = self.seat(node)
        if seat is not None:
            return planned(seat.place, seat.slot + slot) if slot < seat.slots else None
        if (node, slot) in self._taken:
            return None
        end = planned(node, slot)
        return None if end is None else self._taken.get(end, end)

    def far_ends(self, planned: Callable[[int], list[End | None]], node: int) -> list[End | None]:
        """Return `peer` of each slot of a node, from what they are without guests."""
        seat = self.seat(node)
        if seat is not None:
            ends = planned(seat.place)
            own = ends[seat.slot : seat.slot + seat.slots]
            return own + [None] * (len(ends) - len(own))
        return [
            None if end is None or (node, slot) in self._taken else self._taken.get(end, end)
            for slot, end in enumerate(planned(node))
        ]
