"""Who does the work instead of this machine: the executor that a command is given by its address."""

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

import typer

DASK = "dask://"
CONNECT_S = 10
"""A scheduler that has not answered by then is not there."""


@contextmanager
def executor_of(address: str | None) -> Iterator[Executor | None]:
    """Connect to what an address names; nothing, without one.

    The connection is as safe as the network between this machine and the scheduler: Dask encrypts and authenticates by
    its own configuration (``distributed.comm.tls``), which is read here as well.
    """
    if address is None:
        yield None
        return
    option = "--executor"
    if not address.startswith(DASK):
        raise typer.BadParameter(f"{address!r} is none: it is {DASK}HOST:PORT", param_hint=option)
    try:
        from distributed import Client
    except ImportError:
        raise typer.BadParameter("Dask is not installed: pip install 'netgen[dask]'", param_hint=option) from None
    place = address.removeprefix(DASK)
    try:
        client = Client(place, timeout=CONNECT_S, set_as_default=False)
    except (OSError, ValueError) as error:
        raise typer.BadParameter(f"no Dask scheduler answers at {place}: {error}", param_hint=option) from None
    with client:
        # What is rendered depends on nothing but its arguments, yet a worker's memory is no place to keep it.
        yield client.get_executor(pure=False, retries=2)
