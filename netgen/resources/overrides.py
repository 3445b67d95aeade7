"""The user's files that replace built-in ones, and whether they still know what they replaced.

An overriding file says in its first line what it overrode, in the comment of its own language; when the built-in
file has changed since, netgen says so::

    {# overrides: sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 #}
"""

import re
from pathlib import Path

from netgen.diagnostics.codes import repository as codes
from netgen.diagnostics.model import Diagnostic, Span
from netgen.record import Record
from netgen.resources.load import KINDS, Resource, Resources, digest_of

_MARK = re.compile(r"overrides: sha256:([0-9a-f]{64})\b")


class Override(Record):
    """A user's file in place of a built-in one, and whether it still knows what it replaces.

    Parameters
    ----------
    resource
        The user's file.
    recorded
        Digest that its first line records; ``None`` where it records none.
    current
        Digest of the built-in file as it is now.
    """

    resource: Resource
    recorded: str | None
    current: str

    @property
    def outdated(self) -> bool:
        """Whether the built-in file has changed since it was overridden, or nobody wrote down what it was."""
        return self.recorded != self.current


def overrides(found: Resources) -> list[Override]:
    """List the user's files that replace a built-in one, sorted by name.

    Raises
    ------
    ResourceError
        If one of them cannot be read.
    """
    listed = []
    for kind in KINDS:
        for resource in found.own(kind):
            if resource.builtin is not None:
                mark = _MARK.search(resource.read().partition("\n")[0])
                listed.append(Override(resource, mark[1] if mark else None, digest_of(resource.builtin)))
    return listed


def outdated_overrides(found: Resources) -> list[Diagnostic]:
    """Warn of every override that does not record the built-in file as it is now.

    Raises
    ------
    ResourceError
        If one of them cannot be read.
    """
    return [_outdated(override) for override in overrides(found) if override.outdated]


def _outdated(override: Override) -> Diagnostic:
    resource = override.resource
    mark = f"overrides: sha256:{override.current}"
    line = f"{{# {mark} #}}" if resource.path.suffix == ".j2" else f"# {mark}"
    says = "says nothing of what it overrides" if override.recorded is None else "overrides an older one"
    return codes.OUTDATED_OVERRIDE.at(
        Span(_seen_from_here(resource.path), 1, 1, 1, 1),
        f"`{resource.name}` replaces a built-in file, and {says}",
        notes=() if resource.builtin is None else (f"the built-in file is {_seen_from_here(resource.builtin)}",),
        advice=f"compare the two, then make this the first line: {line}",
    )


def _seen_from_here(path: Path) -> Path:
    """Name a file as somebody in the current directory would; one that is elsewhere in full."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
