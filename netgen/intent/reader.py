"""Read an intent: a folder of YAML files, or one of them."""

from pathlib import Path

from netgen.diagnostics.model import Diagnostic
from netgen.diagnostics.order import sort
from netgen.intent.characters import decode
from netgen.intent.compose import compose
from netgen.intent.files import MAX_TOTAL_BYTES, InputRefusedError, list_files, read_bytes
from netgen.intent.merge import merge
from netgen.intent.positions import MappingNode, Tree


def read(folder_or_file: Path) -> tuple[Tree | None, list[Diagnostic]]:
    """Read and join the files of an intent.

    Parameters
    ----------
    folder_or_file
        A folder, of which all ``*.yaml`` and ``*.yml`` files are read in the order of their names, or one
        file. Spans name files below this path as it was given.

    Returns
    -------
    tuple
        The tree, and all findings in the order of their places. There is no tree where a part of what was
        written could not be read at all: what is missing would only cause more findings. A key given twice
        leaves a tree, with the first of its values.
    """
    root = folder_or_file if folder_or_file.is_dir() else folder_or_file.parent
    try:
        files = list_files(folder_or_file)
    except InputRefusedError as refused:
        return None, [refused.diagnostic]
    mappings: list[MappingNode] = []
    diagnostics: list[Diagnostic] = []
    budget_bytes = MAX_TOTAL_BYTES
    for file in files:
        try:
            raw = read_bytes(file, root=root, budget_bytes=budget_bytes)
        except InputRefusedError as refused:
            diagnostics.append(refused.diagnostic)
            continue
        budget_bytes -= len(raw)
        mapping, found = _read_text(file, raw)
        diagnostics += found
        if mapping is not None:
            mappings.append(mapping)
    if len(mappings) < len(files):
        return None, list(sort(diagnostics))
    joined = mappings[0]
    for mapping in mappings[1:]:
        joined, found = merge(joined, mapping)
        diagnostics += found
    return Tree(joined), list(sort(diagnostics))


def _read_text(file: Path, raw: bytes) -> tuple[MappingNode | None, list[Diagnostic]]:
    text, diagnostics = decode(file, raw)
    return (None, diagnostics) if diagnostics else compose(file, text)
