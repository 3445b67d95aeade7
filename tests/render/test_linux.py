"""What the files of a Linux host say."""

import json
import subprocess
from pathlib import Path

import pytest

from netgen.device.model import Host
from netgen.render.device import Renderer, make_renderer, render_device
from netgen.resources.load import resources
from tests.lab_fabric import lab_fabric


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return make_renderer(resources())


@pytest.fixture
def host() -> Host:
    found = lab_fabric(profile="hgx-h100-8x400g")["pod1-su1-host1"]
    assert isinstance(found, Host)
    return found


def stanzas(text: str) -> dict[str, list[str]]:
    head, *rest = map(str.splitlines, text.split("\n\n"))
    assert all(line.startswith("# ") for line in head)
    return {lines[0].split()[1]: lines[2:] for lines in rest}


def test_every_nic_has_a_table_and_a_preference_of_its_own(renderer: Renderer, host: Host):
    found = stanzas(render_device(host, renderer)["interfaces"])
    tables = [line.split()[-1] for port in host.ports for line in found[port.name] if "ip rule" in line]
    assert tables == [str(1000 + rail) for rail in range(1, 9)]
    for port, table in zip(host.ports, tables, strict=True):
        assert sum(line.endswith(f" table {table}") for line in found[port.name]) == 1


def test_a_nic_that_is_shut_has_no_routes(renderer: Renderer, host: Host):
    host.ports[1].enabled = False
    found = stanzas(render_device(host, renderer)["interfaces"])[host.ports[1].name]
    assert "    link-down yes" in found
    assert not any("ip route" in line or "ip rule" in line for line in found)


def test_a_bundle_has_all_that_its_nics_have_not(renderer: Renderer):
    host = lab_fabric(profile="hgx-h100-8x400g", attach="bond", share={"rails": 8})["pod1-su1-host1"]
    found = stanzas(render_device(host, renderer)["interfaces"])
    bond = found.pop("bond0")
    assert list(found) == [port.name for port in host.ports]
    for lines in found.values():
        assert [line.split()[0] for line in lines] == ["alias", "mtu"]
    assert f"    bond-slaves {' '.join(found)}" in bond
    assert {"    bond-mode 802.3ad", "    bond-lacp-rate fast"} < set(bond)
    assert sum("ip rule" in line for line in bond) == 1


@pytest.mark.needs("ifquery", "ifupdown2")
@pytest.mark.parametrize("platform", ["linux", "frr"])
def test_ifupdown2_knows_every_word_of_a_bundle(renderer: Renderer, tmp_path: Path, platform: str):
    fabric = lab_fabric(attach="bond", share={"rails": 2})
    device = fabric["pod1-su1-host1" if platform == "linux" else "pod1-su1-rail1-leaf1"]
    path = tmp_path / "interfaces"
    path.write_text(render_device(device, renderer)["interfaces"])
    name = device.bonds[0].name
    asked = ["ifquery", "--format", "json", "-i", str(path), name]
    found = subprocess.run(asked, capture_output=True, text=True, timeout=60, check=True)
    assert found.stderr == ""
    (shown,) = json.loads(found.stdout)
    assert shown["config"]["bond-slaves"].split() == list(device.bonds[0].members)
    assert "bond" not in complaints(path)
    path.write_text(path.read_text().replace("bond-lacp-rate fast", "bond-lacp-rate quick"))
    assert "bond-lacp-rate" in complaints(path)


def complaints(path: Path) -> str:
    asked = ["ifup", "--syntax-check", "--all", "--interfaces", str(path)]
    return subprocess.run(asked, capture_output=True, text=True, timeout=60, check=False).stderr


def test_only_a_host_that_speaks_bgp_has_a_loopback_and_a_router(renderer: Renderer, host: Host):
    pools = {"hosts": "10.0.0.0/16", "loopbacks": "10.255.0.0/24", "host-loopbacks": "10.254.0.0/24"}
    speaking = lab_fabric(profile="hgx-h100-8x400g", attach="host-bgp", pools=pools)["pod1-su1-host1"]
    before, after = render_device(host, renderer), render_device(speaking, renderer)
    assert set(after) - set(before) == {"frr.conf"}
    assert stanzas(after["interfaces"]) == {"lo": ["    address 10.254.0.1/32"], **stanzas(before["interfaces"])}
    assert "net.ipv4.ip_forward = 0\n" in after["sysctl.conf"]
    assert "ip_forward" not in before["sysctl.conf"]
    assert after["frr.conf"].count(" peer-group LEAVES\n") == 8


def test_other_interfaces_are_the_hosts_own(renderer: Renderer, host: Host):
    assert set(stanzas(render_device(host, renderer)["interfaces"])) == {port.name for port in host.ports}
