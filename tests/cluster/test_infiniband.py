"""What follows from the intent of an InfiniBand fabric: topology, GUIDs, partitions, managers."""

from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netgen.cluster.derive import derive
from netgen.cluster.infiniband import DEFAULT_PKEY, Everybody, Membership, Partition
from netgen.cluster.partitions import automatic_pkey
from netgen.cluster.topology.slots import HOST
from netgen.diagnostics.finding import UnbuildableError
from netgen.intent.infiniband import PkeyRange
from netgen.intent.models import Intent
from netgen.report.topology import summary
from tests.examples import at_most
from tests.infiniband import CATALOG, derived, example, written


def members(cluster: Any, fabric: Any, name: str) -> dict[str, set[Membership]]:
    """Members of a partition by their names, as the intent would say them."""
    (partition,) = (one for one in fabric.partitions if one.name == name)
    found: dict[str, set[Membership]] = {}
    for member in partition.members:
        found.setdefault(member.name, set()).add(member.membership)
    return found


def partition(*said: dict[str, Any], pkey: Any = 0x101, **options: Any) -> dict[str, Any]:
    return {"pkey": pkey, "members": [{"membership": "full", **one} for one in said], **options}


def test_the_topology_is_the_smallest_that_holds_all():
    cluster, fabric = derived(written())
    counted = summary(cluster)["fabrics"][0]
    # three units of eight rails; 24 leaves of four uplinks each make 96 links, two spines have 128 ports
    assert counted["switches"] == {"leaf": 24, "spine": 2, "superspine": 0}
    assert counted["links"]["host-leaf"] == 4 * 8 + 2 * 2 + 2
    assert (counted["gpus"], counted["hosts"]) == (32, 8)
    assert fabric.edge.platform is None


def test_corvus_is_what_it_says_it_is():
    cluster = example()
    (fabric,) = cluster.infiniband
    assert cluster.fabrics == ()
    assert sum(one.device.startswith("pod1-su1-host") for one in fabric.hcas.values()) == 256
    assert len(fabric.switch_guids) == 27
    assert {one.name for one in fabric.partitions} == {
        "Default", "alpha", "beta", "gamma", "storage", "joint", "archive",
    }  # fmt: skip
    storage = next(one for one in fabric.partitions if one.name == "storage")
    full = {member.name.split(" ")[0] for member in storage.members if member.membership is Membership.FULL}
    assert full == {f"store-{number}" for number in range(1, 9)}
    assert len(storage.members) == 256 + 16


def test_every_port_of_the_list_is_bound_to_its_slot():
    cluster, fabric = derived(written())
    for (node, slot), port in fabric.hcas.items():
        ref = cluster.device_at(fabric, node)
        assert (port.device, port.hca) == (ref.name, cluster.host_plan(ref).profile.nics["compute"].rdma[slot])
    assert set(fabric.switch_guids) == {fabric.node(ref) for ref in cluster.switches(fabric)}


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ({"unit": "1/1", "hosts": "1-2"}, {f"pod1-su1-host{h} mlx5_{n}" for h in (1, 2) for n in range(8)}),
        ({"host": "store-2"}, {"store-2 mlx5_0", "store-2 mlx5_1"}),
        ({"nodes": "store", "rail": 2}, {"store-1 mlx5_1", "store-2 mlx5_1"}),
        ({"pod": 1, "rail": 8}, {f"pod1-su1-host{h} mlx5_7" for h in range(1, 5)}),
        ({"tenant": "red", "rail": 1}, {"pod1-su1-host1 mlx5_0", "pod1-su1-host4 mlx5_0"}),
        ({"guid": "0x0200000000010001"}, {"pod1-su1-host1 mlx5_0"}),
        ({"pod": 2}, set()),
        ({"host": "store-3"}, set()),
        ({"nodes": "hosts"}, set()),
    ],
)
def test_a_selector_means_the_ports_for_which_all_is_true(selector: dict[str, Any], expected: set[str]):
    tenants = {"red": [{"unit": "1/1", "hosts": 1}, {"host": "pod1-su1-host4"}]}
    cluster, fabric = derived(written(tenants=tenants, partitions={"p": partition(selector)}))
    assert set(members(cluster, fabric, "p")) == expected


def test_nodes_of_the_manager_are_full_members_of_the_default_partition_whatever_is_said():
    said = {"members": [{"nodes": "sm", "membership": "limited"}, {"host": "store-1", "membership": "full"}]}
    cluster, fabric = derived(written(**{"default-partition": said}))
    default = fabric.partitions[0]
    assert (default.name, default.pkey, dict(default.everybody)) == (
        "Default", DEFAULT_PKEY, {Everybody.ALL: Membership.LIMITED},
    )  # fmt: skip
    names = {name: how for name, how in members(cluster, fabric, "Default").items() if name.startswith("sm-")}
    assert names == {"sm-1 mlx5_0": {Membership.FULL}, "sm-2 mlx5_0": {Membership.FULL}}


def test_the_master_comes_first():
    cluster, fabric = derived(written())
    assert fabric.managers is not None
    names = [cluster.device_at(fabric, node).name for node in fabric.managers.priorities]
    assert (names, list(fabric.managers.priorities.values())) == (["sm-2", "sm-1"], [14, 13])


def test_a_port_has_the_partitions_that_name_it_and_those_of_all():
    partitions = {"b": partition({"host": "store-1"}, pkey=0x202), "a": partition({"nodes": "store"}, pkey=0x101)}
    _, fabric = derived(written(partitions=partitions))
    by_name = {f"{port.device} {port.hca}": port for port in fabric.hcas.values()}
    assert [(one.name, how) for one, how in fabric.memberships(by_name["store-1 mlx5_0"])] == [
        ("a", Membership.FULL), ("b", Membership.FULL), ("Default", Membership.LIMITED),
    ]  # fmt: skip
    assert [one.name for one, _ in fabric.memberships(by_name["pod1-su1-host1 mlx5_0"])] == ["Default"]


def test_a_device_that_is_not_listed_has_no_guid_and_is_in_no_partition():
    intent = Intent.model_validate(written(partitions={"p": partition({"pod": 1})}))
    bare = derive(intent, {}, CATALOG, {}).infiniband[0]
    assert (bare.hcas, bare.switch_guids) == ({}, {})
    assert [one.members for one in bare.partitions] == [(), ()]


NAMES = st.from_regex(r"[a-z][a-z0-9-]{0,12}", fullmatch=True)


@settings(max_examples=at_most(100), deadline=None)
@given(st.lists(NAMES, min_size=2, max_size=20, unique=True), st.data())
def test_an_automatic_pkey_is_within_the_range_and_no_other_partition_moves_it(names: list[str], data: st.DataObject):
    first = data.draw(st.integers(1, 0x7FFE))
    pkeys = PkeyRange(first=first, last=data.draw(st.integers(first, 0x7FFE)))
    found = {name: automatic_pkey(name, pkeys) for name in names}
    assert all(pkeys.first <= pkey <= pkeys.last for pkey in found.values())
    some = data.draw(st.lists(st.sampled_from(names), unique=True))
    assert {name: automatic_pkey(name, pkeys) for name in some} == {name: found[name] for name in some}


def test_automatic_pkeys_are_spread_over_the_range():
    pkeys = PkeyRange(first=0x1000, last=0x7FFE)
    found = [automatic_pkey(f"tenant-{number}", pkeys) for number in range(40)]
    assert len(set(found)) == 40
    assert all(abs(a - b) > 1 for a, b in combinations(sorted(found), 2))


def test_moving_a_host_between_tenants_changes_its_ports_and_no_others():
    def tables(red: str, blue: str) -> dict[str, set[tuple[int, Membership]]]:
        tenants = {"red": [{"unit": "1/1", "hosts": red}], "blue": [{"unit": "1/1", "hosts": blue}]}
        said = {name: partition({"tenant": name}, pkey=pkey) for name, pkey in (("red", 0x101), ("blue", 0x102))}
        _, fabric = derived(written(tenants=tenants, partitions=said))
        return {
            f"{port.device} {port.hca}": {(one.pkey, how) for one, how in fabric.memberships(port)}
            for port in fabric.hcas.values()
        }

    before, after = tables("1-2", "3-4"), tables("1", "2-4")
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {f"pod1-su1-host2 mlx5_{number}" for number in range(8)}


def test_growth_within_the_capacity_moves_no_port():
    def at(hosts: str) -> dict[str, tuple[int, int]]:
        intent = written()
        intent["pods"] = {1: {"units": {1: {"hosts": hosts}}, "capacity": {"hosts": 8}}}
        cluster, fabric = derived(intent)
        return {
            cluster.device_at(fabric, node).name: fabric.overlay.topology.peer(node, 0)
            for node in cluster.nodes(fabric, HOST)
        }

    small, large = at("1-4"), at("1-6")
    assert {name: large[name] for name in small} == small


def test_qos_levels_are_in_the_order_of_their_numbers():
    levels = {"b": {"level": 2, "lane": 1, "weight": 64}, "a": {"level": 1, "lane": 0, "weight": 32, "high": True}}
    _, fabric = derived(written(qos={"levels": levels, "lanes": 2}))
    assert fabric.qos is not None
    assert [(one.name, one.level, one.lane, one.high) for one in fabric.qos.levels] == [
        ("a", 1, 0, True), ("b", 2, 1, False),
    ]  # fmt: skip


def test_what_is_reached_by_two_services_is_of_the_first():
    services = {
        "one": {"service-level": 1, "to": [{"host": "store-2"}]},
        "all": {"service-level": 2, "to": [{"nodes": "store"}, {"host": "store-1"}]},
    }
    levels = {"a": {"level": 1, "lane": 0, "weight": 32}, "b": {"level": 2, "lane": 1, "weight": 32}}
    _, fabric = derived(written(qos={"levels": levels, "services": services}))
    assert fabric.qos is not None
    found = {one.name: (one.service_level, [name for _, name in one.ports]) for one in fabric.qos.services}
    assert found == {"one": (1, ["store-2 mlx5_0", "store-2 mlx5_1"]), "all": (2, ["store-1 mlx5_0", "store-1 mlx5_1"])}
    assert all(list(one.ports) == sorted(one.ports) for one in fabric.qos.services)


def test_exceptions_shut_both_ends_and_swap_cables():
    swap = {"tt-1": {"reason": "x", "port": {"leaf": "pod1-su1-rail1-leaf1", "host": 1}, "enabled": False}}
    cluster, fabric = derived(written(exceptions=swap))
    (leaf,) = (ref for ref in cluster.switches(fabric) if ref.name == "pod1-su1-rail1-leaf1")
    host = fabric.plan.host_at(1, 1, 1)
    assert fabric.overlay.disabled == {(fabric.node(leaf), 0), (host, 0)}


def test_nics_of_several_speeds_are_refused():
    intent = written()
    intent["nodes"]["store"]["profile"] = "hgx-b300-8x800g-ib"
    with pytest.raises(UnbuildableError, match="800G"):
        derived(intent)


def test_membership_of_all_is_of_those_that_are_not_named():
    everybody = {Everybody.ALL: Membership.LIMITED, Everybody.HOSTS: Membership.FULL}
    some = Partition("p", 1, False, None, None, None, (), everybody, "x")
    assert some.membership(7) is Membership.FULL


@pytest.mark.parametrize(("units", "leaves", "spines"), [(1, 8, 4), (2, 16, 8), (3, 24, 16), (4, 32, 16)])
def test_a_dgx_superpod_is_what_nvidia_publishes(units: int, leaves: int, spines: int):
    """DGX SuperPOD H100 (RA-11333-001), compute fabric: units of 32 nodes, four ports of UFM in the place of one."""
    cluster, fabric = derived(superpod(units))
    counted = summary(cluster)["fabrics"][0]
    assert (counted["switches"]["leaf"], counted["switches"]["spine"]) == (leaves, spines)
    assert counted["oversubscription"]["leaf"] == 1.0
    assert counted["gpus"] == 8 * (32 * units - 1)
    assert counted["links"] == {"host-leaf": 256 * units - 4, "leaf-spine": 256 * units, "spine-superspine": 0}
    assert len(fabric.hcas) == 256 * units - 4


def superpod(units: int) -> dict[str, Any]:
    """Scalable units of 32 hosts, with subnet managers in the place of the last."""
    intent = written(partitions={"last": partition({"unit": f"1/{units}"}), "managers": partition({"nodes": "sm"})})
    intent["pods"] = {1: {"units": {unit: {"hosts": "1-32"} for unit in range(1, units)} | {units: {"hosts": "1-31"}}}}
    intent["nodes"] = {"sm": {"ids": "1-4", "profile": "sm-1x400g", "unit": units, "in-place-of": "32"}}
    return intent


def test_managers_in_the_place_of_a_host_are_no_hosts_of_its_unit():
    cluster, fabric = derived(superpod(2))
    assert members(cluster, fabric, "last").keys() == {
        f"pod1-su2-host{host} mlx5_{nic}" for host in range(1, 32) for nic in range(8)
    }
    assert members(cluster, fabric, "managers").keys() == {f"sm-{number} mlx5_0" for number in range(1, 5)}
    assert fabric.managers is not None
    masters = [cluster.device_at(fabric, node) for node in fabric.managers.priorities]
    assert [(ref.name, ref.pod, cluster.unit_of(ref)) for ref in masters] == [("sm-2", 1, 2), ("sm-1", 1, 2)]
    assert all(cluster.managed_by(ref) is fabric for ref in masters)


def test_xdr_switches_serve_hosts_of_800g():
    intent = written(leaf={"model": "q3400-ra"}, spine={"model": "q3400-ra"}, **{"subnet-manager": None})
    intent["hosts"]["profile"], intent["nodes"] = "hgx-b300-8x800g-ib", {}
    intent["pods"] = {1: {"units": {1: {"hosts": "1-72"}}}}
    cluster, fabric = derived(intent)
    assert summary(cluster)["fabrics"][0]["switches"] == {"leaf": 8, "spine": 4, "superspine": 0}
    assert fabric.edge.breakout.speed_gbps == 800
