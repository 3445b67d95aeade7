"""What is plugged where: the cables as they are now, which need not be as they were laid."""

from collections.abc import Iterable

from msgspec import Struct, field

from netgen.lab.errors import LabError
from netgen.lab.spec import LabCable, LabSpec

Port = tuple[str, str]
"""A node and one of its ports."""


class Cabling(Struct):
    """The cables of a running lab.

    Parameters
    ----------
    far
        For each plugged port the port at the other end of its cable, so each cable twice.
    pulled
        Ports whose cable is pulled: both ends of it, and it will go back to the same ports.
    """

    far: dict[Port, Port] = field(default_factory=dict)
    pulled: set[Port] = field(default_factory=set)


def as_laid(spec: LabSpec) -> Cabling:
    """Plug all cables of a lab in as they were laid."""
    cabling = Cabling()
    for cable in spec.cables:
        a, b = ends(cable)
        cabling.far[a], cabling.far[b] = b, a
    return cabling


def ends(cable: LabCable) -> tuple[Port, Port]:
    """Return both ends of a cable."""
    return (cable.a_node, cable.a_port), (cable.b_node, cable.b_port)


def far_end(cabling: Cabling, port: Port) -> Port:
    """Return the other end of a port's cable.

    Raises
    ------
    LabError
        There is no cable in it.
    """
    try:
        return cabling.far[port]
    except KeyError:
        raise LabError(f"no cable is in {show(port)}") from None


def pull(cabling: Cabling, ports: Iterable[Port]) -> None:
    """Pull the cables of some ports; a cable that is pulled already stays so."""
    for port in ports:
        cabling.pulled |= {port, far_end(cabling, port)}


def push(cabling: Cabling, ports: Iterable[Port]) -> None:
    """Put the cables of some ports back."""
    for port in ports:
        cabling.pulled -= {port, far_end(cabling, port)}


def swap(cabling: Cabling, a: Port, b: Port) -> tuple[Port, ...]:
    """Exchange the cables of two ports, plug them in, and return the four ports that this concerns.

    Raises
    ------
    LabError
        One of them has no cable, or both are ends of the same one.
    """
    far_a, far_b = far_end(cabling, a), far_end(cabling, b)
    if far_a == b:
        raise LabError(f"{show(a)} and {show(b)} are the two ends of one cable: there is nothing to swap")
    for near, far in ((a, far_b), (b, far_a)):
        cabling.far[near], cabling.far[far] = far, near
    touched = (a, far_b, b, far_a)
    cabling.pulled -= set(touched)
    return touched


def cables(cabling: Cabling) -> list[tuple[Port, Port]]:
    """Return every cable once, pulled or not, sorted."""
    return sorted((near, far) for near, far in cabling.far.items() if near < far)


def misplugged(cabling: Cabling, spec: LabSpec) -> list[tuple[Port, Port]]:
    """Return the cables that are plugged otherwise than laid."""
    laid = {frozenset(ends(cable)) for cable in spec.cables}
    return [cable for cable in cables(cabling) if frozenset(cable) not in laid]


def show(port: Port) -> str:
    """Write a port as ``node:port``."""
    return ":".join(port)
