"""lab up, status, fault, down."""

import contextlib
import shutil
from collections.abc import Mapping
from pathlib import Path

from netgen.apply.lock import LockedError, hold
from netgen.apply.run import RUN
from netgen.cli.compiled import compiled
from netgen.cli.console import Format, emit, emit_json, progress, say, table
from netgen.cli.exits import Exit
from netgen.cli.places import lab_folder, state_folder
from netgen.lab import lab
from netgen.lab.status import LabStatus


def up(intent: Path, *, limit: str | None, form: Format) -> Exit:
    """Bring a lab of a cluster up."""
    from netgen.export.lab import lab_spec

    cluster, result = compiled(intent, brief=True)
    spec = lab_spec(cluster, result.platforms, limit)
    with progress(f"lab {spec.name}", len(spec.nodes)) as step:
        status = lab.up(spec, lab_folder(intent), progress=step)
    _show(status, form, brief=True)
    if form is Format.HUMAN:
        say(f"try: netgen diff {intent} --lab")
    return Exit.DONE


def status(intent: Path, form: Format) -> Exit:
    """Show a lab's devices and what is broken on purpose."""
    _show(lab.status(lab_folder(intent)), form, brief=False)
    return Exit.DONE


def fault(intent: Path, kind: str, arguments: list[str]) -> Exit:
    """Break or mend something."""
    say(lab.inject(lab_folder(intent), kind, *arguments))
    return Exit.DONE


def down(intent: Path, form: Format) -> Exit:
    """Take a lab down and leave nothing of it."""
    report = lab.down(lab_folder(intent))
    _forget_killed_apply(state_folder(intent))
    if form is Format.JSON:
        emit_json({"name": report.name, "processes": report.processes, "files": list(map(str, report.files))})
    elif not report.name:
        say("there was no lab")
    else:
        killed = f", {len(report.processes)} processes had to be killed" if report.processes else ""
        say(f"the lab of {report.name} is gone, nothing of it is left{killed}")
    return Exit.DONE


def _forget_killed_apply(state: Path) -> None:
    """Remove what an apply to the lab left behind that was killed; one that still runs cleans up after itself."""
    if (state / RUN).is_dir():
        with contextlib.suppress(LockedError), hold(state):
            shutil.rmtree(state / RUN)


def _show(state: LabStatus, form: Format, *, brief: bool) -> None:
    if form is Format.JSON:
        emit_json(state.as_data())
        return
    if state.state != "up":
        emit(f"lab: {state.state}")
        return
    kinds = {kind: sum(node.kind == kind for node in state.nodes) for kind in sorted({n.kind for n in state.nodes})}
    counts = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
    emit(f"the lab of {state.name} is up: {counts}, {len(state.cables)} cables; it lies in {state.directory}")
    if brief:
        return
    rows = [
        (
            node.name,
            node.kind,
            f"{node.address}:{node.port}" if node.address else "",
            node.state,
            _daemons(node.daemons),
        )
        for node in state.nodes
    ]
    emit(table(("device", "kind", "management", "state", "daemons"), rows))
    for broken in state.faults:
        emit(f"fault: {broken}")


def _daemons(daemons: Mapping[str, bool]) -> str:
    return " ".join(name if runs else f"{name}(down)" for name, runs in sorted(daemons.items()))
