"""The daemons of a node: how each is started, found and stopped. Runs inside the node."""

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

from netgen.lab.errors import LabError

#: FRR's daemons in the order in which its own script starts them; mgmtd exists since FRR 9.1.
_FRR_DAEMONS = ("mgmtd", "zebra", "staticd", "bgpd", "bfdd")
_FRR_BINARIES = Path("/usr/lib/frr")
# Of tools/etc/frr/daemons: a large netlink buffer for zebra, terminals for the machine itself only.
_FRR_OPTIONS = {"zebra": ("-A", "127.0.0.1", "-s", "90000000")}
_FRR_DEFAULT_OPTIONS = ("-A", "127.0.0.1")
_LLDPD = Path("/usr/sbin/lldpd")

_START_S = 30.0
_STOP_S = 5.0
ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LANG": "C.UTF-8",
    "HOME": "/root",
}


def names(kind: str) -> tuple[str, ...]:
    """Return the daemons that a node of this kind runs, in starting order."""
    routing = tuple(name for name in _FRR_DAEMONS if (_FRR_BINARIES / name).exists()) if kind == "frr" else ()
    return (*routing, "lldpd")


def start_all(kind: str) -> None:
    """Start every daemon and load the start-up configuration.

    Raises
    ------
    LabError
        A daemon did not start; the message has its last words.
    """
    for name in names(kind):
        _start(name)
    if kind == "frr":
        run("vtysh", "-b")


def start(kind: str, name: str) -> None:
    """Start one daemon again; a routing daemon reads its part of the start-up configuration.

    Raises
    ------
    LabError
        There is no such daemon here, or it did not start.
    """
    _known(kind, name)
    if is_running(name):
        return
    _start(name)
    if name != "lldpd":
        run("vtysh", "-b", "-d", name)


def kill(kind: str, name: str) -> None:
    """Kill one daemon, as a crash would; nothing starts it again.

    Raises
    ------
    LabError
        There is no such daemon here.
    """
    _known(kind, name)
    signal_all(name, signal.SIGKILL)
    deadline = time.monotonic() + _STOP_S
    while _processes(name) and time.monotonic() < deadline:
        time.sleep(0.01)


def signal_all(name: str, number: signal.Signals) -> None:
    """Send a signal to every process of this name that lives in the node."""
    for pid in _processes(name):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def is_running(name: str) -> bool:
    """Whether a process of this name lives in the node."""
    return bool(_processes(name))


def run(*argv: str) -> str:
    """Run a program of the node to its end and return its standard output.

    Raises
    ------
    LabError
        It failed or took too long; the message has its last words.
    """
    try:
        done = subprocess.run(
            argv,
            env=ENVIRONMENT,
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


def _start(name: str) -> None:
    if name == "lldpd":
        run(str(_LLDPD))
        return
    options = _FRR_OPTIONS.get(name, _FRR_DEFAULT_OPTIONS)
    run(str(_FRR_BINARIES / name), "-d", *options)


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
