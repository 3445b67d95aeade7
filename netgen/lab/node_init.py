"""The first process of a node: makes the node's world, starts its daemons, then does what it is told.

It is process 1 of a PID namespace: when it ends, the kernel ends everything in the node, and with the last
process go the network namespace, the cables' ends and the mounts. It ends when the supervisor does, because
their socket is then closed.

Started by `netgen.lab.node` as ``unshare … python -m netgen.lab.node_init DESCRIPTOR`` with the descriptor of
that socket; its standard output and error are the node's log.
"""

import contextlib
import os
import signal
import socket
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from msgspec import convert

from netgen.lab import daemons, filesystem, node_files, wire
from netgen.lab.errors import LabError
from netgen.lab.node_files import NodeIdentity
from netgen.lab.subnet import MANAGER
from netgen.lab.wire import Message

_HOST_KEY = Path("/etc/ssh/ssh_host_ed25519_key")
_SSHD = "/usr/sbin/sshd"

#: Orphans of the node become our children; those that have ended are buried this often.
_BURY_EVERY_S = 5.0


def main(descriptor: int) -> None:
    """Make the node and serve it until the supervisor is gone."""
    channel = socket.socket(fileno=descriptor)
    channel.set_inheritable(False)
    with contextlib.suppress(wire.Closed):
        first, _ = wire.receive(channel)
        identity = convert(first, NodeIdentity)
        _answer(channel, partial(_isolate, identity))
        _serve(channel, identity)


def _isolate(identity: NodeIdentity) -> Message:
    os.chdir("/")
    os.umask(0o022)
    socket.sethostname(identity.name)
    filesystem.isolate()
    node_files.write(identity)
    return {}


def _serve(channel: socket.socket, identity: NodeIdentity) -> None:
    channel.settimeout(_BURY_EVERY_S)
    while True:
        _bury()
        try:
            request, descriptor = wire.receive(channel)
        except TimeoutError:
            continue
        if descriptor is not None:
            _session(descriptor)
            continue
        operation = _OPERATIONS[request["operation"]]
        _answer(channel, partial(operation, identity, request))


def _answer(channel: socket.socket, work: Callable[[], Message]) -> None:
    try:
        reply = work()
    except LabError as error:
        reply = {"error": str(error)}
    except OSError as error:
        reply = {"error": error.strerror or str(error)}
    wire.send(channel, reply)


def _bury() -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass


def _session(connection: int) -> None:
    """Let sshd serve one connection; it is a child of ours and lives in the node."""
    actions = [(os.POSIX_SPAWN_DUP2, connection, 0), (os.POSIX_SPAWN_DUP2, connection, 1)]
    os.posix_spawn(_SSHD, [_SSHD, "-i", "-e"], daemons.ENVIRONMENT, file_actions=actions, setsid=True)
    os.close(connection)


def _boot(identity: NodeIdentity, _: Message) -> Message:
    """Start everything; the answer has the public host key."""
    ports = "".join(f"link set dev {port} up\n" for port in ("lo", *node_files.all_ports(identity)))
    addresses = "".join(f"address add {address} dev {port}\n" for port, address in identity.addresses.items())
    Path("/run/ports").write_text(ports + addresses)
    daemons.run("ip", "-batch", "/run/ports")
    Path("/run/ports").unlink()
    daemons.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", identity.name, "-f", str(_HOST_KEY))
    daemons.start_all(identity.kind, identity.environment)
    return {"host_key": _HOST_KEY.with_suffix(".pub").read_text()}


def _status(identity: NodeIdentity, _: Message) -> Message:
    return {"daemons": {name: daemons.is_running(name) for name in daemons.names(identity.kind)}}


def _kill_daemon(identity: NodeIdentity, request: Message) -> Message:
    daemons.kill(identity.kind, request["daemon"])
    return {}


def _start_daemon(identity: NodeIdentity, request: Message) -> Message:
    daemons.start(identity.kind, request["daemon"], identity.environment)
    return {}


def _configure(identity: NodeIdentity, request: Message) -> Message:
    """Type lines into the configuration, as somebody at the console would."""
    if identity.kind == MANAGER:
        daemons.add_partitions(request["lines"])
        return {}
    if identity.kind != "frr":
        raise LabError(f"{identity.name} is no router: there is no configuration terminal")
    commands = [word for line in ("configure terminal", *request["lines"]) for word in ("-c", line)]
    daemons.run("vtysh", *commands)
    return {}


def _serial(_: NodeIdentity, request: Message) -> Message:
    node_files.serial(request["serial"])
    return {}


def _signal_sessions(_: NodeIdentity, request: Message) -> Message:
    """Cut (KILL), freeze (STOP) or thaw (CONT) the SSH sessions; what they started in the background lives on."""
    daemons.signal_all("sshd", signal.Signals[request["signal"]])
    return {}


_OPERATIONS: dict[str, Callable[[NodeIdentity, Message], Message]] = {
    "boot": _boot,
    "status": _status,
    "kill-daemon": _kill_daemon,
    "start-daemon": _start_daemon,
    "configure": _configure,
    "serial": _serial,
    "signal-sessions": _signal_sessions,
}

if __name__ == "__main__":
    main(int(sys.argv[1]))
