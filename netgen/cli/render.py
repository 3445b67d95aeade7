"""render: configurations, inventory, cabling list and manifest."""

from pathlib import Path

from netgen.cli.compiled import compiled
from netgen.cli.console import Format, emit, emit_json, progress, say
from netgen.cli.exits import Exit


def render(
    intent: Path, out: Path, *, limit: str | None, jobs: int | None, check: bool, executor: str | None, form: Format
) -> Exit:
    """Render, or say what is stale."""
    from netgen.cli.executor import executor_of
    from netgen.render.run import render as run

    cluster, result = compiled(intent)
    done = 0

    with progress(f"render {cluster.name}", None) as step, executor_of(executor) as workers:

        def show(now: int, total: int) -> None:
            nonlocal done
            step(f"of {total:,} devices", advance=now - done)
            done = now

        report = run(intent, result, out, limit=limit, jobs=jobs, check=check, executor=workers, progress=show)
    if form is Format.JSON:
        emit_json(
            {
                "out": str(out),
                "check": report.check,
                "added": report.added,
                "changed": report.changed,
                "pruned": report.pruned,
                "unchanged": report.unchanged,
                "foreign": report.foreign,
            }
        )
    else:
        if check:
            for sign, names in (("A", report.added), ("M", report.changed), ("D", report.pruned)):
                for name in names:
                    emit(f"{sign} {name}")
        for name in report.foreign:
            # Nobody has looked at these names: a control character in one is not for the terminal.
            say(f"note: {name!a} in {out} is not of netgen's making, and stays")
        verb = "would be " if check else ""
        say(
            f"{out}: {len(report.added)} files {verb}added, {len(report.changed)} changed, "
            f"{len(report.pruned)} removed, {report.unchanged} unchanged"
        )
    return Exit.DIFFERENCES if check and report.stale else Exit.DONE
