"""CSV tables with the place of every cell, such as the device inventory.

A table becomes a mapping of rows by name, of cells by column: the same nodes as those of YAML, so that
models, errors and positions work alike. RFC 4180, without line ends in cells. Cells are text, without
blanks around them; an empty cell is absent.
"""

import re
from collections.abc import Collection, Iterator
from pathlib import Path

from netgen.diagnostics.codes import reading
from netgen.diagnostics.codes.code import Code
from netgen.diagnostics.model import Diagnostic, Label, Span
from netgen.diagnostics.suggest import closest, did_you_mean, listing
from netgen.intent.characters import decode
from netgen.intent.files import MAX_FILE_BYTES, InputRefusedError, read_bytes
from netgen.intent.positions import Entry, MappingNode, ScalarNode
from netgen.record import Record

# A cell up to the comma or the end of the line after it, quoted or not.
_CELL = re.compile(r'[ \t]*(?:"(?P<quoted>(?:[^"]|"")*)"|(?P<plain>[^",]*))[ \t]*(?P<end>,|$)')


class _Cell(Record):
    text: str
    span: Span


_UNREAD = _Cell("", Span(Path(), 1, 1, 1, 1))


def read_csv(
    file: Path,
    *,
    root: Path,
    columns: Collection[str],
    required: Collection[str],
    key: str | None,
    others: bool = False,
    limit_bytes: int = MAX_FILE_BYTES,
) -> tuple[MappingNode | None, list[Diagnostic]]:
    """Read a table whose first line names the columns, in any order.

    Parameters
    ----------
    file
        The table; it must lie in `root`.
    root
        The folder of the intent.
    columns
        All columns that there may be.
    required
        Those that must be there.
    key
        The column, one of the required, whose cells are unique and name the rows; ``None``: rows are named by the
        numbers of their lines.
    others
        Whether there may be other columns too, which are left out.
    limit_bytes
        How large the file may be.

    Returns
    -------
    tuple
        Rows by name, each a mapping of columns to text, or ``None`` where the header is wrong or the text no
        CSV; and what is wrong. A row that is refused is left out.

    Raises
    ------
    InputRefusedError
        The file cannot be opened, is too large, or lies elsewhere.
    """
    text, diagnostics = decode(file, read_bytes(file, root=root, budget_bytes=limit_bytes, limit_bytes=limit_bytes))
    if diagnostics:
        return None, diagnostics
    return parse_csv(file, text, columns=columns, required=required, key=key, others=others)


def parse_csv(
    file: Path,
    text: str,
    *,
    columns: Collection[str],
    required: Collection[str],
    key: str | None,
    others: bool = False,
) -> tuple[MappingNode | None, list[Diagnostic]]:
    """Read the table of a text; parameters and results are those of `read_csv`."""
    lines = ((number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip())
    try:
        header = _cells(file, *next(lines, (1, "")))
        wanted = {place for place, cell in enumerate(header) if cell.text in columns} if others else None
        rows = [header, *(_cells(file, number, line, wanted) for number, line in lines)]
    except InputRefusedError as refused:
        return None, [refused.diagnostic]
    diagnostics = list(
        _check_header(header, {*columns, *(cell.text for cell in header)} if others else columns, required)
    )
    if diagnostics:
        return None, diagnostics
    return _collect(rows, columns, key)


def _cells(file: Path, number: int, line: str, wanted: Collection[int] | None = None) -> list[_Cell]:
    """Split a line; of cells that are not wanted, nothing may be known but that they are there."""
    if wanted is not None and '"' not in line:
        return _some_cells(file, number, line.split(","), wanted)
    cells: list[_Cell] = []
    offset = 0
    while True:
        match = _CELL.match(line, offset)
        if match is None:
            raise InputRefusedError(_bad_cell(file, number, line, offset))
        quoted = match["quoted"]
        text = match["plain"].strip() if quoted is None else quoted.replace('""', '"').strip()
        start = match.start("plain") if quoted is None else match.start("quoted") - 1
        end = start + len(text) if quoted is None else match.end("quoted") + 1
        cells.append(_Cell(text, Span(file, number, start + 1, number, end + 1)))
        if not match["end"]:
            return cells
        offset = match.end()


def _some_cells(file: Path, number: int, parts: list[str], wanted: Collection[int]) -> list[_Cell]:
    """Make the cells that are wanted, and the outermost; a list may have many columns that are of no use here."""
    cells, offset, last = [], 0, len(parts) - 1
    for place, part in enumerate(parts):
        if place in wanted or place in (0, last):
            text, start = part.strip(), offset + len(part) - len(part.lstrip())
            cells.append(_Cell(text, Span(file, number, start + 1, number, start + len(text) + 1)))
        else:
            cells.append(_UNREAD)
        offset += len(part) + 1
    return cells


def _bad_cell(file: Path, number: int, line: str, offset: int) -> Diagnostic:
    start = offset + len(line[offset:]) - len(line[offset:].lstrip())
    if not line.startswith('"', start):
        quote = line.index('"', start)
        span = Span(file, number, quote + 1, number, quote + 2)
        message, advice = "a quote stands inside an unquoted cell", 'quote the whole cell, and write the quote as `""`'
    elif line.find('"', start + 1) < 0:
        span = Span(file, number, start + 1, number, len(line) + 1)
        message, advice = "this quote is never closed", "close it on the same line"
    else:
        span = Span(file, number, start + 1, number, len(line) + 1)
        message, advice = "text follows the closing quote", 'write a quote inside a cell as `""`'
    return reading.TABLE_SYNTAX.at(span, message, advice=advice)


def _check_header(header: list[_Cell], columns: Collection[str], required: Collection[str]) -> Iterator[Diagnostic]:
    first: dict[str, _Cell] = {}
    unknown: list[_Cell] = []
    for cell in header:
        if cell.text not in columns:
            unknown.append(cell)
        elif cell.text in first:
            yield reading.DUPLICATE_COLUMN.at(
                cell.span,
                f"the column `{cell.text}` is given twice",
                related=(Label(first[cell.text].span, "first given here"),),
                advice="remove one",
            )
        else:
            first[cell.text] = cell
    absent = [name for name in required if name not in first]
    span = Span(header[0].span.file, header[0].span.line, 1, header[-1].span.line, header[-1].span.end_column)
    if not first and not any({";", "\t"} & set(cell.text) or closest(cell.text, columns) for cell in unknown):
        advice = f"begin with a line that names them: {listing(sorted(columns))}"
        yield reading.UNKNOWN_COLUMN.at(span, "the first line names no column of the table", advice=advice)
        return
    for cell in unknown:
        free = [name for name in columns if name not in first]
        advice = "separate the cells by commas" if {";", "\t"} & set(cell.text) else did_you_mean(cell.text, free)
        yield reading.UNKNOWN_COLUMN.at(cell.span, f"unknown column `{cell.text}`", advice=advice)
    # A misspelt required column is one mistake, not two.
    missed = [name for name in absent if not any(closest(cell.text, [name]) for cell in unknown)]
    if missed and len(unknown) < len(header):
        yield reading.MISSING_COLUMN.at(span, f"the column {listing(missed)} is missing", advice="add it")


def _collect(
    rows: list[list[_Cell]], columns: Collection[str], key: str | None
) -> tuple[MappingNode, list[Diagnostic]]:
    header = [cell.text for cell in rows[0]]
    table = MappingNode(_row_span(rows[0]))
    diagnostics: list[Diagnostic] = []
    for row in rows[1:]:
        refusal = _refusal(row, header, key, table)
        if refusal is not None:
            diagnostics.append(refusal)
            continue
        entries = {
            column: Entry(column, cell.span, ScalarNode(cell.span, cell.text))
            for column, cell in zip(header, row, strict=True)
            if cell.text and column in columns
        }
        name = row[0] if key is None else row[header.index(key)]
        called = str(name.span.line) if key is None else name.text
        table.entries[called] = Entry(called, name.span, MappingNode(_row_span(row), entries))
    return table, diagnostics


def _refusal(row: list[_Cell], header: list[str], key: str | None, table: MappingNode) -> Diagnostic | None:
    """Say what is wrong with a row as a whole."""
    if len(row) != len(header):
        return _at_row(
            reading.ROW_LENGTH,
            row,
            f"the row has {len(row)} cells, the header {len(header)}",
            "fill in or remove cells",
        )
    if key is None:
        return None
    name = row[header.index(key)]
    if not name.text:
        return _at_row(reading.UNNAMED_ROW, row, f"the cell `{key}` is empty", f"give the row a {key}")
    first = table.entries.get(name.text)
    if first is None:
        return None
    return reading.DUPLICATE_ROW.at(
        name.span,
        f"two rows have the {key} `{name.text}`",
        related=(Label(first.key_span, "the first one"),),
        advice="keep one of the two",
    )


def _at_row(code: Code, row: list[_Cell], message: str, advice: str) -> Diagnostic:
    return code.at(_row_span(row), message, advice=advice)


def _row_span(row: list[_Cell]) -> Span:
    first, last = row[0].span, row[-1].span
    return Span(first.file, first.line, 1, last.line, last.end_column)
