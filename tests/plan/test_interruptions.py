"""What a change interrupts: by the platform's patterns of changed lines."""

import pytest

from netgen.device.model import Switch
from netgen.plan.interruptions import interruptions
from netgen.platforms.load import load_platforms
from netgen.record import replace
from netgen.render.device import render_device
from netgen.resources.load import resources
from tests.contract.test_platforms import every_sample, renderer, samples

PLATFORMS = load_platforms(resources())
EOS = "interrupts traffic: another speed, breakout or FEC takes the links of its cage down"


@pytest.mark.parametrize(
    ("diff", "said"),
    [
        ([], ()),
        (["@@ -1,3 +1,3 @@", " interface Ethernet1/1", "-   speed 800g-8", "+   speed 400g-4"], (EOS,)),
        (["-   speed 800g-8"], (EOS,)),
        (["    speed 800g-8", "+   description speed 800g"], ()),
        (["--- speed 800g-8", "+++ speed 400g-4"], ()),
    ],
)
def test_changed_lines_alone_are_looked_at(diff, said):
    assert interruptions(PLATFORMS["eos"], diff) == said


def test_each_kind_of_change_is_said_once():
    apply = replace(PLATFORMS["eos"].apply, bounces={"a": ("x", "y"), "b": ("z",), "c": ("x|z",)})
    platform = replace(PLATFORMS["eos"], apply=apply)
    assert interruptions(platform, ["+x", "+ y"]) == ("interrupts traffic: a", "interrupts traffic: c")
    assert interruptions(platform, ["+xy"]) == ()


@pytest.mark.parametrize("name", PLATFORMS)
def test_every_pattern_is_of_a_line_that_the_platform_has(name):
    """A pattern that matches nothing would let a change pass as harmless."""
    platform = PLATFORMS[name]
    devices = list(every_sample(platform))
    for way in ("flowlet", "per-packet"):
        balanced = [device for device in samples(platform) if isinstance(device, Switch)]
        for device in balanced:
            device.load_balancing = way
        devices += balanced
    whole = [device for device in samples(platform) if isinstance(device, Switch)]
    for device in whole:
        device.ports = [replace(port, breakout=1, lanes=8) for port in device.ports if port.subport == 0]
        device.bgp.neighbors = [one for one in device.bgp.neighbors if one.port in {port.name for port in device.ports}]
    devices += whole
    rendered = {
        line.strip()
        for device in devices
        for text in render_device(device, renderer()).values()
        for line in text.splitlines()
    }
    for patterns in platform.apply.bounces.values():
        for pattern in patterns:
            shown = replace(platform.apply, bounces={"it": (pattern,)})
            changes = [f"+{line}" for line in rendered]
            assert interruptions(replace(platform, apply=shown), changes), pattern
