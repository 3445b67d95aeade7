"""Load balancing across platforms: every tier that has a choice of paths, or none."""

from typing import Any

import pytest

from netgen.diagnostics.finding import Finding
from netgen.intent.models import Intent
from netgen.platforms.model import Platform
from netgen.record import replace
from netgen.rules.run import derive_checked
from tests.rules.intents import CATALOG, RENDERER, least

PATH = ("fabrics", "compute", "load-balancing")


def able(name: str, *ways: str) -> Platform:
    platform = RENDERER.platforms[name]
    said = {way: None if way in ways else f"{name} has no {way}" for way in ("flowlet", "per-packet")}
    return replace(platform, expresses={**platform.expresses, **said})


def told(way: str, platforms: dict[str, Platform], *, spines: int = 4, **fabric: Any) -> list[Finding]:
    written = least("eos", spine="frr", **{"load-balancing": way, **fabric})
    written["fabrics"]["compute"]["spine"]["count"] = spines
    found = derive_checked(Intent.model_validate(written), {}, CATALOG, {**RENDERER.platforms, **platforms}, {})[1]
    return [finding for finding in found if finding.code == "NG612"]


@pytest.mark.parametrize("way", ["flowlet", "per-packet"])
def test_a_leaf_that_cannot_is_refused(way):
    [finding] = told(way, {"eos": able("eos")})
    assert (finding.path, finding.notes) == (PATH, (f"eos has no {way}",))
    assert finding.related == ((("fabrics", "compute", "leaf", "platform"), "the leaves"),)
    assert finding.advice == "write `load-balancing: hash`"


def test_hashing_is_known_to_all():
    assert told("hash", {"eos": able("eos"), "frr": able("frr")}) == []


def test_a_spine_with_one_path_to_every_leaf_has_nothing_to_choose():
    platforms = {"eos": able("eos", "per-packet"), "frr": able("frr")}
    assert told("per-packet", platforms) == []
    # two links to every leaf are two paths
    [finding] = told("per-packet", platforms, spines=2)
    assert finding.message == "FRR on Linux cannot balance load by packet"
    assert finding.advice == "write `load-balancing: hash`, or choose another platform for the spines"


def test_nics_that_need_packets_in_order_are_told():
    platforms = {name: able(name, "flowlet", "per-packet") for name in ("eos", "frr")}
    known = CATALOG.hosts["gb200-4x400g"]
    old = replace(known, nics={"compute": replace(known.nics["compute"], out_of_order=False)})
    catalog = replace(CATALOG, hosts={**CATALOG.hosts, old.name: old})
    for way, codes in (("hash", []), ("flowlet", []), ("per-packet", ["NG613"])):
        intent = Intent.model_validate(least("eos", **{"load-balancing": way}))
        found = derive_checked(intent, {}, catalog, {**RENDERER.platforms, **platforms}, {})[1]
        assert [(f.code, f.advice[:32]) for f in found] == [
            (code, "write `load-balancing: flowlet`,") for code in codes
        ]


def test_the_nearest_way_that_all_know_is_advised():
    platforms = {"eos": able("eos", "flowlet"), "frr": able("frr", "flowlet", "per-packet")}
    [finding] = told("per-packet", platforms, spines=2)
    assert finding.advice == "write `load-balancing: flowlet`, or choose another platform for the leaves"
