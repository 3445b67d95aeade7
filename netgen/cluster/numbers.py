"""Addresses and AS numbers by arithmetic on indices, so that growth within the capacity changes none.

Host links: each leaf has an aligned block of /31s (RFC 3021), one a host slot, the leaf's end first; the block is
what the leaf announces. Loopbacks: leaves from the beginning of the pool, spines from its middle. Links: a /31 an
uplink, the spine's end first. AS numbers: one a leaf, one a spine layer of a pod (RFC 7938).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pool:
    """An IPv4 pool as integers."""

    address: int
    length: int

    @property
    def size(self) -> int:
        """Number of addresses."""
        return int(2 ** (32 - self.length))


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbering plan of a fabric.

    Parameters
    ----------
    hosts, loopbacks
        Pools.
    links
        Pool of the links between switches; ``None``: unnumbered.
    block
        Addresses of a leaf's host block, a power of two.
    uplinks
        Uplinks of a leaf.
    spine_asn
        Of the first pod's spines.
    leaf_asn
        Of the first leaf.
    """

    hosts: Pool
    loopbacks: Pool
    links: Pool | None
    block: int
    uplinks: int
    spine_asn: int
    leaf_asn: int

    def leaf_loopback(self, leaf: int) -> int:
        """Loopback of a leaf by its index; the pool's first address stays free."""
        return self.loopbacks.address + 1 + leaf

    def spine_loopback(self, spine: int) -> int:
        """Loopback of a spine by its index."""
        return self.loopbacks.address + self.loopbacks.size // 2 + 1 + spine

    def host_block(self, leaf: int) -> tuple[int, int]:
        """Address and prefix length of the block of a leaf's hosts."""
        return self.hosts.address + leaf * self.block, 33 - self.block.bit_length()

    def host_link(self, leaf: int, slot: int) -> int:
        """Address of the leaf's end of a host link; the host's is the next."""
        return self.hosts.address + leaf * self.block + 2 * slot

    def uplink(self, leaf: int, uplink: int) -> int | None:
        """Address of the spine's end of an uplink; the leaf's is the next. ``None``: unnumbered."""
        return None if self.links is None else self.links.address + 2 * (leaf * self.uplinks + uplink)


def block_size(host_slots: int) -> int:
    """Addresses of a leaf's host block: a /31 a slot, rounded up to a power of two."""
    return 1 << (2 * host_slots - 1).bit_length()
