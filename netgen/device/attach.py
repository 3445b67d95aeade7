"""How hosts are attached to a fabric of Ethernet: routes of their NICs, bundles, and VLANs that they share."""

from msgspec import Struct

from netgen.record import Record

ROUTE_TABLES = 1000
"""A host's tables of routes, one a NIC or bundle, are numbered from here by place; the kernel's own are 253 to 255."""


class HostRoute(Struct):
    """A route of a host's NIC: to the pool of its fabric's hosts via the leaf."""

    address: int
    length: int
    via: int
    beyond: tuple[tuple[int, int], ...] = ()
    """Prefixes that are reached over the fabric and beyond it, address and length: via the same leaf."""


class Bond(Record):
    """Ports that are one link to one neighbour: a bundle by LACP (IEEE 802.1AX), active and at the fast rate."""

    number: int
    """On its device, from 1."""
    name: str
    """The vendor's name, such as ``Port-Channel1`` or ``bond0``."""
    members: tuple[str, ...]
    """Names of its ports."""
    mtu_bytes: int
    """IP MTU."""
    description: str | None
    """The neighbour and its bundle; ``None``: the neighbour is not built yet."""
    origin: str
    vlan: int | None = None
    """VLAN of an untagged switched bundle; ``None``: a host's, which has an address."""
    ipv4: int | None = None
    ipv4_length: int = 31
    route: HostRoute | None = None
    """Of a host's, as of a port of its own; ``None``: a switch's."""
    place: int = 1
    """Of its first port among the device's, from 1: a host's tables of routes count so."""

    @property
    def table(self) -> int:
        """Number of the host's table of routes for what is sent from it."""
        return ROUTE_TABLES + self.place


class Svi(Record):
    """A VLAN that switched ports share, and the routed interface that is its hosts' gateway."""

    vlan: int
    name: str
    """Such as ``rail1``."""
    ipv4: int
    ipv4_length: int
    mtu_bytes: int
    """IP MTU."""
    origin: str
