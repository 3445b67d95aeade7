"""Every kind of fabric, and several of them: ends agree, numbers are unique, and growth only adds."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from netgen.catalog.model import Nics
from netgen.cluster.derive import derive
from netgen.cluster.model import Cluster
from netgen.cluster.topology.slots import HOST, links
from netgen.device.build import devices
from netgen.device.model import ACROSS, Host, PortRole, Switch
from netgen.intent.models import Intent
from netgen.intent.quantities import parse_ids
from netgen.record import replace
from netgen.render.device import render_device
from netgen.report.topology import summary
from netgen.rules.run import derive_checked, refused
from tests.cluster.test_growth import CATALOG, PLATFORMS, ends_agree, only_adds
from tests.examples import at_most
from tests.rules.intents import RENDERER, SWITCH_PLATFORMS, switch

EOS = {"model": "dcs-7060x6-64pe", "platform": "eos", "breakout": "2x400G"}
SMALL = {"model": "linux-16x400g", "platform": "frr", "breakout": "1x400G"}
_OF_HOSTS = CATALOG.hosts["hgx-h100-8x400g"].nics["compute"]
WIDE = replace(
    CATALOG,
    hosts={
        **CATALOG.hosts,
        **{
            f"{nics}x{ports}": replace(
                CATALOG.hosts["hgx-h100-8x400g"],
                name=f"{nics}x{ports}",
                nics={
                    "compute": replace(
                        _OF_HOSTS,
                        count=nics,
                        ports=ports,
                        names=tuple(f"r{nic}p{port}" for nic in range(nics) for port in range(ports)),
                        rdma=(),
                    ),
                    "storage": Nics(1, ("s0",), 400),
                },
            )
            for nics in (1, 2, 4)
            for ports in (1, 2)
        },
        "server": replace(CATALOG.hosts["storage-2x200g"], name="server", nics={"storage": Nics(2, ("s0", "s1"), 400)}),
    },
)


def written(kind: str, *, pods: str, units: str, hosts: str, profile: str, **fabric: Any) -> dict[str, Any]:
    spined = {} if kind in ("single-tier", "dragonfly") else {"spine": SMALL}
    across = {"dragonfly": {"local": "5m", "global": "50m"}, "dragonfly-plus": {"spine": "5m", "global": "50m"}}
    return {
        "cluster": "c",
        "management": {"subnet": "172.16.0.0/16", "gateway": "172.16.0.1"},
        "hosts": {"profile": profile},
        "pods": {pods: {"units": {units: {"hosts": hosts}}, "capacity": {"units": 4, "hosts": 4}}},
        "capacity": {"pods": 1 if kind in ("single-tier", "rail-only") else 2},
        "fabrics": {
            "compute": {
                "kind": kind,
                "router" if kind == "dragonfly" else "leaf": SMALL,
                **spined,
                "pools": {"hosts": "10.0.0.0/12", "loopbacks": "10.255.0.0/18", "links": "10.128.0.0/14"},
                "cables": {"host": "5m", **across.get(kind, {"spine": "30m", "superspine": "100m"})},
                **fabric,
            }
        },
    }


def checked(given: dict[str, Any]) -> Cluster | None:
    cluster, findings = derive_checked(Intent.model_validate(given), {}, WIDE, RENDERER.platforms, {})
    # what cannot be built of so few ports, or has not the words that it needs, is refused; nothing else is
    assert not refused(findings) or {f.code for f in findings} & {"NG403", "NG404", "NG405", "NG430", "NG433"}, findings
    return cluster


def build(cluster: Cluster) -> dict[str, Switch | Host]:
    built = list(devices(cluster, RENDERER.platforms))
    assert len({device.name for device in built}) == len(built)
    return {device.name: device for device in built}


@st.composite
def fabrics(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(["rail-optimized", "fat-tree", "rail-only", "single-tier"]))
    ports = draw(st.sampled_from([1, 1, 2]))
    many: dict[str, Any] = {}
    if ports == 2:
        many = draw(st.sampled_from([{"planes": 2}, {"dual-tor": True}]))
    if kind != "single-tier":
        many["share"] = {"units": draw(st.sampled_from([1, 2]))}
        many["oversubscription"] = draw(st.sampled_from(["1:1", "2:1"]))
    many["build"] = draw(st.sampled_from(["whole", "exact"]))
    many["leaf"] = {**SMALL, "reserved": draw(st.integers(0, 1))}
    return {"kind": kind, "profile": f"{draw(st.sampled_from([1, 2, 4]))}x{ports}", **many}


@st.composite
def grouped(draw: st.DrawFn) -> dict[str, Any]:
    """A dragonfly, or a dragonfly+."""
    kind = draw(st.sampled_from(["dragonfly", "dragonfly-plus"]))
    one = {**SMALL, "reserved": draw(st.integers(0, 1))}
    more: dict[str, Any] = {"router": one}
    if kind == "dragonfly-plus":
        more = {"leaf": one, "oversubscription": {"spine": draw(st.sampled_from(["1:1", "2:1"]))}}
    if draw(st.booleans()):
        more["global-links"] = draw(st.integers(1, 2))
    return {"kind": kind, "profile": f"{draw(st.sampled_from([1, 2, 4]))}x1", **more}


@settings(max_examples=at_most(60), deadline=None)
@given(fabrics() | grouped(), st.booleans())
def test_ends_agree_and_numbers_are_unique_whatever_the_kind(shape: dict[str, Any], several: bool) -> None:
    pods = "1-2" if several and shape["kind"] not in ("single-tier", "rail-only") else "1"
    cluster = checked(written(**shape, pods=pods, units="1-3", hosts="1-3"))
    assume(cluster is not None)
    assert cluster is not None
    built = build(cluster)
    ends_agree(built)
    addresses = Counter(port.ipv4 for device in built.values() for port in device.ports if port.ipv4 is not None)
    addresses += Counter(device.loopback for device in built.values() if device.loopback is not None)
    addresses += Counter(device.management.address for device in built.values())
    assert set(addresses.values()) == {1}
    hosts = [device for device in built.values() if isinstance(device, Host)]
    assert {len(host.ports) for host in hosts} == {len(WIDE.hosts[shape["profile"]].nics["compute"].names)}
    for one in built.values():
        for neighbor in one.bgp.neighbors if one.bgp else ():
            far = built[next(port.peer_device for port in one.ports if port.name == neighbor.port)]
            assert neighbor.remote_asn == far.bgp.asn != one.bgp.asn


@settings(max_examples=at_most(40), deadline=None)
@given(fabrics() | grouped(), st.sampled_from(["1", "2", "1,3"]), st.sampled_from(["1", "1-2", "2-3"]))
def test_growth_within_the_capacity_changes_nothing_whatever_the_kind(
    shape: dict[str, Any], units: str, hosts: str
) -> None:
    pods = "1" if shape["kind"] in ("single-tier", "rail-only") else "1-2"
    before = checked(written(**shape, pods="1", units=units, hosts=hosts))
    after = checked(written(**shape, pods=pods, units="1-4", hosts="1-4"))
    assume(before is not None and after is not None)
    assert before is not None
    assert after is not None
    only_adds(build(before), build(after))


@settings(max_examples=at_most(40), deadline=None)
@given(fabrics() | grouped())
def test_counts_are_those_of_the_links_that_are_there(shape: dict[str, Any]) -> None:
    cluster = checked(written(**shape, pods="1", units="1-3", hosts="1-3"))
    assume(cluster is not None)
    assert cluster is not None
    (fabric,) = cluster.fabrics
    (told,) = summary(cluster)["fabrics"]
    counted = Counter()
    for ends in links(fabric.plan):
        if all(cluster.exists(fabric, node) for node, _ in ends):
            lower, upper = (cluster.device_at(fabric, node).role for node, _ in ends)
            counted[fabric.layer(lower).link_across(ends[0][1]) or f"{lower}-{upper}"] += 1
    assert {pair: count for pair, count in told["links"].items() if count} == counted
    built = Counter(device.role.value for device in build(cluster).values())
    assert told["hosts"] == built[HOST]
    assert {role: count for role, count in told["switches"].items() if count} == {
        role: count for role, count in built.items() if role != HOST
    }


def two_fabrics(**storage: Any) -> dict[str, Any]:
    given = written("rail-optimized", pods="1", units="1-2", hosts="1-3", profile="4x1", leaf=EOS, spine=EOS)
    given["capacity"] = {}
    given["fabrics"]["storage"] = {
        "kind": "fat-tree",
        "nics": "storage",
        "leaf": EOS,
        "spine": {**EOS, "count": 5},
        "naming": {"leaf": "storage-leaf{unit}-{leaf}", "spine": "storage-spine{spine}"},
        "asn": {"base": 4_200_100_000},
        "pools": {"hosts": "10.16.0.0/16", "loopbacks": "10.254.0.0/20", "links": "unnumbered"},
        "cables": {"host": "5m", "spine": "30m"},
        **storage,
    }
    return given


def test_a_second_fabric_and_its_nodes_change_nothing_of_the_first() -> None:
    alone = two_fabrics()
    del alone["fabrics"]["storage"]
    both = two_fabrics() | {"nodes": {"store": {"ids": "1-5", "profile": "server", "unit": 7}}}
    before, after = (build(derive(Intent.model_validate(one), {}, WIDE, {})) for one in (alone, both))
    ends_agree(after)
    for name, device in before.items():
        grown = after[name]
        if isinstance(device, Switch):
            assert grown == device
        else:
            assert grown.management == device.management
            assert [port for port in grown.ports if port.fabric == "compute"] == device.ports
            assert [port.name for port in grown.ports if port.fabric == "storage"] == ["s0"]
            assert grown.fabrics == ("compute", "storage")
    new = {name: device for name, device in after.items() if name not in before}
    assert {name for name in new if new[name].role == "host"} == {f"store-{number}" for number in range(1, 6)}
    assert {device.fabric for device in new.values()} == {"storage"}
    # hosts have one NIC there, servers two, and both fill their leaves from the first port
    servers = [port for port in new["storage-leaf7-1"].ports if port.peer_device]
    assert [port.peer_device for port in servers if port.role == "host"] == [
        f"store-{number}" for number in range(1, 6) for _ in range(2)
    ]
    addresses = Counter(device.management.address for device in after.values())
    assert set(addresses.values()) == {1}


@settings(max_examples=at_most(20), deadline=None)
@given(st.sampled_from(["own", "shared"]), st.sampled_from(["1", "2-3", "1-4"]), st.sampled_from(["1-3", "1-5", "2-5"]))
def test_nodes_grow_within_their_capacity_and_change_nothing(how: str, few: str, many: str) -> None:
    given_ = two_fabrics() if how == "own" else sharing("fat-tree", "1-3", "1-3", profile="4x1", servers="2x1")
    store = {"profile": "server" if how == "own" else "2x1", "unit": 7 if how == "own" else 4, "capacity": 5}
    both = sorted({*parse_ids(few), *parse_ids(many)})
    before, after = (
        derive(Intent.model_validate(given_ | {"nodes": {"store": {"ids": ids, **store}}}), {}, WIDE, {})
        for ids in (few, both)
    )
    only_adds(build(before), build(after))


def test_nodes_beyond_their_capacity_are_refused() -> None:
    given = two_fabrics() | {"nodes": {"store": {"ids": "1-5", "profile": "server", "unit": 7, "capacity": 4}}}
    _, findings = derive_checked(Intent.model_validate(given), {}, WIDE, RENDERER.platforms, {})
    assert [(finding.code, finding.path) for finding in findings] == [("NG408", ("nodes", "store", "ids"))]
    given["nodes"]["store"] |= {"in-place-of": "9", "unit": 1}
    _, findings = derive_checked(Intent.model_validate(given), {}, WIDE, RENDERER.platforms, {})
    assert ("NG430", ("nodes", "store", "capacity")) in [(finding.code, finding.path) for finding in findings]


def test_units_are_of_one_kind() -> None:
    given = two_fabrics() | {"nodes": {"store": {"ids": "1-5", "profile": "server", "unit": 2}}}
    _, findings = derive_checked(Intent.model_validate(given), {}, WIDE, RENDERER.platforms, {})
    assert [(finding.code, finding.path) for finding in findings] == [("NG409", ("nodes", "store", "unit"))]


def sharing(kind: str, units: str, hosts: str, *, profile: str, servers: str) -> dict[str, Any]:
    """Return hosts and servers of another number of NICs that share leaves."""
    given = written(kind, pods="1", units=units, hosts=hosts, profile=profile, leaf=EOS)
    given["pods"]["1"]["capacity"]["units"] = 3
    if kind != "single-tier":
        given["fabrics"]["compute"] |= {"spine": EOS, "share": {"units": 2 if kind == "fat-tree" else 4}}
    given["capacity"] = {}
    return given | {"nodes": {"store": {"ids": "1-5", "profile": servers, "unit": 4}}}


@pytest.mark.parametrize("kind", ["single-tier", "fat-tree", "rail-optimized"])
@pytest.mark.parametrize(("profile", "servers"), [("4x1", "2x1"), ("2x1", "4x1"), ("4x1", "1x1")])
def test_hosts_of_different_numbers_of_nics_share_leaves(kind: str, profile: str, servers: str) -> None:
    before = checked(sharing(kind, "1", "2-3", profile=profile, servers=servers))
    after = checked(sharing(kind, "1-3", "1-4", profile=profile, servers=servers))
    assert before is not None
    assert after is not None
    grown = build(after)
    ends_agree(grown)
    only_adds(build(before), grown)
    nics = {host.name: len(host.ports) for host in grown.values() if isinstance(host, Host)}
    wanted = {True: int(servers[0]), False: int(profile[0])}
    assert nics == {name: wanted[name.startswith("store")] for name in nics}
    assert len(nics) == 12 + 5
    (fabric,) = after.fabrics
    assert fabric.plan.link_counts()[HOST, "leaf"] == sum(nics.values())
    leaves = [device for device in grown.values() if is_leaf(device)]
    assert len(leaves) == {"single-tier": 1, "fat-tree": 2, "rail-optimized": max(wanted.values())}[kind]


def test_a_leaf_that_has_no_room_for_all_of_them_is_refused() -> None:
    given = sharing("single-tier", "1-3", "1-4", profile="4x1", servers="2x1")
    given["pods"]["1"]["capacity"]["hosts"] = 30
    _, findings = derive_checked(Intent.model_validate(given), {}, WIDE, RENDERER.platforms, {})
    assert [(one.code, one.path[-1]) for one in findings] == [("NG403", "model")]
    assert "the NICs of the capacity are 370" in findings[0].notes[0]


@pytest.mark.parametrize("kind", ["rail-optimized", "fat-tree", "rail-only", "single-tier", "dragonfly-plus"])
def test_spines_that_nothing_is_above_share_nothing(kind: str) -> None:
    given = written(kind, pods="1", units="1-2", hosts="1-3", profile="2x1", share={"spines": 2})
    given |= {"capacity": {}}
    _, findings = derive_checked(Intent.model_validate(given), {}, WIDE, RENDERER.platforms, {})
    assert ("NG430", ("fabrics", "compute", "share", "spines")) in [(one.code, one.path) for one in findings]


@pytest.mark.parametrize("described", [{}, {"superspine": SMALL}])
def test_spines_may_be_oversubscribed_where_superspines_are_as_they_are(described: dict[str, Any]) -> None:
    """Whether the superspines are described or not, they are above the spines."""
    shape = {"profile": "2x1", "oversubscription": {"spine": "2:1"}, **described}
    cluster = checked(written("fat-tree", pods="1-2", units="1-4", hosts="1-4", **shape))
    assert cluster is not None
    assert cluster.fabrics[0].plan.cores


@pytest.mark.parametrize("kind", ["rail-optimized", "fat-tree", "rail-only", "single-tier", "dragonfly-plus"])
def test_leaves_follow_from_hosts_and_are_not_counted_by_the_intent(kind: str) -> None:
    given = written(kind, pods="1", units="1-2", hosts="1-3", profile="2x1", leaf={**SMALL, "count": 2})
    _, findings = derive_checked(Intent.model_validate(given), {}, WIDE, RENDERER.platforms, {})
    assert ("NG430", ("fabrics", "compute", "leaf", "count")) in [(one.code, one.path) for one in findings]


@pytest.mark.parametrize(("groups", "there"), [("units", 3 * 8), ("rails", 2 * 2 * 8)])
def test_spines_are_there_once_any_of_their_leaves_is(groups: str, there: int) -> None:
    """Of 32 units of two rails, 9 are there; 4 units, or a rail of 8, share 8 spines."""
    fabric = {"kind": "rail-optimized", "profile": "2x1", "spine-groups": groups, "superspine": EOS}
    given = written(**fabric, pods="1", units="1-9", hosts="1-8")
    given["pods"]["1"]["capacity"] = {"units": 32, "hosts": 8}
    given["capacity"] = {}
    cluster = checked(given)
    assert cluster is not None
    (fabric_,) = cluster.fabrics
    plan = fabric_.plan
    spines = cluster.nodes(fabric_, "spine")
    seen = {far for leaf in cluster.nodes(fabric_, "leaf") for far, _ in filter(None, plan.far_ends(leaf)[plan.down :])}
    assert set(spines) == seen
    assert len(spines) == there < plan.layers[2].count
    (told,) = summary(cluster)["fabrics"]
    assert told["links"]["spine-superspine"] == len(spines) * plan.spine_uplinks
    ends_agree(build(cluster))


def test_no_more_units_share_leaves_than_there_are() -> None:
    alone, many = (
        checked(written("fat-tree", pods="1", units="1-2", hosts="1-3", profile="2x1", share={"units": units}))
        for units in (4, 256)
    )
    assert alone is not None
    assert many is not None
    assert many.fabrics[0].plan == alone.fabrics[0].plan


def test_nics_of_one_fabric_have_one_speed() -> None:
    given = two_fabrics() | {"nodes": {"store": {"ids": "1-5", "profile": "storage-2x200g", "unit": 3}}}
    _, findings = derive_checked(Intent.model_validate(given), {}, WIDE, RENDERER.platforms, {})
    assert [(finding.code, finding.path) for finding in findings] == [("NG411", ("nodes", "store", "profile"))]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["dragonfly", "dragonfly-plus"])
@pytest.mark.parametrize("platform", SWITCH_PLATFORMS)
def test_every_platform_has_groups(platform: str, kind: str) -> None:
    one = switch(platform)
    tiers = {"router": one} if kind == "dragonfly" else {"leaf": {**one, "uplinks": 4}, "spine": {**one, "count": 4}}
    given = written(kind, pods="1", units="1-3", hosts="1-2", profile="gb200-4x400g", **tiers)
    given["capacity"] = {}
    if kind == "dragonfly-plus" and not PLATFORMS[platform].expresses["pfc"]:
        given["fabrics"]["compute"]["roce"] = {"profile": "balanced"}
    cluster, findings = derive_checked(Intent.model_validate(given), {}, CATALOG, RENDERER.platforms, {})
    assert cluster is not None, findings
    for device in devices(cluster, RENDERER.platforms):
        rendered = "".join(render_device(device, RENDERER).values())
        across = [port for port in device.ports if port.role in ACROSS]
        assert all(port.name in rendered and str(port.peer_device) in rendered for port in across)
        speaking = {neighbor.port for neighbor in device.bgp.neighbors} if device.bgp else set()
        assert speaking >= {port.name for port in across}
    (told,) = summary(cluster)["fabrics"]
    assert told["links"]["global"] > 0


@pytest.mark.slow
@pytest.mark.parametrize("platform", SWITCH_PLATFORMS)
def test_every_platform_has_three_tiers(platform: str) -> None:
    roce = {} if PLATFORMS[platform].expresses["pfc"] else {"roce": {"profile": "balanced"}}
    one = switch(platform)
    given = written("rail-optimized", pods="1-2", units="1-2", hosts="1-2", profile="gb200-4x400g", leaf=one, spine=one)
    given["fabrics"]["compute"] |= roce
    cluster, findings = derive_checked(Intent.model_validate(given), {}, CATALOG, RENDERER.platforms, {})
    assert cluster is not None, findings
    for device in devices(cluster, RENDERER.platforms):
        assert all(render_device(device, RENDERER).values())
    assert {device.role.value for device in devices(cluster, RENDERER.platforms)} == {
        "superspine",
        "spine",
        "leaf",
        "host",
    }


def leading_out(platform: str, **changed: Any) -> dict[str, Any]:
    """Return a fabric with a router that is not netgen's at the first spare port of its first leaf."""
    one = switch(platform)
    given = written("rail-optimized", pods="1", units="1", hosts="1-2", profile="gb200-4x400g", leaf=one, spine=one)
    given["capacity"] = {}
    bare = next(
        iter(d for d in devices(derive(Intent.model_validate(given), {}, CATALOG, {}), PLATFORMS) if is_leaf(d))
    )
    spare = next(port.name for port in bare.ports if port.role is PortRole.SPARE)
    given["fabrics"]["compute"]["externals"] = {
        "wan-1": {
            "leaf": bare.name,
            "interface": spare,
            "subnet": "198.51.100.0/31",
            "address": "198.51.100.0",
            "asn": 65010,
            "accept": ["0.0.0.0/0", "192.0.2.0/24"],
            **changed,
        }
    }
    return given


def is_leaf(device: Switch | Host) -> bool:
    return device.role.value == "leaf"


@pytest.mark.slow
@pytest.mark.parametrize("platform", SWITCH_PLATFORMS)
def test_every_platform_leads_out(platform: str) -> None:
    cluster, findings = derive_checked(
        Intent.model_validate(leading_out(platform)), {}, CATALOG, RENDERER.platforms, {}
    )
    assert cluster is not None, findings
    border, other = [device for device in devices(cluster, RENDERER.platforms) if is_leaf(device)][:2]
    text = "\n".join(render_device(border, RENDERER).values())
    (port,) = [port for port in border.ports if port.role is PortRole.EXTERNAL]
    for said in ("198.51.100.1", "198.51.100.0/31", "65010", "WAN-1", "192.0.2.0/24", port.name):
        assert said in text, said
    assert "198.51.100" not in "\n".join(render_device(other, RENDERER).values())
    assert "192.0.2.0/24" in "\n".join(render_device(other, RENDERER).values())


@pytest.mark.parametrize(
    ("changed", "code", "key"),
    [
        ({"asn": 4_200_010_001}, "NG415", "asn"),
        ({"accept": ["10.0.0.0/8"]}, "NG413", "accept"),
        ({"subnet": "10.255.0.0/31", "address": "10.255.0.0"}, "NG413", "subnet"),
        ({"leaf": "pod1-spine1"}, "NG301", "leaf"),
    ],
)
def test_what_would_mislead_is_refused(changed: dict[str, Any], code: str, key: str) -> None:
    given = leading_out("eos", **changed)
    _, findings = derive_checked(Intent.model_validate(given), {}, CATALOG, RENDERER.platforms, {})
    assert (code, ("fabrics", "compute", "externals", "wan-1", key)) in [(one.code, one.path) for one in findings]
