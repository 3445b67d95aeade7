"""Work shared out to processes on this machine."""

import contextlib
import os
import signal
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import BrokenExecutor
from typing import TypeVar

from netgen.garbage import collect_rarely
from netgen.render.errors import RenderError

_Result = TypeVar("_Result")


def cores() -> int:
    """How many processes can run at once."""
    return len(os.sched_getaffinity(0))


def spread(
    function: Callable[..., _Result], tasks: Iterable[tuple[object, ...]], jobs: int
) -> Generator[_Result, None, None]:
    """Call a function with each task's arguments, in processes of their own; yield what it returns, in order.

    When the generator is closed, what has not begun does not begin, and what has is waited for: then nothing that a
    process does is under way any more.

    Parameters
    ----------
    function, tasks
        They are pickled, and so is what is returned.
    jobs
        How many processes.

    Raises
    ------
    RenderError
        If a process is ended from outside.
    """
    # Only here: one device, or few, need no processes, and to load what makes them takes long.
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    # Spawned, not forked: a fork copies locks that other threads of the caller hold.
    pool = ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=collect_rarely)
    try:
        with _interrupts_held():
            futures = [pool.submit(function, *task) for task in tasks]
        with told_of_deaths():
            for future in futures:
                yield future.result()
    finally:
        pool.shutdown(cancel_futures=True)


@contextlib.contextmanager
def told_of_deaths() -> Iterator[None]:
    """Say in a user's words that a process of an executor was ended."""
    try:
        yield
    except BrokenExecutor:
        raise RenderError("a process that rendered was ended from outside, perhaps for want of memory") from None


@contextlib.contextmanager
def _interrupts_held() -> Iterator[None]:
    """Start processes that Ctrl-C does not reach: it goes to all of a terminal, and one is enough to end the run."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
