"""Digests of everything that a render was made from."""

from collections.abc import Iterator
from pathlib import Path

from netgen.cluster.model import Cluster
from netgen.compile import Compiled
from netgen.render.errors import RenderError
from netgen.render.manifest import digest
from netgen.resources.load import Resource, Resources


def digest_inputs(intent: Path, compiled: Compiled, cluster: Cluster) -> dict[str, str]:
    """SHA-256 of the intent's files, of the catalog, and of the platforms that the cluster uses; by name.

    Raises
    ------
    RenderError, ResourceError
        If one of them cannot be read.
    """
    folder = intent if intent.is_dir() else intent.parent
    digests = {f"intent/{name}": _digest(folder / name) for name in compiled.files}
    digests |= {resource.name: resource.digest() for resource in _resources(compiled.found, cluster)}
    return dict(sorted(digests.items()))


def _resources(found: Resources, cluster: Cluster) -> Iterator[Resource]:
    tiers = {tier.platform for fabric in cluster.fabrics for tier in fabric.tiers.values()}
    platforms = sorted(tiers | {plan.platform for plan in (cluster.hosts, *cluster.others.values())})
    for folder in ("catalog", *(f"templates/{name}" for name in (*platforms, "shared"))):
        # Beside them lie documents and modules, from which nothing is rendered.
        yield from (resource for resource in found.walk(folder) if resource.path.suffix in {".yaml", ".j2"})


def _digest(file: Path) -> str:
    try:
        return digest(file.read_bytes())
    except OSError as error:
        raise RenderError(f"{file} cannot be read: {error.strerror}") from None
