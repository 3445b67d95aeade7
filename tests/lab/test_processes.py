"""Only processes that bear a lab's mark are killed, and all of these."""

import os
import secrets
import subprocess
import sys

import pytest

from netgen.lab import processes


@pytest.fixture
def sleeper():
    """Start processes that do nothing, with or without a mark."""
    started = []

    def start(mark=None, code="import time; print(flush=True); time.sleep(600)"):
        environment = {**os.environ, **({processes.MARK: mark} if mark else {})}
        process = subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE)
        started.append(process)
        process.said = process.stdout.readline()  # from here on the kernel shows its environment
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_strangers_are_spared(sleeper):
    identity = f"ng-{secrets.token_hex(8)}"
    mine = sleeper(identity)
    others = [sleeper(), sleeper(identity + "0"), sleeper(identity[:-1])]
    killed = processes.kill_all(identity, 60)
    assert [f"({mine.pid})" in line for line in killed] == [True]
    assert mine.wait(60) == -9
    assert [process.poll() for process in others] == [None] * 3


def test_children_inherit_the_mark(sleeper):
    identity = f"ng-{secrets.token_hex(8)}"
    code = "import os, time; child = os.fork(); child and print(child, flush=True); os.close(1); time.sleep(600)"
    parent = sleeper(identity, code)
    child = int(parent.said)
    killed = processes.kill_all(identity, 60)
    assert {line.rpartition("(")[2].rstrip(")") for line in killed} == {str(parent.pid), str(child)}


def test_nothing_to_kill_is_no_error():
    assert processes.kill_all(f"ng-{secrets.token_hex(8)}", 1) == []
