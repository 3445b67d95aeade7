"""The daemons of a node: how each is started, found and stopped. Runs inside the node."""

import contextlib
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from netgen.lab.errors import LabError
from netgen.lab.subnet import MANAGER

#: FRR's daemons in the order in which its own script starts them; mgmtd exists since FRR 9.1.
_FRR_DAEMONS = ("mgmtd", "zebra", "staticd", "bgpd", "bfdd")
_FRR_BINARIES = Path("/usr/lib/frr")
# Of tools/etc/frr/daemons: a large netlink buffer for zebra, terminals for the machine itself only.
_FRR_OPTIONS = {"zebra": ("-A", "127.0.0.1", "-s", "90000000")}
_FRR_DEFAULT_OPTIONS = ("-A", "127.0.0.1")
_LLDPD = Path("/usr/sbin/lldpd")
_OPENSM = Path("/usr/sbin/opensm")
_OPENSM_CONF = Path("/etc/opensm/opensm.conf")
_PARTITIONS = Path("/etc/opensm/partitions.conf")
_OPENSM_PID = Path("/run/opensm.pid")
#: What OpenSM logs when it knows its part (opensm/osm_helper.c, osm_get_sm_mgr_state_str and osm_report_sm_state).
_STATES = re.compile(r"0x80 -> Entering (?:MASTER|STANDBY) state")

_START_S = 60.0
_STOP_S = 60.0
_LEAVE_S = 10.0
ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LANG": "C.UTF-8",
    "HOME": "/root",
}


def names(kind: str) -> tuple[str, ...]:
    """Return the daemons that a node of this kind runs, in starting order."""
    if kind == MANAGER:
        return ("opensm",)
    routing = tuple(name for name in _FRR_DAEMONS if (_FRR_BINARIES / name).exists()) if kind == "frr" else ()
    return (*routing, "lldpd")


def start_all(kind: str, environment: Mapping[str, str]) -> None:
    """Start every daemon and load the start-up configuration.

    Parameters
    ----------
    kind
        Of the node.
    environment
        Variables besides `ENVIRONMENT`.

    Raises
    ------
    LabError
        A daemon did not start; the message has its last words.
    """
    for name in names(kind):
        _start(name, environment)
    if kind == "frr":
        run("vtysh", "-b")


def start(kind: str, name: str, environment: Mapping[str, str]) -> None:
    """Start one daemon again, as `start_all`; a routing daemon reads its part of the start-up configuration.

    Raises
    ------
    LabError
        There is no such daemon here, or it did not start.
    """
    _known(kind, name)
    if is_running(name):
        return
    _start(name, environment)
    if kind == "frr" and name != "lldpd":
        run("vtysh", "-b", "-d", name)


def kill(kind: str, name: str) -> None:
    """Kill one daemon, as a crash would; nothing starts it again.

    Raises
    ------
    LabError
        There is no such daemon here, or it does not end.
    """
    _known(kind, name)
    # The simulator, unlike a kernel, learns late of the death of a client that cannot take its leave. But OpenSM may
    # wait for ever for an answer that the simulator does not give.
    if name == "opensm":
        signal_all(name, signal.SIGTERM)
        if _ended(name, _LEAVE_S):
            return
    signal_all(name, signal.SIGKILL)
    if not _ended(name, _STOP_S):
        raise LabError(f"{name} has not ended within {_STOP_S:.0f} s")


def _ended(name: str, limit_s: float) -> bool:
    """Wait until no process of this name lives in the node; false: one does after so many seconds."""
    deadline = time.monotonic() + limit_s
    while _processes(name):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def signal_all(name: str, number: signal.Signals) -> None:
    """Send a signal to every process of this name that lives in the node."""
    for pid in _processes(name):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def is_running(name: str) -> bool:
    """Whether a process of this name lives in the node."""
    return bool(_processes(name))


def add_partitions(lines: Iterable[str]) -> None:
    """Write lines into the subnet manager's partitions behind everybody's back, and have it read them.

    Raises
    ------
    LabError
        It does not run.
    """
    with _PARTITIONS.open("a") as file:
        file.writelines(f"{line}\n" for line in lines)
    if not is_running("opensm"):
        raise LabError("opensm does not run here")
    signal_all("opensm", signal.SIGHUP)


def run(*argv: str, environment: Mapping[str, str] = ENVIRONMENT, folder: str = "/") -> str:
    """Run a program of the node to its end and return its standard output.

    Parameters
    ----------
    *argv
        The program and its arguments.
    environment
        All its variables.
    folder
        Its working directory.

    Raises
    ------
    LabError
        It failed or took too long; the message has its last words.
    """
    try:
        done = subprocess.run(
            argv,
            env=dict(environment),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_START_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise LabError(f"{argv[0]} did not come to an end within {_START_S:.0f} s") from None
    if done.returncode != 0:
        words = (done.stderr or done.stdout).strip().splitlines()[-3:]
        raise LabError(f"{' '.join(argv[:3])} failed with {done.returncode}: {' / '.join(words) or 'no output'}")
    return done.stdout


def _known(kind: str, name: str) -> None:
    if name not in names(kind):
        raise LabError(f"no daemon {name!r} here; there are: {', '.join(names(kind))}")


def _start(name: str, environment: Mapping[str, str]) -> None:
    if name == "lldpd":
        run(str(_LLDPD))
        return
    if name == "opensm":
        _start_opensm(environment)
        return
    options = _FRR_OPTIONS.get(name, _FRR_DEFAULT_OPTIONS)
    run(str(_FRR_BINARIES / name), "-d", *options)


def _start_opensm(environment: Mapping[str, str]) -> None:
    """Start the subnet manager, with its own defaults for a configuration where there is none yet.

    Where it works, the library that stands in for its device keeps what the kernel would show in /sys
    (umad2sim.c, umad2sim_init): a place that it can write. This waits until it knows whether it is the master.

    Raises
    ------
    LabError
        It does not come to know.
    """
    if not _OPENSM_CONF.exists():
        run(str(_OPENSM), "-c", str(_OPENSM_CONF))
    log = _opensm_log()
    states = len(_STATES.findall(_text(log)))
    run(
        *(str(_OPENSM), "-B", "-F", str(_OPENSM_CONF), "--pidfile", str(_OPENSM_PID)),
        environment={**ENVIRONMENT, **environment},
        folder=str(_OPENSM_PID.parent),
    )
    deadline = time.monotonic() + _START_S
    while is_running("opensm") and time.monotonic() < deadline:
        found = len(_STATES.findall(_text(log)))
        # without accum_log_file it begins its log anew
        if found > states or 0 < found < states:
            return
        time.sleep(0.05)
    words = _text(log).strip().splitlines()[-1:]
    raise LabError(f"opensm does not come to manage its fabric: {' / '.join(words) or 'no output'}")


def _opensm_log() -> Path:
    """Return where OpenSM's configuration has it log; the default is that of its man page."""
    match = re.search(r"^log_file (\S+)", _OPENSM_CONF.read_text(), re.MULTILINE)
    return Path(match[1] if match else "/var/log/opensm.log")


def _text(log: Path) -> str:
    return log.read_text(errors="replace") if log.exists() else ""


def _processes(name: str) -> list[int]:
    """Return the processes of this name that live in the node (the PID namespace shows no others)."""
    directories = (directory for directory in Path("/proc").iterdir() if directory.name.isdigit())
    return [int(directory.name) for directory in directories if _command(directory) == name]


def _command(process: Path) -> str:
    """Return a process's command name; a zombie or one that has just gone has none."""
    try:
        head, _, tail = (process / "stat").read_text().rpartition(")")
    except (FileNotFoundError, ProcessLookupError):
        return ""
    return "" if tail.split()[0] == "Z" else head.partition("(")[2]
