"""What the files of an FRR switch say; frr.conf by FRR's own parser."""

import subprocess
from pathlib import Path

import pytest

from netgen.device.model import Switch
from netgen.render.device import Renderer, make_renderer, render_device
from netgen.resources.load import resources
from tests.lab_fabric import lab_fabric

POOLS = {"hosts": "10.0.0.0/16", "loopbacks": "10.255.0.0/24"}
FABRICS = {
    "unnumbered": {},
    "numbered": {"pools": {**POOLS, "links": "10.128.0.0/16"}},
    "slow-bfd": {"bfd": {"interval": "1s", "multiplier": 5}},
    "no-bfd": {"bfd": None},
}


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return make_renderer(resources())


def switches(renderer: Renderer, name: str) -> dict[str, str]:
    devices = lab_fabric(**FABRICS[name])
    return {
        device.name: render_device(device, renderer)["frr.conf"]
        for device in devices.values()
        if isinstance(device, Switch)
    }


def check_grammar(path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["vtysh", "-C", "-f", path], check=False, capture_output=True, text=True, timeout=120)


@pytest.mark.needs("/usr/bin/vtysh", "frr")
@pytest.mark.parametrize("name", FABRICS)
def test_grammar(renderer: Renderer, tmp_path: Path, name: str):
    for device, text in switches(renderer, name).items():
        path = tmp_path / device
        path.write_text(text)
        done = check_grammar(path)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), device


@pytest.mark.needs("/usr/bin/vtysh", "frr")
def test_the_grammar_check_refuses_what_frr_does_not_know(renderer: Renderer, tmp_path: Path):
    text = switches(renderer, "unnumbered")["pod1-spine1"]
    (tmp_path / "frr.conf").write_text(text.replace(" maximum-paths ", " maximum-pathz "))
    assert check_grammar(tmp_path / "frr.conf").returncode != 0


def test_only_a_leaf_is_held_to_routes_of_its_own(renderer: Renderer):
    texts = switches(renderer, "unnumbered")
    assert " match as-path OWN\n" in texts["pod1-su1-rail1-leaf1"]
    assert "as-path access-list" not in texts["pod1-spine1"]


def test_version_is_the_one_that_the_inventory_knows(renderer: Renderer):
    device = lab_fabric()["pod1-spine1"]
    device.os_version = "8.5.1"
    assert render_device(device, renderer)["frr.conf"].startswith("frr version 8.5.1\n")


def test_a_description_cannot_reach_the_template_engine_of_ifupdown2(renderer: Renderer):
    device = lab_fabric()["pod1-spine1"]
    device.ports[0].description = "a ${1+1} \\"
    alias = next(line for line in render_device(device, renderer)["interfaces"].splitlines() if "alias" in line)
    assert alias == "    alias a {1+1} /"


def test_ports_without_a_cable(renderer: Renderer):
    text = render_device(lab_fabric()["pod1-spine1"], renderer)["interfaces"]
    stanzas = {stanza.split()[1]: stanza for stanza in text.split("\n\n")}
    assert stanzas["swp3"] == "auto swp3\niface swp3\n    mtu 9000"  # kept for the second unit
    assert stanzas["swp16"].strip() == "auto swp16\niface swp16\n    alias spare\n    mtu 9000\n    link-down yes"


@pytest.mark.parametrize(("model", "lines"), [("sn5600", 2), ("linux-16x400g", 0)])
def test_speed_and_fec_are_set_where_a_driver_takes_them(renderer: Renderer, model: str, lines: int):
    text = render_device(lab_fabric(model=model)["pod1-spine1"], renderer)["interfaces"]
    stanza = next(stanza for stanza in text.split("\n\n") if "rail1-leaf1" in stanza)
    assert sum(line in stanza for line in ("    link-speed 400000\n", "    link-fec rs")) == lines
