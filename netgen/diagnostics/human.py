"""Findings for people: what, where with the line of source, why, what to do."""

from collections.abc import Iterable
from pathlib import Path

from netgen.diagnostics.model import Diagnostic, Label, Severity
from netgen.diagnostics.order import sort
from netgen.diagnostics.source import Sources, columns, printable
from netgen.record import Record

# Wider lines are cut around what is pointed at.
_WIDEST_LINE = 140
_ELLIPSIS = "…"

_RESET, _BOLD, _BLUE = "\x1b[0m", "\x1b[1m", "\x1b[1;34m"
_COLOURS = {Severity.ERROR: "\x1b[1;31m", Severity.WARNING: "\x1b[1;33m", Severity.NOTE: "\x1b[1;36m"}


class _Mark(Record):
    """A label to draw, and whether it is what the finding is about."""

    label: Label
    primary: bool


def render(diagnostics: Iterable[Diagnostic], *, sources: Sources | None = None, colour: bool = False) -> str:
    """Render a report: each finding with its source, and how many there are; empty without findings.

    Parameters
    ----------
    diagnostics
        Findings in any order; they are sorted, repetitions are dropped.
    sources
        Where source lines come from; by default from the files that the spans name.
    colour
        Whether to use ANSI colours.
    """
    ordered = sort(diagnostics)
    if not ordered:
        return ""
    known = sources or Sources()
    blocks = [render_one(diagnostic, sources=known, colour=colour) for diagnostic in ordered]
    return "\n".join([*blocks, summary(ordered) + "\n"])


def render_one(diagnostic: Diagnostic, *, sources: Sources, colour: bool = False) -> str:
    """Render one finding; the text ends with a line feed."""
    marks = [] if diagnostic.label is None else [_Mark(diagnostic.label, primary=True)]
    marks += [_Mark(label, primary=False) for label in diagnostic.related]
    width = len(str(max((mark.label.span.line for mark in marks), default=0)))
    paint = _Paint(_COLOURS[diagnostic.severity] if colour else "")
    head = paint.severity(f"{diagnostic.severity}[{printable(diagnostic.code)}]")
    lines = [f"{head}{paint.bold(': ' + printable(diagnostic.message))}"]
    for file in dict.fromkeys(mark.label.span.file for mark in marks):
        in_file = [mark for mark in marks if mark.label.span.file == file]
        lines += _snippet(file, in_file, width, sources, paint)
    gutter = " " * width
    if marks and (diagnostic.notes or diagnostic.advice or diagnostic.documentation):
        lines.append(paint.frame(f"{gutter} |"))
    remarks = [("note", note) for note in diagnostic.notes]
    remarks += [("help", diagnostic.advice), ("docs", diagnostic.documentation)]
    for title, text in remarks:
        if text:
            lines.append(f"{paint.frame(f'{gutter} =')} {paint.bold(title)}: {printable(text)}")
    return "\n".join(lines) + "\n"


def summary(diagnostics: Iterable[Diagnostic]) -> str:
    """Count findings by severity, such as ``2 errors, 1 warning``."""
    severities = [diagnostic.severity for diagnostic in diagnostics]
    counts = [(severity, severities.count(severity)) for severity in Severity]
    return ", ".join(f"{count} {severity}{'s' if count > 1 else ''}" for severity, count in counts if count)


class _Paint(Record):
    """Colours, or none: `strong` is that of the severity."""

    strong: str

    def severity(self, text: str) -> str:
        return self._in(self.strong, text)

    def bold(self, text: str) -> str:
        return self._in(_BOLD, text)

    def frame(self, text: str) -> str:
        return self._in(_BLUE, text)

    def _in(self, start: str, text: str) -> str:
        return f"{start}{text}{_RESET}" if self.strong else text


def _snippet(file: Path, marks: list[_Mark], width: int, sources: Sources, paint: _Paint) -> list[str]:
    """Draw the marked lines of one file, in the order of the file."""
    first = marks[0]
    arrow = "-->" if first.primary else ":::"
    place = printable(str(first.label.span))
    lines = [f"{' ' * width}{paint.frame(arrow)} {place}"]
    by_line: dict[int, list[_Mark]] = {}
    for mark in sorted(marks, key=lambda mark: (mark.label.span.line, mark.label.span.column)):
        by_line.setdefault(mark.label.span.line, []).append(mark)
    shown = {number: text for number in by_line if (text := sources.line(file, number)) is not None}
    if not shown:
        return lines
    lines.append(paint.frame(f"{' ' * width} |"))
    previous: int | None = None
    for number, text in shown.items():
        if previous is not None and number == previous + 2:
            # One line between two marked ones takes no more room than an ellipsis.
            lines += _source_line(number - 1, sources.line(file, number - 1) or "", [], width, paint)
        elif previous is not None and number > previous + 2:
            lines.append(paint.frame("..."))
        lines += _source_line(number, text, by_line[number], width, paint)
        previous = number
    return lines


def _source_line(number: int, text: str, marks: list[_Mark], width: int, paint: _Paint) -> list[str]:
    """Draw one line of source and, below it, a row for each mark."""
    shown, starts = columns(text)
    cut = _cut(starts, marks[0], len(shown)) if marks else 0
    visible = shown[cut : cut + _WIDEST_LINE].rstrip()
    prefix = _ELLIPSIS if cut else ""
    suffix = _ELLIPSIS if len(shown) > cut + _WIDEST_LINE else ""
    lines = [f"{paint.frame(f'{number:>{width}} |')} {prefix}{visible}{suffix}".rstrip()]
    for mark in marks:
        begin, end = _extent(mark, text, starts)
        begin, end = max(begin - cut, 0), min(end - cut, _WIDEST_LINE)
        carets = ("^" if mark.primary else "-") * max(end - begin, 1)
        tail = f"{carets} {printable(mark.label.text)}".rstrip()
        colour = paint.severity if mark.primary else paint.frame
        lines.append(f"{paint.frame(f'{chr(32) * width} |')} {chr(32) * (begin + len(prefix))}{colour(tail)}")
    return lines


def _cut(starts: list[int], mark: _Mark, length: int) -> int:
    """Return how many columns to leave out on the left, so that the mark is seen."""
    begin = starts[min(mark.label.span.column - 1, len(starts) - 1)]
    return 0 if length <= _WIDEST_LINE or begin < _WIDEST_LINE // 2 else begin - _WIDEST_LINE // 4


def _extent(mark: _Mark, text: str, starts: list[int]) -> tuple[int, int]:
    """Columns from and to which a mark runs; one that goes on below ends with its first line's text."""
    span = mark.label.span
    last = len(starts) - 1
    end = span.end_column - 1 if span.end_line == span.line else len(text.rstrip())
    return starts[min(span.column - 1, last)], starts[min(max(end, 0), last)]
