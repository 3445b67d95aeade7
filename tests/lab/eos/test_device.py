"""Sessions, the commit timer and the rollback point of one simulated switch, on a clock that the test moves."""

import pytest

from netgen.lab.eos.config import Editor
from netgen.lab.eos.device import CommandFailed, Device
from netgen.lab.eos.grammar import grammar
from netgen.lab.spec import LabNode


@pytest.fixture
def device(clock) -> Device:
    return Device(LabNode("leaf1", "eos", "SN1", "4.32.2F", "DCS", ("Ethernet1/1",)), grammar(), clock)


def candidate(device: Device, name: str, line: str) -> None:
    Editor(device.grammar, device.session(name, "me").candidate, device.ports).enter(line)


def test_a_candidate_changes_nothing_until_it_is_committed(device):
    candidate(device, "s", "hostname new")
    assert device.hostname() == "leaf1"
    assert "+hostname new" in device.diff("s")
    device.commit("s")
    assert device.hostname() == "new"


def test_an_unconfirmed_commit_undoes_itself_at_the_deadline_and_not_before(device, clock):
    before = device.shown()
    candidate(device, "s", "hostname new")
    device.commit("s", timer_s=60)
    clock.forward(59.9)
    assert not device.tick()
    assert device.hostname() == "new"
    clock.forward(0.1)
    assert device.tick()
    assert device.shown() == before
    assert device.timer is None


def test_a_confirmed_commit_stays(device, clock):
    candidate(device, "s", "hostname new")
    device.commit("s", timer_s=60)
    device.commit("s")
    clock.forward(1000)
    assert not device.tick()
    assert device.hostname() == "new"


def test_abort_of_a_timed_commit_restores_what_ran_before(device):
    before = device.shown()
    candidate(device, "s", "hostname new")
    device.commit("s", timer_s=60)
    device.abort("s")
    assert device.shown() == before


def test_a_second_timer_on_the_same_session_still_goes_back_to_the_first_state(device, clock):
    before = device.shown()
    candidate(device, "s", "hostname new")
    device.commit("s", timer_s=60)
    device.commit("s", timer_s=600)
    clock.forward(100)
    assert not device.tick()
    clock.forward(500)
    assert device.tick()
    assert device.shown() == before


def test_while_a_timer_runs_no_other_session_commits(device):
    candidate(device, "mine", "hostname new")
    candidate(device, "yours", "hostname other")
    device.commit("mine", timer_s=60)
    with pytest.raises(CommandFailed, match="mine is pending commit timer"):
        device.commit("yours")
    with pytest.raises(CommandFailed, match="pending commit timer"):
        device.session("mine", "me")


def test_at_most_five_sessions_are_pending(device):
    for number in range(5):
        device.session(f"s{number}", "me")
    with pytest.raises(CommandFailed, match="Maximum number of pending sessions"):
        device.session("s5", "me")
    device.abort("s0")
    device.session("s5", "me")


def test_only_the_newest_completed_session_is_remembered(device, clock):
    for name in ("first", "second"):
        candidate(device, name, f"hostname {name}")
        device.commit(name)
        clock.forward(1)
    assert list(device.sessions) == ["second"]


@pytest.mark.parametrize("act", ["commit", "abort", "diff"])
def test_a_session_that_is_not_there_is_refused(device, act):
    with pytest.raises(CommandFailed, match="session"):
        getattr(device, act)("nobody")


def test_the_saved_configuration_is_what_a_rollback_finds_not_what_ran(device):
    device.type_in(["hostname unsaved"])
    device.copy("startup-config", "flash:rollback-0")
    device.replace("flash:rollback-0")
    assert device.hostname() == "leaf1"


def test_a_session_opened_before_a_change_does_not_bring_the_change(device):
    device.session("s", "me")
    device.type_in(["snmp-server location row 1"])
    assert "-snmp-server location row 1" in device.diff("s")


def test_a_committed_session_is_not_changed_by_what_is_typed_later(device):
    candidate(device, "s", "hostname new")
    device.commit("s", timer_s=60)
    device.type_in(["hostname third"])
    device.copy("running-config", "startup-config")
    device.type_in(["hostname fourth"])
    assert any("hostname third" in line.text for line in device.startup.lines.values())
