"""What all tests share: real programs are demanded in CI, and skipped by name elsewhere."""

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]
IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
# frr keeps its programs out of PATH.
PROGRAM_PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin", "/usr/lib/frr"])

# No test measures time: a busy machine must not fail one.
settings.register_profile("netgen", deadline=None)
settings.load_profile("netgen")


def _without(what: str, remedy: str) -> None:
    message = f"needs {what}: {remedy}"
    if IN_CI:
        pytest.fail(f"in CI nothing is skipped; this test {message}", pytrace=False)
    pytest.skip(message)


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker in item.iter_markers("needs"):
        program, package = marker.args
        if shutil.which(program, path=PROGRAM_PATH) is None:
            _without(program, f"apt-get install --no-install-recommends {package}")
    if item.get_closest_marker("root") and os.geteuid() != 0:
        _without("root, for network namespaces", "sudo make test")


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder of the reference data, which a user's machine may not have."""
    folder = Path(os.environ.get("NETGEN_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        _without(f"the reference data in {folder}", "set NETGEN_SHARED to its folder")
    return folder
