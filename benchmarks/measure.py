"""How a figure comes about: the median of several runs, in CPU time and in wall time."""

import gc
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

LIMIT_S = 90.0
"""No figure is measured again once it has taken so long."""
CHILD_LIMIT_S = 60.0
"""A program that runs longer is ended, and the benchmark with it."""

Figures = dict[str, object]


@dataclass(frozen=True, slots=True)
class Timing:
    """Medians of several runs, in milliseconds."""

    cpu_ms: float
    wall_ms: float
    runs: int


def repeat(work: Callable[[], object], *, runs: int, prepare: Callable[[], object] = lambda: None) -> Timing:
    """Time work in this process.

    Parameters
    ----------
    work
        What is timed.
    runs
        How often, unless `LIMIT_S` is over before.
    prepare
        Called before every run, untimed.
    """
    cpu: list[float] = []
    wall: list[float] = []
    begun = time.monotonic()
    while not wall or (len(wall) < runs and time.monotonic() - begun < LIMIT_S):
        prepare()
        gc.collect()
        wall_s, cpu_s = time.perf_counter(), time.process_time()
        work()
        cpu.append((time.process_time() - cpu_s) * 1e3)
        wall.append((time.perf_counter() - wall_s) * 1e3)
    return Timing(median(cpu), median(wall), len(wall))


def repeat_programs(programs: Mapping[str, Sequence[str]], *, runs: int, cwd: Path, cache: Path) -> dict[str, Timing]:
    """Time whole programs of Python, in turns, so that a busy moment of the machine is shared by all of them.

    Parameters
    ----------
    programs
        Arguments of the interpreter, by name. Each runs once more before, so that its byte code is there.
    runs
        How often.
    cwd
        Where they run.
    cache
        Folder for their byte code: the figures are the same whether or not the checkout has some, or may be written.
    """
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"PYTHONPYCACHEPREFIX": str(cache), "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    seen: dict[str, list[tuple[float, float]]] = {name: [] for name in programs}
    for _ in range(1 + runs):
        for name, arguments in programs.items():
            seen[name].append(_child([sys.executable, *arguments], cwd, environment))
    return {
        name: Timing(median(cpu for cpu, _ in timed[1:]), median(wall for _, wall in timed[1:]), runs)
        for name, timed in seen.items()
    }


def _child(command: Sequence[str], cwd: Path, environment: dict[str, str]) -> tuple[float, float]:
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, cwd=cwd, env=environment, check=True, capture_output=True, timeout=CHILD_LIMIT_S)
    wall_s, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu_s * 1e3, wall_s * 1e3


def rounded(figures: Figures) -> Figures:
    """Leave no more than three significant digits: the rest is noise."""
    return {name: float(f"{value:.3g}") if isinstance(value, float) else value for name, value in figures.items()}
