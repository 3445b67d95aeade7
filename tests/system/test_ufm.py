"""The main job on a UFM: the example cluster's partitions, over the REST API, through the plan and Ansible.

The UFM is a strict server of what the published API describes (tests/ufm_server.py).
"""

import csv
import shutil
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests import loopback
from tests.system.repository import ROOT, Repository, changed_lines, statuses
from tests.ufm_server import PASSWORD, USER, RefusedError, Server, Ufm

pytestmark = pytest.mark.slow

APPLY = ("--yes", "--timer", "600")
INTENT = "intent/corvus"
HOST13 = [f"0x02c007000000{13:02x}{hca}1" for hca in range(8)]
"""Ports of the host that moves, as the list has them."""


@dataclass
class Site:
    repository: Repository
    ufm: Ufm

    def plan(self, *arguments: str, expect: int) -> dict[str, list[str]]:
        plan = self.repository.data("diff", INTENT, "--limit", "sm-*", "--exit-code", *arguments, expect=expect)
        assert statuses(plan)["sm-2"] == "rendered-only"
        return changed_lines(plan)

    def apply(self, expect: int = 0) -> dict[str, str]:
        report = self.repository.data("apply", INTENT, "--limit", "sm-1", *APPLY, expect=expect)
        return {outcome["device"]: outcome["result"] for outcome in report["devices"]}

    def edit(self, name: str, old: str, new: str) -> None:
        path = self.repository.path / INTENT / name
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))


@pytest.fixture
def site(tmp_path) -> Iterator[Site]:
    with loopback.network() as network:
        server = Server(Ufm(), f"{network}.7", tmp_path / "tls")
        with (ROOT / INTENT / "guids.csv").open() as stream:
            server.ufm.ports = {row["guid"][2:]: "Active" for row in csv.DictReader(stream) if row["guid"]}
        repository = Repository(tmp_path / "user", {"UFM_PASSWORD": PASSWORD})
        shutil.copytree(ROOT / INTENT, repository.path / INTENT)
        found = Site(repository, server.ufm)
        found.edit("cluster.yaml", "manager: opensm", "manager: ufm")
        found.edit("partitions.yaml", "rate: 400G", "rate: 200G")
        repository.write(
            "inventories/corvus/connections.yaml",
            # Of the two nodes one has the address that they share.
            f"devices: {{sm-1: {{address: {server.host}, port: {server.port}, username: {USER}, "
            f"password: {{env: UFM_PASSWORD}}, ca: {server.ca}}}}}\n",
        )
        yield found
        server.stop()


def test_from_nothing_to_partitions_in_force_and_a_host_that_moves(site: Site):
    site.plan(expect=2)
    assert site.apply() == {"sm-1": "applied"}
    assert site.plan(expect=0) == {}
    assert len(site.ufm.members(0x101)) == 12 * 8
    storage = site.ufm.members(0x200)
    assert sorted(storage.values()) == ["full"] * 16 + ["limited"] * 256

    site.edit("partitions.yaml", "hosts: 1-12}", "hosts: 1-13}")
    site.edit("partitions.yaml", "hosts: 13-24}", "hosts: 14-24}")
    moves = [f"    '{guid}': full at index 0" for guid in HOST13]
    assert site.plan(expect=2) == {"sm-1": [*(f"+{line}" for line in moves), *(f"-{line}" for line in moves)]}
    site.ufm.requests.clear()
    assert site.apply() == {"sm-1": "applied"}
    guids = ",".join(guid[2:] for guid in HOST13)
    assert site.ufm.changes() == [("DELETE", f"/resources/pkeys/0x102/guids/{guids}"), ("POST", "/resources/pkeys/")]
    assert {guid[2:] for guid in HOST13} <= site.ufm.members(0x101).keys()
    assert site.plan(expect=0) == {}
    assert all(PASSWORD not in said for said in site.repository.said)


def test_what_is_amiss_is_named(site: Site):
    assert site.apply() == {"sm-1": "applied"}
    report = site.repository.data("verify", INTENT)
    assert report["problems"] == []
    assert report["checked"]["partitions"] == 256 + 16 + 2
    store, stranger, lost, slow = site.ufm.keys[0x200]["guids"], "1070fd0300abcdef", HOST13[0][2:], HOST13[1][2:]
    store[lost]["membership"] = "full"
    site.ufm.keys[0x101]["guids"][stranger] = {"index0": False, "membership": "full"}
    site.ufm.ports[slow] = "Initialize"
    del site.ufm.ports[HOST13[2][2:]]
    told = site.repository.data("verify", INTENT, expect=1)["problems"]
    assert {(each["device"], each["check"], each["port"]) for each in told} == {
        ("pod1-su1-host13", "interface", "ib1"),
        ("pod1-su1-host13", "interface", "ib2"),
        ("pod1-su1-host13", "partitions", "ib0"),
        ("pod1-su1-host13", "pairs", "ib0"),
        ("sm-1", "partitions", f"0x{stranger}"),
        ("pod1-su1-host1", "pairs", "ib0"),
        ("pod1-su1-host9", "pairs", "ib0"),
    }
    messages = {(each["device"], each["port"]): each["message"] for each in told if each["check"] == "partitions"}
    assert messages["sm-1", f"0x{stranger}"] == "it is full member of alpha (0x0101); it should not be in it"
    assert messages["pod1-su1-host13", "ib0"] == "it is full member of storage (0x0200); limited it should be"


def test_what_ufm_refuses_leaves_it_as_it_was(site: Site):
    def fault(method: str, path: str, _body: object) -> None:
        if (method, path) == ("POST", "/resources/pkeys/") and len(site.ufm.keys) == 4:
            raise RefusedError(400, "no more partitions")

    site.ufm.fault = fault
    assert site.apply(expect=1) == {"sm-1": "failed"}
    assert site.ufm.keys == {}
    assert any("no more partitions; what there was is back" in said for said in site.repository.said)


def test_an_open_default_partition_is_told_before_anything_is_done(site: Site):
    site.ufm.everybody = "full"
    done = site.repository.netgen("diff", INTENT, "--limit", "sm-1", expect=None)
    assert done.returncode != 0
    assert "default_membership = limited" in done.stdout + done.stderr
    assert site.ufm.changes() == []
