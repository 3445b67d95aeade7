"""Fixtures: a small cluster of simulated EOS switches, reached as users reach real ones."""

import textwrap
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from netgen.compile import compile_intent
from netgen.device.build import build
from netgen.device.model import Host
from netgen.export.cabling import leading_up
from netgen.lab.eos.server import Server, serve
from netgen.lab.spec import LabCable, LabNode, LabSpec
from netgen.render.device import render_device
from netgen.render.source import Source, open_source
from netgen.session.connections import Connections, read_connections
from netgen.session.secrets import Secrets
from netgen.session.target import Target, make_target
from tests import loopback

INTENT = """\
cluster: toy
management:
  subnet: 172.20.0.0/24
  gateway: 172.20.0.1
  snmp: {community: {secret: snmp}}
  users: {netgen: {role: admin, password: {secret: users/netgen}}}
hosts: {profile: gb200-4x400g}
pods:
  1:
    units: {1: {hosts: 1-2}}
fabrics:
  compute:
    kind: rail-optimized
    leaf:  {model: dcs-7060x6-64pe, platform: eos, breakout: 2x400G}
    spine: {model: dcs-7060x6-64pe, platform: eos, breakout: 2x400G, count: 1}
    pools: {hosts: 10.0.0.0/16, loopbacks: 10.255.0.0/24, links: unnumbered}
    cables: {host: 3m, spine: 10m}
    roce: {profile: balanced}
inventory: devices.csv
"""
PASSWORD = "pass-Wort-1"
COMMUNITY = "canary-community"
HASH = "$6$canarysalt$canaryhashcanaryhash"
SPINE, LEAF = "pod1-spine1", "pod1-su1-rail1-leaf1"


@dataclass
class Lab:
    """The cluster, its simulators, and the way to them."""

    folder: Path
    source: Source
    server: Server
    connections: Connections

    @property
    def fabric(self):
        return self.server.fabric

    def refs(self):
        return [ref for ref in self.source.cluster.refs() if ref.role != "host"]

    def target(self, name: str) -> Target:
        (ref,) = [ref for ref in self.refs() if ref.name == name]
        target = make_target(self.source.cluster, ref, self.source.renderer.platforms["eos"], self.connections)
        assert target
        return target

    def secrets(self) -> Secrets:
        return Secrets(self.connections.secrets)

    def files(self, name: str) -> dict[str, str]:
        (ref,) = [ref for ref in self.refs() if ref.name == name]
        return render_device(build(self.source.cluster, self.source.renderer.platforms, ref), self.source.renderer)


def spec_of(source: Source) -> LabSpec:
    nodes, cables = [], []
    for ref in source.cluster.refs():
        device = build(source.cluster, source.renderer.platforms, ref)
        kind = "host" if isinstance(device, Host) else "eos"
        ports = tuple(port.name for port in device.ports)
        nodes.append(LabNode(device.name, kind, f"SN-{device.name}", "4.32.2F", "DCS-7060X6-64PE-F", ports))
        cables += [LabCable(device.name, p.name, p.peer_device, p.peer_port) for p in leading_up(device)]
    return LabSpec(source.cluster.name, tuple(nodes), tuple(cables))


@pytest.fixture(scope="session")
def toy_source(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Source]:
    folder = tmp_path_factory.mktemp("toy")
    (folder / "cluster.yaml").write_text(INTENT)
    rows = "".join(f"{name},SN-{name},active,4.32.2F\n" for name in (SPINE, LEAF))
    (folder / "devices.csv").write_text(f"name,serial,state,os-version\n{rows}")
    compiled = compile_intent(folder)
    assert not compiled.errors
    return folder, open_source(compiled)


@pytest.fixture
def serve_toy(toy_source: tuple[Path, Source], tmp_path: Path, monkeypatch) -> Iterator[Callable[[], Lab]]:
    monkeypatch.setenv("TOY_COMMUNITY", COMMUNITY)
    monkeypatch.setenv("TOY_HASH", HASH)
    with ExitStack() as stack:

        def start() -> Lab:
            folder, source = toy_source
            network = stack.enter_context(loopback.network())
            spec = spec_of(source)
            names = [node.name for node in spec.nodes if node.kind == "eos"]
            addresses = {name: (f"{network}.{number}", 8443) for number, name in enumerate(names, start=1)}
            server = serve(spec, addresses, "netgen", PASSWORD, tmp_path / "tls")
            stack.callback(server.stop)
            password = tmp_path / "password"
            password.touch(mode=0o600)
            password.write_text(PASSWORD + "\n")
            devices = "".join(f"  {name}: {{address: {address}}}\n" for name, (address, _) in addresses.items())
            text = textwrap.dedent("""\
                defaults: {username: netgen}
                platforms: {eos: {port: 8443, password: {file: password}, ca: tls/ca.pem}}
                secrets: {users/netgen: {env: TOY_HASH}, snmp: {env: TOY_COMMUNITY}}
                devices:
                """)
            (tmp_path / "connections.yaml").write_text(text + devices)
            return Lab(folder, source, server, read_connections(tmp_path / "connections.yaml"))

        yield start


@pytest.fixture
def lab(serve_toy: Callable[[], Lab]) -> Lab:
    return serve_toy()
