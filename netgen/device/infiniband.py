"""Devices of InfiniBand fabrics: switches, HCAs of hosts, and subnet managers, each of which views a whole fabric."""

from msgspec import Struct

from netgen.cluster.infiniband import Partition, QosPlan
from netgen.device.hca import Hca
from netgen.device.model import Node


class IbPort(Struct):
    """A port of an InfiniBand switch."""

    name: str
    """As the switch's front panel and its operating system call it."""
    number: int
    """Of the port as the subnet manager counts; from 1."""
    slot: int | None
    """Logical slot of the topology; ``None``: a spare port."""
    speed_gbps: int
    enabled: bool
    description: str | None
    peer_device: str | None = None
    peer_port: str | None = None
    cable_m: int | None = None
    fabric: str = ""
    link: str = ""
    """Roles of both ends, such as ``leaf-spine``; ``local`` and ``global`` between switches of one tier."""
    leads_up: bool = False
    """Whether it is the lower end of a cable between switches; within a tier, the first of both."""


class IbSwitch(Node):
    """A switch of an InfiniBand fabric; what it forwards, and to whom, is the subnet manager's."""

    ports: list[IbPort]
    guid: int | None
    """Of the node; ``None``: the list of GUIDs does not say."""


class SubnetManager(Node):
    """A node that manages a fabric, and so knows all of it; GUIDs as 64-bit integers, in order."""

    guid: int
    """Of the port that it manages the fabric over."""
    priority: int
    """0 to 15; the highest that lives is the master."""
    engine: str
    """Routing engine, such as ``ftree``."""
    partitions: tuple[Partition, ...]
    """The default one first, then by P_Key."""
    qos: QosPlan | None
    allow_both: bool
    """Whether a port may be full and limited member of a partition."""
    roots: tuple[int, ...]
    """Node GUIDs of the switches of the top tier."""
    compute: tuple[int, ...]
    """Port GUIDs of compute nodes."""
    io: tuple[int, ...]
    """Port GUIDs of storage and other nodes."""
    names: tuple[tuple[int, str], ...]
    """Node GUIDs and names of switches and HCAs."""
    adaptive_routing: bool
    sharp: bool
    hcas: tuple[Hca, ...] = ()
    """Its own ports on InfiniBand fabrics."""

    @property
    def default_level(self) -> int:
        """The service level of a path that no partition has one for: the default partition's."""
        return self.partitions[0].service_level or 0
