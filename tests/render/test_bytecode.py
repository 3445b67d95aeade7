import os
from pathlib import Path

import jinja2
import pytest

from netgen.render.bytecode import bytecode_cache
from netgen.render.errors import RenderError
from netgen.render.text import jinja_environment, render_template
from netgen.resources.load import Resources, resources


@pytest.fixture
def caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    monkeypatch.setattr("sys.dont_write_bytecode", False)
    return tmp_path / "caches/netgen/templates"


@pytest.fixture
def found(tmp_path: Path) -> Resources:
    template = tmp_path / "templates/own/greeting.j2"
    template.parent.mkdir(parents=True)
    template.write_text("hello {{ name | quoted }}\n")
    return resources(tmp_path)


def greet(found: Resources) -> str:
    return render_template(jinja_environment(found), "own/greeting.j2", {"name": "leaf"})


def refuse(*_: object) -> None:
    raise AssertionError("compiled anew")


def test_a_template_is_compiled_once_for_many_runs(caches: Path, found: Resources, monkeypatch: pytest.MonkeyPatch):
    assert greet(found) == "hello leaf\n"
    assert len(list(caches.iterdir())) == 1
    monkeypatch.setattr(jinja2.Environment, "_compile", refuse)
    assert greet(found) == "hello leaf\n"


def test_a_changed_template_takes_the_place_of_what_was_kept(caches: Path, found: Resources, tmp_path: Path):
    greet(found)
    (tmp_path / "templates/own/greeting.j2").write_text("bye {{ name }}\n")
    assert greet(found) == "bye leaf\n"
    assert len(list(caches.iterdir())) == 1


def test_what_is_unpacked_into_temporary_folders_takes_no_room(caches: Path, tmp_path: Path):
    for folder in ("one", "two"):
        template = tmp_path / folder / "templates/own/greeting.j2"
        template.parent.mkdir(parents=True)
        template.write_text("hello {{ name }} {{ nobody }}\n")
        with pytest.raises(RenderError, match=f"{template}:1"):
            greet(resources(tmp_path / folder))
    assert len(list(caches.iterdir())) == 1


def test_code_of_another_netgen_is_not_used(caches: Path, found: Resources, monkeypatch: pytest.MonkeyPatch):
    greet(found)
    monkeypatch.setattr("netgen.render.bytecode.digest_code", lambda: "another")
    monkeypatch.setattr(jinja2.Environment, "_compile", refuse)
    with pytest.raises(Exception, match="compiled anew"):
        greet(found)
    assert caches.is_dir()


@pytest.mark.parametrize("left", [0, 1, 12, 20, 40])
def test_what_a_crash_left_of_a_file_is_no_reason_to_fail(caches: Path, found: Resources, left: int):
    greet(found)
    (kept,) = caches.iterdir()
    whole = kept.read_bytes()
    kept.write_bytes(whole[:left] + bytes(len(whole) - left))
    assert greet(found) == "hello leaf\n"
    assert kept.read_bytes() == whole


def test_nothing_is_kept_where_byte_code_is_not_to_be_written(
    caches: Path, found: Resources, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    assert greet(found) == "hello leaf\n"
    assert not list(caches.iterdir())


def test_a_folder_that_others_can_write_to_is_not_used(caches: Path, found: Resources):
    greet(found)
    caches.chmod(0o777)
    assert bytecode_cache() is None
    assert greet(found) == "hello leaf\n"


def test_without_a_folder_templates_are_compiled_each_time(
    found: Resources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert bytecode_cache() is None
    assert greet(found) == "hello leaf\n"


def test_a_disk_that_is_full_is_no_reason_to_fail(caches: Path, found: Resources, monkeypatch: pytest.MonkeyPatch):
    def full(*_: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr("jinja2.bccache.FileSystemBytecodeCache.dump_bytecode", full)
    assert greet(found) == "hello leaf\n"
    assert not list(caches.iterdir())


def test_a_relative_place_of_caches_is_ignored(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("XDG_CACHE_HOME", "here")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert bytecode_cache() is not None
    assert (tmp_path / ".cache/netgen/templates").is_dir()
