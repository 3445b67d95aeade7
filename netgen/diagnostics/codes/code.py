"""The type of a registered code, and the one way to make a diagnostic of it."""

from netgen.diagnostics.finding import Finding, IntentPath
from netgen.diagnostics.model import Diagnostic, Label, Severity, Span
from netgen.record import Record


class Code(Record):
    """A kind of finding, as the documentation describes it.

    Parameters
    ----------
    code
        Stable name, ``NG`` and three digits.
    title
        A few words, the heading of its documentation.
    explanation
        Why it is refused, and what to do; Markdown.
    example
        The smallest input that provokes it.
    severity
        What a finding of this kind weighs.
    """

    code: str
    title: str
    explanation: str
    example: str
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        return self.code

    def at(
        self,
        span: Span | None,
        message: str,
        *,
        label: str = "",
        related: tuple[Label, ...] = (),
        notes: tuple[str, ...] = (),
        advice: str = "",
    ) -> Diagnostic:
        """Make a finding of this kind about `span`; the parameters are those of `Diagnostic`."""
        return Diagnostic(
            code=self.code,
            severity=self.severity,
            message=message,
            label=None if span is None else Label(span, label),
            related=related,
            notes=notes,
            advice=advice,
        )

    def about(
        self,
        message: str,
        path: IntentPath,
        *,
        at_key: bool = False,
        related: tuple[tuple[IntentPath, str], ...] = (),
        notes: tuple[str, ...] = (),
        advice: str = "",
    ) -> Finding:
        """Make a finding of this kind about an intent path; the parameters are those of `Finding`."""
        return Finding(self.code, message, path, at_key, self.severity, related, notes, advice)
