"""diff: against the devices, or offline against another render."""

import sys
from concurrent.futures import Executor
from functools import partial
from pathlib import Path

import msgspec
import typer

from netgen.cli.compiled import compiled
from netgen.cli.console import Format, coloured, emit, emit_json, progress, say, table
from netgen.cli.executor import executor_of
from netgen.cli.exits import Exit
from netgen.cli.means import Means, Reach, gather
from netgen.diagnostics import human
from netgen.diagnostics import json as json_format
from netgen.plan import show
from netgen.plan.far import diff_far
from netgen.plan.file import write_plan
from netgen.plan.model import Plan, digest_inputs
from netgen.plan.offline import diff_offline
from netgen.plan.online import diff_online
from netgen.render import inputs
from netgen.render.source import open_source, select

_COLOURS = {"+": "32", "-": "31", "@": "36"}


def diff(
    intent: Path,
    reach: Reach,
    *,
    against: str | None,
    out: Path | None,
    brief: bool,
    exit_code: bool,
    executor: str | None,
    form: Format,
) -> Exit:
    """Compare, show, and keep the plan if asked."""
    if against is not None:
        _refuse_devices(reach, out, executor)
        return _offline(intent, reach, against, brief=brief, exit_code=exit_code, form=form)
    with executor_of(executor) as workers:
        plan = online(gather(intent, reach), workers)
    if out is not None:
        write_plan(plan, out)
    if form is Format.JSON:
        emit_json(show.to_data(plan))
    else:
        show_plan(plan, brief=brief)
        if out is not None:
            say(f"plan: {out}")
    if plan.failures:
        return Exit.ERROR
    return Exit.DIFFERENCES if exit_code and plan.differs else Exit.DONE


def _refuse_devices(reach: Reach, out: Path | None, executor: str | None) -> None:
    """Refuse what makes sense with devices alone: a comparison of two renders asks none, and cannot be applied."""
    options = {"--out": out, "--lab": reach.lab, "--inventory": reach.inventory, "--executor": executor}
    for option, given in options.items():
        if given:
            raise typer.BadParameter("it is about devices, and --against compares two renders", param_hint=option)


def online(means: Means, executor: Executor | None = None) -> Plan:
    """Compare with the devices, from here or from wherever an executor runs."""
    compare = diff_online if executor is None else partial(diff_far, executor, compiled=means.compiled)
    with progress(f"diff {means.source.cluster.name}", len(means.refs)) as step:
        return compare(
            source=means.source,
            connections=means.connections,
            refs=means.refs,
            intent=means.intent,
            inputs=means.digest(),
            limit=means.limit,
            last=means.applied,
            progress=lambda device: step(device.device),
        )


def show_plan(plan: Plan, *, brief: bool) -> None:
    """Show differences, then the devices that are not as intended, then the result in one line."""
    if not brief:
        emit_diff(show.diff_text(plan))
    rows = show.rows(plan)
    if rows:
        emit(table(("device", "status", "lines", ""), rows))
    losses = show.losses(plan)
    if losses:
        say(
            "deleted without a replacement, and not known as netgen's own; a native snippet in the intent keeps a line:"
        )
    for devices, line in losses:
        say(f"  {devices}: {line}")
    for devices, note in show.notes(plan):
        say(f"note: {devices + ': ' if devices else ''}{note}")
    emit(show.summary(plan))


def emit_diff(text: str) -> None:
    """Write a unified diff, in colour on a terminal."""
    if not text:
        return
    if coloured(sys.stdout):
        lines = (_painted(line) for line in text.splitlines())
        text = "\n".join(lines) + "\n"
    emit(text)


def _painted(line: str) -> str:
    colour = "1" if line.startswith(("===", "---", "+++")) else _COLOURS.get(line[:1])
    return f"\033[{colour}m{line}\033[0m" if colour else line


def _offline(intent: Path, reach: Reach, against: str, *, brief: bool, exit_code: bool, form: Format) -> Exit:
    """Compare two renders, and say what would be renumbered or re-cabled."""
    cluster, result = compiled(intent, brief=True)
    refs = select(cluster, reach.limit)
    digest = digest_inputs(inputs.digest_inputs(intent, result, cluster))
    with progress(f"diff {cluster.name}", len(refs)) as step:
        found = diff_offline(
            open_source(result),
            against,
            intent,
            refs,
            inputs=digest,
            limit=reach.limit,
            progress=lambda d: step(d.device),
        )
    if form is Format.JSON:
        changes = msgspec.to_builtins(found.changes)
        diagnostics = [json_format.as_data(d) for d in found.diagnostics]
        emit_json({**show.to_data(found.plan), "changes": changes, "diagnostics": diagnostics})
    else:
        show_plan(found.plan, brief=brief)
        said = "; ".join(f"{kind}: {tally}" for kind, tally in found.changes.items() if str(tally))
        emit(said or "no device, cable, address or AS number is new, changed or gone")
        sys.stderr.write(human.render(found.diagnostics, colour=coloured(sys.stderr)))
    return Exit.DIFFERENCES if exit_code and found.plan.differs else Exit.DONE
