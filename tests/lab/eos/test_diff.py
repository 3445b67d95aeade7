"""The on-box difference: applying it leads from one configuration to the other."""

import re

from hypothesis import given
from hypothesis import strategies as st

from netgen.lab.eos.diff import unified

_HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_LINES = st.lists(
    st.sampled_from(["!", "a", "b", "   mtu 1", "   mtu 2", "      x", "interface 1", "EOF"]), max_size=40
)


def patched(old: list[str], diff: str) -> list[str]:
    """Apply a unified diff as patch(1) does, refusing where it does not fit."""
    new: list[str] = []
    at = 0
    lines = diff.splitlines()[2:]
    while lines:
        found = _HUNK.fullmatch(lines.pop(0))
        assert found
        old_start, old_length = int(found[1]), int(found[2] or 1)
        new_start, new_length = int(found[3]), int(found[4] or 1)
        start = old_start - 1 if old_length else old_start
        new.extend(old[at:start])
        at = start
        assert len(new) == (new_start - 1 if new_length else new_start)
        while lines and not lines[0].startswith("@@"):
            sign, text = lines[0][0], lines.pop(0)[1:]
            if sign != "+":
                assert old[at] == text
                at += 1
            if sign != "-":
                new.append(text)
        assert at == start + old_length
    return new + old[at:]


@given(_LINES, _LINES)
def test_patching_the_old_with_the_difference_gives_the_new(old: list[str], new: list[str]):
    diff = unified(old, new, "old", "new")
    assert (patched(old, diff) if diff else old) == new
    assert bool(diff) == (old != new)


def test_the_same_line_of_another_section_is_no_match():
    old = ["interface 1", "   mtu 9214", "!", "interface 2", "   mtu 9214", "!"]
    new = ["interface 2", "   mtu 9214", "!"]
    assert unified(old, new, "a", "b").splitlines()[3:] == [
        "-interface 1",
        "-   mtu 9214",
        "-!",
        " interface 2",
        "   mtu 9214".replace("   ", "    ", 1),
        " !",
    ]


def test_changes_far_apart_are_hunks_of_their_own_with_three_lines_around():
    old = [f"line {n}" for n in range(20)]
    new = [*old]
    new[2], new[15] = "two", "fifteen"
    diff = unified(old, new, "a", "b").splitlines()
    assert [line for line in diff if line.startswith("@@")] == ["@@ -1,6 +1,6 @@", "@@ -13,7 +13,7 @@"]
