"""Lossless ports against the chip's buffer: the arithmetic, the threshold by simulation, and every profile."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netgen.catalog.model import RoceProfile, SwitchModel
from netgen.cluster.buffers import BufferPlan, PortClass, headroom
from netgen.cluster.derive import derive
from netgen.device.build import build
from netgen.device.model import Switch
from netgen.diagnostics.finding import Finding
from netgen.diagnostics.model import Severity
from netgen.intent.models import Intent
from netgen.report.profiles import Row, alike, faster, page
from netgen.rules.buffers import check, fan_in
from tests.examples import at_most
from tests.rules.intents import CATALOG, RENDERER, least, widened


def plan(pool_bytes: int, alpha: Fraction) -> BufferPlan:
    return BufferPlan(2 * pool_bytes, pool_bytes, 0, None, Fraction(1), alpha, "test")


def simulated(pool: int, alpha: Fraction, groups: int) -> list[int]:
    """Fill a pool cell by cell: each group in turn takes one until it is at its threshold, as a chip does."""
    held = [0] * groups
    taking = True
    while taking:
        taking = False
        for group in range(groups):
            if held[group] < alpha * (pool - sum(held)):
                held[group] += 1
                taking = True
    return held


@settings(max_examples=at_most(60), deadline=None)
@given(st.integers(50, 1500), st.sampled_from(["1/8", "1/4", "1/2", "1", "2", "8"]), st.integers(1, 40))
def test_threshold_is_where_a_simulated_pool_comes_to_rest(pool: int, alpha: str, groups: int) -> None:
    held = simulated(pool, Fraction(alpha), groups)
    expected = plan(pool, Fraction(alpha)).threshold_bytes(groups)
    # the cells that one round takes may go beyond
    assert all(abs(one - expected) <= 1 + Fraction(alpha) for one in held), (held, expected)


def test_two_senders_fill_a_queue_with_two_thresholds_before_either_pauses() -> None:
    pool, groups = 1200, 5
    held = simulated(pool, Fraction(1), groups)
    assert held[0] + held[1] == pytest.approx(2 * plan(pool, Fraction(1)).threshold_bytes(groups), abs=4)


def test_no_pool_no_threshold() -> None:
    assert plan(-5, Fraction(1)).threshold_bytes(3) == 0


@pytest.mark.parametrize("model", CATALOG.switches.values(), ids=lambda model: model.name)
def test_what_is_published_of_a_chip_adds_up(model: SwitchModel) -> None:
    asic = model.asic
    for one in asic.partitions:
        assert asic.buffer_bytes is not None
        assert one.pool_bytes + one.headroom_bytes <= asic.buffer_bytes
        assert one.source
    known = {"headroom": asic.formula or asic.table, "pool": asic.reserve or asic.partitions}
    for what, given_ in known.items():
        assert given_ or asic.why_unknown(what)


# --- every profile on every switch -----------------------------------------------------------------------------------

WIDE = widened(CATALOG)
ROWS = list(alike(CATALOG, RENDERER.platforms))
MIXED = list(faster(CATALOG, RENDERER.platforms))
NAMES = [f"{row.model.name}-{row.platform.name}-{row.breakout}" for row in ROWS]
MIXED_NAMES = [f"{row.model.name}-{row.platform.name}-{row.breakout}-{row.uplink_breakout}" for row in MIXED]


def fabric(row: Row, **roce: Any) -> dict[str, Any]:
    """Describe a fabric that fills the switches of a row, with cables of 40 m."""
    switch = {"model": row.model.name, "platform": row.platform.name, "breakout": str(row.uplink_breakout)}
    mixed = {"breakout": str(row.breakout), "uplink-breakout": str(row.uplink_breakout)}
    base = least(row.platform.name)
    compute = {
        **base["fabrics"]["compute"],
        "leaf": switch if row.breakout == row.uplink_breakout else {**switch, **mixed},
        "spine": switch,
        "cables": {"host": "40m", "spine": "40m"},
        "pools": {"hosts": "10.0.0.0/12", "loopbacks": "10.255.0.0/18"},
        "roce": roce,
    }
    return {
        **base,
        "hosts": {"profile": f"speed-{row.breakout.speed_gbps}"},
        "pods": {"1": {"units": {1: {"hosts": f"1-{row.model.cages // 2 * row.breakout.ports}"}}}},
        "fabrics": {"compute": compute},
    }


def buffers_of(written: dict[str, Any]) -> list[Finding]:
    intent = Intent.model_validate(written)
    return list(check(intent, derive(intent, {}, WIDE, {}), RENDERER.platforms))


@pytest.mark.parametrize("profile", CATALOG.roce.values(), ids=lambda profile: profile.name)
@pytest.mark.parametrize("row", ROWS, ids=NAMES)
def test_profiles_pass_the_worst_case_or_say_with_which_fan_in(row: Row, profile: RoceProfile) -> None:
    found = buffers_of(fabric(row, profile=profile.name))
    senders = row.fan_in(profile)
    if senders is None:
        assert {f.code for f in found} == {"NG524"}
    elif senders <= row.senders:
        assert found == []
    else:
        # leaves and spines
        assert [(f.code, f.severity) for f in found] == 2 * [("NG522", weight(row))]
        assert all(f"from {senders} senders to one port on" in f.notes[1] for f in found)


@pytest.mark.parametrize("profile", CATALOG.roce.values(), ids=lambda profile: profile.name)
@pytest.mark.parametrize("row", MIXED, ids=MIXED_NAMES)
def test_profiles_pass_with_faster_uplinks_or_say_with_which_fan_in(row: Row, profile: RoceProfile) -> None:
    found = buffers_of(fabric(row, profile=profile.name))
    to_hosts = [f for f in found if f"leaf's {row.breakout.speed_gbps}G ports" in f.message]
    senders = row.fan_in(profile)
    if senders is None:
        assert {f.code for f in found} == {"NG524"}
    elif senders <= row.senders:
        assert to_hosts == []
    else:
        (late,) = to_hosts
        assert (late.code, late.severity) == ("NG522", weight(row))
        assert f"from {senders} senders to one port on" in late.notes[1]


def weight(row: Row) -> Severity:
    """How much a late marking weighs: percents say only what a threshold is at most."""
    in_percent = "fill_level_unit_bytes" in row.platform.models.get(row.model.name, {})
    return Severity.NOTE if in_percent else Severity.WARNING


def test_page_of_profiles_is_up_to_date() -> None:
    said = (Path(__file__).parents[2] / "docs/profiles.md").read_text()
    assert said == page(CATALOG, RENDERER.platforms), "python -m netgen.report.profiles > docs/profiles.md"


@pytest.mark.parametrize("row", [*ROWS, *MIXED], ids=[*NAMES, *MIXED_NAMES])
def test_only_throughput_needs_more_senders_than_congest_a_port(row: Row) -> None:
    needed = {name: row.fan_in(profile) for name, profile in CATALOG.roce.items()}
    # Junos counts in whole percents, two of which may be more than two groups hold
    most = 4 if row.platform.name == "junos" else row.senders
    assert all(senders is None or senders <= most for name, senders in needed.items() if name != "throughput")


# --- what does not fit -----------------------------------------------------------------------------------------------

STORAGE = {
    "gpu": {
        "dscp": [26],
        "traffic-class": 3,
        "queue": 3,
        "pfc-priority": 3,
        "lossless": True,
        "bandwidth": "60%",
    },
    "storage": {"dscp": [34], "traffic-class": 4, "queue": 4, "pfc-priority": 4, "lossless": True, "bandwidth": "30%"},
}


def row_of(model: str, platform: str, breakout: str) -> Row:
    return ROWS[NAMES.index(f"{model}-{platform}-{breakout}")]


def test_headroom_that_does_not_fit_is_refused_with_the_arithmetic() -> None:
    written = fabric(row_of("sn5600", "sonic", "4x200G"), classes=STORAGE)
    written["fabrics"]["compute"]["cables"] = {"host": "40m", "spine": "300m"}
    (refused,) = (finding for finding in buffers_of(written) if finding.code == "NG520")
    # 200G over 300 m as shipped; 57 KiB a port and 256 KiB for other traffic
    assert refused.message == ("headroom of a spine takes 191,889,408 B; NVIDIA Spectrum-4 has room for 143,025,152 B")
    assert refused.notes == (
        "256 ports x 2 classes x 374,784 B (200G, 300 m) = 191,889,408 B",
        "the chip has 158,229,504 B, of which it keeps 15,204,352 B for other traffic",
    )
    assert refused.path[-3:] == ("classes", "storage", "lossless")


def test_shared_headroom_may_be_exceeded_as_much_as_is_shipped() -> None:
    fits = fabric(row_of("dcs-7060x6-64pe", "eos", "2x400G"), classes=STORAGE)
    assert {finding.code for finding in buffers_of(fits)} == {"NG522"}
    fits["fabrics"]["compute"]["cables"]["spine"] = "300m"
    refused, *_ = (finding for finding in buffers_of(fits) if finding.code == "NG520")
    assert refused.notes == (
        "64 ports x 2 classes x 612,140 B (400G, 40 m) = 78,353,920 B",
        # 612,140 B and what 150 m more hold: 75,758 B, in cells four times that, rounded up to whole KiB
        "64 ports x 2 classes x 915,244 B (400G, 300 m) = 117,151,232 B",
        "the groups share 29,423,360 B of headroom, and exceed it 5.33 times at most (as SONiC's Arista-7060X6-64PE-O128S2)",  # noqa: E501 - as people read it
    )


def test_the_longest_cable_is_pointed_at_where_one_class_does_not_fit() -> None:
    written = fabric(row_of("dcs-7060x6-64pe", "eos", "2x400G"))
    written["fabrics"]["compute"]["cables"] = {"host": "5m", "spine": "2000m"}
    found = buffers_of(written)
    assert {(finding.code, finding.path) for finding in found} == {
        ("NG520", ("fabrics", "compute", "cables", "spine")),
        ("NG523", ("fabrics", "compute", "cables", "spine")),
    }


def test_a_rule_of_thumb_is_said_to_be_one() -> None:
    written = fabric(row_of("dcs-7060x6-64pe", "eos", "2x400G"))
    written["fabrics"]["compute"]["cables"]["spine"] = "151m"
    (thumb,) = buffers_of(written)
    assert (thumb.code, thumb.severity) == ("NG523", Severity.WARNING)
    assert thumb.path == ("fabrics", "compute", "cables", "spine")


def test_second_class_halves_what_each_may_hold() -> None:
    one, two = (buffers_of(fabric(row_of("sn5600", "sonic", "2x400G"), classes=c)) for c in ({}, STORAGE))
    assert one == []
    assert {finding.code for finding in two} == {"NG522"}
    assert "256 lossless groups share 36,450,816 B" in two[-1].notes[0]


@pytest.mark.parametrize(("maximum", "code"), [("55MB", "NG522"), ("56MB", "NG521")])
def test_no_queue_is_longer_than_what_one_group_may_hold(maximum: str, code: str) -> None:
    # 128 groups of 400G over 40 m leave a pool of 55,849,472 B
    ecn = {"spine": {"400G": {"min": "100KB", "max": maximum, "probability": "20%"}}}
    (found,) = buffers_of(fabric(row_of("sn5600", "sonic", "2x400G"), ecn=ecn))
    assert (found.code, found.path[-4:]) == (code, ("ecn", "spine", "400G", "max"))
    assert "865KB under `ecn: {spine: {400G" in found.advice


def test_nothing_marks_without_congestion_control() -> None:
    quiet = {"profile": "throughput", "congestion-control": "none"}
    assert buffers_of(fabric(row_of("sn5600", "sonic", "2x400G"), **quiet)) == []


def test_a_stand_in_is_a_switch_of_its_own() -> None:
    written = fabric(row_of("dcs-7060x6-64pe", "sonic", "2x400G"))
    written["fabrics"]["compute"]["exceptions"] = {
        "tt-1": {"reason": "loan", "device": "pod1-spine1", "model": "odd-sn5600"}
    }
    assert buffers_of(written) == []
    written["fabrics"]["compute"]["roce"] = {
        "ecn": {"spine": {"400G": {"min": "1MB", "max": "2MB", "probability": "1%"}}}
    }
    (found,) = buffers_of(written)
    assert "by the formula for NVIDIA Spectrum-4" in found.notes[0]


def test_faster_senders_leave_one_group_to_a_queue() -> None:
    room = headroom(400, 5, 9216, CATALOG.switches["sn5600"].asic)
    even = {"host": PortClass(64, 400, 4, 1, room), "spine": PortClass(64, 400, 4, 1, room)}
    uneven = {"host": PortClass(64, 400, 4, 1, room), "spine": PortClass(32, 800, 8, 1, room)}
    assert fan_in(even, 400) == 2
    assert (fan_in(uneven, 400), fan_in(uneven, 800)) == (1, 2)


def test_growth_within_the_capacity_shares_the_buffer_out_alike() -> None:
    written = fabric(row_of("sn5600", "sonic", "2x400G"))
    written["pods"]["1"]["capacity"] = {"hosts": 64, "units": 2}
    plans = []
    for hosts in ("1", "1-64"):
        written["pods"]["1"]["units"] = {1: {"hosts": hosts}}
        cluster = derive(Intent.model_validate(written), {}, WIDE, {})
        laid = cluster.fabrics[0]
        leaf = build(cluster, RENDERER.platforms, cluster.device_at(laid, laid.layer("leaf").first))
        assert isinstance(leaf, Switch)
        plans.append(leaf.buffers)
    assert plans[0] == plans[1] is not None
