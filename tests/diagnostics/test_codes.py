"""The registry: unique, in its hundred, documented, and the page current."""

import re
from pathlib import Path

import pytest

from netgen.diagnostics.codes.registry import MODULES, all_codes, of_module
from netgen.diagnostics.page import page

ROOT = Path(__file__).parents[2]
EVERY = [code for _, _, module in MODULES for code in of_module(module)]


def test_codes_are_unique():
    assert len(EVERY) == len(all_codes())


def test_titles_are_unique():
    assert len({code.title for code in EVERY}) == len(EVERY)


@pytest.mark.parametrize(("hundred", "module"), [(hundred, module) for hundred, _, module in MODULES])
def test_codes_stay_in_their_hundred(hundred, module):
    assert all(re.fullmatch(f"NG{hundred}[0-9]{{2}}", code.code) for code in of_module(module))


@pytest.mark.parametrize("code", EVERY, ids=str)
def test_every_code_says_what_it_means(code):
    assert code.title
    assert code.explanation
    assert code.example.strip()


def test_page_is_current():
    """If this fails: python -m netgen.diagnostics.page > docs/diagnostics.md."""
    assert (ROOT / "docs" / "diagnostics.md").read_text(encoding="utf-8") == page()


def test_anchor_of_a_diagnostic_is_a_heading_of_the_page():
    headings = {line.removeprefix("### ").lower() for line in page().splitlines() if line.startswith("### ")}
    for code in EVERY:
        anchor = code.at(None, "message").documentation.partition("#")[2]
        assert anchor in headings


def test_a_users_code_has_no_page_of_ours():
    diagnostic = EVERY[0].at(None, "message")
    assert type(diagnostic)("acme/X1", diagnostic.severity, "message").documentation == ""
