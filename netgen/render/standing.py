"""Whether what an earlier run left still stands: then it need not be rendered again."""

from collections.abc import Callable, Mapping

from netgen.render.manifest import Manifest, digest
from netgen.render.reading import files, folders_of, read, read_all

IN_RANGE = 500
"""Folders that are looked at before it is told how far the work is."""


def stands(root: int, manifest: Manifest, top: str, progress: Callable[[int, int], None]) -> list[str] | None:
    """Hold all files that a manifest lists against it.

    Parameters
    ----------
    top
        The folder with a folder a device: each of these is opened once, and all of it is looked at.
    progress
        Told how many of these are done, and of how many.

    Returns
    -------
    list or None
        Names of what lies there too and is not listed; ``None``: not all files are there, with the bytes that it says.
    """
    devices: dict[str, dict[str, str]] = {}
    for name, expected in manifest.outputs.items():
        folder, _, file = name.removeprefix(f"{top}/").partition("/")
        if name.startswith(f"{top}/") and file:
            devices.setdefault(folder, {})[file] = expected
        elif not is_as_listed(root, manifest, name):
            return None
    there = folders_of(root, top)
    if not devices.keys() <= set(there):
        return None
    others: list[str] = []
    # One after the other: two threads would spend more time on waiting for the interpreter than on files so small.
    for start in range(0, len(there), IN_RANGE):
        share = {name: devices.get(name, {}) for name in there[start : start + IN_RANGE]}
        found = _others(root, top, share)
        if found is None:
            return None
        others += found
        progress(min(start + IN_RANGE, len(there)), len(there))
    return others


def is_as_listed(root: int, manifest: Manifest, name: str) -> bool:
    """Whether one file has the bytes that a manifest says."""
    data = read(root, name)
    return data is not None and digest(data) == manifest.outputs.get(name)


def _others(root: int, top: str, share: Mapping[str, Mapping[str, str]]) -> list[str] | None:
    """Return the names of what is not listed in some folders; ``None`` where a file is not as listed."""
    others: list[str] = []
    for folder, there, contents in read_all(root, top, share.items()):
        listed = share[folder]
        if len(contents) < len(listed) or any(digest(data) != listed[file] for file, data in contents.items()):
            return None
        if len(there) > len(contents) or not there:
            others += (name for name in files(root, f"{top}/{folder}") if name.split("/", 2)[-1] not in listed)
    return others
