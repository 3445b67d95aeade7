"""Native snippets of platforms whose configuration is a tree: they must be trees, and fit into it."""

from collections.abc import Iterator, Mapping
from importlib import import_module

from netgen.cluster.model import Cluster
from netgen.device.build import Build
from netgen.diagnostics.codes import platform as codes
from netgen.diagnostics.finding import Finding
from netgen.platforms.document import PlatformError
from netgen.platforms.model import Platform


def check(cluster: Cluster, platforms: Mapping[str, Platform], build: Build) -> Iterator[Finding]:
    """Yield the snippets that a platform's builder refuses; a text platform takes any line.

    Parameters
    ----------
    build
        Builds a device; remembers those that it has built.
    """
    for fabric in cluster.fabrics:
        for node, snippets in sorted(fabric.overlay.snippets.items()):
            device = build(cluster.device_at(fabric, node))
            platform = platforms[device.platform]
            for builder in dict.fromkeys(filter(None, (artifact.builder for artifact in platform.artifacts))):
                try:
                    import_module(f"netgen.platforms.{platform.name}.{builder}").build(device, platform)
                except PlatformError as error:
                    said = str(error)
                    guilty = next((snippet for snippet in snippets if snippet.origin in said), snippets[0])
                    yield codes.NATIVE.about(said, (*guilty.origin.split("."), "native"))
                    break
