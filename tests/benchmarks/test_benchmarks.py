"""The benchmarks still run, and their figures are what their names say; how large they are is no test's business."""

import json
import math
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import avd, devices, pipeline, profile, scale
from benchmarks.clusters import EOS, HUGE_EOS, HUGE_SONIC, SONIC, write_intent

pytestmark = pytest.mark.slow
TOP = Path(__file__).parents[2]


@pytest.mark.parametrize(("text", "ports"), [(EOS, 8 * 128 + 4 * 128 + 64 * 8), (SONIC, 8 * 64 + 4 * 64 + 32 * 8)])
def test_the_whole_way_of_a_cluster(tmp_path: Path, text: str, ports: int):
    figures = pipeline.measure(write_intent(text, tmp_path / "intent/bench", units=1), tmp_path, runs=1)
    assert figures["switches"] == 12
    assert figures["ports"] == ports
    assert set(figures["by_role"]) == {"spine", "leaf", "host"}
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("text", [HUGE_EOS, HUGE_SONIC])
def test_commands_on_three_tiers(tmp_path: Path, text: str):
    figures = scale.measure(text, tmp_path, units=1)
    assert figures["gpus"] == 512
    assert figures["devices"] == 64 + len([*(tmp_path / "switches/configs").iterdir()])
    assert all(figures[f"{name}_peak_mib_of_all_processes"] > 10 for name in ("render", "switches"))


def test_growth_counts_the_ports_of_switches(tmp_path: Path):
    figures = scale.growth(HUGE_EOS, tmp_path, units=(1, 2))
    assert figures["ports"] == [128 * len([*(tmp_path / f"{n}/out/configs").iterdir()]) for n in (1, 2)]
    assert math.isfinite(figures["exponent_in_ports"])


def test_the_slope_is_that_of_a_line_through_the_points():
    assert scale._slope([(0.0, 1.0), (1.0, 3.0), (2.0, 5.0)]) == pytest.approx(2.0)


def test_the_steps_of_a_profile_are_all_of_it(tmp_path: Path):
    figures = profile.measure(HUGE_EOS, tmp_path, units=1)
    assert figures["hosts"] == 64
    shares = [figures[f"{kind}_percent"] for kind in ("cluster", "switches", "hosts")]
    assert abs(sum(sum(share.values()) for share in shares) - 100) < 1
    assert set(figures["hosts_cpu_ms_per_device"]) == {"build", "check", "render", "digest", "list_cables", "stage"}


def test_the_peer_writes_as_many_lines(tmp_path: Path):
    figures = avd.measure(tmp_path, units=1, runs=1, switches=scale.SWITCHES)
    assert figures["ports_per_switch"] == 64
    assert abs(figures["pyavd_lines_per_port"] - figures["lines_per_port"]) < 1
    assert abs(figures["avd_split_lines_per_port"] - figures["lines_per_port"]) < 2
    assert figures["avd_split_cpu_ms_per_device"] > 0


def test_devices_in_a_lab_that_is_gone_afterwards(tmp_path: Path):
    figures = devices.measure(tmp_path, units=1, runs=1)
    assert figures["switches"] == 8
    assert not (tmp_path / "lab").exists()


def test_the_command_prints_json_with_units_and_ratios_in_the_names():
    command = [sys.executable, "benchmarks/run.py", "--only", "reader", "startup", "--runs", "1"]
    done = subprocess.run(
        command, cwd=TOP, env={"PYTHONPATH": str(TOP)}, capture_output=True, text=True, timeout=900, check=True
    )
    figures = json.loads(done.stdout)
    assert figures["reader"]["read_to_yaml_load_ratio"] > 0
    assert {"help_to_python_ratio", "validate_to_python_ratio"} <= figures["startup"].keys()
    named = [name for name in figures["startup"] if name != "runs"]
    assert [name for name in named if not name.endswith(("_ms", "_ratio"))] == []
