"""The session against a UFM that takes what the published API describes, through the real NAPALM and TLS."""

import itertools
import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from netgen.record import replace
from netgen.session.connections import Connection, SecretSource
from netgen.session.difference import digest_key, new_salt
from netgen.session.drivers import keeper
from netgen.session.drivers.ufm_client import UfmClient
from netgen.session.errors import Reason, SessionError
from netgen.session.secrets import Secrets
from netgen.session.session import open_session
from netgen.session.target import Target
from tests import loopback
from tests.ufm_server import PASSWORD, USER, RefusedError, Server, Ufm

KEY = digest_key(new_salt())
TIMER_S = 600
pytestmark = pytest.mark.slow
A, B, C, STORE = (f"0x1070fd030000000{n}" for n in "abcd")

FILE = f"""\
'0x101':
  guids:
    '{A}': full
    '{B}': full
    '{STORE}': limited
  ip_over_ib: true
  partition: train-a
  qos_conf:
    mtu_limit: 4
    rate_limit: '200'
    service_level: 1
'0x102':
  guids:
    '{C}': full
  ip_over_ib: false
  partition: train-b
  qos_conf:
    mtu_limit: 2
    rate_limit: '2.5'
    service_level: 0
'0x7fff':
  membership: limited
"""
MOVED = FILE.replace(f"    '{B}': full\n", "").replace(f"    '{C}': full\n", f"    '{B}': full\n    '{C}': full\n")
MOVES = [("DELETE", f"/resources/pkeys/0x101/guids/{B[2:]}"), ("POST", "/resources/pkeys/")]
"""What is asked of UFM to get from the one to the other."""


@dataclass
class Lab:
    ufm: Ufm
    server: Server
    target: Target

    def secrets(self) -> Secrets:
        return Secrets({})

    def commit(self, text: str, timer_s: int | None = TIMER_S) -> str:
        with open_session(self.target, self.secrets()) as session:
            session.load({"pkeys.yaml": text})
            return session.commit(timer_s)

    def apply(self, text: str) -> None:
        """As `netgen.session.session` says."""
        commit_id = self.commit(text)
        with open_session(self.target, self.secrets()) as session:
            session.load({"pkeys.yaml": text})
            assert session.compare(KEY).empty
            session.confirm(commit_id)

    def set(self, text: str) -> None:
        """Apply without a timer, whose keeper takes a second to start."""
        self.commit(text, None)

    def diff(self, text: str) -> str:
        with open_session(self.target, self.secrets()) as session:
            session.load({"pkeys.yaml": text})
            return session.compare(KEY).text

    def pending(self) -> list[str]:
        with open_session(self.target, self.secrets()) as session:
            return session.pending()


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    with loopback.network() as network:
        server = Server(Ufm(), f"{network}.9", tmp_path / "tls")
        password = tmp_path / "password"
        password.touch(mode=0o600)
        password.write_text(PASSWORD + "\n")
        connection = Connection(server.host, server.port, USER, SecretSource(file=password), ca=server.ca)
        found = Lab(server.ufm, server, Target("sm-1", "ufm", connection))
        yield found
        server.ufm.fault = lambda *_: None
        waiting = keeper.pending(server.host, server.port)
        if waiting is not None:
            keeper.rollback(server.host, server.port, waiting, 60)
        server.stop()


def test_from_empty_to_confirmed(lab: Lab):
    lab.apply(FILE)
    assert lab.pending() == []
    assert lab.diff(FILE) == ""
    assert lab.ufm.members(0x101) == {A[2:]: "full", B[2:]: "full", STORE[2:]: "limited"}
    assert lab.ufm.keys[0x101]["partition"] == "train-a"
    assert lab.ufm.keys[0x101]["qos_conf"] == {"mtu_limit": 4, "rate_limit": 200, "service_level": 1}
    assert lab.ufm.keys[0x102]["ip_over_ib"] is False


def test_a_host_that_moves_changes_its_own_lines_and_is_never_in_both(lab: Lab):
    lab.apply(FILE)
    assert lab.diff(MOVED) == textwrap.dedent(f"""\
        --- pkeys.yaml (running)
        +++ pkeys.yaml (candidate)
         '0x101':
           guids:
        -    '{B}': full
         '0x102':
           guids:
        +    '{B}': full
        """)
    lab.ufm.requests.clear()
    lab.apply(MOVED)
    assert lab.ufm.changes() == MOVES
    assert lab.ufm.members(0x102) == {B[2:]: "full", C[2:]: "full"}


def test_what_the_intent_does_not_have_goes(lab: Lab):
    lab.apply(FILE)
    only = FILE[: FILE.index("'0x102'")] + FILE[FILE.index("'0x7fff'") :]
    assert "-'0x102':\n-  guids:\n" in lab.diff(only)
    lab.apply(only)
    assert list(lab.ufm.keys) == [0x101]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (f"'{A}': full", f"'{A}': limited"),
        (f"'{STORE}': limited", f"'{STORE}': full"),
        ("ip_over_ib: false", "ip_over_ib: true"),
        ("rate_limit: '2.5'", "rate_limit: '100'"),
        ("service_level: 1", "service_level: 3"),
        (f"  guids:\n    '{C}': full\n  ip_over_ib: false", "  guids: {}\n  ip_over_ib: true"),
        (f"  guids:\n    '{C}': full\n", "  guids: {}\n"),
    ],
)
def test_every_change_leads_to_an_empty_difference_and_back(lab: Lab, old: str, new: str):
    lab.set(FILE)
    assert FILE.count(old) == 1
    lab.set(FILE.replace(old, new))
    assert lab.diff(FILE.replace(old, new)) == ""
    lab.set(FILE)
    assert lab.diff(FILE) == ""


def test_members_at_index_0_are_brought_into_line(lab: Lab):
    lab.set(FILE)
    lab.ufm.keys[0x101]["guids"][A[2:]]["index0"] = True
    assert f"-    '{A}': full at index 0\n+    '{A}': full\n" in lab.diff(FILE)
    lab.set(FILE)
    assert lab.ufm.keys[0x101]["guids"][A[2:]] == {"index0": False, "membership": "full"}


def test_a_backup_brings_back_what_ran(lab: Lab):
    lab.set(FILE)
    lab.ufm.keys[0x101]["guids"][A[2:]]["index0"] = True
    before = {pkey: {**key, "guids": dict(key["guids"])} for pkey, key in lab.ufm.keys.items()}
    with open_session(lab.target, lab.secrets()) as session:
        backup = session.backup()
    lab.set(MOVED)
    with open_session(lab.target, lab.secrets()) as session:
        session.load_backup(backup)
        session.commit(None)
    assert lab.ufm.keys == before


def test_before_6_22_partitions_have_no_names(lab: Lab):
    lab.ufm.version = "6.19.3-7"
    lab.set(FILE)
    assert lab.ufm.keys[0x101]["partition"] == "api_pkey_0x101"
    assert lab.diff(FILE) == ""


def test_an_older_ufm_is_refused(lab: Lab):
    lab.ufm.version = "6.14.5-2"
    with pytest.raises(SessionError, match=r"6\.14\.5-2 does not tell .* needs 6\.19") as caught:
        lab.diff(FILE)
    assert caught.value.reason is Reason.UNSUPPORTED


def test_an_open_default_partition_is_refused(lab: Lab):
    lab.ufm.everybody = "full"
    with pytest.raises(SessionError, match="default_membership = limited") as caught:
        lab.diff(FILE)
    assert caught.value.reason is Reason.REFUSED
    assert lab.diff(FILE.replace("membership: limited", "membership: full")) != ""


# ------------------------------------------------------------------------------------------------------- timers


def test_a_commit_that_nobody_confirms_is_undone_and_cannot_be_confirmed(lab: Lab):
    lab.set(FILE)
    lab.ufm.requests.clear()
    commit_id = lab.commit(MOVED, 2)
    assert lab.ufm.changes()[:2] == MOVES
    wait(lambda: lab.diff(FILE) == "")
    assert lab.pending() == []
    with open_session(lab.target, lab.secrets()) as session, pytest.raises(SessionError) as caught:
        session.confirm(commit_id)
    assert caught.value.reason is Reason.EXPIRED


def test_a_timed_commit_is_aborted_from_another_session(lab: Lab):
    lab.set(FILE)
    commit_id = lab.commit(MOVED)
    assert lab.pending() == [commit_id]
    with open_session(lab.target, lab.secrets()) as session:
        session.abort(commit_id)
    assert lab.diff(FILE) == ""
    assert lab.pending() == []


@pytest.mark.parametrize("settle", ["confirm", "abort"])
def test_somebody_elses_commit_is_left_alone(lab: Lab, settle: str):
    commit_id = lab.commit(FILE)
    with open_session(lab.target, lab.secrets()) as session:
        with pytest.raises(SessionError) as caught:
            getattr(session, settle)("0123456789abcdef")
        assert caught.value.reason is Reason.EXPIRED
        assert session.pending() == [commit_id]


def test_a_second_commit_waits_for_the_first(lab: Lab):
    lab.commit(FILE)
    with pytest.raises(SessionError) as caught:
        lab.commit(MOVED)
    assert caught.value.reason is Reason.LOCKED
    assert lab.diff(FILE) == ""


def test_a_netgen_that_is_killed_leaves_the_timer(lab: Lab, tmp_path: Path):
    lab.set(FILE)
    program = tmp_path / "commit.py"
    connection = lab.target.connection
    program.write_text(
        textwrap.dedent(f"""\
        import os, signal
        from pathlib import Path
        from netgen.session.connections import Connection, SecretSource
        from netgen.session.secrets import Secrets
        from netgen.session.session import open_session
        from netgen.session.target import Target
        connection = Connection({connection.address!r}, {connection.port}, {USER!r},
            SecretSource(file=Path({str(connection.password.file)!r})), ca=Path({str(connection.ca)!r}))
        with open_session(Target("sm-1", "ufm", connection), Secrets({{}})) as session:
            session.load({{"pkeys.yaml": {MOVED!r}}})
            session.commit(3)
            print("committed", flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
        """)
    )
    lab.ufm.requests.clear()
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        [sys.executable, str(program)], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout == "committed\n", done.stderr
    assert lab.ufm.changes()[:2] == MOVES
    wait(lambda: lab.diff(FILE) == "")


def test_a_commit_that_takes_longer_than_its_timer_is_undone_once_it_is_through(lab: Lab, monkeypatch):
    lab.set(FILE)
    do, requests = UfmClient.do, itertools.count(1)

    def held_up(client: UfmClient, method: str, path: str, body: Mapping[str, object] | None) -> None:
        if next(requests) == 2:
            wait(lambda: lab.pending() == [])
            # long enough for a keeper to put back what has been done so far, if it does not wait
            for _ in range(20):
                if lab.diff(FILE) == "":
                    break
                time.sleep(0.1)
        do(client, method, path, body)

    monkeypatch.setattr(UfmClient, "do", held_up)
    lab.commit(MOVED, 1)
    assert lab.ufm.changes()[-2:] == MOVES
    wait(lambda: lab.diff(FILE) == "")


def test_a_commit_that_is_under_way_is_neither_aborted_nor_joined_by_another(lab: Lab):
    lab.set(FILE)
    commit_id = lab.commit(MOVED)
    with keeper.changing(lab.server.host, lab.server.port):
        with open_session(lab.target, lab.secrets()) as session, pytest.raises(SessionError, match="still under way"):
            session.abort(commit_id)
        assert lab.pending() == [commit_id]
    with open_session(lab.target, lab.secrets()) as session:
        session.abort(commit_id)
    with keeper.changing(lab.server.host, lab.server.port), pytest.raises(SessionError) as caught:
        lab.set(MOVED)
    assert caught.value.reason is Reason.LOCKED
    assert lab.diff(FILE) == ""


def wait(truth) -> None:
    deadline = time.monotonic() + 60
    while not truth():
        assert time.monotonic() < deadline
        time.sleep(0.2)


# ------------------------------------------------------------------------------------------------------- faults


def break_at(lab: Lab, number: int, how) -> None:
    """Break the change of that number, once."""
    count = itertools.count(1)

    def fault(method: str, _path: str, _body: object) -> object:
        return how() if method != "GET" and next(count) == number else None

    lab.ufm.fault = fault


def refuse() -> None:
    raise RefusedError(400, "PKey is used by a SHARP reservation")


def drop() -> None:
    raise ConnectionAbortedError


@pytest.mark.parametrize("timer_s", [None, TIMER_S])
@pytest.mark.parametrize("number", [1, 2])
def test_a_refused_request_undoes_those_before_it(lab: Lab, number: int, timer_s: int | None):
    lab.set(FILE)
    break_at(lab, number, refuse)
    with pytest.raises(SessionError, match="SHARP reservation; what there was is back") as caught:
        lab.commit(MOVED, timer_s)
    assert caught.value.reason is Reason.REFUSED
    assert lab.diff(FILE) == ""
    assert lab.pending() == []


def test_a_lost_connection_leaves_it_to_the_timer(lab: Lab):
    lab.set(FILE)
    break_at(lab, 2, drop)
    with pytest.raises(SessionError) as caught:
        lab.commit(MOVED)
    assert caught.value.reason is Reason.UNKNOWN
    (commit_id,) = lab.pending()
    with open_session(lab.target, lab.secrets()) as session:
        session.abort(commit_id)
    assert lab.diff(FILE) == ""


def test_a_yes_that_does_nothing_is_found_out(lab: Lab, monkeypatch):
    monkeypatch.setattr("netgen.session.drivers.ufm_steps.SETTLE_S", 0.5)
    lab.set(FILE)
    break_at(lab, 2, dict)
    with pytest.raises(SessionError, match="has still not done"):
        lab.commit(MOVED, None)
    assert lab.diff(FILE) == ""


def test_another_password_is_refused(lab: Lab, tmp_path: Path):
    other = tmp_path / "other"
    other.touch(mode=0o600)
    other.write_text("another one\n")
    connection = replace(lab.target.connection, password=SecretSource(file=other))
    with pytest.raises(SessionError) as caught:
        open_session(replace(lab.target, connection=connection), lab.secrets()).__enter__()
    assert caught.value.reason is Reason.AUTHENTICATION
    assert "another one" not in str(caught.value)


def test_a_certificate_of_another_authority_is_not_trusted(lab: Lab):
    connection = replace(lab.target.connection, ca=None)
    with pytest.raises(SessionError) as caught:
        open_session(replace(lab.target, connection=connection), lab.secrets()).__enter__()
    assert caught.value.reason is Reason.UNTRUSTED
    unverified = replace(connection, verify=False)
    with open_session(replace(lab.target, connection=unverified), lab.secrets()) as session:
        assert any("NOT VERIFIED" in note for note in session.identify().notes)


@pytest.mark.parametrize("text", ["", "- a list\n", "'0x101': {}\n", "'0x7fff': {membership: limited}\n'0x1': 3\n"])
def test_what_is_no_list_of_partitions_is_refused(lab: Lab, text: str):
    with pytest.raises(SessionError, match="is not a list of partitions") as caught:
        lab.diff(text)
    assert caught.value.reason is Reason.REFUSED


@pytest.mark.parametrize("answer", [{}, [], "<html>", {"0x7fff": {"partition": "management"}}])
def test_what_is_no_ufm_is_not_understood(lab: Lab, answer: object):
    lab.ufm.fault = lambda _method, path, _body: answer if path.endswith("pkeys") else None
    with pytest.raises(SessionError, match="not what UFM"):
        lab.diff(FILE)


def test_identity(lab: Lab):
    target = replace(lab.target, serial="MT2233", os_version="6.22.1-5")
    with open_session(target, lab.secrets()) as session:
        identity = session.identify()
    assert identity.os_version == "6.22.1-5"
    assert identity.notes == ("it tells no serial number, so it was not checked",)
