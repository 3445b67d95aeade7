"""Where hosts sit at leaves that units share whose hosts have different numbers of NICs.

The units of a set take their seats one behind the other, host by host; a host has its NICs of a rail at one leaf, so a
slot may stay free at the end of a leaf. Hosts that are alike sit as they do where no others share their leaves.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping

from netgen.record import Record


class Row(Record):
    """The seats of a unit.

    Parameters
    ----------
    unit
        Its position among all.
    width
        Slots of a host at its leaf.
    hosts
        How many have a seat.
    leaf, slot
        Where the first of them sits, if the leaf has as much room left.
    room
        Slots of a leaf.
    """

    unit: int
    width: int
    hosts: int
    leaf: int
    slot: int
    room: int

    @property
    def _first(self) -> int:
        """Hosts that the first leaf has room for."""
        return (self.room - self.slot) // self.width

    def seat(self, host: int) -> tuple[int, int] | None:
        """Return the leaf and the first slot of a host; all from 0. ``None``: it has no seat."""
        if host >= self.hosts:
            return None
        if host < self._first:
            return self.leaf, self.slot + host * self.width
        leaf, on_leaf = divmod(host - self._first, self.room // self.width)
        return self.leaf + 1 + leaf, on_leaf * self.width

    def at(self, leaf: int, slot: int) -> tuple[int, int] | None:
        """Return the host at a slot of a leaf, and which of its slots that is; ``None``: it is free."""
        if leaf == self.leaf:
            on_leaf, within = divmod(slot - self.slot, self.width)
            host, fitting = on_leaf, self._first
        else:
            on_leaf, within = divmod(slot, self.width)
            fitting = self.room // self.width
            host = self._first + (leaf - self.leaf - 1) * fitting + on_leaf
        return (host, within) if on_leaf < fitting and host < self.hosts else None

    @property
    def end(self) -> tuple[int, int]:
        """The leaf and the slot behind the last host."""
        last = self.seat(self.hosts - 1) if self.hosts else None
        return (self.leaf, self.slot) if last is None else (last[0], last[1] + self.width)


def units_of_sets(
    seated: Mapping[int, int], units: int, sharing: int, width: Callable[[int], int]
) -> dict[int, list[tuple[int, int, int]]]:
    """Return what `rows` takes for every set of leaves, by the position of its first unit.

    Parameters
    ----------
    seated
        Hosts of every unit, by its position among all.
    units
        Units a pod.
    sharing
        Units that share a set.
    width
        Slots of a host of a unit at its leaf.
    """
    found: dict[int, list[tuple[int, int, int]]] = {}
    for unit, hosts in sorted(seated.items()):
        pod, unit_in_pod = divmod(unit, units)
        first = pod * units + unit_in_pod // sharing * sharing
        found.setdefault(first, []).append((unit, width(unit), hosts))
    return found


def rows(units: Iterable[tuple[int, int, int]], room: int) -> Iterator[Row]:
    """Yield the rows of a set's units, given by position, width and hosts, at leaves of so many slots."""
    leaf = slot = 0
    for unit, width, hosts in units:
        row = Row(unit, width, hosts, leaf, slot, room)
        yield row
        leaf, slot = row.end


def leaves_of(units: Iterable[tuple[int, int, int]], room: int) -> int:
    """Count the leaves that a set's units need, if these have so many slots."""
    leaf, slot = 0, 0
    for row in rows(units, room):
        leaf, slot = row.end
    return leaf + (slot > 0)


def row_at(seating: tuple[Row, ...], leaf: int, slot: int) -> Row:
    """Return the row that a slot of a leaf is in; the first begins at the first slot of the first leaf."""
    return seating[bisect_right(seating, (leaf, slot), key=lambda row: (row.leaf, row.slot)) - 1]
