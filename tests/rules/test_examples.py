"""The examples are what somebody would write: nothing is wrong with them, and nothing is advised against."""

from pathlib import Path

import pytest

from netgen.compile import compile_intent
from netgen.diagnostics.model import Severity

EXAMPLES = sorted((Path(__file__).parents[2] / "intent").iterdir())


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda path: path.name)
def test_validate_is_silent_on_an_example(folder: Path):
    found = [d for d in compile_intent(folder).diagnostics if d.severity is not Severity.NOTE]
    assert [(d.code, d.message) for d in found] == []
