"""No circle of lossless buffers: found where there is one, and by no other measure than the routes themselves."""

from collections.abc import Iterator, Mapping
from functools import cache, partial
from itertools import pairwise, permutations
from typing import Any

import pytest

from netgen.cluster.model import Cluster
from netgen.device.build import build
from netgen.device.model import PrefixList, PrefixRule, Switch
from netgen.diagnostics.model import Severity
from netgen.record import replace
from netgen.rules.deadlock import check, find_circle, representatives
from netgen.rules.routes import Policy, Router, permitted_routes, routers_of
from tests.cluster.topology.dragonfly import Dragonfly
from tests.rules.intents import RENDERER, accepted, findings, least

PLATFORMS = RENDERER.platforms
TRANSIT = Policy()


def fabric(**changes: object) -> dict[str, Router]:
    """The routers of a fabric of leaves and spines, with changes to the policies of the leaves."""
    written = least("eos", roce={})
    written["fabrics"]["compute"]["spine"]["count"] = 4
    cluster = accepted(written)
    switches = [build(cluster, PLATFORMS, ref) for ref in representatives(cluster, cluster.fabrics[0])]
    routers = routers_of([one for one in switches if isinstance(one, Switch)], PLATFORMS)
    return {name: changed(router, **changes) if "leaf" in name else router for name, router in routers.items()}


def changed(router: Router, **changes: object) -> Router:
    return replace(router, sessions={name: replace(policy, **changes) for name, policy in router.sessions.items()})


def own_asns(routers: Mapping[str, Router]) -> dict[str, Router]:
    """Give every spine an AS number of its own, as leaves have."""
    return {name: replace(router, asn=number) for number, (name, router) in enumerate(routers.items())}


def circle(routers: Mapping[str, Router]) -> list[str] | None:
    return find_circle(permitted_routes(routers))


def test_a_fabric_as_it_is_built_has_no_circle():
    assert circle(fabric()) is None
    # nor would it have one if spines did not share a number: leaves announce only what is theirs
    assert circle(own_asns(fabric())) is None


def test_each_guard_of_a_leaf_is_enough_by_itself():
    assert circle(own_asns(fabric(own_only=False))) is None
    assert circle(own_asns(fabric(exports=None))) is None
    assert circle(fabric(own_only=False, exports=None)) is None


def test_leaves_that_pass_routes_on_between_spines_of_different_numbers_are_found():
    found = circle(own_asns(fabric(own_only=False, exports=None)))
    assert found
    assert found[0] == found[-1]
    # up and down again, twice
    assert sorted("leaf" in name for name in found[:-1]) == [False, False, True, True]


def speaking(part: str, **changes: object) -> dict[str, Router]:
    """The routers of a fabric with hosts that speak BGP, with changes to the policies of its leaves or its hosts."""
    pools = {"hosts": "10.0.0.0/16", "loopbacks": "10.255.0.0/24", "host-loopbacks": "10.254.0.0/24"}
    written = least("eos", roce={}, attach="host-bgp", pools=pools)
    written["fabrics"]["compute"]["spine"]["count"] = 4
    cluster = accepted(written)
    built = [build(cluster, PLATFORMS, ref) for ref in representatives(cluster, cluster.fabrics[0])]
    assert [sum(one.role == role for one in built) for role in ("leaf", "host")] == [2, 2]
    routers = routers_of(built, PLATFORMS)
    return {name: changed(router, **changes) if part in name else router for name, router in routers.items()}


def test_hosts_that_speak_pass_nothing_on():
    routers = speaking("host")
    assert circle(routers) is None
    routes = list(permitted_routes(routers))
    hosts = {name for name in routers if "host" in name}
    assert not [route for route in routes if hosts & set(route[1:-1])]
    # and yet their loopbacks go everywhere, over a spine to the other leaf as well
    reached = {(route[0], route[-1]) for route in routes}
    assert all((name, host) in reached for host in hosts for name in routers if name != host)
    assert circle(speaking("host", own_only=False)) is None
    assert circle(speaking("host", exports=None)) is None


def test_hosts_that_would_pass_routes_on_are_found():
    found = circle(speaking("host", own_only=False, exports=None))
    assert found
    assert any("host" in name for name in found)


def test_what_a_leaf_passes_on_for_its_hosts_is_bounded_by_its_list():
    # a spine's own loopback is of one AS too: only the list keeps it from the other spines
    assert circle(own_asns(speaking("leaf"))) is None
    assert circle(own_asns(speaking("leaf", exports=None)))


@pytest.mark.parametrize("guarded", [True, False])
def test_no_failure_permits_a_route_that_was_not_permitted(guarded):
    whole = fabric() if guarded else own_asns(fabric(own_only=False, exports=None))
    routes = set(permitted_routes(whole))
    for failed in failures(whole):
        left = set(permitted_routes(failed))
        assert left < routes
        assert not guarded or find_circle(left) is None


def failures(routers: Mapping[str, Router]) -> Iterator[dict[str, Router]]:
    """Yield what is left after the loss of any router, or of any link."""
    for lost in routers:
        yield {name: without(router, lost) for name, router in routers.items() if name != lost}
    for a, b in permutations(routers, 2):
        if a < b and b in routers[a].sessions:
            yield {
                **routers,
                a: without(routers[a], b),
                b: without(routers[b], a),
            }


def without(router: Router, neighbor: str) -> Router:
    return replace(router, sessions={name: policy for name, policy in router.sessions.items() if name != neighbor})


@pytest.mark.parametrize("own_only", [True, False])
@pytest.mark.parametrize("leaves", range(1, 5))
def test_two_of_each_are_enough_to_show_a_circle(leaves, own_only):
    names = [*(f"leaf{n}" for n in range(leaves)), *(f"spine{n}" for n in range(3))]
    routers = {
        name: Router(
            number,
            ((number << 8, 32),),
            {far: Policy(own_only=own_only and "leaf" in name) for far in names if far[0] != name[0]},
        )
        for number, name in enumerate(names)
    }
    assert (circle(routers) is None) == (own_only or leaves == 1)


def dragonfly(topology: Dragonfly) -> dict[str, Router]:
    """Every router an AS of its own that passes everything on: what BGP in a dragonfly has to do."""
    _, routers = topology.layers
    found = {}
    for node in range(routers.first, routers.first + routers.count):
        ends = (topology.peer(node, slot) for slot in range(routers.slots))
        peers = {str(far): TRANSIT for far, _ in filter(None, ends) if far in routers}
        found[str(node)] = Router(node, ((node, 32),), peers)
    return found


def test_a_dragonfly_with_one_lossless_priority_is_refused():
    routers = dragonfly(Dragonfly(a=2, p=1, h=1))
    assert circle(routers)
    # and if it keeps to minimal routes, local, global, local: that is why it has two virtual channels (ISCA 2008)
    shortest: dict[tuple[str, str], int] = {}
    routes = list(permitted_routes(routers))
    for route in routes:
        ends = route[0], route[-1]
        shortest[ends] = min(shortest.get(ends, len(route)), len(route))
    assert find_circle(route for route in routes if len(route) == shortest[route[0], route[-1]])


def grouped(kind: str, *, groups: str = "1-3", roce: bool = True, **tier: Any) -> dict[str, Any]:
    """Describe groups of 8 NICs each."""
    written = least("eos")
    fabric = written["fabrics"]["compute"]
    one = {**fabric.pop("leaf"), **tier}
    del fabric["spine"]
    written["pods"] = {"1": {"units": {groups: {"hosts": "1-2"}}}}
    tiers = {"router": one} if kind == "dragonfly" else {"leaf": {**one, "uplinks": 4}, "spine": {**one, "count": 4}}
    within = "local" if kind == "dragonfly" else "spine"
    return {
        **written,
        "fabrics": {
            "compute": {
                **fabric,
                "kind": kind,
                **tiers,
                "cables": {"host": "5m", within: "5m", "global": "40m"},
                **({"roce": {}} if roce else {}),
            }
        },
    }


def refused_for(written: dict[str, Any]) -> set[str]:
    return {finding.code for finding in findings(written) if finding.severity is Severity.ERROR}


# a triangle of a group; a square of two groups of two; a triangle of groups of one router; two routers by themselves
@pytest.mark.parametrize(
    ("shape", "refused"),
    [
        ({}, True),
        ({"groups": "1"}, True),
        ({"groups": "1-2", "count": 2}, True),
        ({"groups": "1-3", "count": 1, "uplinks": 2}, True),
        ({"groups": "1-5", "count": 2, "uplinks": 2}, True),
        ({"groups": "1-2", "count": 1, "uplinks": 8}, False),
        ({"groups": "1", "count": 2}, False),
        ({"roce": False}, False),
    ],
)
def test_a_dragonfly_is_refused_a_lossless_class_wherever_its_links_make_a_ring(shape, refused):
    written = grouped("dragonfly", **shape)
    assert refused_for(written) == ({"NG530"} if refused else set())
    for finding in findings(written):
        assert finding.code != "NG530" or "dragonfly-plus" in finding.advice


def test_a_dragonfly_with_lossy_classes_is_accepted():
    written = grouped("dragonfly")
    written["fabrics"]["compute"]["roce"] = {
        "classes": {"gpu": {"dscp": [26], "traffic-class": 3, "queue": 3}},
        "congestion-control": "none",
    }
    assert "NG530" not in {finding.code for finding in findings(written)}


def test_every_way_between_groups_of_a_dragonfly_plus_is_leaf_spine_spine_leaf():
    cluster = accepted(grouped("dragonfly-plus", groups="1-4"))
    every = [build(cluster, PLATFORMS, ref) for ref in cluster.refs()]
    routers = routers_of(every, PLATFORMS)
    leaves = {one.name: (one.pod, one.unit) for one in every if one.role == "leaf"}
    routes = [route for route in permitted_routes(routers) if route[0] in leaves and route[-1] in leaves]
    ways = {route[::-1]: len(route) for route in routes}
    assert set(ways.values()) == {4}
    assert {(way[0], way[-1]) for way in ways} == set(permutations(leaves, 2))
    assert circle(routers) is None


@pytest.mark.parametrize(("groups", "links", "found"), [("1-3", 1, False), ("1-3", 2, True), ("1-4", 3, True)])
def test_spines_that_pass_on_what_came_from_another_group_are_found_by_a_few_as_by_all(groups, links, found):
    written = grouped("dragonfly-plus", groups=groups)
    written["fabrics"]["compute"]["spine"]["uplinks"] = links
    cluster = accepted(written)
    few = representatives(cluster, cluster.fabrics[0])
    for refs in (few, list(cluster.refs())):
        routers = routers_of((build(cluster, PLATFORMS, ref) for ref in refs), PLATFORMS)
        assert circle(routers) is None
        # the spines of a group share an AS number: with one global link each, there is no ring of several groups
        transit = {name: changed(one, own_only=False, exports=None) for name, one in routers.items()}
        assert (circle(transit) is not None) == found


@pytest.mark.parametrize("kind", ["dragonfly", "dragonfly-plus"])
def test_what_a_group_hears_from_outside_all_groups_hear_and_none_is_in_between(kind):
    written = grouped(kind, groups="1-4", roce=kind == "dragonfly-plus")
    role = "router" if kind == "dragonfly" else "leaf"
    border, outside = f"pod1-group1-{role}1", (0xC0000200, 24)
    wan = {"leaf": border, "subnet": "198.51.100.0/31", "address": "198.51.100.0", "asn": 65010}
    wan |= {"interface": "Ethernet40/1", "accept": ["192.0.2.0/24"]}
    written["fabrics"]["compute"]["externals"] = {"wan-1": wan}
    cluster = accepted(written)
    every = [build(cluster, PLATFORMS, ref) for ref in cluster.refs()]
    if kind == "dragonfly":
        # some routers are enough: everybody passes everything on, over as many ways as there are orders of them
        some = {f"pod1-group{group}-router{number}" for group in (1, 2) for number in (1, 2, 4)}
        every = [one for one in every if one.name in some]
    routers = routers_of(every, PLATFORMS)
    assert routers[border].sessions
    routers[border] = replace(routers[border], sessions={**routers[border].sessions, "wan-1": TRANSIT})
    routers["wan-1"] = Router(65010, (outside,), {border: TRANSIT})
    heard = [route for route in permitted_routes({**routers}) if route[-1] == "wan-1"]
    edges = {one.name for one in every if one.role == role}
    assert {route[0] for route in heard} >= edges
    if kind == "dragonfly-plus":
        assert circle(routers) is None
        for route in heard:
            groups = [name.split("-")[1] for name in route[:-1]]
            assert sum(a != b for a, b in pairwise(groups)) <= 1


def test_the_rule_looks_at_lossless_fabrics_only(monkeypatch):
    cluster = accepted(least("eos", roce={}))
    assert list(check(cluster, PLATFORMS, once(cluster))) == []
    monkeypatch.setattr("netgen.rules.deadlock.find_circle", lambda routes: ["a", "b", "a"])
    [finding] = check(cluster, PLATFORMS, once(cluster))
    assert (finding.code, finding.path) == ("NG530", ("fabrics", "compute", "roce"))
    assert finding.message.endswith("a → b → a")
    lossy = accepted(least("eos"))
    assert list(check(lossy, PLATFORMS, once(lossy))) == []


def once(cluster: Cluster):
    return cache(partial(build, cluster, PLATFORMS))


@pytest.mark.parametrize(
    ("prefix", "permitted"),
    [
        ((0x0A000000, 8), True),
        ((0x0A000000, 9), False),
        ((0x0B000000, 8), False),
        ((0x0C000000, 24), True),
        ((0x0C000000, 23), False),
        ((0x0C010000, 25), False),
        ((0x0D000000, 32), True),
        ((0x0E000000, 31), True),
        ((0x0E000000, 32), False),
        ((0x0E010000, 31), False),
    ],
)
def test_a_prefix_list_is_read_as_a_router_reads_it(prefix, permitted):
    rules = (
        PrefixRule(10, True, 0x0A000000, 8),
        PrefixRule(20, True, 0x0C000000, 16, ge=24, le=24),
        PrefixRule(30, True, 0x0D000000, 16, ge=24),
        PrefixRule(50, True, 0x0E000000, 8, le=31),
        PrefixRule(40, False, 0x0E010000, 16, le=32),
    )
    routers = {
        "a": Router(1, (prefix,), {"b": Policy(exports=PrefixList("L", rules, ""))}),
        "b": Router(2, (), {"a": TRANSIT}),
    }
    assert (list(permitted_routes(routers)) == [("b", "a")]) == permitted


def test_straight_and_branching_routes_are_no_circle():
    assert find_circle([]) is None
    assert find_circle([("a", "b", "c"), ("a", "b", "d"), ("c", "b", "a")]) is None
    assert find_circle([("a", "b", "c", "a"), ("c", "a", "b")]) is not None
