"""Whether what an earlier run left still stands: then it need not be rendered again."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from os import sched_getaffinity

from netgen.render.errors import RenderError
from netgen.render.manifest import NAME, Manifest, digest
from netgen.render.writer import read, read_all


def stands(root: int, manifest: Manifest) -> bool:
    """Whether all files that a manifest lists have the bytes that it says, and it is whole itself.

    A merge can put together a manifest that no run has written: its seal tells.
    """
    if read(root, NAME) != manifest.serialise():
        return False
    folders: dict[str, dict[str, str]] = {}
    for name, expected in manifest.outputs.items():
        folder, _, file = name.rpartition("/")
        folders.setdefault(folder, {})[file] = expected
    threads = len(sched_getaffinity(0))
    rest = iter(folders.items())
    # Threads, since reading and hashing are done outside the interpreter's lock; a share each: they rarely meet.
    shares = [list(islice(rest, -(-len(folders) // threads))) for _ in range(threads)]
    with ThreadPoolExecutor(threads) as pool:
        return all(pool.map(lambda share: _all_as_listed(root, share), shares))


def is_as_listed(root: int, manifest: Manifest, name: str) -> bool:
    """Whether one file has the bytes that a manifest says."""
    data = read(root, name)
    return data is not None and digest(data) == manifest.outputs.get(name)


def _all_as_listed(root: int, folders: Iterable[tuple[str, dict[str, str]]]) -> bool:
    try:
        return all(
            data is not None and digest(data) == listed[file]
            for folder, listed in folders
            for file, data in read_all(root, folder, listed)
        )
    except RenderError:
        return False  # something is in the way: the whole run says what
