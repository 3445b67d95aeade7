"""The main job from end to end, as a new user would do it: ``make demo``.

Each step is a command that is shown before it runs. Everything happens in a folder of its own, on this machine; labs
come down at the end, also when a step fails or somebody presses Ctrl-C.
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from netgen.compile import compile_intent
from netgen.export.lab import lab_spec
from netgen.lab import requirements
from netgen.lab.errors import LabError

EXAMPLES, FOLDER = Path("intent"), Path("out/demo")
"""Below the repository, where `make` runs."""
TRIM = 14
"""So many lines at the beginning and at the end of a long answer are shown; all of it is in a file."""

EARLIER_MARKING = """\
# Mark earlier on the leaves: one threshold, in a file of its own that merges with the others.
fabrics:
  compute:
    roce:
      ecn:
        leaf: {400G: {min: 256KB, max: 1MB, probability: 20%}}
"""


class StepFailedError(Exception):
    """A step of the demonstration did not end as it should."""


def main() -> int:
    """Run it; the exit code is 0 only if every step did what it says."""
    begun = time.monotonic()
    repository = FOLDER.resolve()
    shutil.rmtree(repository, ignore_errors=True)
    repository.mkdir(parents=True)
    shutil.copytree(EXAMPLES, repository / "intent")
    show = Show(repository)
    try:
        _switches(show)
        routers = _routers(show)
    except (StepFailedError, KeyboardInterrupt) as error:
        sys.stdout.write(f"\nThe demonstration ended early: {str(error) or 'interrupted'}\n")
        return 1
    finally:
        for cluster in ("aurora", "lab"):
            show.quietly("lab", "down", f"intent/{cluster}")
    sys.stdout.write(_summary(repository, time.monotonic() - begun, routers=routers))
    return 0


class Show:
    """Runs commands of netgen in a repository, and shows them and what they say."""

    def __init__(self, repository: Path) -> None:
        self.repository = repository
        self._steps = 0

    def title(self, text: str) -> None:
        """Begin a part."""
        sys.stdout.write(f"\n\033[1m{text}\033[0m\n" if sys.stdout.isatty() else f"\n{text}\n")
        sys.stdout.flush()

    def run(self, *arguments: str, expect: int = 0) -> str:
        """Run a command, show it and its answer, and return the answer."""
        self._steps += 1
        sys.stdout.write(f"\n$ netgen {' '.join(arguments)}\n")
        sys.stdout.flush()
        done = self._call(*arguments)
        log = self.repository / f"{self._steps:02}-{arguments[0]}.txt"
        log.write_text(done.stdout, encoding="utf-8")
        sys.stdout.write(_trimmed(done.stdout, log))
        if done.returncode != expect:
            raise StepFailedError(f"`netgen {' '.join(arguments)}` ended with {done.returncode}; {log} has all of it")
        return done.stdout

    def quietly(self, *arguments: str) -> None:
        """Run a command of which nobody needs to hear."""
        self._call(*arguments)

    def _call(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        found = [entry for entry in sys.path if entry]
        return subprocess.run(
            [sys.executable, "-m", "netgen", *arguments],
            cwd=self.repository,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(found)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )


def _switches(show: Show) -> None:
    lines = len((show.repository / "intent/aurora/cluster.yaml").read_text(encoding="utf-8").splitlines())
    show.title(f"1. A cluster of 256 GPUs on Arista switches, from {lines} lines of intent")
    show.run("topology", "intent/aurora")
    show.run("render", "intent/aurora", "-o", "rendered/aurora")
    show.title("2. A lab of it: 16 simulated EOS switches, cabled as intended, with nothing configured")
    show.run("lab", "up", "intent/aurora")
    show.run("diff", "intent/aurora", "--lab", "--summary")
    show.title("3. Apply: each device commits with a timer, is checked over a new connection, and is confirmed")
    show.run("apply", "intent/aurora", "--lab", "--yes")
    show.run("diff", "intent/aurora", "--lab")
    show.title("4. One ECN threshold changes: what is different, on which devices?")
    (show.repository / "intent/aurora/roce.yaml").write_text(EARLIER_MARKING, encoding="utf-8")
    show.run("diff", "intent/aurora", "--lab", "--out", "plan.json", "--exit-code", expect=2)
    show.run("apply", "plan.json", "--lab", "--yes")
    show.run("verify", "intent/aurora", "--lab")
    show.title("5. Somebody swaps two cables, and types a line into a switch")
    leaf, other = "pod1-su1-rail1-leaf1", "pod1-su1-rail2-leaf1"
    show.run("lab", "fault", "intent/aurora", "swap", leaf, "Ethernet1/1", other, "Ethernet1/1")
    show.run("lab", "fault", "intent/aurora", "drift", leaf, "ntp server vrf MGMT 192.0.2.1")
    show.run("verify", "intent/aurora", "--lab", "--limit", "*-leaf1", expect=1)
    show.run("diff", "intent/aurora", "--lab")
    show.run("lab", "down", "intent/aurora")


def _routers(show: Show) -> bool:
    """Do the same on real routers, where that is possible."""
    show.title("6. The same on real routers: FRR in network namespaces, hosts on every rail")
    compiled = compile_intent(show.repository / "intent/lab")
    try:
        if compiled.cluster is not None:
            requirements.check(lab_spec(compiled.cluster, compiled.platforms))
    except LabError as error:
        sys.stdout.write(f"Left out: {error}.\n")
        return False
    show.run("lab", "up", "intent/lab")
    show.run("apply", "intent/lab", "--lab", "--yes")
    show.run("verify", "intent/lab", "--lab")
    show.run("diff", "intent/lab", "--lab")
    show.run("lab", "down", "intent/lab")
    return True


def _trimmed(text: str, log: Path) -> str:
    lines = text.splitlines(keepends=True)
    if len(lines) <= 2 * TRIM + 2:
        return text
    left_out = f"    … {len(lines) - 2 * TRIM} lines more, all of it in {os.path.relpath(log)} …\n"
    return "".join([*lines[:TRIM], left_out, *lines[-TRIM:]])


def _summary(repository: Path, seconds: float, *, routers: bool) -> str:
    where = os.path.relpath(repository)
    return (
        f"\nDone in {seconds:.0f} s: rendered, applied, verified and compared again, on simulated switches"
        f"{' and on real routers' if routers else ''}. The labs are gone.\n\n"
        f"  {where}/intent/             the clusters; write yours beside them\n"
        f"  {where}/rendered/aurora/    configurations, cabling list, inventory, manifest\n"
        f"  {where}/plan.json           the plan that was approved and applied\n"
        f"  {where}/*.txt               what every command said\n"
        f"  {where}/.netgen/            what ran on each device before it was changed\n\n"
        f'Next: README.md, "Your own cluster".\n'
    )


if __name__ == "__main__":
    sys.exit(main())
