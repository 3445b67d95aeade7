"""What all tests share: real programs are demanded in CI, and skipped by name elsewhere."""

import functools
import gc
import os
import shutil
from dataclasses import replace
from pathlib import Path

import jinja2
import pytest
from hypothesis import settings
from jinja2.bccache import Bucket

from netgen import compile as compiling
from netgen.catalog.model import Catalog
from netgen.platforms import load as platforms
from netgen.platforms.model import Platform
from netgen.render import device, source
from netgen.resources.load import Resource, Resources
from tests import examples  # noqa: F401 - registers the profiles

ROOT = Path(__file__).resolve().parents[1]
IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
# frr keeps its programs out of PATH.
PROGRAM_PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin", "/usr/lib/frr"])

settings.load_profile("netgen")


class _CompiledOnce(jinja2.BytecodeCache):
    """Templates as they were compiled before, by their text; a command compiles them anew in its own process."""

    def __init__(self) -> None:
        self.codes: dict[tuple[str, str], object] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.codes[bucket.key, bucket.checksum] = bucket.code


def _work_once() -> None:
    """Compile a template, and read a platform and the built-in catalog, once in a process of tests, not once a test."""
    make_environment, compiled = device.jinja_environment, _CompiledOnce()
    parse, load_catalog = platforms.parse_platform, compiling.load_catalog

    def environment(found: Resources) -> jinja2.Environment:
        made = make_environment(found)
        made.bytecode_cache = compiled
        return made

    @functools.cache
    def parsed(resource: Resource, text: str) -> Platform:
        return parse(resource)

    @functools.cache
    def builtin_catalog(found: Resources) -> Catalog:
        return load_catalog(found)

    def catalog(found: Resources) -> Catalog:
        own = found.user is not None and (found.user / "catalog").exists()
        return load_catalog(found) if own else builtin_catalog(replace(found, user=None))

    device.jinja_environment = source.jinja_environment = environment
    platforms.parse_platform = lambda resource: parsed(resource, resource.read())
    compiling.load_catalog = catalog


_work_once()

# What a process of tests keeps it keeps to its end: to look for garbage among it is a fifth of all that it does.
gc.set_threshold(50_000, 50)


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
