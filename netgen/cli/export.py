"""export: the cabling and what it is made of, in the forms that people and other tools read."""

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from netgen.catalog.optics import load_optics
from netgen.cli.compiled import compiled
from netgen.cli.console import progress, say, table
from netgen.cli.exits import Exit
from netgen.cli.forms import Form, Written
from netgen.cluster.out_of_band import OUT_OF_BAND
from netgen.export import bill, containerlab, dot, ibnetdiscover, listing, netbox, topoconfig, topology_file
from netgen.export.cables import Cabling
from netgen.export.errors import ExportError
from netgen.export.out_of_band import every_cable

_SHOWN = ("item", "length_class", "quantity", "watts_each", "watts", "note")
_SHOWN_EVERY = 1000
_OWN = {
    Form.GRAPHVIZ: dot.graphviz,
    Form.CONTAINERLAB: containerlab.containerlab,
    Form.PTM: dot.ptm,
    Form.IBNETDISCOVER: ibnetdiscover.ibnetdiscover,
    Form.UFM_TOPO: topology_file.topology_file,
    Form.TOPOCONFIG: topoconfig.topoconfig,
}
"""Forms with a format of their own."""
_OF_FABRICS = _OWN.keys() - {Form.GRAPHVIZ}
"""Forms that have no place for the out-of-band network."""


def export(intent: Path, form: Form, *, out: Path | None, fabric: str | None, written: Written | None) -> Exit:
    """Write a form of the cabling to stdout or a file; NetBox's tables to a folder.

    Raises
    ------
    ExportError
        If the cluster cannot be said in that form, or the place cannot be written.
    """
    cluster, result = compiled(intent, brief=True)
    known = [one.name for one in cluster.networks]
    if cluster.management.out_of_band is not None:
        known.append(OUT_OF_BAND)
    if fabric is not None and fabric not in known:
        raise ExportError(f"there is no fabric {fabric!r} in {cluster.name}: there is {', '.join(known)}")
    if fabric == OUT_OF_BAND and form in _OF_FABRICS:
        raise ExportError(f"{form} is of fabrics, and the {OUT_OF_BAND} network is none: ask for a fabric, or for all")
    if written is not None and form not in {Form.CABLING, Form.BOM}:
        raise ExportError(f"{form} has a format of its own; --format is for cabling and bom")
    cabling = Cabling(cluster, result.platforms, load_optics(result.found), fabric)
    if form is Form.NETBOX:
        _write_all(out, netbox.tables(cabling))
    elif out is None:
        sys.stdout.writelines(_lines(cabling, form, written))
    else:
        _write(out, _lines(cabling, form, written))
    return Exit.DONE


def _lines(cabling: Cabling, form: Form, written: Written | None) -> Iterable[str]:
    if form is Form.BOM:
        return _bill(bill.bill(cabling), written)
    if form is Form.CABLING:
        write = listing.as_json if written is Written.JSON else listing.as_csv
        return write(every_cable(cabling), listing.outside(cabling))
    return _OWN[form](cabling)


def _bill(lines: list[bill.Line], written: Written | None) -> Iterable[str]:
    if written is Written.CSV:
        return bill.as_csv(lines)
    rows = bill.rows(lines)
    if written is Written.JSON:
        return [json.dumps(rows, indent=2) + "\n"]
    header = [column.replace("_", " ") for column in _SHOWN]
    shown = [["" if row[column] is None else str(row[column]) for column in _SHOWN] for row in rows]
    return [table(header, shown), *_totals(lines)]


def _totals(lines: list[bill.Line]) -> Iterator[str]:
    for section in ("switch", "optic", "cable"):
        known, unknown = bill.watts(lines, section), bill.without_watts(lines, section)
        if known or not unknown:
            missing = f", and {unknown:,} of which it is not known" if unknown else ""
            yield f"{section} power, at most: {known:,.1f} W{missing}\n"
        else:
            yield f"{section} power: not known\n"


def _write_all(folder: Path | None, tables: dict[str, Iterator[str]]) -> None:
    if folder is None:
        raise ExportError(f"these are {len(tables)} tables ({', '.join(tables)}): say --out DIR")
    for name, lines in tables.items():
        _write(folder / name, lines)


def _counted(name: str, lines: Iterable[str]) -> Iterator[str]:
    """Show on a terminal how far it is."""
    with progress(name, None) as step:
        for number, line in enumerate(lines, 1):
            if number % _SHOWN_EVERY == 0:
                step(f"{number:,} lines", advance=_SHOWN_EVERY)
            yield line


def _write(path: Path, lines: Iterable[str]) -> None:
    """Write a file in one move: nobody reads half of it, and a form that fails leaves the last one."""
    try:
        if path.is_dir():
            raise ExportError(f"{path} cannot be written: it is a folder")
        if path.exists() and not path.is_file():
            # a device or a pipe, such as /dev/stdout: a file in its place would be the end of it
            with path.open("w", encoding="utf-8", newline="\n") as file:
                file.writelines(lines)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        # a link that the user names is followed, such as /dev/stdout to a file
        _replace(path.resolve() if path.is_symlink() else path, path.name, lines)
    except OSError as error:
        raise ExportError(f"{path} cannot be written: {error.strerror}") from None
    say(f"{path} written")


def _replace(path: Path, name: str, lines: Iterable[str]) -> None:
    fresh = path.with_name(f"{path.name}.new")
    try:
        # What an interrupted run left goes; what somebody links there meanwhile is not followed.
        fresh.unlink(missing_ok=True)
        with fresh.open("x", encoding="utf-8", newline="\n") as file:
            file.writelines(_counted(name, lines))
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
