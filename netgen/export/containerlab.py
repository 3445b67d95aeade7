"""A topology file for containerlab (containerlab.dev/manual/topo-def-file): nodes by kind, and links."""

from collections.abc import Iterator, Mapping

from netgen.cluster.fabric import DeviceRef
from netgen.cluster.model import Cluster
from netgen.export.cables import Cabling, End
from netgen.export.errors import ExportError
from netgen.export.yaml import quoted
from netgen.platforms.model import Emulation, Platform

LONGEST_PORT = 15
"""Of the name of a Linux interface: IFNAMSIZ less the final zero, linux/if.h."""


def containerlab(cabling: Cabling) -> Iterator[str]:
    """Yield a topology; images are not named in it: they are whoever's who runs it, by ``topology.kinds``.

    Raises
    ------
    ExportError
        If containerlab has no kind for a platform, or a port's name is longer than an interface of Linux can have.
    """
    kinds = {ref.name: _kind(cabling.cluster, cabling.platforms, ref) for ref in cabling.devices()}
    yield f"name: {quoted(cabling.cluster.name)}\n"
    yield "topology:\n  nodes:\n"
    for name, emulation in kinds.items():
        yield f"    {quoted(name)}: {{kind: {emulation.kind}}}\n"
    yield "  links:\n"
    for cable in cabling:
        ends = ", ".join(f'"{end.name}:{_port(kinds[end.name], end)}"' for end in (cable.a, cable.b))
        yield f"    - endpoints: [{ends}]\n"


def _kind(cluster: Cluster, platforms: Mapping[str, Platform], ref: DeviceRef) -> Emulation:
    name = cluster.platform_of(ref)
    emulation = None if name is None else platforms[name].containerlab
    if name is None:
        raise ExportError(f"containerlab has nothing that stands for {ref.name}, a switch without an operating system")
    if emulation is None:
        raise ExportError(
            f"containerlab has nothing that stands for platform {name}, which {ref.name} runs: "
            f"say `containerlab: {{kind: …, port: …}}` in templates/{name}/platform.yaml"
        )
    return emulation


def _port(emulation: Emulation, end: End) -> str:
    socket = end.socket
    port = emulation.port.format(
        name=socket.interface, position=socket.position, cage=socket.cage, lane=socket.lane + 1
    )
    if len(port) > LONGEST_PORT:
        raise ExportError(
            f"{port!r}, a port of {end.name}, is longer than {LONGEST_PORT} characters, which is all that Linux takes"
        )
    return port
