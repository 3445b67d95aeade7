"""A command loads what it needs and nothing else; counted in modules, since a test does not measure time."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
PROGRAM = """\
import sys
from netgen.cli.app import main
try:
    main()
except SystemExit as done:
    print(done.code, *sys.modules, file=sys.stderr)
"""
DEVICES = {"napalm", "netmiko", "paramiko", "pyeapi", "ansible", "ansible_runner", "ssl", "asyncio", "cryptography"}
ROOMS_OF_DEVICES = {f"netgen.{room}" for room in ("session", "plan", "apply", "verify", "lab")}
RENDERING = {"jinja2", "multiprocessing", "netgen.render", "netgen.export"}
INTENT = {"pydantic", "yaml", "netgen.compile"}


def loaded_by(*arguments: str | Path) -> set[str]:
    """Names of all modules that are there when a command is done."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        cwd=TOP,
        env={**os.environ, "COLUMNS": "80"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    code, *modules = done.stderr.splitlines()[-1].split(" ")
    assert code == "0", done.stderr
    return set(modules)


def test_help_loads_neither_the_compiler_nor_what_it_compiles_with():
    loaded = loaded_by("--help")
    assert loaded & ({"rich"} | INTENT | RENDERING | DEVICES | ROOMS_OF_DEVICES) == set()
    own = {name.removeprefix("netgen.") for name in loaded if name.startswith("netgen.")}
    assert own == {"cli", "cli.app", "cli.console", "cli.exits", "cli.forms", "garbage"}


@pytest.mark.slow
@pytest.mark.parametrize("command", ["validate", "topology"])
@pytest.mark.parametrize("form", ["human", "json"])
def test_what_only_looks_at_an_intent_loads_no_template_and_no_device(command: str, form: str):
    loaded = loaded_by(command, "intent/lab", "--format", form)
    assert loaded & ({"rich"} | RENDERING | DEVICES | ROOMS_OF_DEVICES) == set()
    assert loaded >= INTENT


@pytest.mark.slow
def test_schema_loads_no_template_and_no_device():
    assert loaded_by("schema") & ({"rich"} | RENDERING | DEVICES | ROOMS_OF_DEVICES) == set()


def test_render_loads_no_device(tmp_path: Path):
    loaded = loaded_by("render", "intent/lab", "-o", tmp_path, "--jobs", "1")
    assert loaded & ({"rich"} | DEVICES | ROOMS_OF_DEVICES) == set()
    assert loaded >= INTENT | {"jinja2"}


@pytest.mark.slow
def test_diff_between_two_renders_loads_no_library_of_devices(tmp_path: Path):
    loaded_by("render", "intent/lab", "-o", tmp_path, "--jobs", "1")
    loaded = loaded_by("diff", "intent/lab", "--against", tmp_path)
    assert loaded & {"rich", "napalm", "netmiko", "paramiko", "pyeapi", "ansible", "ansible_runner"} == set()
