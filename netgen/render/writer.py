"""Puts rendered files into the output folder, whole or not at all, and touches nothing that is not its own.

A file is staged beside its place under a temporary name and renamed once every file of the run is staged, so that
a run that fails changes nothing and a reader never sees half a file. A file whose bytes are the same is not
touched. Nothing is followed out of the folder: every step from its root is opened by itself, links refused.
There is no fsync: what a crash of the machine loses, the next run writes again.
"""

import contextlib
import errno
import fcntl
import fnmatch
import os
import re
import stat
from collections.abc import Collection, Iterable, Iterator, Mapping
from enum import StrEnum
from itertools import groupby
from pathlib import Path

from netgen.render.errors import RenderError

# Lower case only, so that two names never fall together where a file system ignores case.
_PART = re.compile(r"[a-z0-9][a-z0-9._-]{0,127}")
_TEMPORARY = re.compile(r"\..*\.netgen-tmp")
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# Without O_NONBLOCK, opening a FIFO that lies in a file's place would wait for ever.
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


_CHUNK = 1 << 20


class State(StrEnum):
    """What becomes of a file."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


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
        root = os.open(out.resolve(), _FOLDER)
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


def put_all(root: int, folder: str, contents: Mapping[str, bytes], *, check: bool) -> dict[str, State]:
    """Stage the files of one folder, or compare them; the folder is opened once for all of them.

    Returns
    -------
    dict[str, State]
        By name below the root.

    Raises
    ------
    RenderError
        As `stage` and `compare` do.
    """
    states: dict[str, State] = {}
    names = {f"{folder}/{file}": file for file in contents}
    for name in names:
        check_name(name)
    try:
        with _folder(root, folder.split("/"), create=not check) as place:
            for name, file in names.items():
                data = contents[file]
                states[name] = state = _state(_read(place, file, name), data)
                if not check and state is not State.UNCHANGED:
                    _write(place, _temporary(file), data)
    except OSError as error:
        if check and isinstance(error, FileNotFoundError):
            return dict.fromkeys(names, State.ADDED)  # not even the folder is there
        name = next((name for name in names if states.get(name, State.UNCHANGED) is not State.UNCHANGED), folder)
        raise RenderError(f"{name} cannot be {'read' if check else 'written'}: {error.strerror}") from None
    return states


def compare(root: int, name: str, data: bytes) -> State:
    """Compare what lies in the folder with what should.

    Raises
    ------
    RenderError
        If the name leaves the folder, or something that is no plain file is in its place.
    """
    return _state(read(root, name), data)


def stage(root: int, name: str, data: bytes) -> State:
    """Write a file under a temporary name beside its place, unless it is there already, byte for byte.

    Raises
    ------
    RenderError
        If the name leaves the folder, a link or something that is no plain file is in the way, or the disk refuses.
    """
    try:
        with _place(root, name, create=True) as (folder, file):
            state = _state(_read(folder, file, name), data)
            if state is not State.UNCHANGED:
                _write(folder, _temporary(file), data)
    except OSError as error:
        raise RenderError(f"{name} cannot be written: {error.strerror}") from None
    return state


def commit(root: int, *names: str) -> None:
    """Put staged files into their places; each folder is opened once for those that follow one another.

    Raises
    ------
    RenderError
        If a folder is in the place of one.
    """
    for folder, inner in groupby(names, key=lambda name: name.rpartition("/")[0]):
        name = folder
        try:
            with _folder(root, folder.split("/") if folder else []) as place:
                for name in inner:
                    check_name(name)
                    file = name.rpartition("/")[2]
                    os.replace(_temporary(file), file, src_dir_fd=place, dst_dir_fd=place)
        except OSError as error:
            raise RenderError(f"{name} cannot be written: {error.strerror}") from None


def prune(root: int, name: str) -> None:
    """Remove a file, and the folders above it that this leaves empty.

    Raises
    ------
    RenderError
        If the name leaves the folder, leads over a link, or is a folder's.
    """
    try:
        with _place(root, name) as (folder, file):
            os.unlink(file, dir_fd=folder)
    except FileNotFoundError:
        return
    except OSError as error:
        raise RenderError(f"{name} cannot be removed: {error.strerror}") from None
    _remove_empty(root, name.split("/")[:-1])


def files(root: int, *tops: str, limit: str | None = None) -> Iterator[str]:
    """Yield the names of everything but folders below some folders of the output, sorted; links are not followed.

    Parameters
    ----------
    limit
        Glob over the names of folders and files right below these; nothing else is looked at.
    """
    for top in tops:
        yield from sorted(_walk(root, top, limit))


def is_glob(limit: str) -> bool:
    """Whether more than one name can be called like a limit: it has what `fnmatch` takes for more than itself."""
    return not set(limit).isdisjoint("*?[")


def is_temporary(name: str) -> bool:
    """Whether a file is one that staging left."""
    return _TEMPORARY.fullmatch(name.rpartition("/")[2]) is not None


def sweep(root: int, *tops: str) -> None:
    """Remove what staging left behind, in the root and below some of its folders; also of a run that was killed."""
    sweep_among(root, files(root, *tops))


def sweep_among(root: int, names: Iterable[str]) -> None:
    """Remove what staging left behind, in the root and among files that were found below it."""
    with os.scandir(root) as entries:
        own = [entry.name for entry in entries]
    for name in (*own, *names):
        if is_temporary(name):
            *folders, file = name.split("/")
            with _folder(root, folders) as folder:
                os.unlink(file, dir_fd=folder)
            _remove_empty(root, folders)


def read(root: int, name: str) -> bytes | None:
    """Bytes of a file of the folder; ``None`` where there is none.

    Raises
    ------
    RenderError
        If a link or something that is no plain file is in its place.
    """
    try:
        with _place(root, name) as (folder, file):
            return _read(folder, file, name)
    except FileNotFoundError:
        return None  # not even its folder is there
    except OSError as error:
        raise RenderError(f"{name} cannot be read: {error.strerror}") from None


def folders_of(root: int, top: str) -> list[str]:
    """Names of what lies right below a folder of the output, sorted; of one that is not there or is none: nothing."""
    try:
        with _folder(root, [top]) as place:
            return sorted(_names(place))
    except (OSError, RenderError):
        return []


def read_all(
    root: int, top: str, wanted: Iterable[tuple[str, Collection[str]]]
) -> Iterator[tuple[str, list[str], dict[str, bytes]]]:
    """Yield the names of what lies in some folders right below another, and the bytes of the plain files among them.

    Parameters
    ----------
    wanted
        The folders' names, and which of their files are read. What is not there, or is something else, is left out.
    """
    with _folder(root, [top]) as above:
        for folder, files in wanted:
            try:
                place = os.open(folder, _FOLDER, dir_fd=above)
            except OSError:
                yield folder, [], {}
                continue
            try:
                there = _names(place)
                found = ((file, _plain(place, file)) for file in there if file in files)
                yield folder, there, {file: data for file, data in found if data is not None}
            finally:
                os.close(place)


def _names(folder: int) -> list[str]:
    return os.listdir(folder)


def _plain(folder: int, file: str) -> bytes | None:
    """Bytes of a plain file; ``None`` of anything else."""
    try:
        return _read(folder, file, file)
    except (OSError, RenderError):
        return None


def _lock(root: int, out: Path) -> None:
    try:
        fcntl.flock(root, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise RenderError(f"another netgen is writing to {out}: wait for it, or choose another folder") from None


@contextlib.contextmanager
def _place(root: int, name: str, *, create: bool = False) -> Iterator[tuple[int, str]]:
    check_name(name)
    *folders, file = name.split("/")
    with _folder(root, folders, create=create) as folder:
        yield folder, file


@contextlib.contextmanager
def _folder(root: int, parts: list[str], *, create: bool = False) -> Iterator[int]:
    current = os.dup(root)
    try:
        for number, part in enumerate(parts, 1):
            inner = _step(current, part, "/".join(parts[:number]), create=create)
            os.close(current)
            current = inner
        yield current
    finally:
        os.close(current)


def _step(folder: int, part: str, name: str, *, create: bool) -> int:
    if create:
        with contextlib.suppress(FileExistsError):
            os.mkdir(part, dir_fd=folder)
    try:
        return os.open(part, _FOLDER, dir_fd=folder)
    except OSError as error:
        if error.errno in (errno.ENOTDIR, errno.ELOOP):
            raise RenderError(f"{name} is a link or a file where netgen keeps a folder: move it away") from None
        raise


def _state(old: bytes | None, data: bytes) -> State:
    if old is None:
        return State.ADDED
    return State.UNCHANGED if old == data else State.CHANGED


def _read(folder: int, file: str, name: str) -> bytes | None:
    try:
        descriptor = os.open(file, _READ, dir_fd=folder)
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENXIO):
            raise RenderError(f"{name} is not a plain file: move it away") from None
        raise
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise RenderError(f"{name} is not a plain file: move it away")
        return _read_to_end(descriptor, status.st_size)
    finally:
        os.close(descriptor)


def _read_to_end(descriptor: int, size: int) -> bytes:
    """Read a file that is expected to have so many bytes; one that grows meanwhile is read to its end."""
    data = os.read(descriptor, size + 1)
    if len(data) == size:
        return data
    parts = [data]
    while data:
        data = os.read(descriptor, _CHUNK)
        parts.append(data)
    return b"".join(parts)


def _write(folder: int, file: str, data: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        descriptor = os.open(file, flags, 0o644, dir_fd=folder)
    except FileExistsError:
        # Left by a run that was killed. It is removed, not written through: it could be a link by now.
        os.unlink(file, dir_fd=folder)
        descriptor = os.open(file, flags, 0o644, dir_fd=folder)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(data)


def temporary(name: str) -> str:
    """Name under which a file is staged, in the same folder."""
    folder, slash, file = name.rpartition("/")
    return f"{folder}{slash}{_temporary(file)}"


def _temporary(file: str) -> str:
    return f".{file}.netgen-tmp"


def _remove_empty(root: int, folders: list[str]) -> None:
    while folders:
        *above, last = folders
        with _folder(root, above) as folder:
            try:
                os.rmdir(last, dir_fd=folder)
            except OSError:
                # Not empty: something in it is still wanted, or is not ours.
                return
        folders = above


def _walk(root: int, name: str, limit: str | None = None) -> Iterator[str]:
    try:
        descriptor = os.open(name, _FOLDER, dir_fd=root)
    except FileNotFoundError:
        return
    except OSError:
        yield name
        return
    try:
        found = _entries(descriptor) if limit is None or is_glob(limit) else _entry(descriptor, limit)
    finally:
        os.close(descriptor)
    matches = None if limit is None else re.compile(fnmatch.translate(limit)).fullmatch
    for entry, is_folder in found:
        if matches is not None and not matches(entry):
            continue
        if is_folder:
            yield from _walk(root, f"{name}/{entry}")
        else:
            yield f"{name}/{entry}"


def _entries(folder: int) -> list[tuple[str, bool]]:
    """List what lies in a folder, and whether each is a folder."""
    with os.scandir(folder) as entries:
        return sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries)


def _entry(folder: int, name: str) -> list[tuple[str, bool]]:
    """List one entry of a folder, if it is there, without looking at the others."""
    try:
        mode = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
    except OSError:
        return []
    return [(name, stat.S_ISDIR(mode))]
