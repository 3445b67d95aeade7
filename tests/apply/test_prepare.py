"""From a plan to jobs: only what was approved, and only while it is what is intended."""

import json
from pathlib import Path

import pytest

from netgen.apply.model import Outcome, Result, job_from_data, outcome_from_data
from netgen.apply.prepare import StalePlanError, make_jobs
from netgen.device.build import build
from netgen.plan.errors import PlanError
from netgen.plan.model import DevicePlan, Plan, Status, digest_files
from netgen.record import replace
from netgen.render.device import render_device
from netgen.render.source import Source
from tests.toy import LEAF, SPINE

OTHER = "pod1-su1-rail2-leaf1"


def planned(source: Source, *names: str, **changes: object) -> Plan:
    """A plan that changes the devices of these names and leaves the others."""
    devices = []
    for ref in source.cluster.refs():
        if ref.role == "host":
            continue
        files = render_device(build(source.cluster, source.renderer.platforms, ref), source.renderer)
        status = Status.DIFFERS if ref.name in names else Status.UNCHANGED
        devices.append(
            DevicePlan(ref.name, ref.role, "eos", status, candidate=digest_files(files), difference="d" * 64)
        )
    plan = Plan("toy", "intent/toy", "devices", "0", "i" * 64, None, "5a" * 16, False, tuple(devices))
    return replace(plan, **changes)


def jobs_of(source: Source, plan: Plan, folder: Path):
    lock = folder / "apply.lock"
    return make_jobs(plan, source, folder / "connections.yaml", timer_s=90, backups=folder / "backups", lock=lock)


@pytest.fixture
def source(toy_source: tuple[Path, Source]) -> Source:
    return toy_source[1]


def test_a_job_for_each_device_that_changes_and_for_no_other(source: Source, tmp_path: Path):
    jobs = jobs_of(source, planned(source, SPINE, LEAF), tmp_path)
    assert [job.device for job in jobs] == [SPINE, LEAF]
    assert [(job.driver, job.serial, job.os_version) for job in jobs] == [
        ("eos", f"SN-{name}", "4.32.2F") for name in (SPINE, LEAF)
    ]
    assert all(0 < job.settle_s < job.timer_s == 90 for job in jobs)


def test_only_sessions_with_devices_that_stay_as_they_are_must_survive(source: Source, tmp_path: Path):
    spine, leaf = jobs_of(source, planned(source, SPINE, LEAF), tmp_path)
    assert leaf.watched == (), "its only neighbour is changed as well"
    (alone,) = jobs_of(source, planned(source, LEAF), tmp_path)
    sessions = alone.files["eos.cfg"].count("   neighbor interface ")
    assert len(alone.watched) == sessions > 0
    # the spine's sessions with three of four leaves
    assert len(spine.watched) == 3 * sessions


def test_no_secret_is_in_a_job(source: Source, tmp_path: Path):
    (job,) = jobs_of(source, planned(source, LEAF), tmp_path)
    assert "@secret:snmp@" in job.files["eos.cfg"]
    assert "canary" not in json.dumps(job.as_data())


def test_jobs_and_outcomes_survive_json(source: Source, tmp_path: Path):
    (job,) = jobs_of(source, planned(source, LEAF), tmp_path)
    assert job_from_data(json.loads(json.dumps(job.as_data()))) == job
    outcome = Outcome(LEAF, Result.ROLLED_BACK, "sessions were lost", ("a note",))
    assert outcome_from_data(json.loads(json.dumps(outcome.as_data()))) == outcome
    assert [Outcome("x", result).good for result in Result] == [
        result in {Result.APPLIED, Result.UNCHANGED} for result in Result
    ]


def test_a_plan_of_two_renders_cannot_be_applied(source: Source, tmp_path: Path):
    with pytest.raises(PlanError, match="only a plan that was made against devices"):
        jobs_of(source, planned(source, LEAF, salt=""), tmp_path)


def test_a_device_that_would_be_rendered_otherwise_makes_a_plan_stale(source: Source, tmp_path: Path):
    plan = planned(source, LEAF, OTHER)
    changed = tuple(replace(d, candidate="0" * 64) if d.device == OTHER else d for d in plan.devices)
    with pytest.raises(StalePlanError, match=OTHER):
        jobs_of(source, replace(plan, devices=changed), tmp_path)


def test_a_device_that_is_gone_makes_a_plan_stale(source: Source, tmp_path: Path):
    gone = DevicePlan("pod9-spine1", "spine", "eos", Status.DIFFERS)
    with pytest.raises(StalePlanError, match="pod9-spine1 does not follow from the intent any more"):
        jobs_of(source, planned(source, devices=(gone,)), tmp_path)
