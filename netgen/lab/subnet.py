"""What of a lab is InfiniBand: GUIDs of what stands at the ends of its cables."""

from netgen.record import Record

MANAGER = "opensm"
"""Kind of the nodes that run a subnet manager, in namespaces of their own."""
SWITCH = "ib-switch"
"""Kind of switches of InfiniBand, which are simulated."""


class LabAdapter(Record):
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


class LabSwitch(Record):
    """A switch.

    Parameters
    ----------
    node
        The lab's node, whose ports are its own.
    guid
        Of the node; 64 bits.
    numbers
        What the subnet manager calls those ports, in the same order; they count from 1, and may leave some out where
        ports are split.
    """

    node: str
    guid: int
    numbers: tuple[int, ...]


class LabSubnet(Record):
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
