"""Addresses and AS numbers by arithmetic on indices, so that growth within the capacity changes none.

Hosts: each leaf has an aligned block, which is what it announces. Routed links take a /31 of it (RFC 3021) a host
slot, the leaf's end first; hosts that share a VLAN take an address each, behind the leaf's, which is the first.
Loopbacks: leaves from the beginning of the pool, spines from its middle. Links: a /31 an uplink, the spine's end
first. AS numbers: one a leaf, one a spine layer of a pod (RFC 7938). Hosts that speak BGP have a loopback and an AS
number each, by their index.
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
    shared
        Whether a leaf's hosts share its block as one subnet, with the leaf's address as the gateway of all.
    uplinks
        Uplinks of a leaf.
    spine_asn
        Of the first pod's spines.
    leaf_asn
        Of the first leaf.
    host_loopbacks
        Pool of the loopbacks of hosts that speak BGP; ``None``: they do not.
    host_asn
        Of the first host, where they do.
    """

    hosts: Pool
    loopbacks: Pool
    links: Pool | None
    block: int
    shared: bool
    uplinks: int
    spine_asn: int
    leaf_asn: int
    host_loopbacks: Pool | None = None
    host_asn: int = 0

    def leaf_loopback(self, leaf: int) -> int:
        """Loopback of a leaf by its index; the pool's first address stays free."""
        return self.loopbacks.address + 1 + leaf

    def spine_loopback(self, spine: int) -> int:
        """Loopback of a spine by its index."""
        return self.loopbacks.address + self.loopbacks.size // 2 + 1 + spine

    def host_loopback(self, host: int) -> int | None:
        """Loopback of a host by its index; the pool's first address stays free. ``None``: it speaks no BGP."""
        return None if self.host_loopbacks is None else self.host_loopbacks.address + 1 + host

    def host_block(self, leaf: int) -> tuple[int, int]:
        """Address and prefix length of the block of a leaf's hosts."""
        return self.hosts.address + leaf * self.block, 33 - self.block.bit_length()

    def gateway(self, leaf: int, slot: int) -> int:
        """Address that a leaf has towards the host of a slot."""
        return self.host_block(leaf)[0] + (1 if self.shared else 2 * slot)

    def host(self, leaf: int, slot: int) -> int:
        """Address of the NIC behind a host slot of a leaf."""
        return self.gateway(leaf, slot) + 1 + (slot if self.shared else 0)

    @property
    def host_length(self) -> int:
        """Prefix length of a NIC's address."""
        return 33 - self.block.bit_length() if self.shared else 31

    def uplink(self, leaf: int, uplink: int) -> int | None:
        """Address of the spine's end of an uplink; the leaf's is the next. ``None``: unnumbered."""
        return None if self.links is None else self.links.address + 2 * (leaf * self.uplinks + uplink)


def block_size(host_slots: int, *, shared: bool) -> int:
    """Addresses of a leaf's host block, rounded up to a power of two.

    A /31 a slot; or, where the hosts share a subnet, an address each, the gateway's, the network's and the broadcast's.
    """
    needed = host_slots + 3 if shared else 2 * host_slots
    return 1 << (needed - 1).bit_length()
