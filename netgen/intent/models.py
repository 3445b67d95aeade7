"""The intent: what a person wrote, validated field by field.

Frozen pydantic models; unknown keys are refused and every default stands here. What concerns more than
one field is a rule (`netgen.rules`). pydantic ends here: `netgen.cluster` turns an intent into plain data.
Keys are written in kebab-case. Ids are keys or ranges, never positions in a list, so that files merge,
growth adds, and one host can retire.
"""

from functools import cached_property
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag

from netgen.intent.infiniband import InfinibandFabric
from netgen.intent.network import Count, Model, Naming, Network, SwitchBox, distinct
from netgen.intent.out_of_band import OutOfBand
from netgen.intent.quantities import (
    Address,
    Bytes,
    IdKey,
    Ids,
    Milliseconds,
    Percent,
    Subnet,
    parse_speed,
)
from netgen.intent.texts import (
    FileName,
    Line,
    Mac,
    Name,
    NamePattern,
    OsVersion,
    SecretName,
    Serial,
    SshKey,
    Vrf,
)

# Limits of the standards that the numbers belong to.
MAX_DSCP = 63  # six bits, RFC 2474
MAX_PRIORITY = 7  # three bits, IEEE 802.1Q
MAX_ASN = 4_294_967_294  # four bytes without the last, reserved by RFC 7300
MIN_MTU = 1280  # RFC 8200; unnumbered links speak IPv6
MAX_MTU = 9216


def _speed_key(value: str) -> str:
    return f"{parse_speed(value)}G"


Addresses = Annotated[list[Address], AfterValidator(distinct)]
SpeedKey = Annotated[str, AfterValidator(_speed_key)]
Priority = Annotated[int, Field(ge=0, le=MAX_PRIORITY)]
Dscp = Annotated[int, Field(ge=0, le=MAX_DSCP)]
Asn = Annotated[int, Field(ge=1, le=MAX_ASN)]
Mtu = Annotated[int, Field(ge=MIN_MTU, le=MAX_MTU)]


class SecretRef(Model):
    """A secret by its name; what it is stands in the inventory's secret store and in no output."""

    secret: SecretName


# --- management ------------------------------------------------------------------------------------


class Snmp(Model):
    """Read-only SNMP."""

    community: SecretRef
    location: Line | None = None


class User(Model):
    """A local account; by password hash, SSH keys or both."""

    role: Literal["admin", "operator"] = "operator"
    password: SecretRef | None = None
    """A crypt(3) SHA-512 hash (``$6$…``), so that salts do not churn diffs."""
    ssh_keys: Annotated[list[SshKey], AfterValidator(distinct)] = []


class Management(Model):
    """The management plane: where devices are reached, and what they report to."""

    subnet: Subnet
    gateway: Address | None = None
    vrf: Vrf = "MGMT"
    ntp: Addresses = []
    syslog: Addresses = []
    dns: Addresses = []
    snmp: Snmp | None = None
    gnmi: bool = False
    users: dict[Name, User] = {}
    out_of_band: OutOfBand | None = None
    """The switches that management ports are cabled to; default: they are not netgen's."""


# --- hosts, pods and units ---------------------------------------------------------------------------


class Hosts(Model):
    """What every host is: a profile of the catalog (GPUs, NICs in rail order, port names)."""

    profile: Name
    platform: Name = "linux"
    mtu: Mtu | None = None
    """IP MTU of the NICs; default: the fabric's."""


class Nodes(Model):
    """Other nodes than hosts, such as storage: a unit of their own, attached to the fabrics that they have NICs for.

    Or, such as fabric managers, nodes in the places of hosts of a unit, at the leaves of these.
    """

    ids: Ids
    profile: Name
    platform: Name = "linux"
    mtu: Mtu | None = None
    """IP MTU of the NICs; default: the fabric's."""
    pod: Annotated[int, Field(ge=1, le=65_536)] = 1
    unit: Annotated[int, Field(ge=1, le=65_536)]
    """Which unit of the pod they are; no hosts are in it. With `in-place-of`, the unit of these hosts."""
    capacity: Count | None = None
    """Up to which id addresses and ports are laid out; default: what is there. In places, what these have room for."""
    in_place_of: Ids | None = None
    """Ids of hosts of the unit that are not there, and whose places these nodes take: a place after the other, as many
    in each as there are NICs of a host for."""


class Unit(Model):
    """A scalable unit: the hosts that one set of rail leaves serves."""

    hosts: Ids


class ClusterCapacity(Model):
    """For how many pods addresses and superspines are laid out; default: what is there."""

    pods: Count | None = None


class Capacity(Model):
    """For how much addresses, spines and ports are laid out; default: what is there."""

    units: Count | None = None
    hosts: Count | None = None
    """Hosts a unit."""


class Pod(Model):
    """Units behind one layer of spines."""

    units: dict[IdKey, Unit] = Field(min_length=1)
    """By id or range of ids."""
    capacity: Capacity = Capacity()


# --- RoCE ------------------------------------------------------------------------------------------


class StrictPriority(Model):
    """Strict priority with a ceiling, so that the class cannot starve the others."""

    cap: Annotated[Percent, Field(ge=1)] | None = None


def _strict(value: object) -> object:
    return {} if value is True else None if value is False else value


class RoceClass(Model):
    """A class of traffic. DSCP, traffic class, egress queue and PFC priority are four separate numbers."""

    dscp: list[Dscp] | Literal["rest"]
    """The code points of the class; ``rest``: all that no other class names."""
    traffic_class: Priority
    queue: Priority
    pfc_priority: Priority | None = None
    lossless: bool = False
    strict: Annotated[
        StrictPriority | None, BeforeValidator(_strict, json_schema_input_type=StrictPriority | bool | None)
    ] = None
    """``true``, or with a ``cap``; default: weighted scheduling."""
    bandwidth: Annotated[Percent, Field(ge=1)] | None = None
    """Share under weighted scheduling; default: what the other weighted classes leave, in equal parts."""


class Ecn(Model):
    """Marking thresholds of a queue."""

    min: Bytes
    max: Bytes
    probability: Annotated[Percent, Field(ge=1)]


class Watchdog(Model):
    """PFC watchdog: when a queue counts as stuck, and when it is given back."""

    detect: Milliseconds = 200
    restore: Milliseconds = 400
    poll: Milliseconds = 100
    action: Literal["drop", "forward"] = "drop"


class Roce(Model):
    """The RoCE policy of a fabric: a profile, and what is different from it."""

    profile: Literal["balanced", "throughput", "latency"] = "balanced"
    congestion_control: Literal["dcqcn", "none"] = "dcqcn"
    """``none``: PFC without marking."""
    classes: dict[Name, RoceClass] = {}
    """Each replaces the profile's class of that name, or adds one."""
    ecn: dict[Literal["leaf", "spine", "superspine", "router"], dict[SpeedKey, Ecn]] = {}
    """By role and port speed; default: the profile's thresholds for the speed."""
    watchdog: Watchdog | None = Watchdog()


# --- fabrics ----------------------------------------------------------------------------------------


class SwitchRole(SwitchBox):
    """What the switches of one tier are."""

    platform: Name
    mtu: Mtu | None = None
    """IP MTU; default: the fabric's."""
    ecmp: Annotated[int, Field(ge=1, le=512)] | None = None
    """Most equal-cost paths; default: what the topology has."""


def _links(value: object) -> object:
    return None if value == "unnumbered" else value


class Pools(Model):
    """Where addresses are taken from."""

    hosts: Subnet
    loopbacks: Subnet
    links: Annotated[
        Subnet | None, BeforeValidator(_links, json_schema_input_type=Subnet | Literal["unnumbered"] | None)
    ] = None
    """A subnet for /31s (RFC 3021), or ``unnumbered`` (IPv6 link-local, RFC 8950)."""
    host_loopbacks: Subnet | None = None
    """Of hosts that speak BGP (``attach: host-bgp``)."""


class AsnPlan(Model):
    """One AS a leaf, one a spine layer of a pod (RFC 7938), from private ranges (RFC 6996)."""

    base: Asn = 4_200_000_000
    """The spines of pod *p* have ``base + p``."""
    leaves: Asn | None = None
    """The first leaf's; default: ``base + 10000``, or ``base + 64`` in the two-byte range."""
    hosts: Asn | None = None
    """The first host's, where hosts speak BGP: one AS a host; default: ``base + 1000000``. The two-byte range is too
    small for a default."""


class Bfd(Model):
    """Failure detection on fabric links; 1 s x 3 or slower where PFC storms must not look like failures."""

    interval: Annotated[Milliseconds, Field(ge=50, le=60_000)] = 300
    multiplier: Annotated[int, Field(ge=3, le=50)] = 3


class External(Model):
    """A link from a leaf to a router that is not netgen's, and what BGP says over it; its key is that router's name."""

    leaf: Name
    interface: Line
    """A port of the leaf that nothing else is cabled to, as its vendor calls it."""
    subnet: Subnet
    """Of the link: a /30 or a /31."""
    address: Address
    """The leaf's; the neighbour has the other one."""
    asn: Asn
    """The neighbour's."""
    accept: list[Subnet] = Field(min_length=1)
    """Prefixes that are taken from it, exactly; the whole fabric hears of them, and its hosts use them."""
    maximum_prefixes: Count = 1000
    """More prefixes than this take the session down."""


class ClusterNaming(Naming):
    """How devices are called, where a fabric does not say otherwise."""

    host: NamePattern = "pod{pod}-su{unit}-host{host}"


class Fabric(Network[SwitchRole]):
    """One Ethernet network that the hosts share."""

    kind: Literal["rail-optimized", "fat-tree", "rail-only", "single-tier", "dragonfly", "dragonfly-plus", "explicit"]
    technology: Literal["ethernet"] = "ethernet"
    pools: Pools
    asn: AsnPlan = AsnPlan()
    mtu: Mtu = 9000
    """IP MTU in bytes, at both ends of every link."""
    attach: Literal["routed-31", "svi", "bond", "host-bgp"] = "routed-31"
    """How hosts are attached. ``routed-31``: one /31 a NIC; the leaf is the gateway and announces one aggregate.
    ``svi``: the NICs of a leaf share a VLAN, that of its rail, and a subnet; the leaf is its gateway.
    ``bond``: as ``svi``, and all NICs of a host are one LACP bundle with one address.
    ``host-bgp``: as ``routed-31``, and each host announces a loopback of its own over all of its NICs by eBGP."""
    bfd: Bfd | None = Bfd()
    load_balancing: Literal["hash", "flowlet", "per-packet"] = "hash"
    """How equal-cost paths are chosen: by hash; by load for each flowlet; by load for each packet (adaptive routing),
    which the NICs must be able to put in order again."""
    roce: Roce | None = None
    externals: dict[Name, External] = {}


def technology(value: object) -> object:
    """Return the technology that a fabric says it is of; what says none is Ethernet."""
    return value.get("technology", "ethernet") if isinstance(value, dict) else getattr(value, "technology", "ethernet")


AnyFabric = Annotated[
    Annotated[Fabric, Tag("ethernet")] | Annotated[InfinibandFabric, Tag("infiniband")], Discriminator(technology)
]


class Intent(Model):
    """A whole cluster."""

    cluster: Name
    management: Management
    hosts: Hosts
    pods: dict[IdKey, Pod] = Field(min_length=1)
    """By id or range of ids."""
    nodes: dict[Name, Nodes] = {}
    """By what they are, which is in their names: ``store-1``."""
    capacity: ClusterCapacity = ClusterCapacity()
    networks: Annotated[dict[Name, AnyFabric], Field(alias="fabrics", min_length=1)]
    """One network each that hosts share; ``technology`` says whether of Ethernet or of InfiniBand."""
    naming: ClusterNaming = ClusterNaming()
    inventory: FileName | None = None
    """A CSV file of devices: name, serial, mac, address, rack, state, alias, os-version."""

    @cached_property
    def fabrics(self) -> dict[str, Fabric]:
        """The Ethernet fabrics."""
        return {name: one for name, one in self.networks.items() if isinstance(one, Fabric)}

    @cached_property
    def infiniband(self) -> dict[str, InfinibandFabric]:
        """The InfiniBand fabrics."""
        return {name: one for name, one in self.networks.items() if isinstance(one, InfinibandFabric)}


def _number(value: object) -> object:
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value


Number = Annotated[int, BeforeValidator(_number, json_schema_input_type=int), Field(ge=1, le=65_536)]
"""A number in a table, whose cells are text."""


class ListedSwitch(Model):
    """A switch of an explicit fabric; a row of its list."""

    name: Name
    role: Literal["leaf", "spine", "superspine"]
    id: Number
    """Within its role, and for ever: addresses and AS numbers follow from it."""
    pod: Number | None = None
    unit: Number | None = None
    """The first that it serves."""
    rail: Number | None = None
    plane: Number | None = None
    block: Number | None = None
    """Spines of a block share an AS number; default: their pod."""
    model: Name | None = None
    """Default: its tier's."""


class InventoryRow(Model):
    """What is known of one device that exists or will; a row of the inventory."""

    name: Name
    serial: Serial | None = None
    mac: Mac | None = None
    address: Address | None = None
    """On the management network; default: by arithmetic."""
    rack: Line | None = None
    state: Literal["planned", "active", "maintenance", "failed"] = "active"
    alias: Name | None = None
    """A legacy name that the device keeps."""
    os_version: OsVersion | None = None
