"""Renders a cluster into a folder: devices in parallel, files whole, the manifest last."""

import contextlib
import multiprocessing
import os
import signal
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from fnmatch import fnmatchcase
from pathlib import Path

from netgen import __version__
from netgen.cluster.model import Cluster, DeviceRef
from netgen.compile import Compiled
from netgen.export.cabling import HEADER
from netgen.export.inventory import inventory
from netgen.render.errors import RenderError
from netgen.render.inputs import digest_inputs
from netgen.render.manifest import NAME as MANIFEST
from netgen.render.manifest import Manifest, digest, parse_manifest
from netgen.render.part import Part, Task, render_range, render_refs
from netgen.render.report import RenderReport
from netgen.render.source import Source, open_source, select
from netgen.render.writer import (
    State,
    check_name,
    commit,
    compare,
    files,
    is_temporary,
    open_output,
    prune,
    read,
    stage,
    sweep,
)

CONFIGS, INVENTORY, CABLING = "configs", "inventory/hosts.yaml", "cabling.csv"
FOLDERS = (CONFIGS, "inventory")
DEVICES_PER_PROCESS = 250
"""So many devices take as long to render as a process takes to start and derive the cluster, about half a second."""
RANGES_PER_PROCESS = 4
"""Ranges are handed out one by one, so that the last process does not keep the others waiting."""


def render(
    intent: Path,
    compiled: Compiled,
    out: Path,
    *,
    limit: str | None = None,
    jobs: int | None = None,
    check: bool = False,
    executor: Executor | None = None,
) -> RenderReport:
    """Render the configurations of a cluster, its inventory, cabling list and manifest.

    Nothing in the folder changes before every device has been rendered; then all files are renamed into place, the
    manifest last.

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
        Runs the ranges instead of processes of its own.

    Raises
    ------
    RenderError
        If the intent has errors, a device cannot be rendered, a file cannot be written, or the inputs change under way.
    ResourceError
        If a template or another resource cannot be read.
    """
    source = open_source(compiled)
    refs = select(source.cluster, limit)
    _check_names(source.cluster)
    if check and not out.is_dir():
        raise RenderError(f"the output folder {out} does not exist: there is nothing to compare with")
    task = Task(intent.resolve(), out.resolve(), limit, check)
    with open_output(out, create=not check, lock=not check) as root:
        try:
            # Closed before the sweep: on an error, processes may still be staging.
            with contextlib.closing(_parts(source, refs, task, jobs, executor)) as parts:
                return _run(root, task, compiled, source, parts)
        finally:
            if not check:
                sweep(root, *FOLDERS)


def _run(root: int, task: Task, compiled: Compiled, source: Source, parts: Iterable[Part]) -> RenderReport:
    inputs = digest_inputs(task.intent, compiled, source.cluster)
    before = parse_manifest(read(root, MANIFEST))
    whole = _merge(parts)
    _add(root, task, whole, INVENTORY, inventory(source.cluster).encode())
    if task.limit is None:
        _add(root, task, whole, CABLING, "".join([HEADER, *whole.cabling]).encode())
    if digest_inputs(task.intent, compiled, source.cluster) != inputs:
        raise RenderError("the intent or a template changed while it was rendered; nothing was written: render again")
    manifest = _manifest(task, source.cluster.name, inputs, whole.digests, before)
    _add(root, task, whole, MANIFEST, manifest.serialise())
    others = set(files(root, *FOLDERS)) - manifest.outputs.keys()
    gone = sorted(others & _own(before))
    if not task.check:
        _settle(root, whole.states, gone)
    return RenderReport(
        check=task.check,
        added=_in_state(whole, State.ADDED),
        changed=_in_state(whole, State.CHANGED),
        pruned=tuple(gone),
        unchanged=len(_in_state(whole, State.UNCHANGED)),
        foreign=tuple(sorted(name for name in others.difference(gone) if not is_temporary(name))),
    )


def _parts(
    source: Source, refs: list[DeviceRef], task: Task, jobs: int | None, executor: Executor | None
) -> Generator[Part, None, None]:
    if jobs is None:
        jobs = min(len(os.sched_getaffinity(0)), 1 + len(refs) // DEVICES_PER_PROCESS)
    if executor is None and jobs <= 1:
        yield render_refs(source, refs, task)
        return
    step = max(1, -(-len(refs) // (max(jobs, 1) * RANGES_PER_PROCESS)))
    starts = range(0, len(refs), step)
    with contextlib.ExitStack() as stack:
        if executor is None:
            # Spawned, not forked: a fork copies locks that other threads of the caller hold.
            context = multiprocessing.get_context("spawn")
            executor = stack.enter_context(ProcessPoolExecutor(jobs, mp_context=context))
        with _interrupts_held():
            futures = [executor.submit(render_range, task, start, start + step) for start in starts]
        # On an error, what has not begun does not begin, and what has is waited for: then nothing is staged any more.
        stack.callback(lambda: wait([future for future in futures if not future.cancel()]))
        try:
            for future in futures:
                yield future.result()
        except BrokenProcessPool:
            raise RenderError("a process that rendered was ended from outside, perhaps for want of memory") from None


@contextlib.contextmanager
def _interrupts_held() -> Iterator[None]:
    """Start processes that Ctrl-C does not reach: it goes to all of a terminal, and one is enough to end the run."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _merge(parts: Iterable[Part]) -> Part:
    whole = Part()
    for part in parts:
        whole.states |= part.states
        whole.digests |= part.digests
        whole.cabling += part.cabling
    return whole


def _add(root: int, task: Task, whole: Part, name: str, data: bytes) -> None:
    whole.states[name] = (compare if task.check else stage)(root, name, data)
    if name != MANIFEST:
        whole.digests[name] = digest(data)


def _manifest(
    task: Task, cluster: str, inputs: dict[str, str], outputs: dict[str, str], before: Manifest | None
) -> Manifest:
    if task.limit is None:
        return Manifest(__version__, cluster, complete=True, inputs=inputs, outputs=outputs)
    kept = {name: before.outputs[name] for name in _own(before) if not _within(name, task.limit)} if before else {}
    same = before is not None and before.complete and (before.netgen, before.inputs) == (__version__, inputs)
    return Manifest(__version__, cluster, complete=same, inputs=inputs, outputs=kept | outputs)


def _own(before: Manifest | None) -> set[str]:
    """Names of an earlier manifest that can be netgen's: whatever else stands in it is not touched."""
    if before is None:
        return set()
    return {name for name in before.outputs if name in (INVENTORY, CABLING) or name.startswith(f"{CONFIGS}/")}


def _within(name: str, limit: str) -> bool:
    top, _, rest = name.partition("/")
    return name == INVENTORY or (top == CONFIGS and fnmatchcase(rest.partition("/")[0], limit))


def _settle(root: int, states: dict[str, State], gone: list[str]) -> None:
    staged = [name for name, state in states.items() if state is not State.UNCHANGED]
    for name in staged:
        if name != MANIFEST:
            commit(root, name)
    for name in gone:
        prune(root, name)
    if MANIFEST in staged:
        commit(root, MANIFEST)


def _in_state(whole: Part, wanted: State) -> tuple[str, ...]:
    return tuple(sorted(name for name, state in whole.states.items() if state is wanted))


def _check_names(cluster: Cluster) -> None:
    seen: set[str] = set()
    for ref in cluster.refs():
        if "/" in ref.name or ref.name in seen:
            raise RenderError(f"two devices are called {ref.name}: give one of them another alias in the inventory")
        check_name(ref.name)
        seen.add(ref.name)
