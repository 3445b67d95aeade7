"""What is rendered is what FRR shows: real daemons, in boxes of their own."""

from pathlib import Path

import pytest

from netgen.device.model import Switch
from netgen.render.device import Renderer, make_renderer, render_device
from netgen.resources.load import resources
from tests.boxes import BOX_NEEDS, Box, box
from tests.lab_fabric import lab_fabric

POOLS = {"hosts": "10.0.0.0/16", "loopbacks": "10.255.0.0/24"}
FABRICS = [
    {},
    {"pools": {**POOLS, "links": "10.128.0.0/16"}},
    {"bfd": {"interval": "1s", "multiplier": 5}},
    {"bfd": None},
    # More paths than FRR is built for: its default, which it shows no line for.
    {"leaf": {"model": "linux-16x400g", "platform": "frr", "ecmp": 256}},
]

pytestmark = [
    pytest.mark.needs(*BOX_NEEDS),
    pytest.mark.needs("/usr/lib/frr/frr-reload.py", "frr-pythontools"),
    pytest.mark.root,
]


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return make_renderer(resources())


def configurations(renderer: Renderer, name: str) -> list[dict[str, str]]:
    devices = [lab_fabric(**changes)[name] for changes in FABRICS]
    assert all(isinstance(device, Switch) for device in devices)
    return [render_device(device, renderer) for device in devices]


@pytest.mark.parametrize("name", ["pod1-su1-rail1-leaf1", "pod1-spine1"])
def test_after_an_apply_the_router_shows_the_file_itself(renderer: Renderer, tmp_path: Path, name: str):
    path = tmp_path / "frr.conf"
    with box(name) as router:
        _forward(router)
        router.start_frr()
        # One after the other on the same router: each change is applied to what was there before.
        for files in configurations(renderer, name):
            path.write_text(files["frr.conf"])
            router.frr_reload("--reload", path)
            # Taking `bfd profile` off a peer group leaves `bfd` behind, which the next run takes off.
            router.frr_reload("--reload", path)
            assert router.frr_reload("--test", path) == ""
            shown = router.vtysh("show running-config").partition("Current configuration:\n!\n")[2]
            assert shown == files["frr.conf"]


def test_a_line_more_is_the_difference(renderer: Renderer, tmp_path: Path):
    name = "pod1-spine1"
    path = tmp_path / "frr.conf"
    path.write_text(configurations(renderer, name)[0]["frr.conf"])
    with box(name) as router:
        _forward(router)
        router.start_frr()
        router.frr_reload("--reload", path)
        router.run("vtysh", "-c", "configure", "-c", "ip prefix-list PL-FABRIC seq 30 permit any")
        assert router.frr_reload("--test", path).splitlines() == [
            "Lines To Add",
            "============",
            "no ip prefix-list PL-FABRIC seq 30 permit any",
        ]


def _forward(router: Box) -> None:
    # zebra shows what is unusual of the kernel: a router that does not forward.
    router.run("sysctl", "-q", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1")
