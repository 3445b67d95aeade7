"""What an InfiniBand fabric has besides its topology: GUIDs, partitions, service levels and subnet managers."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

DEFAULT_PKEY = 0x7FFF
"""Of the default partition (IBA 1.4, 10.9.1); its members are what the subnet manager itself speaks with."""
FULL_MEMBER = 0x8000
"""Bit of a P_Key in a port's table that says full member (IBA 1.4, 10.9.1.1)."""


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


@dataclass(frozen=True, slots=True)
class HcaPort:
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


@dataclass(frozen=True, slots=True)
class Member:
    """A port in a partition."""

    guid: int
    """Of the port."""
    membership: Membership
    origin: str


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


@dataclass(frozen=True, slots=True)
class ServiceLevel:
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


@dataclass(frozen=True, slots=True)
class QosPlan:
    """Service levels of a fabric; levels that are not listed use lane 0."""

    levels: tuple[ServiceLevel, ...]
    """In the order of their numbers."""
    high_limit: int
    """How long high-priority lanes may go before others: 0 to 255, in units of 4096 bytes; 255: without limit."""
    lanes: int
    """Data lanes that every port has: 1, 2, 4, 8 or 15."""
