"""Devices of InfiniBand fabrics: switches, HCAs of hosts, subnet managers; and their cables."""

from collections import Counter
from typing import Any

import pytest

from netgen.cluster.infiniband import Membership
from netgen.device.build import build_any, devices
from netgen.device.build_infiniband import switch_ports
from netgen.device.infiniband import IbSwitch, SubnetManager
from netgen.device.model import Host, Role
from netgen.export.cabling import cabling_lines, ib_lines
from netgen.record import replace
from netgen.report.topology import summary
from tests.infiniband import CATALOG, derived, example, written
from tests.rules.intents import RENDERER

PLATFORMS = RENDERER.platforms
MANAGED = {"leaf": {"model": "qm9700", "platform": "mlnx-os"}, "spine": {"model": "qm9700", "platform": "mlnx-os"}}


def built(**fabric: Any) -> dict[str, Any]:
    cluster, _ = derived(written(**fabric))
    return {device.name: device for device in devices(cluster, PLATFORMS)}


def test_what_netgen_configures_is_built():
    found = built()
    assert {name: type(device) for name, device in found.items()} == {
        **{f"pod1-su1-host{number}": Host for number in range(1, 5)},
        "store-1": Host, "store-2": Host, "sm-1": SubnetManager, "sm-2": SubnetManager,
    }  # fmt: skip


def test_a_subnet_manager_knows_the_whole_fabric():
    cluster, fabric = derived(written())
    refs = {ref.name: ref for ref in cluster.refs()}
    manager = build_any(cluster, PLATFORMS, refs["sm-1"])
    assert isinstance(manager, SubnetManager)
    assert (manager.role, manager.platform, manager.priority) == (Role.SUBNET_MANAGER, "opensm", 13)
    by_name = {f"{port.device} {port.hca}": port for port in fabric.hcas.values()}
    assert manager.guid == by_name["sm-1 mlx5_0"].guid
    spines = {f"pod1-spine{number}" for number in (1, 2)}
    assert set(manager.roots) == {guid for guid, name in manager.names if name in spines}
    assert set(manager.compute) == {one.guid for name, one in by_name.items() if "host" in name}
    assert set(manager.io) == {one.guid for name, one in by_name.items() if "host" not in name}
    assert len(manager.names) == 26 + len(by_name) == len(dict(manager.names))
    assert [hca.peer_device for hca in manager.hcas] == ["pod1-su3-rail1-leaf1"]


def test_a_host_knows_its_ports_and_their_partitions():
    said = {"p": {"pkey": 0x101, "members": [{"rail": 2, "membership": "full"}]}}
    host = built(partitions=said)["pod1-su1-host3"]
    assert [(hca.rdma, hca.name, hca.peer_device, hca.peer_port) for hca in host.hcas] == [
        (f"mlx5_{rail - 1}", f"ib{rail - 1}", f"pod1-su1-rail{rail}-leaf1", "3") for rail in range(1, 9)
    ]
    assert [[(one.name, how) for one, how in hca.partitions] for hca in host.hcas[:2]] == [
        [("Default", Membership.LIMITED)],
        [("p", Membership.FULL), ("Default", Membership.LIMITED)],
    ]
    assert (host.ports, host.fabrics, host.bgp, host.loopback) == ([], ("ib",), None, None)


def test_a_switch_with_a_platform_has_the_names_of_its_ports():
    leaf = built(**MANAGED)["pod1-su1-rail1-leaf1"]
    assert isinstance(leaf, IbSwitch)
    assert [port.number for port in leaf.ports] == list(range(1, 65))
    assert len({port.name for port in leaf.ports}) == 64
    cabled = [port for port in leaf.ports if port.peer_device is not None]
    assert [port.peer_device for port in cabled[:4]] == [f"pod1-su1-host{number}" for number in range(1, 5)]
    assert [port.link for port in cabled] == ["host-leaf"] * 4 + ["leaf-spine"] * 4
    assert [port.leads_up for port in cabled] == [False] * 4 + [True] * 4


@pytest.mark.parametrize("fabric", [{}, MANAGED], ids=["unmanaged", "managed"])
def test_both_ends_of_every_cable_name_each_other(fabric: dict[str, Any]):
    cluster, _ = derived(written(**fabric))
    ends: dict[tuple[str, str], tuple[str | None, str | None]] = {}
    for device in devices(cluster, PLATFORMS):
        for port in (*getattr(device, "hcas", ()), *(device.ports if isinstance(device, IbSwitch) else ())):
            if port.peer_device is not None:
                ends[device.name, port.name] = port.peer_device, port.peer_port
    switches = {ref.name for ref in cluster.refs()} - {device.name for device in devices(cluster, PLATFORMS)}
    for end, far in ends.items():
        assert far[0] in switches or ends[far] == end


def test_every_cable_is_listed_once():
    cluster = example()
    edges = {"compute": "leaf"}
    lines = [line for device in devices(cluster, PLATFORMS) for line in cabling_lines(device, edges)]
    assert len(lines) == len(set(lines)) == 274
    assert "sm-1,ib0,,pod1-su3-rail1-leaf1,1,,400G,5m,host-leaf,compute\n" in lines


def test_a_host_may_have_ethernet_beside_infiniband():
    compute, storage = CATALOG.hosts["hgx-h100-8x400g-ib"], CATALOG.hosts["storage-2x200g"]
    mixed = replace(compute, nics={**compute.nics, **storage.nics})
    catalog = replace(CATALOG, hosts={**CATALOG.hosts, "hgx-h100-8x400g-ib": mixed})
    intent = written()
    intent["fabrics"]["storage"] = {
        "kind": "single-tier",
        "nics": "storage",
        "leaf": {"model": "sn5600", "platform": "sonic"},
        "pools": {"hosts": "10.0.0.0/16", "loopbacks": "10.255.0.0/24"},
    }
    cluster, fabric = derived(intent, catalog)
    refs = {ref.name: ref for ref in cluster.refs()}
    host = build_any(cluster, PLATFORMS, refs["pod1-su1-host1"])
    assert isinstance(host, Host)
    assert (host.fabric, host.fabrics) == ("storage", ("storage", "ib"))
    assert ([port.name for port in host.ports], len(host.hcas)) == (["storage1", "storage2"], 8)
    addresses = [cluster.management_address(ref) for ref in cluster.configured()]
    assert len(set(addresses)) == len(addresses)
    assert cluster.networks == (*cluster.fabrics, fabric)


def of_kind(kind: str) -> dict[str, Any]:
    """An intent of a fabric of some kind."""
    intent = written(kind=kind.removesuffix(" of three tiers"))
    if kind.startswith("dragonfly"):
        intent["pods"] = {1: {"units": {"1-3": {"hosts": "1-4"}}}}
        intent["nodes"]["store"]["unit"], intent["nodes"]["sm"]["unit"] = 4, 5
    if kind == "dragonfly":
        fabric = intent["fabrics"]["ib"]
        fabric["router"] = fabric.pop("leaf")
        fabric.pop("spine")
    if kind.endswith("three tiers"):
        intent["fabrics"]["ib"]["superspine"] = {"model": "qm9790"}
    return intent


@pytest.mark.parametrize(
    "kind", ["rail-optimized", "rail-optimized of three tiers", "fat-tree", "dragonfly", "dragonfly-plus"]
)
def test_the_cabling_list_has_as_many_cables_as_arithmetic_counts(kind: str):
    cluster, fabric = derived(of_kind(kind))
    edges = {"ib": fabric.edge.role}
    lines = []
    for ref in cluster.refs():
        if cluster.platform_of(ref) is None:
            lines += ib_lines(ref.name, switch_ports(cluster, PLATFORMS, ref), edges)
        else:
            lines += cabling_lines(build_any(cluster, PLATFORMS, ref), edges)
    counted = Counter(line.split(",")[8] for line in lines)
    links = summary(cluster)["fabrics"][0]["links"]
    assert counted == {link: count for link, count in links.items() if count}
    assert len(set(lines)) == len(lines)
