"""The object model of NVUE takes what NVIDIA publishes and what is rendered, and refuses almost every slip of a key."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from netgen.device.model import Switch
from netgen.render.device import Renderer, make_renderer, render_device
from netgen.resources.load import resources
from tests import devices
from tests.conformance.cumulus import cumulus_problems
from tests.conformance.tree_mutation import escaped
from tests.lab_fabric import lab_fabric
from tests.render import nvue_reader

Tree = dict[str, Any]

GOLDEN = sorted((Path(__file__).parents[1] / "golden/configs").glob("*/configs/*/startup.yaml"))

QUALITY = "guide-qos"
PUBLISHED = [
    (QUALITY, "qos mapping default-global trust l3"),
    (QUALITY, "qos mapping default-global dscp 22 switch-priority 4"),
    (QUALITY, "qos mapping default-global port-default-sp 3"),
    (QUALITY, "qos remark default-global switch-priority 0 dscp 22"),
    (QUALITY, "qos link-pause my_pause_ports cable-length 50"),
    (QUALITY, "interface swp6 qos link-pause profile my_pause_ports"),
    (QUALITY, "qos pfc default-global switch-priority 0"),
    (QUALITY, "qos pfc default-global rx disable"),
    (QUALITY, "qos pfc default-global cable-length 50"),
    (QUALITY, "interface swp1 qos pfc-watchdog"),
    (QUALITY, "interface swp1 qos pfc-watchdog state disable"),
    (QUALITY, "qos pfc-watchdog polling-interval 200"),
    (QUALITY, "qos pfc-watchdog robustness 5"),
    (QUALITY, "qos congestion-control default-global traffic-class 4 min-threshold 40000"),
    (QUALITY, "qos congestion-control default-global traffic-class 0 ecn disable"),
    (QUALITY, "qos egress-queue-mapping default-global switch-priority 2 traffic-class 7"),
    (QUALITY, "qos egress-scheduler default-global traffic-class 2 bw-percent 30"),
    (QUALITY, "qos egress-scheduler default-global traffic-class 7 mode strict"),
    (QUALITY, "qos egress-shaper shaper1 traffic-class 2 max-rate 500"),
    (QUALITY, "qos egress-shaper shaper1 port-max-rate 200000"),
    (QUALITY, "interface swp1 qos egress-shaper profile shaper1"),
    (QUALITY, "interface swp5 qos remark profile network-port-group"),
    ("guide-bgp", "interface lo ip address 10.10.10.1/32"),
    ("guide-bgp", "interface bond1 bond member swp1"),
    ("guide-bgp", "bridge domain br_default vlan 10,20,30"),
    ("guide-bgp", "router bgp autonomous-system 65101"),
    ("guide-bgp", "vrf default router bgp neighbor peerlink.4094 remote-as external"),
    ("guide-bgp", "vrf default router bgp address-family ipv4-unicast redistribute connected"),
]
"""What stands behind `nv set` on NVIDIA's pages, and on which."""

FACTORY = """\
congestion-control:
  default-global:
    traffic-class:
      '0':
        ecn: enable
        max-threshold: 1500000
        min-threshold: 150000
        probability: 100
        red: disable
egress-scheduler:
  default-global:
    traffic-class:
      '0':
        bw-percent: 12
        mode: dwrr
      '1':
        bw-percent: 13
        mode: dwrr
egress-shaper: {}
mapping:
  default-global:
    pcp:
      '0':
        switch-priority: 0
    port-default-sp: 0
    trust: l2
pfc: {}
pfc-watchdog:
  polling-interval: 100
  robustness: 3
remark:
  default-global: {}
roce:
  enable: 'off'
traffic-pool:
  default-lossy:
    memory-percent: 100
    switch-priority:
      '0': {}
      '7': {}
"""
"""Of coll-dump, Playbooks-demo.md: what a switch has below `qos` by itself, rows that are alike left out."""

REFUSED = [
    # a key that there is not
    ("system/hostname", "system/host-name", "no statement here begins so"),
    ("qos/mapping/default-global/dscp", "qos/mapping/default-global/dscps", "in 'default-global'"),
    ("qos/pfc-watchdog/robustness", "qos/pfc-watchdog/count", "in 'pfc-watchdog'"),
    ("interface/swp1s0/link/fec", "interface/swp1s0/link/forward-error-correction", "in 'link'"),
    ("interface/swp1s0", "interface/Ethernet0", "'Ethernet0' in 'interface'"),
    # a key in another place
    ("qos/pfc-watchdog", "interface/swp1s0/qos/pfc-watchdog", "'polling-interval 100' in 'pfc-watchdog'"),
    ("interface/swp1s0/link/mtu", "interface/swp1s0/mtu", "in 'swp1s0'"),
    ("interface/eth0/ip/vrf", "interface/eth0/vrf", "in 'eth0'"),
    ("vrf/default/router/bgp/neighbor", "router/bgp/neighbor", "'neighbor' in 'bgp'"),
    ("router/bgp/router-id", "vrf/default/router/router-id", "in 'router'"),
    ("service/ntp/mgmt", "service/ntp", "'172.20.0.10' in 'server'"),
    ("router/adaptive-routing/enable", "router/adaptive-routing", "the end should stand in the place of 'on'"),
    # words of other releases (column "CL5.15.0 and Later" of the source `changes`)
    ("service/lldp", "system/lldp", "'lldp' in 'system'"),
    ("service/ntp/mgmt", "system/ntp", "'ntp' in 'system'"),
    ("interface/swp1s0/ip/address", "interface/swp1s0/ipv4/address", "'ipv4' in 'swp1s0'"),
    ("router/bgp/enable", "router/bgp/state", "'state on' in 'bgp'"),
    # a name that nothing defines, or that nobody uses
    ("qos/pfc/ROCE-400G-5M", "qos/pfc/ROCE-400G-3M", "'ROCE-400G-5M' is used and not defined"),
    ("qos/egress-shaper/ROCE-400G", "qos/egress-shaper/OTHER", "'OTHER' is defined and not used"),
    ("router/policy/route-map/CONNECTED", "router/policy/route-map/LOCAL", "'CONNECTED' is used and not defined"),
    ("router/policy/as-path-list/OWN", "router/policy/as-path-list/MINE", "'OWN' is used and not defined"),
    ("vrf/default/router/bgp/peer-group/SPINES", "vrf/default/router/bgp/peer-group/UP", "'SPINES' is used and not"),
    ("system/aaa/class/sudo", "system/aaa/class/su", "'sudo' is used and not defined"),
    ("service/ntp/mgmt", "service/ntp/MGMT", "no routing table 'MGMT'"),
    ("interface/swp33", "interface/swp34", "interface/swp33s0: is not there though its cage is broken out so, or the"),
    (
        "vrf/default/router/bgp/neighbor/swp33s1",
        "vrf/default/router/bgp/neighbor/swp40",
        "neighbor swp40: there is no such interface",
    ),
    (
        "service/lldp/application-tlv/udp-port/4791",
        "service/lldp/application-tlv/udp-port/4792",
        "'4791' is used and not defined",
    ),
]
"""Where something stands in the leaf, where it stands instead, and what is said of it."""

VALUES: list[tuple[str, object, str]] = [
    # of an enumeration
    ("qos/mapping/default-global/trust", "dscp", "in the place of 'dscp'"),
    ("qos/egress-scheduler/ROCE-400G/traffic-class/0/mode", "wrr", "in the place of 'wrr'"),
    ("qos/congestion-control/ROCE-400G/traffic-class/3/ecn", "on", "in the place of 'on'"),
    ("qos/pfc/ROCE-400G-5M/tx", "enabled", "in the place of 'enabled'"),
    ("interface/swp1s0/qos/pfc-watchdog/state", "enabled", "in the place of 'enabled'"),
    ("interface/swp1s0/link/speed", "425G", "in the place of '425G'"),
    ("interface/swp1s0/link/fec", "none", "in the place of 'none'"),
    ("interface/swp1s0/type", "ethernet", "in the place of 'ethernet'"),
    ("interface/swp1s0/link/auto-negotiate", True, "in the place of '<True>'"),
    ("interface/swp1s0/link/state", {"enabled": {}}, "no statement here begins so"),
    ("interface/swp33/link/breakout", {"3x": {}}, "no statement here begins so"),
    ("vrf/default/router/bgp/neighbor/swp33s0/type", "numbered", "in the place of 'numbered'"),
    ("router/adaptive-routing/enable", "yes", "in the place of 'yes'"),
    ("system/api/state", "on", "in the place of 'on'"),
    # out of a range
    ("interface/swp1s0/link/mtu", 9217, "in the place of '9217'"),
    ("qos/mapping/default-global/dscp/26/switch-priority", 8, "in the place of '8'"),
    ("qos/mapping/default-global/dscp", {"64": {"switch-priority": 0}}, "no statement here begins so"),
    ("qos/congestion-control/ROCE-400G/traffic-class/3/probability", 0, "in the place of '0'"),
    ("qos/egress-shaper/ROCE-400G/traffic-class/6/max-rate", 2_147_483_648, "in the place of '2147483648'"),
    ("qos/pfc/ROCE-400G-5M/cable-length", 0, "in the place of '0'"),
    ("qos/traffic-pool/default-lossless/memory-percent", 101, "in the place of '101'"),
    ("vrf/default/router/bgp/peer-group/SPINES/bfd/min-rx-interval", 40, "in the place of '40'"),
    ("vrf/default/router/bgp/peer-group/SPINES/bfd/detect-multiplier", 1, "in the place of '1'"),
    ("router/bgp/autonomous-system", 0, "in the place of '0'"),
    ("router/bgp/router-id", "10.0.0.256", "in the place of '10.0.0.256'"),
    ("router/bgp/autonomous-system", "65000", "in the place of \"'65000'\""),
    ("interface/eth0/ip/address", {"172.20.0.20": {}}, "no statement here begins so"),
    # a branch for a value, and the other way round
    ("system/hostname", {"a": {}}, "incomplete, <name> should follow"),
    ("qos/pfc-watchdog", 100, "the end should stand in the place of '100'"),
    ("interface/swp1s0/link/mtu", None, "in the place of '<None>'"),
    ("interface/swp1s0/link/mtu", ["9000"], "in the place of \"<['9000']>\""),
    # sums and conditions
    ("qos/egress-scheduler/ROCE-400G/traffic-class/3/bw-percent", 60, "more than 100 percent"),
    ("qos/egress-scheduler/ROCE-400G/traffic-class/6/mode", "dwrr", "a share if and only if it is weighted"),
    ("qos/congestion-control/ROCE-400G/traffic-class/3/min-threshold", 9_000_000, "ends to mark before it begins"),
    ("qos/traffic-pool/default-lossless/memory-percent", 60, "more than 100 percent"),
    ("qos/traffic-pool", {}, "there is no pool for lossless traffic"),
    ("interface/swp33s0/qos/pfc", {}, "a watchdog without PFC"),
]
"""What is said of a value that the leaf has instead of its own."""


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return make_renderer(resources())


def tree_of(device: Switch, renderer: Renderer) -> Tree:
    return nvue_reader.patch(render_device(device, renderer)["patch.json"])


@pytest.fixture(scope="module")
def text(renderer: Renderer) -> str:
    """A leaf of unnumbered links that balances load by packet."""
    device = devices.leaf(renderer.platforms["cumulus"], model="sn5600")
    device.load_balancing = "per-packet"
    return json.dumps(tree_of(device, renderer))


@pytest.fixture
def leaf(text: str) -> Tree:
    return json.loads(text)


def parent(tree: Tree, path: str, *, make: bool = False) -> tuple[Tree, str]:
    """Return what a path's last key stands in, and that key."""
    *above, key = path.split("/")
    for one in above:
        tree = tree.setdefault(one, {}) if make else tree[one]
    return tree, key


@pytest.mark.parametrize(("source", "command"), PUBLISHED)
def test_what_is_published_passes(source: str, command: str):
    *above, last = command.split()
    value = int(last) if last.isdecimal() else last

    def nested(tree: Tree) -> Tree:
        for key in reversed(above[:-1]):
            tree = {key: tree}
        return tree

    # The last word of a command is a value, or a key with nothing below it.
    found = [cumulus_problems(nested({above[-1]: one}), whole=False) for one in (value, {last: {}})]
    assert [] in found, found


def test_what_a_switch_has_by_itself_passes():
    assert cumulus_problems({"qos": yaml.safe_load(FACTORY)}) == []


def test_the_sample_of_a_whole_leaf_passes():
    assert cumulus_problems(nvue_reader.sample()) == []


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: "-".join(path.parts[-4:-1:2]))
def test_examples_conform(path: Path):
    assert cumulus_problems(nvue_reader.startup(path.read_text(encoding="utf-8"))) == []


def test_there_are_examples():
    assert {path.parts[-4] for path in GOLDEN} >= {"fornax", "gemini"}


POOLS = {"hosts": "10.0.0.0/16", "loopbacks": "10.255.0.0/24"}
FABRICS: dict[str, dict[str, object]] = {
    "unnumbered": {"roce": {"profile": "balanced"}},
    "numbered": {"roce": {"profile": "balanced"}, "pools": {**POOLS, "links": "10.128.0.0/16"}},
    "per-packet": {"roce": {"profile": "balanced"}, "load-balancing": "per-packet"},
    "no-watchdog": {"roce": {"watchdog": None, "congestion-control": "none"}},
    "svi": {"roce": {"profile": "balanced"}, "attach": "svi"},
    "bond": {"attach": "bond", "share": {"rails": 8}},
    "host-bgp": {"attach": "host-bgp", "pools": {**POOLS, "host-loopbacks": "10.254.0.0/24"}},
    "no-roce": {},
}


@pytest.mark.slow
@pytest.mark.parametrize("name", FABRICS)
@pytest.mark.parametrize(("model", "breakout"), [("sn5600", "2x400G"), ("sn5600", "1x400G"), ("sn5400", "1x400G")])
def test_every_switch_conforms(renderer: Renderer, model: str, breakout: str, name: str):
    switch = {"model": model, "platform": "cumulus", "breakout": breakout}
    fabric = lab_fabric(
        profile="hgx-h100-8x400g",
        **{"leaf": switch, "spine": {**switch, "count": 2}, **FABRICS[name]},
    )
    switches = [device for device in fabric.values() if isinstance(device, Switch)]
    assert len(switches) > 2
    for device in switches:
        assert cumulus_problems(tree_of(device, renderer)) == [], device.name


@pytest.mark.parametrize("changes", [{"unnumbered": False}, {"shared": True}, {"bonded": True}])
def test_a_leaf_by_hand_conforms(renderer: Renderer, changes: dict[str, bool]):
    device = devices.leaf(renderer.platforms["cumulus"], model="sn5600", **changes)
    assert cumulus_problems(tree_of(device, renderer)) == []


@pytest.mark.parametrize(("here", "there", "reason"), REFUSED)
def test_what_is_in_a_wrong_place_is_refused(leaf: Tree, here: str, there: str, reason: str):
    old, key = parent(leaf, here)
    moved = old.pop(key)
    new, key = parent(leaf, there, make=True)
    new[key] = moved
    assert any(reason in problem for problem in cumulus_problems(leaf)), cumulus_problems(leaf)


@pytest.mark.parametrize(("path", "value", "reason"), VALUES)
def test_what_has_a_wrong_value_is_refused(leaf: Tree, path: str, value: object, reason: str):
    above, key = parent(leaf, path)
    assert above[key] != value
    above[key] = value
    assert any(reason in problem for problem in cumulus_problems(leaf)), cumulus_problems(leaf)


def test_a_problem_names_its_line_in_the_file(renderer: Renderer):
    device = devices.leaf(renderer.platforms["cumulus"], model="sn5600")
    text = render_device(device, renderer)["startup.yaml"].replace("robustness: 2", "robustness: 0")
    number = text.splitlines().index("        robustness: 0") + 1
    assert cumulus_problems(nvue_reader.startup(text)) == [
        f"line {number}: 'robustness 0' in 'pfc-watchdog': <1..4294967295> should stand in the place of '0'"
    ]


def shared_leaf(renderer: Renderer) -> Tree:
    return tree_of(devices.leaf(renderer.platforms["cumulus"], model="sn5600", shared=True), renderer)


def numbered_leaf(renderer: Renderer) -> Tree:
    return tree_of(devices.leaf(renderer.platforms["cumulus"], model="sn5600", unnumbered=False), renderer)


@pytest.mark.slow
@pytest.mark.parametrize("make", [shared_leaf, numbered_leaf, lambda _: nvue_reader.sample()])
def test_slips_are_refused(renderer: Renderer, make: Callable[[Renderer], Tree]):
    passed, tried = escaped(make(renderer), cumulus_problems, at_most=1_000, seed=0)
    assert tried > 800
    assert len(passed) <= 0.05 * tried, passed


@pytest.mark.slow
@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: "-".join(path.parts[-4:-1:2]))
def test_slips_in_an_example_are_refused(path: Path):
    tree = nvue_reader.startup(path.read_text(encoding="utf-8"))
    passed, tried = escaped(tree, cumulus_problems, at_most=200, seed=0)
    assert tried == 200
    assert len(passed) <= 0.05 * tried, passed
