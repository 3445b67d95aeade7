"""One mistake, one finding: what is said of several places in the same words is said once."""

from collections.abc import Iterable

from netgen.diagnostics.finding import Finding
from netgen.record import replace

ALSO = "here as well"


def merged(findings: Iterable[Finding]) -> list[Finding]:
    """Merge findings of the same code and message: the first place is pointed at, the others are related to it."""
    told: dict[tuple[str, str], Finding] = {}
    for finding in findings:
        key = (finding.code, finding.message)
        first = told.setdefault(key, finding)
        if first.path != finding.path and finding.path not in {path for path, _ in first.related}:
            told[key] = replace(first, related=(*first.related, (finding.path, ALSO)))
    return list(told.values())
