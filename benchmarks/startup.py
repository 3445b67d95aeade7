"""What a command costs before it has done anything, against an interpreter that does nothing."""

from pathlib import Path

from benchmarks.clusters import EOS, write_intent
from benchmarks.measure import Figures, repeat_programs, rounded


def measure(folder: Path, *, runs: int) -> Figures:
    """Measure commands as whole processes."""
    intent = str(write_intent(EOS, folder / "intent/bench", units=1))
    programs = {
        "python": ["-c", "pass"],
        "libraries": ["-c", "import typer, yaml; from pydantic import BaseModel"],
        "help": ["-m", "netgen", "--help"],
        "validate": ["-m", "netgen", "validate", intent],
        "topology": ["-m", "netgen", "topology", intent],
    }
    timed = repeat_programs(programs, runs=runs, cwd=folder, cache=folder / "bytecode")
    figures: Figures = {"runs": runs}
    for name, timing in timed.items():
        figures[f"{name}_cpu_ms"] = timing.cpu_ms
        figures[f"{name}_wall_ms"] = timing.wall_ms
    for name in ("libraries", "help", "validate", "topology"):
        figures[f"{name}_to_python_ratio"] = timed[name].cpu_ms / timed["python"].cpu_ms
    return rounded(figures)
