"""The GUIDs of an InfiniBand fabric: a CSV file, or what ibnetdiscover prints, told apart by content."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ListedPort:
    """A port of an HCA; a row of the list."""

    device: str
    hca: str
    port: int
    guid: int
    node_guid: int
    row: str
    """Key of the row below the list's path in the intent."""


@dataclass(frozen=True, slots=True)
class SeenLink:
    """A cable at a switch, as ibnetdiscover saw it; nodes by their GUIDs, ports by their numbers."""

    guid: int
    """Of the switch."""
    port: int
    peer: int
    peer_port: int


@dataclass(frozen=True, slots=True)
class GuidTable:
    """What a list of GUIDs says; each port once, and each switch."""

    ports: tuple[ListedPort, ...] = ()
    switches: Mapping[str, int] = field(default_factory=dict)
    """Node GUIDs by name."""
    rows: Mapping[str, str] = field(default_factory=dict)
    """Keys of the switches' rows, by name."""
    links: tuple[SeenLink, ...] = ()
    """Cables, where the list has them."""
