"""The dragonfly: groups of routers, each router joined to all others of its group, each group to all other groups.

Kim, Dally, Scott and Abts, "Technology-Driven, Highly-Scalable Dragonfly Topology", ISCA 2008: *a* routers a group, *p*
host ports, *h* global links a router. A unit of the intent is a group. `netgen.cluster.topology.groups` arranges the
global links; local port *i* of a router leads to the router that is *i* + 1 further on in its group.

The NICs of a group's hosts fill its routers in order: so the NICs of a host are at one router where *p* is a multiple
of them, and at routers beside each other where it is not.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from netgen.cluster.topology.groups import Mesh, mesh
from netgen.cluster.topology.guests import Guests, is_guest
from netgen.cluster.topology.slots import GLOBAL, HOST, LOCAL, ROUTER, End, Ids, Layer, layer_named, layer_of


@dataclass(frozen=True, slots=True)
class Dragonfly:
    """Groups of routers.

    Parameters
    ----------
    pods, units
        Pods, and groups of each; all groups are joined, whatever their pods.
    hosts, nics
        Hosts a group, and NICs of each.
    routers
        Routers a group (*a*).
    down
        Host slots of a router: *p*, and those that are reserved.
    reserved
        How many of them are kept free, behind the others.
    fewer
        NICs a host of the groups whose hosts have fewer, by position of the group.
    global_links
        Global ports of a router (*h*).
    trunk
        Links between any two groups, if that leaves some of these ports free; ``None``: all are used.
    guests
        Nodes in the places of hosts; ``None``: there are none.
    """

    pods: int
    units: int
    hosts: int
    nics: int
    routers: int
    down: int
    global_links: int
    reserved: int = 0
    fewer: Mapping[int, int] = field(default_factory=dict)
    trunk: int | None = None
    guests: Guests | None = None
    mesh: Mesh = field(init=False, repr=False, compare=False)
    layers: tuple[Layer, ...] = field(init=False, repr=False, compare=False)
    """Hosts with a slot a NIC; routers with host slots before local and these before global ones."""

    def __post_init__(self) -> None:
        groups = self.pods * self.units
        guests = len(self.guests.seats) if self.guests else 0
        hosts = groups * self.hosts + guests
        across = ((LOCAL, self.routers - 1), (GLOBAL, self.global_links))
        layers = (
            Layer(HOST, 0, hosts, 0, self.nics, guests=guests),
            Layer(ROUTER, hosts, groups * self.routers, self.down, 0, across),
        )
        object.__setattr__(self, "layers", layers)
        object.__setattr__(self, "mesh", mesh(groups, self.routers, self.global_links, self.trunk))

    @property
    def host_ports(self) -> int:
        """Host slots of a router that are not reserved (*p*)."""
        return self.down - self.reserved

    def nics_of(self, group: int) -> int:
        """NICs of a host, by the position of its group."""
        return self.fewer.get(group, self.nics)

    def ids(self, node: int) -> Ids:
        """Return what a node is called by."""
        guest = self.guests.ids(node) if self.guests else None
        if guest is not None:
            return guest
        hosts, routers = self.layers
        per_group = self.hosts if node in hosts else self.routers
        group, number = divmod((hosts if node in hosts else routers).index(node), per_group)
        pod, unit = divmod(group, self.units)
        return Ids(pod=pod + 1, unit=unit + 1, last_unit=unit + 1, number=number + 1)

    def host_at(self, pod: int, unit: int, host: int) -> int:
        """Node of a host."""
        if self.guests and is_guest(unit):
            return self.guests.node(pod, unit, host)
        return ((pod - 1) * self.units + unit - 1) * self.hosts + host - 1

    def hosts_of(self, node: int) -> Iterator[int]:
        """Nodes of the hosts that a router has slots for, a slot each."""
        if node in self.layers[1]:
            ends = (self.peer(node, slot) for slot in range(self.host_ports))
            yield from (end[0] for end in ends if end is not None)

    def parallel(self, role: str, *, speaking: bool) -> int:
        """Paths to other groups may begin with any local or global link, those to a host with any of its NICs."""
        return max(layer_named(self, role).outward, min(self.nics, self.host_ports) if speaking else 1)

    def peer(self, node: int, slot: int) -> End | None:
        """The other end of a slot's cable."""
        return self.guests.peer(self._planned, node, slot) if self.guests else self._planned(node, slot)

    def _planned(self, node: int, slot: int) -> End | None:
        """Return the other end of a slot's cable without guests."""
        hosts, routers = self.layers
        if node in hosts:
            group, host = divmod(node, self.hosts)
            nics = self.nics_of(group)
            router, port = divmod(host * nics + slot, self.host_ports)
            if slot >= nics or router >= self.routers:
                return None  # such hosts have fewer NICs, or are fewer in a group than there is room for
            return routers.first + group * self.routers + router, port
        group, router = divmod(routers.index(node), self.routers)
        if slot < self.down:
            return self._host(group, router, slot)
        local = slot - self.down
        if local < self.routers - 1:
            other = (router + local + 1) % self.routers
            return self._router(group, other), self.down + self.routers - 2 - local
        far = self.mesh.far(group, router, local - (self.routers - 1))
        return None if far is None else (self._router(far[0], far[1]), self.down + self.routers - 1 + far[2])

    def _router(self, group: int, router: int) -> int:
        return self.layers[1].first + group * self.routers + router

    def _host(self, group: int, router: int, slot: int) -> End | None:
        """Return the NIC that is at a host slot."""
        host, nic = divmod(router * self.host_ports + slot, self.nics_of(group))
        if slot >= self.host_ports or host >= self.hosts:
            return None
        return group * self.hosts + host, nic

    def far_ends(self, node: int) -> list[End | None]:
        """`peer` of each slot of a node, in order."""
        return [self.peer(node, slot) for slot in range(layer_of(self, node).slots)]

    def link_counts(self) -> dict[tuple[str, str], int]:
        """Links laid out: one a NIC; local and global ones between routers."""
        across = sum(self.links_across(self.mesh.groups).values())
        seats = self.routers * self.host_ports
        nics = sum(min(seats, self.hosts * self.nics_of(group)) for group in range(self.mesh.groups))
        return {(HOST, ROUTER): nics, (ROUTER, ROUTER): across}

    def links_across(self, groups: int) -> dict[str, int]:
        """Links between the routers of so many groups: all pairs of a group, and the groups' own."""
        return {LOCAL: groups * self.routers * (self.routers - 1) // 2, GLOBAL: self.mesh.links(groups)}

    def global_ports(self) -> Fraction:
        """Links of a switch to other groups, on average."""
        return Fraction(self.mesh.ports, self.mesh.switches)

    def bisection(self, groups: int) -> int:
        """Links between two halves of so many groups; of a group that is itself divided, its local ones too."""
        half = self.routers // 2
        return self.mesh.bisection(groups) + groups % 2 * half * (self.routers - half)
