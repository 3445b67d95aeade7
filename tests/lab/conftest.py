"""Labs for the tests: small ones, each in a directory of its own, and taken down whatever happens."""

import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from netgen.lab import lab
from netgen.lab.spec import LabCable, LabNode, LabSpec

SSH_S = 30


@dataclass(frozen=True)
class UpLab:
    """A lab that is up, and how to talk to its nodes as a person would."""

    directory: Path
    spec: LabSpec

    def ssh(self, node: str, command: str, timeout_s: float = SSH_S) -> subprocess.CompletedProcess[str]:
        """Run a command on a node through OpenSSH, with strict checking of the host's key."""
        return subprocess.run(
            ["ssh", "-F", str(self.directory / "ssh/config"), "-o", "BatchMode=yes", node, command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )

    def output(self, node: str, command: str) -> str:
        """Run a command that must succeed."""
        done = self.ssh(node, command)
        assert done.returncode == 0, (command, done.stdout, done.stderr)
        return done.stdout

    def inject(self, fault: str, *arguments: str) -> str:
        return lab.inject(self.directory, fault, *arguments)


def small_spec(name: str = "small") -> LabSpec:
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
    return LabSpec(name, nodes, cables)


@pytest.fixture(scope="session")
def spec() -> LabSpec:
    return small_spec()


@pytest.fixture(scope="module")
def shared_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UpLab]:
    """A lab for the tests of one module, each of which leaves it as it was."""
    directory = tmp_path_factory.mktemp("lab") / "state"
    try:
        lab.up(small_spec(), directory)
        yield UpLab(directory, small_spec())
    finally:
        lab.down(directory)


@pytest.fixture
def eventually() -> Callable[[Callable[[], bool]], None]:
    """Wait, no longer than is bearable, for something to become true."""

    def wait(condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 30
        while not condition():
            assert time.monotonic() < deadline, "it did not become true"
            time.sleep(0.2)

    return wait
