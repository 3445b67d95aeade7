"""Loopback addresses for the management of the lab's devices: one each, derived, and free."""

import errno
import hashlib
import socket
from collections.abc import Iterable

from netgen.lab.errors import LabError

#: Connections that may wait: all of an orchestrator's forks and some.
BACKLOG = 64

_ATTEMPTS = 16
# 127.64.0.0 to 127.127.255.255: away from 127.0.0.1 and from what name services use (127.0.0.53, 127.0.1.1).
_FIRST = 127 << 24 | 64 << 16
_BLOCKS = 1 << 14
_BLOCK_SIZE = 256


def listen(seed: str, names: Iterable[str], ports: dict[str, int]) -> dict[str, socket.socket]:
    """Listen for the management connections of each device at an address of its own.

    The addresses follow from the seed, so that a lab comes back at
    the same ones, unless somebody else has taken them.

    Parameters
    ----------
    seed
        What the addresses are derived from: the lab's place.
    names
        The devices, in order.
    ports
        The TCP port of each device.

    Raises
    ------
    LabError
        No free addresses were found.
    """
    devices = list(names)
    digest = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big")
    for attempt in range(_ATTEMPTS):
        bound: dict[str, socket.socket] = {}
        try:
            for index, name in enumerate(devices):
                bound[name] = _bind(_address(digest + attempt, index), ports[name])
        except OSError as error:
            for taken in bound.values():
                taken.close()
            if error.errno != errno.EADDRINUSE:
                raise LabError(f"cannot listen for {name}: {error.strerror}; choose another port") from None
        else:
            return bound
    tried = ", ".join(str(port) for port in sorted(set(ports.values())))
    raise LabError(
        f"no free loopback addresses for port {tried}: something listens at every address; see `ss -ltnp`, "
        "and choose another port"
    )


def _address(block: int, index: int) -> str:
    """Return the index-th address of a block, never one that ends in 0 or 255; big labs run into the next block."""
    high, low = divmod(index, _BLOCK_SIZE - 2)
    number = _FIRST + (block + high) % _BLOCKS * _BLOCK_SIZE + low + 1
    return socket.inet_ntoa(number.to_bytes(4, "big"))


def _bind(address: str, port: int) -> socket.socket:
    server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        # A port in TIME_WAIT from this lab's last life is free; one that somebody listens at is not.
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind((address, port))
        # Only listening shows whether somebody else has the address: bound sockets may share it.
        server.listen(BACKLOG)
    except OSError:
        server.close()
        raise
    return server
