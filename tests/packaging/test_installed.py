"""A wheel and an editable install, used from elsewhere, do what the checkout does."""

import json
from pathlib import Path

import pytest

from netgen.compile import compile_intent
from netgen.render.run import render
from tests.packaging.conftest import TOP, Installed

pytestmark = pytest.mark.slow
WHERE = "import netgen, pathlib; print(pathlib.Path(netgen.__file__).resolve().parents[1])"
TEMPLATE = "templates/frr/frr.conf.j2"


@pytest.fixture(params=["installed", "editable"])
def either(request: pytest.FixtureRequest) -> Installed:
    return request.getfixturevalue(request.param)


def written(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_the_wheel_is_all_that_is_used(installed: Installed, tmp_path: Path):
    assert Path(installed.evaluate(WHERE, cwd=tmp_path)).is_relative_to(installed.folder)
    assert installed.evaluate(f"import sys; print({str(TOP)!r} in sys.path)", cwd=tmp_path) == "False"


def test_the_editable_install_is_the_checkout(editable: Installed, tmp_path: Path):
    assert Path(editable.evaluate(WHERE, cwd=tmp_path)) == TOP


def test_renders_the_bytes_that_the_checkout_renders(either: Installed, repository: Path):
    either.run("render", "intent/lab", "-o", "out", cwd=repository)
    intent = repository / "intent/lab"
    render(intent, compile_intent(intent), repository / "expected")
    assert written(repository / "out") == written(repository / "expected")


def test_validates_an_intent_folder_elsewhere(installed: Installed, repository: Path, tmp_path: Path):
    said = installed.run("validate", repository / "intent/lab", "--format", "json", cwd=tmp_path)
    assert json.loads(said.stdout) == []
    cluster = repository / "intent/lab/cluster.yaml"
    cluster.write_text(cluster.read_text().replace("linux-16x400g", "linux-16x401g"))
    said = installed.run("validate", repository / "intent/lab", cwd=tmp_path, code=1)
    # The catalog of the wheel is read: it knows the model that was meant.
    assert "linux-16x400g" in said.stdout


def test_writes_the_schema(installed: Installed, tmp_path: Path):
    schema = json.loads(installed.run("schema", cwd=tmp_path).stdout)
    assert {"cluster", "management", "pods", "fabrics"} <= schema["properties"].keys()


def test_templates_of_the_users_repository_come_first(either: Installed, repository: Path):
    own = repository / TEMPLATE
    own.parent.mkdir(parents=True)
    own.write_text("! {{ device.name }}\n")
    said = either.run("render", "intent/lab", "-o", "out", cwd=repository)
    assert f"`{TEMPLATE}` replaces a built-in file" in said.stderr
    assert (repository / "out/configs/pod1-spine1/frr.conf").read_text() == "! pod1-spine1\n"
    assert "iface swp1\n" in (repository / "out/configs/pod1-spine1/interfaces").read_text()


def test_the_playbook_and_its_plugin_are_found_where_ansible_looks(installed: Installed, repository: Path):
    program = """\
from netgen.apply.run import PLAYBOOK
from netgen.resources.load import resources
print(resources().find(PLAYBOOK).path)
"""
    playbook = Path(installed.evaluate(program, cwd=repository))
    assert playbook.is_relative_to(installed.folder)
    # Ansible refuses a task whose plugin it does not find.
    installed.run_playbook("--syntax-check", "--inventory", "localhost,", playbook, cwd=repository)
