"""docs/rules.md speaks of codes and tests that there are."""

import re
from pathlib import Path

from netgen.diagnostics.codes.registry import all_codes

TOP = Path(__file__).parents[2]
PAGE = (TOP / "docs/rules.md").read_text(encoding="utf-8")


def test_every_code_of_the_page_exists():
    assert set(re.findall(r"NG\d+", PAGE)) <= set(all_codes())


def test_every_test_of_the_page_exists():
    named = re.findall(r"`(tests/[^`]+)`", PAGE)
    assert named
    assert [path for path in named if not (TOP / path).exists()] == []


def test_every_code_of_quality_of_service_is_in_a_rule():
    due = {code for code in all_codes() if code.startswith("NG5")}
    # a policy that protects nothing, and failure detection that is faster than the watchdog, are advice
    assert due - set(re.findall(r"NG\d+", PAGE)) <= {"NG513", "NG515"}
