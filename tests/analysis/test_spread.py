"""Paths and loads of dragonflies against every path and every flow, and of Clos networks against the formulas."""

from collections import Counter, defaultdict
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from netgen.analysis import collectives as formulas
from netgen.analysis import spread
from netgen.analysis.collectives import ALL_TO_ALL, ALL_TO_ALL_BY_RAIL, RING_IN_ORDER, RING_SCATTERED
from netgen.analysis.survey import survey
from netgen.analysis.walked import bisection, losses, walk
from netgen.cluster.fabric import Fabric
from netgen.cluster.model import Cluster
from netgen.cluster.topology.slots import HOST, layer_of
from netgen.record import replace
from tests.analysis import brute
from tests.analysis.fabrics import Built, fabrics
from tests.analysis.test_formulas import FEW, SOME
from tests.cluster.test_kinds import checked, grouped, written
from tests.examples import at_most


@st.composite
def dragonflies(draw: st.DrawFn) -> tuple[Cluster, Fabric]:
    shape = draw(grouped())
    units, hosts = draw(st.sampled_from(["1-2", "1-3", "1-4"])), draw(st.sampled_from(["1", "1-2", "1-3"]))
    given_ = written(**shape, pods="1", units=units, hosts=hosts)
    given_["pods"]["1"]["capacity"], given_["capacity"] = {}, {}
    cluster = checked(given_)
    assume(cluster is not None)
    assert cluster is not None
    return cluster, cluster.fabrics[0]


@st.composite
def damaged(draw: st.DrawFn) -> tuple[Cluster, Fabric]:
    """Dragonflies some of whose links are shut, of hosts too."""
    cluster, fabric = draw(dragonflies())
    ends = [slot for *_, slot in brute.links(cluster, fabric)]
    gone = draw(st.lists(st.sampled_from(ends), max_size=6, unique=True))
    every = frozenset({*gone, *(fabric.plan.peer(*end) for end in gone)})
    bad = replace(fabric, overlay=replace(fabric.overlay, disabled=every))
    return replace(cluster, fabrics=(bad,)), bad


def at(fabric: Fabric, nic: brute.Nic) -> Any:
    return fabric.plan.peer(nic[1], nic[2])[0]


def group(fabric: Fabric, node: int) -> tuple[int, int]:
    ids = fabric.plan.ids(node)
    return ids.pod, ids.unit


@settings(max_examples=at_most(40), deadline=None)
@given(dragonflies() | damaged())
def test_paths_are_those_of_every_pair_of_nics(built: tuple[Cluster, Fabric]) -> None:
    cluster, fabric = built
    net = brute.graph(cluster, fabric)
    nics = [node for node in net if isinstance(node, tuple)]
    pairs, counts = Counter(), defaultdict(set)
    for a in nics:
        distance, paths = brute.shortest(net, a)
        for b in nics:
            if a[1] != b[1]:
                one, other = at(fabric, a), at(fabric, b)
                near = spread.SAME_GROUP if group(fabric, one) == group(fabric, other) else spread.OTHER_GROUP
                kind = spread.SAME_SWITCH if one == other else near, distance.get(b, 0)
                pairs[kind] += 1
                counts[kind].add(paths[b])
    found = {(way.scope, way.links): way for way in spread.ways(walk(cluster, fabric), fabric)}
    assert {kind: way.pairs for kind, way in found.items()} == dict(pairs)
    assert {kind: (way.fewest, way.most) for kind, way in found.items()} == {
        kind: (min(some), max(some)) for kind, some in counts.items()
    }


def flows(cluster: Cluster, fabric: Fabric, what: str) -> list[brute.Flow]:
    nics = range(fabric.plan.layers[0].slots)
    net = brute.graph(cluster, fabric)
    hosts = [host for host in cluster.nodes(fabric, HOST) if all(("nic", host, nic) in net for nic in nics)]
    if what == RING_SCATTERED:
        turns: Counter[tuple[int, int]] = Counter()
        rank = {}
        for host in hosts:
            own = group(fabric, host)
            rank[host] = turns[own], own
            turns[own] += 1
        hosts.sort(key=rank.__getitem__)
    if what in {RING_IN_ORDER, RING_SCATTERED}:
        steps = pairwise([*hosts, hosts[0]])
        return [(("nic", a, j), ("nic", b, j), Fraction(1)) for a, b in steps for j in nics]
    pairs = [(a, b, i, j) for a in hosts for b in hosts if a != b for i in nics for j in nics]
    rails = what == ALL_TO_ALL_BY_RAIL
    share = Fraction(1, (len(hosts) - 1) * (1 if rails else len(nics)))
    return [(("nic", a, i), ("nic", b, j), share) for a, b, i, j in pairs if i == j or not rails]


@settings(max_examples=at_most(20), deadline=None)
@given(dragonflies() | damaged(), st.sampled_from([RING_IN_ORDER, RING_SCATTERED, ALL_TO_ALL_BY_RAIL, ALL_TO_ALL]))
def test_loads_are_those_of_every_flow(built: tuple[Cluster, Fabric], what: str) -> None:
    cluster, fabric = built
    walked = walk(cluster, fabric)
    found = [one for one in spread.collectives(walked, cluster, fabric) if one.what == what]
    sent = flows(cluster, fabric, what) if found else []
    net = brute.graph(cluster, fabric)
    hosts = [host for host in walked.hosts if len(walked.at.get(host, ())) == fabric.plan.layers[0].slots]
    assert bool(found) == (len(hosts) > 1)
    assume(found)
    (one,) = found
    lost = sum(amount for source, goal, amount in sent if goal not in brute.shortest(net, source)[0])
    assert one.unreachable == pytest.approx(float(lost / sum(amount for *_, amount in sent)))
    assume(not lost)
    carried = brute.loads(cluster, fabric, sent)
    by_name: dict[str, list[Fraction]] = defaultdict(list)
    for low, high, data in brute.graph(cluster, fabric).edges(data=True):
        if isinstance(low, tuple) or isinstance(high, tuple):
            continue
        roles = sorted((layer_of(fabric.plan, node).first, layer_of(fabric.plan, node).name) for node in (low, high))
        name = "-".join(role for _, role in roles)
        if roles[0] == roles[1]:
            name = "local" if group(fabric, low) == group(fabric, high) else "global"
        by_name[name] += [carried.get(way, Fraction(0)) for way in ((low, high), (high, low))] * data["links"]
    assert one.loads.keys() == {*by_name, f"host-{fabric.edge.role}"}
    for name, loads in by_name.items():
        assert one.loads[name].busiest == pytest.approx(float(max(loads))), name
        assert one.loads[name].mean == pytest.approx(float(sum(loads) / len(loads))), name


@FEW
@given(fabrics())
def test_every_path_and_the_formulas_say_the_same_of_a_clos_network(built: Built) -> None:
    cluster, fabric = built.cluster, built.fabric
    assume(fabric.plan.ports == 1)
    reckoned = {one.what: one for one in formulas.collectives(survey(cluster, fabric, fabric.plan))}
    found = {one.what: one for one in spread.collectives(walk(cluster, fabric), cluster, fabric)}
    assert found.keys() == reckoned.keys()
    # hosts are scattered over leaves there, and over groups here
    for what in found.keys() - {RING_SCATTERED}:
        assert found[what].unreachable == pytest.approx(reckoned[what].unreachable)
        for name, load in reckoned[what].loads.items():
            assert found[what].loads[name].busiest == pytest.approx(load.busiest), (what, name)
            assert found[what].loads[name].mean == pytest.approx(load.mean), (what, name)


@settings(max_examples=at_most(40), deadline=None)
@given(damaged())
def test_hosts_that_have_lost_ports_are_in_every_figure(built: tuple[Cluster, Fabric]) -> None:
    """Also those that have lost all of them: they send nothing, and no port of theirs can fail."""
    cluster, fabric = built
    walked = walk(cluster, fabric)
    every = walked.hosts
    found = bisection(walked)
    assert found.gbps == brute.max_flow(cluster, fabric, every[: len(every) // 2])
    assert found.nics_gbps == len(every) // 2 * fabric.plan.layers[0].slots * fabric.edge.breakout.speed_gbps
    net = brute.graph(cluster, fabric)
    ports = Counter(node[1] for node in net if isinstance(node, tuple))
    lost = {one.what: one for one in losses(walked)}
    assert bool(lost) == bool(ports)
    assume(ports)
    assert lost["link of a host"].host_left == pytest.approx(1 - 1 / min(ports.values()))
    assert lost["link of a host"].hosts_hit == 1 / len(every)
    edge = {far for node in net if isinstance(node, tuple) for far in net[node]}
    most = max(len({node[1] for node in net[switch] if isinstance(node, tuple)}) for switch in edge)
    assert lost[fabric.edge.role].hosts_hit == pytest.approx(most / len(every))
    across = {name for *_, name in walked.net.edges(data="name")}
    assert {what for what in lost if " " in what} == {
        "link of a host",
        *(f"link {name}" if "-" in name else f"{name} link" for name in across),
    }


@SOME
@given(dragonflies())
def test_every_pair_of_nics_of_different_hosts_has_a_path(built: tuple[Cluster, Fabric]) -> None:
    cluster, fabric = built
    walked = walk(cluster, fabric)
    found = spread.ways(walked, fabric)
    assert all(way.links >= 2 and 1 <= way.fewest <= way.most for way in found)
    nics = [len(ports) for ports in walked.at.values()]
    assert sum(way.pairs for way in found) == sum(nics) ** 2 - sum(count**2 for count in nics)
