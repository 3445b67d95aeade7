"""Offline comparisons: with a folder that was rendered, and with a revision in a real git repository."""

import subprocess
from pathlib import Path

import pytest

from netgen.compile import compile_intent
from netgen.diagnostics.model import Severity
from netgen.plan.errors import PlanError
from netgen.plan.model import Status
from netgen.plan.offline import OfflineDiff, diff_offline
from netgen.plan.show import notes
from netgen.plan.tally import Tally
from netgen.render.run import render
from netgen.render.source import open_source, select

INTENT = """\
cluster: tiny
management: {{subnet: 172.20.0.0/24}}
hosts: {{profile: gb200-4x400g}}
pods:
  1:
    units: {{{units}: {{hosts: 1-{hosts}}}}}
    capacity: {{units: {capacity}, hosts: 2}}
fabrics:
  compute:
    kind: rail-optimized
    leaf: {{model: linux-16x400g, platform: frr}}
    spine: {{model: linux-16x400g, platform: frr, count: {spines}}}
    pools: {{hosts: 10.0.0.0/16, loopbacks: {loopbacks}, links: {links}}}
    asn: {{base: {asn}}}
"""
DEFAULTS = {
    "units": "1",
    "hosts": 2,
    "spines": 2,
    "capacity": 2,
    "loopbacks": "10.255.0.0/24",
    "links": "10.254.0.0/20",
    "asn": 4200000000,
}


def write(folder: Path, **changes: object) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "cluster.yaml").write_text(INTENT.format(**DEFAULTS | changes))


@pytest.fixture(params=["folder", "git"])
def compare(request, tmp_path: Path):
    """Compare a changed intent with what it was before, in one of the two ways."""
    intent = tmp_path / "repository/intent/tiny"
    write(intent)
    if request.param == "git":
        git(intent, "init", "-q")
        git(intent, "add", "-A")
        git(intent, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "before")
        against = "git:HEAD"
    else:
        against = str(tmp_path / "out")
        render(intent, compile_intent(intent), Path(against), jobs=1)

    def compared(limit: str | None = None, **changes: object) -> OfflineDiff:
        write(intent, **changes)
        return run(intent, against, limit)

    return compared


def run(intent: Path, against: str, limit: str | None = None) -> OfflineDiff:
    source = open_source(compile_intent(intent))
    return diff_offline(source, against, intent, select(source.cluster, limit), inputs="0" * 64, limit=limit)


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", folder, *arguments], check=True, capture_output=True)


def test_the_same_intent_changes_nothing(compare):
    found = compare()
    assert {device.status for device in found.plan.devices} == {Status.UNCHANGED}
    assert found.diagnostics == ()


def test_growth_adds_lines_and_moves_nothing(compare):
    found = compare(units="1-2")
    assert found.diagnostics == ()
    statuses = {device.device: device.status for device in found.plan.devices}
    assert statuses["pod1-su2-rail1-leaf1"] is Status.NEW
    assert statuses["pod1-su1-rail1-leaf1"] is Status.UNCHANGED
    spine = next(device for device in found.plan.devices if device.device == "pod1-spine1")
    assert spine.status is Status.DIFFERS
    assert (spine.added > 0, spine.removed) == (True, 0)


def test_what_is_new_is_counted(compare):
    """A unit of two hosts of four NICs, at four leaves of an uplink to each of two spines; each link is a /31."""
    found = compare(units="1-2")
    assert found.changes == {
        "devices": Tally(6, 0, 0),
        "cables": Tally(2 * 4 + 4 * 2, 0, 0),
        # management, a leaf's loopback, and what is at the lower end of each cable
        "addresses": Tally(6 + 4 + 16, 0, 0),
        "AS numbers": Tally(4, 0, 0),
    }
    fewer = compare(hosts=1)
    assert {kind: (tally.new, tally.gone) for kind, tally in fewer.changes.items()} == {
        "devices": (0, 1),
        "cables": (0, 4),
        "addresses": (0, 5),
        "AS numbers": (0, 0),
    }


def test_another_name_is_called_a_renaming(compare):
    """By a pattern, or by an alias: the numbers are those of before, and so are the cables."""
    found = compare(asn='4200000000}\n    naming: {spine: "top{spine}"')
    assert [diagnostic.code for diagnostic in found.diagnostics] == ["NG493"]
    (diagnostic,) = found.diagnostics
    assert diagnostic.message == "2 names that exist change"
    assert "pod1-spine1 → top1" in diagnostic.notes[0]
    assert {kind: tally for kind, tally in found.changes.items() if tally.new or tally.changed or tally.gone} == {
        "devices": Tally(0, 2, 0)
    }


def test_another_as_plan_is_called_a_renumbering(compare):
    found = compare(asn=4200100000)
    (diagnostic,) = found.diagnostics
    assert (diagnostic.code, diagnostic.severity) == ("NG490", Severity.WARNING)
    assert "6 AS numbers that exist change" in diagnostic.message
    assert "pod1-spine1 4200000001 → 4200100001" in diagnostic.notes[0]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"loopbacks": "10.253.0.0/24"}, "6 loopbacks"),
        ({"links": "10.252.0.0/20"}, "link addresses"),
        ({"links": "unnumbered"}, "link addresses"),
    ],
)
def test_other_numbers_are_counted_by_kind(compare, changes: dict, words: str):
    (diagnostic,) = compare(**changes).diagnostics
    assert diagnostic.code == "NG490"
    assert words in diagnostic.message


def test_beyond_the_capacity_things_are_renumbered(compare):
    (diagnostic,) = compare(capacity=3).diagnostics
    assert diagnostic.code == "NG490"
    assert "2 management addresses" in diagnostic.message


def test_cables_between_what_exists_are_called_re_cabled(compare):
    found = {diagnostic.code: diagnostic for diagnostic in compare(spines=1).diagnostics}
    assert found["NG492"].notes == ("devices: for example pod1-spine2",)
    # Of the two cables a leaf has, the one to the spine that stays moves to another of its ports.
    assert "cables that exist move" in found["NG491"].message
    assert "pod1-su1-rail2-leaf1" in str(found["NG491"].notes)


def test_what_is_removed_is_named_and_its_files_are_gone(compare):
    found = compare(hosts=1)
    (diagnostic,) = found.diagnostics
    assert diagnostic.code == "NG492"
    assert diagnostic.message == "1 device that exists no longer follows"
    gone = [device for device in found.plan.devices if device.status is Status.GONE]
    assert [device.device for device in gone] == ["pod1-su1-host2"]
    assert gone[0].added == 0
    assert gone[0].removed > 0


def test_a_limit_holds_for_both_sides(compare):
    found = compare(limit="pod1-spine*", hosts=1)
    assert [device.device for device in found.plan.devices] == ["pod1-spine1", "pod1-spine2"]


def test_a_folder_that_was_not_rendered_is_an_error(tmp_path: Path):
    write(tmp_path / "tiny")
    with pytest.raises(PlanError, match="holds no configs/"):
        run(tmp_path / "tiny", str(tmp_path))


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path):
    intent, out = tmp_path / "tiny", tmp_path / "out"
    write(intent)
    render(intent, compile_intent(intent), out, jobs=1)
    (tmp_path / "elsewhere").write_text("hostname x\n")
    (out / "configs/pod1-spine1/frr.conf").unlink()
    (out / "configs/pod1-spine1/frr.conf").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(PlanError, match="leads out of"):
        run(intent, str(out))


@pytest.mark.parametrize("revision", ["no-such-revision", "--help", "HEAD:"])
def test_a_revision_that_is_none_is_an_error(tmp_path: Path, revision: str):
    intent = tmp_path / "intent/tiny"
    write(intent)
    git(intent, "init", "-q")
    with pytest.raises(PlanError, match="git: "):
        run(intent, f"git:{revision}")


def test_outside_of_a_repository_is_an_error(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    write(tmp_path / "tiny")
    with pytest.raises(PlanError, match="git: not a git repository"):
        run(tmp_path / "tiny", "git:HEAD")


def test_a_revision_before_the_intent_is_an_error(tmp_path: Path):
    intent = tmp_path / "intent/tiny"
    write(intent)
    git(intent, "init", "-q")
    git(intent, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "empty")
    with pytest.raises(PlanError, match="HEAD has no"):
        run(intent, "git:HEAD")


def test_an_intent_that_has_moved_is_found_where_it_was(tmp_path: Path):
    intent = tmp_path / "intent/tiny"
    write(intent)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-A")
    git(tmp_path, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "before")
    moved = intent.rename(tmp_path / "intent/small")
    with pytest.raises(PlanError, match=r"HEAD has no intent in intent/small.*say where: git:HEAD:PATH"):
        run(moved, "git:HEAD")
    found = run(moved, "git:HEAD:intent/tiny")
    assert {device.status for device in found.plan.devices} == {Status.UNCHANGED}
    with pytest.raises(PlanError, match="leads out of"):
        run(moved, "git:HEAD:../elsewhere")


def test_a_shallow_clone_says_how_to_have_more(tmp_path: Path):
    first = tmp_path / "first"
    write(first / "intent/tiny")
    git(first, "init", "-q")
    for asn in (4200000000, 4200100000):
        write(first / "intent/tiny", asn=asn)
        git(first, "add", "-A")
        git(first, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "changed")
    git(tmp_path, "clone", "-q", "--depth", "1", first.as_uri(), "clone")
    clone = tmp_path / "clone/intent/tiny"
    assert run(clone, "git:HEAD").diagnostics == ()
    with pytest.raises(
        PlanError, match="'HEAD~1' names no commit of this repository; it is a shallow clone: `git fetch"
    ):
        run(clone, "git:HEAD~1")


def test_the_repository_and_the_temporary_folder_are_as_before(tmp_path: Path, monkeypatch):
    intent, temporary = tmp_path / "intent/tiny", tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    write(intent)
    git(intent, "init", "-q")
    git(intent, "add", "-A")
    git(intent, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "before")
    write(intent, asn=4200100000)
    status = subprocess.run(["git", "-C", intent, "status", "--porcelain"], capture_output=True, check=True).stdout
    run(intent, "git:HEAD")
    assert list(temporary.iterdir()) == []
    after = subprocess.run(["git", "-C", intent, "status", "--porcelain"], capture_output=True, check=True).stdout
    assert status == after


def test_what_a_change_interrupts_is_said(tmp_path: Path):
    intent = tmp_path / "repository/intent/tiny"
    write(intent)
    before = tmp_path / "out"
    render(intent, compile_intent(intent), before, jobs=1)
    file = intent / "cluster.yaml"
    file.write_text(file.read_text().replace("    asn:", "    mtu: 8000\n    asn:"))
    compiled = compile_intent(intent)
    assert compiled.cluster is not None
    source = open_source(compiled)
    plan = diff_offline(source, str(before), intent, select(compiled.cluster, None), inputs="").plan
    switches = [device for device in plan.devices if device.role != "host"]
    words = "interrupts traffic: another MTU takes the port down for a moment"
    assert {device.notes for device in switches} == {(words,)}
    assert (f"{len(switches)} devices", words) in notes(plan)
