"""The whole way from an intent to files, and beside it the floor that no compiler of this kind can be under."""

import importlib
import json
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from pathlib import Path

from jinja2 import Environment

from benchmarks.measure import Figures, repeat, rounded
from netgen.cluster.fabric import DeviceRef
from netgen.compile import compile_intent
from netgen.device.build import build
from netgen.device.model import Host, Switch
from netgen.render.device import has_artifact, render_device
from netgen.render.run import render
from netgen.render.source import Source, open_source

Device = Switch | Host


def measure(intent: Path, folder: Path, *, runs: int) -> Figures:
    """Measure a cluster in one process.

    Parameters
    ----------
    intent
        Its folder.
    folder
        Where the outputs go: a new one each time, and none is removed before the end. On ext4, a file is slow to make
        while its group of inodes has some that were removed in the last seconds.
    runs
        How often each figure is measured.
    """
    outs = (folder / f"out{number}" for number in count())
    out = next(outs)
    source = open_source(compile_intent(intent))
    refs = list(source.cluster.refs())
    devices = [build(source.cluster, source.renderer.platforms, ref) for ref in refs]

    def compile_and_render(limit: str | None = None) -> None:
        render(intent, compile_intent(intent), out, limit=limit, jobs=1)

    def choose_new() -> None:
        nonlocal out
        out = next(outs)

    whole = repeat(compile_and_render, runs=runs, prepare=choose_new)
    unchanged = repeat(compile_and_render, runs=runs)
    one = repeat(lambda: compile_and_render(refs[0].name), runs=runs)
    bare = _floor(source, devices)
    floor = repeat(lambda: [text() for _, text in bare], runs=runs)
    script = repeat(lambda: _write(out, bare), runs=runs, prepare=choose_new)
    number, ports = len(devices), sum(len(device.ports) for device in devices)
    return rounded(
        {
            "devices": number,
            "switches": sum(isinstance(device, Switch) for device in devices),
            "ports": ports,
            "runs": whole.runs,
            "compile_cpu_ms": repeat(lambda: compile_intent(intent), runs=runs).cpu_ms,
            "whole_cpu_ms_per_device": whole.cpu_ms / number,
            "whole_wall_ms_per_device": whole.wall_ms / number,
            "whole_cpu_us_per_port": whole.cpu_ms * 1e3 / ports,
            "floor_cpu_ms_per_device": floor.cpu_ms / number,
            "whole_to_floor_ratio": whole.cpu_ms / floor.cpu_ms,
            "written_floor_cpu_ms_per_device": script.cpu_ms / number,
            "whole_to_written_floor_ratio": whole.cpu_ms / script.cpu_ms,
            "unchanged_cpu_ms_per_device": unchanged.cpu_ms / number,
            "unchanged_to_whole_ratio": unchanged.cpu_ms / whole.cpu_ms,
            "one_device_cpu_ms": one.cpu_ms,
            "one_device_to_whole_ratio": one.cpu_ms / whole.cpu_ms,
            "by_role": {
                role: rounded(_steps(source, [ref for ref in refs if ref.role == role], runs))
                for role in dict.fromkeys(ref.role for ref in refs)
            },
        }
    )


def _steps(source: Source, refs: list[DeviceRef], runs: int) -> Figures:
    """Measure building and rendering of the devices of one role by themselves; nothing is written."""
    platforms = source.renderer.platforms
    built = [build(source.cluster, platforms, ref) for ref in refs]
    building = repeat(lambda: [build(source.cluster, platforms, ref) for ref in refs], runs=runs)
    rendering = repeat(lambda: [render_device(device, source.renderer) for device in built], runs=runs)
    return {
        "devices": len(refs),
        "build_cpu_ms_per_device": building.cpu_ms / len(refs),
        "render_cpu_ms_per_device": rendering.cpu_ms / len(refs),
    }


def _floor(source: Source, devices: list[Device]) -> list[tuple[str, Callable[[], str]]]:
    """Return the bare loop, a file and what makes its text each: contexts and trees are there, templates compiled."""
    # Jinja2 as it is: netgen compiles templates to quicker code than this (netgen/render/generator.py).
    bare = source.renderer.templates.own
    return [step for device in devices for step in _artifacts(source, device, bare)]


def _write(out: Path, steps: list[tuple[str, Callable[[], str]]]) -> None:
    """Write what the bare loop renders, as a script would: right into its place."""
    for name, text in steps:
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text(), encoding="utf-8")


def _artifacts(source: Source, device: Device, bare: Environment) -> Iterator[tuple[str, Callable[[], str]]]:
    platform = source.renderer.platforms[device.platform]
    context = {"device": device, "platform": platform, "model": platform.models.get(device.model, {})}
    for artifact in (one for one in platform.artifacts if has_artifact(device, one)):
        name = f"configs/{device.name}/{artifact.file}"
        if artifact.template is not None:
            template = bare.get_template(f"{platform.name}/{artifact.template}")
            yield name, partial(template.render, context)
        else:
            builder = importlib.import_module(f"netgen.platforms.{platform.name}.{artifact.builder}")
            yield name, partial(json.dumps, builder.build(device, platform), indent=4, sort_keys=True)
