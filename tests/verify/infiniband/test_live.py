"""A real OpenSM with netgen's files on a simulated fabric: verified over SSH, whole and with each thing broken."""

import subprocess
import time

import pytest

from netgen.device.build import build_any
from netgen.export.lab import lab_spec
from netgen.lab import lab
from netgen.render.device import make_renderer, render_device
from netgen.resources.load import resources
from netgen.session.connections import read_connections
from netgen.verify.model import Check
from netgen.verify.run import verify
from tests.infiniband import derived, written
from tests.verify.infiniband.test_compare import PARTITIONS, QOS

pytestmark = [
    pytest.mark.root,
    pytest.mark.slow,
    pytest.mark.needs("ibsim", "ibsim-utils"),
    pytest.mark.needs("opensm", "opensm"),
    pytest.mark.needs("smpquery", "infiniband-diags"),
    pytest.mark.needs("sshd", "openssh-server"),
]

RENDERER = make_renderer(resources())
WAIT_S = 240.0
MASTER, OTHER = "sm-2", "sm-1"
LEAF1, LEAF2 = "pod1-su1-rail1-leaf1", "pod1-su1-rail2-leaf1"


@pytest.fixture(scope="module")
def cluster():
    return derived(written(partitions=PARTITIONS, qos=QOS))[0]


@pytest.fixture(scope="module")
def directory(cluster, tmp_path_factory):
    """A lab whose managers have been given netgen's files by hand, the master first."""
    place = tmp_path_factory.mktemp("lab") / "state"
    try:
        lab.up(lab_spec(cluster, RENDERER.platforms), place)
        for name in (MASTER, OTHER):
            lab.inject(place, "daemon-down", name, "opensm")
        for name in (MASTER, OTHER):
            (ref,) = [ref for ref in cluster.configured() if ref.name == name]
            for file, text in render_device(build_any(cluster, RENDERER.platforms, ref), RENDERER).items():
                write(place, name, f"/etc/opensm/{file}", text)
            lab.inject(place, "daemon-up", name, "opensm")
        yield place
    finally:
        lab.down(place)


def write(directory, node, path, text):
    argv = ["ssh", "-F", str(directory / "ssh/config"), "-o", "BatchMode=yes", node, f"cat > {path}"]
    subprocess.run(argv, input=text, text=True, timeout=120, check=True)


def problems(cluster, directory, wait_s=0.0):
    connections = read_connections(directory / "inventory/connections.yaml")
    return verify(cluster, RENDERER.platforms, connections, list(cluster.configured()), wait_s=wait_s)


def until(cluster, directory, device, check, port, words):
    """Look, no longer than is bearable, until something is said."""
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline:
        found = problems(cluster, directory).problems
        told = [one for one in found if (one.device, one.check, one.port) == (device, check, port)]
        if any(words in one.message for one in told):
            return found
    pytest.fail(f"nobody says {words!r} of {device} {port}, but {found}")


def test_all_is_as_intended(cluster, directory):
    report = problems(cluster, directory, WAIT_S)
    assert report.problems == ()
    assert report.checked[Check.PARTITIONS] == 4 * 8 + 2 * 2 + 2
    assert report.checked[Check.CABLING] == len(lab_spec(cluster, RENDERER.platforms).cables)


def test_two_cables_are_swapped(cluster, directory):
    lab.inject(directory, "swap", LEAF1, "1", LEAF2, "2")
    found = until(cluster, directory, "pod1-su1-host1", Check.CABLING, "ib0", f"{LEAF2} 2 is at the other end")
    assert {(one.device, one.port) for one in found if one.check is Check.CABLING} == {
        ("pod1-su1-host1", "ib0"),
        ("pod1-su1-host2", "ib1"),
    }
    lab.inject(directory, "swap", LEAF1, "1", LEAF2, "2")
    assert problems(cluster, directory, WAIT_S).problems == ()


def test_a_cable_is_pulled(cluster, directory):
    lab.inject(directory, "cable-down", "pod1-su1-host1", "ib0")
    found = until(cluster, directory, "pod1-su1-host1", Check.CABLING, "ib0", f"nobody is heard; {LEAF1} 1 should be")
    assert len(found) == 1
    lab.inject(directory, "cable-up", "pod1-su1-host1", "ib0")
    assert problems(cluster, directory, WAIT_S).problems == ()


def test_somebody_adds_a_partition_by_hand(cluster, directory):
    guids = [port.guid for port in cluster.infiniband[0].hcas.values()]
    first, last = (f"0x{guid:016x}" for guid in (guids[0], guids[16]))
    lab.inject(directory, "drift", MASTER, f"sneak=0x0333, defmember=full : {first}, {last} ;")
    words = "it is full member of 0x0333, which no partition of the intent has; it should not be in it"
    found = until(cluster, directory, "pod1-su1-host1", Check.PARTITIONS, "ib0", words)
    assert [(one.device, one.check, one.port) for one in found] == [
        ("pod1-su1-host1", Check.PARTITIONS, "ib0"),
        ("pod1-su1-host3", Check.PAIRS, "ib0"),
        ("pod1-su1-host3", Check.PARTITIONS, "ib0"),
    ]
    assert found[1].message == "it can speak with pod1-su1-host1 ib0; no partition permits that"


def test_a_manager_that_does_not_run(cluster, directory):
    lab.inject(directory, "daemon-down", OTHER, "opensm")
    (found,) = [one for one in problems(cluster, directory).problems if one.device == OTHER]
    assert found.check is Check.REACHABLE
    assert "OpenSM does not run" in found.message
    lab.inject(directory, "daemon-up", OTHER, "opensm")
