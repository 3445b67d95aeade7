"""Ansible runs the jobs, and what it says or does not say becomes outcomes."""

from pathlib import Path

import pytest

from netgen.apply.model import Job, Outcome, Result
from netgen.apply.run import run_jobs
from netgen.record import replace
from tests.conftest import ROOT

pytestmark = pytest.mark.slow


def job(device: str, folder: Path) -> Job:
    connections = folder / "connections.yaml"
    connections.write_text("defaults: {username: netgen}\n")
    return Job(
        device=device, connections=str(connections), driver="eos", platform="eos", address="127.0.0.1", serial=None,
        os_version=None, files={}, salt="00", difference="", timer_s=60, settle_s=20, watched=(),
        backup=str(folder / "backups"), lock=str(folder / "lock"), owner=0,
    )  # fmt: skip


def playbook(folder: Path, task: str) -> Path:
    path = folder / "play.yaml"
    path.write_text(f"- {{hosts: all, gather_facts: false, tasks: [{task}]}}\n")
    return path


def run(folder: Path, task: str) -> tuple[list[Outcome], list[Outcome]]:
    heard: list[Outcome] = []
    jobs = [job("leaf1", folder), job("leaf2", folder)]
    private = folder / "run"
    report = run_jobs(
        "toy", jobs, playbook(folder, task), private=private, backups=folder / "backups", progress=heard.append
    )
    assert not private.exists()
    return list(report.outcomes), heard


def test_what_ansible_cannot_run_is_unknown_and_says_why(tmp_path: Path):
    outcomes, heard = run(tmp_path, "{no_such_module: {}}")
    assert [(outcome.device, outcome.result) for outcome in outcomes] == [
        ("leaf1", Result.UNKNOWN), ("leaf2", Result.UNKNOWN),
    ]  # fmt: skip
    assert heard == []
    assert "no_such_module" in outcomes[0].message
    assert f"{tmp_path}/play.yaml:1:" in outcomes[0].message
    assert "\x1b" not in outcomes[0].message


def test_a_task_that_fails_without_an_outcome_is_unknown(tmp_path: Path):
    outcomes, heard = run(tmp_path, "{ansible.builtin.fail: {msg: not today}}")
    assert {(outcome.result, outcome.message) for outcome in outcomes} == {(Result.UNKNOWN, "not today")}
    assert sorted(outcome.device for outcome in heard) == ["leaf1", "leaf2"]


def test_jobs_are_for_their_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    modes: dict[str, int] = {}

    def looked(private: Path, *_: object) -> None:
        modes.update({path.name: path.stat().st_mode & 0o777 for path in [private, *private.rglob("*")]})

    monkeypatch.setattr("netgen.apply.run._run", looked)
    run(tmp_path, "")
    assert modes == {"run": 0o700, "jobs": 0o700, "leaf1.json": 0o600, "leaf2.json": 0o600}


def test_devices_with_a_turn_come_one_after_another_until_one_fails(tmp_path: Path):
    heard: list[Outcome] = []
    turns = {"sm-a": -13, "sm-b": -14, "sm-c": -12, "leaf1": None}
    jobs = [replace(job(device, tmp_path), turn=turn) for device, turn in turns.items()]
    plays = (ROOT / "playbooks/apply.yaml").read_text()
    task = """
    - ansible.builtin.debug: {var: netgen}
      vars: {netgen: {device: "{{ inventory_hostname }}", result: applied, message: "", notes: []}}
      when: inventory_hostname != "sm-a"
    - ansible.builtin.fail: {msg: not today}
      when: inventory_hostname == "sm-a"
"""
    start, end = plays.index("    - name: Bring"), plays.index("\n# Devices")
    path = tmp_path / "play.yaml"
    path.write_text(plays[:start] + task[1:] + plays[end:])
    report = run_jobs("toy", jobs, path, private=tmp_path / "run", backups=tmp_path, progress=heard.append)
    assert [outcome.device for outcome in heard] == ["leaf1", "sm-b", "sm-a"]
    outcomes = {outcome.device: (outcome.result, outcome.message) for outcome in report.outcomes}
    assert outcomes["sm-a"][1] == "not today"
    assert outcomes["sm-c"] == (Result.FAILED, "its turn did not come, because sm-a was not applied")
