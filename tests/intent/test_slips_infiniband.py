"""A slip of the pen in what the intent says of InfiniBand: one finding, there, and never a traceback."""

import re
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netgen.compile import compile_intent
from netgen.diagnostics.model import Diagnostic
from tests.examples import at_most
from tests.infiniband import TOP
from tests.intent.test_mutations import JUNK, judge

CORVUS = TOP / "intent/corvus"
LINES = (CORVUS / "partitions.yaml").read_text(encoding="utf-8").splitlines()
KEYS = [(number, match) for number, line in enumerate(LINES) for match in re.finditer(r"[a-z][a-z-]+(?=:( |$))", line)]
# with another name, it would be another fabric
KEYS = [(number, match) for number, match in KEYS if match.group() != "compute"]
VALUES = [(number, match) for number, line in enumerate(LINES) for match in re.finditer(r"(?<=: )[^\[{},]+", line)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("slips") / "corvus"
    shutil.copytree(CORVUS, copy)
    return copy


def findings(folder: Path, number: int, match: re.Match[str], text: str) -> tuple[Diagnostic, ...]:
    line = LINES[number]
    changed = [*LINES[:number], line[: match.start()] + text + line[match.end() :], *LINES[number + 1 :]]
    (folder / "partitions.yaml").write_text("\n".join(changed) + "\n", encoding="utf-8")
    return compile_intent(folder).diagnostics


def test_the_intent_is_valid(folder: Path):
    number, match = KEYS[0]
    assert not [one for one in findings(folder, number, match, match.group()) if one.severity.value == "error"]


@pytest.mark.slow
@settings(max_examples=at_most(60))
@given(st.sampled_from(KEYS), st.sampled_from(["x", "memberz", "membership-"]))
def test_misspelt_key(folder: Path, key: tuple[int, re.Match[str]], slip: str):
    judge(findings(folder, *key, slip), key[0], key[0])


@pytest.mark.slow
@settings(max_examples=at_most(60))
@given(st.sampled_from(VALUES), st.sampled_from(JUNK))
def test_changed_value(folder: Path, value: tuple[int, re.Match[str]], junk: str):
    judge(findings(folder, *value, junk), value[0], value[0] + 1)
