"""What is rendered for EOS goes through the real NAPALM onto a switch and is there what it was here."""

import logging
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import napalm
import pytest

from netgen.export.lab import lab_spec
from netgen.lab.eos.server import serve
from netgen.render.device import Renderer, make_renderer, render_device
from netgen.resources.load import resources
from tests import loopback
from tests.fabrics import cluster, fabric

NAMES = ("pod1-su1-rail1-leaf1", "pod1-spine1")
SECRETS = {"@secret:users/netops@": "$6$salt$hash1", "@secret:users/viewer@": "$6$salt$hash2", "@secret:snmp@": "s3"}


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return make_renderer(resources())


@pytest.fixture(params=["unnumbered", "10.128.0.0/12"])
def links(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def connect(links: str, renderer: Renderer, tmp_path: Path) -> Iterator[Callable[[str], object]]:
    """Serve the fabric's switches on loopback addresses of their own, and open the real driver to one."""
    logging.getLogger("pyeapi.eapilib").setLevel(logging.CRITICAL)
    spec = lab_spec(cluster("eos", links=links), renderer.platforms)
    with ExitStack() as stack:
        network = stack.enter_context(loopback.network())
        names = [node.name for node in spec.nodes if node.kind == "eos"]
        addresses = {name: (f"{network}.{n}", 8443) for n, name in enumerate(names, 1)}
        server = serve(spec, addresses, "netops", "secret-1", tmp_path / "tls")
        stack.callback(server.stop)

        def connect(name: str) -> object:
            host, port = addresses[name]
            options = {"port": port, "context": ssl.create_default_context(cafile=server.ca_file)}
            device = napalm.get_network_driver("eos")(host, "netops", "secret-1", timeout=60, optional_args=options)
            device.open()
            stack.callback(device.close)
            return device

        yield connect


def resolved(text: str) -> str:
    for token, secret in SECRETS.items():
        text = text.replace(token, secret)
    assert "@secret:" not in text
    return text


@pytest.mark.parametrize("name", NAMES)
def test_after_a_commit_nothing_is_left_to_do(name: str, links: str, renderer: Renderer, connect: Callable) -> None:
    device = fabric(renderer.platforms, "eos", links=links)[name]
    text = resolved(render_device(device, renderer)["eos.cfg"])
    switch = connect(name)
    switch.load_replace_candidate(config=text)
    assert "+qos profile ROCE-400G" in switch.compare_config().splitlines()
    switch.commit_config()
    switch.load_replace_candidate(config=text)
    assert switch.compare_config() == ""


@pytest.mark.parametrize("name", NAMES)
def test_the_switch_shows_it_as_it_was_written(name: str, links: str, renderer: Renderer, connect: Callable) -> None:
    text = resolved(render_device(fabric(renderer.platforms, "eos", links=links)[name], renderer)["eos.cfg"])
    switch = connect(name)
    switch.load_replace_candidate(config=text)
    switch.commit_config()
    shown = switch.get_config(retrieve="running")["running"]
    assert statements(shown) == [*statements(text), "end"]


def statements(text: str) -> list[str]:
    """Return all lines but the comments, which say nothing."""
    return [line for line in text.splitlines() if not line.lstrip().startswith("!")]


def test_another_threshold_is_the_only_difference(links: str, renderer: Renderer, connect: Callable) -> None:
    name = NAMES[0]
    switch = connect(name)
    for thresholds in (
        {"min": "500KB", "max": "2MB", "probability": "20%"},
        {"min": "256KB", "max": "512KB", "probability": "100%"},
    ):
        ecn = {"leaf": {"400G": thresholds}}
        device = fabric(renderer.platforms, "eos", links=links, ecn=ecn)[name]
        switch.load_replace_candidate(config=resolved(render_device(device, renderer)["eos.cfg"]))
        diff = switch.compare_config()
        switch.commit_config()
    changed = [line[0] + " ".join(line[1:].split()) for line in diff.splitlines() if line.startswith(("+", "-"))]
    line = "random-detect ecn minimum-threshold {} bytes maximum-threshold {} bytes max-mark-probability {} weight 0"
    assert changed == ["-" + line.format(500_000, 2_000_000, 20), "+" + line.format(256_000, 512_000, 100)]
