"""Figures of the analysis against the list of cables alone: nothing that netgen knows of slots or planes is asked."""

import csv
import io
import re
from collections import Counter, defaultdict
from typing import Any

import networkx as nx
from hypothesis import assume, given, settings

from netgen.analysis import bisection as formulas
from netgen.analysis import walked
from netgen.analysis.paths import equal_paths
from netgen.analysis.survey import survey
from netgen.cluster.fabric import Fabric
from netgen.cluster.model import Cluster
from netgen.cluster.topology.clos import Clos
from netgen.export import listing
from tests.analysis.brute import shortest
from tests.cluster.test_kinds import checked, fabrics, grouped, written
from tests.examples import at_most
from tests.export.test_cables import cabling

SOME = settings(max_examples=at_most(30), deadline=None)
Row = dict[str, str]


def listed(shape: dict[str, Any]) -> tuple[Cluster, Fabric, list[Row]]:
    pods = "1" if shape["kind"] in ("single-tier", "rail-only") else "1-2"
    cluster = checked(written(**shape, pods=pods, units="1,3", hosts="1-3"))
    assume(cluster is not None)
    assert cluster is not None
    rows = csv.DictReader(io.StringIO("".join(listing.as_csv(cabling(cluster)))))
    return cluster, cluster.fabrics[0], list(rows)


def place(host: str) -> tuple[int, ...]:
    """Pod, unit and number, as hosts are called."""
    return tuple(map(int, re.findall(r"[0-9]+", host)))


def most(rows: list[Row], first: set[str]) -> int:
    """The maximum flow from some hosts to the others, each port of theirs an end of its own."""
    net = nx.DiGraph()
    net.add_nodes_from(["from", "to"])
    for row in rows:
        a, b, gbps = row["a_device"], row["b_device"], int(row["speed"].removesuffix("G"))
        if row["link"].startswith("host-"):
            end = (a, row["a_interface"])
            net.add_edge(*(("from", end) if a in first else (end, "to")))
            a = end
        for way in ((a, b), (b, a)):
            known = net.get_edge_data(*way, {"capacity": 0})["capacity"]
            net.add_edge(*way, capacity=known + gbps)
    return int(nx.maximum_flow_value(net, "from", "to"))


@SOME
@given(fabrics() | grouped())
def test_the_bisection_is_that_of_the_cables_in_the_list(shape: dict[str, Any]) -> None:
    cluster, fabric, rows = listed(shape)
    hosts = sorted({row["a_device"] for row in rows if row["link"].startswith("host-")}, key=place)
    expected = most(rows, set(hosts[: len(hosts) // 2]))
    if isinstance(fabric.plan, Clos):
        assert formulas.bisection(survey(cluster, fabric, fabric.plan), cluster, fabric).gbps == expected
    assert walked.bisection(walked.walk(cluster, fabric)).gbps == expected


@SOME
@given(fabrics())
def test_equal_cost_paths_are_those_of_the_cables_in_the_list(shape: dict[str, Any]) -> None:
    """Ports of a NIC are one node; no NIC passes anything on."""
    cluster, fabric, rows = listed(shape)
    net = nx.Graph()
    rails = {}
    for row in rows:
        a, b = row["a_device"], row["b_device"]
        if row["link"].startswith("host-"):
            a = ("nic", a, re.sub("p[0-9]+$", "", row["a_interface"]))
            rails[a] = re.findall("rail[0-9]+", b)
        known = net.get_edge_data(a, b, {"links": 0})["links"]
        net.add_edge(a, b, links=known + 1)
    pairs: Counter[tuple[str, bool, str]] = Counter()
    counts = defaultdict(set)
    for one, rail in rails.items():
        distance, paths = shortest(net, one)
        for other, its in rails.items():
            (pod, unit, host), far = place(one[1]), place(other[1])
            if (pod, unit, host) == far:
                continue
            scope = "other pod" if pod != far[0] else "same unit" if unit == far[1] else "other unit"
            meet = {None: "none", 2: "leaf", 4: "spine", 6: "superspine"}[distance.get(other)]
            kind = scope, rail == its, meet
            pairs[kind] += 1
            counts[kind].add(paths[other])
    assert isinstance(fabric.plan, Clos)
    found = {(one.scope, one.same_rail, one.meet): one for one in equal_paths(survey(cluster, fabric, fabric.plan))}
    assert {kind: one.pairs for kind, one in found.items()} == pairs
    assert {kind: {one.paths} for kind, one in found.items()} == counts
