"""Compares an intent with the devices themselves, all of them in parallel."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from netgen import __version__
from netgen.cluster.fabric import DeviceRef
from netgen.cluster.model import ABSENT_STATES
from netgen.device.build import build_any
from netgen.plan.deletions import find_deletions
from netgen.plan.interruptions import interruptions
from netgen.plan.model import DEVICES, DevicePlan, Plan, Status, digest_files
from netgen.plan.rendered import last_lines
from netgen.record import Record, replace
from netgen.render.device import render_device
from netgen.render.source import Source
from netgen.session.connections import Connections
from netgen.session.difference import digest_key, new_salt
from netgen.session.errors import Reason, SessionError
from netgen.session.secrets import Secrets, resolve
from netgen.session.session import import_drivers, open_session
from netgen.session.target import Target, make_target, platform_of, why_rendered_only

JOBS = 32
"""Sessions at once: devices are waited for, not computed; 50 ask 200 switches in 3 s."""

Progress = Callable[[DevicePlan], None]


class _Job(Record):
    """What every device of one run shares."""

    source: Source
    connections: Connections
    secrets: Secrets
    key: bytes
    last: Path | None


def diff_online(
    source: Source,
    connections: Connections,
    refs: Sequence[DeviceRef],
    *,
    intent: Path,
    inputs: str,
    limit: str | None = None,
    jobs: int = JOBS,
    last: Path | None = None,
    salt: str | None = None,
    progress: Progress = lambda _: None,
) -> Plan:
    """Compare devices with their intended configurations.

    Parameters
    ----------
    source
        What is intended, and what renders it.
    connections
        How the devices are reached.
    refs, limit
        Which devices, and the glob that chose them.
    intent
        Folder of the intent; an apply of the plan reads it again.
    inputs
        Digest of all that the renders are made from (`netgen.plan.model.digest_inputs`).
    jobs
        How many sessions at once.
    last
        Folder of what the devices were last brought to, in the shape of an output folder: it tells netgen's own lines
        from others' among what a replace deletes.
    salt
        Of the plan's digests, where it is part of a larger plan.
    progress
        Called with each device as it is done, in this thread.

    Returns
    -------
    Plan
        The devices in the order of `refs`, whatever the order in which they answered. A device that fails is in it.

    Raises
    ------
    ConnectionsError
        If the connections do not say enough.
    SecretError
        If the shared key of plans cannot be had.
    RenderError
        If a device cannot be rendered.
    """
    salt = new_salt() if salt is None else salt
    shared = None if connections.plan_key is None else resolve("plan_key", connections.plan_key)
    job = _Job(source, connections, Secrets(connections.secrets), digest_key(salt, shared), last)
    targets = {ref.name: _target(job, ref) for ref in refs}
    if any(targets.values()):
        import_drivers()
    with ThreadPoolExecutor(max_workers=jobs, thread_name_prefix="netgen-diff") as pool:
        futures = {pool.submit(_compare, job, ref, targets[ref.name]): ref.name for ref in refs}
        done: dict[str, DevicePlan] = {}
        try:
            for future in as_completed(futures):
                done[futures[future]] = found = future.result()
                progress(found)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return Plan(
        cluster=source.cluster.name,
        intent=str(intent),
        against=DEVICES,
        netgen=__version__,
        inputs=inputs,
        limit=limit,
        salt=salt,
        shared_key=shared is not None,
        devices=tuple(done[ref.name] for ref in refs),
        warnings=_warnings(job),
    )


def compare_device(
    device: DevicePlan,
    files: dict[str, str],
    target: Target,
    secrets: Secrets,
    key: bytes,
    last: frozenset[str] | None = None,
    defaults: frozenset[str] = frozenset(),
) -> DevicePlan:
    """Compare one device with its rendered files; a failure is in the result.

    Parameters
    ----------
    device
        What is known of it before it is asked.
    files
        Rendered texts by name.
    target, secrets
        How it is reached.
    key
        Of the plan's digests.
    last
        All lines that netgen last rendered for it, without indentation; ``None``: not known.
    defaults
        Lines that say what is so without them.
    """
    try:
        with open_session(target, secrets) as session:
            identity = session.identify()
            session.load(files)
            difference = session.compare(key)
            session.discard()
    except SessionError as error:
        status = Status.UNREACHABLE if error.reason is Reason.UNREACHABLE else Status.ERROR
        return replace(device, status=status, reason=error.reason.value, message=error.message)
    diff = tuple(difference.text.splitlines())
    return replace(
        device,
        status=Status.UNCHANGED if difference.empty else Status.DIFFERS,
        diff=diff,
        deletions=find_deletions(diff, last, defaults),
        difference=difference.digest,
        serial=identity.serial,
        os_version=identity.os_version,
        notes=identity.notes,
    )


def _target(job: _Job, ref: DeviceRef) -> Target | None:
    if job.source.cluster.record(ref).state in ABSENT_STATES:
        return None
    cluster = job.source.cluster
    platform = job.source.renderer.platforms[platform_of(cluster, ref)]
    return make_target(cluster, ref, platform, job.connections)


def _compare(job: _Job, ref: DeviceRef, target: Target | None) -> DevicePlan:
    renderer = job.source.renderer
    device = build_any(job.source.cluster, renderer.platforms, ref)
    files = render_device(device, renderer)
    absent = device.state in ABSENT_STATES
    status = Status.EXPECTED_ABSENT if absent else Status.RENDERED_ONLY
    known = DevicePlan(
        device.name, str(device.role), device.platform, status, device.state, candidate=digest_files(files)
    )
    if target is None:
        why = "" if absent else why_rendered_only(ref, renderer.platforms[device.platform], job.connections)
        return replace(known, message=why)
    platform = renderer.platforms[device.platform]
    last = last_lines(job.last, ref.name)
    found = compare_device(known, files, target, job.secrets, job.key, last, platform.defaults)
    return replace(found, notes=(*found.notes, *interruptions(platform, found.diff)))


def _warnings(job: _Job) -> tuple[str, ...]:
    cluster = job.source.cluster
    strangers = job.connections.strangers({ref.name for ref in cluster.configured()})
    if not strangers:
        return ()
    return (f"{job.connections.file} names what {cluster.name} does not have: {', '.join(strangers)}",)
