"""The lock of a cluster's applies, which also tells whether the one who applies still lives."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NAME = "apply.lock"


class LockedError(Exception):
    """Somebody else applies to this cluster from this repository."""


@contextmanager
def hold(state: Path) -> Iterator[Path]:
    """Hold the lock in a state folder; the kernel frees it whatever becomes of this process.

    Yields
    ------
    Path
        The lock, for `is_held`.

    Raises
    ------
    LockedError
        If another process holds it.
    """
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (state / NAME).open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LockedError(f"another netgen applies to this cluster (process {_written(state / NAME)})") from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield state / NAME


def is_held(lock: Path, owner: int) -> bool:
    """Whether the process that took a lock still lives, and so still holds it.

    Parameters
    ----------
    lock
        From `hold`.
    owner
        The number of that process.
    """
    try:
        with lock.open() as opened:
            fcntl.flock(opened, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _written(lock) == str(owner)
    except FileNotFoundError:
        return False
    return False


def _written(lock: Path) -> str:
    return lock.read_text(encoding="utf-8").strip()
