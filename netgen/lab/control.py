"""The supervisor's control socket: one JSON line asks, one JSON line answers."""

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from netgen.lab.errors import LabError
from netgen.lab.journal import CONTROL

_ASK_S = 180.0
_LISTEN_S = 2.0
_MAX_BYTES = 1 << 20


def ask(directory: Path, operation: str, **arguments: object) -> dict[str, Any]:
    """Ask the supervisor of the lab in a state directory.

    Raises
    ------
    LabError
        It refused, or did not answer.
    ConnectionError
        There is no supervisor.
    """
    with _reachable(directory) as address, socket.socket(socket.AF_UNIX) as channel:
        channel.settimeout(_ASK_S)
        try:
            channel.connect(address)
        except (FileNotFoundError, ConnectionRefusedError) as error:
            raise ConnectionRefusedError(f"no supervisor listens in {directory}") from error
        channel.sendall(json.dumps({"operation": operation, **arguments}).encode() + b"\n")
        try:
            reply = _line(channel)
        except TimeoutError:
            raise LabError(f"the lab in {directory} did not answer within {_ASK_S:.0f} s") from None
    if not reply:
        raise ConnectionResetError(f"the supervisor in {directory} has ended")
    answer: dict[str, Any] = json.loads(reply)
    if "error" in answer:
        raise LabError(answer["error"])
    return answer


def listen(directory: Path) -> socket.socket:
    """Open the control socket, for this user alone (the directory lets nobody else in)."""
    server = socket.socket(socket.AF_UNIX)
    with _reachable(directory) as address:
        server.bind(address)
    server.listen()
    return server


def receive(connection: socket.socket) -> dict[str, Any] | None:
    """Read what a client asks; ``None`` is a client that says nothing sensible in time."""
    connection.settimeout(_LISTEN_S)
    try:
        request = json.loads(_line(connection))
    except (ValueError, OSError):
        return None
    return request if isinstance(request, dict) else None


def reply(connection: socket.socket, answer: dict[str, Any]) -> None:
    """Answer a client; one that has gone does not matter."""
    try:
        connection.sendall(json.dumps(answer).encode() + b"\n")
    except OSError:
        return


@contextmanager
def _reachable(directory: Path) -> Iterator[str]:
    """Give the socket a short path: a Unix socket's may have 107 bytes, a state directory's may be longer."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{descriptor}/{CONTROL}"
    finally:
        os.close(descriptor)


def _line(channel: socket.socket) -> bytes:
    received = b""
    while not received.endswith(b"\n") and len(received) < _MAX_BYTES:
        part = channel.recv(1 << 16)
        if not part:
            break
        received += part
    return received
