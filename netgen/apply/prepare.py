"""From an approved plan to what is to be done with each device."""

import os
from collections.abc import Iterator
from pathlib import Path

from netgen.apply.model import Job
from netgen.cluster.fabric import DeviceRef
from netgen.device.build import build_any
from netgen.device.infiniband import SubnetManager
from netgen.device.model import Host, Node, Switch
from netgen.device.text import ipv4
from netgen.plan.errors import PlanError
from netgen.plan.model import DevicePlan, Plan, Status, digest_files
from netgen.render.device import render_device
from netgen.render.source import Source

MIN_TIMER_S = 30
"""A device is asked for its state, and its sessions given time, before its timer may fire."""


class StalePlanError(Exception):
    """The plan is not about what is intended now; nothing was done."""


def make_jobs(plan: Plan, source: Source, connections: Path, *, timer_s: int, backups: Path, lock: Path) -> list[Job]:
    """Make the jobs of a plan, one for each device that it changes.

    Parameters
    ----------
    plan
        Made against devices, of the same intent, templates and catalog as `source`.
    source
        What is intended, and what renders it.
    connections
        The connections.yaml.
    timer_s
        Seconds after which a device undoes what is not confirmed.
    backups
        Folder that what ran before is kept in.
    lock
        Held by this process (`netgen.apply.lock.hold`).

    Raises
    ------
    PlanError
        If the plan was not made against devices.
    StalePlanError
        If a device would now be rendered otherwise than when the plan was made.
    """
    if not plan.salt:
        raise PlanError("only a plan that was made against devices can be applied; this one compares two renders")
    refs = {ref.name: ref for ref in source.cluster.configured()}
    changed = {device.device: device for device in plan.devices if device.status is Status.DIFFERS}
    gone = sorted(changed.keys() - refs.keys())
    if gone:
        raise StalePlanError(f"{gone[0]} does not follow from the intent any more: make a new plan")
    return [
        _job(plan, device, refs[name], source, connections, timer_s, backups, lock) for name, device in changed.items()
    ]


def _job(
    plan: Plan,
    planned: DevicePlan,
    ref: DeviceRef,
    source: Source,
    connections: Path,
    timer_s: int,
    backups: Path,
    lock: Path,
) -> Job:
    device = build_any(source.cluster, source.renderer.platforms, ref)
    files = render_device(device, source.renderer)
    if digest_files(files) != planned.candidate:
        raise StalePlanError(f"{device.name} would now be rendered otherwise than the plan says: make a new plan")
    platform = source.renderer.platforms[device.platform]
    changing = {each.device for each in plan.devices if each.status is Status.DIFFERS}
    return Job(
        device=device.name,
        connections=str(connections.resolve()),
        driver=str(platform.napalm),
        platform=platform.name,
        address=ipv4(device.management.address),
        serial=device.serial,
        os_version=device.os_version,
        files=files,
        salt=plan.salt,
        difference=planned.difference,
        timer_s=timer_s,
        settle_s=timer_s // 3,
        watched=tuple(_watched(device, changing)),
        backup=str(backups.resolve()),
        lock=str(lock.resolve()),
        owner=os.getpid(),
        # The master first: it reads the files now, and the others have the same.
        turn=-device.priority if isinstance(device, SubnetManager) else None,
    )


def _watched(device: Node, changing: set[str]) -> Iterator[str]:
    """Yield the sessions with devices that the plan leaves alone: this change must not cost them.

    Sessions with devices that are changed as well are judged once both ends are, or nothing could ever be applied
    from empty, and nothing renumbered.
    """
    if not isinstance(device, Switch | Host) or device.bgp is None:
        return
    peers = {port.name: port.peer_device for port in device.ports}
    for neighbor in device.bgp.neighbors:
        if peers[neighbor.port] not in changing:
            yield neighbor.port if neighbor.address is None else ipv4(neighbor.address)
