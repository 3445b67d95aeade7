"""Addresses of the loopback that nobody else has: other processes of tests, other runs, labs."""

import errno
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager

# Above the addresses of labs (netgen/lab/addresses.py), and below the last network.
_FIRST, _LAST = 128, 254
_KEEPER, _KEEPER_PORT = 254, 8442
"""Where whoever has a network listens for nobody: the kernel lets only one."""


@contextmanager
def network() -> Iterator[str]:
    """Have a network of 253 addresses, ``127.X.Y``, as long as the context lasts."""
    with _reserved() as keeper:
        yield keeper.getsockname()[0].rpartition(".")[0]


def _reserved() -> socket.socket:
    while True:
        network = f"127.{_FIRST + secrets.randbelow(_LAST - _FIRST)}.{secrets.randbelow(256)}"
        try:
            return socket.create_server((f"{network}.{_KEEPER}", _KEEPER_PORT))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
