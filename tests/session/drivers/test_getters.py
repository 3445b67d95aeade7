"""What real tools printed, read."""

import json
from pathlib import Path

import pytest
from napalm.base import models
from napalm.base.test import helpers

from netgen.session.drivers import getters

RECORDED = Path(__file__).parent / "recorded"


def recorded(name):
    text = (RECORDED / name).read_text()
    return json.loads(text) if name.endswith(".json") else text


def test_bgp_sessions():
    found = getters.bgp_neighbors(recorded("bgp_summary.json"), recorded("bgp_neighbors.json"))
    assert found["global"]["router_id"] == "10.255.0.1"
    peers = found["global"]["peers"]
    assert list(peers) == ["swp1", "swp2", "10.9.9.9"]
    assert all(helpers.test_model(models.PeerDict, peer) for peer in peers.values())
    up, shut = peers["swp2"], peers["10.9.9.9"]
    assert (up["local_as"], up["remote_as"], up["remote_id"]) == (4200000101, 4200000001, "10.255.1.1")
    assert (up["is_up"], up["is_enabled"], up["description"]) == (True, True, "second")
    assert up["address_family"] == {"ipv4": {"received_prefixes": 1, "accepted_prefixes": 1, "sent_prefixes": 2}}
    assert (shut["is_up"], shut["is_enabled"], shut["uptime"]) == (False, False, -1)


def test_bgp_without_any():
    assert getters.bgp_neighbors({}, {}) == {}


def test_next_hops_of_equal_cost():
    assert getters.kernel_next_hops(recorded("ip_route.json")) == {
        "10.255.1.1/32": [
            {"gateway": "fe80::28d6:b2ff:fe36:11ee", "interface": "swp1"},
            {"gateway": "fe80::5cf2:bbff:fed5:4cbd", "interface": "swp2"},
        ]
    }


def test_a_next_hop_that_is_not_used_does_not_count():
    routes = [
        {"dst": "10.0.0.0/12", "gateway": "10.1.0.0", "dev": "eth1", "metric": 1, "flags": ["linkdown"]},
        {"dst": "10.0.0.0/12", "gateway": "10.1.0.2", "dev": "eth2", "metric": 2, "flags": []},
        {"dst": "10.0.0.0/12", "gateway": "10.1.0.4", "dev": "eth3", "metric": 3, "flags": []},
        {"dst": "default", "gateway": "172.20.0.1", "dev": "eth0", "flags": []},
    ]
    assert getters.kernel_next_hops(routes) == {
        "10.0.0.0/12": [{"gateway": "10.1.0.2", "interface": "eth2"}],
        "default": [{"gateway": "172.20.0.1", "interface": "eth0"}],
    }


@pytest.mark.parametrize(
    "read", [getters.kernel_routes, lambda _: getters.frr_routes(recorded("show_ip_route.json"), "default")]
)
def test_routes(read):
    routes = read(recorded("ip_route.json"))["10.255.1.1/32"]
    assert all(helpers.test_model(models.RouteDict, route) for route in routes)
    assert [(route["protocol"], route["outgoing_interface"]) for route in routes] == [("BGP", "swp1"), ("BGP", "swp2")]


@pytest.mark.parametrize(
    ("uptime", "seconds"), [("00:00:13", 13), ("01:02:03", 3723), ("1d02h03m", 93780), ("2w1d03h", 1306800), ("", 0)]
)
def test_ages_of_routes(uptime, seconds):
    routes = {"10.0.0.0/8": [{"protocol": "bgp", "uptime": uptime, "nexthops": [{}]}]}
    assert getters.frr_routes(routes, "default")["10.0.0.0/8"][0]["age"] == seconds


def test_links_and_addresses():
    links = getters.interfaces(recorded("ip_link.json"), {"swp1": 400000.0})
    assert all(helpers.test_model(models.InterfaceDict, link) for link in links.values())
    assert links["swp1"]["description"] == "to the other"
    assert (links["swp1"]["is_up"], links["swp1"]["is_enabled"], links["swp1"]["speed"]) == (True, True, 400000.0)
    assert links["swp2"]["speed"] == 0.0
    assert getters.interfaces_ip(recorded("ip_address.json"))["lo"]["ipv4"]["10.255.0.1"] == {"prefix_length": 32}


def test_an_enabled_link_without_carrier_is_down():
    link = {"ifname": "swp9", "flags": ["NO-CARRIER", "BROADCAST", "UP"], "mtu": 1500}
    shown = getters.interfaces([link], {})["swp9"]
    assert (shown["is_enabled"], shown["is_up"]) == (True, False)


def test_lldp_neighbours():
    detail = getters.lldp_neighbors_detail(recorded("lldp_neighbors.json"))
    (neighbour,) = detail["swp1"]
    assert helpers.test_model(models.LLDPNeighborDetailDict, neighbour)
    assert neighbour["remote_port_description"] == "to the other"
    assert neighbour["remote_system_enable_capab"] == ["station"]
    assert getters.lldp_neighbors(detail)["swp2"] == [{"hostname": "spine1", "port": "swp2"}]


def test_a_neighbour_without_a_name_is_known_by_its_chassis():
    shown = {
        "lldp": [
            {
                "interface": [
                    {"name": "eth0", "chassis": [{"id": [{"value": "aa:bb"}]}], "port": [{"id": [{"value": "7"}]}]}
                ]
            }
        ]
    }
    assert getters.lldp_neighbors(getters.lldp_neighbors_detail(shown)) == {
        "eth0": [{"hostname": "aa:bb", "port": "7"}]
    }


def test_ping():
    answer = getters.ping_result(recorded("ping.txt"))["success"]
    assert helpers.test_model(models.PingDict, answer)
    assert (answer["probes_sent"], answer["packet_loss"], answer["rtt_avg"]) == (2, 0, 0.051)
    assert answer["results"] == [{"ip_address": "10.255.1.1", "rtt": 0.04}, {"ip_address": "10.255.1.1", "rtt": 0.062}]
    assert getters.ping_result(recorded("ping_lost.txt")) == {"error": "ping: connect: Network is unreachable"}


def test_os_release():
    assert getters.os_release('NAME="Debian GNU/Linux"\nVERSION_ID="12"\n\n')["VERSION_ID"] == "12"
