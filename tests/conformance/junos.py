"""Whether a text is a configuration that Junos OS Evolved takes."""

import functools
from pathlib import Path

from tests.conformance.junos_rules import RULES
from tests.conformance.names import loose_names
from tests.conformance.statements import LayoutError, braced, paths, repeated
from tests.conformance.table import Table, problems, read
from tests.render.references import JUNOS

STEP = 4
"""Blanks a level, as ``show configuration`` prints them."""


@functools.cache
def table() -> Table:
    """Return the table of Junos."""
    return read(Path(__file__).with_name("junos.yaml"))


def junos_problems(text: str, *, whole: bool = True) -> list[str]:
    """List what Junos would not take, or what refers to nothing; empty if the text conforms.

    `whole` says that the text is a whole configuration, in which all that is defined is used.
    """
    try:
        statements = braced(text, STEP)
    except LayoutError as error:
        return [str(error)]
    found = [*problems(table(), statements), *repeated(statements)]
    if found:
        return found
    for rule in RULES:
        found += rule(statements)
    return [*found, *loose_names(paths(statements), JUNOS, whole=whole)]
