"""A range of devices, rendered and staged: what one process does for another."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from netgen.cluster.model import DeviceRef
from netgen.compile import compile_intent
from netgen.device.build import build
from netgen.export.cabling import cabling_lines
from netgen.render.device import render_device
from netgen.render.manifest import digest
from netgen.render.source import Source, open_source, select
from netgen.render.writer import State, compare, open_output, stage


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be rendered, in words small enough to be sent to another process."""

    intent: Path
    out: Path
    limit: str | None
    check: bool


@dataclass(slots=True)
class Part:
    """What became of a range of devices; never the devices."""

    states: dict[str, State] = field(default_factory=dict)
    """By name of the file."""
    digests: dict[str, str] = field(default_factory=dict)
    """SHA-256 by name of the file."""
    cabling: list[str] = field(default_factory=list)
    """Lines of the cabling list."""


def render_range(task: Task, start: int, stop: int) -> Part:
    """Render the devices ``start`` to ``stop`` of those that the task selects, in a process of its own.

    The process derives the cluster by itself, once: a cluster is small to derive and large to send.
    """
    source, refs = _opened(task.intent, task.limit)
    return render_refs(source, refs[start:stop], task)


def render_refs(source: Source, refs: Sequence[DeviceRef], task: Task) -> Part:
    """Render and stage devices; to check, compare them with what lies there.

    Raises
    ------
    RenderError
        If one of them cannot be rendered, or the output folder refuses a file.
    """
    part = Part()
    put = compare if task.check else stage
    with open_output(task.out) as root:
        for ref in refs:
            device = build(source.cluster, source.renderer.platforms, ref)
            for file, text in render_device(device, source.renderer).items():
                name = f"configs/{ref.name}/{file}"
                data = text.encode()
                part.states[name] = put(root, name, data)
                part.digests[name] = digest(data)
            part.cabling.extend(cabling_lines(device))
    return part


@functools.cache
def _opened(intent: Path, limit: str | None) -> tuple[Source, list[DeviceRef]]:
    source = open_source(compile_intent(intent))
    return source, select(source.cluster, limit)
