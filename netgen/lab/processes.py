"""The processes of a lab, found by the mark that each of them was born with."""

import os
import select
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from netgen.record import Record

MARK = "NETGEN_LAB"


class Process(Record):
    """A process of a lab; its handle stays its own, whoever gets its number after it."""

    pid: int
    handle: int
    command: str


@contextmanager
def marked(identity: str) -> Iterator[list[Process]]:
    """Find all processes of a lab.

    The mark is read after the handle was opened, so a handle never belongs to a stranger that got the number of
    a process that has ended.
    """
    found: list[Process] = []
    try:
        numbers = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
        found.extend(process for number in numbers if (process := _open(number, identity)))
        yield found
    finally:
        for process in found:
            os.close(process.handle)


def kill_all(identity: str, timeout_s: float) -> list[str]:
    """Kill all processes of a lab, wait until they are gone, and return their commands.

    A process may be starting another just now, so it looks until there are none.

    Raises
    ------
    TimeoutError
        Some are still there.
    """
    killed: dict[int, str] = {}
    deadline = time.monotonic() + timeout_s
    while True:
        with marked(identity) as found:
            if not found:
                return [f"{command} ({pid})" for pid, command in sorted(killed.items())]
            for process in found:
                killed[process.pid] = process.command
                signal_one(process, signal.SIGKILL)
            _wait(found, deadline)
        if time.monotonic() > deadline:
            raise TimeoutError


def signal_one(process: Process, number: signal.Signals) -> None:
    """Send a signal; a process that has ended already does not mind."""
    try:
        signal.pidfd_send_signal(process.handle, number)
    except ProcessLookupError:
        return


def wait(process: Process, timeout_s: float) -> bool:
    """Wait for the end of a process and say whether it came."""
    return wait_for(process.handle, timeout_s)


def wait_for(handle: int, timeout_s: float) -> bool:
    """Wait for the end of the process of a handle and say whether it came."""
    poll = select.poll()  # takes handles of any number
    poll.register(handle, select.POLLIN)
    return bool(poll.poll(timeout_s * 1000))


def _wait(processes: list[Process], deadline: float) -> None:
    for process in processes:
        wait(process, max(0.0, deadline - time.monotonic()))


def _open(pid: int, identity: str) -> Process | None:
    try:
        handle = os.pidfd_open(pid)
    except (ProcessLookupError, PermissionError, OSError):
        return None
    directory = Path(f"/proc/{pid}")
    try:
        if f"{MARK}={identity}".encode() in (directory / "environ").read_bytes().split(b"\0"):
            words = (directory / "cmdline").read_bytes().split(b"\0")
            return Process(pid, handle, " ".join(word.decode(errors="replace") for word in words).strip())
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        pass
    os.close(handle)
    return None
