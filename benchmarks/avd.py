"""netgen's whole way for the switches of a leaf-spine, against Arista's own generator on the same switches."""

from collections import Counter
from itertools import count
from pathlib import Path
from typing import Any

import pyavd

from benchmarks.avd_designs import Inputs, designs, group_variables
from benchmarks.clusters import EOS_64, write_intent
from benchmarks.measure import Figures, repeat, rounded
from netgen.compile import compile_intent
from netgen.device.build import build
from netgen.device.model import Switch
from netgen.render.device import render_device
from netgen.render.run import render
from netgen.render.source import open_source
from tests.conformance.eos_structured import Tree, structured

SAMPLE = 4
"""Switches of a role that the peer renders: it takes as long for each."""
MOST_APART = 0.2
"""So many of the lines of one side may the other have more or less."""


def measure(folder: Path, *, units: int, runs: int, switches: str) -> Figures:
    """Measure all on one core; `switches` is a glob that matches no host."""
    intent = write_intent(EOS_64, folder / "intent/bench", units=units)
    outs = (folder / f"out{number}" for number in count())
    source = open_source(compile_intent(intent))
    cluster, fabric = source.cluster, source.cluster.fabrics[0]
    built = (build(cluster, source.renderer.platforms, ref) for ref in cluster.switches(fabric))
    devices = [device for device in built if isinstance(device, Switch)]
    roles = Counter(device.role for device in devices)
    sample = [device for role in roles for device in [one for one in devices if one.role == role][:SAMPLE]]
    trees = [structured(device) for device in sample]
    inputs = designs(fabric, devices)
    planned = _plan(inputs)
    grouped = group_variables(inputs, devices)
    ours = _lines([render_device(device, source.renderer)["eos.cfg"] for device in sample])
    theirs, designed = _lines(_generate(trees)), _lines(_generate_planned(sample, *planned))
    usual = _lines(_generate_grouped(sample, grouped, planned[1]))
    for lines in (theirs, designed, usual):
        if abs(lines - ours) > MOST_APART * ours:
            raise RuntimeError(f"the configurations are not alike: {ours} lines here, {lines} there")
    whole = repeat(
        lambda: render(intent, compile_intent(intent), next(outs), limit=switches, jobs=1),
        runs=runs,
    )
    written = len(list((folder / "out0/configs").iterdir()))
    if written != len(devices):
        raise RuntimeError(f"{written} devices were rendered, not the {len(devices)} switches")
    peer = repeat(lambda: _generate(trees), runs=runs)
    planning = repeat(lambda: _plan(inputs), runs=runs)
    generating = repeat(lambda: _generate_planned(sample, *planned), runs=runs)
    facts = repeat(lambda: pyavd.get_avd_facts(planned[0]), runs=runs)
    as_usual = repeat(lambda: _generate_grouped(sample, grouped, planned[1]), runs=runs)
    own_ms, bare_ms = whole.cpu_ms / len(devices), peer.cpu_ms / len(sample)
    split_ms = planning.cpu_ms / len(devices) + generating.cpu_ms / len(sample)
    avd_ms = facts.cpu_ms / len(devices) + as_usual.cpu_ms / len(sample)
    ports = sum(len(device.ports) for device in sample)
    return rounded(
        {
            "switches": len(devices),
            "ports_per_switch": ports / len(sample),
            "lines_per_port": ours / ports,
            "pyavd_lines_per_port": theirs / ports,
            "avd_lines_per_port": usual / ports,
            "avd_split_lines_per_port": designed / ports,
            "runs": whole.runs,
            "whole_cpu_ms_per_device": own_ms,
            "pyavd": pyavd.__version__,
            "pyavd_cpu_ms_per_device": bare_ms,
            "pyavd_to_netgen_ratio": bare_ms / own_ms,
            "avd_cpu_ms_per_device": avd_ms,
            "avd_to_netgen_ratio": avd_ms / own_ms,
            "avd_split_cpu_ms_per_device": split_ms,
            "avd_split_to_netgen_ratio": split_ms / own_ms,
        }
    )


def _generate(trees: list[Tree]) -> list[str]:
    """Do the last two steps only, from configurations that are structured already."""
    return [pyavd.get_device_config(pyavd.validate_structured_config(tree).validated_data) for tree in trees]


def _plan(inputs: dict[str, Inputs]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Do what AVD does for all switches together, since each is in the inputs of its neighbours."""
    valid = {name: pyavd.validate_inputs(given).validated_data for name, given in inputs.items()}
    return valid, pyavd.get_avd_facts(valid)


def _generate_grouped(sample: list[Switch], grouped: dict[str, Inputs], facts: dict[str, Any]) -> list[str]:
    """Do what AVD does for each switch of which the inputs are a group's: all of them are validated for each."""
    valid = {device.name: pyavd.validate_inputs(grouped[device.name]).validated_data for device in sample}
    return _generate_planned(sample, valid, facts)


def _generate_planned(sample: list[Switch], valid: dict[str, Any], facts: dict[str, Any]) -> list[str]:
    trees = (pyavd.get_device_structured_config(device.name, valid[device.name], facts) for device in sample)
    return [pyavd.get_device_config(tree) for tree in trees]


def _lines(texts: list[str]) -> int:
    return sum(text.count("\n") for text in texts)
