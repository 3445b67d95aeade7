"""Cables between racks against the lengths that headroom is kept for."""

from typing import Any

import pytest

from netgen.diagnostics.finding import Finding
from netgen.intent.models import Intent, InventoryRow
from netgen.rules.run import derive_checked
from tests.rules.intents import CATALOG, RENDERER, least

FAR = {"pod1-spine1": "A80", "pod1-su1-rail1-leaf1": "A1/U40", "pod1-su1-rail2-leaf1": "A70/U40"}


def told(racks: dict[str, str], **fabric: Any) -> list[Finding]:
    given = Intent.model_validate(least("eos", **{"roce": {"profile": "balanced"}, **fabric}))
    rows = {name: InventoryRow(name=name, rack=rack) for name, rack in racks.items()}
    cluster, findings = derive_checked(given, rows, CATALOG, RENDERER.platforms, {})
    assert cluster is not None, findings
    return [finding for finding in findings if finding.code == "NG525"]


def test_the_longest_of_a_kind_is_named_and_what_it_needs():
    (finding,) = told(FAR)
    assert finding.path == ("fabrics", "compute", "cables", "spine")
    # up 2 units and 42 units and half a metre twice, 79 racks of 0.6 m along, half a metre at each end
    assert "longer by the racks of both ends, up to 51.4m from pod1-su1-rail1-leaf1 to pod1-spine1" in finding.message
    assert finding.advice is not None
    assert "spine: 52m" in finding.advice


@pytest.mark.parametrize(
    "fabric",
    [
        {"cables": {"host": "5m", "spine": "52m"}},
        # without lossless classes no headroom is kept
        {"roce": None},
    ],
)
def test_nothing_is_said_where_the_length_does_or_does_not_matter(fabric: dict[str, Any]):
    assert told(FAR, **fabric) == []


@pytest.mark.parametrize("missing", sorted(FAR))
def test_a_place_that_is_not_known_has_no_length(missing: str):
    near = {name: rack if name != missing else "somewhere" for name, rack in FAR.items()}
    # the leaf in rack 70 is near enough to the spine in rack 80
    assert bool(told(near)) == (missing == "pod1-su1-rail2-leaf1")


def test_hosts_are_held_against_the_length_of_their_own_links():
    (finding,) = told({"pod1-su1-host2": "B9", "pod1-su1-rail1-leaf1": "A1", "pod1-su1-rail2-leaf1": "A1"})
    assert finding.path == ("fabrics", "compute", "cables", "host")
    assert finding.message.startswith("2 cables are longer")
