"""In every text configuration, what is used is defined and what is defined is used."""

import pytest

from netgen.device.model import Switch
from netgen.render.device import Renderer, make_renderer, render_device
from netgen.resources.load import resources
from tests import devices
from tests.fabrics import fabric
from tests.render.references import EOS, FRR, Named, dangling

SYNTAX = {"eos": ("eos.cfg", EOS), "frr": ("frr.conf", FRR)}


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return make_renderer(resources())


@pytest.mark.parametrize("links", ["unnumbered", "10.128.0.0/12"])
@pytest.mark.parametrize("platform", SYNTAX)
def test_every_name_that_is_used_is_defined_and_the_reverse(platform: str, links: str, renderer: Renderer) -> None:
    file, kinds = SYNTAX[platform]
    switches = [one for one in fabric(renderer.platforms, platform, links=links).values() if isinstance(one, Switch)]
    assert len({switch.role for switch in switches}) == 2
    for switch in switches:
        assert dangling(render_device(switch, renderer)[file], kinds) == {}, switch.name


def test_every_kind_of_name_is_met(renderer: Renderer) -> None:
    for platform, (file, kinds) in SYNTAX.items():
        text = render_device(devices.leaf(renderer.platforms[platform]), renderer)[file]
        for kind, named in kinds.items():
            assert dangling(text, {kind: Named(named.defined, ())})[kind][1], f"{platform} defines no {kind}"
            assert dangling(text, {kind: Named("(?!)()", named.used)})[kind][0], f"{platform} uses no {kind}"


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("   service-profile ROCE-400G\n", "qos profile"),
        ("   match as-path AS-OWN\n", "as-path list"),
        ("   match ip address prefix-list FABRIC-OUT\n", "prefix list"),
        ("   neighbor SPINES route-map RM-SPINES-IN in\n", "route map"),
        ("route-map RM-SPINES-OUT permit 10\n", "route map"),
        ("   neighbor SPINES peer group\n", "peer group"),
        ("platform trident mmu queue profile ROCE apply\n", "buffer profile"),
        ("vrf instance MGMT\n", "vrf"),
    ],
)
def test_a_missing_end_is_seen(line: str, kind: str, renderer: Renderer) -> None:
    text = render_device(devices.leaf(renderer.platforms["eos"]), renderer)["eos.cfg"]
    assert line in text
    assert list(dangling(text.replace(line, ""), EOS)) == [kind]
