"""Runs a plan through Ansible: the playbook orders the devices, its action plugin calls `apply_device`."""

import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from netgen.apply.model import ApplyReport, Job, Outcome, Result, outcome_from_data

FORKS = 20
"""Devices at once: each is waited for, not computed."""
PLAYBOOK = "playbooks/apply.yaml"
RUN = "run"
"""Name of the folder in a state folder that is Ansible's while it runs."""

IN_TURN = "in_turn"
"""Group of the devices that the playbook changes one after another."""

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
"""Its runner has Ansible colour everything."""

Progress = Callable[[Outcome], None]


def run_jobs(
    cluster: str,
    jobs: Sequence[Job],
    playbook: Path,
    *,
    private: Path,
    backups: Path,
    forks: int = FORKS,
    progress: Progress = lambda _: None,
) -> ApplyReport:
    """Apply every job.

    Parameters
    ----------
    cluster
        Its name.
    jobs
        What is to be done; each with another device.
    playbook
        ``playbooks/apply.yaml``, the built-in one or the user's.
    private
        Folder for Ansible's files: closed to others, and gone afterwards; what a killed run left there goes first.
    backups
        Folder that what ran before is kept in.
    forks
        Devices at once.
    progress
        Called with every device as it is done, in another thread.
    """
    outcomes: dict[str, Outcome] = {}
    heard: list[str] = []

    def hear(event: Mapping[str, Any]) -> bool:
        outcome = _outcome(event)
        if outcome is not None:
            outcomes[outcome.device] = outcome
            progress(outcome)
        elif event.get("event") == "error" or (event.get("event") == "verbose" and event.get("stdout")):
            heard.append(str(event["stdout"]))
        return False  # keeps no events: they are told once

    shutil.rmtree(private, ignore_errors=True)
    private.mkdir(mode=0o700, parents=True)
    try:
        _write_jobs(private.resolve(), jobs)
        _run(private.resolve(), jobs, playbook, forks, hear)
    finally:
        shutil.rmtree(private, ignore_errors=True)
    why = ": ".join(["Ansible did not run it", *_complaint(heard)])
    rest = {job.device: Outcome(job.device, Result.UNKNOWN, why) for job in jobs} | _passed_over(jobs, outcomes)
    return ApplyReport(cluster, tuple((rest | outcomes)[job.device] for job in jobs), str(backups))


def _passed_over(jobs: Sequence[Job], outcomes: Mapping[str, Outcome]) -> dict[str, Outcome]:
    """Return the outcomes of devices whose turn did not come because one before them failed."""
    in_turn = _in_turn(jobs)
    failed = [name for name in in_turn if name in outcomes and not outcomes[name].good]
    why = f"its turn did not come, because {failed[0]} was not applied" if failed else ""
    after = in_turn[in_turn.index(failed[0]) + 1 :] if failed else []
    return {name: Outcome(name, Result.FAILED, why) for name in after}


def _in_turn(jobs: Sequence[Job]) -> list[str]:
    """Return the devices that are changed one after another, in that order."""
    return [job.device for job in sorted((job for job in jobs if job.turn is not None), key=lambda job: job.turn or 0)]


def _complaint(heard: Sequence[str]) -> list[str]:
    """Return what Ansible said is wrong, and where: the first two of its lines that are no warning."""
    said = [_COLOURS.sub("", line).strip() for line in heard]
    return [line for line in said if line and not line.startswith(("[WARNING]", "[DEPRECATION"))][:2]


def _write_jobs(private: Path, jobs: Sequence[Job]) -> None:
    folder = private / "jobs"
    folder.mkdir(mode=0o700)
    for job in jobs:
        path = folder / f"{job.device}.json"
        path.touch(mode=0o600)
        path.write_text(json.dumps(job.as_data()), encoding="utf-8")


def _run(
    private: Path, jobs: Sequence[Job], playbook: Path, forks: int, hear: Callable[[Mapping[str, Any]], bool]
) -> None:
    import ansible_runner  # only here: it takes a while, and nothing else needs it

    in_turn = _in_turn(jobs)
    hosts = {
        job.device: {"ansible_connection": "local", "netgen_job": str(private / "jobs" / f"{job.device}.json")}
        for job in sorted(jobs, key=lambda job: in_turn.index(job.device) if job.device in in_turn else -1)
    }
    ansible_runner.run(
        private_data_dir=str(private),
        playbook=str(playbook.resolve()),
        inventory={"all": {"hosts": hosts, "children": {IN_TURN: {"hosts": dict.fromkeys(in_turn)}}}},
        forks=forks,
        quiet=True,
        event_handler=hear,
        envvars={
            "ANSIBLE_HOME": str(private / "ansible"),
            "ANSIBLE_LOCAL_TEMP": str(private / "tmp"),
            "ANSIBLE_RETRY_FILES_ENABLED": "0",
            "ANSIBLE_HOST_KEY_CHECKING": "1",
            # Ansible is the one beside this interpreter, and its plugin finds netgen as this process did.
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
            "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry),
        },
    )


def _outcome(event: Mapping[str, Any]) -> Outcome | None:
    """Return what an event tells of a device that is done."""
    kind, data = event.get("event", ""), event.get("event_data", {})
    if kind not in {"runner_on_ok", "runner_on_failed", "runner_on_unreachable"}:
        return None
    result = data.get("res", {})
    if "netgen" in result:
        return outcome_from_data(result["netgen"])
    return Outcome(str(data.get("host")), Result.UNKNOWN, str(result.get("msg", "Ansible told no reason")))
