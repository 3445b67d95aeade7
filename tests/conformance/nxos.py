"""Whether a text is a configuration that NX-OS takes."""

import functools
from pathlib import Path

from tests.conformance.names import loose_names
from tests.conformance.nxos_rules import RULES
from tests.conformance.statements import LayoutError, indented, paths, repeated
from tests.conformance.table import Table, problems, read
from tests.render.references import NXOS

STEP = 2
"""Blanks a level, as ``show running-config`` prints them."""


@functools.cache
def table() -> Table:
    """Return the table of NX-OS."""
    return read(Path(__file__).with_name("nxos.yaml"))


def nxos_problems(text: str, *, whole: bool = True) -> list[str]:
    """List what NX-OS would not take, or what refers to nothing; empty if the text conforms.

    `whole` says that the text is a whole configuration, in which all that is defined is used.
    """
    try:
        statements = indented(text, STEP)
    except LayoutError as error:
        return [str(error)]
    found = [*problems(table(), statements), *repeated(statements)]
    if found:
        return found
    for rule in RULES:
        found += rule(statements)
    return [*found, *loose_names(paths(statements), NXOS, whole=whole)]
