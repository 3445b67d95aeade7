"""What the examples render to: the review of every change of a template, a builder or the arithmetic.

Of each example, the first device of every role on each fabric and everything that is about the whole cluster, but for
what would say nothing more: the manifest's digests, and a tree's JSON where there is its YAML
(tests/render/test_cumulus.py holds them to be the same). `make golden` rewrites the files; read the difference before
committing.
"""

import os
import shutil
from pathlib import Path

import pytest

from netgen.compile import compile_intent
from netgen.render.run import render

TOP = Path(__file__).parents[2]
GOLDEN = Path(__file__).parent / "configs"
REDUNDANT = {"manifest.json", "patch.json"}
EXAMPLES = sorted(path.name for path in (TOP / "intent").iterdir())


def rendered(example: str, folder: Path) -> dict[str, str]:
    compiled = compile_intent(TOP / "intent" / example)
    assert compiled.cluster
    first: dict[tuple[str, str, bool], str] = {}
    for ref in compiled.cluster.configured():
        first.setdefault((ref.fabric, ref.role, compiled.cluster.managed_by(ref) is not None), ref.name)
    render(TOP / "intent" / example, compiled, folder)
    names = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    kept = (
        name
        for name in names
        if Path(name).name not in REDUNDANT
        and (not name.startswith("configs/") or name.split("/")[1] in first.values())
    )
    return {name: (folder / name).read_text() for name in sorted(kept)}


@pytest.mark.parametrize("example", EXAMPLES)
def test_example_renders_to_its_golden_files(example: str, tmp_path: Path):
    now = rendered(example, tmp_path)
    golden = GOLDEN / example
    if os.environ.get("NETGEN_UPDATE_GOLDEN") == "1":
        shutil.rmtree(golden, ignore_errors=True)
        for name, text in now.items():
            (golden / name).parent.mkdir(parents=True, exist_ok=True)
            (golden / name).write_text(text)
    paths = (path for path in golden.rglob("*") if path.is_file())
    before = {path.relative_to(golden).as_posix(): path.read_text() for path in paths}
    assert sorted(now) == sorted(before), "run `make golden` and read the difference"
    for name, text in now.items():
        assert text == before[name], f"{name} differs: run `make golden` and read the difference"


def test_no_golden_file_is_without_its_example():
    assert sorted(path.name for path in GOLDEN.iterdir()) == EXAMPLES
