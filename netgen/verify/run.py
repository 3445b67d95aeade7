"""Asks every device for its state, in parallel, and checks the whole."""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from netgen.cluster.fabric import DeviceRef
from netgen.cluster.model import ABSENT_STATES, Cluster
from netgen.cluster.topology.slots import HOST
from netgen.device.build import build
from netgen.platforms.model import Platform
from netgen.record import replace
from netgen.session.connections import Connections
from netgen.session.errors import Reason, SessionError
from netgen.session.secrets import Secrets
from netgen.session.session import import_drivers, open_session
from netgen.session.target import Target, make_target, why_rendered_only
from netgen.verify.compare import compare
from netgen.verify.infiniband.compare import Result
from netgen.verify.infiniband.run import verify_fabrics
from netgen.verify.model import Check, Report, State

JOBS = 32
"""Sessions at once: devices are waited for, not computed."""
BESIDE = ("opensm", "ufm")
"""Drivers of subnet managers that a fabric can be looked at with."""
PAUSE_S = 2.0
"""Between two looks at a fabric that is still converging."""

T = TypeVar("T")

Progress = Callable[[str], None]


def verify(
    cluster: Cluster,
    platforms: Mapping[str, Platform],
    connections: Connections,
    refs: Sequence[DeviceRef],
    *,
    wait_s: float = 0.0,
    jobs: int = JOBS,
    progress: Progress = lambda _: None,
) -> Report:
    """Check devices against the intent.

    Parameters
    ----------
    cluster, platforms
        As compiled.
    connections
        How the devices are reached.
    refs
        Which devices are asked; the others' ends of their links are not.
    wait_s
        Look again, until nothing is wrong or so many seconds are over: a fabric that was just changed converges.
    jobs
        How many sessions at once.
    progress
        Called with the name of every device that has been asked.

    Raises
    ------
    ConnectionsError
        If the connections do not say enough.
    """
    devices = {ref.name: build(cluster, platforms, ref) for ref in cluster.configured() if _has_ethernet(cluster, ref)}
    targets, unmanaged = _targets(cluster, platforms, connections, refs)
    managers = {target.device: target for target in targets if target.device not in devices}
    targets = [target for target in targets if target.device in devices]
    if targets or managers:
        import_drivers()
    secrets, deadline = Secrets(connections.secrets), time.monotonic() + wait_s
    while True:
        states, unreachable = _ask(targets, secrets, jobs, progress)
        report = compare(cluster, platforms, devices, states, unreachable=unreachable, unmanaged=unmanaged)
        report = _joined(report, verify_fabrics(cluster, platforms, managers, secrets, progress))
        if not report.problems or time.monotonic() + PAUSE_S > deadline:
            return report
        time.sleep(PAUSE_S)


def _has_ethernet(cluster: Cluster, ref: DeviceRef) -> bool:
    """Whether a device is one of Ethernet: fabrics of InfiniBand are asked about at their subnet managers."""
    if ref.role == HOST:
        return cluster.managed_by(ref) is None
    return all(ref.fabric != fabric.name for fabric in cluster.infiniband)


def _joined(report: Report, fabrics: Sequence[Result]) -> Report:
    """Add what was found of InfiniBand fabrics."""
    checked: Counter[Check] = Counter(report.checked)
    for fabric in fabrics:
        checked.update(fabric.checked)
    return replace(
        report,
        checked={check: checked[check] for check in Check if check in checked},
        problems=tuple(sorted([*report.problems, *(one for fabric in fabrics for one in fabric.problems)])),
        notes=(*report.notes, *(note for fabric in fabrics for note in fabric.notes)),
    )


def _targets(
    cluster: Cluster, platforms: Mapping[str, Platform], connections: Connections, refs: Sequence[DeviceRef]
) -> tuple[list[Target], dict[str, int]]:
    targets: list[Target] = []
    unmanaged: Counter[str] = Counter()
    for ref in refs:
        name = cluster.platform_of(ref)
        if name is None or cluster.record(ref).state in ABSENT_STATES:
            continue
        target = make_target(cluster, ref, platforms[name], connections)
        if target is None:
            unmanaged[why_rendered_only(ref, platforms[name], connections)] += 1
        elif cluster.managed_by(ref) is not None and target.driver not in BESIDE:
            unmanaged[f"there are no tools beside {platforms[name].title} that fabrics could be looked at with"] += 1
        else:
            targets.append(target)
    return targets, dict(unmanaged)


def _ask(
    targets: Sequence[Target], secrets: Secrets, jobs: int, progress: Progress
) -> tuple[dict[str, State], dict[str, str]]:
    states, unreachable = {}, {}
    with ThreadPoolExecutor(max_workers=jobs, thread_name_prefix="netgen-verify") as pool:
        for target, found in zip(targets, pool.map(lambda target: _state(target, secrets), targets), strict=True):
            if isinstance(found, State):
                states[target.device] = found
            else:
                unreachable[target.device] = found.message
            progress(target.device)
    return states, unreachable


def _state(target: Target, secrets: Secrets) -> State | SessionError:
    try:
        with open_session(target, secrets) as session:
            session.identify()
            unanswered: dict[Check, str] = {}
            return State(
                _answer(session.lldp, Check.CABLING, unanswered),
                _answer(session.bgp, Check.SESSION, unanswered),
                _answer(session.interfaces, Check.INTERFACE, unanswered),
                _answer(session.routes, Check.PATHS, unanswered),
                unanswered,
            )
    except SessionError as error:
        return error


def _answer(ask: Callable[[], list[T]], check: Check, unanswered: dict[Check, str]) -> tuple[T, ...]:
    """Ask one question; what a device cannot tell, as when a daemon does not run, must not hide the rest."""
    try:
        return tuple(ask())
    except SessionError as error:
        if error.reason is Reason.UNREACHABLE:
            raise
        unanswered[check] = error.message
        return ()
