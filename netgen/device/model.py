"""What one device must be told, without a vendor's words.

Plain slotted dataclasses: built once per device by `netgen.device.build`, read by rules and renderers.
Addresses are integers until the last moment.
Policy objects (traffic classes, BGP groups) are frozen and shared by all ports and devices of
one kind; they carry the intent path that they came from in ``origin``.
"""

from collections.abc import Iterable
from dataclasses import field
from enum import StrEnum
from itertools import count
from operator import attrgetter

from msgspec import Struct

from netgen.cluster.buffers import BufferPlan, Headroom
from netgen.cluster.infiniband import Partition
from netgen.cluster.roce import PortQos
from netgen.device.attach import ROUTE_TABLES, Bond, HostRoute, Svi
from netgen.device.hca import Hca, common_first
from netgen.device.nic import NicQos, nic_qos
from netgen.record import Record


class Role(StrEnum):
    """What a device is in its fabric."""

    HOST = "host"
    LEAF = "leaf"
    SPINE = "spine"
    SUPERSPINE = "superspine"
    ROUTER = "router"
    SUBNET_MANAGER = "subnet-manager"


class PortRole(StrEnum):
    """What a port is for."""

    HOST = "host"
    """To a host's NIC (on a host: the NIC itself)."""
    UPLINK = "uplink"
    """To the tier above."""
    DOWNLINK = "downlink"
    """To the tier below, which is not a host."""
    LOCAL = "local"
    """To a router of the same group."""
    GLOBAL = "global"
    """To a switch of the same tier in another group."""
    EXTERNAL = "external"
    """To a router that is not netgen's."""
    RESERVED = "reserved"
    """Laid out for a device that is not built yet: broken out, up unless an exception shuts it, and otherwise bare, so
    that growth only adds lines."""
    SPARE = "spare"
    """Outside of the capacity: broken out like its neighbours and shut."""


ACROSS = (PortRole.LOCAL, PortRole.GLOBAL)
"""Ports of links within a tier."""
BETWEEN_SWITCHES = (PortRole.UPLINK, PortRole.DOWNLINK, *ACROSS)


class Port(Struct):
    """One logical port of a device, after breakout."""

    name: str
    """The vendor's name, such as ``Ethernet1/5`` or ``swp1s1``."""
    slot: int | None
    """Logical slot of the topology; counts from 0; ``None`` for a spare port."""
    cage: int
    """Number of the cage on the front panel; counts from 1."""
    subport: int
    """Number of the port within its cage; counts from 0; 0 when not broken out."""
    lane: int
    """First electrical lane in the cage; counts from 0."""
    lanes: int
    """How many electrical lanes the port uses."""
    breakout: int
    """Into how many ports the cage is broken out; 1: not at all."""
    role: PortRole
    fabric: str
    speed_gbps: int
    fec: str
    """``rs``, or ``none``."""
    autoneg: bool
    enabled: bool
    mtu_bytes: int
    """IP MTU; a platform turns it into its own meaning."""
    description: str | None
    """``None`` for a reserved port."""
    peer_device: str | None = None
    peer_port: str | None = None
    ipv4: int | None = None
    """Own address as an integer; ``None``: unnumbered, reserved or spare."""
    ipv4_length: int = 31
    unnumbered: bool = False
    """Whether the port speaks IPv6 link-local only (RFC 8950 carries the IPv4 routes)."""
    vlan: int | None = None
    """VLAN of an untagged switched port, or of the bundle that it is of; ``None``: a routed port."""
    bond: int | None = None
    """Number of the bundle that the port is a member of; ``None``: none."""
    cable_m: int | None = None
    """Length of the cable in metres."""
    rdma: str | None = None
    """RDMA device of a host's NIC, such as ``mlx5_0``."""
    qos: PortQos | None = None
    headroom: Headroom | None = None
    """What each lossless group of the port keeps; shared by all ports of a class; ``None``: none is lossless, or the
    length of the cable is not known."""


class PrefixRule(Record):
    """One line of a prefix list: a prefix and the lengths that it admits."""

    sequence: int
    permit: bool
    address: int
    length: int
    ge: int | None = None
    le: int | None = None


class PrefixList(Record):
    """A named list of prefixes; ends in an implicit deny."""

    name: str
    rules: tuple[PrefixRule, ...]
    """In the order of their sequence numbers."""
    origin: str


class BgpGroup(Record):
    """What neighbours of one direction have in common."""

    name: str
    """Such as ``SPINES`` or ``LEAVES``."""
    import_list: str
    """Name of the prefix list of what is accepted; everything else is refused."""
    export_list: str
    """Name of the prefix list of what is announced; everything else is not."""
    own_routes_only: bool
    """Whether only routes that this device originates are announced (valley-free at a leaf)."""
    maximum_prefixes: int
    """More prefixes than this from one neighbour take the session down."""
    bfd: bool
    origin: str
    hosts_routes_too: bool = False
    """With ``own_routes_only``: whether routes that neighbours originate themselves, of one AS, go out as well; what
    the export list leaves of them is the hosts' loopbacks, or what the leaves of a group announce."""


class BgpNeighbor(Struct):
    """One session."""

    port: str
    """Own port of the session."""
    group: str
    remote_asn: int
    description: str
    address: int | None
    """The neighbour's address; ``None``: unnumbered, over the port."""


class Bfd(Record):
    """Failure detection of the fabric's sessions: times in milliseconds."""

    interval_ms: int
    multiplier: int
    origin: str


class Bgp(Struct):
    """The underlay: eBGP on every fabric link."""

    asn: int
    router_id: int
    maximum_paths: int
    groups: tuple[BgpGroup, ...]
    neighbors: list[BgpNeighbor]
    originate_list: str
    """Name of the prefix list of connected routes that are announced."""
    aggregates: tuple[tuple[int, int], ...]
    """Address and length of the aggregates that this device originates for its hosts."""
    prefix_lists: tuple[PrefixList, ...]
    bfd: Bfd | None

    @property
    def numbered(self) -> list[BgpNeighbor]:
        """Its neighbours that have an address, in the order of these."""
        addressed = [neighbor for neighbor in self.neighbors if neighbor.address is not None]
        return sorted(addressed, key=attrgetter("address"))

    @property
    def unnumbered(self) -> list[BgpNeighbor]:
        """Its neighbours that are known by the port to them."""
        return [neighbor for neighbor in self.neighbors if neighbor.address is None]

    @property
    def unnumbered_groups(self) -> frozenset[str]:
        """Names of the groups that these are in."""
        return frozenset(neighbor.group for neighbor in self.unnumbered)


class User(Record):
    """A local account; secrets are references that only the session resolves."""

    name: str
    password_hash: str | None
    """Token of a secret reference (see `netgen.session.secrets`), never the secret."""
    ssh_keys: tuple[str, ...]
    role: str
    """``admin`` or ``operator``."""
    origin: str


class Services(Record):
    """What all devices of a cluster share on the management plane."""

    vrf: str
    ntp: tuple[str, ...]
    syslog: tuple[str, ...]
    snmp_community: str | None
    """Token of a secret reference."""
    snmp_location: str | None
    gnmi: bool
    dns: tuple[str, ...]
    users: tuple[User, ...]


class Management(Struct):
    """A device's own place on the management network."""

    address: int
    length: int
    gateway: int | None
    services: Services


class Native(Struct):
    """Lines in the vendor's own words, declared in the intent with a reason."""

    text: str
    reason: str
    origin: str


class Node(Struct):
    """What every device has: identity, management, origin."""

    name: str
    cluster: str
    fabric: str
    """The first that it is on."""
    role: Role
    platform: str
    model: str
    pod: int
    unit: int
    """0 for a device that belongs to a pod as a whole."""
    rail: int
    """0 for a device that serves all rails."""
    serial: str | None
    os_version: str | None
    state: str
    """``planned``, ``active``, ``maintenance`` or ``failed``."""
    management: Management
    origin: str


class Switch(Node):
    """A switch."""

    ports: list[Port]
    """In the order of cage and lane, as they are on the front panel and in a configuration."""
    loopback: int
    """Address of the first loopback, a /32; also the router id."""
    bgp: Bgp
    qos: tuple[PortQos, ...]
    """The distinct policies of its ports."""
    native: list[Native] = field(default_factory=list)
    svis: tuple[Svi, ...] = ()
    bonds: tuple[Bond, ...] = ()
    """In the order of their numbers."""
    buffers: BufferPlan | None = None
    """How the chip's buffer is shared out; ``None``: there is no RoCE policy, or nothing is published."""
    load_balancing: str = "hash"
    """How fabric ports share the load of equal-cost paths: ``hash``, ``flowlet`` or ``per-packet``."""

    @property
    def unnumbered(self) -> bool:
        """Whether any of its ports has no address of its own."""
        return any(port.unnumbered for port in self.ports)

    @property
    def bundles(self) -> dict[int, str]:
        """Names of its bundles, by their numbers."""
        return {bond.number: bond.name for bond in self.bonds}

    @property
    def headroom_bytes(self) -> int | None:
        """The most that any lossless group keeps, for a chip that gives all its ports the same; ``None``: unknown."""
        return max((port.headroom.xoff_bytes for port in self.ports if port.headroom is not None), default=None)


class Host(Node):
    """A host, as far as its NICs on the fabrics are concerned; fabric by fabric, a port a NIC in rail order."""

    ports: list[Port]
    gpus: int
    routes: list[HostRoute]
    """One entry a port, in the same order: the fabric's host pool via that port's leaf."""
    frontend: str = "eth0"
    """The interface that is on no fabric."""
    loopback: int | None = None
    """Address of its own, a /32, reachable over every NIC; also the router id; ``None``: it speaks no BGP."""
    bgp: Bgp | None = None
    bonds: tuple[Bond, ...] = ()
    """Of the ports that are bundled, in the order of their numbers."""
    load_balancing: str = "hash"
    """How the fabric shares the load of equal-cost paths: ``hash``, ``flowlet`` or ``per-packet``."""
    hcas: tuple[Hca, ...] = ()
    """Its ports on InfiniBand fabrics, fabric by fabric in rail order."""

    @property
    def attached(self) -> Iterable[tuple[int, int, Port, HostRoute]]:
        """Its ports with their routes, and before these the place of each, from 1, and its table of routes."""
        return zip(count(1), count(ROUTE_TABLES + 1), self.ports, self.routes, strict=False)

    @property
    def fabrics(self) -> tuple[str, ...]:
        """The fabrics that it is on."""
        on = [port.fabric for port in self.ports] + [hca.fabric for hca in self.hcas]
        return tuple(dict.fromkeys(on)) or (self.fabric,)

    @property
    def first_rdma(self) -> list[str]:
        """The RDMA devices of its NICs on its first fabric, in rail order."""
        return [port.rdma for port in self.ports if port.rdma and port.fabric == self.fabric]

    @property
    def first_hcas(self) -> list[Hca]:
        """Its HCAs on its first fabric, in rail order."""
        return [hca for hca in self.hcas if hca.fabric == self.fabric]

    @property
    def first_partition(self) -> Partition | None:
        """What its HCAs on its first fabric send in by themselves; ``None``: the default one, or not all the same."""
        return common_first(self.first_hcas)

    @property
    def nics(self) -> tuple[tuple[str, str, int], ...]:
        """Its NICs that do RDMA: name, RDMA device, and metres of cable; 0 where the length is not known."""
        return tuple((port.name, port.rdma, port.cable_m or 0) for port in self.ports if port.rdma)

    @property
    def qos(self) -> NicQos | None:
        """The RoCE policy of its NICs, which share one whatever their fabrics; ``None``: these have none."""
        port = next((port for port in self.ports if port.qos is not None), None)
        return None if port is None or port.qos is None else nic_qos(port.qos, port.speed_gbps)
