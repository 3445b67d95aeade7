"""What of an InfiniBand fabric is checked, and the names of what is found there."""

from collections.abc import Mapping, Sequence

from netgen.record import Record
from netgen.verify.infiniband.found import End, Network

MOST_NAMED = 3
"""So many of what is alike are named; the others are counted."""


class Names(Record):
    """What nodes and ports are called.

    Parameters
    ----------
    network
        As it was found.
    devices
        Names of devices by the GUIDs of their nodes, as the intent says.
    ports
        Names of ports by their ends, likewise.
    """

    network: Network
    devices: Mapping[int, str]
    ports: Mapping[End, str]

    def device(self, guid: int) -> str:
        """Return the name of a device; one that the intent does not know goes by what it says, and its GUID."""
        if guid in self.devices:
            return self.devices[guid]
        node = self.network.nodes.get(guid)
        return f"{node.name} (0x{guid:016x})" if node is not None else f"0x{guid:016x}"

    def port(self, end: End) -> str:
        """Return the name of a port."""
        return self.ports.get(end, str(end[1]))

    def end(self, end: End) -> str:
        """Return a device and its port."""
        return f"{self.device(end[0])} {self.port(end)}"


def listed(names: Sequence[str], what: str) -> str:
    """Name the first of some, and count the others."""
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more:,} more {what}" if more > 0 else "")
