"""What all tests share: real programs are demanded in CI, and skipped by name elsewhere."""

import gc
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

from tests import examples  # noqa: F401 - registers the profiles

ROOT = Path(__file__).resolve().parents[1]
IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
# frr keeps its programs out of PATH.
PROGRAM_PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin", "/usr/lib/frr"])

settings.load_profile("netgen")


# What a process of tests keeps it keeps to its end: to look for garbage among it is a fifth of all that it does.
gc.set_threshold(50_000, 50)


def pytest_configure(config: pytest.Config) -> None:
    # Compiled templates stay out of the home of whoever runs the tests, who may have none.
    cache: pytest.Cache | None = getattr(config, "cache", None)  # absent with -p no:cacheprovider
    os.environ["XDG_CACHE_HOME"] = str(cache.mkdir("netgen") if cache else ROOT / ".pytest_cache")


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()


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
