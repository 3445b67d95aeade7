"""A running lab, as its supervisor holds it: built, asked after, taken down."""

import contextlib
import os
import socket
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from netgen.lab import access, addresses, node, panel
from netgen.lab.access import Endpoint
from netgen.lab.errors import LabError
from netgen.lab.journal import LOGS
from netgen.lab.node import Node
from netgen.lab.node_files import NodeIdentity
from netgen.lab.panel import Panel
from netgen.lab.spec import LabCable, LabNode, LabSpec
from netgen.lab.status import CableStatus, LabStatus, NodeStatus

Say = Callable[[str], None]
_END_S = 5.0
_T = TypeVar("_T")


@dataclass(slots=True)
class Running:
    """Everything of a lab that is up or coming up.

    Parameters
    ----------
    spec, directory
        What it is, and where its files are.
    endpoints
        Where each device's management listens.
    listeners
        The listening sockets of the nodes in namespaces.
    nodes
        Those nodes.
    panel
        Their patch panel; ``None`` in a lab of simulators alone.
    refusing, silent
        Nodes whose management is down in either way.
    faults
        What is broken on purpose, in words, by what it was done to.
    """

    spec: LabSpec
    directory: Path
    endpoints: dict[str, Endpoint] = field(default_factory=dict)
    listeners: dict[str, socket.socket] = field(default_factory=dict)
    nodes: dict[str, Node] = field(default_factory=dict)
    panel: Panel | None = None
    refusing: set[str] = field(default_factory=set)
    silent: set[str] = field(default_factory=set)
    faults: dict[tuple[str, ...], str] = field(default_factory=dict)


def bring_up(lab: Running, ports: dict[str, int], say: Say) -> None:
    """Build the lab.

    Parameters
    ----------
    lab
        The lab, of which there is nothing yet.
    ports
        The TCP port of the management of each kind of device.
    say
        Takes a line of progress.

    Raises
    ------
    LabError
        Something could not be built; the message says what. What was built is still there.
    """
    _listen(lab, ports)
    public_key = access.make_key(lab.directory)
    members = [member for member in lab.spec.nodes if member.kind != "eos"]
    host_keys: dict[str, str] = {}
    if members:
        (lab.directory / LOGS).mkdir(mode=0o700)
        lab.panel = panel.start(os.environ)
        say(f"starting {len(members)} nodes in namespaces of their own")
        _start(lab, members, public_key)
        say(f"laying {len(lab.spec.cables)} cables")
        _cable(lab, lab.panel)
        say("starting their daemons")
        host_keys = _boot(lab)
    access.write_hosts(lab.directory, lab.endpoints, host_keys)
    access.write_connections(lab.directory, lab.endpoints)


def take_down(lab: Running) -> None:
    """End every process of the lab; their namespaces, cables and mounts go with them."""
    for member in lab.nodes.values():
        member.channel.close()
        member.process.kill()
    held = [member.process for member in lab.nodes.values()]
    if lab.panel is not None:
        lab.panel.process.kill()
        held.append(lab.panel.process)
    for process in held:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_END_S)
    for listener in lab.listeners.values():
        listener.close()


def describe(lab: Running) -> LabStatus:
    """Ask every node how it is."""
    asked = []
    for name, member in lab.nodes.items():
        with contextlib.suppress(LabError):
            node.request(member, "status")
            asked.append(name)
    daemons: dict[str, dict[str, bool]] = {}
    for name in asked:
        with contextlib.suppress(LabError):
            daemons[name] = node.answer(lab.nodes[name])["daemons"]
    return LabStatus(
        name=lab.spec.name,
        state="up",
        directory=lab.directory,
        supervisor=os.getpid(),
        nodes=tuple(_node_status(lab, name, daemons.get(name)) for name in sorted(lab.endpoints)),
        cables=_cables(lab),
        faults=tuple(lab.faults.values()),
    )


def _node_status(lab: Running, name: str, daemons: dict[str, bool] | None) -> NodeStatus:
    endpoint = lab.endpoints[name]
    if name in lab.nodes and daemons is None:
        state = "dead"
    elif name in lab.refusing | lab.silent:
        state = "unreachable"
    else:
        state = "up" if all((daemons or {}).values()) else "degraded"
    return NodeStatus(name, endpoint.kind, endpoint.address, endpoint.port, state, daemons or {})


def _cables(lab: Running) -> tuple[CableStatus, ...]:
    if lab.panel is None:
        return ()
    pairs = sorted({tuple(sorted(pair)) for pair in lab.panel.plugged.items()})
    return tuple(CableStatus(":".join(a), ":".join(b), a in lab.panel.pulled) for a, b in pairs)


def _listen(lab: Running, ports: dict[str, int]) -> None:
    kinds = {member.name: member.kind for member in lab.spec.nodes}
    lab.listeners = addresses.listen(str(lab.directory), kinds, {name: ports[kind] for name, kind in kinds.items()})
    for name, listener in lab.listeners.items():
        address, port = listener.getsockname()
        lab.endpoints[name] = Endpoint(name, kinds[name], address, port)


def _start(lab: Running, members: list[LabNode], public_key: str) -> None:
    def begin(member: LabNode) -> None:
        identity = NodeIdentity(member.name, member.kind, member.serial, member.model, member.ports, public_key)
        log = lab.directory / LOGS / f"{member.name}.log"
        lab.nodes[member.name] = node.start(identity, log, os.environ)

    _in_turn(members, begin, lambda member: node.answer(lab.nodes[member.name]))


def _cable(lab: Running, board: Panel) -> None:
    panel.build(board, {name: (node.init_pid(one), one.identity.ports) for name, one in lab.nodes.items()})
    panel.plug(board, [_ends(cable) for cable in lab.spec.cables if {cable.a_node, cable.b_node} <= lab.nodes.keys()])


def _ends(cable: LabCable) -> tuple[panel.Port, panel.Port]:
    return (cable.a_node, cable.a_port), (cable.b_node, cable.b_port)


def _boot(lab: Running) -> dict[str, str]:
    host_keys: dict[str, str] = {}

    def finish(name: str) -> None:
        host_keys[name] = node.answer(lab.nodes[name])["host_key"]

    _in_turn(list(lab.nodes), lambda name: node.request(lab.nodes[name], "boot"), finish)
    return host_keys


def _in_turn(items: Iterable[_T], begin: Callable[[_T], object], finish: Callable[[_T], object]) -> None:
    """Begin with each item and finish it, with no more than a few of them under way."""
    most = max(4, 2 * (os.cpu_count() or 1))
    under_way: list[_T] = []
    for item in items:
        if len(under_way) == most:
            finish(under_way.pop(0))
        begin(item)
        under_way.append(item)
    for item in under_way:
        finish(item)
