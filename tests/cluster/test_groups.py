"""Dragonflies as devices: what exceptions do to links between equals, and other ways to attach hosts."""

from typing import Any

import pytest

from netgen.cluster.model import Cluster
from netgen.device.build import devices
from netgen.device.model import ACROSS, Host, PortRole, Switch
from netgen.device.text import ipv4
from tests.cluster.test_growth import PLATFORMS, ends_agree, only_adds
from tests.rules.intents import accepted, findings, least


def written(groups: str = "1-3", **fabric: Any) -> dict[str, Any]:
    """Describe groups of four routers with two global links each, and two hosts of four NICs a group."""
    given = least("eos")
    compute = given["fabrics"]["compute"]
    router = {**compute.pop("leaf"), "count": 4, "uplinks": 2}
    del compute["spine"]
    given["pods"] = {"1": {"units": {groups: {"hosts": "1-2"}}, "capacity": {"units": 9}}}
    pools = {"hosts": "10.0.0.0/16", "loopbacks": "10.255.0.0/24", "links": "10.64.0.0/20"}
    cables = {"host": "3m", "local": "3m", "global": "40m"}
    compute |= {"kind": "dragonfly", "router": router, "pools": pools, "cables": cables, **fabric}
    return given


def build(cluster: Cluster) -> dict[str, Switch | Host]:
    return {device.name: device for device in devices(cluster, PLATFORMS)}


def peers(device: Switch | Host, role: PortRole) -> list[str | None]:
    return [port.peer_device for port in device.ports if port.role is role]


def test_ports_to_groups_that_are_not_built_are_kept_free() -> None:
    router = build(accepted(written()))["pod1-group1-router1"]
    # the palmtree of nine groups: global ports 0 and 1 of router 1 go to groups 9 and 8
    assert peers(router, PortRole.GLOBAL) == []
    assert len(peers(router, PortRole.RESERVED)) == 2
    last = build(accepted(written()))["pod1-group1-router4"]
    assert peers(last, PortRole.GLOBAL) == ["pod1-group3-router1", "pod1-group2-router1"]
    assert sorted(filter(None, peers(last, PortRole.LOCAL))) == [f"pod1-group1-router{n}" for n in (1, 2, 3)]


def test_growth_by_groups_only_adds() -> None:
    only_adds(build(accepted(written("1-2"))), build(accepted(written("1-9"))))


def swap(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    return written(exceptions={"tt-1": {"reason": "laid so", "port": one, "swapped-with": other}})


def test_a_swap_of_global_cables_moves_both_ends_and_their_addresses() -> None:
    one, other = "pod1-group1-router4", "pod1-group2-router4"
    before = build(accepted(written()))
    after = build(
        accepted(swap({"switch": one, "to": "pod1-group2-router1"}, {"switch": other, "to": "pod1-group3-router1"}))
    )
    assert peers(after[one], PortRole.GLOBAL) == ["pod1-group3-router1", "pod1-group3-router1"]
    assert peers(after[other], PortRole.GLOBAL) != peers(before[other], PortRole.GLOBAL)
    ends_agree(after)
    links = {}
    for device in after.values():
        for port in device.ports:
            if port.role in ACROSS and port.ipv4 is not None:
                links.setdefault(port.ipv4 >> 1, set()).add(ipv4(port.ipv4))
    assert all(len(pair) == 2 for pair in links.values())


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        (
            {"switch": "pod1-group1-router4", "to": "pod1-group1-router1"},
            {"switch": "pod1-group1-router4", "to": "pod1-group2-router1"},
            "local and global",
        ),
        (
            {"switch": "pod1-group1-router1", "to": "pod1-group1-router2"},
            {"switch": "pod1-group1-router3", "to": "pod1-group1-router1"},
            "to itself",
        ),
    ],
)
def test_swaps_that_cannot_be_are_refused(one: dict[str, Any], other: dict[str, Any], why: str) -> None:
    found = findings(swap(one, other))
    assert [finding.code for finding in found] == ["NG303"]
    assert why in found[0].message


def test_a_link_that_is_shut_is_shut_at_both_ends() -> None:
    ends = {"pod1-group1-router2": "pod1-group1-router3", "pod1-group1-router3": "pod1-group1-router2"}
    (name, far), _ = ends.items()
    exceptions = {"tt-2": {"reason": "dirty", "port": {"switch": name, "to": far}, "enabled": False}}
    built = build(accepted(written(exceptions=exceptions)))
    for name, far in ends.items():
        (port,) = (port for port in built[name].ports if port.peer_device == far)
        assert not port.enabled
        assert port.name not in {neighbor.port for neighbor in built[name].bgp.neighbors}


def test_a_router_all_of_whose_links_are_shut_is_told() -> None:
    name = "pod1-group1-router4"
    far = [f"pod1-group1-router{n}" for n in (1, 2, 3)] + ["pod1-group3-router1", "pod1-group2-router1"]
    exceptions = {
        f"tt-{number}": {"reason": "dirty", "port": {"switch": name, "to": one}, "enabled": False}
        for number, one in enumerate(far)
    }
    assert "NG428" in {finding.code for finding in findings(written(exceptions=exceptions))}


def test_hosts_of_a_router_may_share_a_vlan() -> None:
    built = build(accepted(written(attach="svi")))
    router = built["pod1-group1-router1"]
    assert isinstance(router, Switch)
    (svi,) = router.svis
    assert {port.vlan for port in router.ports if port.role is PortRole.HOST} == {svi.vlan}
    assert router.bgp.aggregates == ()


def test_hosts_may_speak_to_their_routers() -> None:
    given = written(attach="host-bgp")
    given["fabrics"]["compute"]["pools"]["host-loopbacks"] = "10.254.0.0/24"
    built = build(accepted(given))
    host, router = built["pod1-su1-host1"], built["pod1-group1-router1"]
    assert host.bgp is not None
    assert {group.name for group in router.bgp.groups} == {"HOSTS", "ROUTERS"}
    lists = {one.name for one in router.bgp.prefix_lists}
    assert {name for group in router.bgp.groups for name in (group.import_list, group.export_list)} <= lists
