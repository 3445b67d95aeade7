"""A lab that cannot be is refused before anything is made, with what to do."""

import os

import pytest

from netgen.lab import lab, requirements
from netgen.lab.errors import LabError
from netgen.lab.spec import LabCable, LabNode, LabSpec, in_namespaces
from netgen.record import replace


def test_root_is_asked_for(spec, monkeypatch, tmp_path):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(LabError, match="need root: run it with sudo"):
        lab.up(spec, tmp_path / "state")
    assert not (tmp_path / "state").exists()


def test_missing_packages_are_named_with_the_command_that_installs_them(spec, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(LabError, match=r"apt-get install -y --no-install-recommends .*\bfrr\b.*\biproute2\b"):
        requirements.check(spec)


def test_simulated_switches_need_neither(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("PATH", "/nonexistent")
    requirements.check(simulated())


def test_hosts_of_simulated_switches_alone_are_only_ends_of_cables():
    assert in_namespaces(simulated()) == ()
    both = simulated()
    frr = LabNode("leaf2", "frr", "S", "8.4.4", "box", ("swp1",))
    host = replace(both.nodes[1], ports=("eth1", "eth2"))
    mixed = LabSpec("mixed", (both.nodes[0], host, frr), (*both.cables, LabCable("host1", "eth2", "leaf2", "swp1")))
    assert [node.name for node in in_namespaces(mixed)] == ["host1", "leaf2"]


def simulated():
    nodes = (
        LabNode("leaf1", "eos", "S1", "4.32.2F", "box", ("Ethernet1/1",)),
        LabNode("host1", "host", "H1", "12", "server", ("eth1",)),
    )
    return LabSpec("simulated", nodes, (LabCable("leaf1", "Ethernet1/1", "host1", "eth1"),))


def node(**changes):
    return replace(LabNode("leaf1", "frr", "S1", "8.4.4", "box", ("swp1", "swp2")), **changes)


@pytest.mark.parametrize(
    ("nodes", "cables", "words"),
    [
        ((), (), "no nodes"),
        ((node(), node()), (), "leaf1 is there 2 times as a node"),
        ((node(kind="nxos"),), (), "no kind 'nxos'; there are: eos, frr, host"),
        ((node(name="../leaf"),), (), "'../leaf' is no host name"),
        ((node(name="Leaf1"),), (), "'Leaf1' is no host name"),
        ((node(ports=("swp1", "swp1")),), (), "swp1 is there 2 times as a port of leaf1"),
        ((node(ports=("a-name-of-16-chars",)),), (), "cannot be an interface of Linux"),
        ((node(ports=("swp1\nlink del lo",)),), (), "cannot be an interface of Linux"),
        ((node(),), (LabCable("leaf1", "swp1", "leaf2", "swp1"),), "no such port in this lab"),
        ((node(),), (LabCable("leaf1", "swp1", "leaf1", "swp9"),), "ends at leaf1:swp9"),
        (
            (node(), node(name="leaf2")),
            (LabCable("leaf1", "swp1", "leaf2", "swp1"), LabCable("leaf1", "swp1", "leaf2", "swp2")),
            "leaf1:swp1 is there 2 times as an end of a cable",
        ),
    ],
)
def test_a_lab_that_makes_no_sense_is_refused(nodes, cables, words):
    with pytest.raises(LabError, match=words):
        requirements.check(LabSpec("test", nodes, cables))


@pytest.mark.parametrize("what", ["file", "link"])
def test_a_state_directory_that_is_none_is_refused(what, tmp_path):
    place = tmp_path / "state"
    if what == "file":
        place.write_text("")
    else:
        place.symlink_to(tmp_path)
    with pytest.raises(LabError, match="is not a directory of yours"):
        lab.up(simulated(), place)


def test_a_journal_that_is_none_is_not_followed(tmp_path):
    (tmp_path / "journal.json").write_text("[]")
    with pytest.raises(LabError, match="is not a lab's journal"):
        lab.down(tmp_path)
