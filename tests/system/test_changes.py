"""What a change of the intent does is known before any device is asked: growth adds, the rest is called by its name."""

import json
import shutil
import subprocess
from typing import Any

import pytest

from tests.system.repository import ROOT, Repository, changed_lines

pytestmark = pytest.mark.slow

RENUMBERED, REMOVED = "NG490", "NG492"


@pytest.fixture
def repository(tmp_path) -> Repository:
    found = Repository(tmp_path)
    for name in ("lab", "borealis"):
        shutil.copytree(ROOT / "intent" / name, found.path / "intent" / name)
    return found


def edit(repository: Repository, name: str, old: str, new: str) -> None:
    path = repository.path / name
    text = path.read_text()
    assert text.count(old) == 1, old
    path.write_text(text.replace(old, new))


def commit(repository: Repository) -> None:
    git = ["git", "-C", str(repository.path), "-c", "user.name=t", "-c", "user.email=t@example.net"]
    for words in (["init", "--quiet"], ["add", "intent"], ["commit", "--quiet", "--message", "before"]):
        subprocess.run([*git, *words], check=True, env=repository.variables(), capture_output=True)


def codes(plan: dict[str, Any]) -> list[str]:
    return [diagnostic["code"] for diagnostic in plan["diagnostics"]]


def test_another_asn_plan_is_called_a_renumbering(repository):
    commit(repository)
    repository.netgen("render", "intent/lab", "-o", "out")
    edit(repository, "intent/lab/cluster.yaml", "    pools:", "    asn: {base: 4200100000}\n    pools:")
    for against in ("git:HEAD", "out"):
        plan = repository.data("diff", "intent/lab", "--against", against, "--exit-code", expect=2)
        assert codes(plan) == [RENUMBERED]
        (told,) = plan["diagnostics"]
        assert "6 AS numbers" in told["message"]
        assert "pod1-spine1 4200000001 → 4200100001" in json.dumps(told, ensure_ascii=False)
        assert f"warning[{RENUMBERED}]" in repository.netgen("diff", "intent/lab", "--against", against).stderr


def test_growth_beyond_the_capacity_says_what_moves(repository):
    commit(repository)
    edit(repository, "intent/lab/cluster.yaml", "units: {1: {hosts: 1-2}}", "units: {1: {hosts: 1-2}, 2: {hosts: 1-2}}")
    assert codes(repository.data("diff", "intent/lab", "--against", "git:HEAD")) == []
    edit(repository, "intent/lab/cluster.yaml", "capacity: {units: 2}", "capacity: {units: 3}")
    assert codes(repository.data("diff", "intent/lab", "--against", "git:HEAD")) == [RENUMBERED]


def test_a_unit_that_goes_is_called_by_its_name(repository):
    edit(repository, "intent/borealis/cluster.yaml", "units: {1-2: {hosts: 1-32}}", "units: {1: {hosts: 1-32}}")
    commit(repository)
    edit(repository, "intent/borealis/cluster.yaml", "units: {1: {hosts: 1-32}}", "units: {1: {hosts: 1-31}}")
    plan = repository.data("diff", "intent/borealis", "--against", "git:HEAD")
    assert REMOVED in codes(plan)
    assert {d["device"] for d in plan["devices"] if d["status"] == "gone"} == {"pod1-su1-host32"}


def test_a_unit_more_only_adds_to_texts_and_trees(repository):
    for name in ("lab", "borealis"):
        grown = (repository.path / f"intent/{name}/cluster.yaml").read_text()
        text = grown.replace("units: {1-2: {hosts: 1-32}}", "units: {1: {hosts: 1-32}}")
        repository.write(f"intent/{name}/cluster.yaml", text)
        repository.netgen("render", f"intent/{name}", "-o", f"before/{name}")
        text = text.replace("units: {1: {hosts: 1-32}}", "units: {1-2: {hosts: 1-32}}")
        text = text.replace("units: {1: {hosts: 1-2}}", "units: {1: {hosts: 1-2}, 2: {hosts: 1-2}}")
        repository.write(f"intent/{name}/cluster.yaml", text)
        repository.netgen("render", f"intent/{name}", "-o", f"after/{name}")
        plan = repository.data("diff", f"intent/{name}", "--against", f"before/{name}")
        assert codes(plan) == []
        assert {d["status"] for d in plan["devices"]} >= {"new", "differs"}
        for file in sorted((repository.path / "before" / name / "configs").rglob("*")):
            if file.is_file():
                _only_gains(file, repository.path / "after" / file.relative_to(repository.path / "before"))
    texts = repository.data("diff", "intent/lab", "--against", "before/lab")
    assert all(line.startswith("+") for lines in changed_lines(texts).values() for line in lines)


def _only_gains(before: Any, after: Any) -> None:
    if before.suffix == ".json":
        assert _holds(json.loads(after.read_text()), json.loads(before.read_text())), before
    else:
        remaining = iter(after.read_text().splitlines())
        assert all(line in remaining for line in before.read_text().splitlines()), before


def _holds(tree: Any, part: Any) -> bool:
    if isinstance(part, dict):
        return isinstance(tree, dict) and all(key in tree and _holds(tree[key], value) for key, value in part.items())
    return bool(tree == part)
