"""What a lab says of itself."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import convert, field, to_builtins

from netgen.record import Record


class NodeStatus(Record):
    """One device of the lab.

    Parameters
    ----------
    name, kind
        As in the lab's specification.
    address, port
        Where its management listens.
    state
        ``up``; ``degraded`` (a daemon is down); ``unreachable`` (its management is); ``dead``.
    daemons
        Whether each of its daemons runs.
    """

    name: str
    kind: str
    address: str
    port: int
    state: str
    daemons: Mapping[str, bool] = field(default_factory=dict)


class CableStatus(Record):
    """A cable as it is plugged now; ends as ``node:port``."""

    a: str
    b: str
    pulled: bool


class LabStatus(Record):
    """A lab.

    Parameters
    ----------
    name
        The cluster's name.
    state
        ``up``; ``absent`` (there is none); ``killed`` (its remains are there, ``down`` removes them).
    directory
        Its state directory.
    supervisor
        Number of the supervisor's process; 0 if there is none.
    nodes, cables
        What it consists of, sorted by name.
    faults
        What was broken on purpose and not mended since, in words.
    """

    name: str
    state: str
    directory: Path
    supervisor: int = 0
    nodes: tuple[NodeStatus, ...] = ()
    cables: tuple[CableStatus, ...] = ()
    faults: tuple[str, ...] = ()

    def as_data(self) -> dict[str, Any]:
        """Return plain data, for `status_from_data`."""
        data: dict[str, Any] = to_builtins(self, enc_hook=str)
        return data


def status_from_data(data: Mapping[str, Any]) -> LabStatus:
    """Return the status that `LabStatus.as_data` made plain."""
    return convert(data, LabStatus, dec_hook=lambda _, path: Path(path))
