"""The order in which findings are told, whatever the order in which they were found."""

from collections.abc import Iterable

from netgen.diagnostics.model import Diagnostic, Severity, Span

_WEIGHT = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}


def sort(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Sort by place, then weight, then code, and drop repetitions; what has no place comes first."""
    return tuple(sorted(dict.fromkeys(diagnostics), key=_key))


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Whether any of them refuses the input."""
    return any(diagnostic.severity is Severity.ERROR for diagnostic in diagnostics)


def _key(diagnostic: Diagnostic) -> tuple[tuple[str, int, int], int, str, str]:
    span = None if diagnostic.label is None else diagnostic.label.span
    return _place(span), _WEIGHT[diagnostic.severity], diagnostic.code, diagnostic.message


def _place(span: Span | None) -> tuple[str, int, int]:
    return ("", 0, 0) if span is None else (str(span.file), span.line, span.column)
