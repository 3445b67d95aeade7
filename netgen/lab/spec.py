"""What a lab is asked to be: nodes and the cables between them, as laid."""

from netgen.lab.subnet import MANAGER, SWITCH, LabSubnet
from netgen.record import Record

SIMULATED = ("eos", SWITCH)
"""Kinds of switches that live in no namespace: no frame of a host would ever reach them."""


class LabNode(Record):
    """One device of the lab.

    Parameters
    ----------
    name
        Its hostname.
    kind
        ``eos`` (simulated switch), ``ib-switch`` (switch of a simulated InfiniBand fabric); in a network namespace
        ``frr`` (switch), ``host``, or ``opensm`` (host with a subnet manager).
    serial, os_version, model
        What the device says of itself.
    ports
        The names of all its data ports, after breakout, cabled or not; but for those of channel adapters, which
        are in the lab's subnets.
    """

    name: str
    kind: str
    serial: str
    os_version: str
    model: str
    ports: tuple[str, ...]


class LabCable(Record, order=True):
    """A cable between two ports."""

    a_node: str
    a_port: str
    b_node: str
    b_port: str


class LabSpec(Record):
    """A whole lab.

    Parameters
    ----------
    name
        The cluster's.
    nodes, cables
        What it consists of.
    secrets
        Names of the secrets that the intent refers to: the lab makes one up for each.
    subnets
        InfiniBand fabrics; their cables are among the others.
    """

    name: str
    nodes: tuple[LabNode, ...]
    cables: tuple[LabCable, ...]
    secrets: tuple[str, ...] = ()
    subnets: tuple[LabSubnet, ...] = ()


def in_namespaces(spec: LabSpec) -> tuple[LabNode, ...]:
    """Return the nodes that live in network namespaces.

    Those are the FRR switches, the subnet managers and the hosts, but for hosts that are cabled to simulated switches
    alone: no frame would ever reach them, so they are only the ends of their cables.
    """
    simulated = {node.name for node in spec.nodes if node.kind in SIMULATED}
    far: dict[str, set[str]] = {}
    for cable in spec.cables:
        far.setdefault(cable.a_node, set()).add(cable.b_node)
        far.setdefault(cable.b_node, set()).add(cable.a_node)
    passive = {name for name, peers in far.items() if peers <= simulated}
    return tuple(
        node
        for node in spec.nodes
        if node.kind in {"frr", MANAGER} or (node.kind == "host" and node.name not in passive)
    )
