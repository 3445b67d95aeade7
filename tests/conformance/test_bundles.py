"""Bundles of ports conform on every switch platform, and what is wrong with one is refused."""

from collections.abc import Callable

import pytest

from netgen.device.model import Switch
from netgen.render.device import Renderer, make_renderer, render_device
from netgen.resources.load import resources
from tests import devices
from tests.conformance.cumulus import cumulus_problems
from tests.conformance.junos import junos_problems
from tests.conformance.nxos import nxos_problems
from tests.render import nvue_reader

MODELS = {"nxos": "nexus-9364e-sg2", "junos": "qfx5240-64od", "cumulus": "sn5600"}
FILES = {"nxos": "nxos.cfg", "junos": "junos.conf", "cumulus": "patch.json"}
READERS: dict[str, Callable[[str], list[str]]] = {
    "nxos": nxos_problems,
    "junos": junos_problems,
    "cumulus": lambda text: cumulus_problems(nvue_reader.patch(text)),
}
MEMBER = "  switchport access vlan 101\n  spanning-tree port type edge\n  mtu 9216\n  channel-group"
WRONG = [
    ("nxos", "feature lacp\n", "", "feature lacp"),
    ("nxos", "interface port-channel2\n", "interface port-channel3\n", "there is no port-channel2"),
    ("nxos", "channel-group 1 mode active", "channel-group 1 mode fast", "channel-group"),
    ("nxos", "  lacp rate fast\n", "  lacp timer fast\n", "lacp timer fast"),
    ("nxos", MEMBER, "  channel-group", "differ in mtu 9216, switchport access vlan 101"),
    ("junos", "device-count 2;", "device-count 1;", "ae1 is not created"),
    ("junos", "802.3ad ae1;", "802.3ad ae7;", "'ae7' is used and not defined"),
    ("junos", "periodic fast;", "periodic quick;", "quick"),
    ("junos", "        ether-options {\n", "        mtu 9014;\n        ether-options {\n", "of its own"),
    ("cumulus", '"lacp-rate": "fast"', '"lacp-rate": "quick"', "quick"),
    ("cumulus", '"swp2s0": {},', '"swp1s0": {},', "is of bond1 already"),
    ("cumulus", '"swp2s0": {},', '"swp9s0": {},', "is no port"),
]


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return make_renderer(resources())


def leaf(platform: str, renderer: Renderer) -> Switch:
    device = devices.leaf(renderer.platforms[platform], model=MODELS[platform], bonded=True)
    device.native = []  # not the platform's words
    return device


@pytest.mark.parametrize("platform", READERS)
def test_a_leaf_of_bundles_conforms(platform: str, renderer: Renderer) -> None:
    text = render_device(leaf(platform, renderer), renderer)[FILES[platform]]
    assert READERS[platform](text) == []


@pytest.mark.parametrize(("platform", "right", "wrong", "reason"), WRONG)
def test_what_is_wrong_with_a_bundle_is_refused(
    platform: str, right: str, wrong: str, reason: str, renderer: Renderer
) -> None:
    text = render_device(leaf(platform, renderer), renderer)[FILES[platform]]
    before, found, after = text.partition(right)
    assert found
    problems = READERS[platform](before + wrong + after)
    assert any(reason in problem for problem in problems), problems
