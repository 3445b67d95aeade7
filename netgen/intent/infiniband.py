"""The intent of an InfiniBand fabric: partitions, service levels, and who manages the subnet."""

import re
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, PlainValidator, WithJsonSchema

from netgen.intent.network import Count, Membership, Model, Network, SwitchBox
from netgen.intent.quantities import Ids, SpeedGbps
from netgen.intent.texts import FileName, Line, Name

MAX_SERVICE_LEVEL = 15  # four bits, IBA 1.4, 7.6.5
MAX_DATA_LANE = 14  # VL15 is for subnet management, IBA 1.4, 3.5.7
MAX_PRIORITY = 15  # of a subnet manager, IBA 1.4, 14.4.1
MAX_ARBITRATION = 255  # weights and the limit of high priority, IBA 1.4, 7.6.9
GUID_BITS = 64

ServiceLevel = Annotated[int, Field(ge=0, le=MAX_SERVICE_LEVEL)]
Mtu = Literal[256, 512, 1024, 2048, 4096]
"""In bytes: all that IBA knows (IBA 1.4, table 100)."""

_HEXADECIMAL = re.compile(r"0x([0-9a-fA-F]{1,16})")
_WHOLE = re.compile(r"0x[0-9a-f]{16}")
_UNIT = re.compile(r"([1-9][0-9]{0,4})/([1-9][0-9]{0,4})")


def parse_guid(value: object) -> int:
    """Read a GUID, ``0x`` and up to 16 hexadecimal digits; raises ValueError with what is due."""
    match = _HEXADECIMAL.fullmatch(value) if isinstance(value, str) else None
    if match is not None:
        return int(match[1], 16)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << GUID_BITS:
        return value
    # ibv_devinfo has colons in it, ibnetdiscover no 0x.
    meant = f"0x{value.replace(':', '').lower()}" if isinstance(value, str) else ""
    example = f": is it {meant}?" if _WHOLE.fullmatch(meant) else ", such as 0x1070fd0300abcd01"
    raise ValueError(f"a GUID is written as 0x and 16 hexadecimal digits{example}")


def _pkey(value: object) -> object:
    match = _HEXADECIMAL.fullmatch(value) if isinstance(value, str) else None
    if match is not None:
        value = int(match[1], 16)
    if value == "auto" or (isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 0xFFFF):
        return value
    raise ValueError("a P_Key is written as 0x0001 to 0x7ffe, or `auto`")


def _unit(value: object) -> tuple[int, int]:
    match = _UNIT.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("a unit is written as pod/unit, such as 1/2")
    return int(match[1]), int(match[2])


Guid = Annotated[
    int,
    PlainValidator(parse_guid),
    WithJsonSchema({"type": "string", "pattern": "^0x[0-9a-fA-F]{1,16}$", "examples": ["0x1070fd0300abcd01"]}),
]
Pkey = Annotated[int, BeforeValidator(_pkey, json_schema_input_type=int | str)]
"""15 bits; the bit of membership is not part of it. Which numbers are good is a rule."""
PkeyOrAuto = Annotated[int | Literal["auto"], BeforeValidator(_pkey, json_schema_input_type=int | str)]
PodUnit = Annotated[
    tuple[int, int],
    PlainValidator(_unit),
    WithJsonSchema({"type": "string", "pattern": "^[1-9][0-9]*/[1-9][0-9]*$", "examples": ["1/2"]}),
]
"""A unit of a pod, written ``1/2``."""


class InfinibandRole(SwitchBox):
    """What the switches of one tier are."""

    platform: Name | None = None
    """What runs on them; default: nothing that netgen configures, as on switches without management."""


class Selector(Model):
    """Ports of HCAs: those for which all that it says is true."""

    pod: Count | None = None
    unit: PodUnit | None = None
    hosts: Ids | None = None
    """Ids within their units."""
    host: Name | None = None
    """A host or another node, by its name."""
    nodes: Name | None = None
    """Other nodes, by what they are: a key of ``nodes``."""
    rail: Annotated[int, Field(ge=1, le=64)] | None = None
    """Which HCA of a host, from 1."""
    guid: Guid | None = None
    """Of a port."""


class Member(Selector):
    """Ports in a partition, and what they may do there."""

    tenant: Name | None = None
    """One of ``tenants``."""

    membership: Membership
    """``limited`` members reach ``full`` ones only; ``both`` needs a manager that allows it."""


Everybody = Literal["all", "hosts", "switches", "routers", "manager"]
"""Members that a subnet manager knows of itself."""


class PartitionOptions(Model):
    """What members of a partition share."""

    ipoib: bool = False
    """Whether IP is spoken in it."""
    mtu: Mtu | None = None
    """Of IPoIB's broadcast group, in bytes; default: the subnet manager's."""
    rate: SpeedGbps | None = None
    """Of IPoIB's broadcast group; default: the subnet manager's."""
    service_level: ServiceLevel | None = None


class Partition(PartitionOptions):
    """Who may speak with whom; its key is its name."""

    pkey: PkeyOrAuto = "auto"
    """``auto``: from the range of ``pkeys``, by the partition's name."""
    index0: bool = False
    """Whether its P_Key has index 0 of its members' tables: programs send with that one unless they are told
    otherwise, NCCL among them. A port has one such partition."""
    members: list[Member] = Field(min_length=1)


class DefaultPartition(PartitionOptions):
    """The partition 0x7fff; nodes of the subnet manager are full members of it in any case."""

    everybody: dict[Everybody, Membership] = {"all": "limited"}
    """``all`` is at least ``limited``: a subnet manager makes every port so, whatever is written."""
    members: list[Member] = []


class PkeyRange(Model):
    """Where automatic P_Keys are taken from; each follows from the partition's name alone."""

    first: Pkey = 0x1000
    last: Pkey = 0x7FFE


class ManagerNode(Model):
    """A node that runs the subnet manager."""

    priority: Annotated[int, Field(ge=0, le=MAX_PRIORITY)]
    """The highest that lives is the master."""


class SubnetManagers(Model):
    """Who manages the subnet, and how it routes."""

    manager: Literal["opensm", "opensm-nvidia", "ufm"] = "opensm"
    """Upstream OpenSM, NVIDIA's, or UFM."""
    engine: Line
    """Routing engine, such as ``ftree``."""
    on: dict[Name, ManagerNode] = Field(min_length=1)
    """By the name of the node."""
    allow_both: bool = False
    """Whether a port may be full and limited member of one partition."""


class Level(Model):
    """A service level, and the lane that carries it."""

    level: ServiceLevel
    lane: Annotated[int, Field(ge=0, le=MAX_DATA_LANE)]
    weight: Annotated[int, Field(ge=1, le=MAX_ARBITRATION)]
    """Share of the lane, in units of 64 bytes."""
    high: bool = False
    """Whether the lane goes before those that are not."""


class Service(Model):
    """What is sent to some ports in a service level of its own, whatever the partition."""

    service_level: ServiceLevel
    to: list[Selector] = Field(min_length=1)


class IbQos(Model):
    """Service levels and virtual lanes."""

    levels: dict[Name, Level] = Field(min_length=1)
    high_limit: Annotated[int, Field(ge=0, le=MAX_ARBITRATION)] = 0
    """How long high lanes may go before others, in units of 4096 bytes; 255: without limit."""
    lanes: Literal[1, 2, 4, 8, 15] = 8
    """Data lanes of every port."""
    services: dict[Name, Service] = {}
    """What the subnet manager answers when it is asked for a path to these ports; those of partitions come after."""


class InfinibandFabric(Network[InfinibandRole]):
    """One InfiniBand network that the hosts share: one subnet."""

    kind: Literal["rail-optimized", "fat-tree", "rail-only", "single-tier", "dragonfly", "dragonfly-plus", "explicit"]
    technology: Literal["infiniband"]
    guids: FileName | None = None
    """The GUIDs of HCAs and switches: a CSV file of device, hca, port, guid, node-guid, or what ibnetdiscover prints.
    None is ever made up."""
    subnet_manager: SubnetManagers | None = None
    tenants: dict[Name, list[Selector]] = {}
    """Whose ports are whose."""
    pkeys: PkeyRange = PkeyRange()
    default_partition: DefaultPartition = DefaultPartition()
    partitions: dict[Name, Partition] = {}
    qos: IbQos | None = None
    adaptive_routing: bool = False
    sharp: bool = False
    """Whether switches add up what hosts send (SHARP)."""
