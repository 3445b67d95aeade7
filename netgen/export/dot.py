"""Graphs in the DOT language (graphviz.org/doc/info/lang.html): for Graphviz, and for PTM, which reads a part of it."""

from collections.abc import Iterator

from netgen.cluster.topology.slots import HOST
from netgen.export.cables import Cabling
from netgen.export.errors import ExportError
from netgen.export.out_of_band import every_cable, switches


def quoted(text: str) -> str:
    """Return a text as a quoted identifier."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def graphviz(cabling: Cabling) -> Iterator[str]:
    """Yield a picture's source: devices tier by tier, a line for every cable, with the ports at its ends."""
    yield f"graph {quoted(cabling.cluster.name)} {{\n"
    yield "  graph [rankdir=TB, ranksep=2, splines=line];\n  node [shape=box];\n  edge [fontsize=8];\n"
    tier = None
    for ref in cabling.devices():
        belongs = (ref.role == HOST or ref.fabric, ref.role)
        if belongs != tier:
            if tier is not None:
                yield "  }\n"
            yield "  {\n    rank=same;\n"
            tier = belongs
        yield f"    {quoted(ref.name)};\n"
    if tier is not None:
        yield "  }\n"
    for ref, _ in switches(cabling):
        yield f"  {quoted(ref.name)};\n"
    for cable in every_cable(cabling):
        # The upper end first: Graphviz ranks the tail of an edge above its head.
        ends = f"{quoted(cable.b.name)} -- {quoted(cable.a.name)}"
        ports = f"taillabel={quoted(cable.b.socket.interface)}, headlabel={quoted(cable.a.socket.interface)}"
        yield f"  {ends} [{ports}, label={quoted(f'{cable.speed_gbps}G')}];\n"
    yield "}\n"


def ptm(cabling: Cabling) -> Iterator[str]:
    """Yield ``topology.dot`` for Cumulus Linux's PTM, which compares it with what LLDP says.

    Every edge is ``"device":"port" -- "device":"port"`` (NVIDIA, Cumulus Linux, Prescriptive Topology Manager).

    Raises
    ------
    ExportError
        If no fabric of Ethernet is asked for.
    """
    infiniband = {fabric.name for fabric in cabling.cluster.infiniband}
    if all(fabric.name in infiniband for fabric in cabling.fabrics):
        raise ExportError("ptm is of switches that speak LLDP, and no fabric that is asked for is of Ethernet")
    yield f"graph {quoted(cabling.cluster.name)} {{\n"
    for cable in cabling:
        if cable.fabric in infiniband:  # whose switches speak no LLDP
            continue
        a, b = cable.a, cable.b
        yield (f"  {quoted(a.name)}:{quoted(a.socket.interface)} -- {quoted(b.name)}:{quoted(b.socket.interface)};\n")
    yield "}\n"
