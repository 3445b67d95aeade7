"""Rendering where no folder is shared: a Dask scheduler with two workers, each a process with a folder of its own."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from typer.testing import CliRunner

from netgen.cli.app import app
from netgen.compile import compile_intent
from netgen.render import bundle as bundles
from netgen.render.bundle import Bundle, pack, unpack
from netgen.render.errors import RenderError
from netgen.render.run import render
from netgen.resources.load import resources

TOP = Path(__file__).parents[2]
WAIT_S = 180


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def intent(tmp_path: Path) -> Path:
    """An intent in a repository that has a template of its own."""
    folder = tmp_path / "repository/intent/lab"
    shutil.copytree(TOP / "intent/lab", folder)
    own = tmp_path / "repository/templates/linux/sysctl.conf.j2"
    own.parent.mkdir(parents=True)
    digest = resources().find("templates/linux/sysctl.conf.j2").digest()
    own.write_text(f"{{# overrides: sha256:{digest} #}}\nkernel.mine = 1\n")
    return folder


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[str]:
    """The address of a scheduler with two workers, on this machine alone."""
    file = tmp_path / "scheduler.json"
    environment = {**os.environ, "PYTHONPATH": str(TOP), "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False"}
    common = ["--host", "127.0.0.1", "--scheduler-file", str(file)]
    program = [sys.executable, "-m", "distributed.cli.dask_scheduler", *common, "--port", "0", "--no-dashboard"]
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", *common, "--no-nanny", "--no-dashboard"]
    started: list[subprocess.Popen[bytes]] = []
    try:
        started.append(_start(program, tmp_path / "s", environment))
        _wait_until(lambda: _is_whole(file))
        for name in ("a", "b"):
            started.append(_start([*worker, "--nthreads", "1", "--name", name], tmp_path / name, environment))  # noqa: PERF401 - what has started is ended, whatever becomes of the next
        from distributed import Client

        with Client(scheduler_file=str(file), timeout=WAIT_S, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=WAIT_S)
            yield client.scheduler.address.removeprefix("tcp://")
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait(WAIT_S)


def _start(program: list[str], folder: Path, environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    folder.mkdir()
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(program, cwd=folder, env=environment, stdout=log, stderr=log)


def _is_whole(file: Path) -> bool:
    """Whether the scheduler has written all of its file: who reads it tries for a tenth of a second only."""
    try:
        return bool(json.loads(file.read_text()))
    except (FileNotFoundError, ValueError):
        return False


def _wait_until(there) -> None:
    until = time.monotonic() + WAIT_S
    while not there():
        assert time.monotonic() < until
        time.sleep(0.1)


@pytest.mark.slow
def test_workers_of_dask_render_the_same_bytes(intent: Path, tmp_path: Path, scheduler: str):
    render(intent, compile_intent(intent), tmp_path / "here", jobs=1)
    arguments = ["render", str(intent), "--out", str(tmp_path / "there"), "--executor", f"dask://{scheduler}"]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    assert contents(tmp_path / "there") == contents(tmp_path / "here")
    assert contents(tmp_path / "there")["configs/pod1-su1-host1/sysctl.conf"] == b"kernel.mine = 1\n"


def test_any_executor_renders_the_same_bytes_and_progress_is_told(intent: Path, tmp_path: Path):
    render(intent, compile_intent(intent), tmp_path / "here", jobs=1)
    seen: list[tuple[int, int]] = []
    with ThreadPoolExecutor(2) as executor:
        render(
            intent,
            compile_intent(intent),
            tmp_path / "there",
            executor=executor,
            progress=lambda done, total: seen.append((done, total)),
        )
    assert contents(tmp_path / "there") == contents(tmp_path / "here")
    assert seen
    assert seen[-1][0] == seen[-1][1] == len(list((tmp_path / "here/configs").iterdir()))


def test_a_bundle_holds_the_intent_and_what_is_the_repositorys_own(intent: Path):
    names = {name for name, _ in pack(intent, compile_intent(intent)).files}
    assert names == {f"intent/lab/{path.name}" for path in intent.iterdir()} | {"templates/linux/sysctl.conf.j2"}


def test_another_netgen_does_not_render(intent: Path, monkeypatch: pytest.MonkeyPatch):
    bundle = pack(intent, compile_intent(intent))
    monkeypatch.setattr(bundles, "digest_code", lambda: "another")
    with pytest.raises(RenderError, match="a worker has another netgen"):
        unpack(bundle)


@pytest.mark.parametrize("name", ["../outside", "/etc/outside", "intent/../../outside"])
def test_a_bundle_does_not_leave_its_folder(intent: Path, name: str):
    bundle = pack(intent, compile_intent(intent))
    with pytest.raises(RenderError, match="leads out of it"):
        unpack(Bundle(bundle.code, bundle.intent, (*bundle.files, (name, b"x"))))


@pytest.mark.parametrize(
    ("address", "words"), [("ray://x:1", "is none: it is dask://"), ("dask://127.0.0.1:1", "no Dask scheduler answers")]
)
def test_what_is_no_scheduler_is_said(
    intent: Path, tmp_path: Path, address: str, words: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("netgen.cli.executor.CONNECT_S", 1)
    done = CliRunner().invoke(app, ["render", str(intent), "--out", str(tmp_path / "out"), "--executor", address])
    assert done.exit_code == 2
    assert words in done.output
    assert not (tmp_path / "out").exists()
