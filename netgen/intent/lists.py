"""The lists of an explicit fabric: its switches, and its cables."""

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from string import Formatter
from typing import Any

from msgspec import field
from pydantic import ValidationError

from netgen.diagnostics.codes import reading, references
from netgen.diagnostics.model import Diagnostic, Label
from netgen.intent.characters import decode
from netgen.intent.errors import diagnose
from netgen.intent.files import MAX_LIST_BYTES, InputRefusedError, read_bytes
from netgen.intent.ibnetdiscover import is_ibnetdiscover, read_cabling
from netgen.intent.infiniband import InfinibandFabric
from netgen.intent.models import Intent, ListedSwitch
from netgen.intent.network import Network
from netgen.intent.positions import Entry, MappingNode, Node, ScalarNode, Tree, to_data
from netgen.intent.table import parse_csv
from netgen.record import Record, replace

CABLING, SWITCHES = "cabling", "switches"
"""Keys of a fabric that name its lists; paths below them lead into the tables."""
ENDS = ("a_device", "a_interface", "b_device", "b_interface")
"""Columns of a list of cables; others are left out."""
LINK, EXTERNAL = "link", "external"
"""What a list that netgen wrote says of a cable to a router that is not netgen's: the intent's `externals` say it."""
_COLUMNS = tuple(field.alias or name for name, field in ListedSwitch.model_fields.items())


_IDS = ("pod", "unit", "rail", "plane")


class ListedCable(Record):
    """A row of a list of cables; an empty end *b*: a port that is kept for what is not there yet."""

    line: str
    """By which the row is found in the list."""
    a_device: str
    a_interface: str
    b_device: str = ""
    b_interface: str = ""


class Lists(Record):
    """What exists of an explicit fabric."""

    switches: Mapping[str, ListedSwitch] = field(default_factory=dict)
    """By name."""
    cables: tuple[ListedCable, ...] = ()
    by_pattern: bool = False
    """Whether the switches follow from the names in the list of cables."""


def read_lists(intent: Intent, root: Path, tree: Tree) -> tuple[dict[str, Lists], Tree, list[Diagnostic]]:
    """Read the lists of all fabrics that name some, and graft their rows into the tree."""
    lists: dict[str, Lists] = {}
    diagnostics: list[Diagnostic] = []
    for name, fabric in intent.networks.items():
        if fabric.cabling is None and fabric.switches is None:
            continue
        switches, tree, found = _switches(fabric, name, root, tree)
        cables, tree, also_found = _cables(fabric, name, root, tree)
        if fabric.switches is None:
            switches = switches_by_pattern(fabric, name, cables)
        diagnostics += [*found, *also_found]
        lists[name] = Lists(switches, cables, by_pattern=fabric.switches is None)
    return lists, tree, diagnostics


def switches_by_pattern(fabric: Network[Any], name: str, cables: Iterable[ListedCable]) -> dict[str, ListedSwitch]:
    """Return the devices of a list of cables whose names are as the fabric's patterns say; the others are hosts."""
    forms = {role: form for role, pattern in fabric.naming if pattern and (form := _form(pattern, name))}
    found: dict[str, ListedSwitch] = {}
    for device in dict.fromkeys(device for cable in cables for device in (cable.a_device, cable.b_device)):
        for role, form in forms.items():
            match = form.fullmatch(device)
            if match is not None and role in match.groupdict():
                ids = {key: int(number) for key, number in match.groupdict().items() if key in _IDS}
                with suppress(ValidationError):  # a name or a number that no switch can have: it is unknown
                    said = {"name": device, "role": role, "id": int(match[role]), **ids}
                    found.setdefault(device, ListedSwitch.model_validate(said))
    return found


def _form(pattern: str, fabric: str) -> re.Pattern[str] | None:
    """Make the form of names of a pattern; ``None`` where it is none, which a rule tells."""
    form, seen = "", set()
    try:
        for text, field, _, _ in Formatter().parse(pattern):
            number = f"(?P={field})" if field in seen else f"(?P<{field}>0*[1-9][0-9]{{0,4}})"
            form += re.escape(text) + ("" if field is None else re.escape(fabric) if field == "fabric" else number)
            seen.add(field)
        return re.compile(form)
    except (ValueError, re.error):
        return None


def files_of(intent: Intent) -> set[str]:
    """Return the names of all lists."""
    return {file for fabric in intent.networks.values() for file in (fabric.cabling, fabric.switches) if file}


def graft(tree: Tree, path: tuple[str, ...], table: MappingNode) -> Tree:
    """Put the rows of a table where the name of its file stands."""

    def grafted(node: Node, rest: tuple[str, ...]) -> MappingNode:
        if not rest:
            return MappingNode(node.span, table.entries)
        if not isinstance(node, MappingNode):
            raise TypeError(f"nothing stands at {'.'.join(path)}")
        entry = node.entries[rest[0]]
        below = Entry(entry.key, entry.key_span, grafted(entry.node, rest[1:]))
        return MappingNode(node.span, {**node.entries, rest[0]: below})

    return Tree(grafted(tree.root, path))


def _switches(
    fabric: Network[Any], name: str, root: Path, tree: Tree
) -> tuple[dict[str, ListedSwitch], Tree, list[Diagnostic]]:
    if fabric.switches is None:
        return {}, tree, []
    path = ("fabrics", name, SWITCHES)
    table, diagnostics = _table(root, fabric.switches, tree, path, required=("name", "role", "id"))
    if table is None:
        return {}, tree, diagnostics
    tree = graft(tree, path, table)
    rows: dict[str, ListedSwitch] = {}
    for called, entry in table.entries.items():
        try:
            rows[called] = ListedSwitch.model_validate(to_data(entry.node))
        except ValidationError as error:
            diagnostics += diagnose(error, tree, ListedSwitch, prefix=(*path, called))
    return rows, tree, diagnostics


def _cables(
    fabric: Network[Any], name: str, root: Path, tree: Tree
) -> tuple[tuple[ListedCable, ...], Tree, list[Diagnostic]]:
    if fabric.cabling is None:
        return (), tree, []
    path = ("fabrics", name, CABLING)
    infiniband = isinstance(fabric, InfinibandFabric)
    table, diagnostics = _table(root, fabric.cabling, tree, path, required=ENDS, seen=infiniband)
    if table is None:
        return (), tree, diagnostics
    cables: list[ListedCable] = []
    for line, entry in table.entries.items():
        said = {key: str(node.value) for key, node in _cells(entry.node)}
        if said.get(LINK) == EXTERNAL:
            continue
        half = next((end for end in "ab" if (f"{end}_device" in said) != (f"{end}_interface" in said)), None)
        if half is None and "a_device" in said:
            cables.append(ListedCable(line, *(said.get(column, "") for column in ENDS)))
            continue
        message = f"the row names {'half of' if half else 'no'} end {half or 'a'}"
        diagnostics.append(
            reading.UNNAMED_ROW.at(entry.node.span, message, advice="give the end a device and an interface")
        )
    return tuple(cables), graft(tree, path, table), diagnostics


def _cells(row: Node) -> list[tuple[str, ScalarNode]]:
    if not isinstance(row, MappingNode):
        return []
    return [(key, entry.node) for key, entry in row.entries.items() if isinstance(entry.node, ScalarNode)]


def _table(
    root: Path, file: str, tree: Tree, path: tuple[str, ...], *, required: tuple[str, ...], seen: bool = False
) -> tuple[MappingNode | None, list[Diagnostic]]:
    """Read a list; `seen`: it may be what ibnetdiscover prints."""
    cabling = path[-1] == CABLING
    try:
        raw = read_bytes(root / file, root=root, budget_bytes=MAX_LIST_BYTES, limit_bytes=MAX_LIST_BYTES)
    except InputRefusedError as refused:
        return None, [where_named(refused.diagnostic, tree, path)]
    text, diagnostics = decode(root / file, raw)
    if diagnostics:
        return None, diagnostics
    if seen and is_ibnetdiscover(text):
        return read_cabling(root / file, text), []
    return parse_csv(
        root / file,
        text,
        columns=(*ENDS, LINK) if cabling else _COLUMNS,
        required=required,
        key=None if cabling else "name",
        others=cabling,
    )


def where_named(diagnostic: Diagnostic, tree: Tree, path: tuple[str, ...]) -> Diagnostic:
    """Point at the name of a file in the intent, where the file itself cannot be shown."""
    code = references.MISSING_FILE if diagnostic.code == reading.UNREADABLE.code else diagnostic
    return replace(diagnostic, code=code.code, label=Label(tree.value_span(path)))
