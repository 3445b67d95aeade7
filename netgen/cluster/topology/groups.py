"""Groups of switches with equally many links between every pair of them: what dragonflies have in common.

The global ports of a group count through its switches. The palmtree arrangement of Kim et al. (ISCA 2008), of *g*
groups with ``a h = g - 1`` global ports each, joins port *q* of group *G* to group ``(G - q - 1) mod g``, there to port
``a h - 1 - q``. Repeated *t* times over ``t (g - 1)`` ports it joins every pair of groups by *t* links, on switches as
far apart as they can be, and is still its own inverse.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mesh:
    """Global links between groups.

    Parameters
    ----------
    groups
        How many there are.
    ports
        Global ports of each: a multiple of the number of the other groups; 0 of one group by itself.

    Raises
    ------
    ValueError
        If the ports cannot be shared out equally.
    """

    groups: int
    ports: int

    def __post_init__(self) -> None:
        if self.ports and (self.groups == 1 or self.ports % (self.groups - 1)):
            raise ValueError(f"{self.ports} global ports cannot be shared equally among {self.groups - 1} other groups")

    @property
    def trunk(self) -> int:
        """Links between any two groups."""
        return self.ports // (self.groups - 1) if self.groups > 1 else 0

    def far(self, group: int, port: int) -> tuple[int, int]:
        """Return the group and its global port at the other end of a global port; all from 0."""
        return (group - port % (self.groups - 1) - 1) % self.groups, self.ports - 1 - port

    def links(self, groups: int) -> int:
        """Count the links among so many of the groups."""
        return groups * (groups - 1) // 2 * self.trunk

    def bisection(self, groups: int) -> int:
        """Count the links between two halves of so many groups; of an odd number, one group is itself divided."""
        return groups * groups // 4 * self.trunk
