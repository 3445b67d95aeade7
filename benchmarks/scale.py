"""A pod of 131,072 GPUs as a user meets it: whole commands, and how their cost grows up to it."""

import math
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.clusters import write_intent
from benchmarks.measure import Figures, rounded
from netgen.compile import compile_intent
from netgen.device.build import build
from netgen.device.model import Switch
from netgen.render.run import render
from netgen.render.source import open_source

UNITS = 256
"""Of 512 GPUs each."""
GROWTH_UNITS = (2, 16, 64, 256)
"""1,024 to 131,072 GPUs."""
SWITCHES = "*[ef][1-9]*"
"""Glob that matches leaves, spines and superspines, and no host: a number follows their last letter."""
WRITING, SHORT_RUNS = ("switches", "render"), 5
LIMIT_S = 900
SAMPLE_S = 0.2


@dataclass(frozen=True, slots=True)
class Spent:
    """What a command took: it and all processes that it started."""

    wall_s: float
    cpu_s: float
    peak_mib: float


def measure(text: str, folder: Path, *, units: int = UNITS) -> Figures:
    """Measure commands on one intent: those that write everything once, the others several times."""
    intent, out = write_intent(text, folder / "intent/bench", units=units), folder / "out"
    arguments = ["render", str(intent), "--out", str(out)]
    commands = {
        "validate": ["validate", str(intent)],
        "topology": ["topology", str(intent)],
        "switches": [*arguments[:-1], str(folder / "switches"), "--limit", SWITCHES],
        "render": arguments,
        "unchanged": arguments,
        "one_device": [*arguments, "--limit", "pod1-su1-rail1-leaf1"],
    }
    cache = folder / "bytecode"
    # once more before, into another folder: an installed netgen has its byte code
    run(*arguments[:-1], str(folder / "before"), "--limit", "pod1-su1-rail1-leaf1", cache=cache)
    spent = {
        name: middle([run(*command, cache=cache) for _ in range(1 if name in WRITING else SHORT_RUNS)])
        for name, command in commands.items()
    }
    figures: Figures = {"gpus": 512 * units, "devices": len(list((out / "configs").iterdir()))}
    for name, one in spent.items():
        figures |= {
            f"{name}_wall_s": one.wall_s,
            f"{name}_cpu_s": one.cpu_s,
            f"{name}_peak_mib_of_all_processes": one.peak_mib,
        }
    return rounded(figures)


def middle(runs: Sequence[Spent]) -> Spent:
    """Medians of several runs, and the most memory."""
    return Spent(
        median(one.wall_s for one in runs), median(one.cpu_s for one in runs), max(one.peak_mib for one in runs)
    )


def growth(text: str, folder: Path, *, units: tuple[int, ...] = GROWTH_UNITS) -> Figures:
    """Measure the whole way to the switches' files on one core by size; fit the exponent of the cost in ports."""
    points = []
    # the first once more before: it also loads modules and compiles templates
    for number, count in enumerate((units[0], *units)):
        place = folder / str(number)
        intent = write_intent(text, place / "intent/bench", units=count)
        begun = time.process_time()
        compiled = compile_intent(intent)
        render(intent, compiled, place / "out", limit=SWITCHES, jobs=1)
        cpu_s = time.process_time() - begun
        points.append((_ports(intent), cpu_s))
    return rounded(
        {
            "gpus": [512 * count for count in units],
            "ports": [ports for ports, _ in points[1:]],
            "cpu_us_per_port": [float(f"{cpu_s / ports * 1e6:.3g}") for ports, cpu_s in points[1:]],
            "exponent_in_ports": _slope([(math.log(ports), math.log(cpu_s)) for ports, cpu_s in points[1:]]),
        }
    )


def _ports(intent: Path) -> int:
    """Count the ports of all switches: those of a tier have the same number."""
    source = open_source(compile_intent(intent))
    counts: dict[str, int] = {}
    total = 0
    for ref in source.cluster.refs():
        if ref.role not in counts:
            device = build(source.cluster, source.renderer.platforms, ref)
            counts[ref.role] = len(device.ports) if isinstance(device, Switch) else 0
        total += counts[ref.role]
    return total


def _slope(points: list[tuple[float, float]]) -> float:
    """Slope of the straight line through some points, by least squares."""
    mean_x, mean_y = (sum(values) / len(points) for values in zip(*points, strict=True))
    slope: float = sum((x - mean_x) * (y - mean_y) for x, y in points) / sum((x - mean_x) ** 2 for x, _ in points)
    return slope


def run(*arguments: str, cache: Path) -> Spent:
    """Run a command of netgen, whose byte code is kept in a folder; raise if it fails."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"PYTHONPYCACHEPREFIX": str(cache), "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    begun = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "netgen", *arguments],
        env=environment,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    peaks = [0.0]
    watcher = threading.Thread(target=_watch, args=(process, peaks), daemon=True)
    watcher.start()
    deadline = threading.Timer(LIMIT_S, process.kill)
    deadline.start()
    _, status, usage = os.wait4(process.pid, 0)
    wall_s = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    deadline.cancel()
    watcher.join()
    if process.returncode:
        raise RuntimeError(f"netgen {' '.join(arguments)} failed: {process.returncode}")
    return Spent(wall_s, usage.ru_utime + usage.ru_stime, peaks[0])


def _watch(process: "subprocess.Popen[bytes]", peaks: list[float]) -> None:
    """Look again and again at how much memory the processes of a session have, what they share counted once."""
    while process.returncode is None:
        peaks[0] = max(peaks[0], sum(map(_pss_mib, _of_session(process.pid))))
        time.sleep(SAMPLE_S)


def _of_session(leader: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and os.getsid(int(entry.name)) == leader:
                found.append(int(entry.name))
        except ProcessLookupError:
            continue
    return found


def _pss_mib(process: int) -> float:
    try:
        text = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0.0  # it has ended meanwhile
    return next((int(line.split()[1]) / 1024 for line in text.splitlines() if line.startswith("Pss:")), 0.0)
