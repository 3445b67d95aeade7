"""Applies the plan to one device: load, compare, commit with a timer, check over a new connection, confirm."""

import time
from pathlib import Path

from netgen.apply.lock import is_held
from netgen.apply.model import Job, Outcome, Result
from netgen.record import replace
from netgen.session.backup import save_backup
from netgen.session.connections import read_connections
from netgen.session.difference import digest_key
from netgen.session.errors import Reason, SessionError
from netgen.session.secrets import Secrets, resolve
from netgen.session.session import DeviceSession, open_session
from netgen.session.target import Target

POLL_S = 1.0
RETRY_S = 3.0
"""Between two attempts to reach a device again after its commit."""
GRACE_S = 15.0
"""What a device may take to go back once its timer has fired."""


def apply_device(job: Job) -> Outcome:
    """Bring a device to its intended configuration; a failure is in the outcome.

    The device's own gate is that it can be managed over a new connection, that its configuration is then the intended
    one, and that no watched session was lost. Until then its timer would undo the change.

    Raises
    ------
    ConnectionsError, SecretError
        If the connections cannot be read any more, or the shared key of plans is not there.
    """
    connections = read_connections(Path(job.connections))
    shared = None if connections.plan_key is None else resolve("plan_key", connections.plan_key)
    key = digest_key(job.salt, shared)
    connection = connections.to(job.device, job.platform, job.address)
    target = Target(job.device, job.driver, connection, job.serial, job.os_version)
    secrets = Secrets(connections.secrets)
    try:
        with open_session(target, secrets) as session:
            notes = session.identify().notes
            established = _established(session, job)
            commit_id = _commit(session, job, key)
            if isinstance(commit_id, Outcome):
                return commit_id
    except SessionError as error:
        return Outcome(job.device, Result.FAILED, error.message)
    return _settle(target, secrets, job, commit_id, established, key, notes)


def _commit(session: DeviceSession, job: Job, key: bytes) -> str | Outcome:
    """Commit with a timer what the plan says, or say why not."""
    save_backup(Path(job.backup), job.device, session.backup())
    session.load(job.files)
    difference = session.compare(key)
    if difference.empty:
        session.discard()
        return Outcome(job.device, Result.UNCHANGED)
    if difference.digest != job.difference:
        session.discard()
        return Outcome(job.device, Result.STALE, "it is no longer as the plan saw it: make a new plan")
    commit_id = session.commit_id
    try:
        session.commit(job.timer_s)
    except SessionError as error:
        if error.reason is not Reason.UNKNOWN:
            raise
        # Whether it has happened is read over the next connection.
    return commit_id


def _settle(
    target: Target,
    secrets: Secrets,
    job: Job,
    commit_id: str,
    established: frozenset[str],
    key: bytes,
    notes: tuple[str, ...],
) -> Outcome:
    """Check a timed commit over a new connection; if none comes about, see what the device's timer has done."""
    deadline = time.monotonic() + job.timer_s + GRACE_S
    trouble: list[str] = []
    confirming = False
    while True:
        try:
            with open_session(target, secrets) as session:
                outcome = _judge(session, job, commit_id, established, key, confirming=confirming)
            why = "; ".join(filter(None, (*trouble[:1], outcome.message)))
            return replace(outcome, message=why, notes=notes)
        except SessionError as error:
            trouble.append(error.message)
            confirming = confirming or error.reason is Reason.UNKNOWN
        if time.monotonic() > deadline or _orphaned(job):
            words = f"{trouble[-1]}; its timer of {job.timer_s} s undoes what was not confirmed"
            return Outcome(job.device, Result.UNKNOWN, words)
        time.sleep(RETRY_S)


def _judge(
    session: DeviceSession, job: Job, commit_id: str, established: frozenset[str], key: bytes, *, confirming: bool
) -> Outcome:
    """Confirm a timed commit, or undo it; or find that it is undone, or confirmed by what was lost on its way."""
    session.identify()
    session.load(job.files)
    left = session.compare(key)
    session.discard()
    if commit_id not in session.pending():
        if left.digest == job.difference:
            return Outcome(job.device, Result.ROLLED_BACK, "it is as it was before the change")
        if left.empty and confirming:
            return Outcome(job.device, Result.APPLIED, "it has the change, and no timer waits")
    lost = established - _wait_for(session, job, established)
    orphaned = _orphaned(job)
    if left.empty and not lost and not orphaned:
        session.confirm(commit_id)
        return Outcome(job.device, Result.APPLIED)
    session.abort(commit_id)
    why = f"sessions were lost: {', '.join(sorted(lost))}" if lost else "the commit did not take effect in full"
    if orphaned:
        why = "the netgen that applied has ended"
    return Outcome(job.device, Result.ROLLED_BACK, why)


def _orphaned(job: Job) -> bool:
    """Whether netgen was killed, which Ansible's workers outlive: what nobody will report, nobody shall confirm."""
    return not is_held(Path(job.lock), job.owner)


def _established(session: DeviceSession, job: Job) -> frozenset[str]:
    """Return the watched sessions that are up."""
    if not job.watched:
        return frozenset()
    up = {key for found in session.bgp() if found.established for key in (found.port, found.peer)}
    return frozenset(key for key in job.watched if key in up)


def _wait_for(session: DeviceSession, job: Job, established: frozenset[str]) -> frozenset[str]:
    """Return which sessions are up again, as soon as all are or when the time to settle is over."""
    deadline = time.monotonic() + job.settle_s
    found = _established(session, job) if established else frozenset()
    while established - found and time.monotonic() < deadline:
        time.sleep(POLL_S)
        found = _established(session, job)
    return found
