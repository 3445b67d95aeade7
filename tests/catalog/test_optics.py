"""Media of cables: what is built in is sound, and a repository's own entries are checked."""

from pathlib import Path

import pytest

from netgen.catalog.load import load_catalog
from netgen.catalog.optics import load_optics
from netgen.resources.load import ResourceError, resources

COPPER = (
    "title: Mine\nkind: aec\nrank: 15\nlane: 100G\nreach: 7m\nlengths: [5m, 7m]\ncages: [osfp]\nnetbox: dac-active\n"
    "source: test\n"
)
OPTIC = (
    "title: Mine\nkind: optic\nrank: 35\nspeed: 400G\nreach: 150m\nfibre: OM5 MPO-12\nlengths: [10m]\nnetbox: mmf-om5\n"
    "source: test\nmodules: [{cage: osfp, ports: 2}]\n"
)


def own(root: Path, text: str, kind: str = "optics") -> Path:
    path = root / "catalog" / kind / "mine.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_built_in_media_are_in_order_and_say_where_they_are_from():
    media = load_optics(resources())
    assert [medium.rank for medium in media] == sorted(medium.rank for medium in media)
    for medium in media:
        assert medium.source
        assert list(medium.lengths_m) == sorted(medium.lengths_m)
        for module in medium.modules:
            assert 0 < module.reach_m <= medium.reach_m
            assert bool(module.product) <= bool(module.source)
            assert module.watts is None or module.source
        # among optics of a speed, those that come later reach further: the nearest that fits is taken
        later = [m for m in media if m.speed_gbps == medium.speed_gbps and m.rank > medium.rank and not m.lane_gbps]
        assert medium.lane_gbps or all(other.reach_m > medium.reach_m for other in later)


def test_the_page_on_cabling_has_every_medium():
    page = (Path(__file__).parents[2] / "docs/cabling.md").read_text()
    assert [medium.name for medium in load_optics(resources()) if f"`{medium.name}`" not in page] == []


def test_every_port_of_a_switch_that_has_cages_can_be_cabled_at_its_own_kind():
    media = load_optics(resources())
    for model in load_catalog(resources()).switches.values():
        fastest = max(model.breakouts, key=lambda mode: (mode.ports * mode.speed_gbps, -mode.ports))
        fits = [m for m in media if m.speed_gbps == fastest.speed_gbps and m.module(model.cage, fastest.ports)]
        assert fits or not model.cage, model.name


def test_a_repository_adds_its_own(tmp_path: Path):
    own(tmp_path, COPPER)
    media = {medium.name: medium for medium in load_optics(resources(tmp_path))}
    assert list(media).index("dac-100g") < list(media).index("mine") < list(media).index("acc-100g")
    mine = media["mine"]
    assert (mine.lane_gbps, mine.reach_m, mine.split_reach_m, mine.watts) == (100, 7.0, 7.0, {})
    assert [mine.sold_m(length) for length in (1, 5, 5.1, 7)] == [5.0, 5.0, 7.0, 7.0]


def test_a_cable_longer_than_any_that_is_sold_is_ordered_in_steps_of_ten_metres(tmp_path: Path):
    own(tmp_path, OPTIC)
    (mine,) = [medium for medium in load_optics(resources(tmp_path)) if medium.name == "mine"]
    assert [mine.sold_m(length) for length in (3, 10, 10.1, 121)] == [10.0, 10.0, 20.0, 130.0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (COPPER.replace("7m", "seven", 1), "reach: .*a length is written in metres, such as 0.5m or 30m"),
        (COPPER.replace("[5m, 7m]", "[7m, 5m]"), "`lengths` ascend"),
        (COPPER + "speed: 400G\n", "copper says `lane` and `cages`"),
        (OPTIC + "lane: 100G\n", "optics say `speed`, `fibre` and `modules`"),
        (OPTIC.replace("fibre: OM5 MPO-12\n", ""), "optics say `speed`, `fibre` and `modules`"),
        (OPTIC.replace("ports: 2", "ports: 2, product: X"), "say in `source` what describes X"),
        (OPTIC.replace("ports: 2", "ports: 2, watts: 9"), "say in `source` where the watts are from"),
        (COPPER.replace("aec", "string"), "kind: Input should be"),
        (COPPER + "colour: blue\n", "colour: "),
    ],
)
def test_a_mistake_names_its_file_and_place(tmp_path: Path, text: str, said: str):
    path = own(tmp_path, text)
    with pytest.raises(ResourceError, match=said) as refused:
        load_optics(resources(tmp_path))
    assert str(path) in str(refused.value)


SWITCH = "title: Mine\nasic: software\ncages: 32\nlanes: 8\nbreakouts: [1x800G]\nplatforms: [eos]\n"


def test_power_of_a_switch_is_known_with_its_source_or_said_to_be_unknown(tmp_path: Path):
    own(tmp_path, SWITCH + "cage: osfp\nwatts: {typical: 700, maximum: 1500, source: data sheet}\n", "switches")
    mine = load_catalog(resources(tmp_path)).switches["mine"]
    assert (mine.cage, mine.power.typical, mine.power.maximum, mine.power.source) == ("osfp", 700, 1500, "data sheet")
    own(tmp_path, SWITCH + "watts: {unpublished: the vendor does not say}\n", "switches")
    assert load_catalog(resources(tmp_path)).switches["mine"].power.source == "the vendor does not say"
    own(tmp_path, SWITCH + "watts: {maximum: 1500}\n", "switches")
    with pytest.raises(ResourceError, match="with their `source`, or why they are `unpublished`"):
        load_catalog(resources(tmp_path))
