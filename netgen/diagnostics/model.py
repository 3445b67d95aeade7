"""What netgen says about an input: one type for every kind of finding."""

from enum import StrEnum
from pathlib import Path

from netgen.record import Record


class Severity(StrEnum):
    """How much a finding weighs: an error refuses, a warning advises, a note informs."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Span(Record, order=True):
    """A place in a source file; lines and columns count from 1, the end is exclusive."""

    file: Path
    line: int
    column: int
    end_line: int
    end_column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Label(Record):
    """A span and what there is to say about it; an empty text only marks the place."""

    span: Span
    text: str = ""


class Diagnostic(Record):
    """One finding.

    Parameters
    ----------
    code
        A stable code of `netgen.diagnostics.codes`, such as ``NG203``, or ``<namespace>/<CODE>``
        of a user's own rule.
    severity
        Error, warning or note.
    message
        One sentence: what is wrong, with the values that make it wrong.
    label
        The place that the finding is about; ``None`` only where there is no file at all.
    related
        Other places that the reader must see, such as the first of two duplicates.
    notes
        Facts that explain: the arithmetic, an example of a derived thing, the source of a limit.
    advice
        What to do, as an imperative; may be empty.
    """

    code: str
    severity: Severity
    message: str
    label: Label | None = None
    related: tuple[Label, ...] = ()
    notes: tuple[str, ...] = ()
    advice: str = ""

    @property
    def documentation(self) -> str:
        """Anchor of the code's description in the documentation; empty for the code of a user's own rule."""
        if "/" in self.code:
            return ""
        return f"docs/diagnostics.md#{self.code.lower()}"
