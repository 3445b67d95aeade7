"""What two ends of a link do not have in common: one thing changed at one end, one difference."""

from collections.abc import Callable
from typing import Any

import pytest

from netgen.device.build import build
from netgen.device.model import Switch
from netgen.record import replace
from netgen.rules.ends import End, differences
from tests.rules.intents import RENDERER, accepted, least

PLATFORMS = RENDERER.platforms


def cluster_devices(written: dict[str, Any]) -> dict[str, Any]:
    cluster = accepted(written)
    return {ref.name: build(cluster, PLATFORMS, ref) for ref in cluster.refs()}


def ends(*, links: str = "unnumbered", leaf: str = "eos", spine: str = "sonic") -> tuple[End, End]:
    """Both ends of a link between a leaf and a spine."""
    pools = {"hosts": "10.0.0.0/16", "loopbacks": "10.255.0.0/24", "links": links}
    devices = cluster_devices(least(leaf, spine=spine, roce={}, pools=pools))
    device = devices["pod1-su1-rail1-leaf1"]
    port = next(port for port in device.ports if port.peer_device == "pod1-spine1")
    far = devices["pod1-spine1"]
    far_port = next(one for one in far.ports if one.name == port.peer_port)
    found = tuple(End(device, port, PLATFORMS[device.platform]) for device, port in ((device, port), (far, far_port)))
    return found[0], found[1]


def policy(change: Callable) -> Callable[[End], None]:
    def changed(end: End) -> None:
        assert end.port.qos is not None
        classes = tuple(change(c) if c.name == "gpu" else c for c in end.port.qos.classes)
        end.port.qos = replace(end.port.qos, classes=classes)

    return changed


def setting(**values: object) -> Callable[[End], None]:
    def changed(end: End) -> None:
        for name, value in values.items():
            setattr(end.port, name, value)

    return changed


def without_bfd(end: End) -> None:
    assert isinstance(end.device, Switch)
    end.device.bgp.groups = tuple(replace(group, bfd=False) for group in end.device.bgp.groups)


CHANGES = {
    "speed": (setting(speed_gbps=800, lanes=8), ["NG411"]),
    "mtu": (setting(mtu_bytes=1500), ["NG416"]),
    "fec": (setting(fec="none"), ["NG425"]),
    "autoneg": (setting(autoneg=True), ["NG425"]),
    "lanes": (setting(lanes=8), ["NG426"]),
    "unnumbered": (setting(unnumbered=False, ipv4=1), ["NG425"]),
    "bfd": (without_bfd, ["NG425"]),
    "priority": (policy(lambda c: replace(c, pfc_priority=4)), ["NG531"]),
    "lossy": (policy(lambda c: replace(c, pfc_priority=None)), ["NG531"]),
    "code point": (policy(lambda c: replace(c, dscp=(24,))), ["NG531"]),
    "no policy": (setting(qos=None), ["NG531"]),
    "description": (setting(description="x"), []),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("side", [0, 1])
def test_what_differs_is_named(change, side):
    both = ends()
    assert list(differences(*both)) == []
    make, codes = CHANGES[change]
    make(both[side])
    found = list(differences(*both))
    assert [difference.code.code for difference in found] == codes or (
        # the speed of a lane differs with that of the port
        change == "speed" and [d.code.code for d in found] == ["NG411", "NG426"]
    )


@pytest.mark.parametrize("values", [{"ipv4": 7}, {"ipv4": 0x0A800000}, {"ipv4": None}, {"ipv4_length": 30}])
def test_numbered_ends_have_the_addresses_of_one_prefix(values):
    both = ends(links="10.128.0.0/24")
    assert list(differences(*both)) == []
    setting(**values)(both[0])
    [difference] = differences(*both)
    assert difference.said == "the addresses of the leaf (Arista EOS) and the spine (SONiC) are not two of one subnet"


def test_hosts_of_a_vlan_are_in_the_subnet_of_its_gateway():
    devices = cluster_devices(least("eos", attach="svi"))
    leaf, host = devices["pod1-su1-rail1-leaf1"], devices["pod1-su1-host2"]
    ends = End(leaf, leaf.ports[1], PLATFORMS["eos"]), End(host, host.ports[0], PLATFORMS["linux"])
    assert list(differences(*ends)) == []
    host.ports[0].ipv4 = leaf.svis[0].ipv4
    assert [difference.code.code for difference in differences(*ends)] == ["NG425"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda c: replace(c, pfc_priority=4), "pauses priority 3, the host (Linux host) pauses priority 4"),
        (lambda c: replace(c, pfc_priority=None), "pauses priority 3, the host (Linux host) pauses nothing"),
        (
            lambda c: replace(c, dscp=(24,)),
            "maps DSCP 26 to priority 3, the host (Linux host) maps DSCP 24 to priority 3",
        ),
        (lambda c: replace(c, queue=5, traffic_class=5), None),
    ],
    ids=["priority", "lossy", "code point", "numbers of its own"],
)
def test_a_nic_is_read_in_its_own_numbers(change, said):
    devices = cluster_devices(least("eos", roce={}))
    leaf, host = devices["pod1-su1-rail1-leaf1"], devices["pod1-su1-host2"]
    ends = End(leaf, leaf.ports[1], PLATFORMS["eos"]), End(host, host.ports[0], PLATFORMS["linux"])
    assert list(differences(*ends)) == []
    policy(change)(ends[1])
    told = [difference.said.removeprefix("the leaf (Arista EOS) ") for difference in differences(*ends)]
    assert told == ([] if said is None else [said])
    # settings that others make are not known
    silent = {**PLATFORMS["linux"].expresses, "pfc": "others do", "dscp-map": "others do"}
    assert list(differences(ends[0], replace(ends[1], platform=replace(PLATFORMS["linux"], expresses=silent)))) == []


def test_what_a_platform_leaves_out_is_not_there():
    both = ends()
    lacking = replace(both[1].platform, expresses={**both[1].platform.expresses, "pfc": "no PFC", "bfd": "no BFD"})
    found = list(differences(both[0], replace(both[1], platform=lacking)))
    assert [(d.code.code, d.reasons) for d in found] == [("NG425", ("no BFD",)), ("NG531", ("no PFC",))]
    assert found[1].said == "the leaf (Arista EOS) pauses priority 3, the spine (SONiC) pauses nothing"
    # and at neither end, it is equal
    neither = [replace(end, platform=lacking) for end in both]
    assert list(differences(*neither)) == []


@pytest.mark.parametrize("name", [name for name, one in PLATFORMS.items() if one.expresses.get("pfc", "") is None])
def test_what_goes_over_the_wire_is_heard_by_every_platform_that_pauses(name):
    """A platform that took another number for the priority would have to say which, to be compared."""
    platform = PLATFORMS[name]
    assert platform.expresses["dscp-map"] is None
    for number in ("class.dscp", "class.pfc-priority"):
        assert isinstance(platform.effects[number], tuple), number
