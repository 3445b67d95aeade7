"""Nodes in the places of hosts, from the intent to devices: nothing moves for them, and what cannot be is refused."""

from collections import Counter
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from netgen.cluster.derive import derive
from netgen.cluster.directory import directory, managed_at
from netgen.cluster.fabric import Fabric
from netgen.cluster.model import Cluster
from netgen.cluster.out_of_band import out_of_band
from netgen.cluster.topology.guests import FIRST_UNIT, is_guest
from netgen.cluster.topology.slots import HOST, links
from netgen.device.model import Host
from netgen.intent.models import Intent
from netgen.intent.quantities import MAX_ID, parse_ids
from netgen.record import replace
from netgen.report.topology import summary
from netgen.rules.run import derive_checked, refused
from tests.cluster.test_growth import ends_agree, only_adds
from tests.cluster.test_kinds import EOS, SMALL, WIDE, build, fabrics, grouped, sharing, written
from tests.examples import at_most
from tests.rules.intents import RENDERER

BESIDE = replace(
    WIDE,
    hosts=WIDE.hosts
    | {
        f"node-{name}": replace(one, name=f"node-{name}", gpus=0, nics={"compute": one.nics["compute"]})
        for name, one in WIDE.hosts.items()
        if name[0] in "124"
    },
)
"""With nodes that have no NICs but those for computing."""
SPEAKING = {"hosts": "10.0.0.0/12", "loopbacks": "10.255.0.0/18", "links": "10.128.0.0/14"} | {
    "host-loopbacks": "10.254.0.0/16"
}


@st.composite
def shapes(draw: st.DrawFn) -> tuple[dict[str, Any], int]:
    """A fabric, and NICs of the nodes in the places of its hosts."""
    shape = draw(fabrics() | grouped())
    nics, ports = map(int, shape["profile"].split("x"))
    if draw(st.booleans()) and shape["kind"] != "dragonfly-plus":
        shape |= {"attach": "host-bgp", "pools": SPEAKING}
    elif ports == 1 and draw(st.booleans()):
        shape |= {"attach": "svi"}
    return shape, draw(st.sampled_from([few for few in (1, 2, 4) if few <= nics]))


def checked(given: dict[str, Any]) -> Cluster | None:
    cluster, findings = derive_checked(Intent.model_validate(given), {}, BESIDE, RENDERER.platforms, {})
    # as in test_kinds: what cannot be built of so few ports, or has not the words that it needs
    assert not refused(findings) or {f.code for f in findings} & {"NG403", "NG404", "NG405", "NG430", "NG433"}, findings
    return cluster


def guests(shape: dict[str, Any], few: int, ids: str, places: str = "4", **more: Any) -> dict[str, Any]:
    profile = f"node-{few}x{shape['profile'][-1]}"
    return {"nodes": {"ufm": {"ids": ids, "profile": profile, "unit": 1, "in-place-of": places}, **more}}


@settings(max_examples=at_most(40), deadline=None)
@given(shapes(), st.sampled_from(["1", "1,3"]))
def test_they_move_nothing_and_nothing_moves_them(drawn: tuple[dict[str, Any], int], units: str) -> None:
    shape, few = drawn
    room = int(shape["profile"][0]) // few
    small = written(**shape, pods="1", units=units, hosts="1-2")
    large = written(**shape, pods="1", units="1-4", hosts="1-3")
    later = {"sm": {"ids": "1", "profile": guests(shape, few, "1")["nodes"]["ufm"]["profile"], "unit": 1}}
    later["sm"]["in-place-of"] = "3"
    steps = [
        small,
        small | guests(shape, few, "1"),
        small | guests(shape, few, f"1-{room}"),
        small | guests(shape, few, f"1-{room}", **later),
        {**large, "pods": {"1": {**large["pods"]["1"], "units": {"2-4": {"hosts": "1-3"}, "1": {"hosts": "1-2"}}}}}
        | guests(shape, few, f"1-{room}", **later),
    ]
    clusters = [checked(step) for step in steps]
    assume(all(clusters))
    built = [build(cluster) for cluster in clusters if cluster is not None]
    for before, after in pairwise(built):
        ends_agree(after)
        only_adds(before, after)
    nodes = [device for name, device in built[-1].items() if name.startswith(("ufm-", "sm-"))]
    assert {len(node.ports) for node in nodes} == {few * int(shape["profile"][-1])}
    assert len(nodes) == room + 1
    assert {(node.pod, node.unit) for node in nodes} == {(1, 1)}


@settings(max_examples=at_most(30), deadline=None)
@given(shapes())
def test_their_cables_are_counted_and_numbers_are_unique(drawn: tuple[dict[str, Any], int]) -> None:
    shape, few = drawn
    cluster = checked(written(**shape, pods="1", units="1-3", hosts="1-3") | guests(shape, few, "1"))
    assume(cluster is not None)
    assert cluster is not None
    (fabric,) = cluster.fabrics
    assert few * int(shape["profile"][-1]) == cabled(cluster, fabric)
    (told,) = summary(cluster)["fabrics"]
    there = [ends for ends in links(fabric.plan) if all(cluster.exists(fabric, node) for node, _ in ends)]
    at_hosts = sum(ends[0][0] in fabric.layer(HOST) for ends in there)
    assert told["links"][f"host-{fabric.edge.role}"] == at_hosts
    built = build(cluster)
    addresses = Counter(port.ipv4 for device in built.values() for port in device.ports if port.ipv4 is not None)
    addresses += Counter(device.loopback for device in built.values() if device.loopback is not None)
    addresses += Counter(device.management.address for device in built.values())
    assert set(addresses.values()) == {1}
    for name, device in built.items():
        found = managed_at(cluster, device.management.address)
        assert found is not None
        assert found.name == name
        assert directory(cluster).called(name) == found


def cabled(cluster: Cluster, fabric: Fabric) -> int:
    """Count the cables of the only node in the place of a host."""
    (node,) = [node for node in fabric.layer(HOST).nodes[-fabric.layer(HOST).guests :] if cluster.exists(fabric, node)]
    return sum(end is not None for end in fabric.plan.far_ends(node))


def of_rails(**nodes: Any) -> dict[str, Any]:
    given = written("rail-optimized", pods="1", units="1-2", hosts="1-3", profile="4x1", leaf=EOS, spine=EOS)
    return given | {"capacity": {}, "nodes": nodes}


def test_nics_of_several_nodes_are_at_the_rails_of_one_host_and_then_of_the_next() -> None:
    ufm = {"ids": "1-3", "profile": "node-2x1", "unit": 2, "in-place-of": "4-5"}
    given = of_rails(ufm=ufm)
    given["pods"]["1"]["capacity"]["hosts"] = 5
    built = build(derive(Intent.model_validate(given), {}, BESIDE, {}))
    leaves = [f"pod1-su2-rail{rail}-leaf1" for rail in range(1, 5)]
    at = {name: [port.peer_device for port in built[name].ports] for name in ("ufm-1", "ufm-2", "ufm-3")}
    assert at == {"ufm-1": leaves[:2], "ufm-2": leaves[2:], "ufm-3": leaves[:2]}
    ports = [port.peer_device for port in built[leaves[0]].ports if port.peer_device][:5]
    assert ports == [*(f"pod1-su2-host{n}" for n in range(1, 4)), "ufm-1", "ufm-3"]
    kept = [port.role.value for port in built[leaves[2]].ports][3:5]
    assert kept == [built["ufm-2"].ports[0].role.value, "reserved"]


@pytest.mark.parametrize("kind", ["single-tier", "fat-tree", "rail-optimized"])
def test_they_sit_beside_hosts_that_share_leaves_with_servers_of_fewer_nics(kind: str) -> None:
    ufm = {"ids": "1-2", "profile": "node-1x1", "unit": 2, "in-place-of": "4"}
    given = sharing(kind, "1-2", "1-3", profile="4x1", servers="2x1")
    before, after = checked(given), checked(given | {"nodes": {**given["nodes"], "ufm": ufm}})
    assert before is not None
    assert after is not None
    ends_agree(build(after))
    only_adds(build(before), build(after))
    ports = [port for number in (1, 2) for port in build(after)[f"ufm-{number}"].ports]
    leaves = [port.peer_device for port in ports]
    assert len(set(leaves)) == (2 if kind == "rail-optimized" else 1)


def test_the_highest_unit_of_an_intent_is_none_of_theirs() -> None:
    assert not is_guest(parse_ids(str(MAX_ID)).highest)
    assert is_guest(FIRST_UNIT)


def test_a_bundle_of_theirs_is_of_their_own_ports() -> None:
    """All NICs of a host at one leaf, each host a bundle: two nodes in the place of one have one each."""
    ufm = {"ids": "1-2", "profile": "node-2x1", "unit": 1, "in-place-of": "4"}
    given = of_rails(ufm=ufm)
    given["fabrics"]["compute"] |= {"attach": "bond", "share": {"rails": 4}}
    cluster, findings = derive_checked(Intent.model_validate(given), {}, BESIDE, RENDERER.platforms, {})
    assert cluster is not None, findings
    built = build(cluster)
    ends_agree(built)
    leaf = next(device for name, device in built.items() if name.startswith("pod1-su1-") and name.endswith("leaf1"))
    members = {bond.description: bond.members for bond in leaf.bonds if bond.description}
    assert {name.split()[0]: len(ports) for name, ports in members.items()} == {
        **{f"pod1-su1-host{n}": 4 for n in range(1, 4)},
        "ufm-1": 2,
        "ufm-2": 2,
    }
    assert len({bond.number for bond in leaf.bonds}) == len(leaf.bonds)
    hosts = [device for device in built.values() if isinstance(device, Host)]
    assert len({bond.ipv4 for host in hosts for bond in host.bonds}) == len(hosts)


def test_they_are_out_of_band_behind_what_is_there_in_their_unit() -> None:
    ufm = {"ids": "1-2", "profile": "node-2x1", "unit": 1, "in-place-of": "4"}

    def plugs(**nodes: Any) -> dict[tuple[str, str | None], tuple[str, int]]:
        given = of_rails(**nodes)
        given["management"]["out-of-band"] = {"leaf": {"model": "sn2201"}}
        laid = out_of_band(derive(Intent.model_validate(given), {}, BESIDE, {}))
        assert laid is not None
        return {(plug.device.name, plug.port): (plug.leaf.name, plug.leaf_port) for plug in laid.plugs()}

    before, after = plugs(), plugs(ufm=ufm)
    assert before.items() <= after.items()
    # 4 hosts and 4 switches come before them
    assert {plug: at for plug, at in after.items() if plug not in before} == {
        (f"ufm-{node}", port): ("pod1-su1-oob1", 4 * 2 + 4 + 2 * (node - 1) + place)
        for node in (1, 2)
        for place, port in enumerate(("eth0", "bmc"))
    }


def test_a_port_is_named_by_them_and_not_by_their_number() -> None:
    given = of_rails(ufm={"ids": "1", "profile": "node-2x1", "unit": 1, "in-place-of": "4"})
    leaf = "pod1-su1-rail1-leaf1"
    given["fabrics"]["compute"]["exceptions"] = {
        "one": {"reason": "optics", "port": {"leaf": leaf, "to": "ufm-1"}, "enabled": False},
        "two": {"reason": "optics", "port": {"leaf": leaf, "host": 1}, "enabled": False},
    }
    built = build(derive(Intent.model_validate(given), {}, BESIDE, {}))
    shut = [port.peer_device for port in built[leaf].ports if port.peer_device and not port.enabled]
    assert shut == ["pod1-su1-host1", "ufm-1"]
    given["fabrics"]["compute"]["exceptions"]["two"]["port"] = {"leaf": leaf, "host": 4}
    _, findings = derive_checked(Intent.model_validate(given), {}, BESIDE, RENDERER.platforms, {})
    assert [finding.message for finding in findings] == [f"{leaf} serves hosts 1-3, not 4"]


@pytest.mark.parametrize(
    ("node", "code", "path"),
    [
        ({"unit": 3}, "NG441", ("nodes", "ufm", "unit")),
        ({"in-place-of": "3-4"}, "NG441", ("nodes", "ufm", "in-place-of")),
        ({"in-place-of": "5"}, "NG408", ("nodes", "ufm", "in-place-of")),
        ({"ids": "3"}, "NG441", ("nodes", "ufm", "ids")),
        ({"profile": "hgx-h100-8x400g"}, "NG441", ("nodes", "ufm", "profile")),
    ],
)
def test_what_is_no_place_is_refused(node: dict[str, Any], code: str, path: tuple[str, ...]) -> None:
    given = of_rails(ufm={"ids": "1-2", "profile": "node-2x1", "unit": 1, "in-place-of": "4", **node})
    given["pods"]["1"]["capacity"]["units"] = 2
    _, findings = derive_checked(Intent.model_validate(given), {}, BESIDE, RENDERER.platforms, {})
    assert [(finding.code, finding.path) for finding in findings] == [(code, path)]


def test_a_place_is_taken_once() -> None:
    one = {"ids": "1", "profile": "node-2x1", "unit": 1, "in-place-of": "4"}
    _, findings = derive_checked(
        Intent.model_validate(of_rails(ufm=one, login=one)), {}, BESIDE, RENDERER.platforms, {}
    )
    assert [(finding.code, finding.path) for finding in findings] == [("NG409", ("nodes", "login", "in-place-of"))]


def test_lists_say_where_nodes_are() -> None:
    given = of_rails(ufm={"ids": "1", "profile": "node-2x1", "unit": 1, "in-place-of": "4"})
    given["fabrics"]["compute"] |= {"kind": "explicit", "leaf": SMALL, "spine": SMALL, "switches": "s.csv"}
    given["fabrics"]["compute"] |= {"cabling": "c.csv"}
    _, findings = derive_checked(Intent.model_validate(given), {}, BESIDE, RENDERER.platforms, {})
    assert ("NG441", ("nodes", "ufm", "in-place-of")) in [(finding.code, finding.path) for finding in findings]
