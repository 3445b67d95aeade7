"""The rendering for programs."""

import json
from pathlib import Path

from netgen.diagnostics.json import render
from netgen.diagnostics.model import Diagnostic, Label, Severity, Span

SPAN = Span(Path("intent/a.yaml"), 1, 2, 3, 4)


def test_all_fields():
    related = (Label(SPAN, "first"),)
    diagnostic = Diagnostic("NG101", Severity.NOTE, "m", Label(SPAN), related, ("n",), "a")
    place = {"file": "intent/a.yaml", "line": 1, "column": 2, "end_line": 3, "end_column": 4}
    assert json.loads(render([diagnostic, diagnostic])) == [
        {
            "code": "NG101",
            "severity": "note",
            "message": "m",
            "label": {**place, "text": ""},
            "related": [{**place, "text": "first"}],
            "notes": ["n"],
            "advice": "a",
            "documentation": "docs/diagnostics.md#ng101",
        }
    ]


def test_no_place():
    assert json.loads(render([Diagnostic("NG101", Severity.ERROR, "m")]))[0]["label"] is None


def test_nothing_found():
    assert json.loads(render([])) == []
