"""From logical slots to ports on the front panel, and back.

Down-facing slots fill the cages from the first; uplinks fill the last cages, beginning at a cage of their own. So
neither moves the other, and what is between them is spare. Local and global links share no cage either: the ports of a
cage share an optic or a cable, and these are of different lengths.
"""

from dataclasses import dataclass, field
from functools import lru_cache


@dataclass(frozen=True, slots=True, eq=False)
class PortMap:
    """Where the slots of one tier's switches are.

    Parameters
    ----------
    cages
        Cages on the front panel.
    split
        Ports a cage is broken out into.
    uplink_split
        Ports that a cage for uplinks is broken out into.
    lanes
        Electrical lanes a cage.
    down, up
        Slots that face down (or all, in the top tier) and slots that face up or across, which follow them.
    apart
        How many of the latter, the last ones, begin at a cage of their own again.
    """

    cages: int
    split: int
    uplink_split: int
    lanes: int
    down: int
    up: int
    apart: int = 0
    first_uplink_cage: int = field(init=False, repr=False, compare=False)
    """The first cage that is divided for uplinks, from 0."""
    first_up: int = field(init=False, repr=False, compare=False)
    """Position of the first uplink, from 0 and cage by cage."""
    count: int = field(init=False, repr=False, compare=False)
    """Ports of a switch after breakout."""
    places: tuple[tuple[int, int, int], ...] = field(init=False, repr=False, compare=False)
    """By position: the cage, the port within it (both from 0), and into how many ports it is divided."""
    slots: tuple[int | None, ...] = field(init=False, repr=False, compare=False)
    """By position: the slot; ``None``: a spare port."""
    numbers: tuple[int, ...] = field(init=False, repr=False, compare=False)
    """By position: what a subnet manager calls the port, from 1. Where some cages of a switch are divided further than
    others, it counts as if all were (mstflint, mlxlink_commander.cpp: calculatePanelPort)."""

    def __post_init__(self) -> None:
        # Reckoned once: every port's place depends on them.
        cages_up = -(-(self.up + self._gap) // self.uplink_split)
        object.__setattr__(self, "first_uplink_cage", self.cages - cages_up)
        object.__setattr__(self, "first_up", self.first_uplink_cage * self.split)
        object.__setattr__(self, "count", self.first_up + cages_up * self.uplink_split)
        object.__setattr__(self, "places", tuple(map(self._place, range(self.count))))
        object.__setattr__(self, "slots", tuple(map(self.slot, range(self.count))))
        most = max(self.split, self.uplink_split)
        numbers = (cage * most + subport * most // split + 1 for cage, subport, split in self.places)
        object.__setattr__(self, "numbers", tuple(numbers))

    @property
    def _gap(self) -> int:
        """Ports between those that face up or across, so that the last begin at a cage of their own."""
        return (self.apart - self.up) % self.uplink_split if self.apart else 0

    def _place(self, position: int) -> tuple[int, int, int]:
        if position < self.first_up:
            return *divmod(position, self.split), self.split
        cage, subport = divmod(position - self.first_up, self.uplink_split)
        return self.first_uplink_cage + cage, subport, self.uplink_split

    def position(self, slot: int) -> int:
        """Position of a slot's port, from 0 and cage by cage."""
        if slot < self.down:
            return slot
        up = slot - self.down
        return self.first_up + up + (self._gap if self.apart and up >= self.up - self.apart else 0)

    def slot(self, position: int) -> int | None:
        """The slot at a position; ``None``: a spare port."""
        if position < self.down:
            return position
        up = position - self.first_up
        if self.apart and up >= self.up - self.apart:
            up -= self._gap
            if up < self.up - self.apart:
                return None
        return self.down + up if 0 <= up < self.up else None


@lru_cache(maxsize=1024)
def port_map(cages: int, split: int, uplink_split: int, lanes: int, down: int, up: int, apart: int = 0) -> PortMap:
    """Return the map of switches that are alike: one for all of them, since every port asks for it."""
    return PortMap(cages, split, uplink_split, lanes, down, up, apart)
