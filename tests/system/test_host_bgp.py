"""Hosts that announce a loopback of their own: the main job on real routers and hosts, which run FRR as well."""

import json
from collections.abc import Iterator
from itertools import permutations

import pytest

from netgen.lab import lab
from tests.system.fabric import PATIENT_BFD, Fabric, eventually
from tests.system.repository import ROOT, Repository, changed_lines, problems, statuses

pytestmark = [
    pytest.mark.slow,
    pytest.mark.root,
    pytest.mark.needs("zebra", "frr"),
    pytest.mark.needs("frr-reload.py", "frr-pythontools"),
    pytest.mark.needs("lldpd", "lldpd"),
    pytest.mark.needs("sshd", "openssh-server"),
    pytest.mark.needs("ifreload", "ifupdown2"),
    pytest.mark.needs("ping", "iputils-ping"),
]

APPLY = ("--lab", "--yes", "--timer", "600")
HOSTS = {"pod1-su1-host1": "10.254.0.1", "pod1-su1-host2": "10.254.0.2"}


def intent() -> str:
    """Return the intent of the example lab with hosts of two NICs that speak BGP."""
    text = (ROOT / "intent/lab/cluster.yaml").read_text()
    for old, new in (
        ("gb200-4x400g", "linux-2x400g"),
        ("links: unnumbered}", "links: unnumbered, host-loopbacks: 10.254.0.0/24}\n    attach: host-bgp"),
        ("cables:", f"{PATIENT_BFD}\n    cables:"),
    ):
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


@pytest.fixture(scope="module")
def fabric(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fabric]:
    found = Fabric(Repository(tmp_path_factory.mktemp("host-bgp")), "lab")
    try:
        found.intend(intent())
        found.up()
        report = found.repository.data("apply", "intent/lab", *APPLY)
        assert {outcome["result"] for outcome in report["devices"]} == {"applied"}
        assert report["fabric"]["problems"] == []
        yield found
    finally:
        lab.down(found.directory)


def test_a_second_look_finds_nothing(fabric: Fabric):
    plan = fabric.repository.data("diff", "intent/lab", "--lab", "--exit-code")
    assert set(statuses(plan).values()) == {"unchanged"}


def test_every_loopback_is_reached_over_every_nic(fabric: Fabric):
    for host, other in permutations(HOSTS, 2):
        shown = json.loads(fabric.run(host, f"ip -j route show {HOSTS[other]}"))
        assert {hop["dev"] for hop in shown[0]["nexthops"]} == {"rail1", "rail2"}
        fabric.run(host, f"ping -n -c 2 -W 10 -I {HOSTS[host]} {HOSTS[other]}")


def test_a_session_of_a_host_that_is_lost_is_found_and_mended(fabric: Fabric):
    host = "pod1-su1-host1"
    fabric.run(host, "vtysh -c 'configure terminal' -c 'router bgp 4201000000' -c 'no neighbor 10.0.0.0'")
    report = fabric.repository.data("verify", "intent/lab", "--lab", expect=1)
    (mine,) = [problem for problem in report["problems"] if problem["device"] == host]
    assert (mine["check"], mine["port"]) == ("session", "rail1")
    plan = fabric.repository.data("diff", "intent/lab", "--lab", "--exit-code", expect=2)
    lines = changed_lines(plan)
    assert set(lines) == {host}
    assert "+ neighbor 10.0.0.0 remote-as 4200010000" in lines[host]
    report = fabric.repository.data("apply", "intent/lab", *APPLY)
    assert {one["device"] for one in report["devices"] if one["result"] == "applied"} == {host}
    eventually(
        lambda: not problems(fabric.repository.data("verify", "intent/lab", "--lab", expect=None)), "it is mended"
    )
