"""Where the files that netgen comes with are found, and how a user's repository overrides them.

A resource is named by its path from the top level, such as ``templates/eos/eos.cfg.j2``. The built-in ones
lie beside the package in a checkout or an editable install, and in ``netgen/_bundled/`` in a wheel. A user's
repository has the same top level and overrides file by file (see `netgen.resources.overrides`).
"""

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from netgen.record import Record

KINDS = ("templates", "playbooks", "catalog")
"""The folders of the top level that hold resources."""

_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


class ResourceError(Exception):
    """A resource is missing, or its name or place is not one that netgen reads."""


class Resource(Record):
    """One file that netgen reads.

    Parameters
    ----------
    name
        Path from the top level, with ``/`` between its parts.
    path
        Where the file lies.
    builtin
        The built-in file that this one overrides; ``None`` for a built-in file and for a user's own.
    """

    name: str
    path: Path
    builtin: Path | None = None

    def read(self) -> str:
        """Text of the file.

        Raises
        ------
        ResourceError
            If it cannot be read or is not UTF-8.
        """
        try:
            return self.path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ResourceError(f"{self.path}: cannot be read: {error}") from None

    def digest(self) -> str:
        """SHA-256 of the file's bytes, in hexadecimal."""
        return digest_of(self.path)


class Resources(Record):
    """The folders that are searched: the user's repository first, then the built-in ones.

    Parameters
    ----------
    builtin
        A folder a kind.
    user
        Top level of the user's repository; ``None`` where there is none, or it is the checkout itself.
    """

    builtin: tuple[tuple[str, Path], ...]
    user: Path | None = None

    def find(self, name: str) -> Resource:
        """Return the file of that name, the user's if there is one.

        Raises
        ------
        ResourceError
            If the name leaves the top level, if a link leads out of it, or if there is no such file.
        """
        kind, inner = _parts(name)
        roots = [*([self.user / kind] if self.user else []), dict(self.builtin)[kind]]
        paths = [root.joinpath(*inner) for root in roots]
        found = [_inside(root, inner) if path.is_file() else None for root, path in zip(roots, paths, strict=True)]
        if self.user and found[0] is not None:
            return Resource(name, found[0], found[1])
        if found[-1] is not None:
            return Resource(name, found[-1])
        raise ResourceError(f"there is no {name}: looked for {' and '.join(map(str, paths))}")

    def has(self, name: str) -> bool:
        """Whether there is a file of that name."""
        try:
            self.find(name)
        except ResourceError:
            return False
        return True

    def folders(self, kind: str) -> list[str]:
        """Names of the folders right below a kind, such as the platforms below ``templates``; sorted."""
        roots = [dict(self.builtin)[kind], *([self.user / kind] if self.user else [])]
        return sorted({entry.name for root in roots if root.is_dir() for entry in root.iterdir() if entry.is_dir()})

    def walk(self, under: str) -> Iterator[Resource]:
        """Yield every file below a folder such as ``templates/eos``, sorted by name, the user's over the built-in.

        Files with names that no resource has, such as what editors leave, are passed over.
        """
        kind, inner = _parts(under)
        builtin = dict(_files_below(dict(self.builtin)[kind], inner))
        own = dict(_files_below(self.user / kind, inner)) if self.user else {}
        for name in sorted({*own, *builtin}):
            path = builtin.get(name)
            if name in own:
                yield Resource(f"{kind}/{name}", own[name], path)
            elif path is not None:
                yield Resource(f"{kind}/{name}", path)

    def own(self, kind: str) -> Iterator[Resource]:
        """Yield every file of a kind that is the user's, sorted by name; names that no resource has are passed over."""
        if self.user is not None:
            yield from (self.find(f"{kind}/{name}") for name, _ in sorted(_files_below(self.user / kind, [])))

    def is_own(self, resource: Resource) -> bool:
        """Whether a file is the user's, and not one that netgen comes with."""
        return self.user is not None and resource.path.is_relative_to(self.user)


def resources(user: Path | None = None) -> Resources:
    """Find the built-in resources, and the user's over them.

    Parameters
    ----------
    user
        Top level of the user's repository (see `user_root`).

    Raises
    ------
    ResourceError
        If netgen's own files are not where the installation should have put them.
    """
    package = Path(__file__).resolve().parents[1]
    bundled = package / "_bundled"
    top = bundled if bundled.is_dir() else package.parent
    if not (top / "templates").is_dir():
        raise ResourceError(f"netgen's own templates are not in {top}: the installation is incomplete; reinstall it")
    builtin = (("templates", top / "templates"), ("playbooks", top / "playbooks"), ("catalog", package / "catalog"))
    own = user.resolve() if user is not None else None
    return Resources(builtin, None if own == top else own)


def user_root(intent: Path) -> Path | None:
    """Top level of the repository that an intent folder belongs to: ``R`` for ``R/intent/<cluster>``, else nothing."""
    folder = intent.resolve()
    return folder.parent.parent if folder.parent.name == "intent" else None


def _parts(name: str) -> tuple[str, list[str]]:
    kind, *inner = name.split("/")
    if kind not in KINDS or not _plain(inner):
        raise ResourceError(f"{name!r} is not the name of a resource: it is {'/, '.join(KINDS)}/ and plain names below")
    return kind, inner


def _plain(parts: Iterable[str]) -> bool:
    return all(_PART.fullmatch(part) for part in parts)


def _files_below(root: Path, inner: list[str]) -> Iterator[tuple[str, Path]]:
    """Yield the files below a folder of a root, with their names from there; links to folders are not followed."""
    folder = _inside(root, inner)
    if not folder.is_dir():
        return
    with os.scandir(folder) as entries:
        for entry in entries:
            below = [*inner, entry.name]
            if not _plain([entry.name]) or entry.name == "__pycache__":
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from _files_below(root, below)
            elif entry.is_file():
                yield "/".join(below), _inside(root, below) if entry.is_symlink() else folder / entry.name


def _inside(root: Path, inner: list[str]) -> Path:
    path = root.joinpath(*inner)
    # `resolve` follows links: a repository may not lead a build to read files beside it.
    if not path.resolve().is_relative_to(root.resolve()):
        raise ResourceError(f"{path} is a link that leads out of {root}: netgen reads only what lies inside")
    return path


def digest_of(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal.

    Raises
    ------
    ResourceError
        If it cannot be read.
    """
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise ResourceError(f"{path}: cannot be read: {error}") from None
