"""Reads the lists of GUIDs that InfiniBand fabrics name."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field, ValidationError

from netgen.diagnostics.codes import reading, schema
from netgen.diagnostics.model import Diagnostic, Label
from netgen.intent.characters import decode
from netgen.intent.errors import diagnose
from netgen.intent.files import MAX_LIST_BYTES, InputRefusedError, read_bytes
from netgen.intent.guids import GuidTable, ListedPort, SeenLink
from netgen.intent.ibnetdiscover import is_ibnetdiscover, read_ibnetdiscover, read_links
from netgen.intent.infiniband import Guid
from netgen.intent.lists import graft, where_named
from netgen.intent.models import Intent
from netgen.intent.network import Model
from netgen.intent.positions import Entry, MappingNode, Tree, to_data
from netgen.intent.table import parse_csv
from netgen.intent.texts import Line

GUIDS = "guids"


def _number(value: object) -> object:
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value


class ListedGuid(Model):
    """A port of an HCA, or a switch: a row of a list of GUIDs."""

    device: Line
    hca: Line | None = None
    """RDMA device, such as ``mlx5_0``; empty: the row is of a switch."""
    port: Annotated[int, BeforeValidator(_number), Field(ge=0, le=254)]
    """Number of the port; 0 of a switch (IBA 1.4, 14.2.5.6)."""
    guid: Guid | None = None
    """Of the port; a switch has none but its node's."""
    node_guid: Guid


Links = tuple[SeenLink, ...] | None
"""Cables of a list; ``None``: it is a table, and has none."""
_COLUMNS = tuple(field.alias or name for name, field in ListedGuid.model_fields.items())


def guid_files_of(intent: Intent) -> set[str]:
    """Return the names of all lists of GUIDs."""
    return {fabric.guids for fabric in intent.infiniband.values() if fabric.guids is not None}


def read_guids(intent: Intent, root: Path, tree: Tree) -> tuple[Mapping[str, GuidTable], Tree, list[Diagnostic]]:
    """Read the lists of GUIDs, and graft their rows into the tree, by the numbers of their lines.

    Returns
    -------
    tuple
        The lists by the name of the fabric, the tree, and what is wrong; rows that are refused are left out.
    """
    found: dict[str, GuidTable] = {}
    diagnostics: list[Diagnostic] = []
    for name, fabric in intent.infiniband.items():
        if fabric.guids is None:
            continue
        path = ("fabrics", name, GUIDS)
        try:
            table, links, wrong = _table(root / fabric.guids, root)
        except InputRefusedError as refused:
            diagnostics.append(where_named(refused.diagnostic, tree, path))
            continue
        diagnostics += wrong
        if table is not None:
            tree = graft(tree, path, table)
            found[name], wrong = _listed(table, links, tree, path)
            diagnostics += wrong
    return found, tree, diagnostics


def _table(file: Path, root: Path) -> tuple[MappingNode | None, Links, list[Diagnostic]]:
    text, wrong = decode(file, read_bytes(file, root=root, budget_bytes=MAX_LIST_BYTES, limit_bytes=MAX_LIST_BYTES))
    if wrong:
        return None, None, wrong
    if is_ibnetdiscover(text):
        return read_ibnetdiscover(file, text), tuple(read_links(text)), []
    table, wrong = parse_csv(file, text, columns=_COLUMNS, required=_COLUMNS, key=None)
    return table, None, wrong


def _listed(table: MappingNode, links: Links, tree: Tree, path: tuple[str, ...]) -> tuple[GuidTable, list[Diagnostic]]:
    ports: list[ListedPort] = []
    switches: dict[str, int] = {}
    rows: dict[str, str] = {}
    twice: dict[str, Entry] = {}
    first: dict[str, Entry] = {}
    diagnostics: list[Diagnostic] = []
    for line, entry in table.entries.items():
        try:
            said = ListedGuid.model_validate(to_data(entry.node))
        except ValidationError as error:
            diagnostics += diagnose(error, tree, ListedGuid, prefix=(*path, line))
            continue
        if said.hca is None:
            again = rows.setdefault(said.device, line)
            switches.setdefault(said.device, said.node_guid)
            if again != line:
                twice[said.device] = entry
                first.setdefault(said.device, table.entries[again])
        elif said.guid is None:
            message = f"the row of {said.device} names {said.hca} and no GUID of its port"
            diagnostics.append(schema.MISSING_KEY.at(entry.node.span, message, advice="fill in the cell `guid`"))
        else:
            ports.append(ListedPort(said.device, said.hca, said.port, said.guid, said.node_guid, line))
    if links is None:
        diagnostics += [_twice(name, entry, first[name]) for name, entry in twice.items()]
    else:
        # switches without management all describe themselves alike: their cables tell who they are
        switches = {name: guid for name, guid in switches.items() if name not in twice}
        rows = {name: row for name, row in rows.items() if name not in twice}
    return GuidTable(tuple(ports), switches, rows, links or ()), diagnostics


def _twice(name: str, entry: Entry, first: Entry) -> Diagnostic:
    return reading.DUPLICATE_ROW.at(
        entry.node.span,
        f"two rows are of the switch {name}",
        related=(Label(first.node.span, "the first one"),),
        advice="keep one of the two",
    )
