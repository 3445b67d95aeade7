"""What one device must be told, without a vendor's words.

Plain slotted dataclasses: built once per device by `netgen.device.build`, read by rules and renderers.
Addresses are integers until the last moment; `netgen.device.text` turns them into text.
Policy objects (traffic classes, queues, BGP groups) are frozen and shared by all ports and devices of
one kind; they carry the intent path that they came from in ``origin``.
"""

from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """What a device is in its fabric."""

    HOST = "host"
    LEAF = "leaf"
    SPINE = "spine"


class PortRole(StrEnum):
    """What a port is for."""

    HOST = "host"
    """To a host's NIC (on a host: the NIC itself)."""
    UPLINK = "uplink"
    """To the tier above."""
    DOWNLINK = "downlink"
    """To the tier below, which is not a host."""
    SPARE = "spare"
    """Cabled to nothing: broken out like its neighbours and shut."""


@dataclass(frozen=True, slots=True)
class TrafficClass:
    """One class of traffic of the RoCE policy; its four numbers are independent of each other."""

    name: str
    dscp: tuple[int, ...]
    traffic_class: int
    queue: int
    pfc_priority: int | None
    """Priority that PFC pauses; ``None`` for a lossy class."""
    strict: bool
    bandwidth_percent: int | None
    """Share of the link under weighted scheduling; ``None`` for a strict class."""
    cap_percent: int | None
    """Most that a strict class may take of the link; ``None``: not capped."""
    origin: str

    @property
    def lossless(self) -> bool:
        """Whether PFC protects the class."""
        return self.pfc_priority is not None


@dataclass(frozen=True, slots=True)
class Ecn:
    """ECN marking of one class's queue: thresholds in bytes, probability in percent."""

    min_bytes: int
    max_bytes: int
    probability_percent: int
    origin: str


@dataclass(frozen=True, slots=True)
class Watchdog:
    """PFC watchdog: times in milliseconds."""

    detect_ms: int
    restore_ms: int
    poll_ms: int
    action: str
    """``drop`` or ``forward``."""
    origin: str


@dataclass(frozen=True, slots=True)
class PortQos:
    """The RoCE policy of one class of ports (role and speed); shared by all ports of the class."""

    name: str
    """Predictable and unique on a device, such as ``ROCE-400G``."""
    classes: tuple[TrafficClass, ...]
    """In the order of their traffic class numbers; every traffic class 0-7 that is used is here."""
    ecn: tuple[tuple[int, Ecn], ...]
    """Pairs of queue number and its marking."""
    watchdog: Watchdog | None
    origin: str

    @property
    def lossless(self) -> tuple[TrafficClass, ...]:
        """The classes that PFC protects."""
        return tuple(c for c in self.classes if c.lossless)


@dataclass(slots=True)
class Port:
    """One logical port of a device, after breakout."""

    name: str
    """The vendor's name, such as ``Ethernet1/5`` or ``swp1s1``."""
    slot: int
    """Logical slot of the topology; counts from 0."""
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
    speed_gbps: int
    fec: str
    """``rs``, or ``none``."""
    autoneg: bool
    enabled: bool
    mtu_bytes: int
    """IP MTU; a platform turns it into its own meaning."""
    description: str
    peer_device: str | None = None
    peer_port: str | None = None
    ipv4: int | None = None
    """Own address as an integer; ``None``: unnumbered or spare."""
    ipv4_length: int = 31
    unnumbered: bool = False
    """Whether the port speaks IPv6 link-local only (RFC 8950 carries the IPv4 routes)."""
    cable_m: int | None = None
    """Length of the cable in metres."""
    qos: PortQos | None = None


@dataclass(frozen=True, slots=True)
class PrefixRule:
    """One line of a prefix list: a prefix and the lengths that it admits."""

    sequence: int
    permit: bool
    address: int
    length: int
    ge: int | None = None
    le: int | None = None


@dataclass(frozen=True, slots=True)
class PrefixList:
    """A named list of prefixes; ends in an implicit deny."""

    name: str
    rules: tuple[PrefixRule, ...]
    origin: str


@dataclass(frozen=True, slots=True)
class BgpGroup:
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


@dataclass(slots=True)
class BgpNeighbor:
    """One session."""

    port: str
    """Own port of the session."""
    group: str
    remote_asn: int
    description: str
    address: int | None
    """The neighbour's address; ``None``: unnumbered, over the port."""


@dataclass(frozen=True, slots=True)
class Bfd:
    """Failure detection of the fabric's sessions: times in milliseconds."""

    interval_ms: int
    multiplier: int
    origin: str


@dataclass(slots=True)
class Bgp:
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


@dataclass(frozen=True, slots=True)
class User:
    """A local account; secrets are references that only the session resolves."""

    name: str
    password_hash: str | None
    """Token of a secret reference (see `netgen.secrets`), never the secret."""
    ssh_keys: tuple[str, ...]
    role: str
    """``admin`` or ``operator``."""
    origin: str


@dataclass(frozen=True, slots=True)
class Services:
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


@dataclass(slots=True)
class Management:
    """A device's own place on the management network."""

    address: int
    length: int
    gateway: int | None
    services: Services


@dataclass(slots=True)
class Native:
    """Lines in the vendor's own words, declared in the intent with a reason."""

    text: str
    reason: str
    origin: str


@dataclass(slots=True)
class Node:
    """What every device has: identity, management, origin."""

    name: str
    cluster: str
    fabric: str
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


@dataclass(slots=True)
class Switch(Node):
    """A switch."""

    ports: list[Port]
    loopback: int
    """Address of the first loopback, a /32; also the router id."""
    bgp: Bgp
    qos: tuple[PortQos, ...]
    """The distinct policies of its ports."""
    native: list[Native] = field(default_factory=list)


@dataclass(slots=True)
class HostRoute:
    """A route of a host's NIC: to a prefix via the leaf."""

    address: int
    length: int
    via: int


@dataclass(slots=True)
class Host(Node):
    """A host, as far as its NICs on the fabrics are concerned; a port a NIC, in rail order."""

    ports: list[Port]
    gpus: int
    routes: list[HostRoute]
    """One entry a port, in the same order: the fabric's host pool via that port's leaf."""
