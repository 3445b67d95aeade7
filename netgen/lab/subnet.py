"""What of a lab is InfiniBand: GUIDs of what stands at the ends of its cables."""

from dataclasses import dataclass

MANAGER = "opensm"
"""Kind of the nodes that run a subnet manager, in namespaces of their own."""
SWITCH = "ib-switch"
"""Kind of switches of InfiniBand, which are simulated."""


@dataclass(frozen=True, slots=True)
class LabAdapter:
    """A port of a host channel adapter.

    Parameters
    ----------
    node, port
        The end of a cable: a device of the lab, and what the port is called there.
    hca
        RDMA device, such as ``mlx5_0``.
    number
        Of the port on the adapter; counts from 1.
    node_guid, guid
        Of the adapter and of the port; 64 bits.
    """

    node: str
    port: str
    hca: str
    number: int
    node_guid: int
    guid: int


@dataclass(frozen=True, slots=True)
class LabSwitch:
    """A switch; its ports are those of the lab's node of this name, in the order of their numbers."""

    node: str
    guid: int
    numbers: tuple[int, ...] = ()
    """What a subnet manager calls the ports; empty: they count from 1."""


@dataclass(frozen=True, slots=True)
class LabSubnet:
    """An InfiniBand fabric.

    Parameters
    ----------
    name
        The fabric's.
    switches, adapters
        All of it that exists.
    """

    name: str
    switches: tuple[LabSwitch, ...]
    adapters: tuple[LabAdapter, ...]
