"""What netgen renders for EOS, on switches that know nothing of netgen: accepted, shown alike, a fabric that stands."""

import itertools
import re
from pathlib import Path

import pytest

from netgen.device.model import Host, PortRole, Switch
from netgen.lab.eos.fabric import Fabric
from netgen.lab.spec import LabCable, LabNode, LabSpec
from netgen.render.device import make_renderer, render_device
from netgen.resources.load import resources
from tests import devices
from tests.fabrics import fabric as derived

GOLDEN = sorted((Path(__file__).parents[2] / "golden/configs").glob("*/configs/*/eos.cfg"))
TOKEN = re.compile("@secret:[^@]*@")
PASSWORD_TOKEN = re.compile(r"(?<=secret sha512 )@secret:[^@]*@")


@pytest.fixture(params=["unnumbered", "10.128.0.0/12"], scope="module")
def applied(request) -> tuple[Fabric, dict[str, Switch], dict[str, str]]:
    """A derived fabric on simulated switches: the lab, the switches as modelled, and what was rendered for each."""
    renderer = make_renderer(resources())
    devices = derived(renderer.platforms, "eos", links=request.param)
    kinds = {Switch: "eos", Host: "host"}
    nodes = tuple(
        LabNode(name, kinds[type(device)], "", "4.33.1F", device.model, tuple(port.name for port in device.ports))
        for name, device in devices.items()
    )
    ends = {
        frozenset([(device.name, port.name), (port.peer_device, port.peer_port)])
        for device in devices.values()
        for port in device.ports
        if port.peer_device in devices
    }
    lab = Fabric(LabSpec("derived", nodes, tuple(LabCable(*a, *b) for a, b in map(sorted, ends))))
    switches = {name: device for name, device in devices.items() if isinstance(device, Switch)}
    texts = {}
    for name, switch in switches.items():
        texts[name] = PASSWORD_TOKEN.sub("$6$salt$hash", render_device(switch, renderer)["eos.cfg"])
        lab.drift(name, texts[name].splitlines())
    return lab, switches, texts


def lines(text: str) -> list[str]:
    """Return the lines that say something: not separators, not comments, not the end.

    The conditions of a route map are sorted: Arista's generator does it, but no source says that a switch does.
    """
    told = [line for line in text.splitlines() if line and not line.lstrip().startswith("!") and line != "end"]
    ordered: list[str] = []
    for matches, group in itertools.groupby(told, key=lambda line: line.startswith("   match ")):
        together = list(group)
        ordered.extend(sorted(together) if matches else together)
    return ordered


def test_every_line_is_accepted_and_shown_as_it_was_written_in_the_same_order(applied):
    lab, _, texts = applied
    for name, text in texts.items():
        assert lines(lab.running(name)) == lines(text)


@pytest.mark.parametrize("path", GOLDEN, ids=[f"{path.parts[-4]}-{path.parts[-2]}" for path in GOLDEN])
def test_examples_are_accepted_and_shown_as_they_were_written(path: Path):
    text = TOKEN.sub("hidden", PASSWORD_TOKEN.sub("$6$salt$hash", path.read_text()))
    ports = tuple(re.findall(r"^interface (Ethernet\S+)", text, re.MULTILINE))
    lab = Fabric(LabSpec("one", (LabNode("switch", "eos", "", "4.33.1F", "dcs-7060x6-64pe", ports),), ()))
    lab.drift("switch", text.splitlines())
    assert lines(lab.running("switch")) == lines(text)


def test_bundles_are_accepted_and_shown_as_they_were_written():
    renderer = make_renderer(resources())
    device = devices.leaf(renderer.platforms["eos"], bonded=True)
    device.native = []
    text = TOKEN.sub("hidden", PASSWORD_TOKEN.sub("$6$salt$hash", render_device(device, renderer)["eos.cfg"]))
    ports = tuple(port.name for port in device.ports)
    lab = Fabric(LabSpec("one", (LabNode("switch", "eos", "", "4.33.1F", device.model, ports),), ()))
    lab.drift("switch", text.splitlines())
    assert lines(lab.running("switch")) == lines(text)
    assert "   channel-group 2 mode active" in lines(text)


def test_every_link_and_every_session_comes_up(applied):
    lab, switches, _ = applied
    for name, switch in switches.items():
        fabric_ports = [port.name for port in switch.ports if port.role in (PortRole.UPLINK, PortRole.DOWNLINK)]
        assert fabric_ports
        assert all(lab.link(name, port).up for port in fabric_ports)
        bgp = lab.view(name).bgp
        assert bgp is not None
        standing = {each.name: lab.peering(name, each.name)[0] for each in bgp.neighbours}
        assert {each.port for each in standing.values() if each.state == "Established"} == set(fabric_ports)


def test_every_leaf_reaches_every_other_over_every_spine_and_nothing_goes_through_a_leaf(applied):
    lab, switches, _ = applied
    leaves = [name for name, switch in switches.items() if any(p.role is PortRole.UPLINK for p in switch.ports)]
    assert len(leaves) > 1
    ribs = lab.routing().ribs
    asn = {name: bgp.asn for name in switches if (bgp := lab.view(name).bgp)}
    for name in leaves:
        uplinks = sum(port.role is PortRole.UPLINK for port in switches[name].ports)
        for other in leaves:
            loopback = lab.view(other).interfaces["Loopback0"].address
            assert loopback is not None
            if other != name:
                assert len(ribs[name].best[loopback.network]) == uplinks
    for name, rib in ribs.items():
        for paths in rib.best.values():
            for route in paths:
                through = route.as_path[:-1]
                assert not {asn[leaf] for leaf in leaves} & set(through), (name, route)


def test_the_management_survives(applied):
    lab, switches, _ = applied
    assert all(lab.reachable(name) for name in switches)
