"""What a device says of its state, alike for all platforms."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class LldpNeighbour:
    """Who is heard at a port."""

    port: str
    """Own port."""
    device: str
    """The name that the neighbour gives itself."""
    device_port: str


@dataclass(frozen=True, slots=True, order=True)
class BgpSession:
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


@dataclass(frozen=True, slots=True, order=True)
class Interface:
    """One interface."""

    name: str
    enabled: bool
    up: bool
    mtu_bytes: int
    """As the device shows it, in the platform's own meaning."""


@dataclass(frozen=True, slots=True, order=True)
class NextHop:
    """One way out."""

    address: str
    """Empty where the route is connected."""
    port: str


@dataclass(frozen=True, slots=True, order=True)
class Route:
    """A route and its equal-cost next hops."""

    prefix: str
    next_hops: tuple[NextHop, ...]
