"""One device brought to what a plan says, on a simulated switch through the real session."""

from pathlib import Path

import pytest

from netgen.apply.device import apply_device
from netgen.apply.lock import hold
from netgen.apply.model import Job, Result
from netgen.apply.prepare import make_jobs
from netgen.plan.online import diff_online
from netgen.record import replace
from tests.toy import LEAF, SPINE, Lab

pytestmark = pytest.mark.slow


@pytest.fixture
def lock(tmp_path: Path):
    with hold(tmp_path / "state") as held:
        yield held


def job_of(lab: Lab, name: str, lock: Path) -> Job:
    refs = [ref for ref in lab.refs() if ref.name == name]
    plan = diff_online(lab.source, lab.connections, refs, intent=lab.folder, inputs="0" * 64)
    (job,) = make_jobs(plan, lab.source, lab.connections.file, timer_s=60, backups=lock.parent / "backups", lock=lock)
    return job


def test_what_was_planned_is_applied_once_and_backed_up(lab: Lab, lock: Path):
    job = job_of(lab, LEAF, lock)
    assert apply_device(job).result is Result.APPLIED
    assert apply_device(job).result is Result.UNCHANGED
    assert list(Path(job.backup).rglob(f"*{LEAF}*"))


def test_a_device_that_has_changed_since_is_left_alone(lab: Lab, lock: Path):
    job = job_of(lab, LEAF, lock)
    lab.fabric.drift(LEAF, ["ntp server 192.0.2.1"])
    outcome = apply_device(job)
    assert outcome.result is Result.STALE
    assert "make a new plan" in outcome.message


def test_another_box_is_left_alone(lab: Lab, lock: Path):
    job = job_of(lab, SPINE, lock)
    outcome = apply_device(replace(job, serial="SN-other"))
    assert outcome.result is Result.FAILED
    assert "SN-other" in outcome.message
    assert apply_device(job).result is Result.APPLIED


def test_nothing_is_confirmed_for_a_netgen_that_has_ended(lab: Lab, lock: Path):
    job = job_of(lab, LEAF, lock)
    outcome = apply_device(replace(job, owner=job.owner + 1))
    assert outcome.result is Result.ROLLED_BACK
    assert "the netgen that applied has ended" in outcome.message
    assert apply_device(job).result is Result.APPLIED, "the device is as the plan saw it"
