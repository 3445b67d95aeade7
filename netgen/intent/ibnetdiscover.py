"""Reads what ibnetdiscover prints as a list of GUIDs: the same nodes as those of a CSV file, with their places.

The format is that of rdma-core, infiniband-diags/ibnetdiscover.c; the descriptions of nodes are those that hosts and
switches give themselves: ``host mlx5_0`` of rdma-core's rdma-ndd (``%h %d``), ``MF0;switch:MODEL/U1`` of MLNX-OS.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from netgen.diagnostics.model import Span
from netgen.intent.guids import SeenLink
from netgen.intent.positions import Entry, MappingNode, ScalarNode

_NODE = re.compile(r'(?P<kind>Switch|Ca|Rt)\s+[0-9]+\s+"[SHR]-(?P<guid>[0-9a-fA-F]{16})"\s*#\s*"(?P<said>[^"]*)"')
_PORT = re.compile(r"\[(?P<port>[0-9]+)\](?:\[ext [0-9]+\])?\((?P<guid>[0-9a-fA-F]{1,16})\)")
_OF_HCA = re.compile(r"(?P<device>[A-Za-z0-9-]+)(?:\.\S*)? (?P<hca>\S+)")
_OF_SWITCH = re.compile(r"MF0;(?P<device>[^:;]+):\S+/U[0-9]+")
_AGGREGATION = "Mellanox Technologies Aggregation Node"
"""A switch's own endpoint, by which it adds up what hosts send (SHARP): an HCA of no host."""
_LINK = re.compile(
    r'\[(?P<port>[0-9]+)\](?:\[ext [0-9]+\])?\s+"[SHR]-(?P<peer>[0-9a-fA-F]{16})"\[(?P<peer_port>[0-9]+)\]'
)
_CABLE = re.compile(
    r'\[(?P<port>[0-9]+)\](?:\[ext [0-9]+\])?\s+"(?P<kind>[HSR])-(?P<peer>[0-9a-fA-F]{16})"\[(?P<peer_port>[0-9]+)\]'
    r'[^#]*#\s*"(?P<said>[^"]*)"'
)
UNNAMED = "?"
"""RDMA device of a port whose node describes itself otherwise."""


def is_ibnetdiscover(text: str) -> bool:
    """Whether a text is what ibnetdiscover prints, and no table."""
    return _NODE.search(text) is not None


def read_ibnetdiscover(file: Path, text: str) -> MappingNode:
    """Return a row for each switch and for each cabled port of an HCA, by the numbers of their lines."""
    table = MappingNode(Span(file, 1, 1, 1, 1))
    for line, cells in _rows(file, text.split("\n")):
        entries = {column: Entry(column, node.span, node) for column, node in cells.items()}
        first = next(iter(cells.values())).span
        table.entries[str(line)] = Entry(str(line), first, MappingNode(first, entries))
    return table


def read_links(text: str) -> Iterator[SeenLink]:
    """Yield the cables at switches."""
    switch: int | None = None
    for line in text.split("\n"):
        node = _NODE.match(line)
        if node is not None:
            switch = int(node["guid"], 16) if node["kind"] == "Switch" else None
        link = None if switch is None else _LINK.match(line)
        if link is not None and switch is not None:
            yield SeenLink(switch, int(link["port"]), int(link["peer"], 16), int(link["peer_port"]))


def read_cabling(file: Path, text: str) -> MappingNode:
    """Return the cables as the rows of a list of them, by their lines; each once, switches as end *a*."""
    table = MappingNode(Span(file, 1, 1, 1, 1))
    switch: re.Match[str] | None = None
    above, seen = 0, set[tuple[str, str]]()
    for number, line in enumerate(text.split("\n"), 1):
        node = _NODE.match(line)
        if node is not None:
            switch, above = node if node["kind"] == "Switch" else None, number
            continue
        link = None if switch is None else _CABLE.match(line)
        if link is None or switch is None or _AGGREGATION in link["said"] or (switch["guid"], link["port"]) in seen:
            continue
        seen.add((link["peer"], link["peer_port"]))
        device, interface = _peer(file, number, link)
        cells = {
            "a_device": _named(file, above, switch, _OF_SWITCH),
            "a_interface": _cell(file, number, link.start("port"), link["port"]),
            "b_device": device,
            "b_interface": interface,
        }
        entries = {column: Entry(column, cell.span, cell) for column, cell in cells.items()}
        span = Span(file, number, 1, number, len(line) + 1)
        table.entries[str(number)] = Entry(str(number), span, MappingNode(span, entries))
    return table


def _peer(file: Path, number: int, link: re.Match[str]) -> tuple[ScalarNode, ScalarNode]:
    """Return what the far end of a cable is called, and its port: of a host, its RDMA device."""
    if link["kind"] == "S":
        return _named(file, number, link, _OF_SWITCH), _cell(file, number, link.start("peer_port"), link["peer_port"])
    said = _OF_HCA.fullmatch(link["said"])
    hca, start = (UNNAMED, 0) if said is None else (said["hca"], said.start("hca"))
    return _named(file, number, link, _OF_HCA), _cell(file, number, link.start("said") + start, hca)


def _named(file: Path, number: int, match: re.Match[str], form: re.Pattern[str]) -> ScalarNode:
    """Return the name of a device within the description of a node; the whole description where it has none."""
    said = form.fullmatch(match["said"])
    name, start = (match["said"], 0) if said is None else (said["device"], said.start("device"))
    return _cell(file, number, match.start("said") + start, name)


def _rows(file: Path, lines: list[str]) -> Iterator[tuple[int, dict[str, ScalarNode]]]:
    node: re.Match[str] | None = None
    above = 0
    for number, line in enumerate(lines, 1):
        found = _NODE.match(line)
        if found is not None:
            node, above = found, number
            if node["kind"] == "Switch":
                yield number, _of_switch(file, number, node)
            continue
        port = _PORT.match(line)
        is_hca = node is not None and node["kind"] == "Ca" and _AGGREGATION not in node["said"]
        if port is not None and node is not None and is_hca:
            yield number, _of_hca(file, (above, node), (number, port))


def _of_switch(file: Path, number: int, node: re.Match[str]) -> dict[str, ScalarNode]:
    return {
        "device": _named(file, number, node, _OF_SWITCH),
        "port": _cell(file, number, node.start("kind"), "0"),
        "node-guid": _hexadecimal(file, number, node),
    }


def _of_hca(
    file: Path, of_node: tuple[int, re.Match[str]], of_port: tuple[int, re.Match[str]]
) -> dict[str, ScalarNode]:
    (above, node), (number, port) = of_node, of_port
    said, start = _OF_HCA.fullmatch(node["said"]), node.start("said")
    device, hca = (node["said"], UNNAMED) if said is None else (said["device"], said["hca"])
    return {
        "device": _cell(file, above, start, device),
        "hca": _cell(file, above, start if said is None else start + said.start("hca"), hca),
        "port": _cell(file, number, port.start("port"), port["port"]),
        "guid": _hexadecimal(file, number, port),
        "node-guid": _hexadecimal(file, above, node),
    }


def _hexadecimal(file: Path, line: int, match: re.Match[str]) -> ScalarNode:
    cell = _cell(file, line, match.start("guid"), match["guid"])
    return ScalarNode(cell.span, f"0x{match['guid']}")


def _cell(file: Path, line: int, start: int, text: str) -> ScalarNode:
    return ScalarNode(Span(file, line, start + 1, line, start + len(text) + 1), text)
