"""The way from an intent folder to a cluster, or to all that is wrong with it."""

from collections.abc import Mapping
from pathlib import Path

from netgen.catalog.load import load_catalog
from netgen.cluster.model import Cluster
from netgen.diagnostics.model import Diagnostic, Severity
from netgen.diagnostics.order import has_errors, sort
from netgen.intent.load import load
from netgen.intent.locate import locate
from netgen.platforms.load import load_platforms
from netgen.platforms.model import Platform
from netgen.record import Record
from netgen.resources.load import Resources, resources, user_root
from netgen.resources.overrides import outdated_overrides
from netgen.rules.run import derive_checked


class Compiled(Record):
    """What became of an intent.

    Parameters
    ----------
    cluster
        ``None`` if there is an error.
    diagnostics
        All findings, in the order of their places.
    platforms
        All platforms, by name.
    files
        The intent's files, by path below the folder, in order.
    found
        Where templates, platforms and catalog come from.
    """

    cluster: Cluster | None
    diagnostics: tuple[Diagnostic, ...]
    platforms: Mapping[str, Platform]
    files: tuple[str, ...]
    found: Resources

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The findings that refuse the intent."""
        return tuple(d for d in self.diagnostics if d.severity is Severity.ERROR)


def compile_intent(folder: Path) -> Compiled:
    """Read, validate, check and derive the intent of a folder.

    Raises
    ------
    PlatformError, ResourceError
        If the repository's own platforms or catalog entries are not what they must be.
    """
    found = resources(user_root(folder))
    platforms = load_platforms(found)
    loaded = load(folder)
    cluster, diagnostics = None, sort([*loaded.diagnostics, *outdated_overrides(found)])
    if loaded.intent is not None and loaded.tree is not None and not has_errors(loaded.diagnostics):
        cluster, findings = derive_checked(
            loaded.intent,
            loaded.inventory,
            load_catalog(found),
            platforms,
            loaded.snippets,
            loaded.lists,
            loaded.guids,
        )
        tree = loaded.tree
        diagnostics = sort([*diagnostics, *(locate(finding, tree) for finding in findings)])
    return Compiled(cluster, diagnostics, platforms, loaded.files, found)
