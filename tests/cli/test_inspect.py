"""validate and schema."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run


def test_validate_says_what_follows(netgen: Run):
    assert netgen("validate", "intent/lab").err == "intent/lab: cluster lab is valid, 8 devices follow from it\n"


def test_findings_are_data_of_validate_and_talk_of_others(repository: Path, netgen: Run):
    path = repository / "intent/lab/cluster.yaml"
    path.write_text(path.read_text().replace("cables:", "cabels:"))
    answer = netgen("validate", "intent/lab")
    assert (answer.code, answer.err) == (1, "")
    assert "did you mean `cables`?" in answer.out
    said = json.loads(netgen("validate", "intent/lab", "--format", "json").out)
    assert "NG202" in json.dumps(said)
    other = netgen("topology", "intent/lab")
    assert (other.code, other.out, other.err) == (1, "", answer.out)


def test_a_comma_between_braces_is_explained(repository: Path, netgen: Run):
    path = repository / "intent/lab/cluster.yaml"
    path.write_text(path.read_text().replace("hosts: 1-2", "hosts: 1-3,7"))
    answer = netgen("validate", "intent/lab")
    assert "several ids are written as a list: [1-3, 7]" in answer.out
    path.write_text(path.read_text().replace("hosts: 1-3,7", "hosts: [1, 4]"))
    assert netgen("validate", "intent/lab").code == 0


def test_schema_is_json(netgen: Run):
    assert json.loads(netgen("schema").out)["$schema"] == "http://json-schema.org/draft-07/schema#"


@pytest.mark.parametrize("name", ["cluster1", "polaris"])
def test_a_new_repository_is_valid_and_renders(repository: Path, netgen: Run, name: str):
    assert netgen("init", "mynet", "--name", name).code == 0
    assert netgen("validate", f"mynet/intent/{name}").code == 0
    assert netgen("render", f"mynet/intent/{name}", "-o", "rendered", "--limit", "*spine1").code == 0
    assert (repository / "mynet/.gitignore").read_text().splitlines()[1] == ".netgen/"


def test_nothing_that_is_there_is_overwritten(repository: Path, netgen: Run):
    (repository / "mynet").mkdir()
    (repository / "mynet/.gitignore").write_text("mine\n")
    answer = netgen("init", "mynet")
    assert answer.code == 1
    assert "is not overwritten" in answer.err
    assert [path.name for path in (repository / "mynet").iterdir()] == [".gitignore"]
    assert (repository / "mynet/.gitignore").read_text() == "mine\n"
