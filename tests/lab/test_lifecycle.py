"""A lab comes up, goes down, and leaves nothing behind, whatever is killed when."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from netgen.lab import journal, lab, processes
from netgen.lab.errors import LabError
from netgen.record import replace

pytestmark = [
    pytest.mark.root,
    pytest.mark.needs("zebra", "frr"),
    pytest.mark.needs("lldpd", "lldpd"),
    pytest.mark.needs("sshd", "openssh-server"),
    pytest.mark.needs("ifreload", "ifupdown2"),
]

ROOT = Path(__file__).resolve().parents[2]
# Brings the lab of an existing order up and says every line of progress, so that it can be killed at any of them.
UP = """
import sys
from pathlib import Path
sys.path.insert(0, str(Path(sys.argv[2])))
from conftest import frr_spec
from netgen.lab import lab
print("begin", flush=True)
lab.up(frr_spec(), Path(sys.argv[1]), progress=lambda line: print(line, flush=True))
print("up", flush=True)
"""

# Takes a lab down and stops between its processes and its files, so that it can be killed there.
DOWN = """
import sys
from pathlib import Path
from netgen.lab import lab
def stop(*_):
    print("now", flush=True)
    input()
lab.journal.remove_files = stop
lab.down(Path(sys.argv[1]))
"""


def machine():
    """What of the machine a lab must not touch."""
    links = sorted(path.name for path in Path("/sys/class/net").iterdir())
    mounts = sorted(line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines())
    addresses = subprocess.run(["ip", "-o", "addr"], capture_output=True, text=True, check=True).stdout
    return links, mounts, [line.split()[1:4] for line in addresses.splitlines()]


def marked(identity):
    with processes.marked(identity) as found:
        return [process.command for process in found]


def test_up_and_down_leave_the_machine_as_it_was(spec, state_dir, remains):
    before = machine()
    came_up = lab.up(spec, state_dir)
    lab_has = remains(came_up.supervisor)
    assert machine() == before
    assert came_up.state == "up"
    assert {node.name: node.state for node in came_up.nodes} == dict.fromkeys(
        ("leaf1", "leaf2", "spine1", "host1"), "up"
    )
    assert len([ns for ns in lab_has.namespaces if ns.startswith("net:")]) == len(spec.nodes) + 1
    assert lab_has.left()
    report = lab.down(state_dir)
    assert report.name == "small"
    assert report.processes == ()  # the supervisor ended in peace, and everything with it
    assert lab_has.left() == []
    assert machine() == before
    assert not state_dir.exists()
    assert lab.status(state_dir).state == "absent"
    assert lab.down(state_dir) == lab.DownReport("")


def test_the_state_directory_is_its_owners_alone(spec, state_dir):
    lab.up(spec, state_dir)
    assert stat.S_IMODE(state_dir.stat().st_mode) == 0o700
    secrets = [state_dir / "ssh/id_ed25519", state_dir / "inventory/connections.yaml", state_dir / "ssh/known_hosts"]
    assert [stat.S_IMODE(path.stat().st_mode) for path in secrets] == [0o600] * 3


def test_the_connections_say_how_to_reach_every_device(spec, state_dir):
    came_up = lab.up(spec, state_dir)
    connections = yaml.safe_load((state_dir / "inventory/connections.yaml").read_text())
    assert connections["defaults"] == {"username": "netgen"}
    access = {"port": 2222, "key": str(state_dir / "ssh/id_ed25519"), "known_hosts": str(state_dir / "ssh/known_hosts")}
    assert connections["platforms"] == {"lab-frr": access, "lab-host": access}
    addresses = {name: device["address"] for name, device in connections["devices"].items()}
    assert addresses == {node.name: node.address for node in came_up.nodes}
    assert len(set(addresses.values())) == len(spec.nodes)
    assert all(address.startswith("127.") for address in addresses.values())


def test_what_others_put_into_the_state_directory_stays(spec, state_dir):
    state_dir.mkdir()
    (state_dir / "notes.txt").write_text("mine")
    lab.up(spec, state_dir)
    lab.down(state_dir)
    assert [path.name for path in state_dir.iterdir()] == ["notes.txt"]


def test_directories_made_for_it_go_with_it(spec, tmp_path):
    (tmp_path / "kept").mkdir()
    lab.up(spec, tmp_path / "kept/made/state")
    lab.down(tmp_path / "kept/made/state")
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
    assert list((tmp_path / "kept").iterdir()) == []


def test_what_the_kernel_refuses_ends_in_words_and_leaves_nothing(spec, state_dir):
    first, *others = spec.nodes
    refused = replace(first, ports=(*first.ports, "all"))  # the name of a directory below /proc/sys/net
    with pytest.raises(LabError, match="the cables cannot be laid: ip says: "):
        lab.up(replace(spec, nodes=(refused, *others)), state_dir)
    assert not state_dir.exists()


def test_a_dead_node_is_told_from_the_living(spec, state_dir, remains):
    came_up = lab.up(spec, state_dir)
    lab_has = remains(came_up.supervisor)
    subprocess.run(
        ["ssh", "-F", str(state_dir / "ssh/config"), "leaf1", "kill -9 -1"],
        stdin=subprocess.DEVNULL,
        timeout=120,
        check=False,
    )
    with processes.marked(journal.read(state_dir).identity) as found:
        (launcher,) = [one for one in found if "unshare" in one.command and is_node(one.pid, "leaf1")]
        processes.signal_one(launcher, signal.SIGKILL)
        assert processes.wait(launcher, 120)
    assert {node.name: node.state for node in lab.status(state_dir).nodes} == {
        "leaf1": "dead",
        "leaf2": "up",
        "spine1": "up",
        "host1": "up",
    }
    with pytest.raises(LabError, match="leaf1: the node has died"):
        lab.inject(state_dir, "serial", "leaf1", "SN")
    lab.down(state_dir)
    assert lab_has.left() == []


def is_node(launcher, name):
    """Whether the first process below a launcher lives under this host name."""
    init = Path(f"/proc/{launcher}/task/{launcher}/children").read_text().split()[0]
    shown = subprocess.run(
        ["nsenter", "-t", init, "--uts", "hostname"], capture_output=True, text=True, timeout=120, check=True
    )
    return shown.stdout.strip() == name


def test_a_second_up_is_refused_and_the_first_lives_on(spec, state_dir):
    first = lab.up(spec, state_dir)
    with pytest.raises(LabError, match=r"is up already in .*take it down first"):
        lab.up(spec, state_dir)
    assert lab.status(state_dir).supervisor == first.supervisor


def test_killing_the_supervisor_kills_the_lab(spec, state_dir, remains, eventually):
    came_up = lab.up(spec, state_dir)
    lab_has = remains(came_up.supervisor)
    os.kill(came_up.supervisor, signal.SIGKILL)
    eventually(lambda: lab_has.left() == [])
    assert lab.status(state_dir).state == "killed"
    with pytest.raises(LabError, match=r"remains of a killed lab small .*take it down first"):
        lab.up(spec, state_dir)
    with pytest.raises(LabError, match="was killed"):
        lab.inject(state_dir, "isolate", "leaf1")
    assert lab.down(state_dir).name == "small"
    assert not state_dir.exists()


def test_sessions_die_with_the_lab(spec, state_dir, eventually):
    came_up = lab.up(spec, state_dir)
    session = subprocess.Popen(
        ["ssh", "-F", str(state_dir / "ssh/config"), "leaf1", "echo in; sleep 1000"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert session.stdout.readline() == b"in\n"
    os.kill(came_up.supervisor, signal.SIGKILL)
    assert session.wait(120) == 255


def test_a_lab_does_not_outlive_its_state_directory(spec, state_dir, remains, eventually, tmp_path):
    came_up = lab.up(spec, state_dir)
    lab_has = remains(came_up.supervisor)
    state_dir.rename(tmp_path / "elsewhere")
    eventually(lambda: lab_has.left() == [])
    lab.down(tmp_path / "elsewhere")


@pytest.mark.parametrize("moment", ["begin", "starting 4 nodes", "laying 4 cables", "starting their daemons", "up"])
def test_killing_up_at_any_moment_leaves_nothing_that_down_does_not_remove(moment, state_dir, eventually):
    up = subprocess.Popen(
        [sys.executable, "-c", UP, str(state_dir), str(Path(__file__).parent)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    for line in up.stdout:
        if line.startswith(moment):
            break
    up.kill()
    up.wait(120)
    record = journal.read(state_dir)
    if moment not in ("begin", "up"):
        # Nobody else knows of this lab: it ends by itself.
        eventually(lambda: not marked(record.identity))
    lab.down(state_dir)
    assert lab.down(state_dir) == lab.DownReport("")
    assert record is None or marked(record.identity) == []
    assert not state_dir.exists()


@pytest.mark.parametrize("left", [(), ("journal.json.new",)])
def test_an_up_that_was_killed_before_its_first_word_leaves_nothing_either(left, state_dir):
    state_dir.mkdir()
    for name in left:
        (state_dir / name).touch()
    lab.down(state_dir)
    assert not state_dir.exists()


def test_down_touches_no_directory_of_others(state_dir):
    state_dir.mkdir()
    (state_dir / "notes.txt").touch()
    assert lab.down(state_dir) == lab.DownReport("")
    assert (state_dir / "notes.txt").exists()


@pytest.mark.parametrize("moment", ["starting 4 nodes", "laying 4 cables", "starting their daemons", "all is up"])
def test_when_the_supervisor_dies_early_up_says_so_and_cleans_up(moment, spec, state_dir, eventually):
    identities = []

    def kill(line):
        if moment == "all is up" and line.startswith("starting their daemons"):
            eventually((state_dir / "inventory/connections.yaml").exists)
            line = moment
        if line.startswith(moment):
            identities.append(journal.read(state_dir).identity)
            with processes.marked(identities[0]) as found:
                for process in found:
                    if "netgen.lab.supervisor" in process.command:
                        processes.signal_one(process, signal.SIGKILL)

    with pytest.raises(LabError, match="supervisor died"):
        lab.up(spec, state_dir, progress=kill)
    assert marked(identities[0]) == []
    assert not state_dir.exists()


def test_an_interrupted_up_cleans_up(spec, state_dir):
    identities = []

    def interrupt(line):
        if line.startswith("laying"):
            identities.append(journal.read(state_dir).identity)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        lab.up(spec, state_dir, progress=interrupt)
    assert marked(identities[0]) == []
    assert not state_dir.exists()


def test_a_killed_down_can_be_repeated(spec, state_dir, remains):
    lab_has = remains(lab.up(spec, state_dir).supervisor)
    identity = journal.read(state_dir).identity
    down = subprocess.Popen(
        [sys.executable, "-c", DOWN, str(state_dir)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert down.stdout.readline() == "now\n"
    down.kill()
    down.wait(120)
    assert lab.status(state_dir).state == "killed"
    assert lab.down(state_dir).name == "small"
    assert marked(identity) == []
    assert lab_has.left() == []
    assert not state_dir.exists()


def test_two_labs_live_side_by_side(spec, state_dir, tmp_path):
    second = tmp_path / "second"
    try:
        addresses = {node.address for node in (*lab.up(spec, state_dir).nodes, *lab.up(spec, second).nodes)}
        assert len(addresses) == 2 * len(spec.nodes)
        lab.down(second)
        assert lab.status(state_dir).state == "up"
    finally:
        lab.down(second)
