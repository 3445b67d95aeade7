"""Whatever a user gets wrong ends in words and the right exit code, never in a traceback."""

import json
import shutil

import pytest

from tests.system.repository import ROOT, Repository

pytestmark = pytest.mark.slow

ERROR, USAGE = 1, 64
CONNECTIONS = "defaults: {username: netgen}\nplatforms: {frr: {key: id_ed25519}, linux: {key: id_ed25519}}\n"
LEAF = ("--limit", "pod1-su1-rail1-leaf1")


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    found = Repository(tmp_path_factory.mktemp("wrong"))
    good = (ROOT / "intent/lab/cluster.yaml").read_text().replace("172.21.0.0/24", "192.0.2.0/24")  # nobody is there
    good = good.replace("gateway: 172.21.0.1", "gateway: 192.0.2.1")
    found.write("intent/good/cluster.yaml", good)
    found.write("intent/empty/README", "")
    found.write("intent/broken/cluster.yaml", "cluster: [a\n")
    found.write("intent/wrong/cluster.yaml", "cluster: Lab\npods: no\n")
    (found.write("intent/binary/cluster.yaml", "")).write_bytes(bytes(range(256)))
    found.write("a-file", "not a folder\n")
    found.write("not-json", "a plan?\n")
    found.write("not-a-plan.json", '{"format": 1, "devices": 3}\n')
    found.write("old-plan.json", '{"format": 0}\n')
    found.write("other/connections.yaml", "defaults: {user: netgen}\n")
    found.write("secret/connections.yaml", "defaults: {username: netgen, password: hunter2}\n")
    found.write("nobody/connections.yaml", "platforms: {frr: {port: 22}}\n")
    found.write("keyless/connections.yaml", CONNECTIONS)
    found.write("open/connections.yaml", CONNECTIONS)
    found.write("open/id_ed25519", "a key that all may read").chmod(0o644)
    found.write("variable/connections.yaml", CONNECTIONS.replace("{key: id_ed25519}", "{password: {env: NOT_SET}}"))
    found.write("keyed/connections.yaml", CONNECTIONS + "plan_key: {env: NOT_SET}\n")
    found.netgen("render", "intent/good", "-o", "out")
    found.write("playbooks-only/playbooks/apply.yaml", "")
    shutil.copytree(found.path / "out", found.path / "torn")
    (found.path / "torn/cabling.csv").write_text("nothing\n")
    offline = found.data("diff", "intent/good", "--against", "out")
    found.write("offline.json", json.dumps(offline))
    return found


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ("rendre intent/good", USAGE, "No such command 'rendre'"),
        ("render intent/good", USAGE, "--out"),
        ("render intent/nowhere -o out", USAGE, "intent/nowhere"),
        ("render intent/good -o out --jobs 0", USAGE, "--jobs"),
        ("render intent/good -o out --format xml", USAGE, "xml"),
        ("render intent/good -o a-file", ERROR, "a-file"),
        ("render intent/good -o out --limit nothing*", ERROR, "nothing*"),
        ("validate intent/empty", ERROR, "NG101"),
        ("validate intent/broken", ERROR, "intent/broken/cluster.yaml:"),
        ("validate intent/wrong", ERROR, "error"),
        ("validate intent/binary", ERROR, "intent/binary/cluster.yaml"),
        ("diff intent/broken --lab", ERROR, "intent/broken/cluster.yaml:"),
        ("diff intent/good", ERROR, "inventories/lab/connections.yaml"),
        ("diff intent/good --lab", ERROR, "lab"),
        ("diff intent/good --inventory nowhere", ERROR, "nowhere"),
        ("diff intent/good --inventory other", ERROR, "did you mean `username`"),
        ("diff intent/good --inventory secret", ERROR, "connections.yaml:1:"),
        ("diff intent/good --inventory nobody", ERROR, "nothing says who logs in"),
        ("diff intent/good --inventory keyless --limit pod1-spine1", ERROR, "id_ed25519"),
        ("diff intent/good --inventory open --limit pod1-spine1", ERROR, "everybody can read"),
        ("diff intent/good --inventory variable --limit pod1-spine1", ERROR, "NOT_SET"),
        ("diff intent/good --inventory keyed --limit pod1-spine1", ERROR, "NOT_SET"),
        ("diff intent/good --against nowhere", ERROR, "nowhere"),
        ("diff intent/good --against torn", ERROR, "torn/cabling.csv"),
        ("diff intent/good --against git:HEAD", ERROR, "git"),
        ("diff intent/good --against out --out plan.json", USAGE, "--out"),
        ("diff intent/good --against out --lab", USAGE, "--lab"),
        ("apply not-json --inventory keyless --yes", ERROR, "not-json is not a plan: JSON is malformed"),
        ("apply not-a-plan.json --inventory keyless --yes", ERROR, "not-a-plan.json is not a plan"),
        ("apply old-plan.json --inventory keyless --yes", ERROR, "plan again"),
        ("apply offline.json --inventory keyless --yes", ERROR, "offline.json"),
        ("apply nowhere.json", USAGE, "nowhere.json"),
        ("apply intent/good --inventory keyless --timer 5", USAGE, "--timer"),
        ("verify intent/good --wait soon", USAGE, "--wait"),
        ("verify intent/good --inventory keyless --limit pod1-spine1", ERROR, "id_ed25519"),
        ("lab fault intent/good explode pod1-spine1", ERROR, "explode"),
        ("lab fault intent/good isolate pod1-spine1", ERROR, "there is no lab"),
        ("lab up intent/empty", ERROR, "NG101"),
    ],
)
def test_a_mistake_is_explained(repository, arguments, code, words):
    done = repository.netgen(*arguments.split(), expect=code)
    said = done.stdout + done.stderr
    assert words in said
    assert "hunter2" not in said
    assert len(said.splitlines()) < 30, "an explanation, not a log"


def test_what_is_not_there_can_be_asked_for_and_taken_down(repository):
    assert "absent" in repository.netgen("lab", "status", "intent/good").stdout
    assert "there was no lab" in repository.netgen("lab", "down", "intent/good").stderr
    assert not (repository.path / ".netgen/good/lab").exists()
