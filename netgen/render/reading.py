"""Looks into the output folder: what lies there, and the bytes of plain files."""

import errno
import fnmatch
import os
import re
import stat
from collections.abc import Collection, Iterable, Iterator

from netgen.render.errors import RenderError
from netgen.render.output import FOLDER, is_temporary, open_folder, open_place

# Without O_NONBLOCK, opening a FIFO that lies in a file's place would wait for ever.
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_CHUNK = 1 << 20


def read(root: int, name: str) -> bytes | None:
    """Bytes of a file of the folder; ``None`` where there is none.

    Raises
    ------
    RenderError
        If a link or something that is no plain file is in its place.
    """
    try:
        with open_place(root, name) as (folder, file):
            return read_plain(folder, file, name)
    except FileNotFoundError:
        return None  # not even its folder is there
    except OSError as error:
        raise RenderError(f"{name} cannot be read: {error.strerror}") from None


def files(root: int, *tops: str, limit: str | None = None, but: Collection[str] = ()) -> Iterator[str]:
    """Yield the names of everything but folders below some folders of the output, sorted; links are not followed.

    Parameters
    ----------
    limit
        Glob over the names of folders and files right below these; nothing else is looked at.
    but
        Folders right below these which are not looked into, either.
    """
    for top in tops:
        yield from sorted(_walk(root, top, limit, but))


def is_glob(limit: str) -> bool:
    """Whether more than one name can be called like a limit: it has what `fnmatch` takes for more than itself."""
    return not set(limit).isdisjoint("*?[")


def folders_of(root: int, top: str) -> list[str]:
    """Names of what lies right below a folder of the output, sorted; of one that is not there or is none: nothing."""
    try:
        with open_folder(root, [top]) as place:
            return sorted(names_in(place))
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
    with open_folder(root, [top]) as above:
        for folder, files in wanted:
            try:
                place = os.open(folder, FOLDER, dir_fd=above)
            except OSError:
                yield folder, [], {}
                continue
            try:
                there = names_in(place)
                found = ((file, _plain(place, file)) for file in there if file in files)
                yield folder, there, {file: data for file, data in found if data is not None}
            finally:
                os.close(place)


def names_in(folder: int) -> list[str]:
    """Names of what lies in an open folder."""
    return os.listdir(folder)


def _plain(folder: int, file: str) -> bytes | None:
    """Bytes of a plain file; ``None`` of anything else."""
    try:
        return read_plain(folder, file, file)
    except (OSError, RenderError):
        return None


def read_plain(folder: int, file: str, name: str) -> bytes | None:
    """Bytes of a file of an open folder; ``None`` where there is none.

    Raises
    ------
    RenderError
        If a link or something that is no plain file is in its place.
    """
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


def _walk(root: int, name: str, limit: str | None = None, but: Collection[str] = ()) -> Iterator[str]:
    try:
        descriptor = os.open(name, FOLDER, dir_fd=root)
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
    if not found and is_temporary(name):
        yield name  # left by a run that was killed before it wrote its first file
    for entry, is_folder in found:
        if entry in but or (matches is not None and not matches(entry)):
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
