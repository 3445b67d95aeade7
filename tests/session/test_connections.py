from pathlib import Path

import pytest

from netgen.session.connections import Connection, SecretSource, find_connections, read_connections
from netgen.session.errors import ConnectionsError

WHOLE = """\
defaults: {username: netgen, sudo: true}
platforms:
  eos: {port: 8443, password: {env: EOS_PASSWORD}, ca: tls/ca.pem}
  frr: {key: ~/keys/id, known_hosts: /etc/known, username: root, sudo: false}
  host: {port: 2222}
devices:
  leaf1: {address: 192.0.2.7, port: 443}
  host1: {platform: host}
  spine1: {verify: false}
secrets:
  users/netgen: {file: netgen.hash}
plan_key: {env: PLAN_KEY}
"""


@pytest.fixture
def write(tmp_path: Path):
    def written(text: str) -> Path:
        path = tmp_path / "connections.yaml"
        path.write_text(text)
        return path

    return written


def test_layers_lie_over_each_other(write, tmp_path: Path):
    connections = read_connections(write(WHOLE))
    assert connections.to("leaf1", "eos", "10.0.0.1") == Connection(
        "192.0.2.7", 443, "netgen", SecretSource(env="EOS_PASSWORD"), ca=tmp_path / "tls/ca.pem", sudo=True
    )
    frr = connections.to("leaf2", "frr", "10.0.0.2")
    assert (frr.address, frr.port, frr.username, frr.sudo) == ("10.0.0.2", None, "root", False)
    assert (frr.key, frr.known_hosts) == (Path.home() / "keys/id", Path("/etc/known"))
    assert connections.to("host1", "linux", "10.0.0.3").port == 2222
    assert connections.to("host2", "linux", "10.0.0.4").port is None
    assert connections.secrets == {"users/netgen": SecretSource(file=tmp_path / "netgen.hash")}
    assert connections.plan_key == SecretSource(env="PLAN_KEY")
    assert connections.strangers({"leaf1", "spine1"}) == ["host1"]


def test_what_is_not_verified_is_said_aloud(write):
    connections = read_connections(write(WHOLE))
    assert "NOT VERIFIED" in connections.to("spine1", "eos", "10.0.0.1").warnings()[0]
    assert connections.to("leaf1", "eos", "10.0.0.1").warnings() == ()


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("defaults: {user: x}", "1:18", "did you mean `username`"),
        ("defaults: {port: 0}", "1:11", "from 1 to 65535"),
        ("defaults: {verify: 1}", "1:11", "true or false"),
        ("defaults: {address: 10.0.0.1}", "1:21", "not known here"),
        ("defaults: {username: 'a b'}", "1:11", "name of an account"),
        ("platforms:\n  eos: {password: {env: A, file: b}}", "2:19", "either"),
        ("platforms:\n  eos: {password: {env: A-B}}", "2:19", "name of a variable"),
        ("devices: {a: {address: '10.0.0.1; reboot'}}", "1:14", "an address"),
        ("secrets: {Users: {env: A}}", "1:10", "lower-case"),
        ("defaults: {username: a, username: b}", "1:25", "NG115"),
        ("- a", "1:1", "NG111"),
        ("a: " + "[" * 500, "1:", "NG109"),
    ],
)
def test_errors_have_a_place(write, text: str, place: str, words: str):
    path = write(text)
    with pytest.raises(ConnectionsError) as caught:
        read_connections(path)
    assert str(caught.value).startswith(f"{path}:{place}")
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "defaults: {username: x, password: hunter2canary}",
        "defaults: {username: x, password: [hunter2canary]}",
        "secrets: {snmp: hunter2canary}",
        "plan_key: hunter2canary",
        "defaults: {username: x, password: hunter2canary: more}",
        "defaults: {hunter2canary",
    ],
)
def test_a_secret_that_stands_in_the_file_is_not_repeated(write, text: str):
    with pytest.raises(ConnectionsError) as caught:
        read_connections(write(text))
    assert "canary" not in str(caught.value)


def test_a_device_needs_somebody_who_logs_in(write):
    connections = read_connections(write("devices: {leaf1: {platform: nope}}"))
    with pytest.raises(ConnectionsError, match="no entry"):
        connections.to("leaf1", "eos", "10.0.0.1")
    with pytest.raises(ConnectionsError, match="who logs in"):
        connections.to("leaf2", "eos", "10.0.0.1")


def test_where_the_file_is_looked_for(tmp_path: Path):
    intent = tmp_path / "intent/aurora"
    intent.mkdir(parents=True)
    with pytest.raises(ConnectionsError, match=r"inventories/aurora/connections\.yaml: there is no such file"):
        find_connections(intent, "aurora")
    own = tmp_path / "inventories/aurora"
    own.mkdir(parents=True)
    (own / "connections.yaml").touch()
    assert find_connections(intent, "aurora") == own / "connections.yaml"
    assert find_connections(intent, "other", own) == own / "connections.yaml"
    assert find_connections(intent, "other", own / "connections.yaml") == own / "connections.yaml"
