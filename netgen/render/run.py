"""Renders a cluster into a folder: devices in parallel, files whole, the manifest last."""

import contextlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from fnmatch import translate
from functools import cache
from pathlib import Path
from typing import TypeGuard

from netgen import __version__
from netgen.cluster.directory import directory
from netgen.cluster.model import Cluster
from netgen.compile import Compiled
from netgen.export.cabling import HEADER
from netgen.export.inventory import inventory
from netgen.render.errors import RenderError
from netgen.render.inputs import digest_inputs
from netgen.render.manifest import NAME as MANIFEST
from netgen.render.manifest import Manifest, digest, parse_manifest
from netgen.render.output import check_name, is_temporary, open_output
from netgen.render.part import CONFIGS, Part, Task
from netgen.render.parts import parts_of
from netgen.render.reading import files, read
from netgen.render.report import RenderReport
from netgen.render.source import Source, open_source, select
from netgen.render.standing import is_as_listed, stands
from netgen.render.writer import State, commit, commit_folders, compare, forget_top, prune, stage, sweep, sweep_among

INVENTORY, CABLING = "inventory/hosts.yaml", "cabling.csv"
FOLDERS = (CONFIGS, "inventory")

Progress = Callable[[int, int], None]
"""Told how many devices are done, and of how many."""


def render(
    intent: Path,
    compiled: Compiled,
    out: Path,
    *,
    limit: str | None = None,
    jobs: int | None = None,
    check: bool = False,
    executor: Executor | None = None,
    progress: Progress = lambda *_: None,
) -> RenderReport:
    """Render the configurations of a cluster, its inventory, cabling list and manifest.

    Nothing in the folder changes before every device has been rendered; then all files are renamed into place, the
    manifest last. What a whole run from the same inputs left is not rendered again: its bytes are held against the
    manifest, and if all are as listed, that is all. With ``check``, everything is rendered, whatever a manifest says.

    Parameters
    ----------
    intent
        Intent folder; other processes compile it for themselves.
    compiled
        What `netgen.compile.compile_intent` made of it.
    out
        Output folder; made where it is missing. It is held against other runs.
    limit
        Glob over names of devices: only the configurations of these are rendered. Everything else stays as it is,
        but for the inventory, which always names every device.
    jobs
        How many processes; 1: in this one. Default: what the number of devices is worth, up to one a core.
    check
        Write nothing; say what would be.
    executor
        Renders instead of processes of its own: any of `concurrent.futures`, on this machine or on others. It is sent
        the intent's files, and the texts come back: it needs netgen of the same code, and shares no folder.
    progress
        Called in this thread, as devices are done.

    Raises
    ------
    RenderError
        If the intent has errors, a device cannot be rendered, a file cannot be written, or the inputs change under way.
    ResourceError
        If a template or another resource cannot be read.
    """
    source = open_source(compiled)
    # A limit may match nothing, and is refused before a folder is made; to list all devices takes long.
    refs = None if limit is None else select(source.cluster, limit, bare=True)
    _check_names(source.cluster)
    if check and not out.is_dir():
        raise RenderError(f"the output folder {out} does not exist: there is nothing to compare with")
    task = Task(intent.resolve(), out.resolve(), limit, check)
    with open_output(out, create=not check, lock=not check) as root:
        try:
            inputs = digest_inputs(task.intent, compiled, source.cluster)
            before = parse_manifest(read(root, MANIFEST))
            if limit is None and not check and _is_complete(before, inputs):
                others = stands(root, task.out, before, CONFIGS, jobs, progress)
                if others is not None:
                    return _standing(root, before, others)
            refs = refs or select(source.cluster, None, bare=True)
            if not check:
                forget_top(root, CONFIGS)
            # Closed before the sweep: on an error, processes may still be staging.
            with contextlib.closing(parts_of(source, refs, task, compiled, jobs, executor)) as parts:
                counted = _counted(parts, len(refs), progress)
                return _run(root, task, compiled, source, counted, inputs, before)
        except BaseException:
            if not check:
                sweep(root, *FOLDERS)
            raise


def _standing(root: int, before: Manifest, others: list[str]) -> RenderReport:
    """Report that all is as it was."""
    others = [*others, *(name for name in files(root, *FOLDERS[1:]) if name not in before.outputs)]
    sweep_among(root, others)
    return RenderReport(
        check=False,
        added=(),
        changed=(),
        pruned=(),
        unchanged=len(before.outputs) + 1,
        foreign=tuple(sorted(name for name in others if not is_temporary(name))),
    )


def _counted(parts: Iterable[Part], total: int, progress: Progress) -> Iterator[Part]:
    done = 0
    for part in parts:
        done += part.devices
        yield part
        progress(done, total)


def _run(
    root: int,
    task: Task,
    compiled: Compiled,
    source: Source,
    parts: Iterable[Part],
    inputs: dict[str, str],
    before: Manifest | None,
) -> RenderReport:
    whole = _merge(parts)
    manifest = _add_common(root, task, source, whole, inputs, before)
    if digest_inputs(task.intent, compiled, source.cluster) != inputs:
        raise RenderError("the intent or a template changed while it was rendered; nothing was written: render again")
    if not task.check:
        commit(root, *whole.staged)
        commit_folders(root, CONFIGS, whole.folders)
    # With a limit, nothing else is looked at: the cost of one device is not that of all.
    found = list(files(root, *FOLDERS, limit=task.limit, but=frozenset(whole.folders)))
    others = set(found) - manifest.outputs.keys()
    gone = sorted(name for name in others if before is not None and name in before.outputs and _may_be_own(name))
    if not task.check:
        _finish(root, gone, found, manifest=whole.states[MANIFEST])
    return RenderReport(
        check=task.check,
        added=_in_state(whole, State.ADDED),
        changed=_in_state(whole, State.CHANGED),
        pruned=tuple(gone),
        unchanged=len(_in_state(whole, State.UNCHANGED)),
        foreign=tuple(sorted(name for name in others.difference(gone) if not is_temporary(name))),
    )


def _add_common(
    root: int, task: Task, source: Source, whole: Part, inputs: dict[str, str], before: Manifest | None
) -> Manifest:
    """Add the files that are not a device's; return the manifest of all."""
    cluster = source.cluster
    if task.limit is not None and _is_complete(before, inputs) and is_as_listed(root, before, INVENTORY):
        # It names every device, and would be the same.
        whole.states[INVENTORY], whole.digests[INVENTORY] = State.UNCHANGED, before.outputs[INVENTORY]
    else:
        _add(root, task, whole, INVENTORY, inventory(cluster).encode())
    if task.limit is None:
        _add(root, task, whole, CABLING, "".join([HEADER, *whole.cabling, *_out_of_band(source)]).encode())
    manifest = _manifest(task, cluster.name, inputs, whole.digests, before)
    if manifest is before:
        whole.states[MANIFEST] = State.UNCHANGED
    else:
        _add(root, task, whole, MANIFEST, manifest.serialise())
    return manifest


def _out_of_band(source: Source) -> Iterator[str]:
    """Yield the cables of the network that no device's configuration tells of."""
    if source.cluster.management.out_of_band is None:
        return
    # Only here: what knows the materials of cables takes as long to load as one device to render.
    from netgen.export import out_of_band

    yield from out_of_band.lines(source.cluster, source.renderer.platforms)


def _is_complete(before: Manifest | None, inputs: dict[str, str]) -> TypeGuard[Manifest]:
    """Whether an earlier manifest is of a whole run from the same inputs by the same netgen."""
    return before is not None and before.complete and (before.netgen, before.inputs) == (__version__, inputs)


def _merge(parts: Iterable[Part]) -> Part:
    whole = Part()
    for part in parts:
        whole.states |= part.states
        whole.staged += part.staged
        whole.folders += part.folders
        whole.digests |= part.digests
        whole.cabling += part.cabling
    return whole


def _add(root: int, task: Task, whole: Part, name: str, data: bytes) -> None:
    whole.states[name] = (compare if task.check else stage)(root, name, data)
    if name == MANIFEST:
        return
    whole.digests[name] = digest(data)
    if whole.states[name] is not State.UNCHANGED:
        whole.staged.append(name)


def _manifest(
    task: Task, cluster: str, inputs: dict[str, str], outputs: dict[str, str], before: Manifest | None
) -> Manifest:
    if task.limit is None or before is None:
        return Manifest(__version__, cluster, complete=task.limit is None, inputs=inputs, outputs=outputs)
    same = _is_complete(before, inputs)
    if same and all(before.outputs.get(name) == data for name, data in outputs.items()):
        return before  # as it has to be: the same inputs give the same files
    matches = cache(re.compile(translate(task.limit)).fullmatch)
    kept = {name: data for name, data in before.outputs.items() if _is_kept(name, matches)}
    return Manifest(__version__, cluster, complete=same, inputs=inputs, outputs=kept | outputs)


def _is_kept(name: str, matches: Callable[[str], object]) -> bool:
    """Whether a file that an earlier manifest lists is netgen's own, and not of a device that matches."""
    return _may_be_own(name) and name != INVENTORY and not (name != CABLING and matches(name.split("/", 2)[1]))


def _may_be_own(name: str) -> bool:
    """Whether a name in a manifest can be one that netgen writes: whatever else stands there is not touched."""
    return name.startswith(f"{CONFIGS}/") or name in (INVENTORY, CABLING)


def _finish(root: int, gone: list[str], found: list[str], *, manifest: State) -> None:
    """Remove what is no longer intended, put the manifest into its place, and sweep up after runs that were killed."""
    for name in gone:
        prune(root, name)
    if manifest is not State.UNCHANGED:
        commit(root, MANIFEST)
    sweep_among(root, found)


def _in_state(whole: Part, wanted: State) -> tuple[str, ...]:
    return tuple(sorted(name for name, state in whole.states.items() if state is wanted))


def _check_names(cluster: Cluster) -> None:
    """Refuse names that two devices have, or that are not a file's: a folder is a device's."""
    found = directory(cluster)
    for name in found.names():
        check_name(name)
        if "/" in name:
            raise RenderError(f"{name!r} is not the name of a device")
    for name, count in Counter(ref.name for ref in cluster.refs()).items() if found.doubled else ():
        if count > 1:
            raise RenderError(f"two devices are called {name}: give one of them another alias in the inventory")
