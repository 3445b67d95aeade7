"""A host's ports on InfiniBand fabrics."""

from dataclasses import dataclass

from netgen.cluster.infiniband import Membership, Partition


@dataclass(slots=True)
class Hca:
    """A port of a host's HCA."""

    name: str
    """Of the host's interface, such as ``ibp24s0``."""
    rdma: str
    """RDMA device, such as ``mlx5_0``."""
    port: int
    """Number on the HCA; counts from 1."""
    fabric: str
    slot: int
    speed_gbps: int
    guid: int | None
    """Of the port; ``None``: the list of GUIDs does not say."""
    enabled: bool
    partitions: tuple[tuple[Partition, Membership], ...]
    """That it is in, in the order of their P_Keys."""
    peer_device: str | None = None
    peer_port: str | None = None
    cable_m: int | None = None
