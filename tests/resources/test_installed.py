"""A checkout, an editable install and a wheel find the same resources: they render the same bytes."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
PROGRAM = """\
import site, sys
from pathlib import Path
site.addsitedir(sys.argv[1])
import netgen
from netgen.compile import compile_intent
from netgen.render.run import render
intent, out = map(Path, sys.argv[2:])
render(intent, compile_intent(intent), out)
print(Path(netgen.__file__).resolve().parents[1])
"""


def build(version: str, folder: Path) -> Path:
    """Build a wheel as a package installer does, and unpack it as one would."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", f"wheel:{version}", "-d", folder / "dist"],
        cwd=TOP,
        check=True,
        capture_output=True,
    )
    (wheel,) = (folder / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def render_with(site: Path, folder: Path) -> tuple[Path, dict[str, bytes]]:
    """Render an example with the package of a folder, far from the checkout; return where netgen was, and the files."""
    intent = folder / "intent/lab"
    intent.mkdir(parents=True)
    (intent / "cluster.yaml").write_bytes((TOP / "intent/lab/cluster.yaml").read_bytes())
    done = subprocess.run(
        [sys.executable, "-P", "-c", PROGRAM, site, intent, folder / "out"],
        cwd=folder,
        env={key: value for key, value in os.environ.items() if key != "PYTHONPATH"} | {"PYTHONPATH": str(site)},
        check=True,
        capture_output=True,
        text=True,
    )
    written = (folder / "out").rglob("*")
    files = {path.relative_to(folder / "out").as_posix(): path.read_bytes() for path in written if path.is_file()}
    return Path(done.stdout.strip()), files


@pytest.fixture(scope="module")
def from_checkout(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    place, files = render_with(TOP, tmp_path_factory.mktemp("checkout"))
    assert place == TOP
    return files


def test_wheel(tmp_path: Path, from_checkout: dict[str, bytes]):
    site = build("standard", tmp_path)
    place, files = render_with(site, tmp_path / "elsewhere")
    assert place == site
    assert files == from_checkout


def test_editable_install(tmp_path: Path, from_checkout: dict[str, bytes]):
    site = build("editable", tmp_path)
    assert not (site / "netgen/__init__.py").exists()
    place, files = render_with(site, tmp_path / "elsewhere")
    assert place == TOP
    assert files == from_checkout


def test_wheel_carries_everything_that_is_read(tmp_path: Path):
    site = build("standard", tmp_path)
    for kind in ("templates", "playbooks"):
        here = {path.relative_to(TOP / kind) for path in (TOP / kind).rglob("*") if path.is_file()}
        there = {
            path.relative_to(site / "netgen/_bundled" / kind)
            for path in (site / "netgen/_bundled" / kind).rglob("*")
            if path.is_file()
        }
        assert there == {path for path in here if "__pycache__" not in path.parts}
    catalog = {path.name for path in (site / "netgen/catalog").rglob("*.yaml")}
    assert catalog == {path.name for path in (TOP / "netgen/catalog").rglob("*.yaml")}
