"""The benchmarks still run, and their figures are what their names say; how large they are is no test's business."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import devices, pipeline
from benchmarks.clusters import EOS, SONIC, write_intent

pytestmark = pytest.mark.slow
TOP = Path(__file__).parents[2]


@pytest.mark.parametrize(("text", "ports"), [(EOS, 8 * 128 + 4 * 128 + 64 * 8), (SONIC, 8 * 64 + 4 * 64 + 32 * 8)])
def test_the_whole_way_of_a_cluster(tmp_path: Path, text: str, ports: int):
    figures = pipeline.measure(write_intent(text, tmp_path / "intent/bench", units=1), tmp_path, runs=1)
    assert figures["switches"] == 12
    assert figures["ports"] == ports
    assert set(figures["by_role"]) == {"spine", "leaf", "host"}
    assert not (tmp_path / "out").exists()


def test_devices_in_a_lab_that_is_gone_afterwards(tmp_path: Path):
    figures = devices.measure(tmp_path, units=1, runs=1)
    assert figures["switches"] == 8
    assert not (tmp_path / "lab").exists()


def test_the_command_prints_json_with_units_and_ratios_in_the_names():
    command = [sys.executable, "benchmarks/run.py", "--only", "reader", "startup", "--runs", "1"]
    done = subprocess.run(
        command, cwd=TOP, env={"PYTHONPATH": str(TOP)}, capture_output=True, text=True, timeout=300, check=True
    )
    figures = json.loads(done.stdout)
    assert figures["reader"]["read_to_yaml_load_ratio"] > 0
    assert {"help_to_python_ratio", "validate_to_python_ratio"} <= figures["startup"].keys()
    named = [name for name in figures["startup"] if name != "runs"]
    assert [name for name in named if not name.endswith(("_ms", "_ratio"))] == []
