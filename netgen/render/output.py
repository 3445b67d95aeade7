"""The output folder, which nothing leads out of: every step from its root is opened by itself, links refused."""

import contextlib
import errno
import fcntl
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from netgen.render.errors import RenderError

# Lower case only, so that two names never fall together where a file system ignores case.
_PART = re.compile(r"[a-z0-9][a-z0-9._-]{0,127}")
_TEMPORARY = re.compile(r"\..*\.netgen-tmp")
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
"""Flags to open a folder with, from the one above it."""


@contextlib.contextmanager
def open_output(out: Path, *, create: bool = False, lock: bool = False) -> Iterator[int]:
    """Open the output folder and give the descriptor that the functions below take as `root`.

    Parameters
    ----------
    out
        The folder; a link to a folder is followed here and nowhere below.
    create
        Whether to make it, and its parents, where it is missing.
    lock
        Whether to hold it against other runs; the lock goes with the descriptor, even after kill -9.

    Raises
    ------
    RenderError
        If it is not a folder, or another run holds it.
    """
    try:
        if create:
            out.mkdir(parents=True, exist_ok=True)
        root = os.open(out.resolve(), FOLDER)
    except OSError as error:
        raise RenderError(f"the output folder {out} cannot be used: {error.strerror}") from None
    try:
        if lock:
            _lock(root, out)
        yield root
    finally:
        os.close(root)


def check_name(name: str) -> None:
    """Refuse the name of a file that netgen does not write.

    Raises
    ------
    RenderError
        If it could leave the folder, hide, or differ from another by case only.
    """
    if not all(_PART.fullmatch(part) for part in name.split("/")):
        raise RenderError(
            f"{name!r} is not the name of a file that netgen writes: lower-case letters, digits, '.', '_' and '-'"
        )


def is_temporary(name: str) -> bool:
    """Whether a file or a folder above it is one that staging left."""
    return any(map(_TEMPORARY.fullmatch, name.split("/")))


def temporary(file: str) -> str:
    """Name under which a file or a folder is staged, beside its place."""
    return f".{file}.netgen-tmp"


def _lock(root: int, out: Path) -> None:
    try:
        fcntl.flock(root, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise RenderError(f"another netgen is writing to {out}: wait for it, or choose another folder") from None


@contextlib.contextmanager
def open_place(root: int, name: str, *, create: bool = False) -> Iterator[tuple[int, str]]:
    """Open the folder of a file, from the root down; give its descriptor and the file's own name."""
    check_name(name)
    *folders, file = name.split("/")
    with open_folder(root, folders, create=create) as folder:
        yield folder, file


@contextlib.contextmanager
def open_folder(root: int, parts: Sequence[str], *, create: bool = False) -> Iterator[int]:
    """Open a folder, step by step from the root; where it is missing, make it or raise FileNotFoundError."""
    current = os.dup(root)
    try:
        for number, part in enumerate(parts, 1):
            inner = step(current, part, "/".join(parts[:number]), create=create)
            os.close(current)
            current = inner
        yield current
    finally:
        os.close(current)


def step(folder: int, part: str, name: str, *, create: bool = False) -> int:
    """Open a folder right below another; `name` is what it is called from the root.

    Raises
    ------
    RenderError
        If a link or a file is in its place.
    """
    if create:
        with contextlib.suppress(FileExistsError):
            os.mkdir(part, dir_fd=folder)
    try:
        return os.open(part, FOLDER, dir_fd=folder)
    except OSError as error:
        if error.errno in (errno.ENOTDIR, errno.ELOOP):
            raise RenderError(f"{name} is a link or a file where netgen keeps a folder: move it away") from None
        raise
