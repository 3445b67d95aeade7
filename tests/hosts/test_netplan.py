"""Netplan itself reads what is rendered for it, and systemd-networkd is told what was meant."""

import configparser
import subprocess
from pathlib import Path

import pytest
import yaml

from netgen.device.model import Host
from netgen.device.text import ipv4
from netgen.render.device import make_renderer, render_device
from netgen.resources.load import resources
from tests.lab_fabric import lab_fabric

RENDERER = make_renderer(resources())
pytestmark = pytest.mark.needs("netplan", "netplan.io")


def host(**fabric: object) -> Host:
    found = lab_fabric(profile="hgx-h100-8x400g", **{"roce": {}, **fabric})["pod1-su1-host1"]
    assert isinstance(found, Host)
    found.platform = "ubuntu"
    return found


def generate(text: str, root: Path) -> "subprocess.CompletedProcess[str]":
    folder = root / "etc/netplan"
    folder.mkdir(parents=True)
    # The host's own file, as the installer leaves it.
    own = "network: {version: 2, ethernets: {eth0: {dhcp4: true}}}\n"
    for name, content in {"50-cloud-init.yaml": own, "90-netgen.yaml": text}.items():
        (folder / name).write_text(content)
        (folder / name).chmod(0o600)
    command = ["netplan", "generate", "--root-dir", str(root)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def networkd(root: Path, nic: str) -> dict[str, list[dict[str, str]]]:
    """Sections of the file that systemd-networkd reads for a NIC."""
    found: dict[str, list[dict[str, str]]] = {}
    for part in (root / f"run/systemd/network/10-netplan-{nic}.network").read_text().split("\n\n"):
        parser = configparser.ConfigParser(strict=True, interpolation=None)
        parser.optionxform = str  # type: ignore[assignment,method-assign]  # keys as they are written
        parser.read_string(part)
        for section in parser.sections():
            found.setdefault(section, []).append(dict(parser[section]))
    return found


def test_networkd_gets_addresses_tables_and_rules_of_every_nic(tmp_path: Path):
    device = host()
    done = generate(render_device(device, RENDERER)["netplan.yaml"], tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    tables = set()
    for port, route in zip(device.ports, device.routes, strict=True):
        found = networkd(tmp_path, port.name)
        address, gateway = ipv4(port.ipv4 or 0), ipv4(route.via)
        assert found["Network"][0]["Address"] == f"{address}/31"
        assert found["Network"][0]["IPv6AcceptRA"] == "no"
        assert found["Link"][0] == {"RequiredForOnline": "no", "MTUBytes": "9000"}
        [rule] = found["RoutingPolicyRule"]
        assert rule["From"] == f"{address}/32"
        tables.add(rule["Table"])
        assert {(r["Destination"], r["Gateway"], r["PreferredSource"]) for r in found["Route"]} == {
            ("10.0.0.0/16", gateway, address)
        }
        assert [r.get("Table") for r in found["Route"]] == [None, rule["Table"]]
        assert "DHCP" not in found["Network"][0]
    assert len(tables) == len(device.ports)
    assert not tables & {"253", "254", "255"}


def test_the_hosts_own_interface_is_left_alone(tmp_path: Path):
    alone, together = tmp_path / "alone", tmp_path / "together"
    generate("network: {version: 2}\n", alone)
    generate(render_device(host(), RENDERER)["netplan.yaml"], together)
    assert networkd(together, "eth0") == networkd(alone, "eth0")


def test_a_nic_that_is_shut_stays_down_without_routes(tmp_path: Path):
    device = host()
    device.ports[2].enabled = False
    assert generate(render_device(device, RENDERER)["netplan.yaml"], tmp_path).returncode == 0
    found = networkd(tmp_path, device.ports[2].name)
    assert found["Link"][0]["ActivationPolicy"] == "always-down"
    assert "Route" not in found
    assert "RoutingPolicyRule" not in found


def test_names_that_yaml_takes_for_something_else_are_names(tmp_path: Path):
    device = host()
    for port, name in zip(device.ports, ("on", "1e3", "0x10", "eth-0", "null", "a.1", "no", "y"), strict=True):
        port.name = name
    text = render_device(device, RENDERER)["netplan.yaml"]
    assert [*yaml.safe_load(text)["network"]["ethernets"]] == [port.name for port in device.ports]
    assert generate(text, tmp_path).returncode == 0


def test_netplan_refuses_what_is_wrong(tmp_path: Path):
    text = render_device(host(), RENDERER)["netplan.yaml"]
    for number, (old, new) in enumerate(
        (("mtu: 9000", "mtu: nine"), ("/31]", "/33]"), ("table: 1001", "tabel: 1001"), ("accept-ra", "acept-ra"))
    ):
        assert old in text
        assert generate(text.replace(old, new, 1), tmp_path / str(number)).returncode != 0


def test_an_attachment_by_vlan_is_told_its_subnet(tmp_path: Path):
    device = host(attach="svi")
    assert generate(render_device(device, RENDERER)["netplan.yaml"], tmp_path).returncode == 0
    port = device.ports[0]
    assert networkd(tmp_path, port.name)["Network"][0]["Address"] == f"{ipv4(port.ipv4 or 0)}/{port.ipv4_length}"


def test_a_bundle_has_the_address_and_the_only_table(tmp_path: Path):
    device = host(attach="bond", share={"rails": 8}, roce=None)
    done = generate(render_device(device, RENDERER)["netplan.yaml"], tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    (bond,) = device.bonds
    parser = configparser.ConfigParser(strict=True, interpolation=None)
    parser.read(tmp_path / f"run/systemd/network/10-netplan-{bond.name}.netdev")
    assert (parser["NetDev"]["Kind"], parser["Bond"]["Mode"]) == ("bond", "802.3ad")
    assert parser["Bond"]["LACPTransmitRate"] == "fast"
    assert parser["Bond"]["MIIMonitorSec"] == "100ms"
    for member in bond.members:
        found = networkd(tmp_path, member)
        assert found["Network"][0]["Bond"] == bond.name
        assert "Address" not in found["Network"][0]
        assert "RoutingPolicyRule" not in found
    found = networkd(tmp_path, bond.name)
    assert found["Network"][0]["Address"] == f"{ipv4(bond.ipv4 or 0)}/{bond.ipv4_length}"
    assert [rule["Table"] for rule in found["RoutingPolicyRule"]] == ["1001"]
    assert [route.get("Table") for route in found["Route"]] == [None, "1001"]
