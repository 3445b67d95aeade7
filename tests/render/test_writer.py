import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from netgen.render.errors import RenderError
from netgen.render.output import check_name, open_folder, open_output
from netgen.render.reading import files, read
from netgen.render.writer import (
    State,
    commit,
    commit_folders,
    compare,
    forget_top,
    open_top,
    prune,
    put_all,
    stage,
    sweep,
)


@pytest.fixture
def root(out: Path) -> Iterator[int]:
    with open_output(out, create=True) as descriptor:
        yield descriptor


def put(root: int, name: str, data: bytes) -> State:
    state = stage(root, name, data)
    if state is not State.UNCHANGED:
        commit(root, name)
    return state


def test_file_is_added_then_left_alone_then_changed(root: int, out: Path):
    path = out / "configs/leaf1/eos.cfg"
    assert put(root, "configs/leaf1/eos.cfg", b"one\n") is State.ADDED
    os.utime(path, ns=(1, 1))
    before = path.stat()
    assert put(root, "configs/leaf1/eos.cfg", b"one\n") is State.UNCHANGED
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == (before.st_mtime_ns, before.st_ino)
    assert put(root, "configs/leaf1/eos.cfg", b"two\n") is State.CHANGED
    assert path.read_bytes() == b"two\n"
    assert list((out / "configs/leaf1").iterdir()) == [path]


def test_compare_writes_nothing(root: int, out: Path):
    assert compare(root, "configs/leaf1/eos.cfg", b"one\n") is State.ADDED
    assert list(out.iterdir()) == []


def test_staged_file_is_not_seen_before_commit(root: int, out: Path):
    put(root, "configs/leaf1/eos.cfg", b"one\n")
    stage(root, "configs/leaf1/eos.cfg", b"two\n")
    assert (out / "configs/leaf1/eos.cfg").read_bytes() == b"one\n"


@pytest.mark.parametrize(
    "name",
    [
        "../x",
        "configs/../../x",
        "/etc/passwd",
        "configs//x",
        "configs/./x",
        "configs/.x",
        "",
        "configs/",
        "configs/LEAF1/eos.cfg",
        "configs/lea\N{CYRILLIC SMALL LETTER IE}f/x",
        "configs/a\nb",
        "configs/a\n",
        "configs/" + "a" * 129,
        "-x",
    ],
)
def test_names_that_leave_hide_or_collide_are_refused(root: int, out: Path, name: str):
    for action in (lambda: stage(root, name, b"x"), lambda: prune(root, name), lambda: read(root, name)):
        with pytest.raises(RenderError, match="not the name of a file that netgen writes"):
            action()
    assert list(out.iterdir()) == []


def test_link_in_the_place_of_a_folder_is_refused(root: int, out: Path, tmp_path: Path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "eos.cfg").write_bytes(b"theirs\n")
    (out / "configs").mkdir()
    (out / "configs/leaf1").symlink_to(outside)
    for action in (
        lambda: stage(root, "configs/leaf1/eos.cfg", b"x"),
        lambda: commit(root, "configs/leaf1/eos.cfg"),
        lambda: prune(root, "configs/leaf1/eos.cfg"),
    ):
        with pytest.raises(RenderError, match="configs/leaf1 is a link"):
            action()
    assert (outside / "eos.cfg").read_bytes() == b"theirs\n"
    assert [path.name for path in outside.iterdir()] == ["eos.cfg"]


def test_link_in_the_place_of_a_file_is_refused(root: int, out: Path, tmp_path: Path):
    (tmp_path / "victim").write_bytes(b"theirs\n")
    (out / "configs").mkdir()
    (out / "configs/eos.cfg").symlink_to(tmp_path / "victim")
    with pytest.raises(RenderError, match="not a plain file"):
        stage(root, "configs/eos.cfg", b"x")
    prune(root, "configs/eos.cfg")
    assert (tmp_path / "victim").read_bytes() == b"theirs\n"


@pytest.mark.parametrize("kind", ["link", "hard link"])
def test_link_in_the_place_of_the_temporary_file_is_not_written_through(
    root: int, out: Path, tmp_path: Path, kind: str
):
    victim = tmp_path / "victim"
    victim.write_bytes(b"theirs\n")
    (out / "configs").mkdir()
    temporary = out / "configs/.eos.cfg.netgen-tmp"
    if kind == "link":
        temporary.symlink_to(victim)
    else:
        temporary.hardlink_to(victim)
    put(root, "configs/eos.cfg", b"x")
    assert victim.read_bytes() == b"theirs\n"
    assert (out / "configs/eos.cfg").read_bytes() == b"x"


def test_hard_link_in_the_place_of_a_file_is_replaced_not_written_through(root: int, out: Path, tmp_path: Path):
    victim = tmp_path / "victim"
    victim.write_bytes(b"theirs\n")
    (out / "configs").mkdir()
    (out / "configs/eos.cfg").hardlink_to(victim)
    put(root, "configs/eos.cfg", b"x")
    assert victim.read_bytes() == b"theirs\n"


def test_what_is_no_plain_file_is_refused_without_waiting(root: int, out: Path):
    (out / "configs").mkdir()
    os.mkfifo(out / "configs/fifo")
    (out / "configs/folder").mkdir()
    (out / "inventory").write_bytes(b"")
    for name in ("configs/fifo", "configs/folder"):
        with pytest.raises(RenderError, match="not a plain file"):
            stage(root, name, b"x")
    with pytest.raises(RenderError, match="inventory is a link or a file"):
        stage(root, "inventory/hosts.yaml", b"x")


def test_prune_removes_the_file_and_folders_left_empty(root: int, out: Path):
    put(root, "configs/leaf1/eos.cfg", b"x")
    put(root, "configs/leaf2/eos.cfg", b"x")
    (out / "configs/leaf2/notes.txt").write_text("mine")
    prune(root, "configs/leaf1/eos.cfg")
    prune(root, "configs/leaf2/eos.cfg")
    prune(root, "configs/absent/eos.cfg")
    assert list(files(root, "configs")) == ["configs/leaf2/notes.txt"]
    assert not (out / "configs/leaf1").exists()


def test_prune_of_what_is_absent_never_reaches_the_working_directory(root: int, tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "eos.cfg").write_bytes(b"theirs\n")
    prune(root, "configs/absent/eos.cfg")
    with pytest.raises(RenderError):
        commit(root, "configs/absent/eos.cfg")
    assert (tmp_path / "eos.cfg").read_bytes() == b"theirs\n"


def test_sweep_removes_what_a_killed_run_left(root: int, out: Path):
    put(root, "configs/leaf1/eos.cfg", b"x")
    stage(root, "configs/leaf1/eos.cfg", b"y")
    stage(root, "configs/leaf2/eos.cfg", b"y")
    stage(root, "manifest.json", b"y")
    sweep(root, "configs")
    assert list(files(root, "configs")) == ["configs/leaf1/eos.cfg"]
    assert sorted(path.name for path in out.iterdir()) == ["configs"]
    assert (out / "configs/leaf1/eos.cfg").read_bytes() == b"x"
    assert not (out / "configs/leaf2").exists()


def put_folder(root: int, contents: dict[str, bytes], *, check: bool = False) -> dict[str, State] | None:
    with open_folder(root, ["configs"], create=True), open_top(root, "configs", create=True) as top:
        return put_all(top, "configs/leaf1", contents, check=check)


def put_first(root: int, device: str, *, check: bool = False) -> dict[str, State] | None:
    with open_top(root, "configs", create=not check) as top:
        return put_all(top, f"configs/{device}", {"a": b"x"}, check=check)


def test_new_folder_is_not_seen_before_it_is_committed_whole(root: int, out: Path):
    assert put_folder(root, {"a": b"x", "b": b"y"}, check=True) == {"a": State.ADDED, "b": State.ADDED}
    assert list((out / "configs").iterdir()) == []
    assert put_folder(root, {"a": b"x", "b": b"y"}) is None
    assert not (out / "configs/leaf1").exists()
    commit_folders(root, "configs", ["leaf1"])
    assert list(files(root, "configs")) == ["configs/leaf1/a", "configs/leaf1/b"]
    assert put_folder(root, {"a": b"x", "b": b"z"}) == {"a": State.UNCHANGED, "b": State.CHANGED}


def test_new_folder_that_a_killed_run_left_is_swept_or_written_anew(root: int, out: Path):
    put_folder(root, {"a": b"x", "b": b"y"})
    (out / "configs/.leaf2.netgen-tmp").mkdir()
    put_folder(root, {"a": b"z"})
    commit_folders(root, "configs", ["leaf1"])
    assert [path.name for path in (out / "configs/leaf1").iterdir()] == ["a"]
    sweep(root, "configs")
    assert [path.name for path in (out / "configs").iterdir()] == ["leaf1"]


def test_first_devices_are_not_seen_before_all_are_committed_at_once(root: int, out: Path):
    assert put_first(root, "leaf1", check=True) == {"a": State.ADDED}
    assert list(out.iterdir()) == []
    assert put_first(root, "leaf1") is put_first(root, "leaf2") is None
    assert not (out / "configs").exists()
    commit_folders(root, "configs", ["leaf1", "leaf2"])
    assert list(files(root, "configs")) == ["configs/leaf1/a", "configs/leaf2/a"]
    assert [path.name for path in out.iterdir()] == ["configs"]


@pytest.mark.parametrize("clean", [forget_top, sweep])
def test_first_devices_that_a_killed_run_left_are_forgotten(root: int, out: Path, tmp_path: Path, clean):
    put_first(root, "leaf1")
    clean(root, "configs")
    assert list(out.iterdir()) == []
    clean(root, "configs")
    (out / ".configs.netgen-tmp").symlink_to(tmp_path)
    clean(root, "configs")
    assert list(out.iterdir()) == []
    assert tmp_path.is_dir()


def test_link_in_the_place_of_a_new_folder_is_not_written_through(root: int, out: Path, tmp_path: Path):
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/theirs").write_bytes(b"x")
    (out / "configs").mkdir()
    (out / "configs/.leaf1.netgen-tmp").symlink_to(tmp_path / "outside")
    put_folder(root, {"a": b"x"})
    assert [path.name for path in (tmp_path / "outside").iterdir()] == ["theirs"]
    (out / "configs/leaf1").symlink_to(tmp_path / "outside")
    with pytest.raises(RenderError, match="configs/leaf1 cannot be written"):
        commit_folders(root, "configs", ["leaf1"])
    with pytest.raises(RenderError, match="configs/leaf1 is a link"):
        put_folder(root, {"a": b"x"})
    assert [path.name for path in (tmp_path / "outside").iterdir()] == ["theirs"]


def test_walk_does_not_follow_links(root: int, out: Path, tmp_path: Path):
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/file").write_bytes(b"x")
    (out / "configs").mkdir()
    (out / "configs/leaf1").symlink_to(tmp_path / "outside")
    assert list(files(root, "configs", "absent")) == ["configs/leaf1"]


def test_two_runs_do_not_write_to_one_folder(out: Path):
    with (
        open_output(out, create=True, lock=True),
        pytest.raises(RenderError, match="another netgen is writing"),
        open_output(out, lock=True),
    ):
        pass
    with open_output(out, lock=True):
        pass


def test_folder_that_is_a_file_is_refused(tmp_path: Path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(RenderError, match="cannot be used"), open_output(tmp_path / "file", create=True):
        pass
    with pytest.raises(RenderError, match="cannot be used"), open_output(tmp_path / "absent"):
        pass


def test_descriptors_are_closed(root: int):
    before = len(list(Path("/proc/self/fd").iterdir()))
    put(root, "configs/leaf1/eos.cfg", b"x")
    compare(root, "configs/absent/eos.cfg", b"x")
    with pytest.raises(RenderError):
        read(root, "configs/leaf1")
    list(files(root, "configs"))
    prune(root, "configs/leaf1/eos.cfg")
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_good_names_pass():
    check_name("configs/pod1-su2-rail3-leaf1/eos.cfg")
