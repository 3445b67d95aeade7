"""The GUIDs of an InfiniBand fabric: a CSV file, or what ibnetdiscover prints, told apart by content."""

from collections.abc import Mapping

from msgspec import field

from netgen.record import Record


class ListedPort(Record):
    """A port of an HCA; a row of the list."""

    device: str
    hca: str
    port: int
    guid: int
    node_guid: int
    row: str
    """Key of the row below the list's path in the intent."""


class SeenLink(Record):
    """A cable at a switch, as ibnetdiscover saw it; nodes by their GUIDs, ports by their numbers."""

    guid: int
    """Of the switch."""
    port: int
    peer: int
    peer_port: int


class GuidTable(Record):
    """What a list of GUIDs says; each port once, and each switch."""

    ports: tuple[ListedPort, ...] = ()
    switches: Mapping[str, int] = field(default_factory=dict)
    """Node GUIDs by name."""
    rows: Mapping[str, str] = field(default_factory=dict)
    """Keys of the switches' rows, by name."""
    links: tuple[SeenLink, ...] = ()
    """Cables, where the list has them."""
