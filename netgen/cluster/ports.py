"""From logical slots to ports on the front panel, and back.

Down-facing slots fill the cages from the first; uplinks fill the last cages, beginning at a cage of their own. So
neither moves the other, and what is between them is spare.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
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
        Slots that face down (or all, in the top tier) and slots that face up, which follow them.
    """

    cages: int
    split: int
    uplink_split: int
    lanes: int
    down: int
    up: int

    @property
    def first_uplink_cage(self) -> int:
        """The first cage that is divided for uplinks, from 0."""
        return self.cages - -(-self.up // self.uplink_split)

    @property
    def first_up(self) -> int:
        """Position of the first uplink, from 0 and cage by cage."""
        return self.first_uplink_cage * self.split

    @property
    def count(self) -> int:
        """Ports of a switch after breakout."""
        return self.first_up + (self.cages - self.first_uplink_cage) * self.uplink_split

    def place(self, position: int) -> tuple[int, int, int]:
        """Return the cage of a position, the port within it (both from 0), and into how many ports it is divided."""
        if position < self.first_up:
            return *divmod(position, self.split), self.split
        cage, subport = divmod(position - self.first_up, self.uplink_split)
        return self.first_uplink_cage + cage, subport, self.uplink_split

    def position(self, slot: int) -> int:
        """Position of a slot's port, from 0 and cage by cage."""
        return slot if slot < self.down else self.first_up + slot - self.down

    def slot(self, position: int) -> int | None:
        """The slot at a position; ``None``: a spare port."""
        if position < self.down:
            return position
        up = position - self.first_up
        return self.down + up if 0 <= up < self.up else None
