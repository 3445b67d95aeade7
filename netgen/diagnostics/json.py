"""Findings for programs: a stable JSON form."""

import json
from collections.abc import Iterable
from typing import Any

from netgen.diagnostics.model import Diagnostic, Label
from netgen.diagnostics.order import sort


def render(diagnostics: Iterable[Diagnostic]) -> str:
    """Render findings as a JSON array, sorted, without repetitions; the text ends with a line feed."""
    return json.dumps([as_data(diagnostic) for diagnostic in sort(diagnostics)], indent=2) + "\n"


def as_data(diagnostic: Diagnostic) -> dict[str, Any]:
    """One finding as plain data; lines and columns count from 1, ends are exclusive."""
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity.value,
        "message": diagnostic.message,
        "label": None if diagnostic.label is None else _label(diagnostic.label),
        "related": [_label(label) for label in diagnostic.related],
        "notes": list(diagnostic.notes),
        "advice": diagnostic.advice,
        "documentation": diagnostic.documentation,
    }


def _label(label: Label) -> dict[str, Any]:
    span = label.span
    return {
        "file": str(span.file),
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
        "text": label.text,
    }
