"""A model of switch in its place: what stands in for another one must fit, and the platform must know it."""

import pytest

from netgen.catalog.model import Catalog
from netgen.intent.quantities import Breakout
from netgen.record import replace
from tests.rules.intents import CATALOG, accepted, findings, least

PLACE = ("fabrics", "compute", "exceptions", "tt-1", "model")


def stand_in(model: str, platform: str = "eos", device: str = "pod1-su1-rail1-leaf1", **fabric) -> dict:
    exceptions = {"tt-1": {"device": device, "model": model, "reason": "loan"}}
    return least(platform, exceptions=exceptions, **fabric)


def with_switch(name: str, like: str = "dcs-7060x6-64pe", **changes) -> Catalog:
    model = replace(CATALOG.switches[like], name=name, **changes)
    return Catalog({**CATALOG.switches, name: model}, CATALOG.hosts, CATALOG.roce)


@pytest.mark.parametrize(
    ("model", "codes"),
    [("dcs-7060x6-64pe", []), ("sn5600", ["NG307"]), ("linux-16x400g", ["NG307", "NG410"])],
)
def test_a_stand_in_runs_the_platform_and_divides_its_cages_alike(model, codes):
    found = findings(stand_in(model))
    assert [finding.code for finding in found] == codes
    assert all(finding.path == PLACE for finding in found)


def test_a_stand_in_has_a_port_for_every_link():
    for device, cages, codes in (
        ("pod1-su1-rail1-leaf1", 4, []),
        ("pod1-su1-rail1-leaf1", 3, ["NG403"]),
        ("pod1-spine1", 1, ["NG403"]),
    ):
        catalog = with_switch("small", cages=cages, platforms=("frr",))
        found = findings(stand_in("small", "frr", device), catalog)
        assert [finding.code for finding in found if finding.code != "NG601"] == codes


def test_uplinks_begin_at_a_cage_of_their_own():
    # 5 ports down and 5 up are 10 ports, but the uplinks begin at a cage of their own: two leaves serve a rail
    catalog = with_switch("odd", cages=5, platforms=("frr",))
    written = least("frr")
    written["fabrics"]["compute"]["leaf"]["model"] = "odd"
    written["pods"]["1"]["units"][1]["hosts"] = "1-5"
    (fabric,) = accepted(written, catalog).fabrics
    assert (fabric.plan.group, fabric.plan.down, fabric.plan.uplinks) == (2, 3, 3)


def test_a_platform_that_needs_data_of_a_model_is_asked_for_it():
    for platform, codes in (("eos", ["NG603"]), ("sonic", ["NG603"]), ("frr", [])):
        written = least(platform)
        written["fabrics"]["compute"]["leaf"]["model"] = "new"
        found = findings(written, with_switch("new"))
        assert [finding.code for finding in found if finding.code != "NG601"] == codes


def test_a_mode_that_only_the_switch_has_is_no_mode_of_sonic():
    known = CATALOG.hosts["gb200-4x400g"]
    profile = replace(known, nics={"compute": replace(known.nics["compute"], speed_gbps=100)})
    catalog = Catalog(CATALOG.switches, {**CATALOG.hosts, profile.name: profile}, CATALOG.roce)
    written = least("sonic", roce={})
    for role in ("leaf", "spine"):
        written["fabrics"]["compute"][role] |= {"model": "sn5600", "breakout": "8x100G"}
    assert Breakout(8, 100) in CATALOG.switches["sn5600"].breakouts
    [finding] = findings(written, catalog)
    assert (finding.code, finding.path) == ("NG604", ("fabrics", "compute", "leaf", "breakout"))
    assert finding.related == ((("fabrics", "compute", "spine", "breakout"), "here as well"),)


def test_headroom_is_shipped_for_the_cable_or_there_is_none():
    for length, codes in (("150m", []), ("151m", ["NG605"])):
        found = findings(least("sonic", roce={}, cables={"host": "5m", "spine": length}))
        assert [finding.code for finding in found if finding.code != "NG601"] == codes
    assert findings(least("sonic", cables={"host": "5m", "spine": "151m"})) == []
