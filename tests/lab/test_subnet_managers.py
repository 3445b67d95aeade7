"""Real subnet managers on a simulated InfiniBand fabric: up, used, broken, gone."""

import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

from netgen.lab import lab
from netgen.lab.errors import LabError
from tests.lab.test_infiniband import HOSTS, LEAF1, LEAF2, MANAGERS, SPINE, subnet_spec

pytestmark = [
    pytest.mark.root,
    pytest.mark.slow,
    pytest.mark.needs("ibsim", "ibsim-utils"),
    pytest.mark.needs("opensm", "opensm"),
    pytest.mark.needs("smpquery", "infiniband-diags"),
    pytest.mark.needs("sshd", "openssh-server"),
]


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    place = tmp_path_factory.mktemp("lab") / "state"
    try:
        lab.up(subnet_spec(), place)
        yield place
    finally:
        lab.down(place)


def ssh(directory, node, command):
    argv = ["ssh", "-F", str(directory / "ssh/config"), "-o", "BatchMode=yes", node, command]
    return subprocess.run(
        argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False
    ).stdout


def links(directory):
    """Pairs of node GUID and port, as ibnetdiscover finds them."""
    found, here = set(), None
    for line in ssh(directory, "sm-1", "ibnetdiscover").splitlines():
        if match := re.match(r'(?:Switch|Ca)\t\d+ "[SH]-([0-9a-f]+)"', line):
            here = int(match[1], 16)
        elif match := re.match(r'\[(\d+)\].*?"[SH]-([0-9a-f]+)"\[(\d+)\]', line):
            found.add(frozenset({(here, int(match[1])), (int(match[2], 16), int(match[3]))}))
    return found


LAID = {
    frozenset({(LEAF1, 1), (HOSTS[0], 1)}),
    frozenset({(LEAF2, 1), (HOSTS[1], 1)}),
    frozenset({(LEAF2, 2), (0x0300_0000_0000_0006, 1)}),
    frozenset({(LEAF1, 3), (MANAGERS[0] - 1, 1)}),
    frozenset({(LEAF2, 3), (MANAGERS[1] - 1, 1)}),
    frozenset({(LEAF1, 4), (SPINE, 1)}),
    frozenset({(LEAF2, 4), (SPINE, 2)}),
}


def test_one_manager_is_master_and_the_other_waits(directory, eventually):
    # at equal priorities the lower GUID is master (IBA 1.4, 14.4.1)
    eventually(lambda: f"sm guid 0x{MANAGERS[0]:x}" in ssh(directory, "sm-2", "sminfo"))
    eventually(lambda: "SUBNET UP" in ssh(directory, "sm-1", "cat /var/log/opensm.log"))
    assert "STANDBY" in ssh(directory, "sm-2", "cat /var/log/opensm.log")


def test_the_fabric_is_cabled_as_laid(directory, eventually):
    eventually(lambda: links(directory) == LAID)


def test_a_fabric_without_partitions_is_open_to_all(directory, eventually):
    # what a freshly installed subnet manager does, before somebody gives it partitions
    eventually(lambda: "0: 0xffff 0x0000" in ssh(directory, "sm-1", f"smpquery -G pkeys 0x{HOSTS[0] + 1:x} 1"))


def test_partitions_that_somebody_adds_by_hand(directory, eventually):
    rule = f"blue=0x0010, defmember=full : 0x{HOSTS[1] + 1:x} ;"
    lab.inject(directory, "drift", "sm-1", rule)
    eventually(lambda: "0x8010" in ssh(directory, "sm-1", f"smpquery -G pkeys 0x{HOSTS[1] + 1:x} 1"))


def test_cables_are_pulled_put_back_and_swapped(directory, eventually):
    lab.inject(directory, "cable-down", "spine1", "1/1")
    eventually(
        lambda: (
            links(directory)
            == {link for link in LAID if (LEAF2, 4) not in link and len(link & {(LEAF1, 1), (LEAF1, 3)}) == 1}
        )
    )
    lab.inject(directory, "cable-up", "leaf1", "1/4")
    eventually(lambda: links(directory) == LAID)
    lab.inject(directory, "swap", "leaf1", "1/1", "leaf2", "1/1")
    crossed = {frozenset({(LEAF1, 1), (HOSTS[1], 1)}), frozenset({(LEAF2, 1), (HOSTS[0], 1)})}
    eventually(lambda: links(directory) - LAID == crossed)
    lab.inject(directory, "swap", "leaf1", "1/1", "leaf2", "1/1")
    eventually(lambda: links(directory) == LAID)
    assert lab.status(directory).faults == ()


def test_a_manager_that_was_killed_is_started_again(directory, eventually):
    lab.inject(directory, "daemon-down", "sm-1", "opensm")
    assert next(one.state for one in lab.status(directory).nodes if one.name == "sm-1") == "degraded"
    lab.inject(directory, "daemon-up", "sm-1", "opensm")
    assert next(one.state for one in lab.status(directory).nodes if one.name == "sm-1") == "up"
    eventually(lambda: f"sm guid 0x{MANAGERS[0]:x}" in ssh(directory, "sm-2", "sminfo"))


def test_only_cables_of_what_is_simulated_can_be_broken(directory):
    with pytest.raises(LabError, match="daemon-down cannot be done to leaf1, which is of kind ib-switch"):
        lab.inject(directory, "daemon-down", "leaf1", "opensm")
    with pytest.raises(LabError, match="host1 is only the end of its cables"):
        lab.inject(directory, "management-down", "host1")


@pytest.mark.parametrize("how", ["down", "killed"])
def test_nothing_is_left(how, state_dir, remains, eventually):
    before = sorted(path.name for path in Path("/sys/class/net").iterdir())
    came_up = lab.up(subnet_spec(), state_dir)
    lab_has = remains(came_up.supervisor)
    assert sorted(path.name for path in Path("/sys/class/net").iterdir()) == before
    if how == "killed":
        os.kill(came_up.supervisor, signal.SIGKILL)
        eventually(lambda: lab_has.left() == [])
    assert lab.down(state_dir).processes == ()
    assert lab_has.left() == []
    assert not state_dir.exists()
