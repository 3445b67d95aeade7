"""Compares an intent with the devices from other machines: whatever executor runs there does what one machine would.

Sent are the intent's files, and how devices are reached, which names secrets and holds none: a worker finds them, and
the certificates and keys, at the same places as here. Back come what the devices' plans say.
"""

from collections.abc import Sequence
from concurrent.futures import Executor, as_completed
from pathlib import Path

from netgen.cluster.fabric import DeviceRef
from netgen.compile import Compiled
from netgen.plan.deletions import find_deletions
from netgen.plan.model import DevicePlan, Plan
from netgen.plan.online import Progress, diff_online
from netgen.plan.rendered import last_lines
from netgen.record import Record, replace
from netgen.render.bundle import Bundle, pack
from netgen.render.part import unpacked
from netgen.render.source import Source
from netgen.session.connections import Connections
from netgen.session.difference import new_salt

DEVICES_IN_RANGE = 32
"""As many as one process asks at once."""


class _Job(Record):
    bundle: Bundle
    connections: Connections
    intent: Path
    inputs: str
    limit: str | None
    salt: str


def diff_far(
    executor: Executor,
    source: Source,
    compiled: Compiled,
    connections: Connections,
    refs: Sequence[DeviceRef],
    *,
    intent: Path,
    inputs: str,
    limit: str | None = None,
    last: Path | None = None,
    progress: Progress = lambda _: None,
) -> Plan:
    """Compare devices with their intended configurations, as `netgen.plan.online.diff_online` does, elsewhere.

    Parameters
    ----------
    executor
        Any of `concurrent.futures`; its workers reach the devices.
    source, compiled, connections, refs, intent, inputs, limit, last, progress
        As there; the devices are those that the limit selects.

    Raises
    ------
    ConnectionsError, SecretError, RenderError
        As there.
    """
    job = _Job(pack(intent, compiled), connections, intent, inputs, limit, new_salt())
    starts = range(0, len(refs), DEVICES_IN_RANGE)
    futures = [executor.submit(_diff_range, job, start, start + DEVICES_IN_RANGE) for start in starts]
    found: dict[str, DevicePlan] = {}
    try:
        for future in as_completed(futures):
            for device in future.result().devices:
                # What was last applied lies here.
                defaults = source.renderer.platforms[device.platform].defaults
                deletions = find_deletions(device.diff, last_lines(last, device.device), defaults)
                found[device.device] = replace(device, deletions=deletions)
                progress(device)
    except BaseException:
        for future in futures:
            future.cancel()
        raise
    empty = diff_online(source, connections, [], intent=intent, inputs=inputs, limit=limit, salt=job.salt)
    return replace(empty, devices=tuple(found[ref.name] for ref in refs))


def _diff_range(job: _Job, start: int, stop: int) -> Plan:
    source, refs = unpacked(job.bundle, job.limit)
    some = refs[start:stop]
    return diff_online(
        source, job.connections, some, intent=job.intent, inputs=job.inputs, limit=job.limit, salt=job.salt
    )
