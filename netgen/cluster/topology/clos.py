"""Clos networks of one to three tiers: rail-optimised, fat tree, rail-only and single tier, with planes and dual ToRs.

A *set* of leaves serves one unit, or several that share it. Within a set, NIC *j* of every host goes to the leaf group
of rail *j* (or, of fewer rails than NICs, several NICs to one). A NIC with several ports has one in each plane, and
planes share no switch; or one at each leaf of a group's dual ToRs, which share their spines; or both, plane by plane.

A *block* is the leaves of a plane of a pod that share their spines: the whole pod where these hold it, else some rails
of it or some sets. Superspines join the blocks of all pods: spine *s* of every block goes to the superspines of *s*
(Al-Fares et al., SIGCOMM 2008, with k/2 of them), or some spines of every block go to superspines that they share (a
core group of NVIDIA's).

Nodes are laid out for the capacity. Hosts count pod by pod, unit by unit; leaves pod by pod, plane by plane, set by
set, rail by rail, and within the group of a rail; spines pod by pod, plane by plane, block by block; superspines plane
by plane, spine by spine. So more hosts, units or pods add numbers and change none.
"""

import math
from bisect import bisect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from netgen.cluster.topology.above_leaves import Peer, peers_of_spine, peers_of_superspine
from netgen.cluster.topology.guests import Guests, is_guest
from netgen.cluster.topology.seating import Row, row_at, rows, units_of_sets
from netgen.cluster.topology.slots import HOST, LEAF, SPINE, SUPERSPINE, End, Ids, Layer, layers_of
from netgen.record import replace

_Seat = tuple[int, int, int]
"""Position of a unit, host (from 0), and NIC."""


@dataclass(frozen=True, slots=True)
class Clos:
    """One to three tiers.

    Parameters
    ----------
    pods, units, hosts
        Pods, units a pod, hosts a unit.
    nics
        NICs a host.
    rails
        Leaf groups a set; each serves ``nics / rails`` NICs of a host.
    railed
        Whether these groups are rails, and called so.
    planes
        Parallel fabrics, ``tors`` ports of a NIC in each.
    tors
        Ports a NIC in every plane, each at a leaf of its own, under the same spines.
    sharing
        Units that share a set of leaves.
    group
        Leaves a rail of a set: a multiple of ``tors``, whose leaves stand beside each other.
    down
        Host slots of a leaf.
    reserved
        How many of them are kept free, behind the others.
    block
        Leaves that share their spines.
    by_rail
        Whether the leaves of a rail are beside each other in blocks, or those of a set.
    spines
        Spines a block; 0: there is one tier only.
    trunk
        Links between every leaf and every spine of its block.
    cores
        Superspines above a spine; 0: there is no third tier.
    core_trunk
        Links between a spine and each of its superspines.
    shared_spines
        Spines of a block, beside each other, that share their superspines; it divides ``spines``.
    fewer
        NICs a host of the units whose hosts have fewer, by position of the unit; only with one rail, or a rail a NIC.
    seated
        Hosts of every unit, by its position, where units share leaves whose hosts have different numbers of NICs.
    guests
        Nodes in the places of hosts; ``None``: there are none.
    """

    pods: int
    units: int
    hosts: int
    nics: int
    rails: int
    group: int
    down: int
    spines: int = 0
    trunk: int = 0
    block: int = 0
    cores: int = 0
    core_trunk: int = 0
    shared_spines: int = 1
    railed: bool = True
    planes: int = 1
    tors: int = 1
    sharing: int = 1
    reserved: int = 0
    by_rail: bool = False
    fewer: Mapping[int, int] = field(default_factory=dict)
    seated: Mapping[int, int] = field(default_factory=dict)
    guests: Guests | None = None
    layers: tuple[Layer, ...] = field(init=False, repr=False, compare=False)
    """Hosts with a slot a port of a NIC, NIC by NIC; leaves with host slots before uplinks; spines with slots leaf by
    leaf before uplinks; superspines with slots block by block, and spine by spine."""
    firsts: tuple[int, ...] = field(init=False, repr=False, compare=False)
    """The first node of each layer."""
    sets: int = field(init=False, repr=False, compare=False)
    """Sets of leaves a pod."""
    leaves_per_plane: int = field(init=False, repr=False, compare=False)
    """Leaves of a plane of a pod."""
    blocks: int = field(init=False, repr=False, compare=False)
    """Blocks of a plane of a pod."""
    _rows: Mapping[int, tuple[Row, ...]] = field(init=False, repr=False, compare=False)
    """Seats of the units of each set, by the position of its first unit; only where hosts of a set differ."""

    def __post_init__(self) -> None:
        # Reckoned once: the peer of every slot depends on them.
        object.__setattr__(self, "sets", math.ceil(self.units / self.sharing))
        object.__setattr__(self, "leaves_per_plane", self.sets * self.rails * self.group)
        object.__setattr__(self, "blocks", math.ceil(self.leaves_per_plane / self.block) if self.spines else 1)
        groups = self.pods * self.blocks
        guests = len(self.guests.seats) if self.guests else 0
        shapes = [
            (HOST, self.pods * self.units * self.hosts + guests, 0, self.nics * self.planes * self.tors),
            (LEAF, self.pods * self.planes * self.leaves_per_plane, self.down, self.uplinks),
        ]
        if self.spines:
            spine_slots = self.block * self.trunk
            shapes.append((SPINE, groups * self.planes * self.spines, spine_slots, self.cores * self.core_trunk))
        if self.cores:
            down = groups * self.shared_spines * self.core_trunk
            shapes.append((SUPERSPINE, self.planes * self.superspines, down, 0))
        hosts, *switches = layers_of(*shapes)
        object.__setattr__(self, "layers", (replace(hosts, guests=guests), *switches))
        object.__setattr__(self, "firsts", tuple(layer.first for layer in self.layers))
        sets = units_of_sets(self.seated, self.units, self.sharing, self.per_rail)
        seats = {first: tuple(rows(units, self.down - self.reserved)) for first, units in sets.items()}
        object.__setattr__(self, "_rows", seats)

    # --- sizes ---------------------------------------------------------------------------------------

    @property
    def uplinks(self) -> int:
        """Uplinks of a leaf."""
        return self.spines * self.trunk

    @property
    def spine_uplinks(self) -> int:
        """Uplinks of a spine."""
        return self.cores * self.core_trunk

    @property
    def superspines(self) -> int:
        """Superspines of a plane."""
        return self.spines // self.shared_spines * self.cores

    @property
    def ports(self) -> int:
        """Ports of a NIC."""
        return self.planes * self.tors

    def nics_of(self, unit: int) -> int:
        """NICs of a host, by the position of its unit among all units."""
        return self.fewer.get(unit, self.nics)

    def per_rail(self, unit: int) -> int:
        """NICs of a host that go to one rail."""
        return -(-self.fewer.get(unit, self.nics) // self.rails)

    def hosts_per_leaf(self, unit: int) -> int:
        """Hosts that a leaf has room for."""
        return (self.down - self.reserved) // self.per_rail(unit)

    # --- ids -------------------------------------------------------------------------------------------

    def ids(self, node: int) -> Ids:
        """Return what a node is called by."""
        guest = self.guests.ids(node) if self.guests else None
        if guest is not None:
            return guest
        for position, layer in enumerate(self.layers):
            if layer.first <= node < layer.first + layer.count:
                return _IDS[position](self, node - layer.first)
        raise KeyError(node)

    def host_at(self, pod: int, unit: int, host: int) -> int:
        """Node of a host."""
        if self.guests and is_guest(unit):
            return self.guests.node(pod, unit, host)
        return self._unit(pod, unit) * self.hosts + host - 1

    def slots_of(self, host: int) -> range:
        """Slots of a host that are cabled; of one whose place guests have, these may have some of them."""
        seat = self.guests.seat(host) if self.guests else None
        if seat is not None:
            return range(seat.slots)
        unit, number = divmod(host, self.hosts)
        seated = number < self.seated.get(unit, self.hosts)
        return range(self.nics_of(unit) * self.ports if seated else 0)

    def _unit(self, pod: int, unit: int) -> int:
        return (pod - 1) * self.units + unit - 1

    def _host_ids(self, index: int) -> Ids:
        rest, host = divmod(index, self.hosts)
        pod, unit = divmod(rest, self.units)
        return Ids(pod=pod + 1, unit=unit + 1, last_unit=unit + 1, number=host + 1)

    def _leaf_ids(self, index: int) -> Ids:
        pod, plane, leaf_set, rail, leaf = self._leaf(index)
        return Ids(
            pod=pod + 1,
            unit=leaf_set * self.sharing + 1,
            last_unit=min((leaf_set + 1) * self.sharing, self.units),
            rail=rail + 1 if self.railed else 0,
            plane=self._plane(plane),
            number=leaf + 1,
        )

    def _spine_ids(self, index: int) -> Ids:
        rest, spine = divmod(index, self.blocks * self.spines)
        pod, plane = divmod(rest, self.planes)
        return Ids(pod=pod + 1, plane=self._plane(plane), number=spine + 1)

    def _superspine_ids(self, index: int) -> Ids:
        plane, superspine = divmod(index, self.superspines)
        return Ids(plane=self._plane(plane), number=superspine + 1)

    def _plane(self, plane: int) -> int:
        return plane + 1 if self.planes > 1 else 0

    def _leaf(self, index: int) -> tuple[int, int, int, int, int]:
        """Pod, plane, set, rail, and position within the rail's group, of a leaf by its index; all from 0."""
        rest, leaf = divmod(index, self.group)
        rest, rail = divmod(rest, self.rails)
        rest, leaf_set = divmod(rest, self.sets)
        return *divmod(rest, self.planes), leaf_set, rail, leaf

    # --- what exists -----------------------------------------------------------------------------------

    def hosts_of(self, node: int) -> Iterator[int]:
        """Nodes of the hosts that a leaf has slots for, a slot each."""
        if node not in self.layers[1]:
            return
        if self.guests:
            yield from (end[0] for end in self.far_ends(node)[: self.down] if end is not None)
        else:
            yield from (self.host_at(pod, unit, host) for _, pod, unit, host in self.seats(node))

    def parallel(self, role: str, *, speaking: bool) -> int:
        """Paths downwards: over parallel links to a leaf or a spine; over several NICs to a host."""
        nics = self.nics * self.tors if speaking else 1
        if role == LEAF:
            return math.ceil(nics / self.rails)
        if role == SPINE:
            return self.trunk * nics
        return self.core_trunk * self.shared_spines * (self.blocks if speaking else 1)

    def seats(self, leaf: int) -> Iterator[tuple[int, int, int, int]]:
        """Yield the host slots of a leaf that are laid out for a host: slot, pod, unit, host; by its node."""
        pod, _, leaf_set, rail, position = self._leaf(self.layers[1].index(leaf))
        at = self._seating(pod, leaf_set, rail, position // self.tors)
        for slot in range(self.down - self.reserved):
            seat = at(slot)
            if seat is not None:
                unit, host, _ = seat
                yield slot, pod + 1, unit % self.units + 1, host + 1

    def _seating(self, pod: int, leaf_set: int, rail: int, position: int) -> Callable[[int], _Seat | None]:
        """Return what tells who sits at a host slot of a leaf."""
        first = pod * self.units + leaf_set * self.sharing
        if self.seated:
            return self._mixed_seating(first, rail, position)
        per_rail, hosts_per_leaf = self.per_rail(first), self.hosts_per_leaf(first)
        units = min(self.sharing, self.units - leaf_set * self.sharing)
        before, first_nic = position * hosts_per_leaf, rail * per_rail

        def seat(slot: int) -> _Seat | None:
            on_leaf, nic = divmod(slot, per_rail)
            unit, host = divmod(before + on_leaf, self.hosts)
            nic += first_nic
            if on_leaf >= hosts_per_leaf or unit >= units or nic >= self.nics_of(first + unit):
                return None
            return first + unit, host, nic

        return seat

    def _mixed_seating(self, first: int, rail: int, position: int) -> Callable[[int], _Seat | None]:
        seating = self._rows[first]

        def seat(slot: int) -> _Seat | None:
            row = row_at(seating, position, slot)
            found = row.at(position, slot)
            if found is None or found[1] + rail * row.width >= self.nics_of(row.unit):
                return None
            return row.unit, found[0], found[1] + rail * row.width

        return seat

    def _sits(self, unit: int, number: int) -> tuple[int, int, int] | None:
        """Return where a host of a unit sits: leaf of its rail's group, first slot, slots; ``None``: nowhere."""
        pod, unit_in_pod = divmod(unit, self.units)
        leaf_set, shared = divmod(unit_in_pod, self.sharing)
        first = pod * self.units + leaf_set * self.sharing
        if self.seated:
            row = self._rows[first][shared]
            seat = row.seat(number)
            return None if seat is None else (*seat, row.width)
        per_rail = self.per_rail(first)
        position, on_leaf = divmod(shared * self.hosts + number, self.hosts_per_leaf(first))
        return position, on_leaf * per_rail, per_rail

    # --- cables ----------------------------------------------------------------------------------------

    def peer(self, node: int, slot: int) -> End | None:
        """The other end of a slot's cable."""
        return self.guests.peer(self._planned, node, slot) if self.guests else self._planned(node, slot)

    def _planned(self, node: int, slot: int) -> End | None:
        """Return the other end of a slot's cable without guests."""
        layer = bisect(self.firsts, node) - 1
        return _PEERS[layer](self, node - self.firsts[layer])(slot)

    def far_ends(self, node: int) -> list[End | None]:
        """`peer` of each slot of a node, in order: what they share is reckoned once."""
        return self.guests.far_ends(self._planned_ends, node) if self.guests else self._planned_ends(node)

    def _planned_ends(self, node: int) -> list[End | None]:
        """Return the other ends of a node's slots without guests."""
        layer = bisect(self.firsts, node) - 1
        return list(map(_PEERS[layer](self, node - self.firsts[layer]), range(self.layers[layer].slots)))

    def _peers_of_host(self, host: int) -> Peer:
        unit, number = divmod(host, self.hosts)
        seat = self._sits(unit, number)
        position, first_slot, per_rail = seat or (0, 0, 1)
        pod, leaf_set = unit // self.units, unit % self.units // self.sharing
        nics, ports = self.nics_of(unit), self.ports
        # a number that hosts of this unit cannot have: others have fewer NICs
        beyond = seat is None or position >= self.group // self.tors

        def peer(slot: int) -> End | None:
            nic, port = divmod(slot, ports)
            if nic >= nics or beyond:
                return None
            rail, nic_of_rail = divmod(nic, per_rail)
            plane, tor = divmod(port, self.tors)
            leaf = ((pod * self.planes + plane) * self.sets + leaf_set) * self.rails + rail
            leaf = leaf * self.group + position * self.tors + tor
            return self.firsts[1] + leaf, first_slot + nic_of_rail

        return peer

    def _peers_of_leaf(self, leaf: int) -> Peer:
        pod, plane, leaf_set, rail, position = self._leaf(leaf)
        in_group, tor = divmod(position, self.tors)
        port = plane * self.tors + tor
        down, taken, hosts, ports = self.down, self.down - self.reserved, self.hosts, self.ports
        seat_of = self._seating(pod, leaf_set, rail, in_group)
        first_spine = in_block = 0
        if self.spines:
            outer, inner = (rail, leaf_set) if self.by_rail else (leaf_set, rail)
            rest = outer * (self.sets if self.by_rail else self.rails) + inner
            block, in_block = divmod(rest * self.group + position, self.block)
            first_spine = self.firsts[2] + ((pod * self.planes + plane) * self.blocks + block) * self.spines
        trunk = self.trunk

        def peer(slot: int) -> End | None:
            if slot >= down:
                spine, link = divmod(slot - down, trunk)
                return first_spine + spine, in_block * trunk + link
            seat = seat_of(slot) if slot < taken else None
            if seat is None:
                return None
            unit, host, nic = seat
            return unit * hosts + host, nic * ports + port

        return peer

    def link_counts(self) -> dict[tuple[str, str], int]:
        """Links laid out: one a port of a NIC; leaves to the spines of their block, spines to superspines."""
        units = self.pods * self.units
        nics = (self.nics * units - sum(self.nics - few for few in self.fewer.values())) * self.hosts
        if self.seated:
            nics = sum(self.nics_of(unit) * hosts for unit, hosts in self.seated.items())
        counts = {(HOST, LEAF): nics * self.ports}
        if self.spines:
            counts[LEAF, SPINE] = self.layers[1].count * self.uplinks
        if self.cores:
            counts[SPINE, SUPERSPINE] = self.layers[2].count * self.spine_uplinks
        return counts


_IDS = (Clos._host_ids, Clos._leaf_ids, Clos._spine_ids, Clos._superspine_ids)  # noqa: SLF001 - it is this module's
"""What reads the ids of each layer's nodes."""
_PEERS = (Clos._peers_of_host, Clos._peers_of_leaf, peers_of_spine, peers_of_superspine)  # noqa: SLF001 - it is this module's
"""What finds the peers of a node of each layer, slot by slot."""
