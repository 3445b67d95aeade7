"""Groups of switches with equally many links between every pair of them: what dragonflies have in common.

The global ports of a group count through its switches. The palmtree arrangement of Kim et al. (ISCA 2008), of *g*
groups with ``a h = g - 1`` global ports each, joins port *q* of group *G* to group ``(G - q - 1) mod g``, there to port
``a h - 1 - q``. Repeated *t* times over ``t (g - 1)`` ports it joins every pair of groups by *t* links, on switches as
far apart as they can be, and is still its own inverse. Where the switches of a group do not divide its ports, some have
one more than others, spread over the group.
"""

from netgen.record import Record


class Mesh(Record):
    """Global links between groups.

    Parameters
    ----------
    groups
        How many there are.
    switches
        Of each, that have global ports.
    trunk
        Links between any two groups; 0 of one group by itself.
    """

    groups: int
    switches: int
    trunk: int

    @property
    def ports(self) -> int:
        """Global ports of a group that are used."""
        return self.trunk * (self.groups - 1)

    @property
    def most(self) -> int:
        """Global ports of the switch that has the most."""
        return -(-self.ports // self.switches)

    def far(self, group: int, switch: int, link: int) -> tuple[int, int, int] | None:
        """Return the group, its switch and its link at the other end of a global link; all from 0. ``None``: none."""
        port = self._first(switch) + link
        if port >= self._first(switch + 1):
            return None
        far_port = self.ports - 1 - port
        # the switch s whose first port is at most that one, and whose successor's is behind it
        far_switch = ((far_port + 1) * self.switches - 1) // self.ports
        far_group = (group - port % (self.groups - 1) - 1) % self.groups
        return far_group, far_switch, far_port - self._first(far_switch)

    def _first(self, switch: int) -> int:
        return switch * self.ports // self.switches

    def links(self, groups: int) -> int:
        """Count the links among so many of the groups."""
        return groups * (groups - 1) // 2 * self.trunk

    def bisection(self, groups: int) -> int:
        """Count the links between two halves of so many groups; of an odd number, one group is itself divided."""
        return groups * groups // 4 * self.trunk


def mesh(groups: int, switches: int, links: int, trunk: int | None = None) -> Mesh:
    """Return the global links of groups whose switches have so many each.

    Parameters
    ----------
    trunk
        Links between any two groups, if some ports may stay free; ``None``: all ports are used.

    Raises
    ------
    ValueError
        If the ports cannot be shared out equally, or are too few.
    """
    ports, others = switches * links, groups - 1
    if trunk is None and ports and (others == 0 or ports % others):
        raise ValueError(f"{ports} global ports cannot be shared equally among {others} other groups")
    found = Mesh(groups, switches, trunk if trunk is not None else ports // others if others else 0)
    if found.most > links:
        raise ValueError(f"{found.trunk} links to each of {others} other groups are more than {ports} global ports")
    return found
