"""An intent as bytes, with what its repository has of its own: enough to render it on another machine.

Nothing has to be shared with that machine but netgen itself, of the same code. Secrets are not in it: an intent refers
to them, and only a session with a device resolves them.
"""

import tempfile
import weakref
from collections.abc import Iterator
from pathlib import Path

from netgen.compile import Compiled, compile_intent
from netgen.record import Record
from netgen.render.errors import RenderError
from netgen.render.inputs import SUFFIXES, digest_code
from netgen.render.source import Source, open_source


class Bundle(Record):
    """Files of a repository.

    Parameters
    ----------
    code
        Digest of the code of netgen that is to render it (`netgen.render.inputs.digest_code`).
    intent
        Path of the intent, from the top of the repository.
    files
        Their paths from there, and bytes.
    """

    code: str
    intent: str
    files: tuple[tuple[str, bytes], ...]


def pack(intent: Path, compiled: Compiled) -> Bundle:
    """Read all that a compiled intent was made from, but for what every netgen has.

    Raises
    ------
    RenderError
        If a file cannot be read.
    """
    place = intent.resolve()
    folder = place if place.is_dir() else place.parent
    own = compiled.found.user is not None
    top = f"intent/{folder.name}" if own else folder.name
    files = [*_files(folder, top, compiled.files), *_own_resources(compiled)]
    return Bundle(digest_code(), top if place.is_dir() else f"{top}/{place.name}", tuple(files))


def unpack(bundle: Bundle) -> Source:
    """Compile an intent that was packed elsewhere; its files are there as long as what is returned.

    Raises
    ------
    RenderError
        If the netgen here is another one, or a path leads out of the repository.
    """
    if bundle.code != digest_code():
        raise RenderError("a worker has another netgen than this one: install the same on all of them")
    folder = tempfile.TemporaryDirectory(prefix="netgen-bundle-")
    top = Path(folder.name).resolve()
    for name, data in bundle.files:
        path = (top / name).resolve()
        if not path.is_relative_to(top):
            raise RenderError(f"a bundle has the file {name!r}, which leads out of it")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    source = open_source(compile_intent(top / bundle.intent))
    # Templates are read when they are first used.
    weakref.finalize(source.renderer.templates, folder.cleanup)
    return source


def _files(folder: Path, top: str, names: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    for name in names:
        try:
            yield f"{top}/{name}", (folder / name).read_bytes()
        except OSError as error:
            raise RenderError(f"{folder / name} cannot be read: {error.strerror}") from None


def _own_resources(compiled: Compiled) -> Iterator[tuple[str, bytes]]:
    for kind in ("catalog", "templates"):
        for resource in compiled.found.own(kind):
            if resource.path.suffix in SUFFIXES:
                yield resource.name, resource.path.read_bytes()
