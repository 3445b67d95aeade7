"""The files of a whole fabric, put into effect by ifupdown2, sysctl and FRR: packets get where they should."""

import json
from collections.abc import Iterator
from functools import partial
from itertools import permutations, product

import pytest

from netgen.device.model import Host, PortRole, Switch
from netgen.device.text import ipv4, network
from tests.boxes import BOX_NEEDS, Box, box, wait_for
from tests.frr_fabric import Fabric, leaves, next_hops, started
from tests.lab_fabric import lab_fabric

pytestmark = [
    pytest.mark.needs(*BOX_NEEDS),
    pytest.mark.needs("/usr/lib/frr/frr-reload.py", "frr-pythontools"),
    pytest.mark.needs("ifreload", "ifupdown2"),
    pytest.mark.needs("brctl", "bridge-utils"),
    pytest.mark.root,
]


FOREIGN, IN_POOL = "192.0.2.1/32", "10.254.0.99/32"
"""A loopback that no host should have, and one that some host might."""


POOLS = {"hosts": "10.0.0.0/16", "loopbacks": "10.255.0.0/24", "links": "unnumbered"}
ATTACHED: dict[str, dict[str, object]] = {
    "routed-31": {},
    "svi": {},
    "bond": {"share": {"rails": 2}},
    "host-bgp": {"pools": {**POOLS, "host-loopbacks": "10.254.0.0/24"}},
}


@pytest.fixture(scope="module", params=ATTACHED)
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fabric]:
    if request.param == "bond" and not has_bonding():
        pytest.skip("this kernel has no bonding driver: modprobe bonding")
    # A busy machine must not look like a broken link.
    devices = lab_fabric(attach=request.param, bfd={"interval": "2s", "multiplier": 10}, **ATTACHED[request.param])
    with started(devices, tmp_path_factory) as found:
        yield found


def has_bonding() -> bool:
    """Whether the kernel makes bundles, as far as one of its own namespaces tells."""
    with box("bonding") as found:
        made = found.run("ip", "link", "add", "bond9", "type", "bond", "mode", "802.3ad", check=False)
    return made.returncode == 0


where_hosts_speak = pytest.mark.parametrize("running", ["host-bgp"], indirect=True)


def test_every_nic_reaches_every_other(running: Fabric):
    assert running.unreachable() == []


def test_what_has_the_address_of_a_nic_leaves_by_that_nic(running: Fabric):
    for host, address in running.nics():
        device = running.devices[host]
        nic = next(one.name for one in (*device.ports, *device.bonds) if one.ipv4 and ipv4(one.ipv4) == address)
        for _, target in running.nics():
            if target not in [own for name, own in running.nics() if name == host]:
                found = running.boxes[host].run("ip", "-j", "route", "get", target, "from", address).stdout
                assert json.loads(found)[0]["dev"] == nic


def test_a_leaf_reaches_another_by_every_spine(running: Fabric):
    every = leaves(running)
    for leaf, other in product(every, repeat=2):
        if leaf is not other:
            for address, length in ((other.loopback, 32), _hosts_of(other)):
                prefix = ipv4(address) if length == 32 else network(address, length)
                shown = json.loads(running.boxes[leaf.name].run("ip", "-j", "route", "show", prefix).stdout)
                assert len(shown[0]["nexthops"]) == leaf.bgp.maximum_paths == 2


def test_no_route_but_to_hosts_and_loopbacks_and_no_default(running: Fabric):
    for name, device in running.devices.items():
        if isinstance(device, Switch):
            routes = json.loads(running.boxes[name].run("ip", "-j", "route", "show", "proto", "bgp").stdout)
            found = {route["dst"] for route in routes}
            assert found
            hosts = {network(*_hosts_of(leaf)) for leaf in leaves(running)}
            assert all(prefix in hosts or prefix.startswith(("10.255.0.", "10.254.0.")) for prefix in found), found


def test_nothing_is_forwarded_between_fabric_and_management(running: Fabric):
    leaf = running.boxes["pod1-su1-rail1-leaf1"]
    inwards = "vlan101" if running.devices[leaf.name].svis else "swp1"
    target, inside, outside = "172.20.0.99", running.nics()[0][1], "8.8.8.8"
    forwarded = leaf.run("ip", "route", "get", target, "from", inside, "iif", inwards, check=False)
    assert "Permission denied" in forwarded.stderr  # prohibited
    entered = leaf.run("ip", "route", "get", inside, "from", target, "iif", "eth0", check=False)
    assert "Permission denied" in entered.stderr
    lost = leaf.run("ip", "route", "get", outside, "from", inside, "iif", inwards, check=False)
    assert "unreachable" in lost.stderr
    assert "via 172.20.0.1 dev eth0 table 1000" in leaf.run("ip", "route", "get", outside).stdout


def test_a_lost_uplink_is_gone_around_by_no_valley(running: Fabric):
    leaf = running.boxes["pod1-su1-rail1-leaf1"]
    uplink = next(port for port in running.devices[leaf.name].ports if port.role is PortRole.UPLINK)
    hosts = {host.bgp.asn for host in _speakers(running)}
    leaf.run("ip", "link", "set", uplink.name, "down")
    try:
        wait_for(lambda: not running.unreachable(), "every NIC reaches every other over the other spine")
        for name in running.boxes:
            if "host" not in name:
                table = json.loads(running.boxes[name].vtysh("show bgp ipv4 unicast json"))["routes"]
                paths = [path["path"].split() for entries in table.values() for path in entries]
                # A spine and a leaf at most, and perhaps the host that it leads to: never leaf, spine, leaf.
                assert max(len([asn for asn in path if int(asn) not in hosts]) for path in paths) <= 2
                assert not [path for path in paths if hosts & set(map(int, path[:-1]))]
        spine, loopback = running.boxes[uplink.peer_device], f"{ipv4(running.devices[leaf.name].loopback)}/32"
        wait_for(
            lambda: loopback not in json.loads(spine.vtysh("show bgp ipv4 unicast json"))["routes"],
            "the spine knows no other way to the leaf",
        )
    finally:
        leaf.run("ip", "link", "set", uplink.name, "up")


@pytest.mark.parametrize("running", ["bond"], indirect=True)
def test_a_bundle_is_agreed_on_by_lacp_and_survives_a_cable(running: Fabric):
    host = next(device for device in running.devices.values() if isinstance(device, Host))
    box = running.boxes[host.name]
    (bond,) = host.bonds

    def aggregated() -> int:
        shown = json.loads(box.run("ip", "-d", "-j", "link", "show", bond.name).stdout)[0]
        assert shown["linkinfo"]["info_data"]["ad_lacp_rate"] == "fast"
        return int(shown["linkinfo"]["info_data"]["ad_info"]["num_ports"])

    wait_for(lambda: aggregated() == len(bond.members), "LACP has taken every NIC into the bundle")
    box.run("ip", "link", "set", bond.members[0], "down")
    try:
        wait_for(lambda: not running.unreachable(), "the other NICs bear it all")
    finally:
        box.run("ip", "link", "set", bond.members[0], "up")


@where_hosts_speak
def test_every_host_reaches_the_loopback_of_every_other_by_all_its_nics(running: Fabric):
    hosts = _speakers(running)
    for host, other in permutations(hosts, 2):
        wait_for(
            lambda host=host, other=other: next_hops(running.boxes[host.name], ipv4(other.loopback)) == 2,
            f"{host.name} has a way to {other.name} by each NIC",
        )
    # A switch tells its neighbours of a route before its own kernel has it.
    wait_for(lambda: not _lost(running), "every loopback is reached")


@where_hosts_speak
def test_a_lost_nic_costs_no_loopback(running: Fabric):
    for host in _speakers(running)[:1]:
        box, nic = running.boxes[host.name], host.ports[0].name
        box.run("ip", "link", "set", nic, "down")
        try:
            # The leaf of the lost rail goes up to a spine and down to the leaf of the other rail.
            leaf = running.boxes[str(host.ports[0].peer_device)]
            wait_for(partial(_reaches, leaf, ipv4(host.loopback)), "its leaf has another way")
            wait_for(lambda: not _lost(running), "every loopback is reached over the other rail")
            for switch in running.devices.values():
                if isinstance(switch, Switch):
                    table = json.loads(running.boxes[switch.name].vtysh("show bgp ipv4 unicast json"))["routes"]
                    paths = [path["path"].split() for entries in table.values() for path in entries]
                    speakers = {str(one.bgp.asn) for one in _speakers(running)}
                    assert not [path for path in paths if speakers & set(path[:-1])]
        finally:
            box.run("ip", "link", "set", nic, "up")


@where_hosts_speak
def test_a_host_forwards_nothing(running: Fabric):
    for host in _speakers(running):
        box = running.boxes[host.name]
        for key in ("ipv4.ip_forward", "ipv6.conf.all.forwarding"):
            assert box.run("sysctl", "-n", f"net.{key}").stdout == "0\n"
        # And it gives no leaf a reason to try: it names nobody's addresses but its own.
        for leaf in (str(port.peer_device) for port in host.ports):
            (peer,) = [ipv4(n.address) for n in running.devices[leaf].bgp.neighbors if n.remote_asn == host.bgp.asn]
            wait_for(
                lambda leaf=leaf, peer=peer, own=host.loopback: (
                    set(json.loads(running.boxes[leaf].vtysh(f"show bgp ipv4 neighbors {peer} routes json"))["routes"])
                    == {f"{ipv4(own)}/32"}
                ),
                f"{leaf} hears of {host.name} what is its own",
            )


@where_hosts_speak
def test_a_leaf_refuses_of_a_host_what_is_no_loopback_of_hosts(running: Fabric):
    for host in _speakers(running)[:1]:
        box = running.boxes[host.name]
        box.run("ip", "address", "add", FOREIGN, "dev", "lo")
        box.run("ip", "address", "add", IN_POOL, "dev", "lo")
        for name in ("PL-OWN", "PL-FABRIC"):
            _configure(box, f"ip prefix-list {name} seq 5 permit 0.0.0.0/0 le 32")
        try:
            leaf = running.boxes[str(host.ports[0].peer_device)]
            # What is in the pool shows that the host does announce: the other one is refused, and not only late.
            wait_for(partial(_reaches, leaf, IN_POOL), "the leaf takes what is in the pool")
            assert next_hops(leaf, FOREIGN) == 0
        finally:
            for name in ("PL-OWN", "PL-FABRIC"):
                _configure(box, f"no ip prefix-list {name} seq 5")
            box.run("ip", "address", "del", FOREIGN, "dev", "lo")
            box.run("ip", "address", "del", IN_POOL, "dev", "lo")


def _reaches(router: Box, prefix: str) -> bool:
    return next_hops(router, prefix) > 0


def _configure(box: Box, line: str) -> None:
    box.run("vtysh", "-c", "configure terminal", "-c", line)


def _speakers(running: Fabric) -> list[Host]:
    """Return the hosts that speak BGP; none but under one attachment."""
    return [one for one in running.devices.values() if isinstance(one, Host) and one.bgp is not None]


def _lost(running: Fabric) -> list[str]:
    """Pairs of hosts between whose loopbacks a packet is lost."""
    return [
        f"{host.name} → {other.name}"
        for host, other in permutations(_speakers(running), 2)
        for box in (running.boxes[host.name],)
        if box.run("ping", "-n", "-c1", "-W3", "-I", ipv4(host.loopback), ipv4(other.loopback), check=False).returncode
    ]


def _hosts_of(leaf: Switch) -> tuple[int, int]:
    """Return what a leaf announces for its hosts: an aggregate of their links, or the subnet that they share."""
    (found,) = (*leaf.bgp.aggregates, *((svi.ipv4, svi.ipv4_length) for svi in leaf.svis))
    return found
