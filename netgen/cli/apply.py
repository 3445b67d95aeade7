"""apply: a plan, or what differs now."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer

from netgen.apply import lock
from netgen.apply.model import ApplyReport, Job, Outcome, Result
from netgen.apply.prepare import MIN_TIMER_S, StalePlanError, make_jobs
from netgen.apply.run import PLAYBOOK, RUN, run_jobs
from netgen.cli.console import Format, emit, emit_json, progress, say, table
from netgen.cli.diff import online, show_plan
from netgen.cli.exits import Exit
from netgen.cli.means import Means, Reach, gather
from netgen.cli.verify import show_report, to_data
from netgen.plan import show
from netgen.plan.file import read_plan
from netgen.plan.model import Plan
from netgen.plan.rendered import keep_applied
from netgen.record import replace
from netgen.verify.model import Report
from netgen.verify.run import verify

CONVERGE_S = 60.0
"""How long the fabric is given after both ends of its links were changed."""


def apply(what: Path, reach: Reach, *, timer_s: int, yes: bool, form: Format) -> Exit:
    """Apply a plan, or what differs from an intent now; check the fabric, report exactly."""
    if timer_s < MIN_TIMER_S:
        raise typer.BadParameter(f"a timer of less than {MIN_TIMER_S} s leaves no time to check", param_hint="--timer")
    approved = read_plan(what) if what.is_file() else None
    if approved is not None:
        reach = replace(reach, limit=approved.limit)
    means = gather(Path(approved.intent) if approved else what, reach)
    with lock.hold(means.state) as held:
        plan = approved or online(means)
        _refuse_stale(plan, means)
        if form is Format.HUMAN:
            # Whoever is asked sees every line; whoever has said yes, how many.
            show_plan(plan, brief=yes)
        backups = means.state / "backups" / time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        jobs = make_jobs(plan, means.source, means.connections.file, timer_s=timer_s, backups=backups, lock=held)
        if not jobs:
            _tell(form, plan, None, None)
            return Exit.ERROR if plan.failures else Exit.DONE
        if not yes and not _agreed(len(jobs)):
            say("nothing was done")
            return Exit.REFUSED
        with progress(f"apply {plan.cluster}", len(jobs)) as step:
            playbook = means.compiled.found.find(PLAYBOOK).path
            report = run_jobs(
                plan.cluster,
                jobs,
                playbook,
                private=means.state / RUN,
                backups=backups,
                progress=lambda outcome: step(outcome.device),
            )
        _remember(jobs, report, means)
        fabric = _check(means) if report.count(Result.APPLIED) else None
    _tell(form, plan, report, fabric)
    return _exit(plan, report, fabric)


def _remember(jobs: Sequence[Job], report: ApplyReport, means: Means) -> None:
    """Keep what the devices were brought to: a later diff tells by it netgen's own lines from others'."""
    good = {outcome.device for outcome in report.outcomes if outcome.good}
    for job in jobs:
        if job.device in good:
            keep_applied(means.applied, job.device, job.files)


def _check(means: Means) -> Report:
    """Judge the fabric as a whole, once both ends of its links have been changed."""
    with progress(f"verify {means.source.cluster.name}", None) as step:
        return verify(
            means.source.cluster,
            means.compiled.platforms,
            means.connections,
            means.refs,
            wait_s=CONVERGE_S,
            progress=step,
        )


def _refuse_stale(plan: Plan, means: Means) -> None:
    if plan.cluster != means.source.cluster.name:
        raise StalePlanError(f"the plan is about the cluster {plan.cluster}, the intent about another")
    if plan.inputs != means.digest():
        raise StalePlanError("the intent, a template or the catalog has changed since the plan was made: plan again")


def _agreed(devices: int) -> bool:
    try:
        return typer.confirm(f"Apply to {devices} device{'s' if devices > 1 else ''}?", default=False, err=True)
    except typer.Abort:  # Ctrl-C, or nobody to answer
        say("")
        return False


def _exit(plan: Plan, report: ApplyReport, fabric: Report | None) -> Exit:
    good = [outcome for outcome in report.outcomes if outcome.good]
    if len(good) == len(report.outcomes):
        return Exit.ERROR if plan.failures or (fabric is not None and fabric.problems) else Exit.DONE
    if good:
        return Exit.PARTIAL
    return Exit.REFUSED if all(outcome.result is Result.STALE for outcome in report.outcomes) else Exit.ERROR


def _tell(form: Format, plan: Plan, report: ApplyReport | None, fabric: Report | None) -> None:
    outcomes = report.outcomes if report else ()
    if form is Format.JSON:
        data: dict[str, Any] = {"plan": show.to_data(plan), "devices": [outcome.as_data() for outcome in outcomes]}
        data["fabric"] = to_data(fabric) if fabric else None
        data["backups"] = report.backups if report else None
        emit_json(data)
        return
    rest = [outcome for outcome in outcomes if outcome.result is not Result.APPLIED or outcome.message]
    if rest:
        emit(table(("device", "result", ""), [_row(outcome) for outcome in rest]))
    counts = {result: report.count(result) for result in Result} if report else {}
    said = ", ".join(f"{number} {result}" for result, number in counts.items() if number)
    emit(f"{plan.cluster}: {said or 'nothing to apply'}")
    if report is not None and report.count(Result.APPLIED):
        say(f"what ran before: {report.backups}")
    if fabric is not None:
        show_report(fabric)


def _row(outcome: Outcome) -> tuple[str, str, str]:
    return outcome.device, outcome.result.value, outcome.message
