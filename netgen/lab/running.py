"""A running lab, as its supervisor holds it: built, asked after, taken down."""

import contextlib
import os
import socket
import subprocess
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from msgspec import Struct, field

from netgen.lab import access, addresses, attach, cabling, ibsim, node, node_files, panel, processes, simulators
from netgen.lab.access import Endpoint
from netgen.lab.attach import Attachment, SimulatedFabric
from netgen.lab.cabling import Cabling, Port
from netgen.lab.eos.server import Server
from netgen.lab.errors import LabError
from netgen.lab.journal import LOGS
from netgen.lab.node import Node
from netgen.lab.node_files import MANAGEMENT_PORT, SIMULATOR_PORT, NodeIdentity
from netgen.lab.panel import Panel
from netgen.lab.spec import LabNode, LabSpec, in_namespaces
from netgen.lab.status import CableStatus, LabStatus, NodeStatus
from netgen.record import replace

Say = Callable[[str], None]
_END_S = 30.0
_T = TypeVar("_T")


class Running(Struct):
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
        Their patch panel; ``None`` in a lab of simulated switches alone.
    simulated
        The simulated switches; ``None`` in a lab without.
    fabrics
        The simulated InfiniBand fabrics.
    cabling
        What is plugged where.
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
    simulated: Server | None = None
    fabrics: list[SimulatedFabric] = field(default_factory=list)
    cabling: Cabling = field(default_factory=Cabling)
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
    members = in_namespaces(lab.spec)
    switches = [member for member in lab.spec.nodes if member.kind == "eos"]
    _listen(lab, [*switches, *members], ports)
    lab.cabling = cabling.as_laid(lab.spec)
    if switches:
        say(f"starting {len(switches)} simulated switches")
        lab.simulated = simulators.start(lab.spec, lab.endpoints, lab.directory)
    if members:
        access.write_hosts(lab.directory, lab.endpoints, _bring_up_nodes(lab, members, say))
    access.write_connections(lab.directory, lab.endpoints, access.make_secrets(lab.directory, lab.spec.secrets))


def _bring_up_nodes(lab: Running, members: Collection[LabNode], say: Say) -> dict[str, str]:
    """Build the nodes in namespaces, and return their public host keys."""
    public_key = access.make_key(lab.directory)
    (lab.directory / LOGS).mkdir(mode=0o700)
    lab.panel = panel.start(os.environ)
    say(f"starting {len(members)} nodes in namespaces of their own")
    ways = attach.attachments(lab.spec)
    _start(lab, members, public_key, ways)
    say(f"laying {len(lab.spec.cables)} cables")
    _cable(lab, lab.panel, ways)
    lab.fabrics = attach.start(lab.spec, lab.cabling, lab.panel, lab.directory, say)
    say("starting their daemons")
    return _boot(lab, ways)


def take_down(lab: Running) -> None:
    """End every process of the lab; their namespaces, cables and mounts go with them.

    A node has gone when its first process has: the launcher outside ends before it, and the kernel ends everything in
    the node before that.
    """
    inits = _handles(lab.nodes.values())
    for member in lab.nodes.values():
        member.channel.close()
        member.process.kill()
    held = [member.process for member in lab.nodes.values()]
    if lab.panel is not None:
        lab.panel.process.kill()
        held.append(lab.panel.process)
    for fabric in lab.fabrics:
        for process in (fabric.simulator.process, fabric.relay):
            process.kill()
            held.append(process)
    deadline = time.monotonic() + _END_S
    for process in held:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(max(0.0, deadline - time.monotonic()))
    for handle in inits:
        processes.wait_for(handle, max(0.0, deadline - time.monotonic()))
        os.close(handle)
    for listener in lab.listeners.values():
        listener.close()
    if lab.simulated is not None:
        lab.simulated.stop()


def _handles(members: Iterable[Node]) -> list[int]:
    """Return handles of the first processes of nodes that live."""
    found = []
    for member in members:
        with contextlib.suppress(LabError, OSError):
            found.append(os.pidfd_open(node.init_pid(member)))
    return found


def rewire(lab: Running, ports: Iterable[Port]) -> None:
    """Make the cables of some ports what `Running.cabling` says by now.

    Raises
    ------
    LabError
        The kernel refused.
    """
    touched = tuple(dict.fromkeys(ports))
    if lab.panel is not None:
        panel.wire(lab.panel, lab.cabling, touched)
    if lab.simulated is not None:
        simulators.lay(lab.simulated, lab.cabling)
    for fabric in lab.fabrics:
        ibsim.wire(fabric.simulator, lab.cabling, touched)


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
    if lab.simulated is not None:
        for name in lab.simulated.fabric.names():
            daemons[name] = simulators.daemons(lab.simulated, name)
    return LabStatus(
        name=lab.spec.name,
        state="up",
        directory=lab.directory,
        supervisor=os.getpid(),
        nodes=tuple(_node_status(lab, member, daemons) for member in sorted(lab.spec.nodes, key=lambda one: one.name)),
        cables=tuple(
            CableStatus(cabling.show(a), cabling.show(b), a in lab.cabling.pulled)
            for a, b in cabling.cables(lab.cabling)
        ),
        faults=tuple(lab.faults.values()),
    )


def _node_status(lab: Running, member: LabNode, daemons: Mapping[str, dict[str, bool]]) -> NodeStatus:
    endpoint = lab.endpoints.get(member.name)
    if endpoint is None:
        return NodeStatus(member.name, member.kind, "", 0, "passive")
    running = daemons.get(member.name, {})
    if not running:
        state = "dead"
    elif not _answers(lab, member.name):
        state = "unreachable"
    else:
        state = "up" if all(running.values()) else "degraded"
    return NodeStatus(member.name, member.kind, endpoint.address, endpoint.port, state, running)


def _answers(lab: Running, name: str) -> bool:
    if lab.simulated is not None and name not in lab.nodes:
        return lab.simulated.fabric.reachable(name)
    return name not in lab.refusing | lab.silent


def _listen(lab: Running, members: Iterable[LabNode], ports: dict[str, int]) -> None:
    """Find every device an address, and listen there for the nodes; simulated switches listen for themselves."""
    kinds = {member.name: member.kind for member in members}
    bound = addresses.listen(str(lab.directory), kinds, {name: ports[kind] for name, kind in kinds.items()})
    for name, listener in bound.items():
        address, port = listener.getsockname()
        lab.endpoints[name] = Endpoint(name, kinds[name], address, port)
        if kinds[name] == "eos":
            listener.close()
        else:
            lab.listeners[name] = listener


def _start(lab: Running, members: Iterable[LabNode], public_key: str, ways: Mapping[str, Attachment]) -> None:
    def begin(member: LabNode) -> None:
        identity = NodeIdentity(member.name, member.kind, member.serial, member.model, member.ports, public_key)
        if (way := ways.get(member.name)) is not None:
            identity = replace(
                identity,
                ports=(*member.ports, SIMULATOR_PORT),
                addresses={SIMULATOR_PORT: way.node},
                environment=way.environment,
            )
        log = lab.directory / LOGS / f"{member.name}.log"
        lab.nodes[member.name] = node.start(identity, log, os.environ)

    _in_turn(members, begin, lambda member: node.answer(lab.nodes[member.name]))


def _cable(lab: Running, board: Panel, ways: Mapping[str, Attachment]) -> None:
    ports: dict[Port, int] = {}
    for name, member in lab.nodes.items():
        pid = node.init_pid(member)
        ports |= {(name, port): pid for port in node_files.all_ports(member.identity)}
    management = [(name, MANAGEMENT_PORT) for name in lab.nodes if (name, MANAGEMENT_PORT) not in lab.cabling.far]
    own = {(name, SIMULATOR_PORT): way.panel for name, way in ways.items()}
    panel.build(board, ports, live=[*management, *own], own=own)
    panel.wire(board, lab.cabling, lab.cabling.far)


def _boot(lab: Running, ways: Iterable[str]) -> dict[str, str]:
    """Boot all nodes, subnet managers last and by their rank, and return their public host keys.

    One that finds a master of lower rank sends a trap and waits for an answer, which ibsim drops
    (ibsim/sim_mad.c, process_packet): it would wait for ever.
    """
    host_keys: dict[str, str] = {}

    def finish(name: str) -> None:
        host_keys[name] = node.answer(lab.nodes[name])["host_key"]

    def begin(name: str) -> None:
        node.request(lab.nodes[name], "boot")

    managers = tuple(ways)
    _in_turn([name for name in lab.nodes if name not in managers], begin, finish)
    for name in managers:
        begin(name)
        finish(name)
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
