"""A whole fabric's state, made by other means, is without fault; each single fault is named where it is."""

from itertools import pairwise

import networkx as nx
import pytest

from netgen.export.lab import lab_spec
from netgen.platforms.load import load_platforms
from netgen.record import replace
from netgen.resources.load import resources
from netgen.verify.infiniband.compare import compare
from netgen.verify.infiniband.found import AdapterPort, Manager, Network, Node
from netgen.verify.infiniband.read import Look, Reading
from netgen.verify.infiniband.wanted import wanted
from netgen.verify.model import Check
from tests.infiniband import derived, written

PARTITIONS = {
    "red": {"pkey": 0x101, "service-level": 1, "members": [{"unit": "1/1", "hosts": "1-2", "membership": "full"}]},
    "blue": {"pkey": 0x102, "service-level": 2, "members": [{"unit": "1/1", "hosts": "3-4", "membership": "full"}]},
    "store": {
        "pkey": 0x200,
        "members": [{"nodes": "store", "membership": "full"}, {"unit": "1/1", "membership": "limited"}],
    },
}
QOS = {
    "levels": {
        "default": {"level": 0, "lane": 0, "weight": 32},
        "red": {"level": 1, "lane": 1, "weight": 32},
        "blue": {"level": 2, "lane": 2, "weight": 32},
    },
    "lanes": 4,
}
PLATFORMS = load_platforms(resources())
MASTER, OTHER = "sm-2", "sm-1"


@pytest.fixture(scope="module")
def cluster():
    return derived(written(partitions=PARTITIONS, qos=QOS))


@pytest.fixture(scope="module")
def should(cluster):
    return wanted(cluster[0], PLATFORMS, cluster[1])


@pytest.fixture(scope="module")
def healthy(cluster):
    """What would be read if all were well: from the specification of a lab, and by shortest paths."""
    spec = lab_spec(cluster[0], PLATFORMS)
    (subnet,) = spec.subnets
    ports_of = {node.name: node.ports for node in spec.nodes}
    numbers = {one.node: dict(zip(ports_of[one.node], one.numbers, strict=True)) for one in subnet.switches}
    switches = {one.node: one.guid for one in subnet.switches}
    ends = {(node, port): (switches[node], n) for node in switches for port, n in numbers[node].items()}
    ends |= {(one.node, one.port): (one.node_guid, one.number) for one in subnet.adapters}
    links = {}
    for cable in spec.cables:
        a, b = ends[cable.a_node, cable.a_port], ends[cable.b_node, cable.b_port]
        links |= {a: b, b: a}
    nodes = {guid: Node(guid, f"Quantum {n}", True, n) for n, guid in enumerate(switches.values(), 1)}
    nodes |= {one.node_guid: Node(one.node_guid, f"{one.node} {one.hca}", False) for one in subnet.adapters}
    ports = {
        one.guid: AdapterPort(one.guid, (one.node_guid, one.number), 1000 + n, 0)
        for n, one in enumerate(subnet.adapters)
    }
    network = Network(nodes, ports, links)
    members = {port.guid: {0x7FFF: "limited"} for port in cluster[1].hcas.values()}
    for port in cluster[1].hcas.values():
        members[port.guid] |= {partition.pkey: word for partition, word in cluster[1].memberships(port)}
    pkeys = {
        guid: frozenset(pkey | (0x8000 if word == "full" else 0) for pkey, word in own.items())
        for guid, own in members.items()
    }
    return Reading(network, shortest(network), pkeys, {})


def shortest(network):
    graph = nx.DiGraph((here[0], far[0]) for here, far in network.links.items())
    out = {}
    for here, far in sorted(network.links.items()):
        out.setdefault((here[0], far[0]), here[1])
    tables = {guid: {} for guid, node in network.nodes.items() if node.is_switch}
    for port in network.ports.values():
        ways = nx.single_target_shortest_path(graph, port.end[0])
        for guid, table in tables.items():
            table[port.lid] = out[guid, ways[guid][1]]
    return tables


def master(should, **other):
    one = should.managers[0]
    return {one.guid: Look(Manager(one.guid, one.priority, "MASTER"), other.get("engine", "ftree"))}


def problems(should, reading, looks=None):
    found = compare(should, looks or master(should), reading).problems
    return [(one.device, one.check, one.port, one.message) for one in found]


def guid_of(should, device, index=0):
    return sorted(guid for guid, end in should.ports.items() if end[0] == device)[index]


def test_all_is_well(should, healthy):
    result = compare(should, master(should), healthy)
    assert result.problems == ()
    assert result.notes == ()
    assert result.checked[Check.PARTITIONS] == len(healthy.network.ports) == 4 * 8 + 2 * 2 + 2
    # red and blue each among 16 ports; storage among its 4 and with 32; the manager with all
    assert result.checked[Check.PAIRS] == 2 * (16 * 15 // 2) + 4 * 3 // 2 + 4 * 32 + (38 * 37 - 36 * 35) // 2


def test_who_manages(should, healthy):
    assert [one.name for one in should.managers] == [MASTER, OTHER]
    first, second = should.managers
    assert problems(should, healthy, {first.guid: Look(Manager(second.guid, 13, "MASTER"), None)}) == [
        (OTHER, Check.MANAGER, "", f"it manages the fabric (priority 13); {MASTER} (priority 14) should")
    ]
    stranger = "0x0000000000000bad manages the fabric, which the intent does not know"
    assert problems(should, healthy, {first.guid: Look(Manager(0xBAD, 15, "MASTER"), None)}) == [
        (MASTER, Check.MANAGER, "", f"{stranger}; {MASTER} (priority 14) should")
    ]
    assert problems(should, healthy, {first.guid: Look(Manager(first.guid, 3, "MASTER"), "ftree")}) == [
        (MASTER, Check.MANAGER, "", "its priority is 3; 14 it should be")
    ]


@pytest.mark.parametrize(
    ("engine", "message"),
    [
        ("minhop", "minhop computed the routes; ftree should"),
        (None, "OpenSM's log does not say which engine computed the routes"),
    ],
)
def test_the_engine(should, healthy, engine, message):
    assert problems(should, healthy, master(should, engine=engine)) == [(MASTER, Check.ENGINE, "", message)]


def test_a_port_with_a_key_too_many_and_one_too_few(should, healthy):
    guid = guid_of(should, "pod1-su1-host1")
    device, port = should.ports[guid]
    pkeys = {**healthy.pkeys, guid: healthy.pkeys[guid] - {0x200} | {0x8102}}
    found = problems(should, replace(healthy, pkeys=pkeys))
    assert [one[3] for one in found if one[1] is Check.PARTITIONS] == [
        "it is full member of blue (0x0102); it should not be in it",
        "it is not in store (0x0200); it should be limited member",
    ]
    assert {(one[0], one[2]) for one in found if one[1] is Check.PARTITIONS} == {(device, port)}
    gained = [one[3] for one in found if one[1] is Check.PAIRS and "can speak" in one[3]]
    assert len(gained) == 1
    assert "as 15 more pairs like it; no partition permits that" in gained[0]
    lost = [one[3] for one in found if one[1] is Check.PAIRS and "cannot speak" in one[3]]
    assert len(lost) == 1
    assert "as 3 more pairs like it; a partition permits that" in lost[0]


def test_a_port_that_does_not_answer(should, healthy):
    guid = guid_of(should, "store-1")
    pkeys = {other: keys for other, keys in healthy.pkeys.items() if other != guid}
    reading = replace(healthy, pkeys=pkeys, silent={guid: "timed out"})
    assert problems(should, reading) == [
        (*should.ports[guid][:1], Check.PARTITIONS, should.ports[guid][1], "its partitions cannot be read: timed out")
    ]


def test_cables_that_are_swapped(should, healthy):
    ends = [healthy.network.ports[guid_of(should, f"pod1-su1-host{n}")].end for n in (1, 2)]
    links = dict(healthy.network.links)
    first, second = (links[end] for end in ends)
    links |= {ends[0]: second, second: ends[0], ends[1]: first, first: ends[1]}
    network = replace(healthy.network, links=links)
    found = problems(should, replace(healthy, network=network, tables=shortest(network)))
    assert [one[1] for one in found] == [Check.CABLING] * 2
    assert "The cable from" in found[0][3]


def test_an_adapter_that_nobody_knows(should, healthy):
    end = next(
        end
        for end, far in healthy.network.links.items()
        if healthy.network.nodes[end[0]].is_switch
        and far[0] == healthy.network.ports[guid_of(should, "pod1-su1-host1")].end[0]
    )
    links = {**healthy.network.links, end: (0xAA, 1), (0xAA, 1): end}
    del links[healthy.network.ports[guid_of(should, "pod1-su1-host1")].end]
    nodes = {**healthy.network.nodes, 0xAA: Node(0xAA, "laptop mlx5_0", False)}
    found = problems(should, replace(healthy, network=replace(healthy.network, links=links, nodes=nodes)))
    assert found[0][:3] == ("laptop mlx5_0 (0x00000000000000aa)", Check.CABLING, "1")
    assert "nothing should be. The cable from pod1-su1-rail1-leaf1 1 belongs into pod1-su1-host1" in found[0][3]


def test_routes_that_are_missing(should, healthy):
    guid = guid_of(should, "store-1")
    lid = healthy.network.ports[guid].lid
    tables = {switch: {to: out for to, out in own.items() if to != lid} for switch, own in healthy.tables.items()}
    (found,) = problems(should, replace(healthy, tables=tables))
    assert found[:3] == (MASTER, Check.ROUTES, "")
    assert found[3].endswith(f" to {' '.join(should.ports[guid])}")


def test_routes_that_the_tool_leaves_out_are_noted(should, healthy):
    guid = guid_of(should, "store-1")
    lid = healthy.network.ports[guid].lid
    tables = {switch: {to: out for to, out in own.items() if to != lid} for switch, own in healthy.tables.items()}
    result = compare(should, master(should), replace(healthy, tables=tables, untold=frozenset({lid})))
    assert result.problems == ()
    assert result.notes == (
        f"fabric ib: the routes to {' '.join(should.ports[guid])} were not judged: dump_fts leaves them out",
    )


def crossed(should, healthy, first, second):
    """Send what goes to two ports down and up again: leaf 1 → spine 1 → leaf 2 → spine 2, and the other way round."""
    network = healthy.network
    out = {}
    for here, far in sorted(network.links.items()):
        out.setdefault((here[0], far[0]), here[1])
    leaf = {guid: network.links[network.ports[guid].end][0] for guid in (first, second)}
    others = [
        guid
        for guid in healthy.tables
        if guid not in leaf.values() and any((guid, port.end[0]) in out for port in network.ports.values())
    ]
    spines = [guid for guid in healthy.tables if all((guid, one) in out for one in [*others, *leaf.values()])]
    a, b, (s1, s2, *_) = *others[:2], spines
    tables = {guid: dict(own) for guid, own in healthy.tables.items()}
    for port, way in ((first, (a, s1, b, s2, leaf[first])), (second, (b, s2, a, s1, leaf[second]))):
        for here, there in pairwise(way):
            tables[here][network.ports[port].lid] = out[here, there]
    return replace(healthy, tables=tables)


def test_routes_that_wait_for_each_other_count_on_one_lane_only(should, healthy):
    red = guid_of(should, "pod1-su1-host1", 0), guid_of(should, "pod1-su1-host2", 1)
    found = [one for one in problems(should, crossed(should, healthy, *red)) if one[1] is Check.CIRCLES]
    assert found, "on lane 1, and by storage and the manager on lane 0"
    assert "on lane 1 routes could wait for each other in a circle: " in " ".join(one[3] for one in found)
    # a red and a blue port: on no lane of theirs is the circle closed
    mixed = guid_of(should, "pod1-su1-host1", 0), guid_of(should, "pod1-su1-host3", 1)
    found = [one[3] for one in problems(should, crossed(should, healthy, *mixed)) if one[1] is Check.CIRCLES]
    assert not any("lane 1 " in message or "lane 2 " in message for message in found)


def test_an_engine_that_chooses_lanes_by_path_is_not_judged_by_tables(should, healthy):
    red = guid_of(should, "pod1-su1-host1", 0), guid_of(should, "pod1-su1-host2", 1)
    result = compare(replace(should, lanes_by_path=True), master(should), crossed(should, healthy, *red))
    assert result.problems == ()
    assert "was not judged" in result.notes[0]
