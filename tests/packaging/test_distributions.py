"""What is in the wheel and in the source distribution: all that netgen reads, and nothing of ours besides."""

import tarfile
import zipfile
from pathlib import Path, PurePosixPath

import pytest

from tests.packaging.conftest import TOP, build

pytestmark = pytest.mark.slow


def files_below(folder: str) -> set[str]:
    """Names, from the top level, of what is kept in a folder of the checkout."""
    return {
        path.relative_to(TOP).as_posix()
        for path in (TOP / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def names_in_wheel(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def names_in_sdist(sdist: Path) -> set[str]:
    with tarfile.open(sdist) as archive:
        return {str(PurePosixPath(*PurePosixPath(name).parts[1:])) for name in archive.getnames()}


def test_wheel_holds_the_package_its_templates_and_playbooks_and_nothing_else(wheel: Path):
    bundled = {f"netgen/_bundled/{name}" for kind in ("templates", "playbooks") for name in files_below(kind)}
    names = {name for name in names_in_wheel(wheel) if not name.split("/")[0].endswith(".dist-info")}
    assert names == files_below("netgen") | bundled
    # What others read by these names.
    assert {
        "netgen/py.typed",
        "netgen/catalog/switches/dcs-7060x6-64pe.yaml",
        "netgen/_bundled/templates/eos/eos.cfg.j2",
        "netgen/_bundled/playbooks/apply.yaml",
        "netgen/_bundled/playbooks/action_plugins/netgen_apply.py",
    } <= names


def test_wheel_says_its_licence_and_its_command(wheel: Path):
    with zipfile.ZipFile(wheel) as archive:
        info = {PurePosixPath(name).name: name for name in archive.namelist() if ".dist-info/" in name}
        metadata = archive.read(info["METADATA"]).decode()
        entries = archive.read(info["entry_points.txt"]).decode()
    assert "LICENSE" in info
    assert "License-Expression: Apache-2.0\n" in metadata
    assert "Requires-Python: >=3.11\n" in metadata
    assert entries.split() == ["[console_scripts]", "netgen", "=", "netgen.cli.app:main"]


@pytest.mark.parametrize("folder", ["netgen", "templates", "playbooks", "intent", "tests", "docs", "benchmarks"])
def test_sdist_holds_the_sources(sdist: Path, folder: str):
    assert files_below(folder)
    assert files_below(folder) <= names_in_sdist(sdist)


def test_wheel_of_the_sdist_is_the_wheel_of_the_checkout(wheel: Path, sdist: Path, tmp_path: Path):
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (source,) = tmp_path.iterdir()
    again = build(source, "wheel", tmp_path / "dist")
    assert again.read_bytes() == wheel.read_bytes()
