"""Broken intents and what people are told about them.

Each folder ``errors/<code>-<slug>/`` holds `case.yaml`, a small edit of a valid intent, and
`expected.txt`, the whole report. `make golden` rewrites the reports; read them before committing.

A case says:

``base``
    Folder of ``errors/bases`` that is copied; without it the intent folder starts empty.
``edits``
    List of ``{file, replace, by}``; `replace` stands exactly once in the file.
``files``, ``bytes``, ``links``, ``repeat``
    Files to add, by name: as text, as hexadecimal bytes, as the target of a symbolic link,
    as ``[text, times]``.
``at``
    What the text begins with at which the first finding points; empty for the end of a line or file,
    absent where there is no place to point at.
``times``
    How many findings the mistake has, if it is about more than one thing.
``also``
    Codes of further findings, in order; a warning of the base itself is not repeated.
``kind``
    Of the mistake, if it is one of the network's: one of `KINDS`.
"""

import os
import shutil
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from netgen.compile import compile_intent
from netgen.diagnostics.codes.registry import all_codes
from netgen.diagnostics.human import render
from netgen.diagnostics.model import Diagnostic

ROOT = Path(__file__).parents[2]
ERRORS = Path(__file__).parent / "errors"
BASES = ERRORS / "bases"
CASES = sorted(path.parent for path in ERRORS.glob("*/case.yaml"))
UPDATE = os.environ.get("NETGEN_UPDATE_GOLDEN") == "1"
MOST_PER_CODE = 3
# What these say follows from two intents, not from a broken one: tests/plan/test_offline.py shows them.
COMPARED = {"NG490", "NG491", "NG492", "NG493"}
# What these say needs a platform of another kind: tests/rules/test_expression.py and test_effects.py make some.
UNREACHED = {"NG611"}
KINDS = ("qos", "buffer", "mtu", "breakout", "routing", "addressing")
FEWEST_FAULTS = 80


@dataclass(frozen=True, slots=True)
class Case:
    base: str | None = None
    edits: tuple[Mapping[str, str], ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    bytes: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    repeat: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    at: str | None = None
    times: int = 1
    also: tuple[str, ...] = ()
    kind: str = ""


def prepare(case: Case, folder: Path) -> None:
    """Write the broken intent."""
    folder.mkdir(parents=True)
    if case.base is not None:
        shutil.copytree(BASES / case.base, folder, dirs_exist_ok=True)
    for edit in case.edits:
        file = folder / edit["file"]
        text = file.read_text(encoding="utf-8")
        assert text.count(edit["replace"]) == 1, f"{edit['replace']!r} does not stand exactly once in {edit['file']}"
        file.write_text(text.replace(edit["replace"], edit["by"]), encoding="utf-8")
    contents = {name: text.encode() for name, text in case.files.items()}
    contents |= {name: bytes.fromhex(digits) for name, digits in case.bytes.items()}
    contents |= {name: text.encode() * times for name, (text, times) in case.repeat.items()}
    for name, content in contents.items():
        assert not (folder / name).exists()
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    for name, target in case.links.items():
        (folder / name).symlink_to(target)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.name)
def test_broken_intent(path, tmp_path, monkeypatch):
    case = Case(**(yaml.load((path / "case.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader) or {}))
    # so that the report names the files as somebody in their own repository would see them
    monkeypatch.chdir(tmp_path)
    folder = Path("intent/pod")
    prepare(case, folder)
    diagnostics = compile_intent(folder).diagnostics
    report = render(diagnostics).replace(f"{tmp_path}/", "").replace(str(ROOT), "<netgen>")
    if UPDATE:
        (path / "expected.txt").write_text(report, encoding="utf-8")
    assert report == (path / "expected.txt").read_text(encoding="utf-8")
    code = path.name.partition("-")[0]
    meant = [diagnostic for diagnostic in diagnostics if diagnostic.code == code]
    assert [diagnostic.code for diagnostic in diagnostics if diagnostic not in meant] == [*case.also]
    assert len(meant) == case.times
    assert text_at(meant[0]).startswith(case.at or "")
    assert (case.at is None) == (meant[0].label is None)
    assert case.at != "" or text_at(meant[0]) == ""


def text_at(diagnostic: Diagnostic) -> str:
    """The rest of the line that a finding points at, as the file has it."""
    if diagnostic.label is None:
        return ""
    span = diagnostic.label.span
    if not span.file.is_file():
        return ""
    # not decoded by the code under test, and some cases are about bytes that cannot be
    lines = span.file.read_bytes().decode("utf-8", errors="replace").split("\n")
    return lines[span.line - 1].rstrip("\r")[span.column - 1 :]


@pytest.mark.parametrize("base", sorted(path.name for path in BASES.iterdir()))
def test_bases_are_valid(base):
    assert compile_intent(BASES / base).diagnostics == ()


def test_every_code_is_shown_and_none_more_than_thrice():
    shown = Counter(path.name.partition("-")[0] for path in CASES)
    assert set(shown) == set(all_codes()) - COMPARED - UNREACHED
    assert max(shown.values()) <= MOST_PER_CODE


def test_every_kind_of_fault_is_planted_often():
    kinds = Counter((yaml.load((path / "case.yaml").read_text(), yaml.CSafeLoader) or {}).get("kind") for path in CASES)
    assert {kind for kind in kinds if kind} == set(KINDS)
    assert sum(kinds[kind] for kind in KINDS) >= FEWEST_FAULTS, kinds


def test_no_report_is_left_over():
    assert {path.parent for path in ERRORS.glob("*/expected.txt")} == set(CASES)
