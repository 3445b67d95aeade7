"""The forms of a small fabric, as files: `make golden` rewrites them; read the difference before committing."""

import os
from pathlib import Path

import pytest

from tests.cli.conftest import Run, netgen, repository

__all__ = ["netgen", "repository"]

GOLDEN = Path(__file__).parent / "exports"
FORMS = {
    "lab.csv": ("lab", "cabling"),
    "lab.dot": ("lab", "graphviz"),
    "lab.clab.yml": ("lab", "containerlab"),
    "lab-topology.dot": ("lab", "ptm"),
    "lab.ibnetdiscover": ("lab", "ibnetdiscover"),
    "orion-bom.txt": ("orion", "bom"),
    "lyra-bom.csv": ("lyra", "bom", "--format", "csv"),
}


@pytest.mark.parametrize("name", FORMS)
def test_form_is_as_its_golden_file(name: str, netgen: Run):
    intent, form, *rest = FORMS[name]
    answer = netgen("export", f"intent/{intent}", "--as", form, *rest)
    assert answer.code == 0
    if os.environ.get("NETGEN_UPDATE_GOLDEN") == "1":
        GOLDEN.mkdir(exist_ok=True)
        (GOLDEN / name).write_text(answer.out)
    assert answer.out == (GOLDEN / name).read_text(), f"{name} differs: run `make golden` and read the difference"


def test_no_golden_file_is_without_its_form():
    assert sorted(path.name for path in GOLDEN.iterdir()) == sorted(FORMS)
