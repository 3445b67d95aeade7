"""Hands out ranges of devices: to processes of its own, or to whatever executor it is given."""

from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import Executor, Future
from itertools import islice

from netgen.cluster.fabric import DeviceRef
from netgen.compile import Compiled
from netgen.render.bundle import pack
from netgen.render.part import Part, Rendered, Task, put, render_bundle, render_range, render_refs
from netgen.render.processes import cores, spread, told_of_deaths
from netgen.render.source import Source

DEVICES_PER_PROCESS = 1_000
"""So many devices take as long to render as a process takes to start and derive the cluster, some 0.4 s: between 600
switches and 2,500 hosts."""
RANGES_PER_PROCESS = 4
"""Ranges are handed out one by one, so that the last process does not keep the others waiting."""
MOST_IN_RANGE = 250
"""A range is not longer, so that progress can be shown, and texts that come back do not pile up."""
FAR_IN_RANGE, FAR_IN_FLIGHT = 50, 32
"""Devices a range, and ranges at once, where texts come back: some hundred megabytes at most are on their way."""


def parts_of(
    source: Source, refs: list[DeviceRef], task: Task, compiled: Compiled, jobs: int | None, executor: Executor | None
) -> Generator[Part, None, None]:
    """Yield what becomes of devices, range by range.

    Parameters
    ----------
    source, refs
        The cluster, and those of its devices that are rendered.
    task, compiled
        For others to do it: where the intent lies, and what it was made from.
    jobs
        How many processes, if there is no executor; ``None``: what the number of devices is worth.
    executor
        Renders instead.

    Raises
    ------
    RenderError
        If a device cannot be rendered, a file cannot be written, or a process is ended.
    """
    if executor is not None:
        yield from _far(refs, task, compiled, executor)
        return
    if jobs is None:
        jobs = min(cores(), 1 + len(refs) // DEVICES_PER_PROCESS)
    if jobs == 1:
        for start in range(0, len(refs), MOST_IN_RANGE):
            yield put(task, render_refs(source, refs[start : start + MOST_IN_RANGE]))
        return
    step = min(MOST_IN_RANGE, max(1, -(-len(refs) // (jobs * RANGES_PER_PROCESS))))
    yield from spread(render_range, ((task, at, at + step) for at in range(0, len(refs), step)), jobs)


def _far(refs: list[DeviceRef], task: Task, compiled: Compiled, executor: Executor) -> Generator[Part, None, None]:
    """Let an executor render, wherever it runs, and stage what comes back."""
    bundle = pack(task.intent, compiled)
    starts = iter(range(0, len(refs), FAR_IN_RANGE))

    def begin(count: int) -> Iterator[Future[list[Rendered]]]:
        for start in islice(starts, count):
            yield executor.submit(render_bundle, bundle, task.limit, start, start + FAR_IN_RANGE)

    running = deque(begin(FAR_IN_FLIGHT))
    try:
        with told_of_deaths():
            while running:
                devices = running.popleft().result()
                running.extend(begin(1))
                yield put(task, iter(devices))
    finally:
        for future in running:
            future.cancel()
