"""A finding about an intent path, before it is known where in which file that path stands."""

from netgen.diagnostics.model import Severity
from netgen.record import Record

IntentPath = tuple[str | int, ...]
"""Keys from the root of the intent, such as ``("fabrics", "compute", "leaf", "model")``."""


class Finding(Record):
    """What a rule or a derivation has to say; `netgen.intent.load` turns it into a `Diagnostic`.

    Parameters
    ----------
    code
        A code of `netgen.diagnostics.codes`.
    message
        One sentence, with the values that make it so.
    path
        The intent path that must change.
    at_key
        Whether the key of the path is meant rather than its value.
    related
        Other intent paths with what there is to say about each.
    """

    code: str
    message: str
    path: IntentPath
    at_key: bool = False
    severity: Severity = Severity.ERROR
    related: tuple[tuple[IntentPath, str], ...] = ()
    notes: tuple[str, ...] = ()
    advice: str = ""


class UnbuildableError(Exception):
    """An intent from which no cluster follows; carries the findings that say why."""

    def __init__(self, *findings: Finding) -> None:
        super().__init__("; ".join(finding.message for finding in findings))
        self.findings = findings
