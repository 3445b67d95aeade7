"""Load an intent: read its files, validate them, and read what they name."""

from collections.abc import Mapping
from pathlib import Path

from msgspec import field
from pydantic import ValidationError

from netgen.diagnostics.model import Diagnostic
from netgen.diagnostics.order import sort
from netgen.intent.characters import decode
from netgen.intent.errors import diagnose
from netgen.intent.files import InputRefusedError, list_files, read_bytes
from netgen.intent.guid_lists import guid_files_of, read_guids
from netgen.intent.guids import GuidTable
from netgen.intent.lists import Lists, files_of, graft, read_lists, where_named
from netgen.intent.models import Intent, InventoryRow
from netgen.intent.positions import Tree, to_data
from netgen.intent.reader import read
from netgen.intent.table import read_csv
from netgen.record import Record

INVENTORY = ("inventory",)
_COLUMNS = tuple(field.alias or name for name, field in InventoryRow.model_fields.items())


class Loaded(Record):
    """What an intent folder holds.

    Parameters
    ----------
    intent
        ``None`` where it could not be validated.
    inventory
        Rows of the device inventory by name.
    snippets
        Texts of the native files, by the name that the intent gives them.
    lists
        Switches and cables of explicit fabrics, by the fabric's name.
    guids
        GUIDs of InfiniBand fabrics, by the fabric's name.
    tree
        Where everything stands, for findings to come; ``None`` where the files could not be read. Paths
        below ``inventory`` lead into its table, and so with the lists of fabrics.
    files
        All that was read, by path below the folder, in order.
    diagnostics
        All that is wrong so far, in the order of places.
    """

    intent: Intent | None
    inventory: Mapping[str, InventoryRow] = field(default_factory=dict)
    snippets: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[str, Lists] = field(default_factory=dict)
    guids: Mapping[str, GuidTable] = field(default_factory=dict)
    tree: Tree | None = None
    files: tuple[str, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


def load(folder: Path) -> Loaded:
    """Load the intent of a folder, or of one file; never raises because of what is in it."""
    tree, diagnostics = read(folder)
    if tree is None:
        return Loaded(None, diagnostics=sort(diagnostics))
    try:
        intent = Intent.model_validate(tree.data)
    except ValidationError as error:
        suspects = [diagnostic.label.span for diagnostic in diagnostics if diagnostic.label is not None]
        diagnostics += diagnose(error, tree, Intent, suspects=suspects)
        return Loaded(None, tree=tree, diagnostics=sort(diagnostics))
    root = folder if folder.is_dir() else folder.parent
    inventory, tree, found = _inventory(intent, root, tree)
    diagnostics += found
    snippets, found = _snippets(intent, root, tree)
    diagnostics += found
    lists, tree, found = read_lists(intent, root, tree)
    diagnostics += found
    guids, tree, found = read_guids(intent, root, tree)
    diagnostics += found
    named = {
        *snippets,
        *files_of(intent),
        *guid_files_of(intent),
        *([intent.inventory] if intent.inventory is not None else []),
    }
    files = tuple(sorted({*named, *(file.name for file in list_files(folder))}))
    return Loaded(intent, inventory, snippets, lists, guids, tree, files, sort(diagnostics))


def _inventory(intent: Intent, root: Path, tree: Tree) -> tuple[dict[str, InventoryRow], Tree, list[Diagnostic]]:
    """Read the device inventory, if there is one, and graft its rows into the tree."""
    if intent.inventory is None:
        return {}, tree, []
    try:
        table, diagnostics = read_csv(
            root / intent.inventory, root=root, columns=_COLUMNS, required=("name",), key="name"
        )
    except InputRefusedError as refused:
        return {}, tree, [where_named(refused.diagnostic, tree, INVENTORY)]
    if table is None:
        return {}, tree, diagnostics
    tree = graft(tree, INVENTORY, table)
    rows: dict[str, InventoryRow] = {}
    for name, entry in table.entries.items():
        try:
            rows[name] = InventoryRow.model_validate(to_data(entry.node))
        except ValidationError as error:
            diagnostics += diagnose(error, tree, InventoryRow, prefix=(*INVENTORY, name))
    return rows, tree, diagnostics


def _snippets(intent: Intent, root: Path, tree: Tree) -> tuple[dict[str, str], list[Diagnostic]]:
    """Read the files of native lines that exceptions name."""
    texts: dict[str, str] = {}
    diagnostics: list[Diagnostic] = []
    for fabric_name, fabric in intent.fabrics.items():
        for name, deviation in fabric.exceptions.items():
            if deviation.native is None or deviation.native in texts:
                continue
            file = root / deviation.native
            try:
                text, found = decode(file, read_bytes(file, root=root))
            except InputRefusedError as refused:
                named = ("fabrics", fabric_name, "exceptions", name, "native")
                text, found = "", [where_named(refused.diagnostic, tree, named)]
            texts[deviation.native] = text
            diagnostics += found
    return texts, diagnostics
