"""What follows from the cables and the configurations of all switches."""

import pytest

from netgen.lab.eos import shows
from netgen.lab.eos.fabric import Fabric
from netgen.lab.eos.faults import Fault
from netgen.lab.spec import LabCable

E1, E5, E10 = "Ethernet1/1", "Ethernet1/5", "Ethernet10/1"


def heard(fabric: Fabric, name: str) -> dict[str, tuple[str, str]]:
    with fabric.at(name) as switch:
        answer = shows.lldp(fabric, switch.device, fabric.view(name))
    return {each["port"]: (each["neighborDevice"], each["neighborPort"]) for each in answer["lldpNeighbors"]}


def states(fabric: Fabric, name: str) -> dict[str, str]:
    bgp = fabric.view(name).bgp
    assert bgp
    return {each.name: fabric.peering(name, each.name)[0].state for each in bgp.neighbours}


def paths(fabric: Fabric, name: str) -> dict[str, int]:
    best = fabric.routing().ribs[name].best
    return {str(prefix): len(routes) for prefix, routes in best.items() if routes[0].via}


def as_paths(fabric: Fabric, name: str) -> set[tuple[int, ...]]:
    return {route.as_path for routes in fabric.routing().ribs[name].best.values() for route in routes}


def swap_cables(fabric: Fabric, first: tuple[str, str], second: tuple[str, str]) -> None:
    other = {first: second, second: first}
    ends = [((cable.a_node, cable.a_port), (cable.b_node, cable.b_port)) for cable in fabric.cables()]
    fabric.lay_cables(LabCable(*other.get(a, a), *other.get(b, b)) for a, b in ends)


def test_configured_all_round_the_fabric_stands(fabric):
    assert heard(fabric, "leaf1") == {E1: ("spine1", E1), E5: ("spine2", E1), E10: ("host1", "eth1")}
    assert all(set(states(fabric, name).values()) == {"Established"} for name in fabric.names())
    assert paths(fabric, "leaf1") == {
        "10.1.2.0/24": 2,
        "10.255.0.2/32": 2,
        "10.255.1.1/32": 1,
        "10.255.1.2/32": 1,
    }


def test_leaves_pass_nothing_on_between_spines(fabric):
    assert "10.255.1.2/32" not in paths(fabric, "spine1")
    fabric.drift("leaf1", ["router bgp 4200000001", "no neighbor FABRIC route-map RM-OWN out"])
    # the spines share an AS number: the path is offered now, and refused for the loop
    assert "10.255.1.2/32" not in paths(fabric, "spine1")
    fabric.drift("spine1", ["router bgp 4200000100", "neighbor FABRIC allowas-in 1"])
    assert paths(fabric, "spine1")["10.255.1.2/32"] == 1


def test_an_aggregate_hides_what_it_covers_and_goes_with_the_last_of_it(fabric):
    assert "10.1.2.0/31" not in paths(fabric, "spine1")
    fabric.drift("leaf2", [f"interface {E10}", "shutdown"])
    assert "10.1.2.0/24" not in paths(fabric, "leaf1")


def test_without_summary_only_both_are_told(fabric):
    fabric.drift("leaf2", ["router bgp 4200000002", "aggregate-address 10.1.2.0/24"])
    assert {"10.1.2.0/24", "10.1.2.0/31"} <= paths(fabric, "leaf1").keys()


def test_maximum_paths_bounds_the_next_hops(fabric):
    fabric.drift("leaf1", ["router bgp 4200000001", "no maximum-paths"])
    assert set(paths(fabric, "leaf1").values()) == {1}


def test_a_link_that_is_shut_takes_its_session_and_its_paths(fabric):
    fabric.drift("spine2", [f"interface {E1}", "shutdown"])
    assert states(fabric, "leaf1") == {E1: "Established", E5: "Idle"}
    assert paths(fabric, "leaf1")["10.255.0.2/32"] == 1
    assert E5 not in heard(fabric, "leaf1")
    assert not fabric.link("leaf1", E5).up


def test_ends_at_different_speeds_have_no_link(fabric):
    fabric.drift("leaf1", [f"interface {E1}", "speed 200g-2"])
    assert not fabric.link("leaf1", E1).up
    assert not fabric.link("spine1", E1).up


@pytest.mark.parametrize(
    "lines",
    [
        ["router bgp 4200000001", f"neighbor interface {E1} peer-group FABRIC remote-as 65000"],
        ["router bgp 4200000001", "address-family ipv4", "no neighbor FABRIC activate"],
        [f"interface {E1}", "no ipv6 enable"],
        ["no ipv6 unicast-routing"],
        ["router bgp 4200000001", "neighbor FABRIC shutdown"],
        [f"interface {E1}", "switchport"],
        ["vrf instance X", f"interface {E1}", "vrf X"],
        ["router bgp 4200000001", f"no neighbor interface {E1}"],
    ],
)
def test_a_session_needs_both_ends_to_agree(fabric, lines):
    fabric.drift("leaf1", lines)
    assert states(fabric, "leaf1").get(E1) != "Established"
    assert states(fabric, "spine1")[E1] != "Established"


def test_routes_over_ipv6_need_the_next_hop_option_at_both_ends(fabric):
    fabric.drift(
        "spine1",
        ["router bgp 4200000100", "address-family ipv4", "no neighbor FABRIC next-hop address-family ipv6 originate"],
    )
    assert states(fabric, "leaf1")[E1] == "Established"
    assert paths(fabric, "leaf1")["10.255.0.2/32"] == 1


def test_swapped_cables_are_seen_by_lldp_although_bgp_comes_up(fabric):
    swap_cables(fabric, ("leaf1", E1), ("leaf1", E5))
    assert heard(fabric, "leaf1") == {E1: ("spine2", E1), E5: ("spine1", E1), E10: ("host1", "eth1")}
    assert heard(fabric, "spine1")[E1] == ("leaf1", E5)
    assert set(states(fabric, "leaf1").values()) == {"Established"}
    swap_cables(fabric, ("leaf1", E1), ("leaf1", E5))
    assert heard(fabric, "leaf1")[E1] == ("spine1", E1)


def test_a_cable_that_is_not_there_takes_the_link_at_both_ends_until_it_is_back(fabric, clock):
    cables = fabric.cables()
    clock.forward(10)
    fabric.lay_cables(cable for cable in cables if (cable.a_node, cable.a_port) != ("leaf1", E1))
    assert not fabric.link("leaf1", E1).up
    assert states(fabric, "spine1")[E1] == "Idle"
    fabric.lay_cables(cables)
    assert set(states(fabric, "leaf1").values()) == {"Established"}
    assert fabric.peering("spine1", E1)[1].since_s == clock()
    assert fabric.peering("spine1", E5)[1].since_s == clock() - 10


def test_a_session_with_somebody_else_is_another_session(fabric, clock):
    clock.forward(10)
    swap_cables(fabric, ("leaf1", E1), ("leaf1", E5))
    assert fabric.peering("leaf1", E1)[1].since_s == clock()
    assert fabric.peering("leaf2", E1)[1].since_s == clock() - 10


def test_an_undisturbed_session_keeps_its_time_and_count(fabric, clock):
    clock.forward(100)
    fabric.drift("leaf1", [f"interface {E10}", "description new"])
    assert fabric.peering("leaf1", E1)[1].since_s == clock() - 100
    fabric.drift("leaf1", [f"interface {E1}", "shutdown"])
    fabric.drift("leaf1", [f"interface {E1}", "no shutdown"])
    standing = fabric.peering("spine1", E1)[1]
    assert (standing.since_s, standing.up) == (clock(), True)
    assert standing.flaps >= 2


def test_a_switch_that_is_off_takes_its_links_down(fabric):
    fabric.set_fault("spine1", Fault.POWERED_OFF)
    assert not fabric.reachable("spine1")
    assert not fabric.link("leaf1", E1).up
    assert states(fabric, "leaf1") == {E1: "Idle", E5: "Established"}
    fabric.clear_fault("spine1", Fault.POWERED_OFF)
    assert set(states(fabric, "leaf1").values()) == {"Established"}


def test_stopped_agents(fabric):
    fabric.set_fault("spine1", Fault.SILENT_LLDP)
    fabric.set_fault("spine2", Fault.STOPPED_BGP)
    assert E1 not in heard(fabric, "leaf1")
    assert states(fabric, "leaf1") == {E1: "Established", E5: "Active"}


@pytest.mark.parametrize(
    ("lines", "reachable"),
    [
        (["interface Management1", "shutdown"], False),
        (["management api http-commands", "shutdown", "vrf MGMT", "shutdown"], False),
        (["no management api http-commands"], False),
        (["management api http-commands", "no protocol https"], False),
        (["management api http-commands", "shutdown"], True),
        (["interface Management1", "vrf ELSEWHERE"], False),
    ],
)
def test_a_configuration_can_cut_its_own_management(fabric, lines, reachable):
    fabric.drift("leaf1", lines)
    assert fabric.reachable("leaf1") == reachable


def test_too_many_routes_end_a_session(fabric):
    fabric.drift("leaf1", ["router bgp 4200000001", "neighbor FABRIC maximum-routes 1"])
    assert states(fabric, "leaf1") == {E1: "Idle", E5: "Idle"}
    fabric.drift("leaf1", ["router bgp 4200000001", "neighbor FABRIC maximum-routes 1 warning-only"])
    assert set(states(fabric, "leaf1").values()) == {"Established"}


def test_numbered_sessions(fabric):
    for name, address, peer, remote in (
        ("leaf1", "10.9.0.1/31", "10.9.0.0", 4200000100),
        ("spine1", "10.9.0.0/31", "10.9.0.1", 4200000001),
    ):
        asn = 4200000001 if name == "leaf1" else 4200000100
        fabric.drift(
            name,
            [
                *(f"interface {E1}", "no ipv6 enable", f"ip address {address}", f"router bgp {asn}"),
                *(f"no neighbor interface {E1}", f"neighbor {peer} peer group FABRIC"),
                f"neighbor {peer} remote-as {remote}",
            ],
        )
    assert states(fabric, "leaf1")["10.9.0.0"] == "Established"
    assert paths(fabric, "leaf1")["10.255.0.2/32"] == 2
    fabric.drift("spine1", [f"interface {E1}", "ip address 10.9.0.2/31"])
    assert states(fabric, "leaf1")["10.9.0.0"] != "Established"


def test_as_paths_are_one_hop_longer_at_each_switch(fabric):
    assert as_paths(fabric, "leaf1") == {(), (4200000100,), (4200000100, 4200000002)}


def test_communities_mark_and_filter(fabric):
    fabric.drift("leaf2", ["route-map RM-OWN permit 10", "set community 65000:2 additive"])
    fabric.drift(
        "leaf1",
        [
            "ip community-list FAR permit 65000:2",
            *("route-map RM-IN deny 10", "match community FAR", "route-map RM-IN permit 20"),
            *("router bgp 4200000001", "neighbor FABRIC route-map RM-IN in"),
        ],
    )
    assert paths(fabric, "leaf1").keys() == {"10.255.1.1/32", "10.255.1.2/32"}
    fabric.drift("leaf2", ["router bgp 4200000002", "no neighbor FABRIC send-community"])
    assert "10.255.0.2/32" in paths(fabric, "leaf1")
