import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from netgen.compile import compile_intent
from netgen.render.errors import RenderError
from netgen.render.manifest import digest
from netgen.resources.load import resources
from tests.render.repository import TOP, contents, edit, render, snapshot


def test_everything_is_written_and_listed_with_its_digest(intent: Path, out: Path):
    report = render(intent, out)
    written = contents(out)
    assert set(report.added) == set(written)
    assert {"manifest.json", "cabling.csv", "inventory/hosts.yaml", "configs/pod1-spine1/frr.conf"} <= set(written)
    manifest = json.loads(written["manifest.json"])
    assert set(manifest["outputs"]) == set(written) - {"manifest.json"}
    for name, expected in manifest["outputs"].items():
        (listed,) = subprocess.run(["sha256sum", out / name], capture_output=True, check=True).stdout.split()[:1]
        assert listed.decode() == expected
    assert manifest["complete"] is True
    assert str(out) not in written["manifest.json"].decode()


def test_second_run_touches_nothing(intent: Path, out: Path):
    render(intent, out)
    before = snapshot(out)
    report = render(intent, out)
    assert snapshot(out) == before
    assert (report.added, report.changed, report.pruned) == ((), (), ())
    assert report.unchanged == len(before)


@pytest.mark.slow
def test_processes_see_what_stands_and_what_does_not(intent: Path, out: Path):
    render(intent, out)
    before = snapshot(out)
    (out / "configs/pod1-su1-host2/notes.txt").write_text("mine")
    report = render(intent, out, jobs=2)
    assert (report.added, report.changed, report.pruned, report.unchanged) == ((), (), (), len(before))
    assert report.foreign == ("configs/pod1-su1-host2/notes.txt",)
    (out / "configs/pod1-spine1/frr.conf").write_text("edited")
    assert render(intent, out, jobs=2).changed == ("configs/pod1-spine1/frr.conf",)
    (out / "configs/pod1-su1-host2/notes.txt").unlink()
    assert contents(out) == {name: data for name, (data, *_) in before.items()}


@pytest.mark.slow
def test_bytes_do_not_depend_on_processes_or_place(intent: Path, tmp_path: Path):
    render(intent, tmp_path / "one", jobs=1)
    render(intent, tmp_path / "two", jobs=2)
    with ThreadPoolExecutor(2) as executor:
        render(shutil.copytree(intent, tmp_path / "elsewhere"), tmp_path / "three", executor=executor)
    assert contents(tmp_path / "one") == contents(tmp_path / "two") == contents(tmp_path / "three")


@pytest.mark.slow
def test_bytes_do_not_depend_on_the_seed_of_hashes(intent: Path, tmp_path: Path):
    for seed in ("1", "2"):
        program = (
            "import sys\n"
            "from pathlib import Path\n"
            "from netgen.compile import compile_intent\n"
            "from netgen.render.run import render\n"
            "intent, out = map(Path, sys.argv[1:])\n"
            "render(intent, compile_intent(intent), out)\n"
        )
        subprocess.run(
            [sys.executable, "-c", program, intent, tmp_path / seed],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(TOP)},
            check=True,
        )
    assert contents(tmp_path / "1") == contents(tmp_path / "2")


def test_only_what_changes_is_written(intent: Path, out: Path):
    render(intent, out)
    before = snapshot(out)
    edit(intent, "spine: 10m", "spine: 20m")
    report = render(intent, out)
    after = snapshot(out)
    assert {name for name in after if after[name] != before[name]} == set(report.changed)
    assert {"cabling.csv", "manifest.json"} <= set(report.changed)
    assert b",20m," in after["cabling.csv"][0]
    assert report.added == report.pruned == ()


def test_what_is_no_longer_intended_is_removed_and_what_is_not_ours_stays(intent: Path, out: Path):
    render(intent, out)
    (out / "configs/pod1-su1-host2/notes.txt").write_text("mine")
    (out / "configs/other").mkdir()
    (out / "configs/other/eos.cfg").write_text("mine")
    edit(intent, "hosts: 1-2", "hosts: 1-1")
    report = render(intent, out)
    files = ("interfaces", "nccl.conf", "roce.service", "roce.sh", "sysctl.conf")
    assert set(report.pruned) == {f"configs/pod1-su1-host2/{file}" for file in files}
    assert report.foreign == ("configs/other/eos.cfg", "configs/pod1-su1-host2/notes.txt")
    assert (out / "configs/pod1-su1-host2/notes.txt").read_text() == "mine"
    assert not (out / "configs/pod1-su1-host2/interfaces").exists()
    (out / "configs/pod1-su1-host1/notes.txt").write_text("mine")
    assert render(intent, out).pruned == ()


def test_manifest_cannot_have_other_files_removed(intent: Path, out: Path, tmp_path: Path):
    render(intent, out)
    (tmp_path / "victim").write_text("theirs")
    (out / "readme").write_text("theirs")
    (out / "configs/link").symlink_to(tmp_path)
    manifest = json.loads((out / "manifest.json").read_text())
    for name in ("../victim", str(tmp_path / "victim"), "readme", "configs/../../victim", "configs/link/victim"):
        manifest["outputs"][name] = "0" * 64
    (out / "manifest.json").write_text(json.dumps(manifest))
    report = render(intent, out)
    assert report.pruned == ()
    assert report.foreign == ("configs/link",)
    assert (tmp_path / "victim").read_text() == (out / "readme").read_text() == "theirs"


@pytest.mark.parametrize("text", ["", "<<<<<<< ours\n", "[]", "{}", '{"outputs": {"a": 1}, "inputs": {}}', "null"])
def test_broken_manifest_is_written_anew(intent: Path, out: Path, text: str):
    render(intent, out)
    good = (out / "manifest.json").read_bytes()
    (out / "manifest.json").write_text(text)
    report = render(intent, out)
    assert report.changed == ("manifest.json",)
    assert (out / "manifest.json").read_bytes() == good


def test_a_manifest_that_no_run_has_written_is_not_sealed_by_a_limited_one(intent: Path, out: Path):
    render(intent, out)
    path = out / "configs/pod1-spine2/frr.conf"
    merged = path.read_bytes() + b"! both branches\n"
    manifest = out / "manifest.json"
    manifest.write_text(manifest.read_text().replace(digest(path.read_bytes()), digest(merged)))
    path.write_bytes(merged)
    render(intent, out, limit="pod1-spine1")
    assert render(intent, out).changed == ("configs/pod1-spine2/frr.conf", "manifest.json")


def test_check_writes_nothing_and_names_what_differs(intent: Path, out: Path):
    render(intent, out)
    assert render(intent, out, check=True).stale == ()
    edit(intent, "hosts: 1-2", "hosts: 2-3")
    (out / "configs/pod1-spine1/frr.conf").unlink()
    with (out / "configs/pod1-spine2/frr.conf").open("a") as stream:
        stream.write("!\n")
    before = snapshot(out)
    report = render(intent, out, check=True)
    assert snapshot(out) == before
    assert "configs/pod1-su1-host3/interfaces" in report.added
    assert "configs/pod1-spine1/frr.conf" in report.added
    assert "configs/pod1-spine2/frr.conf" in report.changed
    assert "configs/pod1-su1-host1/interfaces" in report.pruned
    done = render(intent, out)
    assert (done.added, done.changed, done.pruned) == (report.added, report.changed, report.pruned)


def test_check_of_what_was_never_rendered(intent: Path, out: Path):
    with pytest.raises(RenderError, match="does not exist"):
        render(intent, out, check=True)
    assert not out.exists()


def test_limit_renders_these_and_leaves_the_others(intent: Path, out: Path):
    render(intent, out)
    before = snapshot(out)
    edit(intent, "    kind:", "    mtu: 8000\n    kind:")
    report = render(intent, out, limit="pod1-spine*")
    assert set(report.changed) == {"configs/pod1-spine1/interfaces", "configs/pod1-spine2/interfaces", "manifest.json"}
    after = snapshot(out)
    assert {name for name in after if after[name] != before[name]} == set(report.changed)
    old, new = (json.loads(state["manifest.json"][0]) for state in (before, after))
    assert new["complete"] is False
    changed = {name for name in old["outputs"] if old["outputs"][name] != new["outputs"][name]}
    assert changed == set(report.changed) - {"manifest.json"}
    assert set(old["outputs"]) == set(new["outputs"])
    render(intent, out)
    assert json.loads((out / "manifest.json").read_text())["complete"] is True


def test_progress_is_told_also_where_nothing_is_to_be_done(intent: Path, out: Path):
    for _ in range(2):
        told: list[tuple[int, int]] = []
        report = render(intent, out, jobs=1, progress=lambda *step, told=told: told.append(step))
        assert told == [(8, 8)]
    assert (report.added, report.changed) == ((), ())


@pytest.mark.parametrize("limit", ["*spine1", "pod1-spine1"])
def test_limit_with_unchanged_inputs_leaves_the_manifest_as_it_is(intent: Path, out: Path, limit: str):
    render(intent, out)
    before = snapshot(out)
    render(intent, out, limit=limit)
    assert snapshot(out) == before


def test_one_device_is_looked_at_as_a_glob_for_it_would_be(intent: Path, out: Path):
    render(intent, out)
    edit(intent, "    kind:", "    mtu: 8000\n    kind:")
    for name in ("old.conf", ".frr.conf.netgen-tmp"):
        for device in ("pod1-spine1", "pod1-spine2"):
            (out / "configs" / device / name).write_text("x\n")
    report = render(intent, out, limit="pod1-spine1")
    assert set(report.changed) == {"configs/pod1-spine1/interfaces", "manifest.json"}
    assert report.foreign == ("configs/pod1-spine1/old.conf",)
    assert not (out / "configs/pod1-spine1/.frr.conf.netgen-tmp").exists()
    assert (out / "configs/pod1-spine2/.frr.conf.netgen-tmp").exists()


def test_limit_into_an_empty_folder(intent: Path, out: Path):
    report = render(intent, out, limit="pod1-spine1")
    assert {name.split("/")[1] for name in report.added if name.startswith("configs/")} == {"pod1-spine1"}
    assert json.loads((out / "manifest.json").read_text())["complete"] is False
    full = render(intent, out)
    assert "configs/pod1-spine2/frr.conf" in full.added
    assert full.pruned == ()


def test_limit_removes_only_within_itself(intent: Path, out: Path):
    render(intent, out)
    edit(intent, "hosts: 1-2", "hosts: 1-1")
    assert render(intent, out, limit="pod1-spine*").pruned == ()
    assert (out / "configs/pod1-su1-host2/interfaces").exists()
    pruned = render(intent, out, limit="pod1-su1-host*").pruned
    assert {name.rpartition("/")[0] for name in pruned} == {"configs/pod1-su1-host2"}


def test_limit_that_matches_nothing_is_an_error(intent: Path, out: Path):
    with pytest.raises(RenderError, match="called like 'spine9'; one of them is pod1-spine1"):
        render(intent, out, limit="spine9")
    assert not out.exists()


def override(repository: Path, name: str, text: str) -> None:
    path = repository / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.mark.parametrize("jobs", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_a_device_that_fails_leaves_everything_as_it_was(repository: Path, intent: Path, out: Path, jobs: int):
    render(intent, out)
    before = snapshot(out)
    edit(intent, "    kind:", "    mtu: 8000\n    kind:")
    # The hosts are rendered last: by then the switches are staged.
    override(repository, "templates/linux/sysctl.conf.j2", "{{ device.absent }}\n")
    with pytest.raises(RenderError, match=r"device pod1-su1-host1: .*templates/linux/sysctl\.conf\.j2:1: .*absent"):
        render(intent, out, jobs=jobs)
    assert snapshot(out) == before
    (repository / "templates/linux/sysctl.conf.j2").unlink()
    assert render(intent, out).changed


def test_users_template_is_used_and_outdated_overrides_are_told(repository: Path, intent: Path, out: Path):
    render(intent, out)
    digest = resources().find("templates/linux/sysctl.conf.j2").digest()
    override(repository, "templates/linux/sysctl.conf.j2", f"{{# overrides: sha256:{digest} #}}\nkernel.mine = 1\n")
    report = render(intent, out)
    assert "manifest.json" in report.changed
    assert (out / "configs/pod1-su1-host1/sysctl.conf").read_text() == "kernel.mine = 1\n"
    assert compile_intent(intent).diagnostics == ()
    override(repository, "templates/linux/sysctl.conf.j2", "kernel.mine = 1\n")
    (diagnostic,) = compile_intent(intent).diagnostics
    assert diagnostic.code == "NG701"


def test_link_in_the_place_of_a_device_is_refused(intent: Path, out: Path, tmp_path: Path):
    (tmp_path / "outside").mkdir()
    (out / "configs").mkdir(parents=True)
    (out / "configs/pod1-spine2").symlink_to(tmp_path / "outside")
    with pytest.raises(RenderError, match="configs/pod1-spine2 is a link"):
        render(intent, out)
    assert list((tmp_path / "outside").iterdir()) == []
    assert contents(out) == {}


def test_intent_with_errors_is_not_rendered(intent: Path, out: Path):
    edit(intent, "kind: rail-optimized", "kind: rail-optimised")
    with pytest.raises(RenderError, match="the intent has errors"):
        render(intent, out)
    assert not out.exists()
