"""netgen as users install it: a wheel and an editable install, each in a virtual environment of its own.

The dependencies are lent from the environment that runs the tests, through a `.pth` file, which takes folders and
reads no further `.pth` in them: so the checkout cannot be reached by way of its own editable install. No network.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
QUIET = {"PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_CONFIG_FILE": os.devnull}


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment of a user who has never heard of this checkout."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "PIP_", "NETGEN_"))}
    return {**kept, **(extra or {})}


@dataclass(frozen=True)
class Installed:
    """A virtual environment with netgen in it."""

    folder: Path

    @property
    def python(self) -> Path:
        return self.folder / "bin/python"

    def run(self, *arguments: str | Path, cwd: Path, code: int = 0) -> subprocess.CompletedProcess[str]:
        """Run the console script from elsewhere."""
        return self._run(self.folder / "bin/netgen", *arguments, cwd=cwd, code=code)

    def evaluate(self, program: str, *, cwd: Path) -> str:
        """Run a program with the environment's Python, and return what it says."""
        return self._run(self.python, "-P", "-c", program, cwd=cwd).stdout.strip()

    def run_playbook(self, *arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
        """Run Ansible with the environment's Python."""
        home = {"ANSIBLE_HOME": str(cwd / ".ansible")}
        return self._run(self.python, "-P", "-m", "ansible.cli.playbook", *arguments, cwd=cwd, extra=home)

    def _run(
        self, *command: str | Path, cwd: Path, code: int = 0, extra: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            command, cwd=cwd, env=environment(extra), capture_output=True, text=True, timeout=600, check=False
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done


def install(folder: Path, *what: str | Path) -> Installed:
    """Make a virtual environment and install into it with pip, without an index."""
    venv.create(folder, symlinks=True)
    made = Installed(folder)
    scheme = {"base": str(folder), "platbase": str(folder)}
    own = Path(sysconfig.get_path("purelib", "venv", scheme))
    lent = dict.fromkeys(sysconfig.get_path(kind) for kind in ("purelib", "platlib"))
    (own / "lent.pth").write_text("".join(f"{path}\n" for path in lent))
    pip = [sys.executable, "-m", "pip", "--python", str(made.python), "install", "--quiet", "--no-deps"]
    done = subprocess.run(
        [*pip, *what], env=environment(QUIET), capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stderr
    return made


def build(source: Path, target: str, folder: Path) -> Path:
    """Build one distribution of a source tree and return its file."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(folder)]
    subprocess.run(command, cwd=source, env=environment(), check=True, capture_output=True, timeout=600)
    (made,) = folder.iterdir()
    return made


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(TOP, "wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(TOP, "sdist", tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return install(tmp_path_factory.mktemp("installed") / "venv", wheel)


@pytest.fixture(scope="session")
def editable(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return install(tmp_path_factory.mktemp("editable") / "venv", "--no-build-isolation", "--editable", TOP)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a user's repository elsewhere, with one cluster, `lab`."""
    shutil.copytree(TOP / "intent/lab", tmp_path / "net/intent/lab")
    return tmp_path / "net"
