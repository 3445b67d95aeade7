"""What the README shows is what netgen says."""

import re
from pathlib import Path

import pytest

from tests.cli.conftest import ROOT, Run

README = (ROOT / "README.md").read_text(encoding="utf-8")


def shown(command: str) -> str:
    """What stands below a command, up to the next one."""
    found = re.search(rf"^\$ netgen {re.escape(command)}\n(.*?)(?=^\n?\$ |^```)", README, re.MULTILINE | re.DOTALL)
    assert found is not None, f"the README shows no `netgen {command}`"
    return found[1].strip("\n")


def test_the_intent_is_the_example():
    written = (ROOT / "intent/aurora/cluster.yaml").read_text(encoding="utf-8")
    comment, _, rest = written.partition("\n")
    assert comment.startswith("#")
    assert f"```yaml\n{rest}```" in README


def test_the_topology(netgen: Run):
    assert netgen("topology", "intent/aurora").out.strip("\n") == shown("topology intent/aurora")


def test_the_render(netgen: Run):
    command = "render intent/aurora -o rendered/aurora"
    assert netgen(*command.split()).err.splitlines()[-1] == shown(command)


def test_the_mistake(repository: Path, netgen: Run):
    path = repository / "intent/aurora/cluster.yaml"
    path.write_text(path.read_text().replace("    cables:", "    oversubscribtion: 2:1\n    cables:"))
    assert netgen("validate", "intent/aurora").out.startswith(shown("validate intent/aurora") + "\n")


@pytest.mark.parametrize("line", re.findall(r"^netgen (.+?)(?: +#.*)?$", README, re.MULTILINE))
def test_every_command_of_ones_own_cluster_exists(netgen: Run, line: str):
    words = line.split(" && ", maxsplit=1)[0].split()
    assert netgen(*words[: 2 if words[0] == "lab" else 1], "--help").code == 0
