"""netgen's whole way for the switches of a leaf-spine, against Arista's own generator on the same switches."""

import shutil
from collections import Counter
from pathlib import Path

import pyavd

from benchmarks.clusters import EOS_64, write_intent
from benchmarks.measure import Figures, repeat, rounded
from netgen.compile import compile_intent
from netgen.device.build import build
from netgen.device.model import Switch
from netgen.render.device import render_device
from netgen.render.run import render
from netgen.render.source import open_source
from tests.conformance.eos_structured import structured

SAMPLE = 4
"""Switches of a role that the peer renders: it takes as long for each."""
MOST_APART = 0.2
"""So many of the lines of one side may the other have more or less."""


def measure(folder: Path, *, units: int, runs: int, switches: str) -> Figures:
    """Measure both on one core; `switches` is a glob that matches no host."""
    intent, out = write_intent(EOS_64, folder / "intent/bench", units=units), folder / "out"
    source = open_source(compile_intent(intent))
    built = [build(source.cluster, source.renderer.platforms, ref) for ref in source.cluster.refs()]
    devices = [device for device in built if isinstance(device, Switch)]
    roles = Counter(device.role for device in devices)
    sample = [device for role in roles for device in [one for one in devices if one.role == role][:SAMPLE]]
    trees = [structured(device) for device in sample]

    def generate() -> list[str]:
        return [pyavd.get_device_config(pyavd.validate_structured_config(tree).validated_data) for tree in trees]

    ours = sum(render_device(device, source.renderer)["eos.cfg"].count("\n") for device in sample)
    theirs = sum(text.count("\n") for text in generate())
    if abs(theirs - ours) > MOST_APART * ours:
        raise RuntimeError(f"the configurations are not alike: {ours} lines here, {theirs} there")
    whole = repeat(
        lambda: render(intent, compile_intent(intent), out, limit=switches, jobs=1),
        prepare=lambda: shutil.rmtree(out, ignore_errors=True),
        runs=runs,
    )
    written = len(list((out / "configs").iterdir()))
    if written != len(devices):
        raise RuntimeError(f"{written} devices were rendered, not the {len(devices)} switches")
    peer = repeat(generate, runs=runs)
    ports = sum(len(device.ports) for device in sample)
    return rounded(
        {
            "switches": len(devices),
            "ports_per_switch": ports / len(sample),
            "lines_per_port": ours / ports,
            "pyavd_lines_per_port": theirs / ports,
            "runs": whole.runs,
            "whole_cpu_ms_per_device": whole.cpu_ms / len(devices),
            "pyavd": pyavd.__version__,
            "pyavd_cpu_ms_per_device": peer.cpu_ms / len(sample),
            "pyavd_to_netgen_ratio": (peer.cpu_ms / len(sample)) / (whole.cpu_ms / len(devices)),
        }
    )
