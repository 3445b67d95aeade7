"""A range of devices, rendered and staged: what one process does for another."""

import functools
import gc
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct, field

from netgen.cluster.fabric import DeviceRef
from netgen.compile import compile_intent
from netgen.device.build import build_any
from netgen.device.build_infiniband import switch_ports
from netgen.export.cabling import cabling_lines, ib_lines
from netgen.record import Record
from netgen.render.bundle import Bundle, unpack
from netgen.render.device import render_device
from netgen.render.manifest import digest
from netgen.render.output import open_output
from netgen.render.source import Source, open_source, select
from netgen.render.writer import State, open_top, put_all

CONFIGS = "configs"


class Task(Record):
    """What is to be rendered, in words small enough to be sent to another process."""

    intent: Path
    out: Path
    limit: str | None
    check: bool


class Part(Struct):
    """What became of a range of devices; never the devices."""

    states: dict[str, State] = field(default_factory=dict)
    """By name of the file."""
    staged: list[str] = field(default_factory=list)
    """Names of files that wait below temporary names beside their places."""
    folders: list[str] = field(default_factory=list)
    """Of devices whose folder was not there, and is staged as a whole."""
    digests: dict[str, str] = field(default_factory=dict)
    """SHA-256 by name of the file."""
    cabling: list[str] = field(default_factory=list)
    """Lines of the cabling list, those of a device together."""
    devices: int = 0


class Rendered(Struct):
    """One device's files, which another machine may have rendered."""

    name: str
    files: dict[str, bytes]
    cabling: str


def render_range(task: Task, start: int, stop: int) -> Part:
    """Render the devices ``start`` to ``stop`` of those that the task selects, in a process of its own.

    The process derives the cluster by itself, once: a cluster is small to derive and large to send.
    """
    source, refs = _opened(task.intent, task.limit)
    return put(task, render_refs(source, refs[start:stop]))


def render_bundle(bundle: Bundle, limit: str | None, start: int, stop: int) -> list[Rendered]:
    """Render the devices ``start`` to ``stop`` of those that a limit selects, where there is no folder to share.

    Raises
    ------
    RenderError
        If the netgen here is another one, or a device cannot be rendered.
    """
    source, refs = unpacked(bundle, limit)
    return list(render_refs(source, refs[start:stop]))


def render_refs(source: Source, refs: Sequence[DeviceRef]) -> Iterator[Rendered]:
    """Render devices, one by one.

    Raises
    ------
    RenderError
        If one of them cannot be rendered.
    """
    cluster, platforms = source.cluster, source.renderer.platforms
    edges = {fabric.name: fabric.edge.role for fabric in cluster.networks}
    for ref in refs:
        if cluster.platform_of(ref) is None:
            ports = switch_ports(cluster, platforms, ref)
            yield Rendered(ref.name, {}, "".join(ib_lines(ref.name, ports, edges)))
            continue
        device = build_any(cluster, platforms, ref)
        texts = render_device(device, source.renderer)
        files = {file: text.encode() for file, text in texts.items()}
        yield Rendered(ref.name, files, "".join(cabling_lines(device, edges)))


def put(task: Task, devices: Iterator[Rendered]) -> Part:
    """Stage what was rendered; to check, compare it with what lies there.

    Raises
    ------
    RenderError
        If the output folder refuses a file.
    """
    part = Part()
    with open_output(task.out) as root, open_top(root, CONFIGS, create=not task.check) as top:
        for device in devices:
            folder = f"{CONFIGS}/{device.name}"
            if device.files:
                _note(part, device, folder, put_all(top, folder, device.files, check=task.check))
            part.digests |= {f"{folder}/{file}": digest(data) for file, data in device.files.items()}
            part.cabling.append(device.cabling)
            part.devices += 1
    return part


def _note(part: Part, device: Rendered, folder: str, states: dict[str, State] | None) -> None:
    """Note what became of a device's files; ``None``: all of them are new, and so is their folder."""
    if states is None:
        part.folders.append(device.name)
        part.states |= {f"{folder}/{file}": State.ADDED for file in device.files}
        return
    for file, state in states.items():
        part.states[f"{folder}/{file}"] = state
        if state is not State.UNCHANGED:
            part.staged.append(f"{folder}/{file}")


@functools.cache
def _opened(intent: Path, limit: str | None) -> tuple[Source, list[DeviceRef]]:
    source = open_source(compile_intent(intent))
    refs = select(source.cluster, limit, bare=True)
    # The cluster stays as long as this process does: collecting garbage need not look through it again and again.
    gc.freeze()
    return source, refs


@functools.lru_cache(maxsize=1)
def unpacked(bundle: Bundle, limit: str | None) -> tuple[Source, list[DeviceRef]]:
    """Return what an intent from elsewhere comes to, and the devices that a limit selects; once for many ranges."""
    source = unpack(bundle)
    return source, select(source.cluster, limit, bare=True)
