"""validate and schema: what needs no device and writes no configuration."""

import sys
from pathlib import Path

from netgen.cli.console import Format, coloured, emit, emit_json, say
from netgen.cli.exits import Exit
from netgen.compile import compile_intent
from netgen.diagnostics import human
from netgen.diagnostics import json as json_format


def validate(intent: Path, form: Format) -> Exit:
    """Show all findings at once."""
    result = compile_intent(intent)
    if form is Format.JSON:
        emit(json_format.render(result.diagnostics))
    elif result.diagnostics:
        sys.stdout.write(human.render(result.diagnostics, colour=coloured(sys.stdout)))
    if result.cluster is None:
        return Exit.ERROR
    if form is Format.HUMAN:
        say(f"{intent}: cluster {result.cluster.name} is valid, {result.cluster.count()} devices follow from it")
    return Exit.DONE


def schema() -> Exit:
    """Write the JSON Schema of an intent, for editors."""
    from netgen.intent.schema import json_schema

    emit_json(json_schema())
    return Exit.DONE
