"""Did you mean."""

import pytest

from netgen.diagnostics.suggest import closest, did_you_mean, listing

KEYS = ["cluster", "pods", "fabrics", "traffic-class", "queue", "os_version"]


@pytest.mark.parametrize(
    ("word", "nearest"),
    [
        ("clutser", "cluster"),
        ("pod", "pods"),
        ("Traffic_Class", "traffic-class"),
        ("os-version", "os_version"),
        ("xyzzy", None),
    ],
)
def test_closest(word, nearest):
    assert closest(word, KEYS) == nearest


def test_advice():
    assert did_you_mean("podz", KEYS) == "did you mean `pods`?"
    assert did_you_mean("xyzzy", ["b", "a"]) == "choose one of `a`, `b`"
    assert did_you_mean("xyzzy", []) == ""


def test_a_long_list_is_counted():
    assert listing("abcde", most=3) == "`a`, `b`, `c` and 2 more"
