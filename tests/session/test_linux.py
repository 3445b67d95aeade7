"""The session against real FRR routers and a real host, over SSH, from an intent."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from netgen.compile import compile_intent
from netgen.device.build import build
from netgen.export.lab import lab_spec
from netgen.lab import lab
from netgen.plan.model import Plan, Status
from netgen.plan.online import diff_online
from netgen.record import replace
from netgen.render.device import render_device
from netgen.render.source import Source, open_source
from netgen.session.connections import Connections, read_connections
from netgen.session.difference import digest_key, new_salt
from netgen.session.errors import Reason, SessionError
from netgen.session.secrets import Secrets
from netgen.session.session import DeviceSession, open_session
from netgen.session.target import make_target, platform_of

pytestmark = [
    pytest.mark.root,
    pytest.mark.slow,
    pytest.mark.needs("zebra", "frr"),
    pytest.mark.needs("frr-reload.py", "frr-pythontools"),
    pytest.mark.needs("lldpd", "lldpd"),
    pytest.mark.needs("sshd", "openssh-server"),
    pytest.mark.needs("ifreload", "ifupdown2"),
]

INTENT = """\
cluster: two
management: {subnet: 172.20.0.0/24}
hosts: {profile: linux-2x400g}
pods: {1: {units: {1: {hosts: "1"}}}}
fabrics:
  compute:
    kind: rail-optimized
    leaf: {model: linux-16x400g, platform: frr}
    spine: {model: linux-16x400g, platform: frr, count: 1}
    pools: {hosts: 10.0.0.0/16, loopbacks: 10.255.0.0/24, links: unnumbered}
    bfd: {interval: 2s, multiplier: 10}
"""
LEAF, HOST = "pod1-su1-rail1-leaf1", "pod1-su1-host1"
PEER = "10.255.0.2/32"
"""The loopback of the other leaf, which is heard of through the spine."""
KEY = digest_key(new_salt())


@dataclass
class Fabric:
    """A running lab, and netgen's view of it."""

    source: Source
    connections: Connections
    directory: Path

    def refs(self):
        return list(self.source.cluster.refs())

    def files(self, name: str) -> dict[str, str]:
        renderer = self.source.renderer
        return render_device(build(self.source.cluster, renderer.platforms, self._ref(name)), renderer)

    def open(self, name: str, **changes: object):
        ref = self._ref(name)
        platform = self.source.renderer.platforms[platform_of(self.source.cluster, ref)]
        target = make_target(self.source.cluster, ref, platform, self.connections)
        assert target
        connection = replace(target.connection, **changes)
        return open_session(replace(target, connection=connection), Secrets({}), timeout_s=60)

    def apply(self, name: str, files: dict[str, str] | None = None) -> None:
        with self.open(name) as session:
            session.load(files or self.files(name))
            commit_id = session.commit(600)
        with self.open(name) as session:
            session.load(files or self.files(name))
            assert session.compare(KEY).text == ""
            session.confirm(commit_id)

    def diff(self) -> Plan:
        return diff_online(
            self.source, self.connections, self.refs(), intent=Path("intent/two"), inputs="0" * 64, jobs=4
        )

    def _ref(self, name: str):
        return next(ref for ref in self.refs() if ref.name == name)


@pytest.fixture(scope="module")
def fabric(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fabric]:
    folder = tmp_path_factory.mktemp("two")
    (folder / "cluster.yaml").write_text(INTENT)
    compiled = compile_intent(folder)
    assert compiled.errors == ()
    source = open_source(compiled)
    directory = folder / "lab"
    try:
        lab.up(lab_spec(source.cluster, compiled.platforms), directory)
        yield Fabric(source, read_connections(directory / "inventory/connections.yaml"), directory)
    finally:
        lab.down(directory)


@pytest.fixture(scope="module")
def applied(fabric: Fabric) -> Fabric:
    """The fabric, applied from empty."""
    assert {device.status for device in fabric.diff().devices} == {Status.DIFFERS}
    for ref in fabric.refs():
        fabric.apply(ref.name)
    return fabric


def test_what_was_applied_shows_no_difference(applied: Fabric):
    assert {device.device: device.diff for device in applied.diff().devices if device.diff} == {}


def test_state_is_told_alike_for_all_platforms(applied: Fabric):
    with applied.open(LEAF) as session:
        wait_for(lambda: PEER in {route.prefix for route in session.routes()})
        sessions, routes = session.bgp(), {route.prefix: route for route in session.routes()}
        heard = {(each.device, each.device_port) for each in session.lldp()}
        ports = {each.name: each for each in session.interfaces()}
    assert [(each.vrf, each.remote_asn, each.established) for each in sessions] == [
        ("default", 4200000001, True)
    ] * len(sessions)
    assert {each.port for each in sessions} <= ports.keys()
    assert HOST in {device for device, _ in heard}
    assert len(routes[PEER].next_hops) == len(sessions)


def test_a_line_added_by_hand_is_the_only_one_of_the_diff(applied: Fabric):
    text = applied.files(LEAF)["frr.conf"]
    by_hand = {**applied.files(LEAF), "frr.conf": text + "ip prefix-list BY-HAND seq 5 permit 192.0.2.0/24\n"}
    applied.apply(LEAF, by_hand)
    plan = applied.diff()
    (device,) = [device for device in plan.devices if device.diff]
    assert {line for line in device.diff if line.startswith("-") and not line.startswith("---")} == {
        "-ip prefix-list BY-HAND seq 5 permit 192.0.2.0/24"
    }
    assert device.added == 0
    assert [each.line for each in device.deletions][:1] == ["ip prefix-list BY-HAND seq 5 permit 192.0.2.0/24"]
    applied.apply(LEAF)


def test_a_timed_commit_is_known_by_its_session_and_can_be_aborted(applied: Fabric):
    with applied.open(HOST) as session:
        session.load(changed(applied))
        commit_id = session.commit_id
        assert session.commit(600) == commit_id
    with applied.open(HOST) as session:
        assert session.pending() == [commit_id]
        refuse_another(session)
        session.abort(commit_id)
        assert session.pending() == []
        session.load(applied.files(HOST))
        assert session.compare(KEY).empty


def test_a_backup_is_the_way_back(applied: Fabric):
    with applied.open(LEAF) as session:
        backup = session.backup()
        session.load_backup(backup)
        assert session.compare(KEY).text == ""
    assert backup.keys() == applied.files(LEAF).keys()


def test_a_line_that_is_refused_is_named(applied: Fabric):
    files = applied.files(LEAF)
    with applied.open(LEAF) as session, pytest.raises(SessionError) as caught:
        session.load({**files, "frr.conf": files["frr.conf"] + "frobnicate\n"})
    assert caught.value.reason is Reason.REFUSED
    assert "frobnicate" in str(caught.value)


def test_an_unknown_host_key_is_refused_and_unverified_is_loud(applied: Fabric, tmp_path: Path):
    (tmp_path / "known_hosts").touch()
    with pytest.raises(SessionError) as caught, applied.open(HOST, known_hosts=tmp_path / "known_hosts"):
        pass
    assert caught.value.reason is Reason.UNTRUSTED
    with applied.open(HOST, known_hosts=tmp_path / "known_hosts", verify=False) as session:
        assert any("NOT VERIFIED" in note for note in session.identify().notes)


def test_a_wrong_key_is_refused(applied: Fabric, tmp_path: Path):
    key = tmp_path / "id"
    key.write_text((applied.directory / "ssh/id_ed25519").read_text())
    with pytest.raises(SessionError) as caught, applied.open(HOST, username="nobody", key=key):
        pass
    assert caught.value.reason is Reason.SECRET
    key.chmod(0o600)
    with pytest.raises(SessionError) as caught, applied.open(HOST, username="nobody", key=key):
        pass
    assert caught.value.reason is Reason.AUTHENTICATION


def test_a_device_that_is_down_is_unreachable(applied: Fabric):
    with pytest.raises(SessionError) as caught, applied.open(HOST, port=1):
        pass
    assert caught.value.reason is Reason.UNREACHABLE


def changed(fabric: Fabric) -> dict[str, str]:
    files = fabric.files(HOST)
    return {**files, "sysctl.conf": files["sysctl.conf"] + "net.ipv4.conf.all.log_martians = 1\n"}


def refuse_another(session: DeviceSession) -> None:
    with pytest.raises(SessionError) as caught:
        session.confirm("somebody-elses")
    assert caught.value.reason is Reason.EXPIRED


def wait_for(condition) -> None:
    deadline = time.monotonic() + 240
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.5)
