"""The main job on real routers: a fabric from nothing, its faults, its growth; one lab, which each test leaves well.

What is true of the fabric is read from the kernels and from FRR over OpenSSH, not through netgen.
"""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from itertools import permutations
from pathlib import Path

import pytest

from netgen.lab import lab
from tests.lab.conftest import Remains
from tests.system.fabric import PATIENT_BFD, Fabric, Pair, eventually
from tests.system.repository import ROOT, Repository, changed_lines, marked, problems, statuses

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

SPINES = 2
LINK = ("pod1-su2-rail1-leaf1", "swp15")
APPLY = ("--lab", "--yes", "--timer", "600")


def derived(*edits: tuple[str, str]) -> str:
    """Return the intent of the example lab with some words replaced."""
    text = (ROOT / "intent/lab/cluster.yaml").read_text()
    always = (
        ("gb200-4x400g", "linux-2x400g"),
        ("capacity: {units: 2}", "capacity: {units: 3}"),
        ("cables:", f"{PATIENT_BFD}\n    cables:"),
    )
    for old, new in (*always, *edits):
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


TWO_UNITS = "units: {1: {hosts: 1-2}, 2: {hosts: 1}}"
THREE_UNITS = "units: {1: {hosts: 1-2}, 2: {hosts: 1}, 3: {hosts: 1}}"
SMALL = derived(("units: {1: {hosts: 1-2}}", TWO_UNITS))
GROWN = derived(("units: {1: {hosts: 1-2}}", THREE_UNITS))


def mounts_and_links() -> tuple[list[str], list[str]]:
    """Return what of the machine a lab must not touch."""
    mounts = sorted(line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines())
    return mounts, sorted(path.name for path in Path("/sys/class/net").iterdir())


@pytest.fixture(scope="module")
def machine() -> tuple[list[str], list[str]]:
    return mounts_and_links()


@pytest.fixture(scope="module")
def fabric(tmp_path_factory: pytest.TempPathFactory, machine: object) -> Iterator[Fabric]:
    """A lab of three units; two of them are configured, from nothing."""
    repository = Repository(tmp_path_factory.mktemp("frr"))
    found = Fabric(repository, "lab")
    try:
        found.intend(GROWN)
        found.up()
        found.intend(SMALL)
        report = repository.data("apply", "intent/lab", *APPLY)
        assert {outcome["result"] for outcome in report["devices"]} == {"applied"}
        assert report["fabric"]["problems"] == []
        yield found
    finally:
        lab.down(found.directory)


@pytest.fixture(scope="module")
def leaves(fabric: Fabric) -> list[str]:
    return [name for name in fabric.nodes("leaf") if "su3" not in name]


@pytest.fixture(scope="module")
def hosts(fabric: Fabric) -> list[str]:
    return [name for name in fabric.nodes("host") if "su3" not in name]


@pytest.fixture(scope="module")
def spines(fabric: Fabric) -> list[str]:
    return fabric.nodes("spine")


@pytest.fixture(scope="module")
def nics(fabric: Fabric, hosts: list[str]) -> dict[Pair, str]:
    return fabric.nics(hosts)


@pytest.fixture(scope="module")
def own(fabric: Fabric, leaves: list[str]) -> dict[str, list[str]]:
    return fabric.own(leaves)


# ------------------------------------------------------------------------------------------------ from nothing


def test_every_session_is_established(fabric, leaves, spines):
    sessions = fabric.sessions([*leaves, *spines])
    assert len(sessions) == 2 * len(leaves) * SPINES
    assert {said["state"] for said in sessions.values()} == {"Established"}


def test_every_nic_reaches_every_other_on_its_rail_and_across_rails(fabric, hosts, nics):
    assert len(hosts) == 3
    assert len(set(nics.values())) == 2 * len(hosts)
    assert fabric.lost(nics) == []


def test_the_kernels_next_hops_are_the_closed_form_for_every_pair_of_leaves(fabric, leaves, own):
    tables = fabric.tables(leaves)
    assert all(len(prefixes) == 2 for prefixes in own.values())
    for leaf, other in permutations(leaves, 2):
        assert {prefix: len(set(tables[leaf][prefix])) for prefix in own[other]} == dict.fromkeys(own[other], SPINES)


def test_nothing_is_left_to_do(fabric):
    plan = fabric.repository.data("diff", "intent/lab", "--lab", "--exit-code")
    assert set(statuses(plan).values()) == {"unchanged"}
    assert changed_lines(plan) == {}


# -------------------------------------------------------------------------------------------------- redundancy


def walk(fabric: Fabric, own: dict[str, list[str]], leaves: list[str], spines: list[str]) -> dict[Pair, int]:
    """Follow the routes of all kernels hop by hop; return over how many spines each leaf reaches each other.

    Fails where a packet would come to a leaf that is not its destination, also while routes are still changing.
    """
    tables, far = fabric.tables([*leaves, *spines]), fabric.cabling
    down = {
        (spine, to): {far[spine, port][0] for port in ports} for spine in spines for to, ports in tables[spine].items()
    }
    ways: dict[Pair, int] = {}
    for leaf, other in permutations(leaves, 2):
        for prefix in own[other]:
            through = {far[leaf, port][0] for port in tables[leaf].get(prefix, [])}
            assert through <= set(spines), f"{leaf} sends what is for {other} to {through}"
            whole = [spine for spine in through if down.get((spine, prefix)) == {other}]
            ways[leaf, other] = min(ways.get((leaf, other), SPINES), len(whole))
    for other in leaves:
        for spine, prefix in ((spine, prefix) for spine in spines for prefix in own[other]):
            assert down.get((spine, prefix), set()) <= {other}, (
                f"{spine} sends {prefix} of {other} through another leaf"
            )
    return ways


def become(
    fabric: Fabric, own: dict[str, list[str]], leaves: list[str], spines: list[str], count: dict[Pair, int]
) -> None:
    """Wait until each leaf reaches each other over so many spines, watching for valleys meanwhile."""
    eventually(lambda: walk(fabric, own, leaves, spines) == count, f"the ways are {count}")


def over(leaves: list[str], count: int) -> dict[Pair, int]:
    return dict.fromkeys(permutations(leaves, 2), count)


@pytest.mark.parametrize("number", range(1, SPINES + 1))
def test_traffic_survives_the_loss_of_a_spine_and_never_turns_at_a_leaf(fabric, leaves, spines, nics, own, number):
    spine = f"pod1-spine{number}"
    fabric.inject("isolate", spine)
    try:
        eventually(lambda: not fabric.lost(nics), f"traffic flows without {spine}")
        become(fabric, own, leaves, spines, over(leaves, SPINES - 1))
    finally:
        fabric.inject("rejoin", spine)
        become(fabric, own, leaves, spines, over(leaves, SPINES))
    eventually(lambda: not fabric.lost(nics), f"traffic flows with {spine} again")


def test_traffic_survives_the_loss_of_a_link_and_never_turns_at_a_leaf(fabric, leaves, spines, nics, own):
    fabric.inject("cable-down", *LINK)
    try:
        eventually(lambda: not fabric.lost(nics), f"traffic flows without {LINK}")
        fewer = {pair: SPINES - 1 if LINK[0] in pair else SPINES for pair in over(leaves, SPINES)}
        become(fabric, own, leaves, spines, fewer)
        report = fabric.repository.data("verify", "intent/lab", "--lab", expect=1)
        down = [line for line in problems(report) if "is not established" in line or "it is down" in line]
        assert len(down) == 4  # the two ends' interfaces and sessions
        assert all(LINK[0] in line or "pod1-spine1" in line for line in down)
    finally:
        fabric.inject("cable-up", *LINK)
        become(fabric, own, leaves, spines, over(leaves, SPINES))


# ------------------------------------------------------------------------------------------------------ faults


def test_every_fault_is_named_and_hides_nothing_else(fabric, leaves, spines, own):
    """One look at a fabric in which five things are wrong at once, and one at it mended."""
    serials = "name,serial,state\npod1-spine2,SN-ORDERED,\npod1-su2-host1,,planned\n"
    fabric.repository.write("intent/lab/devices.csv", serials)
    fabric.intend(SMALL + "inventory: devices.csv\n")
    one, two = ("pod1-su1-rail1-leaf1", "swp1"), ("pod1-su1-rail2-leaf1", "swp1")
    uplinks = ("pod1-su2-rail1-leaf1", "swp15"), ("pod1-su2-rail1-leaf1", "swp16")
    fabric.inject("swap", *one, *two)
    fabric.inject("swap", *uplinks[0], *uplinks[1])
    fabric.inject("daemon-down", "pod1-su2-rail2-leaf1", "bgpd")
    fabric.inject("management-down", "pod1-su1-host2")
    try:
        for node, port, far in ((uplinks[0][0], "swp15", "pod1-spine2"), ("pod1-su1-host1", "rail1", two[0])):
            heard = f"lldpcli -f keyvalue show neighbors ports {port} | grep -c chassis.name={far} || true"
            eventually(lambda n=node, h=heard: fabric.run(n, h) == "1\n", f"{node} hears {far} at {port}")
        eventually(lambda: _ends(fabric, uplinks[0][0]) == spines[::-1], "BGP is up over the swapped cables")
        plan = fabric.repository.data("diff", "intent/lab", "--lab", expect=1)
        report = fabric.repository.data("verify", "intent/lab", "--lab", expect=1)
    finally:
        fabric.inject("swap", *one, *two)
        fabric.inject("swap", *uplinks[0], *uplinks[1])
        fabric.inject("daemon-up", "pod1-su2-rail2-leaf1", "bgpd")
        fabric.inject("management-up", "pod1-su1-host2")
        fabric.intend(SMALL)
        become(fabric, own, leaves, spines, over(leaves, SPINES))
    said = problems(report)

    # Cables of two rails of a host, and two uplinks of one leaf: there BGP comes up all the same.
    told = "\n".join(said)
    assert f"pod1-su1-host1 cabling rail1: {two[0]} {two[1]} is at the other end; {one[0]} {one[1]} should be" in told
    assert f"pod1-su1-host1 cabling rail2: {one[0]} {one[1]} is at the other end; {two[0]} {two[1]} should be" in told
    assert "pod1-su2-rail1-leaf1 swp16 is at the other end; pod1-su2-rail1-leaf1 swp15 should be" in told
    assert not any("session" in line and "pod1-su2-rail1-leaf1" in line for line in said)

    assert any(line.startswith("pod1-su2-rail2-leaf1 session") and "bgpd is not running" in line for line in said)
    assert any(line.startswith("pod1-su1-host2 reachable") and "connection refused" in line for line in said)
    wrong = "has the serial number LAB-POD1-SPINE2, the inventory says SN-ORDERED"
    assert any(line.startswith("pod1-spine2 reachable") and wrong in line for line in said)
    assert report["absent"] == ["pod1-su2-host1"]
    assert not any("pod1-su2-host1" in line for line in said)

    known = statuses(plan)
    assert (known["pod1-spine2"], known["pod1-su1-host2"], known["pod1-su2-host1"]) == (
        "error",
        "unreachable",
        "expected-absent",
    )
    assert wrong in next(d["message"] for d in plan["devices"] if d["device"] == "pod1-spine2")
    untouched = ("pod1-spine1", "pod1-su1-rail1-leaf1", "pod1-su1-rail2-leaf1", "pod1-su1-host1")
    assert {known[name] for name in untouched} == {"unchanged"}


def _ends(fabric: Fabric, router: str) -> list[str]:
    """Return who is at the other end of each session that is up, in the order of ports."""
    sessions = sorted(fabric.sessions([router]).items())
    return [said["hostname"] for _, said in sessions if said["state"] == "Established"]


def test_a_line_typed_in_is_the_only_line_of_the_next_diff_and_goes_with_the_next_apply(fabric):
    line = "ip prefix-list STRANGER seq 5 permit 192.0.2.0/24"
    fabric.inject("drift", "pod1-su1-rail2-leaf1", line)
    plan = fabric.repository.data("diff", "intent/lab", "--lab", "--exit-code", expect=2)
    assert changed_lines(plan) == {"pod1-su1-rail2-leaf1": [f"-{line}"]}
    (drifted,) = [device for device in plan["devices"] if device["deletions"]]
    assert drifted["deletions"] == [{"section": [], "line": line, "was_rendered": False}]
    fabric.repository.netgen("apply", "intent/lab", "--limit", "pod1-su1-rail2-leaf1", *APPLY)
    assert line not in fabric.run("pod1-su1-rail2-leaf1", "vtysh -c 'show running-config'; cat /etc/frr/frr.conf")


def test_a_device_with_another_host_key_is_not_trusted(fabric):
    inventory = fabric.directory / "inventory/connections.yaml"
    known = (fabric.directory / "ssh/known_hosts").read_text().splitlines()
    keys = [line.split(maxsplit=1)[1] for line in known]
    strangers = [f"{line.split()[0]} {key}" for line, key in zip(known, [*keys[1:], keys[0]], strict=True)]
    file = fabric.repository.write("stranger/known_hosts", "\n".join(strangers) + "\n")
    said = inventory.read_text().replace(str(fabric.directory / "ssh/known_hosts"), str(file))
    fabric.repository.write("stranger/connections.yaml", said)
    words = ("--inventory", "stranger", "--limit", "pod1-su1-host1")
    (device,) = fabric.repository.data("diff", "intent/lab", *words, expect=1)["devices"]
    assert (device["status"], device["reason"]) == ("error", "untrusted")
    assert "its host key is not the one in" in device["message"]


# ------------------------------------------------------------------------------------------------- commit timers

# Commits a line to a device with a timer, and is not heard of again: it ends, or is killed.
UNCONFIRMED = """
import os, signal, sys
from pathlib import Path
from netgen.compile import compile_intent
from netgen.device.build import build
from netgen.render.device import render_device
from netgen.render.source import open_source
from netgen.session.connections import read_connections
from netgen.session.secrets import Secrets
from netgen.session.session import open_session
from netgen.session.target import make_target
intent, inventory, name, line, timer_s, how = sys.argv[1:]
source = open_source(compile_intent(Path(intent)))
connections = read_connections(Path(inventory))
(ref,) = [ref for ref in source.cluster.refs() if ref.name == name]
device = build(source.cluster, source.renderer.platforms, ref)
files = render_device(device, source.renderer)
files["frr.conf"] = files["frr.conf"].removesuffix("end\\n") + line + "\\nend\\n"
target = make_target(source.cluster, ref, source.renderer.platforms[device.platform], connections)
with open_session(target, Secrets({})) as session:
    session.load(files)
    session.commit(int(timer_s))
    print("committed", flush=True)
    if how == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
"""
STRAY = "ip prefix-list STRAY seq 5 permit 198.51.100.0/24"
LONG_S = 3599


def test_what_is_not_confirmed_undoes_itself_whatever_becomes_of_netgen(fabric):
    """The session walks away; is killed; loses the device's management; and `apply` itself is killed in the middle.

    What must be seen before it is undone has a timer that the test ends.
    """
    repository = fabric.repository
    cases = {"pod1-su1-rail1-leaf1": "ends", "pod1-su1-rail2-leaf1": "killed", "pod1-su2-rail1-leaf1": "ends"}
    cut, applied = "pod1-su2-rail1-leaf1", "pod1-spine2"
    others = [name for name in cases if name != cut]
    fabric.inject("drift", applied, STRAY)
    everyone = [*cases, applied]
    before = fabric.each(everyone, CONFIGURATION)

    with fabric.held_after_commit(applied) as held:
        killed = repository.start(
            "apply", "intent/lab", "--limit", applied, "--lab", "--yes", "--timer", "30", mark="killed apply"
        )
        commits = [
            _unconfirmed(repository, name, STRAY, timer_s=15 if name == cut else LONG_S, how=how)
            for name, how in cases.items()
        ]
        try:
            for commit in commits:
                assert commit.communicate(timeout=600)[0] == "committed\n"
            fabric.inject("management-down", cut)
            assert all(STRAY in shown for shown in fabric.each(others, CONFIGURATION).values())
            fabric.each(others, f"pkill -f '^sleep {LONG_S}'")
            eventually(held, "apply has committed")
        finally:
            killed.kill()
            killed.wait()
            fabric.inject("management-up", cut)
    assert killed.returncode == -signal.SIGKILL
    eventually(lambda: not marked("killed apply"), "everything that apply had started has ended with it")
    eventually(lambda: not any(fabric.each(everyone, OPEN_COMMITS).values()), "every timer has fired")
    assert fabric.each(everyone, CONFIGURATION) == before
    plan = repository.data("diff", "intent/lab", "--lab", "--limit", "pod1-s*")
    assert changed_lines(plan) == {applied: [f"-{STRAY}"]}
    repository.netgen("apply", "intent/lab", "--limit", applied, *APPLY)
    assert not (repository.path / ".netgen/lab/run").exists()
    assert list(repository.temporary.iterdir()) == []


CONFIGURATION = "vtysh -c 'show running-config'; cat /etc/frr/frr.conf"
OPEN_COMMITS = "grep -lE 'applying|pending' /var/lib/netgen/commits/*/state || true"


def _unconfirmed(repository: Repository, device: str, line: str, *, timer_s: int, how: str) -> "subprocess.Popen[str]":
    inventory = repository.path / ".netgen/lab/lab/inventory/connections.yaml"
    intent = str(repository.path / "intent/lab")
    return subprocess.Popen(
        [sys.executable, "-c", UNCONFIRMED, intent, str(inventory), device, line, str(timer_s), how],
        env=repository.variables(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )


# ------------------------------------------------------------------------------------------------------ growth


def test_a_third_unit_disturbs_nothing(fabric, leaves, hosts, spines, nics):
    repository = fabric.repository
    repository.netgen("render", "intent/lab", "-o", "out/small")
    fabric.intend(GROWN)
    moved = repository.data("diff", "intent/lab", "--against", "out/small")
    assert moved["diagnostics"] == []
    assert all(line.startswith("+") for lines in changed_lines(moved).values() for line in lines)

    before = fabric.sessions([*leaves, *spines])
    first, *_, last = hosts
    pings = {host: _start_pings(fabric, host, nics) for host in (first, last)}
    report = repository.data("apply", "intent/lab", *APPLY)
    counts = {host: _stop_pings(fabric, host, started) for host, started in pings.items()}

    assert {outcome["result"] for outcome in report["devices"]} == {"applied"}
    assert report["fabric"]["problems"] == []
    for host, replies in counts.items():
        assert replies, host
        for sent, answered in replies:
            assert sent > 20, "the pings ran all the while"
            # Whoever is told to end does not wait for its last answer.
            assert answered in (list(range(1, sent + 1)), list(range(1, sent)))
    after = fabric.sessions([*leaves, *spines])
    for key, said in before.items():
        for what in ("connectionsEstablished", "connectionsDropped"):
            assert after[key][what] == said[what], (key, what)
        # FRR takes the epoch from an uptime in whole seconds, so that it may be one off.
        assert abs(after[key]["peerUptimeEstablishedEpoch"] - said["peerUptimeEstablishedEpoch"]) <= 1, key
    everyone = fabric.nics(fabric.nodes("host"))
    assert len(everyone) == 2 * 4
    assert fabric.lost(everyone) == []
    assert set(statuses(repository.data("diff", "intent/lab", "--lab")).values()) == {"unchanged"}


def _start_pings(fabric: Fabric, host: str, nics: dict[Pair, str]) -> int:
    """Ping from a host's NICs every NIC of the others, five times a second; return how many pings run."""
    pairs = [
        (source, destination)
        for (mine, _), source in nics.items()
        for (other, _), destination in nics.items()
        if mine == host != other
    ]
    commands = [
        f"(ping -n -i 0.2 -I {source} {destination} >/tmp/ping.{number} 2>&1 & echo $! >/tmp/ping.{number}.pid)"
        for number, (source, destination) in enumerate(pairs)
    ]
    fabric.run(host, "; ".join(commands))
    return len(pairs)


def _stop_pings(fabric: Fabric, host: str, count: int) -> list[tuple[int, list[int]]]:
    """End the pings; return of each how many packets were sent, and which of them were answered."""
    found = []
    for number in range(count):
        file = f"/tmp/ping.{number}"
        ended = f"kill -INT $(cat {file}.pid); until grep -q transmitted {file}; do sleep 0.1; done; cat {file}"
        said = fabric.run(host, ended)
        (sent,) = re.findall(r"(\d+) packets transmitted", said)
        found.append((int(sent), [int(number) for number in re.findall(r"icmp_seq=(\d+) ttl", said)]))
    return found


# --------------------------------------------------------------------------------------------------------- the end


def test_nothing_is_left_of_a_lab_that_was_killed(fabric, machine):
    """Runs last: it takes the lab down."""
    repository = fabric.repository
    supervisor = lab.status(fabric.directory).supervisor
    remains = Remains(supervisor)
    assert remains.left()
    os.kill(supervisor, signal.SIGKILL)
    repository.netgen("lab", "down", "intent/lab")
    eventually(lambda: remains.left() == [], "the kernel has ended what was in the nodes")
    assert mounts_and_links() == machine
    assert {path.name for path in (repository.path / ".netgen/lab").iterdir()} == {"applied", "apply.lock", "backups"}
    assert list(repository.temporary.iterdir()) == []
    assert list(repository.home.iterdir()) == []
