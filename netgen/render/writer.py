"""Puts rendered files into the output folder, whole or not at all, and touches nothing that is not its own.

A file is staged beside its place under a temporary name and renamed once every file of the run is staged, so that
a run that fails changes nothing and a reader never sees half a file; a device's folder that is not there yet is staged
and renamed as a whole, and so is the folder of all devices. A file whose bytes are the same is not
touched. Nothing is followed out of the folder: every step from its root is opened by itself, links refused.
There is no fsync: what a crash of the machine loses, the next run writes again.
"""

import contextlib
import os
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from itertools import groupby

from netgen.record import Record
from netgen.render.errors import RenderError
from netgen.render.output import FOLDER, check_name, is_temporary, open_folder, open_place, step, temporary
from netgen.render.reading import files, names_in, read, read_plain


class Top(Record):
    """The folder with a folder a device, open."""

    folder: int
    is_new: bool
    """Whether it is staged as a whole: then what is put into it bears its own name."""


class State(StrEnum):
    """What becomes of a file."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@contextlib.contextmanager
def open_top(root: int, top: str, *, create: bool) -> Iterator[Top | None]:
    """Open the folder of all devices; ``None``: it is not there, and is not to be made.

    Raises
    ------
    RenderError
        If a link or a file is in its place, or the disk refuses.
    """
    with contextlib.ExitStack() as stack:
        try:
            found: Top | None = Top(stack.enter_context(open_folder(root, [top])), is_new=False)
        except FileNotFoundError:
            staged = [temporary(top)]
            found = Top(stack.enter_context(open_folder(root, staged, create=True)), is_new=True) if create else None
        except OSError as error:
            raise RenderError(f"{top} cannot be used: {error.strerror}") from None
        yield found


def forget_top(root: int, top: str) -> None:
    """Remove what a run that was killed had staged of the folder of all devices."""
    with contextlib.suppress(FileNotFoundError):
        _clear(root, temporary(top))


def put_all(top: Top | None, folder: str, contents: Mapping[str, bytes], *, check: bool) -> dict[str, State] | None:
    """Stage the files of one folder, or compare them; one that is not there yet is staged as a whole.

    Parameters
    ----------
    top
        The folder above it; ``None``: not even that is there, and there is nothing to compare with.
    folder
        Its name below the root.

    Returns
    -------
    dict or None
        What becomes of each, by name of the file; ``None``: the folder has been staged as a whole.

    Raises
    ------
    RenderError
        As `stage` and `compare` do.
    """
    name = folder.rpartition("/")[2]
    for part in (name, *contents):
        check_name(part)
    states: dict[str, State] = {}
    try:
        place = None if top is None or top.is_new else _enter(top.folder, name, folder)
        if place is None:
            if check or top is None:
                return dict.fromkeys(contents, State.ADDED)
            _stage_folder(top.folder, name if top.is_new else temporary(name), contents)
            return None
        try:
            for file, data in contents.items():
                states[file] = _state(read_plain(place, file, f"{folder}/{file}"), data)
                if not check and states[file] is not State.UNCHANGED:
                    _write(place, temporary(file), data)
        finally:
            os.close(place)
    except OSError as error:
        at = next((file for file in contents if states.get(file, State.UNCHANGED) is not State.UNCHANGED), None)
        where = folder if at is None else f"{folder}/{at}"
        raise RenderError(f"{where} cannot be {'read' if check else 'written'}: {error.strerror}") from None
    return states


def _enter(above: int, name: str, folder: str) -> int | None:
    """Open a folder, if it is there."""
    try:
        return step(above, name, folder)
    except FileNotFoundError:
        return None


def _stage_folder(above: int, name: str, contents: Mapping[str, bytes]) -> None:
    try:
        os.mkdir(name, dir_fd=above)
    except FileExistsError:
        _clear(above, name)  # left by a run that was killed
        os.mkdir(name, dir_fd=above)
    place = os.open(name, FOLDER, dir_fd=above)
    try:
        for file, data in contents.items():
            _write(place, file, data)
    finally:
        os.close(place)


def _clear(above: int, name: str) -> None:
    """Remove a file, or a folder with all that is in it; nothing is followed."""
    try:
        os.unlink(name, dir_fd=above)
    except IsADirectoryError:
        place = os.open(name, FOLDER, dir_fd=above)
        try:
            for inner in names_in(place):
                _clear(place, inner)
        finally:
            os.close(place)
        os.rmdir(name, dir_fd=above)


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
        with open_place(root, name, create=True) as (folder, file):
            state = _state(read_plain(folder, file, name), data)
            if state is not State.UNCHANGED:
                _write(folder, temporary(file), data)
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
            with open_folder(root, folder.split("/") if folder else []) as place:
                for name in inner:
                    check_name(name)
                    file = name.rpartition("/")[2]
                    os.replace(temporary(file), file, src_dir_fd=place, dst_dir_fd=place)
        except OSError as error:
            raise RenderError(f"{name} cannot be written: {error.strerror}") from None


def commit_folders(root: int, top: str, names: Iterable[str]) -> None:
    """Put folders that were staged as a whole into their places right below another, or that with all of them.

    Raises
    ------
    RenderError
        If something is in the place of one.
    """
    name = top
    try:
        with contextlib.suppress(FileNotFoundError):
            os.rename(temporary(top), top, src_dir_fd=root, dst_dir_fd=root)
            return
        with open_folder(root, [top]) as place:
            for name in names:
                os.rename(temporary(name), name, src_dir_fd=place, dst_dir_fd=place)
    except OSError as error:
        where = top if name == top else f"{top}/{name}"
        raise RenderError(f"{where} cannot be written: {error.strerror}") from None


def prune(root: int, name: str) -> None:
    """Remove a file, and the folders above it that this leaves empty.

    Raises
    ------
    RenderError
        If the name leaves the folder, leads over a link, or is a folder's.
    """
    try:
        with open_place(root, name) as (folder, file):
            os.unlink(file, dir_fd=folder)
    except FileNotFoundError:
        return
    except OSError as error:
        raise RenderError(f"{name} cannot be removed: {error.strerror}") from None
    _remove_empty(root, name.split("/")[:-1])


def sweep(root: int, *tops: str) -> None:
    """Remove what staging left behind, in the root and below some of its folders; also of a run that was killed."""
    sweep_among(root, files(root, *tops))


def sweep_among(root: int, names: Iterable[str]) -> None:
    """Remove what staging left behind, in the root and among the names that were found below it."""
    with os.scandir(root) as entries:
        own = [entry.name for entry in entries]
    for name in (*own, *names):
        if is_temporary(name):
            *folders, file = name.split("/")
            with open_folder(root, folders) as folder:
                _clear(folder, file)
            _remove_empty(root, folders)


def _state(old: bytes | None, data: bytes) -> State:
    if old is None:
        return State.ADDED
    return State.UNCHANGED if old == data else State.CHANGED


def _write(folder: int, file: str, data: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        descriptor = os.open(file, flags, 0o644, dir_fd=folder)
    except FileExistsError:
        # Left by a run that was killed. It is removed, not written through: it could be a link by now.
        os.unlink(file, dir_fd=folder)
        descriptor = os.open(file, flags, 0o644, dir_fd=folder)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
    finally:
        os.close(descriptor)


def _remove_empty(root: int, folders: list[str]) -> None:
    while folders:
        *above, last = folders
        with open_folder(root, above) as folder:
            try:
                os.rmdir(last, dir_fd=folder)
            except OSError:
                # Not empty: something in it is still wanted, or is not ours.
                return
        folders = above
