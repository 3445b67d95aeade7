import json
import os
import stat
from pathlib import Path

import pytest

from netgen.plan.deletions import Deletion
from netgen.plan.errors import PlanError
from netgen.plan.file import read_plan, serialise, write_plan
from netgen.plan.model import DevicePlan, Plan, Status
from netgen.session.difference import new_salt

DEVICE = DevicePlan(
    "leaf1",
    "leaf",
    "eos",
    Status.DIFFERS,
    diff=("@@ -1 +1 @@", "-a", "+b"),
    deletions=(Deletion(("router bgp 1",), "a", None),),
    candidate="ab" * 32,
    difference="cd" * 32,
    serial="SN1",
    os_version="4.32.2F",
    notes=("a note",),
)
PLAN = Plan(
    "toy",
    "intent/toy",
    "devices",
    "0.1.0",
    "ef" * 32,
    None,
    new_salt(),
    shared_key=False,
    devices=(DEVICE,),
    warnings=("w",),
)


def test_what_is_written_is_read(tmp_path: Path):
    write_plan(PLAN, tmp_path / "plan.json")
    assert read_plan(tmp_path / "plan.json") == PLAN
    assert stat.S_IMODE((tmp_path / "plan.json").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["plan.json"]


def test_nothing_that_is_no_file_is_replaced(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, Path()):
        with pytest.raises(PlanError, match="it is no file"):
            write_plan(PLAN, path)
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


def test_people_can_read_it():
    assert '"diff": [\n        "@@ -1 +1 @@",\n        "-a",\n        "+b"\n      ]' in serialise(PLAN).decode()


def broken(**changes: object) -> str:
    return json.dumps({**json.loads(serialise(PLAN)), **changes})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "is not a plan: Input data was truncated"),
        ("[]", "is not a plan"),
        ("{}", "is not a plan"),
        (broken(format=2), "has the format 2"),
        (broken(salt="xy"), "is not a plan"),
        (broken(shared_key="no"), "is not a plan"),
        (broken(cluster=1), "is not a plan"),
        (broken(devices=[{"device": "leaf1"}]), "is not a plan"),
        (broken(devices=None), "is not a plan"),
        (broken(warnings="text"), "is not a plan"),
        ("[" * 100_000, "is not a plan"),
    ],
)
def test_what_is_no_plan_is_refused(tmp_path: Path, text: str, words: str):
    (tmp_path / "plan.json").write_text(text)
    with pytest.raises(PlanError, match=words):
        read_plan(tmp_path / "plan.json")


def test_a_place_that_cannot_be_written_is_an_error(tmp_path: Path):
    with pytest.raises(PlanError, match="No such file or directory"):
        write_plan(PLAN, tmp_path / "none/plan.json")
    with pytest.raises(PlanError, match="cannot be read"):
        read_plan(tmp_path / "none")
