"""A real router outside of the fabric: it and the hosts reach each other, and nothing else of it comes in."""

import json
from collections.abc import Iterator

import pytest

from netgen.device.text import ipv4
from tests.boxes import BOX_NEEDS, Box, box, cable, wait_for
from tests.frr_fabric import Fabric, leaves, next_hops, started
from tests.lab_fabric import lab_fabric

pytestmark = [
    pytest.mark.needs(*BOX_NEEDS),
    pytest.mark.needs("/usr/lib/frr/frr-reload.py", "frr-pythontools"),
    pytest.mark.needs("ifreload", "ifupdown2"),
    pytest.mark.root,
    pytest.mark.slow,
]

BORDER, PORT = "pod1-su1-rail2-leaf1", "swp9"
ACCEPTED, REFUSED = "192.0.2.1", "203.0.113.1"
CORE = f"""
interface lo
 ip address {ACCEPTED}/24
 ip address {REFUSED}/24
interface eth1
 ip address 198.51.100.0/31
router bgp 65010
 no bgp ebgp-requires-policy
 neighbor 198.51.100.1 remote-as 4200010001
 address-family ipv4 unicast
  redistribute connected
"""


@pytest.fixture(scope="module")
def outside() -> Iterator[Box]:
    with box("core") as found:
        yield found


@pytest.fixture(scope="module")
def running(outside: Box, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fabric]:
    external = {
        "leaf": BORDER,
        "interface": PORT,
        "subnet": "198.51.100.0/31",
        "address": "198.51.100.1",
        "asn": 65010,
        "accept": ["192.0.2.0/24"],
    }
    devices = lab_fabric(externals={"core": external}, bfd={"interval": "2s", "multiplier": 10})
    file = tmp_path_factory.mktemp("core") / "frr.conf"
    file.write_text(CORE)

    def connect(boxes: dict[str, Box]) -> None:
        cable(outside, "eth1", boxes[BORDER], PORT)
        outside.run("ip", "link", "set", "eth1", "up")
        outside.start_frr()
        outside.run("vtysh", "-f", str(file))

    with started(devices, tmp_path_factory, connect) as found:
        yield found


def test_every_leaf_knows_what_is_accepted_and_nothing_else(running: Fabric) -> None:
    for leaf in leaves(running):
        ways = 1 if leaf.name == BORDER else 2
        wait_for(
            lambda leaf=leaf, ways=ways: next_hops(running.boxes[leaf.name], "192.0.2.0/24") == ways,
            f"{leaf.name} has {ways} ways out",
        )
        assert next_hops(running.boxes[leaf.name], "203.0.113.0/24") == 0


def test_hosts_and_the_outside_reach_each_other(running: Fabric, outside: Box) -> None:
    for host, address in running.nics():
        run = running.boxes[host].run
        wait_for(
            lambda run=run, address=address: (
                run("ping", "-n", "-c1", "-W1", "-I", address, ACCEPTED, check=False).returncode == 0
            ),
            f"{host} reaches what is outside from {address}",
        )
        assert run("ping", "-n", "-c1", "-W1", "-I", address, REFUSED, check=False).returncode != 0
        outside.run("ping", "-n", "-c1", "-W30", "-I", ACCEPTED, address)


def test_the_outside_hears_of_hosts_and_of_no_loopback(running: Fabric, outside: Box) -> None:
    table = json.loads(outside.vtysh("show bgp ipv4 unicast json"))["routes"]
    heard = {prefix for prefix, paths in table.items() if paths[0]["path"]}
    blocks = {f"{ipv4(address)}/{length}" for leaf in leaves(running) for address, length in leaf.bgp.aggregates}
    assert heard == blocks


def test_a_lost_border_takes_the_way_out_with_it(running: Fabric) -> None:
    other = next(leaf for leaf in leaves(running) if leaf.name != BORDER)
    running.boxes[BORDER].run("ip", "link", "set", PORT, "down")
    try:
        wait_for(lambda: next_hops(running.boxes[other.name], "192.0.2.0/24") == 0, "nobody believes in it any more")
        wait_for(lambda: not running.unreachable(), "inside, all reach each other")
    finally:
        running.boxes[BORDER].run("ip", "link", "set", PORT, "up")
