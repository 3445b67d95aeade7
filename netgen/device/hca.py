"""A host's ports on InfiniBand fabrics."""

from collections.abc import Iterable

from msgspec import Struct

from netgen.cluster.infiniband import DEFAULT_PKEY, FULL_MEMBER, Membership, Partition


class Hca(Struct):
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

    @property
    def first(self) -> Partition | None:
        """The partition whose P_Key has index 0 of its table, if that is not the default one."""
        return next((partition for partition, _ in self.partitions if partition.index0), None)

    @property
    def children(self) -> tuple[int, ...]:
        """P_Keys of its interfaces of IP over InfiniBand beside the main one, which has that of index 0.

        With the bit of full members, whatever the port is: the kernel takes no others (ip-link(8), ``ipoib``), for
        all members share a broadcast group.
        """
        main = DEFAULT_PKEY if self.first is None else self.first.pkey
        return tuple(
            FULL_MEMBER | partition.pkey
            for partition, _ in self.partitions
            if partition.ipoib and partition.pkey != main
        )


def common_first(hcas: Iterable[Hca]) -> Partition | None:
    """Return the partition that has index 0 at all of some ports; ``None``: the default one, or several have it."""
    found = {hca.first.pkey if hca.first else DEFAULT_PKEY: hca.first for hca in hcas}
    return next(iter(found.values())) if len(found) == 1 else None
