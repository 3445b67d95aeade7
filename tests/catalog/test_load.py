"""The catalog: what is built in is sound, and a repository's own entries are checked."""

import re
from pathlib import Path

import pytest

from netgen.catalog.load import load_catalog
from netgen.intent.quantities import Breakout
from netgen.resources.load import ResourceError, resources

SWITCH = "title: Mine\nasic: software\ncages: 32\nlanes: 8\nbreakouts: [1x800G, 2x400G]\nplatforms: [eos]\n"
PARTITION = "partitions: [{pool: 2KB, headroom: 1KB, alpha: 1, source: test}]\n"
RESERVE = "buffer: 1MB\nreserve: {port: 1KB, port-of-eight-lanes: 2KB, chip: 1KB, share: 1/2}\n"
ROCE = """
title: Mine
ecn: [{{{row}, probability: 20%, source: test}}]
classes: {{default: {{dscp: rest, traffic-class: 0, queue: 0}}}}
"""
HOST = 'title: Mine\ngpus: 4\nnics: {names: "nic{rail}", count: 4, speed: 400G}\n'


def own(root: Path, kind: str, text: str) -> Path:
    path = root / "catalog" / kind / "mine.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_built_in_switches_use_no_more_than_their_lanes_carry():
    # 112G PAM4 is the fastest lane of Ethernet's switches of today: 100 Gb/s each; XDR of InfiniBand has 200 Gb/s
    for model in load_catalog(resources()).switches.values():
        for breakout in model.breakouts:
            assert breakout.ports * breakout.speed_gbps <= model.lanes * (
                100 if model.technology == "ethernet" else 200
            )


def test_a_repository_adds_its_own_beside_the_built_in_ones(tmp_path: Path):
    own(tmp_path, "switches", SWITCH)
    own(tmp_path, "hosts", HOST)
    catalog = load_catalog(resources(tmp_path))
    mine = catalog.switches["mine"]
    assert (mine.name, mine.cages, mine.breakouts) == ("mine", 32, (Breakout(1, 800), Breakout(2, 400)))
    assert catalog.hosts["mine"].nics["compute"].names == ("nic1", "nic2", "nic3", "nic4")
    assert "sn5600" in catalog.switches


def test_the_entries_that_the_page_shows_are_such_as_a_repository_may_have(tmp_path: Path):
    page = (Path(__file__).parents[2] / "docs" / "topologies.md").read_text()
    switch, host = re.findall(r"```yaml\n(.*?)```", page.partition("## Switches and hosts of your own")[2], re.DOTALL)[
        :2
    ]
    own(tmp_path, "switches", switch)
    own(tmp_path, "hosts", host)
    catalog = load_catalog(resources(tmp_path))
    assert (catalog.switches["mine"].cages, catalog.hosts["mine"].nics["compute"].speed_gbps) == (48, 100)


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("mlx5_{index}", ("mlx5_0", "mlx5_1", "mlx5_2", "mlx5_3")),
        ("roce{rail}", ("roce1", "roce2", "roce3", "roce4")),
        ("[mlx5_0, mlx5_3, mlx5_4, mlx5_9]", ("mlx5_0", "mlx5_3", "mlx5_4", "mlx5_9")),
    ],
)
def test_rdma_devices_are_called_by_a_pattern_or_one_by_one(tmp_path: Path, written: str, names: tuple[str, ...]):
    given = f'"{written}"' if "{" in written else written
    own(tmp_path, "hosts", HOST.replace("count", f"rdma: {given}, out-of-order: true, count") + "frontend: bond0\n")
    mine = load_catalog(resources(tmp_path)).hosts["mine"]
    assert (mine.nics["compute"].rdma, mine.nics["compute"].out_of_order, mine.frontend) == (names, True, "bond0")


def test_a_host_of_which_nothing_is_said_has_no_rdma(tmp_path: Path):
    own(tmp_path, "hosts", HOST)
    mine = load_catalog(resources(tmp_path)).hosts["mine"]
    assert (mine.nics["compute"].rdma, mine.nics["compute"].out_of_order, mine.frontend) == ((), False, "eth0")


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        ("switches", SWITCH.replace("lanes: 8", "lanes: 7"), "7 lanes cannot be shared as 2x400G"),
        ("switches", SWITCH.replace("cages: 32", "cages: 0"), "cages: "),
        ("switches", SWITCH.replace("[1x800G, 2x400G]", "[]"), "breakouts: "),
        ("asics", f"title: Mine\n{PARTITION}", "a partition shares out 3000 B; `buffer` is not given"),
        ("asics", f"title: Mine\nbuffer: 2KB\n{PARTITION}", "a partition shares out 3000 B; `buffer` is 2000 B"),
        ("asics", f"title: Mine\n{RESERVE}", "`reserve` needs `buffer` and `alpha`"),
        ("asics", "title: Mine\nalpha: none\n", "alpha: Value error, write a number or a fraction above zero"),
        ("switches", SWITCH + "colour: red\n", "colour: "),
        ("switches", "- a list\n", "valid dictionary"),
        ("switches", "title: {\n", "not YAML"),
        ("hosts", HOST.replace("{rail}", ""), "4 NICs cannot all be called 'nic'"),
        ("hosts", HOST.replace("nic{rail}", "nic {rail}"), "'nic 1' is not the name of a device"),
        ("hosts", HOST.replace("nic{rail}", "a-very-long-name{rail}"), "15 at most"),
        ("hosts", HOST.replace("count", "rdma: mlx5_0, count"), "4 NICs need 4 RDMA devices"),
        ("hosts", HOST.replace("count", "rdma: [mlx5_0, mlx5_3], count"), "4 NICs need 4 RDMA devices"),
        ("hosts", HOST.replace("count", "rdma: [a, b, c, c], count"), "4 NICs need 4 RDMA devices"),
        ("hosts", HOST.replace("count", "rdma: [a, b, c, '$(x)'], count"), "is not the name of a device"),
        ("hosts", HOST.replace("count", "technology: infiniband, count"), "known by their RDMA devices"),
        ("hosts", HOST + "frontend: eth0;reboot\n", "frontend: "),
        ("hosts", HOST.replace("400G", "400"), "nics.speed: "),
        ("roce", "title: Mine\n", "ecn: "),
        ("roce", ROCE.format(row="speed: 400G, min: 1KB, max: 2KB"), "the last row of `ecn` must name no platform"),
        ("roce", ROCE.format(row="min: 2KB, max: 2KB"), "begins at 2000 bytes and would be complete at 2000"),
        ("roce", ROCE.format(row="min: 2KB, max-per-gbps: 3KB"), "write `min` and `max`, or `min-per-gbps` and"),
        ("roce", ROCE.format(row="min: 2KB, max: 4KB, max-per-gbps: 3KB"), "write `min` and `max`, or"),
        ("roce", ROCE.format(row="min: 2KB, max: 4KB").replace(", source: test", ""), "ecn.0.source: "),
    ],
)
def test_an_entry_that_is_not_what_it_must_be_is_named(tmp_path: Path, kind: str, text: str, said: str):
    path = own(tmp_path, kind, text)
    with pytest.raises(ResourceError) as refused:
        load_catalog(resources(tmp_path))
    assert str(refused.value).startswith(f"{path}: ")
    assert said in str(refused.value)


def test_a_chip_that_is_not_described_says_so(tmp_path: Path):
    own(tmp_path, "switches", SWITCH.replace("software", "tomahawk6"))
    asic = load_catalog(resources(tmp_path)).switches["mine"].asic
    assert asic.buffer_bytes is None
    assert asic.why_unknown("headroom") == "catalog/asics has no tomahawk6.yaml"


def test_built_in_switches_are_of_chips_that_are_described():
    for model in load_catalog(resources()).switches.values():
        assert model.asic.title != model.asic.name


def test_the_first_row_of_a_profile_that_fits_counts(tmp_path: Path):
    rows = (
        "platform: eos, role: spine, speed: 400G, min: 1KB, max: 2KB, probability: 1%, source: a}, "
        "{asic: tomahawk5, min-per-gbps: 10B, max-per-gbps: 20B, probability: 2%, source: b}, "
        "{min: 3KB, max: 4KB"
    )
    own(tmp_path, "roce", ROCE.format(row=rows))
    mine = load_catalog(resources(tmp_path)).roce["mine"]
    assert mine.marking("eos", "tomahawk5", "spine", 400).bytes_at(400) == (1000, 2000)
    assert mine.marking("eos", "tomahawk5", "leaf", 400).bytes_at(400) == (4000, 8000)
    assert mine.marking("eos", "tomahawk5", "spine", 800).source == "b"
    assert mine.marking("eos", "spectrum4", "leaf", 400).bytes_at(400) == (3000, 4000)


def test_every_built_in_threshold_has_a_source():
    for profile in load_catalog(resources()).roce.values():
        assert all(len(row.source) > 10 for row in profile.markings)
