"""Whether what an earlier run left still stands: then it need not be rendered again."""

import contextlib
from collections.abc import Callable, Generator, Mapping, Sequence
from pathlib import Path

from netgen.render.manifest import Manifest, digest
from netgen.render.output import open_output
from netgen.render.processes import cores, spread
from netgen.render.reading import files, folders_of, read, read_all

IN_RANGE = 500
"""Folders that are looked at before it is told how far the work is."""
FOLDERS_PER_PROCESS = 4_000
"""So many folders of hosts take twice as long to look through as a process takes to start, some 0.2 s."""

_Share = Mapping[str, Mapping[str, str]]
"""Name of a folder → file in it → digest."""


def stands(
    root: int,
    out: Path,
    manifest: Manifest,
    top: str,
    jobs: int | None,
    progress: Callable[[int, int], None],
) -> list[str] | None:
    """Hold all files that a manifest lists against it.

    Parameters
    ----------
    root, out
        The output folder, open, and for other processes its path.
    top
        The folder with a folder a device: each of these is opened once, and all of it is looked at.
    jobs
        How many processes; ``None``: what the number of folders is worth.
    progress
        Told how many of these are done, and of how many.

    Returns
    -------
    list or None
        Names of what lies there too and is not listed; ``None``: not all files are there, with the bytes that it says.
    """
    devices: dict[str, dict[str, str]] = {}
    for name, expected in manifest.outputs.items():
        above, _, inner = name.partition("/")
        folder, _, file = inner.partition("/")
        if above == top and file:
            devices.setdefault(folder, {})[file] = expected
        elif not is_as_listed(root, manifest, name):
            return None
    there = folders_of(root, top)
    if not devices.keys() <= set(there):
        return None
    shares = [
        {name: devices.get(name, {}) for name in there[start : start + IN_RANGE]}
        for start in range(0, len(there), IN_RANGE)
    ]
    others: list[str] = []
    done = 0
    with contextlib.closing(_looked_through(out, top, shares, jobs)) as found:
        for share, unlisted in zip(shares, found, strict=True):
            if unlisted is None:
                return None
            others += unlisted
            done += len(share)
            progress(done, len(there))
    return others


def is_as_listed(root: int, manifest: Manifest, name: str) -> bool:
    """Whether one file has the bytes that a manifest says."""
    data = read(root, name)
    return data is not None and digest(data) == manifest.outputs.get(name)


def unlisted_in(out: Path, top: str, share: _Share) -> list[str] | None:
    """Return the names of what is not listed in some folders; ``None`` where a file is not as listed."""
    with open_output(out) as root:
        return _unlisted(root, top, share)


def _looked_through(
    out: Path, top: str, shares: Sequence[_Share], jobs: int | None
) -> Generator[list[str] | None, None, None]:
    if jobs is None:
        jobs = min(cores(), 1 + len(shares) * IN_RANGE // FOLDERS_PER_PROCESS)
    # Not by threads: these would spend more time on waiting for the interpreter than on files so small.
    if jobs > 1:
        yield from spread(unlisted_in, ((out, top, share) for share in shares), jobs)
    else:
        yield from (unlisted_in(out, top, share) for share in shares)


def _unlisted(root: int, top: str, share: _Share) -> list[str] | None:
    others: list[str] = []
    for folder, there, contents in read_all(root, top, share.items()):
        listed = share[folder]
        if len(contents) < len(listed) or any(digest(data) != listed[file] for file, data in contents.items()):
            return None
        if len(there) > len(contents) or not there:
            others += (name for name in files(root, f"{top}/{folder}") if name.split("/", 2)[-1] not in listed)
    return others
