"""Digests of everything that a render was made from."""

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from netgen.cluster.model import Cluster
from netgen.compile import Compiled
from netgen.render.errors import RenderError
from netgen.render.manifest import digest
from netgen.resources.load import Resource, Resources

SUFFIXES = frozenset({".yaml", ".j2"})
"""Of resources that something is rendered from; beside them lie documents and modules."""


def digest_inputs(intent: Path, compiled: Compiled, cluster: Cluster) -> dict[str, str]:
    """SHA-256 of the intent's files, of the catalog, of the platforms that the cluster uses, and of netgen; by name.

    Raises
    ------
    RenderError, ResourceError
        If one of them cannot be read.
    """
    folder = intent if intent.is_dir() else intent.parent
    digests = {f"intent/{name}": _digest(folder / name) for name in compiled.files}
    digests |= {resource.name: resource.digest() for resource in _resources(compiled.found, cluster)}
    return dict(sorted({**digests, "netgen": digest_code()}.items()))


@cache
def digest_code() -> str:
    """SHA-256 of netgen's own modules: with others, the same intent may be rendered otherwise."""
    package = Path(__file__).resolve().parents[1]
    # A wheel bears within the package what a checkout has beside it; those are resources, digested where they are used.
    folders = (found for found in os.walk(package) if "_bundled" not in found[0])
    modules = sorted(f"{folder}/{file}" for folder, _, files in folders for file in files if file.endswith(".py"))
    return digest(b"".join(module.removeprefix(str(package)).encode() + _bytes(module) for module in modules))


def _bytes(file: str) -> bytes:
    with open(file, "rb") as stream:  # noqa: PTH123 - of hundreds of files, to make a `Path` each takes longer
        return stream.read()


def _resources(found: Resources, cluster: Cluster) -> Iterator[Resource]:
    tiers = {tier.platform for network in cluster.networks for tier in network.tiers.values()}
    managers = {one.managers.platform for one in cluster.infiniband if one.managers is not None}
    hosts = {plan.platform for plan in (cluster.hosts, *cluster.others.values())}
    platforms = sorted(filter(None, tiers | managers | hosts))
    for folder in ("catalog", *(f"templates/{name}" for name in (*platforms, "shared"))):
        yield from (resource for resource in found.walk(folder) if resource.path.suffix in SUFFIXES)


def _digest(file: Path) -> str:
    try:
        return digest(file.read_bytes())
    except OSError as error:
        raise RenderError(f"{file} cannot be read: {error.strerror}") from None
