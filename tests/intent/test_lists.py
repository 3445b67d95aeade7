"""Switches that follow from their names in a list of cables."""

import pytest

from netgen.intent.lists import ListedCable, switches_by_pattern
from netgen.intent.models import Fabric

TIER = {"model": "linux-16x400g", "platform": "frr"}


def named(device: str, **naming: str) -> dict[str, dict[str, int | str]]:
    fabric = Fabric.model_validate(
        {
            "kind": "explicit",
            "leaf": TIER,
            "pools": {"hosts": "10.0.0.0/16", "loopbacks": "10.1.0.0/24"},
            "naming": naming,
        }
    )
    found = switches_by_pattern(fabric, "blue", [ListedCable("2", device, "swp1", "gpu1", "eth1")])
    assert "gpu1" not in found
    return {name: switch.model_dump(exclude_none=True) for name, switch in found.items()}


@pytest.mark.parametrize(
    ("pattern", "device", "ids"),
    [
        ("leaf{leaf}", "leaf7", {"id": 7}),
        ("leaf{leaf}", "leaf007", {"id": 7}),
        ("p{pod}-u{unit}-r{rail}-{leaf}", "p1-u2-r3-44", {"id": 44, "pod": 1, "unit": 2, "rail": 3}),
        ("{fabric}-{leaf}-{plane}", "blue-3-2", {"id": 3, "plane": 2}),
        ("l{leaf}-{leaf}", "l5-5", {"id": 5}),
    ],
)
def test_a_name_tells_what_a_switch_is(pattern, device, ids):
    assert named(device, leaf=pattern) == {device: {"name": device, "role": "leaf", **ids}}


@pytest.mark.parametrize(
    ("pattern", "device"),
    [
        ("leaf{leaf}", "leaf0"),
        ("leaf{leaf}", "leaf"),
        ("leaf{leaf}", "leaf99999"),
        ("leaf{leaf}", "xleaf1"),
        ("leaf{leaf}x", "leaf1-x"),
        ("l{leaf}-{leaf}", "l5-6"),
        ("{fabric}-{leaf}", "red-3"),
        ("-{leaf}", "-3"),
        ("leaf{leaf", "leaf3"),
        ("leaf{pod}", "leaf3"),
    ],
)
def test_other_names_are_no_switches(pattern, device):
    assert named(device, leaf=pattern) == {}


def test_roles_have_patterns_of_their_own():
    assert named("s4", leaf="l{leaf}", spine="s{spine}") == {"s4": {"name": "s4", "role": "spine", "id": 4}}
