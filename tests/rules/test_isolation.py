"""Switches that exceptions cut off."""

import pytest

from tests.rules.intents import findings, least

LEAVES = [f"pod1-su1-rail{rail}-leaf1" for rail in range(1, 5)]


def shut(*ports: dict) -> list[tuple[str, tuple[str, ...]]]:
    exceptions = {f"tt-{n}": {"reason": "optics", "enabled": False, "port": port} for n, port in enumerate(ports)}
    written = least("eos", exceptions=exceptions)
    written["fabrics"]["compute"]["spine"]["count"] = 4
    found = [finding for finding in findings(written) if finding.code == "NG428"]
    assert all(finding.path == ("fabrics", "compute", "exceptions") for finding in found)
    return [(finding.message, finding.notes) for finding in found]


def test_a_leaf_without_uplinks_is_cut_off():
    ports = [{"leaf": LEAVES[0], "spine": spine} for spine in range(1, 5)]
    said = f"all 4 links between {LEAVES[0]} and the spines are shut"
    assert shut(*ports) == [(said, ("its hosts reach nobody",))]
    assert shut(*ports[:3]) == []


def test_a_spine_without_leaves_is_cut_off():
    ports = [{"leaf": leaf, "spine": 2} for leaf in LEAVES]
    assert shut(*ports) == [("all 4 links between pod1-spine2 and the leaves are shut", ("no path leads over it",))]
    assert shut(*ports[1:]) == []


@pytest.mark.parametrize("host", [1, 4])
def test_links_to_hosts_are_others(host):
    assert shut(*({"leaf": leaf, "host": host} for leaf in LEAVES)) == []
