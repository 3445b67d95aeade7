"""What an InfiniBand fabric has besides its topology: GUIDs, partitions, service levels and subnet managers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from netgen.cluster.fabric import BoxTier, Network
from netgen.cluster.topology.slots import HOST, End
from netgen.record import Record

DEFAULT_PKEY = 0x7FFF
"""Of the default partition (IBA 1.4, 10.9.1); its members are what the subnet manager itself speaks with."""
FULL_MEMBER = 0x8000
"""Bit of a P_Key in a port's table that says full member (IBA 1.4, 10.9.1.1)."""

MTU_CODES: Mapping[int, int] = MappingProxyType({256: 1, 512: 2, 1024: 3, 2048: 4, 4096: 5})
"""MTU in bytes → its number in attributes of the subnet's administration (IBA 1.4, 15.2.5.16; iba/ib_types.h)."""
RATE_CODES: Mapping[float, int] = MappingProxyType(
    {2.5: 2, 5: 5, 10: 3, 14: 11, 20: 6, 25: 15, 28: 19, 30: 4, 40: 7, 50: 20, 56: 12, 60: 8, 80: 9, 100: 16, 112: 13}
    | {120: 10, 168: 14, 200: 17, 300: 18, 400: 21, 600: 22, 800: 23, 1200: 24}
)
"""Rate in Gb/s → its number there (iba/ib_types.h, IB_PATH_RECORD_RATE_…)."""
LANE_CODES: Mapping[int, int] = MappingProxyType({1: 1, 2: 2, 4: 3, 8: 4, 15: 5})
"""Data lanes of a port → the number that says so (IBA 1.4, 14.2.5.6, PortInfo, OperationalVLs)."""
SERVICE_LEVELS = range(16)
DEFAULT_LANE = 0
"""Of service levels that nobody listed, among them what the subnet's administration itself is asked by."""
DEFAULT_LANE_WEIGHT = 64
"""Of the default lane when no listed level uses it: a packet of 4096 bytes at a time, in units of 64 bytes."""


class Membership(StrEnum):
    """What a port may do in a partition: limited members do not reach each other."""

    FULL = "full"
    LIMITED = "limited"
    BOTH = "both"


class Everybody(StrEnum):
    """Members that the subnet manager knows of itself; the words are those of a partitions.conf."""

    ALL = "ALL"
    HOSTS = "ALL_CAS"
    SWITCHES = "ALL_SWITCHES"
    ROUTERS = "ALL_ROUTERS"
    MANAGER = "SELF"


class HcaPort(Record):
    """A port of a host channel adapter; GUIDs as 64-bit integers."""

    device: str
    """Name of the host or other node."""
    hca: str
    """RDMA device, such as ``mlx5_0``."""
    port: int
    """Number on the HCA; counts from 1."""
    guid: int
    """Of the port."""
    node_guid: int
    """Of the HCA."""
    row: str = ""
    """Of the list of GUIDs that says so, as paths of the intent name it."""


class Member(Record):
    """A port in a partition."""

    guid: int
    """Of the port."""
    membership: Membership
    origin: str
    name: str = ""
    """Of the host and its HCA, for people; empty: a GUID that belongs to none."""


@dataclass(frozen=True, slots=True)
class Partition:
    """Who may speak with whom."""

    name: str
    pkey: int
    """15 bits, without the bit of membership."""
    ipoib: bool
    mtu_bytes: int | None
    """Of the IPoIB broadcast group: 256 to 4096; ``None``: the subnet manager's default."""
    rate_gbps: float | None
    """Likewise; one of the rates of IBA."""
    service_level: int | None
    members: tuple[Member, ...]
    """By GUID, in order; each once."""
    everybody: Mapping[Everybody, Membership]
    """Members that are not named one by one."""
    origin: str
    index0: bool = False
    """Whether its P_Key has index 0 of its members' tables: what a program sends with unless it is told otherwise."""
    _by_guid: Mapping[int, Membership] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_guid", {member.guid: member.membership for member in self.members})

    def membership(self, guid: int) -> Membership | None:
        """Return what a port of an HCA is in the partition: as it is named itself, else as one of all."""
        own = self._by_guid.get(guid)
        return own if own is not None or not self.everybody else self._of_all

    @property
    def _of_all(self) -> Membership | None:
        """What a port of an HCA is that is not named itself."""
        return self.everybody.get(Everybody.HOSTS, self.everybody.get(Everybody.ALL))

    @property
    def in_words(self) -> tuple[tuple[Everybody, Membership], ...]:
        """Those, the wider first: a subnet manager lets later ones overrule earlier ones."""
        return tuple((word, self.everybody[word]) for word in Everybody if word in self.everybody)


class ServiceLevel(Record):
    """A service level and the virtual lane that carries it on every port."""

    name: str
    level: int
    """0 to 15."""
    lane: int
    """0 to 14."""
    weight: int
    """Share of the lane under arbitration, 1 to 255, in units of 64 bytes."""
    high: bool
    """Whether the lane is served from the high-priority table."""
    origin: str


class Service(Record):
    """What is reached by a service level of its own, whatever the partition."""

    name: str
    service_level: int
    ports: tuple[tuple[int, str], ...]
    """GUIDs, in order, and what people call the ports."""
    origin: str


class QosPlan(Record):
    """Service levels of a fabric; levels that are not listed use lane 0."""

    levels: tuple[ServiceLevel, ...]
    """In the order of their numbers."""
    high_limit: int
    """How long high-priority lanes may go before others: 0 to 255, in units of 4096 bytes; 255: without limit."""
    lanes: int
    """Data lanes that every port has: 1, 2, 4, 8 or 15."""
    services: tuple[Service, ...] = ()
    """In the order of the intent: of two that mean a port, the first holds."""

    @property
    def lane_of_level(self) -> tuple[int, ...]:
        """The lane of each of the 16 service levels."""
        lanes = {level.level: level.lane for level in self.levels}
        return tuple(lanes.get(level, DEFAULT_LANE) for level in SERVICE_LEVELS)

    @property
    def high(self) -> tuple[tuple[int, int], ...]:
        """Lane and weight of each entry of the high-priority table."""
        return tuple((level.lane, level.weight) for level in self.levels if level.high)

    @property
    def low(self) -> tuple[tuple[int, int], ...]:
        """Lane and weight of each entry of the low-priority table; a lane that is in no table is never served."""
        unheard = (
            () if any(level.lane == DEFAULT_LANE for level in self.levels) else ((DEFAULT_LANE, DEFAULT_LANE_WEIGHT),)
        )
        return (*unheard, *((level.lane, level.weight) for level in self.levels if not level.high))


class Managers(Record):
    """Who manages a subnet."""

    platform: str
    """``opensm``, ``opensm-nvidia`` or ``ufm``."""
    engine: str
    """Routing engine, such as ``ftree``."""
    priorities: Mapping[int, int]
    """By node of the fabric's topology, the master first; the highest priority that lives is the master."""
    allow_both: bool
    origin: str


class IbTier(BoxTier, kw_only=True):
    """What the InfiniBand switches of one layer are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InfinibandFabric(Network[IbTier]):
    """One InfiniBand fabric: a subnet. Devices of which the list of GUIDs says nothing have none."""

    listed_ports: tuple[HcaPort, ...] = ()
    """All ports of the list of GUIDs, those of unknown devices too; in its order."""
    listed_switches: Mapping[str, int] = field(default_factory=dict)
    """Node GUIDs of the list, by name."""
    hcas: Mapping[End, HcaPort] = field(default_factory=dict)
    """By node and slot, of ports that exist."""
    switch_guids: Mapping[int, int] = field(default_factory=dict)
    """Node GUIDs by node."""
    partitions: tuple[Partition, ...] = ()
    """The default one first, then by P_Key."""
    managers: Managers | None = None
    qos: QosPlan | None = None
    adaptive_routing: bool = False
    sharp: bool = False

    _by_pkey: tuple[Partition, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        Network.__post_init__(self)
        object.__setattr__(self, "_by_pkey", tuple(sorted(self.partitions, key=lambda one: one.pkey)))

    def memberships(self, port: HcaPort) -> Iterator[tuple[Partition, Membership]]:
        """Yield the partitions that a port of a host or of another node is in, in the order of their P_Keys."""
        for partition in self._by_pkey:
            membership = partition.membership(port.guid)
            if membership is not None:
                yield partition, membership

    def ports_of(self, node: int) -> list[HcaPort]:
        """Return the ports of a host or of another node, in the order of their slots."""
        slots = range(self.layer(HOST).slots)
        return [self.hcas[node, slot] for slot in slots if (node, slot) in self.hcas]
