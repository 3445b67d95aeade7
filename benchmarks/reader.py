"""Reading a long intent, against the YAML library alone."""

from pathlib import Path

import yaml

from benchmarks.clusters import write_long_intent
from benchmarks.measure import Figures, repeat, rounded
from netgen.intent.reader import read

LINES = 20_000


def measure(folder: Path, *, runs: int) -> Figures:
    """Measure the reader on a file of `LINES` lines."""
    path = folder / "long.yaml"
    write_long_intent(path, LINES)
    text = path.read_text(encoding="utf-8")
    tree, diagnostics = read(path)
    if tree is None or diagnostics:
        raise RuntimeError(f"the generated intent is not what the reader takes: {diagnostics}")
    own = repeat(lambda: read(path), runs=runs)
    peer = repeat(lambda: yaml.load(text, yaml.CSafeLoader), runs=runs)
    return rounded(
        {
            "lines": text.count("\n"),
            "runs": own.runs,
            "read_cpu_ms": own.cpu_ms,
            "read_cpu_us_per_line": own.cpu_ms * 1e3 / LINES,
            "yaml_load_cpu_ms": peer.cpu_ms,
            "read_to_yaml_load_ratio": own.cpu_ms / peer.cpu_ms,
        }
    )
