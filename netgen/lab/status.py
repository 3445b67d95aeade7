"""What a lab says of itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class NodeStatus:
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


@dataclass(frozen=True, slots=True)
class CableStatus:
    """A cable as it is plugged now; ends as ``node:port``."""

    a: str
    b: str
    pulled: bool


@dataclass(frozen=True, slots=True)
class LabStatus:
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


def from_json(directory: Path, data: Mapping[str, Any]) -> LabStatus:
    """Read what the supervisor said (`dataclasses.asdict` of a status without its directory)."""
    return LabStatus(
        name=data["name"],
        state=data["state"],
        directory=directory,
        supervisor=data["supervisor"],
        nodes=tuple(NodeStatus(**node) for node in data["nodes"]),
        cables=tuple(CableStatus(**cable) for cable in data["cables"]),
        faults=tuple(data["faults"]),
    )
