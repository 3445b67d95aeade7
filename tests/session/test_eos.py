"""The session against simulated EOS switches, through the real NAPALM, pyeapi and TLS."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from netgen.lab.eos.faults import Fault
from netgen.record import replace
from netgen.session.adapters import eos
from netgen.session.difference import digest_key, new_salt
from netgen.session.errors import Reason, SessionError
from netgen.session.session import open_session
from tests.toy import COMMUNITY, HASH, LEAF, PASSWORD, SPINE, Lab

pytestmark = pytest.mark.slow
KEY = digest_key(new_salt())
TIMER_S = 600


def apply(lab: Lab, name: str) -> str:
    """Apply a device's configuration as `netgen.session.session` says, and return what ran before."""
    target, secrets, files = lab.target(name), lab.secrets(), lab.files(name)
    before = lab.fabric.running(name)
    with open_session(target, secrets) as session:
        session.load(files)
        commit_id = session.commit(TIMER_S)
    with open_session(target, secrets) as session:
        session.load(files)
        assert session.compare(KEY).empty
        session.confirm(commit_id)
    return before


def pending(lab: Lab, name: str) -> list[str]:
    with lab.fabric.at(name) as switch:
        return [each.name for each in switch.device.sessions.values() if each.completed_at_s is None]


def test_from_empty_to_confirmed(lab: Lab):
    with open_session(lab.target(LEAF), lab.secrets()) as session:
        assert session.identify().notes == ()
        session.load(lab.files(LEAF))
        difference = session.compare(KEY)
        commit_id = session.commit(TIMER_S)
    assert not difference.empty
    assert "@secret:snmp@" in difference.text
    assert "secret sha512 @secret:users/netgen@" in difference.text
    with open_session(lab.target(LEAF), lab.secrets()) as session:
        assert session.pending() == [commit_id]
        session.load(lab.files(LEAF))
        assert session.compare(KEY).empty
        session.confirm(commit_id)
        assert session.pending() == []
    assert f"snmp-server community {COMMUNITY}" in lab.fabric.running(LEAF)
    assert pending(lab, LEAF) == []


def test_a_switch_of_ethernet_has_no_fabric_of_infiniband_to_look_at(lab: Lab):
    with open_session(lab.target(LEAF), lab.secrets()) as session:
        with pytest.raises(SessionError, match="manages no InfiniBand fabric") as refusal:
            session.ask("sminfo")
        assert refusal.value.reason is Reason.UNSUPPORTED


def test_the_digest_knows_a_changed_secret_though_the_text_does_not(lab: Lab, monkeypatch):
    seen = []
    for community in (COMMUNITY, "another-community"):
        monkeypatch.setenv("TOY_COMMUNITY", community)
        with open_session(lab.target(LEAF), lab.secrets()) as session:
            session.load(lab.files(LEAF))
            seen.append(session.compare(KEY))
    assert seen[0].text == seen[1].text
    assert seen[0].digest != seen[1].digest


def test_a_commit_that_nobody_confirms_is_undone_and_cannot_be_confirmed(lab: Lab):
    now_s = [1_000_000.0]
    lab.fabric.clock = lambda: now_s[0]
    with lab.fabric.at(LEAF) as switch:
        switch.device.clock = lab.fabric.clock
    before = lab.fabric.running(LEAF)
    with open_session(lab.target(LEAF), lab.secrets()) as session:
        session.load(lab.files(LEAF))
        commit_id = session.commit(TIMER_S)
    assert lab.fabric.running(LEAF) != before
    now_s[0] += TIMER_S + 1
    assert lab.fabric.running(LEAF) == before
    with open_session(lab.target(LEAF), lab.secrets()) as session:
        assert session.pending() == []
        with pytest.raises(SessionError) as caught:
            session.confirm(commit_id)
    assert caught.value.reason is Reason.EXPIRED


@pytest.mark.parametrize("settle", ["confirm", "abort"])
def test_somebody_elses_commit_is_left_alone(lab: Lab, settle: str):
    with open_session(lab.target(LEAF), lab.secrets()) as session:
        session.load(lab.files(LEAF))
        commit_id = session.commit(TIMER_S)
    with open_session(lab.target(LEAF), lab.secrets()) as session:
        with pytest.raises(SessionError) as caught:
            getattr(session, settle)("netgen_of_another_day")
        assert caught.value.reason is Reason.EXPIRED
        assert session.pending() == [commit_id]


def test_a_timed_commit_is_aborted_from_another_session(lab: Lab):
    before = lab.fabric.running(LEAF)
    with open_session(lab.target(LEAF), lab.secrets()) as session:
        session.load(lab.files(LEAF))
        commit_id = session.commit(TIMER_S)
    with open_session(lab.target(LEAF), lab.secrets()) as session:
        session.abort(commit_id)
    assert lab.fabric.running(LEAF) == before


def test_a_backup_brings_back_what_ran_though_it_was_never_saved(lab: Lab):
    lab.fabric.drift(LEAF, ["ip name-server vrf default 10.9.9.9"])
    before = lab.fabric.running(LEAF)
    with open_session(lab.target(LEAF), lab.secrets()) as session:
        backup = session.backup()
    apply(lab, LEAF)
    with open_session(lab.target(LEAF), lab.secrets()) as session:
        session.load_backup(backup)
        session.commit(None)
    assert lab.fabric.running(LEAF) == before


def test_an_abandoned_session_leaves_no_candidate(lab: Lab):
    with open_session(lab.target(LEAF), lab.secrets()) as session:
        session.load(lab.files(LEAF))
        assert len(pending(lab, LEAF)) == 1
    assert pending(lab, LEAF) == []


def test_the_candidate_of_a_netgen_that_was_killed_is_removed(lab: Lab):
    child = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    dead = int(child.stdout)
    ours = f"netgen_{eos._place()}_{dead}_1_abcdef"
    with lab.fabric.at(LEAF) as switch:
        switch.device.session(ours, "netgen")
    with open_session(lab.target(LEAF), lab.secrets()) as session:
        session.load(lab.files(LEAF))
        assert ours not in pending(lab, LEAF)


@pytest.mark.parametrize(
    "holder",
    [
        "somebody",
        f"netgen_{eos._place()}_{os.getpid()}_{eos._started(os.getpid())}_abcdef",
        "netgen_00000000_1_1_abcdef",
    ],
    ids=["anybody", "this netgen", "a netgen elsewhere"],
)
def test_a_living_session_is_waited_for_and_named_but_never_removed(lab: Lab, holder: str, monkeypatch):
    monkeypatch.setattr("napalm.eos.eos.time.sleep", lambda _: None)
    monkeypatch.setattr("napalm.eos.eos.EOSDriver._obtain_lock", lambda driver, wait_time: driver._lock())
    with lab.fabric.at(LEAF) as switch:
        switch.device.session(holder, "operator")
    with open_session(lab.target(LEAF), lab.secrets()) as session, pytest.raises(SessionError) as caught:
        session.load(lab.files(LEAF))
    assert caught.value.reason is Reason.LOCKED
    assert f"the session {holder} of operator" in str(caught.value)
    assert pending(lab, LEAF) == [holder]


def test_another_serial_number_is_named_with_the_one_that_was_expected(lab: Lab):
    target = replace(lab.target(LEAF), serial="SN-ORDERED")
    with open_session(target, lab.secrets()) as session, pytest.raises(SessionError) as caught:
        session.identify()
    assert caught.value.reason is Reason.IDENTITY
    assert f"has the serial number SN-{LEAF}, the inventory says SN-ORDERED" in str(caught.value)


def test_what_is_not_checked_or_differs_without_harm_is_noted(lab: Lab):
    target = replace(lab.target(LEAF), serial=None, os_version="4.31.0F")
    with open_session(target, lab.secrets()) as session:
        notes = session.identify().notes
    assert any("it was not checked" in note for note in notes)
    assert any("it runs 4.32.2F" in note and "4.31.0F" in note for note in notes)


def test_a_refused_line_is_named_and_nothing_is_left(lab: Lab):
    text = lab.files(LEAF)["eos.cfg"]
    with open_session(lab.target(LEAF), lab.secrets()) as session, pytest.raises(SessionError) as caught:
        session.load({"eos.cfg": f"{text}frobnicate @secret:snmp@\n"})
    error = caught.value
    assert (error.reason, error.file, error.line) == (Reason.REFUSED, "eos.cfg", len(text.splitlines()) + 1)
    assert "frobnicate @secret:snmp@" in error.message
    assert COMMUNITY not in str(error)
    assert pending(lab, LEAF) == []


@pytest.mark.parametrize(
    ("changes", "reason", "words"),
    [
        ({"ca": None}, Reason.UNTRUSTED, "certificate cannot be verified"),
        ({"ca": Path("no-such-file.pem")}, Reason.UNTRUSTED, "no file of trusted certificate no-such-file.pem"),
        ({"port": 1}, Reason.UNREACHABLE, "connection refused"),
        ({"username": "somebody"}, Reason.AUTHENTICATION, "refuses the credentials"),
        ({"address": "no-such-host.invalid"}, Reason.UNREACHABLE, "no-such-host.invalid"),
    ],
)
def test_a_session_that_cannot_be_opened_says_why(lab: Lab, changes: dict, reason: Reason, words: str, caplog):
    target = lab.target(LEAF)
    target = replace(target, connection=replace(target.connection, **changes))
    with pytest.raises(SessionError) as caught, open_session(target, lab.secrets()):
        pass
    assert caught.value.reason is reason
    assert words in str(caught.value)
    assert PASSWORD not in str(caught.value)
    # Libraries write tracebacks and passwords to their logs.
    assert caplog.text == ""


def test_without_verification_the_session_opens_and_says_so(lab: Lab):
    target = lab.target(LEAF)
    connection = replace(target.connection, ca=None, verify=False)
    with open_session(replace(target, connection=connection), lab.secrets()) as session:
        assert any("NOT VERIFIED" in note for note in session.identify().notes)


def test_a_connection_lost_in_mid_commit_leaves_the_outcome_unknown_and_the_commit_alone(lab: Lab):
    lab.fabric.set_fault(LEAF, Fault.DROP_AFTER_COMMIT)
    before = lab.fabric.running(LEAF)
    with open_session(lab.target(LEAF), lab.secrets()) as session:
        session.load(lab.files(LEAF))
        commit_id = session.commit_id
        with pytest.raises(SessionError) as caught:
            session.commit(TIMER_S)
    assert caught.value.reason is Reason.UNKNOWN
    lab.fabric.clear_fault(LEAF, Fault.DROP_AFTER_COMMIT)
    assert lab.fabric.running(LEAF) != before
    with open_session(lab.target(LEAF), lab.secrets()) as session:
        session.confirm(commit_id)
    assert lab.fabric.running(LEAF) != before


@pytest.mark.parametrize("timer_s", [0, 24 * 3600])
def test_a_timer_that_the_driver_would_misread_is_refused(lab: Lab, timer_s: int):
    with open_session(lab.target(LEAF), lab.secrets()) as session:
        session.load(lab.files(LEAF))
        with pytest.raises(SessionError) as caught:
            session.commit(timer_s)
    assert caught.value.reason is Reason.UNSUPPORTED
    assert pending(lab, LEAF) == []


def test_a_missing_secret_is_named_before_anything_is_loaded(lab: Lab, monkeypatch):
    monkeypatch.delenv("TOY_COMMUNITY")
    with open_session(lab.target(LEAF), lab.secrets()) as session, pytest.raises(SessionError) as caught:
        session.load(lab.files(LEAF))
    assert caught.value.reason is Reason.SECRET
    assert "TOY_COMMUNITY" in str(caught.value)
    assert pending(lab, LEAF) == []


def test_state_is_told_alike_for_all_platforms(lab: Lab):
    for name in (SPINE, *(ref.name for ref in lab.refs() if ref.name != SPINE)):
        apply(lab, name)
    with open_session(lab.target(LEAF), lab.secrets()) as session:
        heard = {(each.port, each.device, each.device_port) for each in session.lldp()}
        sessions = session.bgp()
        ports = {each.name: each for each in session.interfaces()}
        routes = {each.prefix: each.next_hops for each in session.routes()}
    assert ("Ethernet1/1", "pod1-su1-host1", "rail1") in heard
    assert {(each.port, each.established) for each in sessions} == {("Ethernet64/1", True), ("Ethernet64/5", True)}
    assert ports["Ethernet1/1"].up
    assert not ports["Ethernet2/1"].enabled
    assert {hop.port for hop in routes["10.255.0.2/32"]} == {"Ethernet64/1", "Ethernet64/5"}


def test_importing_the_session_does_not_import_napalm():
    program = textwrap.dedent("""\
        import sys
        import netgen.session.session, netgen.plan.online
        print(*{"napalm", "netmiko", "pyeapi", "ansible"} & sys.modules.keys())
        """)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_no_text_that_leaves_holds_a_secret(lab: Lab):
    apply(lab, LEAF)
    lab.fabric.drift(LEAF, [f"username old privilege 1 role network-operator secret sha512 {HASH}x"])
    with open_session(lab.target(LEAF), lab.secrets()) as session:
        session.load(lab.files(LEAF))
        text = session.compare(KEY).text
    assert "-username old" in text
    assert "canary" not in text
