"""What the simulated switch makes of an AS path."""

import pytest

from netgen.lab.eos.policy import as_path_expression


@pytest.mark.parametrize(
    ("expression", "as_path", "matches"),
    [
        ("^$", (), True),
        ("^$", (65001,), False),
        ("^[1-4294967295]$", (4_201_000_000,), True),
        ("^[1-4294967295]$", (), False),
        ("^[1-4294967295]$", (65001, 65002), False),
        ("^[64512-65534]$", (65001,), True),
        ("^[64512-65534]$", (4_201_000_000,), False),
        ("_[64512-65534]_", (174, 65001, 3356), True),
        ("_[64512-65534]_", (174, 650010), False),
        ("^[0-9]+$", (65001,), True),
        ("_65001_", (165001,), False),
    ],
)
def test_an_expression_finds_what_eos_finds(expression: str, as_path: tuple[int, ...], matches: bool):
    found = as_path_expression(expression, as_path).search(" ".join(map(str, as_path)))
    assert (found is not None) is matches
