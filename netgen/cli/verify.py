"""verify: cabling, interfaces, sessions and equal-cost paths against the intent."""

from pathlib import Path
from typing import Any

from netgen.cli.console import Format, emit, emit_json, progress, say, table
from netgen.cli.exits import Exit
from netgen.cli.means import Reach, gather
from netgen.verify.model import Report
from netgen.verify.run import verify as run

MOST_EXPECTED = 5
"""So many links that are expected to be down are named; the others are counted."""


def verify(intent: Path, reach: Reach, *, wait_s: float, form: Format) -> Exit:
    """Check, and show what is wrong."""
    means = gather(intent, reach)
    with progress(f"verify {means.source.cluster.name}", None) as step:
        report = run(
            means.source.cluster,
            means.compiled.platforms,
            means.connections,
            means.refs,
            wait_s=wait_s,
            progress=step,
        )
    if form is Format.JSON:
        emit_json(to_data(report))
    else:
        show_report(report)
    return Exit.ERROR if report.problems else Exit.DONE


def show_report(report: Report) -> None:
    """Show what is wrong, and how much was looked at."""
    if report.problems:
        rows = [(p.device, p.check.value, p.port, p.message) for p in report.problems]
        emit(table(("device", "check", "port", "what is wrong"), rows))
    for why, count in report.unmanaged.items():
        say(f"note: {count} devices were not asked: {why}")
    if report.absent:
        say(f"note: not expected to be there: {', '.join(report.absent)}")
    for note in report.notes:
        say(f"note: {note}")
    for link in report.expected_down[:MOST_EXPECTED]:
        say(f"note: expected to be down: {link}")
    if len(report.expected_down) > MOST_EXPECTED:
        say(f"note: and {len(report.expected_down) - MOST_EXPECTED} more links")
    checked = ", ".join(f"{count:,} {check}" for check, count in report.checked.items() if count)
    problems = len(report.problems)
    verdict = "all as intended" if not problems else f"{problems} problem{'s' if problems > 1 else ''}"
    emit(f"{report.cluster}: {verdict}; checked: {checked}")


def to_data(report: Report) -> dict[str, Any]:
    """Return a report as plain data."""
    return {
        "cluster": report.cluster,
        "checked": {check.value: count for check, count in report.checked.items()},
        "problems": [
            {"device": p.device, "check": p.check.value, "port": p.port, "message": p.message} for p in report.problems
        ],
        "expected_down": list(report.expected_down),
        "absent": list(report.absent),
        "unmanaged": report.unmanaged,
        "notes": list(report.notes),
    }
