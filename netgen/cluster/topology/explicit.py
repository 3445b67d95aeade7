"""What exists already, from lists: any port of a switch may be used for anything.

A slot says which port it is, and which way it faces, so that numbers that follow from slots change only where a port
does: of ``down`` slots, slot *n* is the port at position *n*; of the ``up`` slots behind them, the last is the last
port. A port has at most one of the two. Nodes are ids: a switch that is not listed has a node, and no cable.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field

from netgen.cluster.topology.slots import HOST, End, Ids, Layer, layer_of


@dataclass(frozen=True, slots=True)
class Explicit:
    """A fabric from lists.

    Parameters
    ----------
    layers
        Hosts, laid out for the capacity; then the tiers, each laid out for its highest id.
    units, hosts
        Capacity: units a pod, hosts a unit.
    called
        Ids of the switches that exist, by node.
    names
        What they are called, by node.
    peers
        Both ends of every cable.
    kept
        Ports that are kept for what is not there yet.
    facing
        By role: ports that face down, and up; of every switch, or of the one with the most.
    """

    layers: tuple[Layer, ...]
    units: int
    hosts: int
    called: Mapping[int, Ids]
    names: Mapping[int, str]
    peers: Mapping[End, End]
    kept: frozenset[End]
    facing: Mapping[str, tuple[int, int]]
    used: Mapping[int, tuple[int, ...]] = field(init=False, repr=False, compare=False)
    """Slots of a switch that are cabled or kept, by node."""
    links: Mapping[tuple[str, str], int] = field(init=False, repr=False, compare=False)
    _ways: dict[tuple[str, bool], int] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What `parallel` has found by looking at every cable of a role: each device asks for it."""

    def __post_init__(self) -> None:
        used: dict[int, list[int]] = {}
        for node, slot in (*self.peers, *self.kept):
            used.setdefault(node, []).append(slot)
        roles = {node: layer_of(self, node).name for node in used}
        pairs = Counter((roles[a[0]], roles[b[0]]) for a, b in self.peers.items() if a < b)
        object.__setattr__(self, "used", {node: tuple(sorted(slots)) for node, slots in used.items()})
        object.__setattr__(self, "links", dict(pairs))

    def ids(self, node: int) -> Ids:
        """Return what a node is called by."""
        if node in self.layers[0]:
            rest, host = divmod(node, self.hosts)
            pod, unit = divmod(rest, self.units)
            return Ids(pod=pod + 1, unit=unit + 1, last_unit=unit + 1, number=host + 1)
        return self.called.get(node) or Ids(layer_of(self, node).index(node) + 1)

    def host_at(self, pod: int, unit: int, host: int) -> int:
        """Node of a host."""
        return ((pod - 1) * self.units + unit - 1) * self.hosts + host - 1

    def hosts_of(self, node: int) -> Iterator[int]:
        """Nodes of the hosts that are cabled to a switch, a cable each."""
        far = (self.peers.get((node, slot)) for slot in self.used.get(node, ()))
        yield from (end[0] for end in far if end is not None and end[0] in self.layers[0])

    def peer(self, node: int, slot: int) -> End | None:
        """The other end of a slot's cable."""
        return self.peers.get((node, slot))

    def far_ends(self, node: int) -> list[End | None]:
        """`peer` of each slot of a node, in order."""
        return [self.peer(node, slot) for slot in range(layer_of(self, node).slots)]

    def link_counts(self) -> dict[tuple[str, str], int]:
        """Cables of the list."""
        return dict(self.links)

    def parallel(self, role: str, *, speaking: bool) -> int:
        """The most links of a switch to one below it, or a block of them, times the most ways from there to a host."""
        if (role, speaking) not in self._ways:
            self._ways[role, speaking] = self._parallel(role, speaking=speaking)
        return self._ways[role, speaking]

    def _parallel(self, role: str, *, speaking: bool) -> int:
        place = [layer.name for layer in self.layers].index(role)
        if place == 1:
            return self._most(role, lambda host: host) if speaking else 1
        if place == 2:
            ways = max(map(len, self._slots_of(HOST)), default=1) if speaking else 1
            return self._most(role, lambda leaf: leaf) * ways
        block = self._blocks()
        return self._most(role, (lambda spine: self.ids(spine).pod) if speaking else block.get)

    def _slots_of(self, role: str) -> Iterator[tuple[int, ...]]:
        layer = next(layer for layer in self.layers if layer.name == role)
        return (self.used.get(node, ()) for node in layer.nodes)

    def _blocks(self) -> dict[int, int]:
        """Return by node what cables join below superspines: leaves and spines, each with its first spine."""
        leaves, spines = self.layers[1:3]
        found: dict[int, int] = {}
        for first in spines.nodes:
            edge = [first]
            while edge:
                node = edge.pop()
                if node not in found:
                    found[node] = first
                    far = (self.peers.get((node, slot)) for slot in self.used.get(node, ()))
                    edge += [end[0] for end in far if end is not None and (end[0] in leaves or end[0] in spines)]
        return found

    def _most(self, role: str, alike: Callable[[int], Hashable]) -> int:
        """Count the most links that a switch of a role has to devices below it that are alike."""
        layer = next(layer for layer in self.layers if layer.name == role)
        most = 1
        for node in layer.nodes:
            down = (self.peers.get((node, slot)) for slot in self.used.get(node, ()) if slot < layer.down)
            far = Counter(alike(end[0]) for end in down if end is not None)
            most = max([most, *far.values()])
        return most

    def positions(self, node: int, first_up: int) -> dict[int, int]:
        """Slots of a switch that are cabled or kept, by the position of their ports.

        Parameters
        ----------
        first_up
            Position of the port that the first of the slots facing up is.
        """
        down = layer_of(self, node).down
        slots = self.used.get(node, ())
        return {slot if slot < down else slot - down + first_up: slot for slot in slots}
