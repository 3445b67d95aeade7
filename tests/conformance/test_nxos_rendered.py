"""What is rendered for NX-OS is what NX-OS takes, as far as Cisco's own documents, models and scripts tell."""

from pathlib import Path

import pytest

from netgen.device.model import Switch
from netgen.render.device import Renderer, make_renderer, render_device
from netgen.resources.load import resources
from tests import devices
from tests.conformance.nxos import nxos_problems
from tests.contract.test_platforms import samples
from tests.fabrics import fabric

GOLDEN = sorted((Path(__file__).parents[1] / "golden/configs").rglob("nxos.cfg"))
GPU = {"dscp": [26], "traffic-class": 3, "queue": 0, "pfc-priority": 5, "lossless": True}
STORE = {"dscp": [34], "traffic-class": 4, "queue": 5, "pfc-priority": 4, "lossless": True, "bandwidth": "30%"}
POLICIES = {
    "as it is": {},
    "odd numbers": {"classes": {"gpu": GPU, "default": {"dscp": "rest", "traffic-class": 0, "queue": 3}}},
    "two lossless classes": {
        "classes": {"gpu": {**GPU, "queue": 3, "pfc-priority": 3, "bandwidth": "60%"}, "store": STORE}
    },
    "no marking": {"congestion-control": "none"},
    "no watchdog": {"watchdog": None},
    "a watchdog that is not to drop": {"watchdog": {"action": "forward"}},
}


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return make_renderer(resources())


def of(device: Switch, renderer: Renderer) -> list[str]:
    return nxos_problems(render_device(device, renderer)["nxos.cfg"])


def test_every_sample_conforms(renderer: Renderer) -> None:
    made = list(samples(renderer.platforms["nxos"]))
    assert made
    for device in made:
        assert isinstance(device, Switch)
        device.native = []  # not NX-OS's words
        assert of(device, renderer) == []


@pytest.mark.slow
@pytest.mark.parametrize("links", ["unnumbered", "10.128.0.0/12"])
@pytest.mark.parametrize("policy", POLICIES)
def test_a_fabric_conforms_whatever_its_policy(policy: str, links: str, renderer: Renderer) -> None:
    made = fabric(renderer.platforms, "nxos", links=links, **POLICIES[policy])
    for name in ("pod1-su1-rail1-leaf1", "pod1-spine1"):
        device = made[name]
        assert isinstance(device, Switch)
        for balancing in ("hash", "flowlet", "per-packet"):
            device.load_balancing = balancing
            assert of(device, renderer) == []


def test_without_roce_and_management_it_conforms(renderer: Renderer) -> None:
    device = fabric(renderer.platforms, "nxos")["pod1-su1-rail1-leaf1"]
    assert isinstance(device, Switch)
    devices.without_services(device)
    device.qos = ()
    for port in device.ports:
        port.qos = None
    assert of(device, renderer) == []


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: "-".join(path.parts[-4:-1:2]))
def test_golden_files_conform(path: Path) -> None:
    assert nxos_problems(path.read_text()) == []


def test_there_are_golden_files() -> None:
    assert len(GOLDEN) > 1
