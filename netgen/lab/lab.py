"""Labs: up, status, faults, down."""

import contextlib
import fcntl
import json
import os
import select
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from netgen.lab import control, faults, journal, processes, requirements, supervisor
from netgen.lab.errors import LabError
from netgen.lab.journal import SUPERVISOR_LOG, Journal
from netgen.lab.spec import LabSpec
from netgen.lab.status import LabStatus, status_from_data
from netgen.record import Record

Progress = Callable[[str], None]

#: TCP ports of the management of each kind of device, unless others are asked for.
DEFAULT_PORTS: Mapping[str, int] = {"eos": 8443, "frr": 2222, "host": 2222, "opensm": 2222}

_STOP_S = 60.0
_KILL_S = 60.0
_LOCK_S = 30.0
_PACKAGE_ROOT = Path(__file__).resolve().parents[2]


class DownReport(Record):
    """What was there of a lab, and is no more.

    Parameters
    ----------
    name
        The cluster's name; empty if there was no lab.
    processes
        Processes that had to be killed, each as its command and number; none when the supervisor ended by itself.
    files
        What was removed from the disk.
    """

    name: str
    processes: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()


def up(
    spec: LabSpec,
    state_dir: Path,
    *,
    ports: Mapping[str, int] = DEFAULT_PORTS,
    progress: Progress = lambda _: None,
    timeout_s: float = 600.0,
) -> LabStatus:
    """Bring a lab up.

    Parameters
    ----------
    spec
        What it is to be.
    state_dir
        Where its files go; made if it is not there. It must be this user's, and is closed to others.
    ports
        TCP port of the management of each kind of device; the kinds that are not named keep their default.
    progress
        Takes a line of text now and then.
    timeout_s
        When to give up.

    Returns
    -------
    LabStatus
        The lab as it came up.

    Raises
    ------
    LabError
        It cannot be brought up, or there is one already; nothing of this attempt is left behind.
    """
    requirements.check(spec)
    directory = state_dir.absolute()
    made = _make_directory(directory)
    with _locked(directory):
        _refuse_second(directory)
        record = journal.begin(directory, spec.name, made)
        try:
            supervisor.write_spec(directory, spec, {**DEFAULT_PORTS, **ports})
            return _supervise(directory, record, progress, timeout_s)
        except BaseException:
            _remove(directory, record)
            raise


def status(state_dir: Path) -> LabStatus:
    """Say how the lab in a state directory is.

    Raises
    ------
    LabError
        It does not answer, or its record cannot be read.
    """
    directory = state_dir.absolute()
    record = journal.read(directory)
    if record is None:
        return LabStatus("", "absent", directory)
    try:
        return status_from_data(control.ask(directory, "status")["status"])
    except ConnectionError:
        return LabStatus(record.name, "killed", directory)


def inject(state_dir: Path, fault: str, *arguments: str) -> str:
    """Break or mend something in a running lab.

    Parameters
    ----------
    state_dir
        The lab's.
    fault
        One of `netgen.lab.faults.FAULTS`.
    *arguments
        What it takes, as the list there says.

    Returns
    -------
    str
        What was done, in words.

    Raises
    ------
    LabError
        There is no lab, or it cannot be done.
    """
    faults.check(fault, arguments)
    directory = state_dir.absolute()
    if journal.read(directory) is None:
        raise LabError(f"there is no lab in {directory}: bring it up first")
    try:
        done: str = control.ask(directory, "inject", fault=fault, arguments=arguments)["done"]
    except ConnectionError:
        raise LabError(f"the lab in {directory} was killed: take it down and bring it up again") from None
    return done


def down(state_dir: Path) -> DownReport:
    """Take a lab down, whatever state it is in, and leave nothing of it; without a lab nothing is done.

    Raises
    ------
    LabError
        Something could not be removed; the message says what.
    """
    directory = state_dir.absolute()
    if journal.read(directory) is None and not directory.is_dir():
        return DownReport("")
    with _locked(directory):
        record = journal.read(directory)
        if record is None:
            return DownReport("", files=journal.remove_draft(directory))
        return _remove(directory, record)


def _make_directory(directory: Path) -> int:
    """Make the state directory ours alone, and return how many directories were made, it and those above it."""
    missing = [path for path in (directory, *directory.parents) if not path.exists() and not path.is_symlink()]
    try:
        for path in reversed(missing):
            path.mkdir(mode=0o700 if path == directory else 0o755)
        found = directory.lstat()
    except OSError as error:
        raise LabError(f"{directory} cannot be made: {error.strerror}") from None
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise LabError(f"{directory} is not a directory of yours: choose another for the lab")
    directory.chmod(0o700)
    return len(missing)


@contextmanager
def _locked(directory: Path) -> Iterator[None]:
    """Be the only one who brings this lab up or takes it down; the lock goes with its holder."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        deadline = time.monotonic() + _LOCK_S
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise LabError(f"somebody else is bringing the lab in {directory} up or down: try later") from None
                time.sleep(0.1)
        yield
    finally:
        os.close(descriptor)


def _refuse_second(directory: Path) -> None:
    there = status(directory)
    if there.state == "up":
        raise LabError(f"lab {there.name} is up already in {directory}: use it, or take it down first")
    if there.state == "killed":
        raise LabError(f"the remains of a killed lab {there.name} are in {directory}: take it down first")


def _supervise(directory: Path, record: Journal, progress: Progress, timeout_s: float) -> LabStatus:
    """Start the supervisor, follow its reports until the lab is up, let it go on alone, and say how the lab is."""
    environment = {**os.environ, processes.MARK: record.identity, "PYTHONPATH": str(_PACKAGE_ROOT)}
    log_file = os.open(directory / SUPERVISOR_LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(log_file, "wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "netgen.lab.supervisor", str(directory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            cwd="/",
            env=environment,
            start_new_session=True,
        )
    with process.stdin as leash, process.stdout as reports:  # type: ignore[union-attr]  # both are pipes
        _follow(directory, reports.fileno(), progress, time.monotonic() + timeout_s)
        try:
            os.write(leash.fileno(), b"go on\n")
        except BrokenPipeError:
            raise _died(directory) from None
    process.wait(_STOP_S)  # only the launcher: the supervisor itself is nobody's child
    found = status(directory)
    if found.state != "up":
        raise _died(directory)
    return found


def _follow(directory: Path, reports: int, progress: Progress, deadline: float) -> None:
    pending = b""
    while True:
        if not select.select([reports], [], [], max(0.0, deadline - time.monotonic()))[0]:
            raise LabError("the lab did not come up in time")
        received = os.read(reports, 1 << 16)
        if not received:
            raise _died(directory)
        *complete, pending = (pending + received).split(b"\n")
        for line in map(json.loads, complete):
            if "error" in line:
                raise LabError(line["error"])
            if "ready" in line:
                return
            progress(line["line"])


def _died(directory: Path) -> LabError:
    words = (directory / SUPERVISOR_LOG).read_text().strip().splitlines()
    return LabError(f"the lab's supervisor died: {words[-1] if words else 'without a word'}")


def _remove(directory: Path, record: Journal) -> DownReport:
    """End the lab's processes, the supervisor first and in peace, then remove its files."""
    _ask_to_stop(record)
    try:
        killed = processes.kill_all(record.identity, _KILL_S)
    except TimeoutError:
        raise LabError(f"processes of the lab do not die, see `ps`: their mark is {record.identity}") from None
    try:
        files = journal.remove_files(directory, record)
    except OSError as error:
        raise LabError(f"{error.filename} cannot be removed: {error.strerror}") from None
    return DownReport(record.name, tuple(killed), files)


def _ask_to_stop(record: Journal) -> None:
    with processes.marked(record.identity) as found:
        for process in found:
            if "netgen.lab.supervisor" in process.command:
                with contextlib.suppress(ProcessLookupError):
                    processes.signal_one(process, signal.SIGTERM)
                processes.wait(process, _STOP_S)
