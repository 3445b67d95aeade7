"""What a real OpenSM makes of the files of random subnet managers: no PARSE line, and the tables that they ask for."""

import subprocess
import tempfile
from functools import cache
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from netgen.cluster.infiniband import (
    DEFAULT_PKEY,
    FULL_MEMBER,
    LANE_CODES,
    MTU_CODES,
    RATE_CODES,
    Everybody,
    Member,
    Membership,
    Partition,
    QosPlan,
    Service,
    ServiceLevel,
)
from netgen.device.infiniband import SubnetManager
from netgen.record import replace
from netgen.render.device import Renderer, make_renderer, render_device
from netgen.resources.load import resources
from tests import ib_devices, opensm
from tests.examples import at_most

MANAGERS = (ib_devices.PORT_GUIDS, ib_devices.PORT_GUIDS + 16)
PORTS = tuple(ib_devices.PORT_GUIDS + 16 * number for number in range(7))
"""Of the fabric: those of two managers first; OpenSM is on the first of them."""
LANES = 8
"""That ibsim's ports have."""
RATES = sorted(rate for rate in RATE_CODES if rate <= 600)
"""That OpenSM 3.3.23 knows: 800 and 1200 Gb/s came with 3.3.24."""
ORIGIN = "fabrics.ib.partitions"
FULL, LIMITED, BOTH = Membership


@cache
def renderer() -> Renderer:
    return make_renderer(resources())


def memberships(allow_both: bool) -> st.SearchStrategy[Membership]:
    return st.sampled_from(tuple(Membership) if allow_both else (FULL, LIMITED))


@st.composite
def partitions(draw: st.DrawFn, pkey: int, allow_both: bool, levels: list[int]) -> Partition:
    """Draw a partition of some of the ports; by name, or everybody with exceptions."""
    kinds = memberships(allow_both)
    members = draw(st.dictionaries(st.sampled_from(PORTS), kinds))
    ipoib = draw(st.booleans())
    return Partition(
        name=draw(st.text('abcXYZ019-_. #;:,="é', min_size=1, max_size=60)),
        pkey=pkey,
        ipoib=ipoib,
        mtu_bytes=draw(st.none() | st.sampled_from(sorted(MTU_CODES))),
        rate_gbps=draw(st.none() | st.sampled_from(RATES)),
        service_level=draw(st.none() | st.sampled_from(levels)) if levels else None,
        members=tuple(Member(guid, kind, ORIGIN, f"host {guid:x};") for guid, kind in sorted(members.items())),
        everybody=draw(st.dictionaries(st.sampled_from([Everybody.ALL, Everybody.HOSTS, Everybody.MANAGER]), kinds)),
        origin=ORIGIN,
    )


@st.composite
def plans(draw: st.DrawFn) -> QosPlan:
    lanes = draw(st.sampled_from([lanes for lanes in LANE_CODES if lanes <= LANES]))
    numbers = sorted(draw(st.sets(st.integers(0, 15), max_size=5)))
    levels = tuple(
        ServiceLevel(
            f"sl{number}",
            number,
            draw(st.integers(0, lanes - 1)),
            draw(st.integers(1, 255)),
            high=draw(st.booleans()),
            origin="fabrics.ib.qos",
        )
        for number in numbers
    )
    reached = tuple((guid, f"port {guid:x}") for guid in sorted(draw(st.sets(st.sampled_from(PORTS)))))
    services = (Service("reached", draw(st.integers(0, 15)), reached, "fabrics.ib.qos"),)
    return QosPlan(levels, draw(st.integers(0, 255)), lanes, services)


@st.composite
def subnet_managers(draw: st.DrawFn) -> SubnetManager:
    allow_both = draw(st.booleans())
    qos = draw(st.none() | plans())
    levels = [] if qos is None else [level.level for level in qos.levels]
    pkeys = sorted(draw(st.sets(st.integers(1, DEFAULT_PKEY - 1), max_size=4)))
    manager = ib_devices.subnet_manager(renderer().platforms["opensm"])
    default = replace(
        manager.partitions[0],
        ipoib=draw(st.booleans()),
        members=tuple(Member(guid, FULL, ORIGIN) for guid in MANAGERS),
        everybody={Everybody.ALL: LIMITED, Everybody.MANAGER: FULL},
    )
    others = [draw(partitions(pkey, allow_both, levels)) for pkey in pkeys]
    if others and draw(st.booleans()):
        others[-1] = replace(others[-1], index0=True)
    manager.guid, manager.allow_both, manager.qos = MANAGERS[0], allow_both, qos
    manager.partitions = (default, *others)
    manager.engine = draw(st.sampled_from(["ftree", "updn", "minhop"]))
    manager.roots, manager.compute, manager.io = opensm.SPINES, PORTS[2:], MANAGERS
    return manager


def expected(manager: SubnetManager, port: int) -> set[int]:
    """P_Keys that a port should have, reckoned from the partitions one by one."""
    found: set[int] = set()
    for partition in manager.partitions:
        kinds = {Everybody.ALL: True, Everybody.HOSTS: True, Everybody.MANAGER: port == manager.guid}
        said = [partition.everybody[word] for word, holds in kinds.items() if holds and word in partition.everybody]
        said += [member.membership for member in partition.members if member.guid == port]
        last: set[Membership] = set()
        for kind in said:
            # a later word overrules the ones before
            last = {FULL, LIMITED} if kind is BOTH else {kind}
        found |= {partition.pkey | (FULL_MEMBER if kind is FULL else 0) for kind in last}
    return found


pytestmark = [
    pytest.mark.needs("opensm", "opensm"),
    pytest.mark.needs("ibsim", "ibsim-utils"),
    pytest.mark.needs("smpquery", "infiniband-diags"),
]


@pytest.mark.slow
@settings(max_examples=at_most(25), phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(manager=subnet_managers())
def test_tables_are_what_the_partitions_say(manager: SubnetManager):
    files = render_device(manager, renderer())
    with tempfile.TemporaryDirectory() as folder:
        found = opensm.sweep(files, PORTS, Path(folder))
    assert found.troubles == []
    assert found.engines == [manager.engine]
    assert "SUBNET UP" in found.said
    assert found.tables == {port: expected(manager, port) for port in PORTS}
    for partition in manager.partitions:
        members = [
            port for port, keys in found.tables.items() if partition.pkey in {key & ~FULL_MEMBER for key in keys}
        ]
        if partition.index0:
            assert {found.first[port] & ~FULL_MEMBER for port in members} <= {partition.pkey}
    if manager.qos is not None and manager.qos.lanes > 1:
        assert found.lanes == manager.qos.lane_of_level


def test_what_the_parser_finds_odd_is_in_the_log(tmp_path: Path):
    files = render_device(ib_devices.subnet_manager(renderer().platforms["opensm"]), renderer())
    files["partitions.conf"] = files["partitions.conf"].replace(", ipoib", ", ipoip")
    found = opensm.sweep(files, (ib_devices.PORT_GUIDS + 16 * 12, *PORTS), tmp_path)
    assert found.said.count("PARSE WARN") == 2
    assert "unrecognized partition flag 'ipoip'" in found.said


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["lash", "dfsssp", "nue"])
def test_engines_that_keep_paths_apart_by_levels_have_a_lane_for_each(engine: str, tmp_path: Path):
    manager = ib_devices.subnet_manager(renderer().platforms["opensm"], qos=False)
    manager.engine, manager.guid, manager.roots = engine, PORTS[0], opensm.SPINES
    found = opensm.sweep(render_device(manager, renderer()), PORTS, tmp_path)
    assert (found.troubles, found.engines) == ([], [engine])
    assert found.lanes[:LANES] == tuple(range(LANES))


def test_a_fabric_that_is_no_tree_any_more_is_routed_up_and_down(tmp_path: Path):
    manager = ib_devices.subnet_manager(renderer().platforms["opensm"])
    manager.guid, manager.engine, manager.roots = PORTS[0], "ftree", opensm.SPINES
    # of two leaves one has lost its hosts
    found = opensm.sweep(render_device(manager, renderer()), PORTS[:1], tmp_path)
    assert found.engines == ["updn"]


@pytest.mark.slow
def test_a_path_has_the_level_of_what_is_reached_else_of_the_partition(tmp_path: Path):
    manager = ib_devices.subnet_manager(renderer().platforms["opensm"])
    _, train, storage = manager.partitions
    (host, other), store = (member.guid for member in train.members), storage.members[-1].guid
    ports = (manager.guid, *(member.guid for member in storage.members))
    manager.roots = opensm.SPINES
    with opensm.alive(render_device(manager, renderer()), ports, tmp_path) as level:
        assert level(host, other, train.pkey | FULL_MEMBER) == train.service_level == 1
        assert level(host, store, storage.pkey) == storage.service_level == 2
        assert level(host, manager.guid, DEFAULT_PKEY) == 0
        # in whatever partition, these ports are reached as storage
        assert level(manager.guid, store, DEFAULT_PKEY) == 2
        assert level(store, manager.guid, DEFAULT_PKEY) == 0


@pytest.mark.needs("opensm", "opensm")
def test_defaults_are_those_of_opensm(tmp_path: Path):
    """What a diff does not call a loss."""
    subprocess.run(["opensm", "-F", "/dev/null", "-c", tmp_path / "all"], check=True, capture_output=True, timeout=120)
    lines = {line.strip() for line in (tmp_path / "all").read_text(encoding="utf-8").splitlines()}
    assert {line for line in lines if line and not line.startswith("#")} == renderer().platforms["opensm"].defaults
