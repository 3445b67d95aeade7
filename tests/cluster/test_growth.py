"""Random clusters: names and numbers are unique, both ends of a link agree, and growth only adds."""

from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from netgen.catalog.load import load_catalog
from netgen.cluster.model import Cluster
from netgen.device.build import build as build_one
from netgen.device.build import devices
from netgen.device.model import Host, PortRole, Switch
from netgen.device.text import network
from netgen.intent.models import Intent
from netgen.platforms.load import load_platforms
from netgen.resources.load import resources
from netgen.rules.run import derive_checked, refused

FOUND = resources(Path("absent"))
CATALOG = load_catalog(FOUND)
PLATFORMS = load_platforms(FOUND)

SWITCHES = [("dcs-7060x6-64pe", "eos"), ("dcs-7060x6-64pe", "sonic"), ("sn5600", "sonic"), ("sn5600", "frr")]


def intent(
    units: list[int],
    hosts: int,
    capacity: int,
    switch: tuple[str, str],
    profile: str,
    links: str,
    attach: str = "routed-31",
    uplinks: str | None = None,
) -> dict[str, Any]:
    model, platform = switch
    divided = {} if uplinks is None else {"uplink-breakout": uplinks}
    speaking = {"host-loopbacks": "10.254.0.0/16"} if attach == "host-bgp" else {}
    return {
        "cluster": "c",
        "management": {"subnet": "172.16.0.0/16", "gateway": "172.16.0.1"},
        "hosts": {"profile": profile},
        "pods": {
            1: {
                "units": {unit: {"hosts": f"1-{hosts}"} for unit in units},
                "capacity": {"units": capacity, "hosts": 16},
            }
        },
        "fabrics": {
            "compute": {
                "kind": "rail-optimized",
                "leaf": {"model": model, "platform": platform, **divided},
                "spine": {"model": model, "platform": platform},
                "pools": {"hosts": "10.0.0.0/12", "loopbacks": "10.255.0.0/18", "links": links, **speaking},
                "attach": attach,
                "cables": {"host": "5m", "spine": "30m"},
                # a bundle has no RoCE policy, and a switch that pauses nobody is refused a lossless class
                **({} if attach == "bond" or PLATFORMS[platform].expresses["pfc"] else {"roce": {}}),
                # all NICs of a host at one leaf
                **({"share": {"rails": CATALOG.hosts[profile].nics["compute"].count}} if attach == "bond" else {}),
            }
        },
    }


def derive(given: dict[str, Any]) -> Cluster:
    cluster, findings = derive_checked(Intent.model_validate(given), {}, CATALOG, PLATFORMS, {})
    assert not refused(findings), findings
    assert cluster is not None
    return cluster


def build(given: dict[str, Any]) -> dict[str, Switch | Host]:
    built = list(devices(derive(given), PLATFORMS))
    assert len({device.name for device in built}) == len(built)
    return {device.name: device for device in built}


shapes = st.fixed_dictionaries(
    {
        "hosts": st.integers(1, 16),
        "capacity": st.integers(3, 5),
        "switch": st.sampled_from(SWITCHES),
        "profile": st.sampled_from(["hgx-h100-8x400g", "gb200-4x400g", "hgx-b300-8x800g"]),
        "links": st.sampled_from(["unnumbered", "10.128.0.0/14"]),
        "attach": st.sampled_from(["routed-31", "svi", "bond", "host-bgp"]),
        "uplinks": st.sampled_from([None, "1x800G"]),
    }
).filter(
    # SONiC ships no headroom for these at 800G; the fewest hosts have an uplink of their own
    lambda shape: (
        (
            shape["switch"] != ("dcs-7060x6-64pe", "sonic")
            or (shape["profile"], shape["uplinks"]) == ("gb200-4x400g", None)
        )
        and (shape["uplinks"] is None or shape["hosts"] % 2 == 0)
    )
)
SOME = settings(max_examples=12, deadline=None)


@SOME
@given(shapes, st.sets(st.integers(1, 3), min_size=1))
def test_both_ends_of_every_link_agree(shape: dict, units: set[int]) -> None:
    built = build(intent(sorted(units), **shape))
    ends_agree(built)
    bundles_agree(built)
    hosts = [device for device in built.values() if isinstance(device, Host)]
    assert all(len(host.bonds) == (shape["attach"] == "bond") for host in hosts)


def ends_agree(built: dict[str, Switch | Host]) -> None:
    """Hold both ends of every cable against each other."""
    ports = {(device.name, port.name): port for device in built.values() for port in device.ports}
    cabled = {end: port for end, port in ports.items() if port.peer_device is not None}
    assert cabled
    for end, port in cabled.items():
        far = cabled[port.peer_device, port.peer_port]
        assert (far.peer_device, far.peer_port) == end
        for field in ("speed_gbps", "mtu_bytes", "cable_m", "enabled", "unnumbered", "fec"):
            assert getattr(port, field) == getattr(far, field), field
        if port.vlan is not None:
            leaf, host = built[end[0]], built[port.peer_device]
            (gateway,) = leaf.svis
            assert gateway.vlan == port.vlan
            here = next((bond for bond in host.bonds if far.name in bond.members), far)
            assert network(here.ipv4, here.ipv4_length) == network(gateway.ipv4, gateway.ipv4_length)
            assert (port.bond is None) == (here is far)
            assert host.routes[host.ports.index(far)].via == gateway.ipv4
        elif port.ipv4 is not None and far.vlan is None:
            assert port.ipv4 ^ far.ipv4 == 1
        if port.qos is None or far.qos is None:
            assert port.qos is far.qos is None
            continue
        assert [c.pfc_priority for c in port.qos.lossless] == [c.pfc_priority for c in far.qos.lossless]
        assert {c.traffic_class: c.dscp for c in port.qos.classes} == {c.traffic_class: c.dscp for c in far.qos.classes}


def bundles_agree(built: dict[str, Switch | Host]) -> None:
    """Hold the bundles of leaves and hosts against each other: the same cables, each of one bundle."""
    bundles = {(name, bond.name): (device, bond) for name, device in built.items() for bond in device.bonds}
    for device, bond in bundles.values():
        assert [port.name for port in device.ports if port.bond == bond.number] == list(bond.members)
        far = {(p.peer_device, p.peer_port) for p in device.ports if p.name in bond.members}
        if bond.description is None:
            assert far == {(None, None)}  # laid out for a host that is not built yet
            continue
        other, others = bundles[tuple(bond.description.split())]
        assert far == {(other.name, member) for member in others.members}


def announced(leaf: Switch) -> tuple[int, int]:
    """Return what a leaf announces for its hosts: one prefix, and no more."""
    own = next(one for one in leaf.bgp.prefix_lists if one.name == "PL-OWN")
    (rule,) = (rule for rule in own.rules if rule.length < 32 and rule.ge is None)
    assert (*leaf.bgp.aggregates, *((svi.ipv4 - 1, svi.ipv4_length) for svi in leaf.svis)) == (
        (rule.address, rule.length),
    )
    return rule.address, rule.length


@SOME
@given(shapes, st.sets(st.integers(1, 3), min_size=1))
def test_numbers_are_unique_and_sessions_mutual(shape: dict, units: set[int]) -> None:
    built = build(intent(sorted(units), **shape))
    switches = [device for device in built.values() if isinstance(device, Switch)]
    hosts = [device for device in built.values() if isinstance(device, Host)]
    assert all((host.bgp is not None) == (shape["attach"] == "host-bgp") for host in hosts)
    speakers = [host for host in hosts if host.bgp is not None]
    addresses = Counter(port.ipv4 for device in built.values() for port in device.ports if port.ipv4 is not None)
    addresses += Counter(bond.ipv4 for host in hosts for bond in host.bonds)
    addresses += Counter(device.loopback for device in (*switches, *speakers))
    addresses += Counter(svi.ipv4 for switch in switches for svi in switch.svis)
    addresses += Counter(device.management.address for device in built.values())
    assert set(addresses.values()) == {1}
    leaves = [switch for switch in switches if switch.role == "leaf"]
    own = [device.bgp.asn for device in (*leaves, *speakers)]
    assert len({*own, *(s.bgp.asn for s in switches if s.role == "spine")}) == len(own) + 1
    blocks = sorted(announced(leaf) for leaf in leaves)
    for (a, length), (b, _) in pairwise(blocks):
        assert a + 2 ** (32 - length) <= b
    for leaf in leaves:
        address, length = announced(leaf)
        nics = [nic for host in built.values() for nic in host.ports if nic.peer_device == leaf.name and nic.ipv4]
        assert all(address <= nic.ipv4 < address + 2 ** (32 - length) for nic in nics if nic.role is PortRole.HOST)
    for device in (*switches, *speakers):
        peers = {port.name: built[port.peer_device] for port in device.ports if port.peer_device is not None}
        for neighbor in device.bgp.neighbors:
            far = peers[neighbor.port]
            assert neighbor.remote_asn == far.bgp.asn
            back = [
                port.name for port in far.ports if (port.peer_device, port.peer_port) == (device.name, neighbor.port)
            ]
            assert [one.remote_asn for one in far.bgp.neighbors if one.port in back] == [device.bgp.asn]
    for host in speakers:
        assert [neighbor.port for neighbor in host.bgp.neighbors] == [port.name for port in host.ports]


@SOME
@given(shapes, st.sets(st.integers(1, 3), min_size=1, max_size=2))
def test_growth_within_the_capacity_changes_nothing_that_is_there(shape: dict, units: set[int]) -> None:
    before = build(intent(sorted(units), **shape))
    only_adds(before, build(intent([1, 2, 3], **{**shape, "hosts": 16})))


def only_adds(before: dict[str, Switch | Host], after: dict[str, Switch | Host]) -> None:
    """Hold what was there against what it became: the same, but for ports that were kept free."""
    assert before.keys() <= after.keys()
    for name, device in before.items():
        grown = after[name]
        assert grown.management == device.management
        for port, later in zip(device.ports, grown.ports, strict=True):
            if port.role is PortRole.RESERVED:
                assert (later.name, later.speed_gbps, later.enabled) == (port.name, port.speed_gbps, port.enabled)
            else:
                assert later == port
        assert [(b.number, b.name, b.members, b.vlan, b.ipv4) for b in device.bonds] == [
            (b.number, b.name, b.members, b.vlan, b.ipv4) for b in grown.bonds
        ]
        if device.bgp is not None:
            assert (grown.loopback, grown.bgp.asn) == (device.loopback, device.bgp.asn)
            assert grown.bgp.prefix_lists == device.bgp.prefix_lists
            assert grown.bgp.groups == device.bgp.groups
            assert [n for n in grown.bgp.neighbors if n in device.bgp.neighbors] == device.bgp.neighbors


def test_an_accepted_swap_moves_two_hosts_and_nothing_else() -> None:
    plain = intent([1], 4, 3, SWITCHES[0], "gb200-4x400g", "unnumbered")
    leaf1, leaf2 = "pod1-su1-rail1-leaf1", "pod1-su1-rail2-leaf1"
    deviation = {"reason": "accepted", "port": {"leaf": leaf1, "host": 1}, "swapped-with": {"leaf": leaf2, "host": 3}}
    swapped = {**plain, "fabrics": {"compute": {**plain["fabrics"]["compute"], "exceptions": {"tt-1": deviation}}}}
    before, after = build(plain), build(swapped)
    moved = {name for name in before if before[name] != after[name]}
    assert moved == {leaf1, leaf2, "pod1-su1-host1", "pod1-su1-host3"}
    assert (after[leaf1].ports[0].peer_device, after[leaf1].ports[0].peer_port) == ("pod1-su1-host3", "rail2")
    assert after["pod1-su1-host3"].ports[1].ipv4 == after[leaf1].ports[0].ipv4 + 1


def test_a_port_that_is_shut_is_shut_at_both_ends_and_has_no_session() -> None:
    plain = intent([1], 4, 3, SWITCHES[0], "gb200-4x400g", "unnumbered")
    leaf = "pod1-su1-rail1-leaf1"
    deviation = {"reason": "optics", "port": {"leaf": leaf, "spine": 1}, "enabled": False}
    shut = {**plain, "fabrics": {"compute": {**plain["fabrics"]["compute"], "exceptions": {"tt-1": deviation}}}}
    before, after = build(plain), build(shut)
    (port,) = [p for p in after[leaf].ports if p.peer_device == "pod1-spine1" and not p.enabled]
    far = next(p for p in after["pod1-spine1"].ports if p.name == port.peer_port)
    assert not far.enabled
    assert len(after[leaf].bgp.neighbors) == len(before[leaf].bgp.neighbors) - 1
    assert len(after["pod1-spine1"].bgp.neighbors) == len(before["pod1-spine1"].bgp.neighbors) - 1


def test_a_device_is_built_alone_as_among_all() -> None:
    cluster = derive(intent([1, 2, 3], 16, 5, SWITCHES[0], "hgx-h100-8x400g", "unnumbered"))
    by_name = {device.name: device for device in devices(cluster, PLATFORMS)}
    for ref in cluster.refs():
        if ref.index % 7 == 0:
            assert build_one(cluster, PLATFORMS, ref) == by_name[ref.name]
