"""Addresses and AS numbers by arithmetic on indices, so that growth within the capacity changes none.

Hosts: each leaf has an aligned block, which is what it announces. Routed links take a /31 of it (RFC 3021) a host
slot, the leaf's end first; hosts that share a VLAN take an address each, behind the leaf's, which is the first.
Loopbacks: leaves and routers from the beginning of the pool, spines from its middle, superspines from its last quarter.
Links: a /31 an uplink, tier by tier, the upper end first; between switches of one tier that of the end which comes
first counts as its uplink, and the other end's stays free. AS numbers: one a leaf or router, one for the spines of a
block or group, one for all superspines (RFC 7938). Hosts that speak BGP have a loopback and an AS number each, by their
index.
"""

from collections.abc import Mapping

from msgspec import field

from netgen.record import Record


class Pool(Record):
    """An IPv4 pool as integers."""

    address: int
    length: int

    @property
    def size(self) -> int:
        """Number of addresses."""
        return int(2 ** (32 - self.length))


class AsBlock(Record):
    """AS numbers of a role: the first, and how many devices share each.

    Parameters
    ----------
    groups
        Of a listed role: which devices share one, by index; the group of each counts from 0.
    """

    first: int
    sharing: int = 1
    groups: Mapping[int, int] = field(default_factory=dict)


class LinkBlock(Record):
    """Addresses of the uplinks of a role: how many links come before the first, and how many a device has."""

    before: int
    uplinks: int


LOOPBACKS_FROM = {"router": 0, "leaf": 0, "spine": 2, "superspine": 3}
"""Quarter of the pool of loopbacks in which those of a role begin."""


class Numbers(Record):
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
        By the role of the lower end.
    asns
        By role; hosts are among them where they speak BGP.
    host_loopbacks
        Pool of the loopbacks of hosts that speak BGP; ``None``: they do not.
    bundled
        Whether all slots of a host at its leaf are one bundle.
    """

    hosts: Pool
    loopbacks: Pool
    links: Pool | None
    block: int
    shared: bool
    uplinks: Mapping[str, LinkBlock]
    asns: Mapping[str, AsBlock]
    host_loopbacks: Pool | None = None
    bundled: bool = False

    def asn(self, role: str, index: int) -> int:
        """AS number of a device by its index."""
        block = self.asns[role]
        return block.first + (block.groups.get(index, 0) if block.groups else index // block.sharing)

    def asn_range(self, role: str, count: int) -> range:
        """AS numbers of so many devices, from the lowest to the highest."""
        block = self.asns[role]
        highest = max(block.groups.values()) if block.groups else (count - 1) // block.sharing
        return range(block.first, block.first + highest + 1)

    def loopback(self, role: str, index: int) -> int:
        """Loopback of a switch by its index; the first address of each role's part of the pool stays free."""
        return self.loopbacks.address + self.loopbacks.size * LOOPBACKS_FROM[role] // 4 + 1 + index

    def host_loopback(self, host: int) -> int | None:
        """Loopback of a host by its index; the pool's first address stays free. ``None``: it speaks no BGP."""
        return None if self.host_loopbacks is None else self.host_loopbacks.address + 1 + host

    def host_block(self, leaf: int) -> tuple[int, int]:
        """Address and prefix length of the block of a leaf's hosts."""
        return self.hosts.address + leaf * self.block, 33 - self.block.bit_length()

    def gateway(self, leaf: int, slot: int) -> int:
        """Address that a leaf has towards the host of a slot."""
        return self.hosts.address + leaf * self.block + (1 if self.shared else 2 * slot)

    def host(self, leaf: int, slot: int) -> int:
        """Address of the NIC behind a host slot of a leaf."""
        return self.gateway(leaf, slot) + 1 + (slot if self.shared else 0)

    @property
    def host_length(self) -> int:
        """Prefix length of a NIC's address."""
        return 33 - self.block.bit_length() if self.shared else 31

    def bundle(self, first: int) -> int | None:
        """Number of a host's bundle at its leaf: that of its first slot there, from 1; ``None``: it has none."""
        return first + 1 if self.bundled else None

    def uplink(self, role: str, index: int, uplink: int) -> int | None:
        """Address of the upper end of an uplink of a device; the lower end's is the next. ``None``: unnumbered."""
        if self.links is None:
            return None
        block = self.uplinks[role]
        return self.links.address + 2 * (block.before + index * block.uplinks + uplink)


def block_size(host_slots: int, *, shared: bool) -> int:
    """Addresses of a leaf's host block, rounded up to a power of two.

    A /31 a slot; or, where the hosts share a subnet, an address each, the gateway's, the network's and the broadcast's.
    """
    needed = host_slots + 3 if shared else 2 * host_slots
    return 1 << (needed - 1).bit_length()
