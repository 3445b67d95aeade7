"""Which files an intent consists of, and their bytes, within bounds."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from netgen.diagnostics.codes import reading
from netgen.diagnostics.codes.code import Code
from netgen.diagnostics.model import Diagnostic, Span

# A pod of a thousand devices, written out device by device, is a tenth of it.
MAX_FILE_BYTES = 4 * 2**20
MAX_TOTAL_BYTES = 16 * 2**20
# The cables of 8,000 hosts of eight NICs, as `netgen render` lists them with all that it knows of each.
MAX_LIST_BYTES = 64 * 2**20
SUFFIXES = frozenset({".yaml", ".yml"})


@dataclass(slots=True)
class InputRefusedError(Exception):
    """A file or a part of it that cannot be used, and why."""

    diagnostic: Diagnostic


def list_files(place: Path) -> list[Path]:
    """Return the intent files of a folder, sorted by name, or the one file that was named.

    Hidden files and sub-folders are ignored.

    Raises
    ------
    InputRefusedError
        There is nothing to read.
    """
    try:
        if not place.is_dir():
            if place.exists():
                return [place]
            raise InputRefusedError(reading.NO_INTENT.at(None, f"`{place}` does not exist"))
        names = sorted(entry.name for entry in os.scandir(place) if not entry.is_dir())
    except OSError as error:
        raise InputRefusedError(reading.UNREADABLE.at(None, f"`{place}` cannot be read: {error.strerror}")) from None
    files = [place / name for name in names if Path(name).suffix in SUFFIXES and not name.startswith(".")]
    if not files:
        raise InputRefusedError(
            reading.NO_INTENT.at(
                None,
                f"the folder `{place}` holds no `*.yaml` file",
                advice="name the folder that holds `cluster.yaml`; `netgen init` makes a new one",
            )
        )
    return files


def read_bytes(
    file: Path, *, root: Path, budget_bytes: int = MAX_TOTAL_BYTES, limit_bytes: int = MAX_FILE_BYTES
) -> bytes:
    """Read a regular file that lies in `root`, also after links are followed.

    Raises
    ------
    InputRefusedError
        It lies elsewhere, is no regular file, cannot be opened, or exceeds the limit
        or what is left of the budget.
    """
    if not file.resolve().is_relative_to(root.resolve()):
        raise _refuse(reading.OUTSIDE, file, f"`{file.name}` leads out of the intent folder `{root}`")
    most_bytes = min(limit_bytes, budget_bytes)
    try:
        # Without O_NONBLOCK a named pipe would block until somebody writes to it.
        descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as stream:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise _refuse(reading.UNREADABLE, file, f"`{file.name}` is not a regular file")
            raw = stream.read(most_bytes + 1)
    except OSError as error:
        raise _refuse(reading.UNREADABLE, file, f"`{file.name}` cannot be read: {error.strerror}") from None
    if len(raw) > most_bytes:
        what = "the file" if most_bytes == limit_bytes else "the intent, with this file,"
        limit = limit_bytes if most_bytes == limit_bytes else MAX_TOTAL_BYTES
        raise _refuse(reading.TOO_LARGE, file, f"{what} is larger than {limit // 2**20} MiB")
    return raw


def _refuse(code: Code, file: Path, message: str) -> InputRefusedError:
    return InputRefusedError(code.at(Span(file, 1, 1, 1, 1), message))
