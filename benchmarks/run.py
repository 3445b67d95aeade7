"""Measures netgen and prints the figures as JSON; README.md says what is compared, and why that is fair.

``python benchmarks/run.py [--only NAME …] [--runs N]``
"""

import argparse
import contextlib
import json
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks import pipeline, profile, reader, scale, startup
from benchmarks.clusters import EOS, EOS_64, HUGE_EOS, HUGE_SONIC, SONIC, write_intent
from benchmarks.measure import Figures
from netgen import __version__

EOS_UNITS, SONIC_UNITS, LAB_UNITS = 16, 8, 2


def eos(folder: Path, runs: int) -> Figures:
    """128 leaves, 64 spines, 1,024 hosts."""
    return pipeline.measure(write_intent(EOS, folder / "intent/bench", units=EOS_UNITS), folder, runs=runs)


def eos_64(folder: Path, runs: int) -> Figures:
    """128 leaves and 64 spines of 64 ports, 512 hosts."""
    return pipeline.measure(write_intent(EOS_64, folder / "intent/bench", units=EOS_UNITS), folder, runs=runs)


def sonic(folder: Path, runs: int) -> Figures:
    """64 leaves, 32 spines, 256 hosts."""
    return pipeline.measure(write_intent(SONIC, folder / "intent/bench", units=SONIC_UNITS), folder, runs=runs)


def devices(folder: Path, runs: int) -> Figures:
    """16 leaves, simulated."""
    from benchmarks import devices as lab  # only here: NAPALM takes seconds to import

    return lab.measure(folder, units=LAB_UNITS, runs=runs)


def avd(folder: Path, runs: int) -> Figures:
    """128 leaves and 64 spines of 64 ports."""
    from benchmarks import avd as peer  # only here: pyavd takes seconds to import

    return peer.measure(folder, units=EOS_UNITS, runs=runs, switches=scale.SWITCHES)


def infiniband(folder: Path, runs: int) -> Figures:
    """2,050 ports, through a real OpenSM."""
    from benchmarks import infiniband as subnet  # only here: NAPALM takes seconds to import

    return subnet.measure(folder, runs=runs)


BENCHMARKS: dict[str, Callable[[Path, int], Figures]] = {
    "eos": eos,
    "eos_64": eos_64,
    "sonic": sonic,
    "avd": avd,
    "growth": lambda folder, _: scale.growth(HUGE_EOS, folder),
    "huge_eos": lambda folder, _: scale.measure(HUGE_EOS, folder),
    "huge_sonic": lambda folder, _: scale.measure(HUGE_SONIC, folder),
    "profile": lambda folder, _: profile.measure(HUGE_EOS, folder, units=scale.UNITS),
    "reader": lambda folder, runs: reader.measure(folder, runs=runs),
    "startup": lambda folder, runs: startup.measure(folder, runs=runs),
    "devices": devices,
    "infiniband": infiniband,
}

OF_PROCESSOR = frozenset({"eos", "eos_64", "sonic", "avd", "growth", "profile"})
"""Of netgen's own work: their files are in memory, where there is room, so that no disk is measured with it."""
MEMORY, ROOM_BYTES = Path("/dev/shm"), 4 << 30


def place(name: str) -> Path:
    """Return where the folder of a benchmark is made."""
    in_memory = name in OF_PROCESSOR and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM_BYTES
    return MEMORY if in_memory else Path(tempfile.gettempdir())


def main() -> None:
    """Run what was asked for, each in a folder of its own; all are removed at the end."""
    parser = argparse.ArgumentParser(description="Measure netgen; figures go to stdout as JSON.")
    parser.add_argument("--only", nargs="+", choices=BENCHMARKS, default=list(BENCHMARKS), metavar="NAME")
    parser.add_argument("--runs", type=int, choices=range(1, 21), default=5, metavar="N", help="from 1 to 20")
    asked = parser.parse_args()
    figures: Figures = {
        "netgen": __version__,
        "python": platform.python_version(),
        "cpus": len(os.sched_getaffinity(0)),
        "load_average": round(os.getloadavg()[0], 1),
        "files_in": {name: str(place(name)) for name in asked.only},
    }
    with contextlib.ExitStack() as stack:
        # Nothing is removed before all is measured: on ext4, files are slow to make where others just were.
        for name in asked.only:
            print(f"measuring {name}", file=sys.stderr)
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="netgen-bench-", dir=place(name)))
            figures[name] = BENCHMARKS[name](Path(folder), asked.runs)
        print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
