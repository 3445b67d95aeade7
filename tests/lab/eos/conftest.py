"""A small leaf and spine fabric for the simulated switches: two leaves, two spines, one host a leaf."""

import logging
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import napalm
import pytest

from netgen.lab.eos.fabric import Fabric
from netgen.lab.eos.server import Server, serve
from netgen.lab.spec import LabCable, LabNode, LabSpec
from tests import loopback

PORTS = ("Ethernet1/1", "Ethernet1/5", "Ethernet2/1", "Ethernet10/1")
UPLINKS = PORTS[:2]
ASNS = {"leaf1": 4200000001, "leaf2": 4200000002, "spine1": 4200000100, "spine2": 4200000100}
LOOPBACKS = {"leaf1": "10.255.0.1", "leaf2": "10.255.0.2", "spine1": "10.255.1.1", "spine2": "10.255.1.2"}


@dataclass
class Clock:
    """A clock that stands still until it is told to go on."""

    now_s: float = 1_000_000.0

    def __call__(self) -> float:
        return self.now_s

    def forward(self, seconds: float) -> None:
        self.now_s += seconds


def configuration(name: str) -> str:
    """Return the whole configuration of a switch of the small fabric, written by hand in EOS's order."""
    is_leaf = name.startswith("leaf")
    peers = ("spine1", "spine2") if is_leaf else ("leaf1", "leaf2")
    number = int(name[-1])
    host = (
        f"""
        interface Ethernet10/1
           description host
           mtu 9214
           no switchport
           ip address 10.1.{number}.0/31
        !"""
        if is_leaf
        else ""
    )
    aggregate = f"\n   aggregate-address 10.1.{number}.0/24 summary-only" if is_leaf else ""
    out = "\n   neighbor FABRIC route-map RM-OWN out" if is_leaf else ""
    interfaces = "".join(
        f"""
        interface {port}
           description {peer}
           mtu 9214
           speed 400g-4
           no switchport
           ipv6 enable
        !"""
        for port, peer in zip(UPLINKS, peers, strict=True)
    )
    head = f"""\
        !
        username netops privilege 15 role network-admin secret sha512 $6$salt$hash
        !
        service routing protocols model multi-agent
        !
        hostname {name}
        !
        vrf instance MGMT
        !
        management api http-commands
           no shutdown
           !
           vrf MGMT
              no shutdown
        !{interfaces}{host}
        interface Loopback0
           ip address {LOOPBACKS[name]}/32
        !
        interface Management1
           vrf MGMT
           ip address 172.20.0.{number}/24
        !
        ip routing ipv6 interfaces
        no ip routing vrf MGMT
        !
        ip as-path access-list OWN permit ^$ any
        !
        ip prefix-list PL-OWN
           seq 10 permit 10.255.0.0/16 eq 32
           seq 20 permit 10.1.0.0/16 le 31
        !
        ipv6 unicast-routing
        !
        route-map RM-CONNECTED permit 10
           match ip address prefix-list PL-OWN
        !
        route-map RM-OWN permit 10
           match as-path OWN
        !
        """
    neighbours = "".join(
        f"\n   neighbor interface {port} peer-group FABRIC remote-as {ASNS[peer]}"
        for port, peer in zip(UPLINKS, peers, strict=True)
    )
    tail = f"""\
router bgp {ASNS[name]}
   router-id {LOOPBACKS[name]}
   no bgp default ipv4-unicast
   maximum-paths 64 ecmp 64
   neighbor FABRIC peer group
   neighbor FABRIC bfd{out}
   neighbor FABRIC send-community
   neighbor FABRIC maximum-routes 1000{aggregate}
   redistribute connected route-map RM-CONNECTED{neighbours}
   !
   address-family ipv4
      neighbor FABRIC activate
      neighbor FABRIC next-hop address-family ipv6 originate
!
"""
    return dedent(head) + tail


def lab(os_version: str = "4.32.2F") -> LabSpec:
    """Return the small fabric; Ethernet2/1 has no cable."""
    switches = tuple(
        LabNode(name, "eos", f"SN-{name}", os_version, "DCS-7060X6-64PE-F", PORTS)
        for name in ("leaf1", "leaf2", "spine1", "spine2")
    )
    hosts = tuple(LabNode(f"host{n}", "host", "", "", "", ("eth1",)) for n in (1, 2))
    cables = tuple(
        LabCable(f"leaf{leaf}", UPLINKS[spine - 1], f"spine{spine}", UPLINKS[leaf - 1])
        for leaf in (1, 2)
        for spine in (1, 2)
    ) + tuple(LabCable(f"leaf{n}", "Ethernet10/1", f"host{n}", "eth1") for n in (1, 2))
    return LabSpec("small", switches + hosts, cables)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def spec() -> LabSpec:
    return lab()


@pytest.fixture
def configure() -> Callable[[str], str]:
    return configuration


@pytest.fixture
def fabric(spec: LabSpec, clock: Clock) -> Fabric:
    """The small fabric, fully configured."""
    fabric = Fabric(spec, clock)
    for name in fabric.names():
        fabric.drift(name, configuration(name).splitlines())
    return fabric


@dataclass
class Running:
    """A served lab, and how to talk to it with the real NAPALM."""

    server: Server
    addresses: dict[str, tuple[str, int]]

    def open(self, name: str, *, password: str = "secret-1", timeout_s: float = 60, context: object = None):
        context = context or ssl.create_default_context(cafile=self.server.ca_file)
        host, port = self.addresses[name]
        driver = napalm.get_network_driver("eos")
        device = driver(host, "netops", password, timeout=timeout_s, optional_args={"port": port, "context": context})
        device.open()
        return device


@pytest.fixture
def serve_lab(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Serve a lab on loopback addresses that no other test uses."""
    logging.getLogger("pyeapi.eapilib").setLevel(logging.CRITICAL)
    with ExitStack() as stack:

        def start(spec: LabSpec) -> Running:
            network = stack.enter_context(loopback.network())
            names = [node.name for node in spec.nodes if node.kind == "eos"]
            addresses = {name: (f"{network}.{number}", 8443) for number, name in enumerate(names, start=1)}
            server = serve(spec, addresses, "netops", "secret-1", tmp_path / "tls")
            stack.callback(server.stop)
            return Running(server, addresses)

        yield start


@pytest.fixture
def running(serve_lab: Callable[..., Running], spec: LabSpec) -> Running:
    return serve_lab(spec)
