"""export: data to stdout or to a file, and words for what cannot be."""

import csv
import io
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import ROOT, Run


def test_the_list_goes_to_stdout_and_nothing_else(netgen: Run):
    answer = netgen("export", "intent/aurora", "--as", "cabling")
    rows = list(csv.DictReader(io.StringIO(answer.out), strict=True))
    assert (answer.code, len(rows), answer.err) == (0, 512, "")
    assert json.loads(netgen("export", "intent/aurora", "--as", "cabling", "--format", "json").out)[0] == rows[0] | {
        "a_cage": 1,
        "b_cage": 1,
    }


def test_the_bill_of_materials_by_hand(netgen: Run):
    lines = json.loads(netgen("export", "intent/aurora", "--as", "bom", "--format", "json").out)
    told = {(line["section"], line["length_class"]): (line["quantity"], line["watts"]) for line in lines}
    # 8 leaves and 8 spines; 32 hosts of 8 NICs, two on a cable; 256 uplinks, two a transceiver at each end, 17 W each
    assert told == {
        ("switch", ""): (16, None),
        ("host", ""): (32, None),
        ("nic", ""): (256, None),
        ("optic", ""): (256, 4352.0),
        ("cable", "5m"): (128, 345.6),
        ("cable", "40m"): (256, None),
    }
    rows = csv.DictReader(io.StringIO(netgen("export", "intent/aurora", "--as", "bom", "--format", "csv").out))
    assert [int(row["quantity"]) for row in rows] == [line["quantity"] for line in lines]
    human = netgen("export", "intent/aurora", "--as", "bom").out
    assert "Arista DCS-7060X6-64PE" in human
    assert "optic power, at most: 4,352.0 W\n" in human
    assert "switch power: not known\n" in human


@pytest.mark.parametrize("form", ["graphviz", "containerlab", "ptm", "ibnetdiscover"])
def test_a_file_holds_what_stdout_would(netgen: Run, repository: Path, form: str):
    shown = netgen("export", "intent/lab", "--as", form).out
    answer = netgen("export", "intent/lab", "--as", form, "--out", "cables/lab.txt")
    assert (answer.code, answer.out, answer.err) == (0, "", "cables/lab.txt written\n")
    assert (repository / "cables/lab.txt").read_text() == shown
    assert [path.name for path in (repository / "cables").iterdir()] == ["lab.txt"]


def test_netbox_has_a_folder_of_tables(netgen: Run, repository: Path):
    assert netgen("export", "intent/lab", "--as", "netbox", "--out", "netbox").code == 0
    assert sorted(path.name for path in (repository / "netbox").iterdir()) == [
        "cables.csv",
        "devices.csv",
        "interfaces.csv",
    ]


def test_one_fabric_of_several(netgen: Run):
    rows = csv.DictReader(io.StringIO(netgen("export", "intent/lyra", "--as", "cabling", "--fabric", "storage").out))
    assert {row["fabric"] for row in rows} == {"storage"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["lab", "--as", "netbox"],
            "error: these are 3 tables (devices.csv, interfaces.csv, cables.csv): say --out DIR",
        ),
        (["lab", "--as", "ptm", "--format", "json"], "error: ptm has a format of its own"),
        (["corvus", "--as", "ptm"], "no fabric that is asked for is of Ethernet"),
        (["lyra", "--as", "containerlab", "--fabric", "out-of-band"], "containerlab is of fabrics"),
        (["lyra", "--as", "ibnetdiscover"], "there are several (compute, storage)"),
        (["lab", "--as", "cabling", "--fabric", "storage"], "there is no fabric 'storage' in lab: there is compute"),
        (["lab", "--as", "cabling", "--out", "intent"], "intent cannot be written: it is a folder"),
        (["lab", "--as", "cabling", "--out", ""], ". cannot be written: it is a folder"),
    ],
)
def test_what_cannot_be_is_said(netgen: Run, arguments: list[str], said: str):
    intent, *rest = arguments
    answer = netgen("export", f"intent/{intent}", *rest)
    assert (answer.code, answer.out) == (1, "")
    assert said in answer.err


def test_a_form_that_nobody_knows_is_wrong_usage(netgen: Run):
    assert netgen("export", "intent/lab", "--as", "visio").code == 64


def test_a_file_that_cannot_be_finished_leaves_the_last_one(netgen: Run, repository: Path):
    (repository / "one.txt").write_text("the last one\n")
    assert netgen("export", "intent/lyra", "--as", "ibnetdiscover", "--out", "one.txt").code == 1
    assert (repository / "one.txt").read_text() == "the last one\n"
    assert not (repository / "one.txt.new").exists()


def test_a_device_or_a_pipe_is_written_to_and_not_replaced(netgen: Run, repository: Path):
    """As /dev/stdout may be: nothing is put in its place."""
    pipe = repository / "pipe"
    os.mkfifo(pipe)
    end = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    answer = netgen("export", "intent/lab", "--as", "cabling", "--out", "pipe")
    assert (answer.code, answer.out) == (0, "")
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    with os.fdopen(end) as read:
        assert read.read() == netgen("export", "intent/lab", "--as", "cabling").out


def test_a_link_that_is_named_leads_to_the_file_that_is_written(netgen: Run, repository: Path):
    (repository / "target.csv").write_text("old\n")
    (repository / "link.csv").symlink_to("target.csv")
    assert netgen("export", "intent/lab", "--as", "cabling", "--out", "link.csv").code == 0
    assert (repository / "link.csv").is_symlink()
    assert (repository / "target.csv").read_text() == netgen("export", "intent/lab", "--as", "cabling").out


@pytest.mark.parametrize("command", [["export", "intent/lab", "--as", "cabling"], ["topology", "intent/lab"]])
def test_a_full_disk_is_said(repository: Path, command: list[str]):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "netgen", *command],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
            check=False,
        )
    assert (done.returncode, done.stderr) == (1, "error: the answer cannot be written: No space left on device\n")
