"""The private file system of a node: what makes one directory tree look like a Linux box of its own.

Runs inside the node's mount namespace. The machine's files are all there, read-only; what a box writes lies
in memory and goes with the node:

- ``/etc`` and ``/var`` are overlays over the machine's own; ``/run``, ``/tmp``, ``/root``, ``/home`` start empty;
- ``/dev`` has the usual harmless devices and a pseudo-terminal multiplexer of its own;
- ``/proc`` shows the node's processes; of its sysctls only ``net`` can be written;
- ``/sys`` shows the node's interfaces, and a DMI table that the lab wrote (``/sys/class/dmi/id``), since
  machines without firmware tables have none.
"""

import os
from pathlib import Path

from netgen.lab.kernel import Capability, MountFlag, drop_capability, make_read_only, mount

#: Where the node's identity stands, as on a box with firmware tables.
DMI = Path("/sys/class/dmi/id")

_STAGE = Path("/tmp")  # noqa: S108 -- a mount point only, covered by the node's own memory file system
_DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
_DEV_LINKS = {"fd": "/proc/self/fd", "stdin": "fd/0", "stdout": "fd/1", "stderr": "fd/2", "ptmx": "pts/ptmx"}


def isolate() -> None:
    """Replace this mount namespace's view of the machine by a node's own.

    Raises
    ------
    OSError
        A mount was refused; the message names it.
    """
    root = Path("/")
    mount("none", root, flags=MountFlag.REC | MountFlag.PRIVATE)
    make_read_only(root, recursive=True)
    _memory(_STAGE, mode="700")
    for name in ("etc", "var"):
        _overlay(root / name)
    _proc()
    _sys()
    _dev()
    for directory, mode in (("/run", "755"), ("/root", "700"), ("/home", "755")):
        _memory(Path(directory), mode=mode)
    # Covers the stage: the overlays keep what they need of it, and nobody else can reach it any more.
    _memory(_STAGE, mode="1777")
    for capability in Capability:
        drop_capability(capability)


def _memory(target: Path, mode: str) -> None:
    mount("tmpfs", target, "tmpfs", MountFlag.NOSUID, f"mode={mode}")


def _overlay(target: Path) -> None:
    upper, work = _STAGE / f"{target.name}.upper", _STAGE / f"{target.name}.work"
    upper.mkdir(mode=0o755)
    work.mkdir()
    mount("overlay", target, "overlay", data=f"lowerdir={target},upperdir={upper},workdir={work}")


def _proc() -> None:
    whole, shown = _STAGE / "proc", Path("/proc")
    whole.mkdir()
    for target in (whole, shown):
        mount("proc", target, "proc", MountFlag.NOSUID | MountFlag.NOEXEC)
    for protected in (shown / "sys", shown / "sysrq-trigger"):
        if protected.exists():
            _bind(protected, protected)
            make_read_only(protected, recursive=False)
    _bind(whole / "sys/net", shown / "sys/net")


def _sys() -> None:
    """Show the node's network devices writable, the machine's hardware not, and our DMI table."""
    whole, shown = _STAGE / "sys", Path("/sys")
    whole.mkdir()
    for target in (whole, shown):
        mount("sysfs", target, "sysfs", MountFlag.NOSUID | MountFlag.NOEXEC)
    make_read_only(shown, recursive=False)
    _bind(whole / "devices/virtual/net", shown / "devices/virtual/net")
    _memory(shown / "class", mode="755")
    (shown / "class/net").mkdir()
    _bind(whole / "class/net", shown / "class/net")
    DMI.mkdir(parents=True)


def _dev() -> None:
    """Bind the machine's harmless devices into a directory of our own."""
    kept = {name: os.open(f"/dev/{name}", os.O_PATH) for name in _DEVICES}
    dev = Path("/dev")
    _memory(dev, mode="755")
    for name, descriptor in kept.items():
        (dev / name).touch()
        _bind(Path(f"/proc/self/fd/{descriptor}"), dev / name)
        os.close(descriptor)
    for name, target in _DEV_LINKS.items():
        (dev / name).symlink_to(target)
    (dev / "pts").mkdir()
    mount("devpts", dev / "pts", "devpts", MountFlag.NOSUID | MountFlag.NOEXEC, "newinstance,ptmxmode=0666,mode=620")
    (dev / "shm").mkdir()
    _memory(dev / "shm", mode="1777")


def _bind(source: Path, target: Path) -> None:
    mount(source, target, flags=MountFlag.BIND)
