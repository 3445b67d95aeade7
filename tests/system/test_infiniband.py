"""The main job on a real OpenSM: the example cluster from nothing, a host that moves, a change that nobody confirms.

What is true of the fabric is read from its ports over OpenSSH, not through netgen.
"""

import re
import shutil
import signal
from collections.abc import Iterator

import pytest

from netgen.lab import lab
from tests.system.fabric import Fabric, eventually
from tests.system.repository import ROOT, Repository, changed_lines, marked, problems, statuses

pytestmark = [
    pytest.mark.slow,
    pytest.mark.root,
    pytest.mark.needs("ibsim", "ibsim-utils"),
    pytest.mark.needs("opensm", "opensm"),
    pytest.mark.needs("smpquery", "infiniband-diags"),
    pytest.mark.needs("sshd", "openssh-server"),
]

INTENT = "intent/corvus"
APPLY = ("--lab", "--yes", "--timer", "600")
HOST13 = [0x02C0070000000001 + (13 << 8) + (hca << 4) for hca in range(8)]
"""Ports of the host that moves, as the list has them."""
ALPHA, BETA = "hosts: 1-12}", "hosts: 13-24}"
# Reads every port's table at its own HCA, by its GUID.
TABLES = """\
for guid in $(grep -h ^0x /etc/opensm/cn-guids.conf /etc/opensm/io-guids.conf); do
    echo "= $guid"; smpquery -G pkeys $guid 1
done
"""


class Subnet(Fabric):
    """The lab of the example, whose intent is a copy that tests may change."""

    def edit(self, **lines: str) -> None:
        """Write the intent anew, with other hosts of alpha and beta."""
        text = (ROOT / INTENT / "partitions.yaml").read_text()
        for old, new in ((ALPHA, lines.get("alpha", ALPHA)), (BETA, lines.get("beta", BETA))):
            assert text.count(old) == 1
            text = text.replace(old, new)
        self.repository.write(f"{INTENT}/partitions.yaml", text)

    def tables(self) -> dict[int, frozenset[int]]:  # type: ignore[override]
        """Return the P_Keys of every port of hosts, storage and managers, by its GUID."""
        found = {}
        for text in self.run("sm-1", TABLES).split("= ")[1:]:
            guid, _, table = text.partition("\n")
            found[int(guid, 16)] = frozenset(int(key, 16) for key in re.findall("0x([0-9a-f]{4})", table)) - {0}
        return found

    def plan(self, expect: int) -> dict[str, list[str]]:
        plan = self.repository.data("diff", INTENT, "--lab", "--exit-code", expect=expect)
        assert {statuses(plan)[name] for name in ("sm-1", "sm-2")} <= {"differs", "unchanged"}
        return changed_lines(plan)

    def apply(self) -> None:
        report = self.repository.data("apply", INTENT, *APPLY)
        assert {outcome["device"]: outcome["result"] for outcome in report["devices"]} == dict.fromkeys(
            ("sm-1", "sm-2"), "applied"
        )
        assert report["fabric"]["problems"] == []


@pytest.fixture(scope="module")
def subnet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Subnet]:
    """The example in the lab, configured from nothing."""
    repository = Repository(tmp_path_factory.mktemp("infiniband"))
    shutil.copytree(ROOT / INTENT, repository.path / INTENT)
    found = Subnet(repository, "corvus")
    try:
        found.up()
        found.apply()
        yield found
    finally:
        lab.down(found.directory)


def test_from_nothing_to_partitions_in_force(subnet):
    assert subnet.plan(expect=0) == {}
    assert problems(subnet.repository.data("verify", INTENT, "--lab")) == []
    tables = subnet.tables()
    assert len(tables) == 32 * 8 + 8 * 2 + 2
    assert tables[HOST13[0]] >= {0x7FFF, 0x8102, 0x0200}
    assert sum(0xFFFF in keys for keys in tables.values()) == 2  # the managers alone
    assert sum(0x8101 in keys for keys in tables.values()) == 12 * 8


def test_a_host_that_moves_changes_its_lines_and_its_tables_alone(subnet):
    before = subnet.tables()
    manager = subnet.run("sm-1", "pgrep -x opensm")
    subnet.edit(alpha="hosts: 1-13}", beta="hosts: 14-24}")
    moved = [f"    0x{guid:016x}=full  # pod1-su1-host13 mlx5_{hca}" for hca, guid in enumerate(HOST13)]
    lines = [*(f"+{line}" for line in moved), *(f"-{line}" for line in moved)]
    assert subnet.plan(expect=2) == {"sm-1": lines, "sm-2": lines}
    subnet.apply()
    after = subnet.tables()
    assert {guid for guid in before if before[guid] != after[guid]} == set(HOST13)
    assert {after[guid] for guid in HOST13} == {before[HOST13[0]] - {0x8102} | {0x8101}}
    assert subnet.run("sm-1", "pgrep -x opensm") == manager  # a sweep was enough
    assert subnet.plan(expect=0) == {}


OPEN_COMMITS = "grep -lE 'applying|pending' /var/lib/netgen/commits/*/state || true"


def test_what_nobody_confirms_undoes_itself(subnet):
    """`apply` is killed in the middle, between its commit and its confirmation."""
    subnet.edit(alpha="hosts: 1-13}", beta="hosts: 14-24}")
    subnet.repository.netgen("apply", INTENT, *APPLY)
    before = subnet.tables()
    subnet.edit()
    with subnet.held_after_commit("sm-1") as held:
        killed = subnet.repository.start("apply", INTENT, "--lab", "--yes", "--timer", "30", mark="killed apply")
        try:
            eventually(held, "apply has committed")
        finally:
            killed.kill()
            killed.wait()
    assert killed.returncode == -signal.SIGKILL
    eventually(lambda: not marked("killed apply"), "everything that apply had started has ended with it")
    eventually(lambda: not any(subnet.each(("sm-1", "sm-2"), OPEN_COMMITS).values()), "every timer has fired")
    assert subnet.tables() == before
    for name in ("sm-1", "sm-2"):
        assert "/etc/opensm" not in subnet.run(name, "cat /proc/self/mountinfo")
    subnet.edit(alpha="hosts: 1-13}", beta="hosts: 14-24}")
    assert subnet.plan(expect=0) == {}
