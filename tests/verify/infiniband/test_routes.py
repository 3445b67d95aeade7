"""Routes on small fabrics that are known: those that arrive, those that do not, and those that wait for each other."""

import networkx as nx
from hypothesis import given, settings
from hypothesis import strategies as st

from netgen.verify.infiniband.found import AdapterPort, Network, Node
from netgen.verify.infiniband.routes import Lost, circle, follow
from tests.examples import at_most

# one adapter a switch: switch n has LID n, its adapter the port GUID and LID 100 + n at port 1


def ring(size):
    """Switches in a ring: port 2 leads to the next one, port 3 back."""
    nodes = {n: Node(n, f"s{n}", True, n) for n in range(size)}
    ports = {100 + n: AdapterPort(100 + n, (200 + n, 1), 100 + n, 0) for n in range(size)}
    links = {}
    for n in range(size):
        links |= {(n, 1): (200 + n, 1), (200 + n, 1): (n, 1)}
        links |= {(n, 2): ((n + 1) % size, 3), ((n + 1) % size, 3): (n, 2)}
    return Network(nodes, ports, links)


def clockwise(size):
    return {n: {100 + m: 1 if m == n else 2 for m in range(size)} for n in range(size)}


def along_a_line(size):
    """Never over the link between the last and the first."""
    return {n: {100 + m: 1 if m == n else 2 if m > n else 3 for m in range(size)} for n in range(size)}


def test_a_ring_that_all_go_around_one_way_waits_for_itself():
    lost, dependencies = follow(ring(4), clockwise(4))
    assert lost == []
    assert circle(dependencies) == [(0, 2), (1, 2), (2, 2), (3, 2)]


def test_a_ring_that_is_used_as_a_line_does_not():
    lost, dependencies = follow(ring(4), along_a_line(4))
    assert lost == []
    assert circle(dependencies) == []


def test_routes_that_do_not_arrive():
    tables = along_a_line(4)
    del tables[1][103]  # no route
    tables[2][100] = 2  # on to 3, which sends back to 2
    tables[3][101] = 1  # into another adapter
    lost, _ = follow(ring(4), tables)
    assert lost == [Lost(100, 100, (2, 3)), Lost(101, 101, (3,)), Lost(103, 103, (0, 1))]


def test_a_pulled_link_loses_what_went_over_it():
    network = ring(4)
    links = {end: far for end, far in network.links.items() if (1, 2) not in {end, far}}
    lost, _ = follow(Network(network.nodes, network.ports, links), along_a_line(4))
    assert {(one.lid, one.switches) for one in lost} == {(100, (2, 3)), (101, (2, 3)), (102, (0, 1)), (103, (0, 1))}


EDGES = st.sets(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=14)


@settings(max_examples=at_most(80), deadline=None)
@given(EDGES)
def test_a_circle_is_found_where_there_is_one(edges):
    dependencies = {}
    for a, b in edges:
        dependencies.setdefault((a, 0), set()).add((b, 0))
    found = circle(dependencies)
    graph = nx.DiGraph(((a, 0), (b, 0)) for a, b in edges)
    assert bool(found) is not nx.is_directed_acyclic_graph(graph)
    for here, ahead in zip(found, [*found[1:], *found[:1]], strict=True):
        assert ahead in dependencies[here]
