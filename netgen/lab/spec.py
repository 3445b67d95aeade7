"""What a lab is asked to be: nodes and the cables between them, as laid."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LabNode:
    """One device of the lab.

    Parameters
    ----------
    name
        Its hostname.
    kind
        ``eos`` (simulated switch), ``frr`` (switch in a network namespace) or ``host`` (host in a network
        namespace).
    serial, os_version, model
        What the device says of itself.
    ports
        The names of all its data ports, after breakout, cabled or not.
    """

    name: str
    kind: str
    serial: str
    os_version: str
    model: str
    ports: tuple[str, ...]


@dataclass(frozen=True, slots=True, order=True)
class LabCable:
    """A cable between two ports."""

    a_node: str
    a_port: str
    b_node: str
    b_port: str


@dataclass(frozen=True, slots=True)
class LabSpec:
    """A whole lab; its name is the cluster's."""

    name: str
    nodes: tuple[LabNode, ...]
    cables: tuple[LabCable, ...]
