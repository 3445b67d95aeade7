"""From an intent path to the place in a file where it was written."""

from netgen.diagnostics.finding import Finding
from netgen.diagnostics.model import Diagnostic, Label, Span
from netgen.intent.positions import Path, ScalarNode, Tree


def locate(finding: Finding, tree: Tree) -> Diagnostic:
    """Make the diagnostic of a finding; a path below a default leads to its nearest parent that was written.

    Paths below ``inventory`` lead into the inventory's table: ``("inventory", "pod1-spine1", "serial")``.
    """
    at_key = finding.at_key and tree.node(finding.path) is not None
    span = tree.key_span(finding.path) if at_key else place(tree, finding.path)
    return Diagnostic(
        code=finding.code,
        severity=finding.severity,
        message=finding.message,
        label=Label(span),
        related=tuple(Label(place(tree, path), text) for path, text in finding.related),
        notes=finding.notes,
        advice=finding.advice,
    )


def place(tree: Tree, path: Path) -> Span:
    """Where to point at for a value: itself if it is a scalar, else its key with all that it holds."""
    if isinstance(tree.node(path), ScalarNode):
        return tree.value_span(path)
    key, value = tree.key_span(path), tree.value_span(path)
    if key.file != value.file or (value.line, value.column) < (key.line, key.column):
        return key
    return Span(key.file, key.line, key.column, value.end_line, value.end_column)
