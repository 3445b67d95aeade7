"""Members of partitions that say too little, which would open what they were to close."""

import shutil
from pathlib import Path

from netgen.compile import compile_intent
from tests.infiniband import TOP

STORAGE = "{nodes: store, hosts: 1-8, membership: full}"


def test_a_member_that_is_not_named_is_not_everybody(tmp_path: Path):
    folder = shutil.copytree(TOP / "intent/corvus", tmp_path / "corvus")
    file = folder / "partitions.yaml"
    before = file.read_text(encoding="utf-8")
    assert STORAGE in before
    file.write_text(before.replace(STORAGE, "{membership: full}"), encoding="utf-8")
    found = compile_intent(folder).diagnostics
    assert [(each.code, each.label.span.line) for each in found if each.code == "NG905"] == [
        ("NG905", before[: before.index(STORAGE)].count("\n") + 1)
    ]
