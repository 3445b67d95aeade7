"""Where the time of a large render goes: CPU time by step, for switches and for hosts, in one process."""

import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

from benchmarks.clusters import write_intent
from benchmarks.measure import Figures, rounded
from netgen.cluster.topology.slots import HOST
from netgen.compile import compile_intent
from netgen.device.build import build_any
from netgen.export.cabling import cabling_lines
from netgen.export.inventory import inventory
from netgen.render.device import render_device
from netgen.render.guard import check_device
from netgen.render.manifest import Manifest, digest
from netgen.render.output import open_output
from netgen.render.part import CONFIGS
from netgen.render.source import open_source, select
from netgen.render.writer import commit_folders, open_top, put_all

P = ParamSpec("P")
R = TypeVar("R")


class Clock(defaultdict[str, float]):
    """CPU time in seconds by step."""

    def __init__(self) -> None:
        super().__init__(float)

    def of(self, step: str, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Do a step, and note how long it takes."""
        begun = time.process_time()
        done = work(*args, **kwargs)
        self[step] += time.process_time() - begun
        return done


def measure(text: str, folder: Path, *, units: int) -> Figures:
    """Go the whole way of `netgen.render` step by step; the steps are its own."""
    intent, out = write_intent(text, folder / "intent/bench", units=units), folder / "out"
    clocks = {"cluster": Clock(), "switches": Clock(), "hosts": Clock()}
    common, outputs, new = clocks["cluster"], dict[str, str](), list[str]()
    counts = {"switches": 0, "hosts": 0}
    source = open_source(common.of("compile", compile_intent, intent))
    cluster, platforms = source.cluster, source.renderer.platforms
    edges = {fabric.name: fabric.edge.role for fabric in cluster.networks}
    with open_output(out, create=True) as root:
        with open_top(root, CONFIGS, create=True) as top:
            for ref in common.of("name", select, cluster, None):
                kind = "hosts" if ref.role == HOST else "switches"
                counts[kind] += 1
                clock, name = clocks[kind], f"{CONFIGS}/{ref.name}"
                device = clock.of("build", build_any, cluster, platforms, ref)
                clock.of("check", check_device, device)
                texts = clock.of("render", render_device, device, source.renderer)
                files = {file: data.encode() for file, data in texts.items()}
                outputs |= {f"{name}/{file}": clock.of("digest", digest, data) for file, data in files.items()}
                clock.of("list_cables", "".join, cabling_lines(device, edges))
                clock.of("stage", put_all, top, name, files, check=False)
                new.append(ref.name)
        common.of("rename", commit_folders, root, CONFIGS, new)
    common.of("inventory", inventory, cluster)
    common.of("manifest", Manifest("", "", complete=True, inputs={}, outputs=outputs).serialise)
    for kind in counts:
        clocks[kind]["render"] -= clocks[kind]["check"]  # which is part of it
    total = sum(map(sum, (clock.values() for clock in clocks.values())))
    figures: Figures = {"gpus": 512 * units, **counts, "cpu_s": float(f"{total:.3g}")}
    for kind, clock in clocks.items():
        figures[f"{kind}_percent"] = rounded({step: 100 * spent / total for step, spent in clock.items()})
    for kind, count in counts.items():
        figures[f"{kind}_cpu_ms_per_device"] = rounded(
            {step: 1e3 * spent / count for step, spent in clocks[kind].items()}
        )
    return figures
