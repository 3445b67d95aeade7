"""What the rules let pass can be rendered, on every platform: limits are told at the intent, not by a template."""

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings

from netgen.cluster.model import Cluster
from netgen.device.build import build
from netgen.lab.eos.config import Editor, clean
from netgen.lab.eos.grammar import grammar
from netgen.render.device import render_device
from netgen.rules.run import refused
from tests.examples import at_most
from tests.rules.intents import CATALOG as CATALOG_AS_IT_IS
from tests.rules.intents import RENDERER, SWITCH_PLATFORMS, accepted, checked, intents, least, widened

CATALOG = widened(CATALOG_AS_IT_IS)
SWITCHES = [
    (name, platform)
    for name, model in CATALOG.switches.items()
    if model.technology == "ethernet"
    for platform in model.platforms
]
SECRETS = re.compile("@secret:[^@]+@")


@pytest.mark.slow
@pytest.mark.parametrize(("model", "platform"), SWITCHES)
def test_what_is_accepted_can_be_rendered(model: str, platform: str) -> None:
    passed = 0

    @settings(
        max_examples=at_most(30),
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(intents(CATALOG, model, platform))
    def run(written: dict[str, Any]) -> None:
        nonlocal passed
        cluster, findings = checked(written, CATALOG)
        assert (cluster is None) == refused(findings)
        for finding in findings:
            event(f"{finding.code}")
        if cluster is not None:
            passed += 1
            render_one_of_each(cluster)

    run()
    listed = model in RENDERER.platforms[platform].models or not RENDERER.platforms[platform].only_listed_models
    assert (passed > 0) == listed


@pytest.mark.parametrize("roce", [None, {}], ids=["plain", "roce"])
@pytest.mark.parametrize("platform", SWITCH_PLATFORMS)
def test_the_least_that_can_be_said_is_rendered(platform: str, roce: dict[str, Any] | None) -> None:
    written = least(platform, roce=roce)
    if roce is not None and RENDERER.platforms[platform].expresses["pfc"] is not None:
        errors = {finding.code for finding in checked(written)[1] if finding.severity == "error"}
        assert errors == {"NG531"}  # hosts pause, and their leaves would not
        return
    render_one_of_each(accepted(written))


def render_one_of_each(cluster: Cluster) -> None:
    """Render the first and the last device of each role; the simulated switch takes what is for EOS, line by line."""
    by_role: dict[str, list[Any]] = {}
    for ref in cluster.refs():
        by_role.setdefault(ref.role, []).append(ref)
    for refs in by_role.values():
        for ref in dict.fromkeys((refs[0], refs[-1])):
            device = build(cluster, RENDERER.platforms, ref)
            files = render_device(device, RENDERER)
            if device.platform == "eos" and not device.native:
                enter(files["eos.cfg"], [port.name for port in device.ports])


def enter(text: str, ports: list[str]) -> None:
    """Raises InvalidLine at the first line that EOS would refuse."""
    known = grammar()
    ports = [*ports, "Management1"]
    editor = Editor(known, clean(ports, known), ports)
    for line in SECRETS.sub("$6$x$y", text).splitlines():
        editor.enter(line)
