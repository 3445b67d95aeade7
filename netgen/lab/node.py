"""A node of the lab as the supervisor sees it: a process to start, and a socket to talk to it."""

import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct, to_builtins

from netgen.lab import wire
from netgen.lab.errors import LabError
from netgen.lab.node_files import NodeIdentity
from netgen.lab.wire import Message

_ANSWER_S = 120.0
_NAMESPACES = ("--net", "--uts", "--ipc", "--mount", "--pid")


class Node(Struct):
    """A running node.

    Parameters
    ----------
    identity
        What it was told to be.
    process
        The launcher outside its namespaces; its child is the node's first process.
    channel
        The socket to the first process.
    late
        How many answers are still to come that nobody waits for any more.
    """

    identity: NodeIdentity
    process: subprocess.Popen[bytes]
    channel: socket.socket
    late: int = 0


def start(identity: NodeIdentity, log: Path, environment: Mapping[str, str]) -> Node:
    """Start a node; it answers on its channel once when its file system is private (see `answer`).

    The launcher dies with the calling thread's process, and the node with the launcher, whatever they are doing.
    Call it from a thread that lives as long as the lab: the kernel takes that thread for the parent.

    Parameters
    ----------
    identity
        What it is to be.
    log
        File that takes its output.
    environment
        Its environment; it marks the process as part of this lab.
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    argv = ["setpriv", "--pdeathsig", "KILL", "unshare", *_NAMESPACES, "--fork", "--kill-child"]
    argv += [sys.executable, "-P", "-m", "netgen.lab.node_init", str(theirs.fileno())]
    with theirs, os.fdopen(os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)) as output:
        process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            pass_fds=[theirs.fileno()],
            env=dict(environment),
        )
    ours.settimeout(_ANSWER_S)
    node = Node(identity, process, ours)
    wire.send(ours, to_builtins(identity))
    return node


def init_pid(node: Node) -> int:
    """Return the process number, outside its namespaces, of the node's first process.

    Raises
    ------
    LabError
        The node has died.
    """
    pid = node.process.pid
    try:
        return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])
    except (FileNotFoundError, IndexError):
        raise LabError(f"{node.identity.name}: the node has died") from None


def ask(node: Node, operation: str, **arguments: object) -> Message:
    """Have a node do something and wait for its answer.

    Raises
    ------
    LabError
        The node refused, or is dead.
    """
    request(node, operation, **arguments)
    return answer(node)


def request(node: Node, operation: str, **arguments: object) -> None:
    """Tell a node to do something; its answer comes later.

    Raises
    ------
    LabError
        The node is dead, or does not listen.
    """
    _tell(node, {"operation": operation, **arguments})


def answer(node: Node) -> Message:
    """Wait for a node's next answer.

    Raises
    ------
    LabError
        The node could not do what it was told, or is dead, or says nothing.
    """
    try:
        for _ in range(node.late):
            wire.receive(node.channel)
            node.late -= 1
        reply, _ = wire.receive(node.channel)
    except wire.Closed:
        raise LabError(f"{node.identity.name}: the node has died") from None
    except TimeoutError:
        node.late += 1
        raise LabError(f"{node.identity.name}: no answer within {_ANSWER_S:.0f} s") from None
    if "error" in reply:
        raise LabError(f"{node.identity.name}: {reply['error']}")
    return reply


def hand_over(node: Node, connection: socket.socket) -> None:
    """Give an accepted management connection to the node's sshd, and close it here.

    Raises
    ------
    LabError
        The node is dead, or does not listen.
    """
    with connection:
        _tell(node, {"operation": "session"}, connection.fileno())


def _tell(node: Node, message: Message, descriptor: int | None = None) -> None:
    try:
        wire.send(node.channel, message, descriptor)
    except wire.Closed:
        raise LabError(f"{node.identity.name}: the node has died") from None
    except TimeoutError:
        raise LabError(f"{node.identity.name}: the node does not listen") from None
