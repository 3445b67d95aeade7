"""Imports follow the way of the data, libraries stay in their rooms, the lab shares nothing with what it tries."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "netgen"

ORDER = (
    "garbage",
    "record",
    "version",
    "diagnostics",
    "resources",
    "platforms",
    "intent",
    "catalog",
    "cluster",
    "analysis",
    "device",
    "builders",
    "rules",
    "compile",
    "lab",
    "export",
    "render",
    "session",
    "plan",
    "apply",
    "verify",
    "report",
    "cli",
    "demo",
)
"""Each room imports only from rooms before it, and from itself."""

ONLY_IN = {
    "napalm": {"session"},
    "netmiko": {"session"},
    "networkx": {"analysis"},
    "rich": {"cli"},
    "typer": {"cli"},
    "pydantic": {"intent", "catalog"},
}


def module_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(module: str) -> str:
    match module.split("."):
        case ["netgen"]:
            return "version"
        case ["netgen", "__main__"]:
            return "cli"
        case ["netgen", "platforms", str(_), str(_), *_]:
            # A folder a tree platform: its builder turns devices into trees.
            return "builders"
        case ["netgen", str(room), *_]:
            return room
    return ""


@cache
def imports_of(path: Path) -> tuple[tuple[str, int], ...]:
    """Return what a module imports, wherever in it, with the line."""
    return tuple(_imports_of(path))


def _imports_of(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: a relative import hides its room"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                is_module = (PACKAGE.parent / inner.replace(".", "/")).is_dir() or (
                    PACKAGE.parent / f"{inner.replace('.', '/')}.py"
                ).is_file()
                yield inner if is_module else str(node.module), node.lineno


MODULES = sorted(PACKAGE.rglob("*.py"))


def test_every_room_has_its_place():
    assert {room_of(module_of(path)) for path in MODULES} <= set(ORDER)


@pytest.mark.parametrize("room", ORDER)
def test_imports_follow_the_arrow(room: str):
    against = [
        f"{path.relative_to(PACKAGE.parent)}:{line} imports {name}"
        for path in MODULES
        if room_of(module_of(path)) == room
        for name, line in imports_of(path)
        if name.startswith("netgen") and ORDER.index(room_of(name)) > ORDER.index(room)
    ]
    assert against == []


def test_the_lab_proves_something():
    shared = [
        f"{path.relative_to(PACKAGE.parent)}:{line} imports {name}"
        for path in MODULES
        if room_of(module_of(path)) == "lab"
        for name, line in imports_of(path)
        if room_of(name) in {"render", "device", "session", "builders", "cluster"}
    ]
    assert shared == []


@pytest.mark.parametrize("library", ONLY_IN)
def test_libraries_stay_in_their_rooms(library: str):
    elsewhere = [
        f"{path.relative_to(PACKAGE.parent)}:{line}"
        for path in MODULES
        if room_of(module_of(path)) not in ONLY_IN[library]
        for name, line in imports_of(path)
        if name.split(".")[0] == library
    ]
    assert elsewhere == []


def test_a_render_loads_no_library_of_devices_or_of_the_terminal():
    heavy = ("napalm", "netmiko", "paramiko", "rich", "typer", "ansible", "ansible_runner")
    program = f"""\
import sys, netgen.compile, netgen.render.run
print(*sorted({{name.partition(".")[0] for name in sys.modules}} & {{*{heavy}}}))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=PACKAGE.parent, check=True, capture_output=True, text=True
    )
    assert done.stdout.split() == []
