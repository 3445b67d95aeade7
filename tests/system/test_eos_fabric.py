"""The main job on simulated EOS switches, through NAPALM, pyeapi, TLS and Ansible; each test leaves the fabric well."""

import fcntl
import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from netgen.lab import lab
from tests.system.repository import ROOT, Repository, changed_lines, problems, statuses

pytestmark = pytest.mark.slow

HASH = "$6$canarysalt$canaryhashcanaryhashcanaryhash"
LEAF, OTHER, SPINE = "pod1-su1-rail1-leaf1", "pod1-su1-rail2-leaf1", "pod1-spine1"
STRAY = "ntp server vrf MGMT 192.0.2.1"
APPLY = ("--yes", "--timer", "600")


def intent() -> str:
    """Return the intent of the example cluster, made smaller."""
    text = (ROOT / "intent/aurora/cluster.yaml").read_text()
    smaller = (
        ("hgx-h100-8x400g", "gb200-4x400g"),
        ("hosts: 1-32", "hosts: 1-4"),
        ("capacity: {units: 4}", "capacity: {units: 1}"),
        ("spine: {model: dcs-7060x6-64pe,", "spine: {count: 2, model: dcs-7060x6-64pe,"),
    )
    for old, new in smaller:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


class Site(Repository):
    """A repository whose cluster is up as a lab, and reached as real switches are: by an inventory of its own."""

    @property
    def lab(self) -> Path:
        return self.path / ".netgen/aurora/lab"

    def inject(self, fault: str, *arguments: str) -> str:
        return lab.inject(self.lab, fault, *arguments)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    found = Site(tmp_path_factory.mktemp("eos"))
    found.write("intent/aurora/cluster.yaml", intent())
    try:
        found.netgen("lab", "up", "intent/aurora")
        connections = yaml.safe_load((found.lab / "inventory/connections.yaml").read_text())
        connections["platforms"]["lab-eos"]["password"] = {"env": "SITE_PASSWORD"}
        connections["secrets"] = {"users/netgen": {"env": "SITE_HASH"}}
        found.write("inventories/aurora/connections.yaml", yaml.safe_dump(connections))
        found.environment = {"SITE_PASSWORD": (found.lab / "eos/password").read_text(), "SITE_HASH": HASH}
        report = found.data("apply", "intent/aurora", *APPLY)
        assert [outcome["result"] for outcome in report["devices"]] == ["applied"] * 6
        assert report["fabric"]["problems"] == []
        yield found
    finally:
        lab.down(found.lab)


def test_what_was_applied_is_verified_and_leaves_nothing_to_do(site):
    report = site.data("verify", "intent/aurora")
    assert report["problems"] == []
    assert report["checked"]["session"] > 0
    plan = site.data("diff", "intent/aurora", "--exit-code")
    known = statuses(plan)
    assert [known[name] for name in known if "host" not in name] == ["unchanged"] * 6
    assert {known[name] for name in known if "host" in name} == {"rendered-only"}
    assert "aurora: 6 unchanged" in site.netgen("diff", "intent/aurora", "--exit-code").stdout


def test_a_line_typed_in_is_the_only_line_of_the_next_diff_and_goes_with_its_plan(site):
    site.inject("drift", LEAF, STRAY)
    plan = site.data("diff", "intent/aurora", "--exit-code", "--out", "drift.json", expect=2)
    assert changed_lines(plan) == {LEAF: [f"-{STRAY}"]}
    assert stat.S_IMODE((site.path / "drift.json").stat().st_mode) == 0o600
    assert f"{LEAF}: {STRAY}" in site.netgen("diff", "intent/aurora").stderr
    assert "aurora: 1 applied" in site.netgen("apply", "drift.json", *APPLY).stdout
    site.netgen("diff", "intent/aurora", "--exit-code")


def test_a_device_that_changed_since_the_plan_is_refused_and_the_others_are_applied(site):
    site.inject("drift", LEAF, STRAY)
    site.inject("drift", OTHER, STRAY)
    site.netgen("diff", "intent/aurora", "--out", "both.json")
    site.inject("drift", LEAF, "ntp server vrf MGMT 192.0.2.2")
    report = site.data("apply", "both.json", *APPLY, expect=3)
    results = {outcome["device"]: outcome["result"] for outcome in report["devices"]}
    assert results == {LEAF: "stale", OTHER: "applied"}
    site.netgen("diff", "intent/aurora", "--limit", LEAF, "--out", "one.json")
    site.inject("drift", LEAF, "ntp server vrf MGMT 192.0.2.3")
    report = site.data("apply", "one.json", *APPLY, expect=4)
    assert [outcome["result"] for outcome in report["devices"]] == ["stale"]
    assert changed_lines(site.data("diff", "intent/aurora")) == {
        LEAF: [f"-{STRAY[:-1]}{number}" for number in (1, 2, 3)]
    }
    site.netgen("apply", "intent/aurora", *APPLY)


def test_an_intent_that_changed_since_the_plan_is_refused(site):
    site.inject("drift", LEAF, STRAY)
    site.netgen("diff", "intent/aurora", "--out", "old.json")
    site.write("intent/aurora/more.yaml", "management: {dns: [172.20.0.7]}\n")
    try:
        done = site.netgen("apply", "old.json", *APPLY, expect=4)
        assert "has changed since the plan was made" in done.stderr
    finally:
        (site.path / "intent/aurora/more.yaml").unlink()
    assert list(changed_lines(site.data("diff", "intent/aurora"))) == [LEAF]
    site.netgen("apply", "old.json", *APPLY)


def test_a_swapped_cable_is_named_with_both_ends(site):
    swap = (LEAF, "Ethernet1/1", OTHER, "Ethernet1/1")
    site.inject("swap", *swap)
    try:
        report = site.data("verify", "intent/aurora", expect=1)
    finally:
        site.inject("swap", *swap)
    told = [line for line in problems(report) if " cabling " in line]
    assert len(told) == 2
    ends = [(LEAF, 1), (OTHER, 2)]
    for line, (here, rail), (there, other) in zip(told, ends, reversed(ends), strict=True):
        assert line == (
            f"{here} cabling Ethernet1/1: pod1-su1-host1 rail{other} is at the other end; "
            f"pod1-su1-host1 rail{rail} should be. "
            f"The cable from pod1-su1-host1 rail{other} belongs into {there} Ethernet1/1"
        )


@pytest.mark.parametrize(("daemon", "check"), [("bgpd", "session"), ("lldpd", "cabling")])
def test_a_stopped_agent_is_named(site, daemon, check):
    site.inject("daemon-down", LEAF, daemon)
    try:
        report = site.data("verify", "intent/aurora", expect=1)
    finally:
        site.inject("daemon-up", LEAF, daemon)
    assert any(line.startswith(f"{LEAF} {check}") for line in problems(report))
    site.netgen("verify", "intent/aurora", "--wait", "240")


def test_faults_of_one_device_are_named_and_hide_no_other(site):
    site.inject("drift", OTHER, STRAY)
    site.inject("management-down", SPINE)
    site.write("intent/aurora/inventory.yaml", "inventory: devices.csv\n")
    site.write("intent/aurora/devices.csv", f"name,serial,state\n{LEAF},SN-ORDERED,\npod1-su1-rail3-leaf1,,planned\n")
    try:
        plan = site.data("diff", "intent/aurora", expect=1)
    finally:
        site.inject("management-up", SPINE)
        for name in ("inventory.yaml", "devices.csv"):
            (site.path / "intent/aurora" / name).unlink()
    known = statuses(plan)
    wanted = {SPINE: "unreachable", LEAF: "error", OTHER: "differs", "pod1-su1-rail3-leaf1": "expected-absent"}
    assert {name: known[name] for name in wanted} == wanted
    (stranger,) = [device for device in plan["devices"] if device["device"] == LEAF]
    assert "the inventory says SN-ORDERED" in stranger["message"]
    site.netgen("apply", "intent/aurora", *APPLY)


def test_a_device_that_loses_its_management_goes_back_and_the_report_says_so(site):
    for name in (LEAF, OTHER, SPINE):
        site.inject("drift", name, STRAY)
    site.inject("simulate", LEAF, "lose-management-on-commit")
    site.inject("simulate", OTHER, "drop-after-commit")
    site.inject("simulate", SPINE, "held-lock")
    try:
        report = site.data("apply", "intent/aurora", "--yes", "--timer", "45", expect=3)
    finally:
        site.inject("simulate-end", LEAF, "lose-management-on-commit")
        site.inject("simulate-end", OTHER, "drop-after-commit")
        site.inject("simulate-end", SPINE, "held-lock")
    outcomes = {outcome["device"]: (outcome["result"], outcome["message"]) for outcome in report["devices"]}
    assert outcomes[LEAF][0] == "rolled back"
    assert "cannot be reached" in outcomes[LEAF][1]
    assert outcomes[OTHER][0] == "applied"  # what a cut connection left open was read from the device
    assert SPINE not in outcomes
    (locked,) = [device["message"] for device in report["plan"]["devices"] if device["device"] == SPINE]
    assert "the session held-by-operator of operator" in locked
    assert set(changed_lines(site.data("diff", "intent/aurora"))) == {LEAF, SPINE}
    site.netgen("apply", "intent/aurora", *APPLY)


def test_of_two_who_apply_one_is_refused(site):
    site.inject("drift", LEAF, STRAY)
    with (site.path / ".netgen/aurora/apply.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = site.netgen("apply", "intent/aurora", *APPLY, expect=4)
    assert "another netgen applies to this cluster" in done.stderr
    site.netgen("apply", "intent/aurora", *APPLY)


def test_secrets_are_in_no_output_and_no_file_but_private_backups(site):
    """Runs last: it looks at all that the tests above have left."""
    canaries = [HASH, site.environment["SITE_PASSWORD"].strip()]
    said = "".join(site.said)
    assert "@secret:users/netgen@" in json.dumps(site.data("diff", "intent/aurora", "--against", _nothing(site)))
    assert not any(canary in said for canary in canaries)
    backups = site.path / ".netgen/aurora/backups"
    found, kept = [], []
    for path in site.top.rglob("*"):
        if path.is_file() and not path.is_relative_to(site.lab):
            text = path.read_bytes()
            (kept if path.is_relative_to(backups) else found).extend(
                path for canary in canaries if canary.encode() in text
            )
    assert found == []
    assert kept
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept} == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in backups.rglob("*") if path.is_dir()} == {0o700}
    assert list(site.temporary.iterdir()) == []


def _nothing(site: Site) -> str:
    """Return an output folder without devices."""
    site.write("out/empty/cabling.csv", "a_device,a_interface,b_device,b_interface\n")
    site.write("out/empty/inventory/hosts.yaml", "all: {hosts: {}}\n")
    (site.path / "out/empty/configs").mkdir()
    return "out/empty"
