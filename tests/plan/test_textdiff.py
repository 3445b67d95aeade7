import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netgen.plan.textdiff import unified

LINES = st.lists(st.sampled_from(["a", "b", " mtu 9000", " no switchport", "!", "interface 1", "interface 2"]))
TITLES = ("old", "new")


def port(number: int, *more: str) -> list[str]:
    return [f"interface Ethernet{number}", *more, "   mtu 9000", "   speed 400g-4", "   no switchport", "!"]


def patched(before: list[str], diff: list[str]) -> list[str]:
    """Apply a unified diff, by its definition."""
    result, position = [], 0
    for line in diff[2:]:
        if line.startswith("@@"):
            start, _, count = line.split()[1][1:].partition(",")
            first = int(start) - (count != "0")
            result += before[position:first]
            position = first
        elif line[0] == "+":
            result.append(line[1:])
        else:
            assert before[position] == line[1:]
            position += 1
            result += [line[1:]] if line[0] == " " else []
    return result + before[position:]


@given(LINES, LINES)
def test_a_diff_leads_from_one_side_to_the_other(before: list[str], after: list[str]):
    diff = list(unified(before, after, TITLES))
    assert bool(diff) == (before != after)
    assert patched(before, diff) == after


def test_growth_shows_as_added_lines_only():
    before = [line for number in range(300) for line in port(number)]
    after = [line for number in range(300) for line in port(number, *(["   description new"] if number % 3 else []))]
    signs = [line[0] for line in unified(before, after, TITLES)][2:]
    assert signs.count("+") == 200
    assert "-" not in signs


def test_a_new_section_is_in_one_piece():
    before = port(1) + port(3)
    after = port(1) + port(2) + port(3)
    assert [line[1:] for line in unified(before, after, TITLES) if line[0] == "+"][1:] == port(2)


@pytest.mark.parametrize(
    ("before", "after"),
    [(port(1) + port(2), port(1) + port(2, "   x")), ([], port(1)), (port(1), []), (["a"] * 9, ["a"] * 4 + ["b"])],
)
def test_the_patch_program_reads_it(tmp_path: Path, before: list[str], after: list[str]):
    (tmp_path / "file").write_text("".join(f"{line}\n" for line in before))
    diff = "".join(f"{line}\n" for line in unified(before, after, ("a/file", "b/file")))
    command = ["git", "apply", "--unidiff-zero", "--allow-empty"]
    subprocess.run(command, input=diff, cwd=tmp_path, text=True, check=True)
    assert (tmp_path / "file").read_text().splitlines() == after
