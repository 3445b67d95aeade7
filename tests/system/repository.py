"""A user's repository in a folder of its own, and the `netgen` command run in it as the user would."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
MARK = "NETGEN_TEST_RUN"
"""Variable that every process has that `Repository.start` has led to."""
COMMAND_S = 900
SSH_S = 180


@dataclass
class Repository:
    """Everything that a command may touch lies below `top`: the repository, the home folder, temporary files."""

    top: Path
    environment: dict[str, str] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    """All that any command has said."""

    def __post_init__(self) -> None:
        for folder in (self.path, self.home, self.temporary):
            folder.mkdir(parents=True)

    @property
    def path(self) -> Path:
        return self.top / "repository"

    @property
    def home(self) -> Path:
        return self.top / "home"

    @property
    def temporary(self) -> Path:
        return self.top / "tmp"

    def write(self, name: str, text: str) -> Path:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def variables(self) -> dict[str, str]:
        return {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "HOME": str(self.home),
            "TMPDIR": str(self.temporary),
            **self.environment,
        }

    def netgen(self, *arguments: str, expect: int | None = 0) -> subprocess.CompletedProcess[str]:
        """Run the command to its end; whatever a user does, no traceback comes of it."""
        done = subprocess.run(
            [sys.executable, "-P", "-m", "netgen", *arguments],
            cwd=self.path,
            env=self.variables(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=COMMAND_S,
            check=False,
        )
        self.said += [done.stdout, done.stderr]
        words = f"netgen {' '.join(arguments)}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stdout + done.stderr, words
        assert expect is None or done.returncode == expect, words
        return done

    def data(self, *arguments: str, expect: int | None = 0) -> Any:
        """Run the command and return the JSON that it answers."""
        return json.loads(self.netgen(*arguments, "--format", "json", expect=expect).stdout)

    def start(self, *arguments: str, mark: str) -> "subprocess.Popen[bytes]":
        """Start the command and leave it running; `marked` finds what has come of it."""
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "netgen", *arguments],
            cwd=self.path,
            env={**self.variables(), MARK: mark},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


def changed_lines(plan: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the lines that a plan's JSON says would change, by device; none of a device that is as intended."""
    return {
        device["device"]: [
            line for line in device["diff"] if line[:1] in ("+", "-") and not line.startswith(("+++ ", "--- "))
        ]
        for device in plan["devices"]
        if device["diff"]
    }


def statuses(plan: Mapping[str, Any]) -> dict[str, str]:
    return {device["device"]: device["status"] for device in plan["devices"]}


def problems(report: Mapping[str, Any]) -> list[str]:
    """Return what a verification's JSON says is wrong, a line each."""
    return [f"{p['device']} {p['check']} {p['port']}: {p['message']}" for p in report["problems"]]


def marked(mark: str) -> list[str]:
    """Return the processes with a mark that still run."""
    wanted = f"{MARK}={mark}".encode()
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                if wanted in (folder / "environ").read_bytes().split(b"\0"):
                    found.append(f"{folder.name} {(folder / 'cmdline').read_bytes().decode().replace(chr(0), ' ')}")
            except OSError:
                continue  # it has ended meanwhile
    return found
