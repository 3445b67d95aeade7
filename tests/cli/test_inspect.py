"""validate, topology and schema."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run


def test_topology_has_the_keys_that_others_read(netgen: Run):
    """Every key, and the counts by hand."""
    counted = json.loads(netgen("topology", "intent/aurora", "--format", "json").out)
    assert counted == {
        "cluster": "aurora",
        "fabrics": [
            {
                "fabric": "compute",
                "gpus": 256,
                "hosts": 32,
                "switches": {"leaf": 8, "spine": 8, "superspine": 0},
                "links": {"host-leaf": 256, "leaf-spine": 256, "spine-superspine": 0},
                "oversubscription": {"leaf": 1.0, "spine": 1.0},
                "bisection_bandwidth_gbps": 51_200,
            }
        ],
    }


def test_topology_counts_what_is_built_and_not_the_capacity(repository: Path, netgen: Run):
    path = repository / "intent/aurora/cluster.yaml"
    path.write_text(
        path.read_text().replace("hosts: 1-32", "hosts: [1-3, 8]").replace("roce:", "oversubscription: 2:1\n    roce:")
    )
    (fabric,) = json.loads(netgen("topology", "intent/aurora", "--format", "json").out)["fabrics"]
    assert (fabric["hosts"], fabric["gpus"]) == (4, 32)
    # eight host ports a leaf, since hosts count to 8; half as many uplinks, one to each spine
    assert fabric["switches"] == {"leaf": 8, "spine": 1, "superspine": 0}
    assert fabric["links"] == {"host-leaf": 32, "leaf-spine": 32, "spine-superspine": 0}
    assert fabric["oversubscription"] == {"leaf": 2.0, "spine": 1.0}


def test_topology_is_a_table_for_people(netgen: Run):
    answer = netgen("topology", "intent/lab")
    assert answer.out.splitlines()[0] == "lab, fabric compute: 8 GPUs in 2 hosts"
    assert "superspine" not in answer.out
    assert answer.out.splitlines()[-2].split() == ["oversubscription", "of", "a", "leaf", "1:1"]


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
