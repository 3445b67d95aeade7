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


@pytest.mark.parametrize(
    ("folder", "files"),
    [
        ("templates", "*/platform.yaml"),
        ("netgen/catalog", "switches/*.yaml"),
        ("netgen/catalog", "hosts/*.yaml"),
        ("intent", "*/*.yaml"),
    ],
)
def test_all_that_there_is_to_choose_from_is_named(folder: str, files: str):
    there = {
        path.parent.name if path.parent.parent.name == folder else path.stem for path in (ROOT / folder).glob(files)
    }
    assert there
    assert {name for name in there if f"`{name}`" not in README} == set()


def test_the_pages_of_docs_are_named():
    there = {path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").glob("*.md")}
    assert {name for name in there if f"]({name})" not in README} == set()


def test_the_difference_is_of_what_is_rendered():
    """What stood there before is the example's, line for line."""
    shown_lines = shown("diff intent/aurora --lab --out plan.json").splitlines()
    first = next(number for number, line in enumerate(shown_lines) if line.startswith("@@")) + 1
    hunk = [line for line in shown_lines[first : first + 8] if not line.startswith("+")]
    before = "\n".join(line[1:] for line in hunk)
    rendered = (ROOT / "tests/golden/configs/aurora/configs/pod1-su1-rail1-leaf1/eos.cfg").read_text(encoding="utf-8")
    assert len(hunk) == 7
    assert f"{before}\n" in rendered
