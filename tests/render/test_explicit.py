"""What a derived fabric renders to, its own list of cables renders to as well."""

from pathlib import Path

import pytest
import yaml

from netgen.compile import compile_intent
from netgen.render.run import render
from tests.listed import describe

TOP = Path(__file__).parents[2]
TREES = ("rail-optimized", "rail-only", "fat-tree", "single-tier")


def whole(folder: Path) -> dict:
    """Read an intent folder whose files merge by key."""
    merged: dict = {}

    def merge(into: dict, other: dict) -> None:
        for key, value in other.items():
            if isinstance(value, dict) and isinstance(into.get(key), dict):
                merge(into[key], value)
            else:
                into[key] = value

    for file in sorted(folder.glob("*.yaml")):
        merge(merged, yaml.safe_load(file.read_text()))
    return merged


def files(folder: Path) -> dict[str, str]:
    """All that is rendered but for the manifest, whose digests are of the intent too."""
    paths = (path for path in folder.rglob("*") if path.is_file() and path.name != "manifest.json")
    return {path.relative_to(folder).as_posix(): path.read_text() for path in paths}


def derived_trees() -> list[str]:
    """Names of the examples that lists can describe, and do not already."""
    intents = {path.name: whole(path) for path in sorted((TOP / "intent").iterdir())}
    return [
        name
        for name, said in intents.items()
        if all(one["kind"] in TREES and "technology" not in one for one in said["fabrics"].values())
    ]


@pytest.mark.slow
@pytest.mark.parametrize("example", derived_trees())
def test_the_list_of_an_example_renders_the_same(example: str, tmp_path: Path) -> None:
    derived = compile_intent(TOP / "intent" / example)
    render(TOP / "intent" / example, derived, tmp_path / "derived")
    folder = tmp_path / "intent" / example
    describe(derived, whole(TOP / "intent" / example), tmp_path / "derived" / "cabling.csv", folder)
    for name in derived.files:
        if not name.endswith(".yaml"):
            (folder / name).write_bytes((TOP / "intent" / example / name).read_bytes())
    explicit = compile_intent(folder)
    assert explicit.cluster, explicit.diagnostics
    assert {d.code for d in explicit.diagnostics} <= {d.code for d in derived.diagnostics}
    render(folder, explicit, tmp_path / "explicit")
    before, after = files(tmp_path / "derived"), files(tmp_path / "explicit")
    assert sorted(after) == sorted(before)
    for name, text in before.items():
        assert after[name] == text, name
