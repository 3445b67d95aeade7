"""What a verification found."""

from collections.abc import Mapping
from enum import StrEnum

from msgspec import field

from netgen.record import Record
from netgen.session.state import BgpSession, Interface, LldpNeighbour, Route


class Check(StrEnum):
    """What is checked."""

    REACHABLE = "reachable"
    CABLING = "cabling"
    INTERFACE = "interface"
    SESSION = "session"
    PATHS = "paths"
    MANAGER = "manager"
    ENGINE = "engine"
    PARTITIONS = "partitions"
    PAIRS = "pairs"
    ROUTES = "routes"
    CIRCLES = "circles"


class State(Record):
    """What one device said of itself."""

    lldp: tuple[LldpNeighbour, ...]
    bgp: tuple[BgpSession, ...]
    interfaces: tuple[Interface, ...]
    routes: tuple[Route, ...]
    unanswered: Mapping[Check, str] = field(default_factory=dict)
    """Why it could not be asked for what a check needs, such as a daemon that does not run; that check is left out."""


class Problem(Record, order=True):
    """Something that is not as it should be."""

    device: str
    check: Check
    port: str
    """Empty where no port is meant."""
    message: str


class Report(Record):
    """The result.

    Parameters
    ----------
    cluster
        Its name.
    checked
        How much of each kind was looked at.
    problems
        What is wrong; sorted.
    expected_down
        Links that are down because a device at an end is planned or failed, or the intent shuts them; in words.
    absent
        Devices that are not expected to be there; sorted.
    unmanaged
        How many devices were not asked, for each reason why.
    notes
        What could not be judged, in words.
    """

    cluster: str
    checked: dict[Check, int]
    problems: tuple[Problem, ...]
    expected_down: tuple[str, ...]
    absent: tuple[str, ...]
    unmanaged: dict[str, int]
    notes: tuple[str, ...] = ()
