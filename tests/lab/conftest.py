"""Labs for the tests: small ones, each in a directory of its own, and taken down whatever happens."""

import contextlib
import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import pytest

from netgen.lab import lab
from netgen.lab.spec import LabCable, LabNode, LabSpec

SSH_S = 120
WAIT_S = 180


@dataclass(frozen=True)
class UpLab:
    """A lab that is up, and how to talk to its nodes as a person would."""

    directory: Path

    def ssh(self, node: str, command: str, *options: str) -> subprocess.CompletedProcess[str]:
        """Run a command on a node through OpenSSH, with strict checking of the host's key."""
        return subprocess.run(
            [*self.ssh_command(*options), node, command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SSH_S,
            check=False,
        )

    def ssh_command(self, *options: str) -> list[str]:
        return ["ssh", "-F", str(self.directory / "ssh/config"), "-o", "BatchMode=yes", *options]

    def output(self, node: str, command: str) -> str:
        """Run a command that must succeed."""
        done = self.ssh(node, command)
        assert done.returncode == 0, (command, done.stdout, done.stderr)
        return done.stdout

    def inject(self, fault: str, *arguments: str) -> str:
        return lab.inject(self.directory, fault, *arguments)

    def neighbours(self, node: str) -> dict[str, tuple[str, str]]:
        """Ask lldpd who is at the other end of each port."""
        shown = json.loads(self.output(node, "lldpcli -f json0 show neighbors"))
        return {
            entry["name"]: (entry["chassis"][0]["name"][0]["value"], entry["port"][0]["id"][0]["value"])
            for entry in shown["lldp"][0].get("interface", [])
        }

    def state(self, node: str) -> str:
        return next(one.state for one in lab.status(self.directory).nodes if one.name == node)


class Remains:
    """What a lab has of the machine, learned from the kernel while it is up: its processes and namespaces.

    Shares nothing with the way in which the lab finds its own processes: a process belongs to the lab if it
    descends from the supervisor or lives in one of its namespaces.
    """

    KINDS = ("net", "mnt", "pid", "uts", "ipc")

    def __init__(self, supervisor: int) -> None:
        parents = dict(self._parents())
        self.namespaces: set[str] = set()
        mine = {supervisor}
        while found := {pid for pid, parent in parents.items() if parent in mine} - mine:
            mine |= found
        ours = self._namespaces(os.getpid())
        # Held open, or the kernel gives their numbers to those that other tests make once the lab has gone.
        self._held: list[TextIO] = []
        for pid in mine:
            for kind in self.KINDS:
                with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                    path = Path(f"/proc/{pid}/ns/{kind}")
                    name = str(path.readlink())
                    if name not in ours | self.namespaces:
                        self._held.append(path.open())
                        self.namespaces.add(name)
        self.supervisor = Path(f"/proc/{supervisor}/stat")
        self.born = self._stat()[19]

    def left(self) -> list[str]:
        """Say what of the lab is still there."""
        here = [f"{pid} in {ns}" for pid, _ in self._parents() for ns in self._namespaces(pid) & self.namespaces]
        named = Path("/run/netns").iterdir() if Path("/run/netns").is_dir() else ()
        here += [str(path) for path in named if f"net:[{_inode(path)}]" in self.namespaces]
        try:
            if self._stat()[19] == self.born and self._stat()[0] != "Z":
                here.append("the supervisor")
        except (FileNotFoundError, ProcessLookupError):
            pass
        return here

    def _stat(self) -> list[str]:
        """Return the fields of proc(5)'s stat from the third on: the state first, the start time twentieth."""
        return self.supervisor.read_text().rpartition(")")[2].split()

    def _namespaces(self, pid: int) -> set[str]:
        try:
            return {str(Path(f"/proc/{pid}/ns/{kind}").readlink()) for kind in self.KINDS}
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            return set()

    @staticmethod
    def _parents() -> Iterator[tuple[int, int]]:
        for path in Path("/proc").iterdir():
            if path.name.isdigit():
                try:
                    yield int(path.name), int((path / "stat").read_text().rpartition(")")[2].split()[1])
                except (FileNotFoundError, ProcessLookupError):
                    continue


def _inode(path: Path) -> int:
    """Return a file's number; 0 if somebody else's has gone meanwhile."""
    try:
        return path.stat().st_ino
    except FileNotFoundError:
        return 0


def frr_spec() -> LabSpec:
    """Two leaves, a spine, and a host on both leaves; leaf1 has a spare port."""
    nodes = (
        LabNode("leaf1", "frr", "SN-LEAF1", "8.4.4", "test-switch", ("swp1", "swp2", "swp3")),
        LabNode("leaf2", "frr", "SN-LEAF2", "8.4.4", "test-switch", ("swp1", "swp2")),
        LabNode("spine1", "frr", "SN-SPINE1", "8.4.4", "test-switch", ("swp1", "swp2")),
        LabNode("host1", "host", "SN-HOST1", "12", "test-server", ("eth1", "eth2")),
    )
    cables = (
        LabCable("leaf1", "swp1", "spine1", "swp1"),
        LabCable("leaf2", "swp1", "spine1", "swp2"),
        LabCable("leaf1", "swp2", "host1", "eth1"),
        LabCable("leaf2", "swp2", "host1", "eth2"),
    )
    return LabSpec("small", nodes, cables)


@pytest.fixture(scope="session")
def spec() -> LabSpec:
    return frr_spec()


@pytest.fixture(scope="module")
def shared_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UpLab]:
    """A lab for the tests of one module, each of which leaves it as it was."""
    directory = tmp_path_factory.mktemp("lab") / "state"
    try:
        lab.up(frr_spec(), directory)
        yield UpLab(directory)
    finally:
        lab.down(directory)


@pytest.fixture
def state_dir(tmp_path: Path) -> Iterator[Path]:
    """A place for one lab, which is taken down at the end."""
    directory = tmp_path / "state"
    try:
        yield directory
    finally:
        lab.down(directory)


@pytest.fixture(scope="session")
def remains() -> Callable[[int], Remains]:
    return Remains


@pytest.fixture(scope="session")
def eventually() -> Callable[[Callable[[], bool]], None]:
    """Wait, no longer than is bearable, for something to become true."""

    def wait(condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + WAIT_S
        while not condition():
            assert time.monotonic() < deadline, "it did not become true"
            time.sleep(0.1)

    return wait
