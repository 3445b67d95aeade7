"""What docs/roce.md shows is accepted, renders on every platform that has PFC, and is as it says."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from netgen.cluster.buffers import FRAME_BYTES, headroom
from netgen.device.build import build
from netgen.device.model import Switch
from netgen.render.device import render_device
from tests.rules.intents import CATALOG, RENDERER, checked, least

PAGE = (Path(__file__).parents[2] / "docs/roce.md").read_text()
SHOWN = [yaml.safe_load(block)["roce"] for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)]
NONE, LOSSY, LOSSLESS, APART = range(4)
PLACES = [
    (model.name, platform)
    for model in CATALOG.switches.values()
    for platform in model.platforms
    if model.technology == "ethernet" and RENDERER.platforms[platform].expresses["pfc"] is None
]
ADVISED = {"NG601", "NG614"}
"""What a platform cannot be told is said of every policy."""


def intent(model: str, platform: str, roce: dict[str, Any]) -> dict[str, Any]:
    written = least(platform, roce=roce)
    profile = CATALOG.switches[model]
    breakout = next(b for b in profile.breakouts if b.speed_gbps == 400)
    for role in ("leaf", "spine"):
        written["fabrics"]["compute"][role] = {"model": model, "platform": platform, "breakout": str(breakout)}
    return written


def leaf(model: str, platform: str, roce: dict[str, Any]) -> Switch:
    cluster, found = checked(intent(model, platform, roce))
    assert cluster is not None, found
    fabric = cluster.fabrics[0]
    device = build(cluster, RENDERER.platforms, cluster.device_at(fabric, fabric.layer("leaf").first))
    assert isinstance(device, Switch)
    assert all(render_device(device, RENDERER).values())
    return device


def warnings(model: str, platform: str, roce: dict[str, Any]) -> set[str]:
    found = checked(intent(model, platform, roce))[1]
    return {f.code for f in found if f.severity != "note"} - ADVISED


@pytest.mark.parametrize(("model", "platform"), PLACES)
def test_nothing_marks_without_congestion_control(model: str, platform: str) -> None:
    device = leaf(model, platform, SHOWN[NONE])
    assert [qos.ecn for qos in device.qos] == [()]
    assert warnings(model, platform, SHOWN[NONE]) == set()


@pytest.mark.parametrize(("model", "platform"), PLACES)
def test_lossy_storage_takes_no_headroom(model: str, platform: str) -> None:
    assert warnings(model, platform, SHOWN[LOSSY]) == set()
    device, alone = leaf(model, platform, SHOWN[LOSSY]), leaf(model, platform, {})
    assert device.buffers == alone.buffers
    assert [c.name for c in device.qos[0].lossless] == ["gpu"]
    assert {c.name: c.bandwidth_percent for c in device.qos[0].classes if not c.strict} == {
        "default": 10,
        "storage": 30,
        "gpu": 60,
    }


# Junos counts in whole percents of 109 MB, and takes no thresholds that small.
@pytest.mark.parametrize(("model", "platform"), [place for place in PLACES if place[1] != "junos"])
def test_lossless_storage_keeps_headroom_twice(model: str, platform: str) -> None:
    device, alone = leaf(model, platform, SHOWN[LOSSLESS]), leaf(model, platform, {})
    assert [c.name for c in device.qos[0].lossless] == ["gpu", "storage"]
    if alone.buffers is None:  # not published, and said so
        assert {f.code for f in checked(intent(model, platform, {}))[1]} >= {"NG524"}
    else:
        assert device.buffers is not None
        # on Spectrum-4 what is kept twice is not shared; on Tomahawk 5 both classes share one pool of headroom
        assert device.buffers.pool_bytes <= alone.buffers.pool_bytes
        assert (device.buffers.pool_bytes < alone.buffers.pool_bytes) == (alone.buffers.headroom_pool_bytes is None)
    assert warnings(model, platform, SHOWN[LOSSLESS]) == {"NG517"}


@pytest.mark.parametrize(("model", "platform"), PLACES)
def test_routing_protocols_get_a_class_of_their_own(model: str, platform: str) -> None:
    device = leaf(model, platform, SHOWN[APART])
    of = {dscp: c.name for c in device.qos[0].classes for dscp in c.dscp}
    assert (of[46], of[48], of[56]) == ("cnp", "control", "control")
    assert warnings(model, platform, SHOWN[APART]) == set()


def test_example_of_headroom_is_right() -> None:
    found = headroom(400, 40, FRAME_BYTES, CATALOG.switches["sn5600"].asic)
    assert f"{found.xoff_bytes:,} B." in PAGE
    assert 1_024 + 3 * 94_158 <= found.xoff_bytes < 1_024 + 3 * 94_158 + 1024


def test_classes_of_the_page_are_those_of_every_profile() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([\w ]+?)(?: \(CS7\))? \| (\d) \| (\d) \|", PAGE, re.MULTILINE)
    said = {name: ("rest" if dscp == "the rest" else [int(dscp)], int(tc), int(q)) for name, dscp, tc, q in rows}
    for profile in CATALOG.roce.values():
        assert {name: (c.dscp, c.traffic_class, c.queue) for name, c in profile.classes.items()} == said
