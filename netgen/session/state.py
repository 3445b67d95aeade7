"""What a device says of its state, alike for all platforms."""

from netgen.record import Record


class LldpNeighbour(Record, order=True):
    """Who is heard at a port."""

    port: str
    """Own port."""
    device: str
    """The name that the neighbour gives itself."""
    device_port: str


class BgpSession(Record, order=True):
    """One BGP session."""

    peer: str
    """Address of the neighbour, or the port's name where the session is unnumbered and the device calls it so."""
    port: str | None
    """Own port of an unnumbered session."""
    vrf: str
    remote_asn: int
    enabled: bool
    """Whether it is not shut down by configuration."""
    established: bool


class Interface(Record, order=True):
    """One interface."""

    name: str
    enabled: bool
    up: bool
    mtu_bytes: int
    """As the device shows it, in the platform's own meaning."""


class NextHop(Record, order=True):
    """One way out."""

    address: str
    """Empty where the route is connected."""
    port: str


class Route(Record, order=True):
    """A route and its equal-cost next hops."""

    prefix: str
    next_hops: tuple[NextHop, ...]
