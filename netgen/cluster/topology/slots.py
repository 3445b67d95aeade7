"""The interface of all topologies: layers of nodes with slots, and who is at the other end of a slot.

A node is an integer, unique in its topology; the nodes of a layer are consecutive. A slot counts from 0 on its
node. `peer` is an involution: the peer of the peer is oneself. Nothing is materialised, so that one device of a
large fabric costs no more than one of a small fabric.
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Protocol, runtime_checkable

from netgen.record import Record

HOST, LEAF, SPINE, SUPERSPINE, ROUTER = "host", "leaf", "spine", "superspine", "router"
"""Names of layers, and roles of devices."""
LOCAL, GLOBAL = "local", "global"
"""Names of the links between nodes of one layer: within a group, and between groups (Kim et al., ISCA 2008)."""

End = tuple[int, int]
"""A node and one of its slots."""


class Ids(Record):
    """What a node is called by; 0: it belongs to none, or to all.

    Parameters
    ----------
    pod
        0 above the pods.
    unit
        The first that a leaf serves; 0 above the units.
    last_unit
        The last that it serves.
    rail
        0 for what serves all rails.
    plane
        0 where there is one only, and for hosts.
    number
        Within all of these.
    """

    number: int
    pod: int = 0
    unit: int = 0
    last_unit: int = 0
    rail: int = 0
    plane: int = 0


class Layer(Record):
    """Nodes of one kind.

    Parameters
    ----------
    name
        Such as ``host``, ``leaf``, ``spine`` or ``router``.
    first
        Id of the first node.
    count
        How many nodes there are.
    down, up
        Slots of each node towards the layer below, and behind them those towards the layer above.
    across
        Slots towards nodes of the same layer, behind all others: the name of their links, and how many.
    guests
        How many of the nodes, the last ones, sit where others could (`netgen.cluster.topology.guests`).
    """

    name: str
    first: int
    count: int
    down: int
    up: int
    across: tuple[tuple[str, int], ...] = ()
    guests: int = 0

    @property
    def seats(self) -> range:
        """All nodes but the guests."""
        return range(self.first, self.first + self.count - self.guests)

    @property
    def outward(self) -> int:
        """Slots of each node that lead away from the hosts: up, or to nodes of the same layer."""
        return self.up + sum(count for _, count in self.across)

    @property
    def apart(self) -> int:
        """How many of these, the last ones, are of links of another kind than those before them; 0: all are alike."""
        return self.across[-1][1] if len(self.across) > 1 or (self.across and self.up) else 0

    @property
    def slots(self) -> int:
        """Slots of each node."""
        return self.down + self.outward

    def link_across(self, slot: int) -> str | None:
        """Name of the links to nodes of the same layer that a slot is for; ``None``: it leads down or up."""
        first = self.down + self.up
        for name, count in self.across:
            if first <= slot < first + count:
                return name
            first += count
        return None

    @property
    def nodes(self) -> range:
        """All nodes."""
        return range(self.first, self.first + self.count)

    def __contains__(self, node: int) -> bool:
        return self.first <= node < self.first + self.count

    def index(self, node: int) -> int:
        """Position of a node in its layer, from 0."""
        return node - self.first


class Topology(Protocol):
    """What every kind of fabric is: layers, and peers."""

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers, hosts first, with consecutive node ids."""
        ...

    def ids(self, node: int) -> Ids:
        """What a node is called by."""
        ...

    def host_at(self, pod: int, unit: int, host: int) -> int:
        """Node of a host."""
        ...

    def hosts_of(self, node: int) -> Iterator[int]:
        """Nodes of the hosts that a switch has slots for, a slot each."""
        ...

    def parallel(self, role: str, *, speaking: bool) -> int:
        """The most paths of equal cost that a switch of a role has downwards, to hosts too where they speak BGP."""
        ...

    def peer(self, node: int, slot: int) -> End | None:
        """The other end of a slot's cable; ``None``: nothing is cabled there."""
        ...

    def far_ends(self, node: int) -> list[End | None]:
        """`peer` of each slot of a node, in order: what they share is reckoned once."""
        ...

    def link_counts(self) -> dict[tuple[str, str], int]:
        """How many links there are between layers, in closed form; keys name the lower layer first."""
        ...


@runtime_checkable
class Grouped(Protocol):
    """A topology with links between nodes of one layer: within groups, and equally many between any two of them."""

    def links_across(self, groups: int) -> dict[str, int]:
        """How many links within a layer so many groups have, by name, in closed form."""
        ...

    def bisection(self, groups: int) -> int:
        """How many links within a layer are between two halves of so many groups."""
        ...

    def global_ports(self) -> Fraction:
        """How many links to other groups a switch has that has any, on average: some ports may stay free."""
        ...


def layers_of(*shapes: tuple[str, int, int, int]) -> tuple[Layer, ...]:
    """Lay out layers one behind the other from ``(name, count, down, up)``."""
    layers = []
    first = 0
    for name, count, down, up in shapes:
        layers.append(Layer(name, first, count, down, up))
        first += count
    return tuple(layers)


def layer_named(topology: Topology, name: str) -> Layer:
    """Return the layer of that name.

    Raises
    ------
    KeyError
        If the topology has none.
    """
    for layer in topology.layers:
        if layer.name == name:
            return layer
    raise KeyError(name)


def layer_of(topology: Topology, node: int) -> Layer:
    """Return the layer that a node belongs to.

    Raises
    ------
    KeyError
        If there is no such node.
    """
    for layer in topology.layers:
        if node in layer:
            return layer
    raise KeyError(node)


def links(topology: Topology) -> Iterator[tuple[End, End]]:
    """Yield every link once, its lesser end first, in order."""
    for layer in topology.layers:
        for node in layer.nodes:
            for slot, other in enumerate(topology.far_ends(node)):
                if other is not None and (node, slot) < other:
                    yield (node, slot), other


class Overlaid(Record):
    """A topology with a sparse overlay of reality over it, behind the same interface.

    Parameters
    ----------
    base
        The topology as planned.
    peers
        Ends whose cable goes elsewhere than planned; both ends of every changed link are keys.
    """

    base: Topology
    peers: Mapping[End, End]

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers of the plan: an overlay adds no devices."""
        return self.base.layers

    def ids(self, node: int) -> Ids:
        """As in the plan."""
        return self.base.ids(node)

    def host_at(self, pod: int, unit: int, host: int) -> int:
        """As in the plan."""
        return self.base.host_at(pod, unit, host)

    def hosts_of(self, node: int) -> Iterator[int]:
        """As in the plan."""
        return self.base.hosts_of(node)

    def parallel(self, role: str, *, speaking: bool) -> int:
        """As in the plan."""
        return self.base.parallel(role, speaking=speaking)

    def peer(self, node: int, slot: int) -> End | None:
        """The other end as cabled."""
        return self.peers.get((node, slot)) or self.base.peer(node, slot)

    def far_ends(self, node: int) -> list[End | None]:
        """The other ends as cabled."""
        return [self.peers.get((node, slot), end) for slot, end in enumerate(self.base.far_ends(node))]

    def link_counts(self) -> dict[tuple[str, str], int]:
        """The counts of the plan: swaps change who is cabled to whom, not how many cables there are."""
        return self.base.link_counts()

    def swapped(self, a: End, b: End) -> "Overlaid":
        """Return the topology with the cables of two ends swapped at these ends.

        Raises
        ------
        ValueError
            If an end has no cable, both are of one cable, or a cable is swapped already.
        """
        far_a, far_b = self.base.peer(*a), self.base.peer(*b)
        if far_a is None or far_b is None:
            raise ValueError("an end of the swap has no cable")
        if len({a, b, far_a, far_b}) < 4:
            raise ValueError("a cable is swapped with itself")
        if self.peers.keys() & {a, b, far_a, far_b}:
            raise ValueError("a cable of the swap is swapped already")
        if a[0] == far_b[0] or b[0] == far_a[0]:
            raise ValueError("the swap would cable a switch to itself")
        return Overlaid(self.base, {**self.peers, a: far_b, far_b: a, b: far_a, far_a: b})
