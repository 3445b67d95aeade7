"""Warnings about policies that work and may hurt."""

import pytest

from tests.rules.intents import findings, least


def codes(roce: dict, **fabric) -> list[str]:
    return [finding.code for finding in findings(least("eos", roce=roce, **fabric))]


@pytest.mark.parametrize(
    ("dscp", "strict", "expected"),
    [
        ([46], True, ["NG516"]),
        ([46], {"cap": "10%"}, []),
        ([49], True, []),
        ([49, 10], True, ["NG516"]),
    ],
)
def test_a_strict_class_without_a_ceiling_carries_control_traffic_only(dscp, strict, expected):
    assert codes({"classes": {"x": {"dscp": dscp, "traffic-class": 4, "queue": 4, "strict": strict}}}) == expected


def test_lossless_classes_are_counted():
    def more(count: int) -> dict:
        numbers = range(1, count + 1)
        return {
            f"x{n}": {"dscp": [n], "traffic-class": n, "queue": n, "pfc-priority": n, "lossless": True} for n in numbers
        }

    assert codes({"classes": more(0)}) == []
    assert codes({"classes": more(1)}) == ["NG517"]
    assert codes({"classes": more(2)}) == ["NG512"]


def test_a_small_mtu_is_found_wherever_it_is_said():
    assert codes({}, mtu=1500) == ["NG514"]
    written = least("eos", roce={})
    written["hosts"]["mtu"] = 1500
    for role in ("leaf", "spine"):
        written["fabrics"]["compute"][role]["mtu"] = 1500
    assert [finding.code for finding in findings(written)] == ["NG514"]


def test_ends_that_differ_are_not_called_small_as_well():
    written = least("eos", roce={})
    written["hosts"]["mtu"] = 1500
    assert [finding.code for finding in findings(written)] == ["NG416"]
