"""The dragonfly+: groups of leaves and spines, whose spines join each group to all others.

Shpiner, Haramaty, Eliad, Zdornov, Gafni and Zahavi, "Dragonfly+: Low Cost Topology for Scaling Datacenters", HiPINEB
2017: within a group, leaves and spines are a complete bipartite graph; hosts are at leaves, global links at spines, and
every pair of groups has equally many of them. A unit of the intent is a group; it is laid out as a pod of one unit of a
fat tree (`netgen.cluster.topology.clos`), and `netgen.cluster.topology.groups` arranges the global links.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from netgen.cluster.topology.clos import Clos
from netgen.cluster.topology.groups import Mesh, mesh
from netgen.cluster.topology.guests import is_guest
from netgen.cluster.topology.slots import GLOBAL, SPINE, End, Ids, Layer, layer_of
from netgen.record import replace


@dataclass(frozen=True, slots=True)
class DragonflyPlus:
    """Groups of leaves and spines.

    Parameters
    ----------
    units
        Groups a pod; all groups are joined, whatever their pods.
    tree
        The groups without global links: a pod for each, of one unit and one block.
    global_links
        Global ports of a spine.
    trunk
        Links between any two groups, if that leaves some of these ports free; ``None``: all are used.
    """

    units: int
    tree: Clos
    global_links: int
    trunk: int | None = None
    mesh: Mesh = field(init=False, repr=False, compare=False)
    layers: tuple[Layer, ...] = field(init=False, repr=False, compare=False)
    """Those of the tree; spines have global slots behind the others."""

    def __post_init__(self) -> None:
        *below, spines = self.tree.layers
        object.__setattr__(self, "layers", (*below, replace(spines, across=((GLOBAL, self.global_links),))))
        object.__setattr__(self, "mesh", mesh(self.tree.pods, self.tree.spines, self.global_links, self.trunk))

    def ids(self, node: int) -> Ids:
        """Return what a node is called by; spines are of a unit, too."""
        ids = self.tree.ids(node)
        if is_guest(ids.unit):
            return ids
        pod, unit = divmod(ids.pod - 1, self.units)
        return replace(ids, pod=pod + 1, unit=unit + 1, last_unit=unit + 1)

    def host_at(self, pod: int, unit: int, host: int) -> int:
        """Node of a host."""
        if is_guest(unit):
            return self.tree.host_at(pod, unit, host)
        return self.tree.host_at((pod - 1) * self.units + unit, 1, host)

    def hosts_of(self, node: int) -> Iterator[int]:
        """Nodes of the hosts that a leaf has slots for, a slot each."""
        return self.tree.hosts_of(node)

    def parallel(self, role: str, *, speaking: bool) -> int:
        """As in a fat tree, and over the links of a spine to another group."""
        down = self.tree.parallel(role, speaking=speaking)
        return max(down, self.global_links) if role == SPINE else down

    def peer(self, node: int, slot: int) -> End | None:
        """The other end of a slot's cable."""
        spines = self.layers[2]
        if node not in spines or slot < spines.down:
            return self.tree.peer(node, slot)
        group, spine = divmod(spines.index(node), self.tree.spines)
        far = self.mesh.far(group, spine, slot - spines.down)
        return None if far is None else (spines.first + far[0] * self.tree.spines + far[1], spines.down + far[2])

    def far_ends(self, node: int) -> list[End | None]:
        """`peer` of each slot of a node, in order."""
        return [self.peer(node, slot) for slot in range(layer_of(self, node).slots)]

    def link_counts(self) -> dict[tuple[str, str], int]:
        """Links laid out: those of the tree, and global ones between spines."""
        return {**self.tree.link_counts(), (SPINE, SPINE): self.mesh.links(self.mesh.groups)}

    def links_across(self, groups: int) -> dict[str, int]:
        """Links between the spines of so many groups."""
        return {GLOBAL: self.mesh.links(groups)}

    def global_ports(self) -> Fraction:
        """Links of a switch to other groups, on average."""
        return Fraction(self.mesh.ports, self.mesh.switches)

    def bisection(self, groups: int) -> int:
        """Links between two halves of so many groups; of a group that is itself divided, half of its leaves' too."""
        return self.mesh.bisection(groups) + groups % 2 * (self.tree.leaves_per_plane * self.tree.uplinks // 2)
