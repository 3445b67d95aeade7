"""Runs of `netgen render` that something comes in the way of."""

import os
import signal
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

from netgen.render.errors import RenderError
from tests.render.repository import TOP, contents, edit, render, snapshot


def test_inputs_that_change_under_way_are_noticed(intent: Path, out: Path):
    class Meddler(ThreadPoolExecutor):
        def submit(self, *arguments, **options):
            with (intent / "cluster.yaml").open("a") as stream:
                stream.write("# changed\n")
            return super().submit(*arguments, **options)

    with Meddler(1) as executor, pytest.raises(RenderError, match="changed while it was rendered"):
        render(intent, out, executor=executor)
    assert contents(out) == {}


def test_process_that_dies_is_told_of(intent: Path, out: Path):
    class Dying(ThreadPoolExecutor):
        def submit(self, *arguments, **options):
            future = Future()
            future.set_exception(BrokenProcessPool())
            return future

    with Dying(1) as executor, pytest.raises(RenderError, match="ended from outside"):
        render(intent, out, executor=executor)


@pytest.mark.slow
def test_interrupt_ends_quietly_and_leaves_nothing(intent: Path, out: Path):
    render(intent, out)
    before = snapshot(out)
    edit(intent, "    kind:", "    mtu: 8000\n    kind:")
    program = (
        "import os, signal, sys, time\n"
        "from pathlib import Path\n"
        "from netgen.compile import compile_intent\n"
        "from netgen.render import run\n"
        "def merge(parts):\n"
        "    next(parts)\n"
        "    os.killpg(0, signal.SIGINT)\n"
        "    while True: time.sleep(0.01)  # another thread may take the signal, and be late\n"
        "run._merge = merge\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell starts what is in the background without\n"
        "intent, out = map(Path, sys.argv[1:])\n"
        "try:\n"
        "    run.render(intent, compile_intent(intent), out, jobs=2)\n"
        "except KeyboardInterrupt:\n"
        "    print('interrupted')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, intent, out],
        env={**os.environ, "PYTHONPATH": str(TOP)},
        start_new_session=True,
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )
    assert (done.stdout, done.stderr) == ("interrupted\n", "")
    assert snapshot(out) == before


def killed(intent: Path, out: Path, when: str) -> None:
    """Render in a process that is killed when it comes to a function of `netgen.render.run`."""
    program = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from netgen.compile import compile_intent\n"
        "from netgen.render import run\n"
        "def die(*_): os.kill(os.getpid(), signal.SIGKILL)\n"
        f"run.{when} = die\n"
        "intent, out = map(Path, sys.argv[1:])\n"
        "run.render(intent, compile_intent(intent), out)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(TOP)}
    ended = subprocess.run([sys.executable, "-c", program, intent, out], env=environment, check=False)
    assert ended.returncode == -signal.SIGKILL


@pytest.mark.slow
def test_killed_run_leaves_whole_files_and_the_next_cleans_up(intent: Path, out: Path):
    render(intent, out)
    before = contents(out)
    edit(intent, "    kind:", "    mtu: 8000\n    kind:")
    killed(intent, out, "commit")
    left = contents(out)
    assert {name: data for name, data in left.items() if name in before} == before
    assert all(name.endswith(".netgen-tmp") for name in set(left) - set(before))
    assert set(left) - set(before)
    assert render(intent, out, check=True).foreign == ()
    report = render(intent, out)
    assert report.foreign == ()
    assert set(contents(out)) == set(before)
    assert b"8000" in contents(out)["configs/pod1-spine1/interfaces"]


@pytest.mark.slow
@pytest.mark.parametrize("when", ["commit", "commit_folders"])
def test_first_run_that_is_killed_leaves_no_device_and_the_next_begins_anew(intent: Path, out: Path, when: str):
    killed(intent, out, when)
    assert {path.name for path in out.iterdir()} - {"inventory", "cabling.csv"} <= {
        ".configs.netgen-tmp",
        ".cabling.csv.netgen-tmp",
        ".manifest.json.netgen-tmp",
    }
    (out / ".configs.netgen-tmp/gone").mkdir()
    assert render(intent, out, check=True).foreign == ()
    assert render(intent, out).foreign == ()
    assert not [path for path in out.rglob("*") if "netgen-tmp" in path.name]
    assert render(intent, out, check=True).stale == ()
