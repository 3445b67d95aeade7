"""Every cable once, with ends as the devices have them; media by length, speed and cage, and what shares a cable."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from netgen.catalog.optics import load_optics
from netgen.cluster.model import Cluster
from netgen.device.build import devices
from netgen.device.model import Port, Switch
from netgen.export.bill import bill
from netgen.export.cables import Cable, Cabling
from netgen.export.listing import optic
from netgen.intent.models import Intent, InventoryRow
from netgen.resources.load import resources
from netgen.rules.run import derive_checked
from tests.cluster.test_kinds import EOS, SMALL, WIDE, checked, fabrics, grouped, two_fabrics, written
from tests.examples import at_most
from tests.rules.intents import RENDERER

MEDIA = load_optics(resources())
WHOLE = {**EOS, "breakout": "1x800G"}
LANES_800G = {"model": "sn5600", "platform": "sonic", "breakout": "4x200G", "uplink-breakout": "2x400G"}


def cabling(cluster: Cluster, only: str | None = None) -> Cabling:
    return Cabling(cluster, RENDERER.platforms, MEDIA, only)


def derived(given: dict[str, Any], racks: dict[str, str] | None = None) -> Cluster:
    rows = {name: InventoryRow(name=name, rack=rack) for name, rack in (racks or {}).items()}
    cluster, findings = derive_checked(Intent.model_validate(given), rows, WIDE, RENDERER.platforms, {})
    assert cluster is not None, findings
    return cluster


@st.composite
def clusters(draw: st.DrawFn) -> Cluster:
    """Draw a cluster of one fabric, of switches whose cages are whole or divided, or are so for hosts only."""
    shape = draw(fabrics() | grouped())
    box, above, uplinks = draw(
        st.sampled_from([(SMALL, SMALL, {}), (EOS, EOS, {}), (EOS, WHOLE, {"uplink-breakout": "1x800G"})])
    )
    edge = "router" if "router" in shape else "leaf"
    alone = shape["kind"] == "single-tier"
    tiers = {edge: {**box, **({} if alone else uplinks), "reserved": shape[edge]["reserved"]}}
    if shape["kind"] not in ("single-tier", "dragonfly"):
        tiers["spine"] = above
    cables = draw(
        st.sampled_from(
            [
                {"host": "2m", "spine": "3m", "superspine": "100m"},
                {"host": "3m", "spine": "30m", "superspine": "600m"},
                {"host": "60m"},
                {},
            ]
        )
    )
    if "dragonfly" in shape["kind"]:
        near = "local" if shape["kind"] == "dragonfly" else "spine"
        cables = draw(st.sampled_from([{"host": "2m", near: "2m", "global": "60m"}, {"host": "5m", "global": "2m"}]))
    several = draw(st.booleans()) and shape["kind"] in ("rail-optimized", "fat-tree")
    units, hosts = draw(st.sampled_from([("1-3", "1-3"), ("1,3", "2"), ("2", "1-4")]))
    given = written(**{**shape, **tiers}, pods="1-2" if several else "1", units=units, hosts=hosts, cables=cables)
    cluster = checked(given)
    assume(cluster is not None)
    assert cluster is not None
    return cluster


def two() -> Cluster:
    """Derive hosts on two fabrics, and servers on the second."""
    return derived(two_fabrics() | {"nodes": {"store": {"ids": "1-5", "profile": "server", "unit": 7}}})


def ends_of(cable: Cable) -> frozenset[tuple[str, str]]:
    return frozenset((end.name, end.socket.interface) for end in (cable.a, cable.b))


def ports_of(cluster: Cluster) -> dict[tuple[str, str], tuple[Any, Port]]:
    return {
        (device.name, port.name): (device, port)
        for device in devices(cluster, RENDERER.platforms)
        for port in device.ports
        if port.peer_device is not None
    }


@settings(max_examples=at_most(40), deadline=None)
@given(clusters())
def test_every_cable_is_listed_once_as_both_of_its_devices_have_it(cluster: Cluster) -> None:
    ports = ports_of(cluster)
    listed = list(cabling(cluster))
    assert Counter(map(ends_of, listed)) == Counter(
        {frozenset({here, (port.peer_device, port.peer_port)}) for here, (_, port) in ports.items()}
    )
    for cable in listed:
        for end in (cable.a, cable.b):
            device, port = ports[end.name, end.socket.interface]
            assert (cable.speed_gbps, cable.fabric) == (port.speed_gbps, port.fabric)
            assert cable.length_m == port.cable_m
            assert end.device.ref.role == device.role.value
            if isinstance(device, Switch):
                of_port = (port.cage, port.subport, port.breakout, port.lane, port.lanes)
                socket = end.socket
                assert (socket.cage, socket.subport, socket.split, socket.lane, socket.lanes) == of_port
                assert cable.fec == port.fec
                assert device.ports[socket.position - 1] is port


@settings(max_examples=at_most(25), deadline=None)
@given(clusters())
def test_no_copper_or_optics_beyond_their_reach_and_none_at_one_end_only(cluster: Cluster) -> None:
    for cable in cabling(cluster):
        if cable.medium is None:
            continue
        assert cable.length_m is not None
        assert cable.sold_m is not None
        assert cable.length_m <= cable.sold_m
        assert cable.length_m <= max(cable.medium.reach_m, cable.medium.split_reach_m)
        modules = [cable.module(cable.a), cable.module(cable.b)]
        assert len([m for m in modules if m is not None]) == (0 if cable.medium.lane_gbps else 2)


def brute_force(cables: Iterable[Cable]) -> tuple[int, int, int]:
    """Count transceivers, pieces of copper and fibres from scratch: by what hangs together, cage by cage."""
    by_cage: dict[tuple[str, str, int], list[Cable]] = defaultdict(list)
    cables = list(cables)
    for cable in cables:
        for end in (cable.a, cable.b):
            by_cage[end.name, cable.fabric, end.socket.cage].append(cable)
    optics = {place for place, through in by_cage.items() if any(c.medium and not c.medium.lane_gbps for c in through)}
    copper = [cable for cable in cables if cable.medium and cable.medium.lane_gbps]
    pieces = 0
    left = set(range(len(copper)))
    while left:
        # follow from cage to cage whatever is joined to a first one
        joined, grown = {left.pop()}, True
        while grown:
            places = {(e.name, e.socket.cage) for i in joined for e in (copper[i].a, copper[i].b)}
            more = {i for i in left if places & {(e.name, e.socket.cage) for e in (copper[i].a, copper[i].b)}}
            grown = bool(more)
            joined |= more
            left -= more
        pieces += 1
    fibres = sum(cable.medium.fibres for cable in cables if cable.medium and not cable.medium.lane_gbps)
    return len(optics), pieces, fibres


@settings(max_examples=at_most(30), deadline=None)
@given(clusters())
def test_the_bill_counts_what_is_there(cluster: Cluster) -> None:
    lines = bill(cabling(cluster))

    def quantity(section: str, begins: tuple[str, ...] = ("",)) -> int:
        return sum(line.quantity for line in lines if line.section == section and line.item.startswith(begins))

    copper = tuple(medium.title for medium in MEDIA if medium.lane_gbps)
    optics, pieces, fibres = brute_force(cabling(cluster))
    assert (quantity("optic"), quantity("cable", copper), quantity("cable", ("fibre",))) == (optics, pieces, fibres)
    unfit = sum(1 for cable in cabling(cluster) if cable.medium is None)
    assert quantity("cable", ("cable of",)) == unfit
    built = list(devices(cluster, RENDERER.platforms))
    switches = [device for device in built if isinstance(device, Switch)]
    assert (quantity("switch"), quantity("host")) == (len(switches), len(built) - len(switches))
    (profile,) = {cluster.hosts.profile.name}
    assert quantity("nic") == quantity("host") * WIDE.hosts[profile].nics["compute"].count


@settings(max_examples=at_most(20), deadline=None)
@given(clusters())
def test_what_shares_a_cable_hangs_together_and_nothing_else_does(cluster: Cluster) -> None:
    carriers = defaultdict(list)
    for cable in cabling(cluster):
        carriers[cable.carrier].append(cable)
    for together in carriers.values():
        if len(together) > 1:
            assert {cable.medium for cable in together} == {together[0].medium}
            assert {cable.sold_m for cable in together} == {together[0].sold_m}
            hubs = {end.cage for end in (together[0].a, together[0].b)}
            for cable in together[1:]:
                hubs &= {end.cage for end in (cable.a, cable.b)}
            assert together[0].hub in hubs
            assert len(together) <= max(end.socket.split for end in (together[0].a, together[0].b))


@settings(max_examples=at_most(25), deadline=None)
@given(fabrics(), st.sampled_from([SMALL, EOS]))
def test_growth_within_the_capacity_asks_for_no_other_cable(shape: dict[str, Any], box: dict[str, str]) -> None:
    shape["leaf"] = {**box, "reserved": 0}
    spined = {} if shape["kind"] == "single-tier" else {"spine": box}
    cables = {"host": "2m", "spine": "2m", "superspine": "30m"}
    before, after = (
        checked(written(**shape, **spined, pods="1", units=units, hosts=hosts, cables=cables))
        for units, hosts in (("1", "1-2"), ("1-4", "1-4"))
    )
    assume(before is not None and after is not None)
    assert before is not None
    assert after is not None
    grown = {ends_of(c): (c.medium, c.sold_m, c.carrier, optic(c, c.a), optic(c, c.b)) for c in cabling(after)}
    for cable in cabling(before):
        was = (cable.medium, cable.sold_m, cable.carrier, optic(cable, cable.a), optic(cable, cable.b))
        assert grown[ends_of(cable)] == was


def media(cluster: Cluster, only: str | None = None) -> dict[tuple[str, str | None, float | None], int]:
    return dict(Counter((c.link, c.medium.name if c.medium else None, c.sold_m) for c in cabling(cluster, only)))


def given_fabric(**changed: Any) -> dict[str, Any]:
    fabric = {"kind": "rail-optimized", "leaf": EOS, "spine": EOS, **changed}
    return written(**fabric, pods="1", units="1", hosts="1-4", profile="2x1")


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        # two hosts share a cage: cables that divide one are sold up to 3 m, straight ones up to 2 m
        ("2m", ("dac-100g", 2.0)),
        ("3m", ("dac-100g", 3.0)),
        ("4m", ("acc-100g", 4.0)),
        ("6m", ("400g-sr4", 7.0)),
        ("50m", ("400g-sr4", 50.0)),
        # a NIC's DR4 reaches 100 m, though the switch's reaches 500
        ("51m", ("400g-dr4", 60.0)),
        ("101m", (None, None)),
    ],
)
def test_medium_of_hosts_by_length(host: str, expected: tuple[str | None, float | None]) -> None:
    cluster = derived(given_fabric(cables={"host": host, "spine": "30m"}))
    assert media(cluster)["host-leaf", *expected] == 8


@pytest.mark.parametrize(
    ("spine", "expected"),
    [("2m", "400g-sr4"), ("50m", "400g-sr4"), ("500m", "400g-dr4"), ("501m", "400g-fr4"), ("2001m", None)],
)
def test_ports_of_one_cage_that_lead_to_several_divided_cages_need_fibres(spine: str, expected: str | None) -> None:
    cluster = derived(given_fabric(cables={"host": "2m", "spine": spine}, spine={**EOS, "count": 4}))
    found = {medium for link, medium, _ in media(cluster) if link == "leaf-spine"}
    assert found == {expected}


def test_two_cages_that_are_joined_by_all_of_their_ports_share_one_straight_cable() -> None:
    cluster = derived(given_fabric(cables={"host": "2m", "spine": "2m"}, spine={**EOS, "count": 1}))
    uplinks = [cable for cable in cabling(cluster) if cable.link == "leaf-spine"]
    assert {cable.medium.name for cable in uplinks if cable.medium} == {"dac-100g"}
    assert {cable.wiring for cable in uplinks} == {"straight"}
    assert len({cable.carrier for cable in uplinks}) == len(uplinks) / 2
    # a straight cable is sold up to 2 m only
    longer = derived(given_fabric(cables={"host": "2m", "spine": "3m"}, spine={**EOS, "count": 1}))
    assert {medium for link, medium, _ in media(longer) if link == "leaf-spine"} == {"acc-100g"}


def test_each_fabric_is_cabled_and_may_be_asked_for_alone() -> None:
    cluster = two()
    both, storage = list(cabling(cluster)), list(cabling(cluster, "storage"))
    assert {cable.fabric for cable in storage} == {"storage"}
    assert [ends_of(c) for c in both if c.fabric == "storage"] == [ends_of(c) for c in storage]
    assert Counter(map(ends_of, both)) == Counter(
        {frozenset({here, (port.peer_device, port.peer_port)}) for here, (_, port) in ports_of(cluster).items()}
    )
    # NICs of two fabrics are in cages of their own
    cages = defaultdict(set)
    for cable in both:
        cages[cable.a.cage].add(cable.a.socket.interface)
    assert all(len(names) == 1 for (device, _), names in cages.items() if "host" in device or "store" in device)
    devices_of_storage = {ref.name for ref in cabling(cluster, "storage").devices()}
    assert devices_of_storage == {end.name for cable in storage for end in (cable.a, cable.b)}


def test_an_accepted_swap_and_a_shut_port_are_cabled_as_they_are() -> None:
    given = given_fabric(cables={"host": "2m", "spine": "30m"})
    leaf = {"leaf": "pod1-su1-rail1-leaf1"}
    given["fabrics"]["compute"]["exceptions"] = {
        "tt-1": {"reason": "laid so", "port": {**leaf, "host": 1}, "swapped-with": {**leaf, "host": 2}},
        "tt-2": {"reason": "optics", "port": {**leaf, "host": 3}, "enabled": False},
    }
    cluster = derived(given)
    assert Counter(map(ends_of, cabling(cluster))) == Counter(
        {frozenset({here, (port.peer_device, port.peer_port)}) for here, (_, port) in ports_of(cluster).items()}
    )


def test_a_switch_of_another_model_has_its_own_cages() -> None:
    given = given_fabric(leaf=SMALL, spine={**SMALL, "count": 2}, cables={"host": "2m", "spine": "30m"})
    loan = {"reason": "loan", "device": "pod1-spine1", "model": "sn5600"}
    given["fabrics"]["compute"]["exceptions"] = {"tt-1": loan}
    cluster = derived(given)
    ports = ports_of(cluster)
    forms = defaultdict(set)
    for cable in cabling(cluster):
        for end in (cable.a, cable.b):
            device, port = ports[end.name, end.socket.interface]
            forms[end.name].add(end.socket.form)
            if isinstance(device, Switch):
                assert (end.socket.cage, end.socket.lanes) == (port.cage, port.lanes)
    assert (forms["pod1-spine1"], forms["pod1-spine2"]) == ({"osfp"}, {""})
    assert {line.item: line.quantity for line in bill(cabling(cluster)) if line.section == "switch"} == {
        "NVIDIA SN5600": 1,
        "Linux router with 16 ports of 400G": len(list(cluster.switches(cluster.fabrics[0]))) - 1,
    }


def racks(cluster: Cluster, **rows: str) -> dict[str, str]:
    return {ref.derived_name: rows[ref.role] for ref in cluster.refs() if ref.role in rows}


def test_lengths_are_those_between_racks_where_they_are_known() -> None:
    given = given_fabric(cables={"host": "5m", "spine": "30m"})
    plain = derived(given)
    placed = derived(given, racks(plain, host="A1/U10", leaf="A1/U40", spine="B9"))
    by_link = {cable.link: cable for cable in cabling(placed)}
    # 30 units of 44.45 mm, and half a metre at each end
    assert by_link["host-leaf"].length_m == 2.4
    assert by_link["host-leaf"].medium is not None
    assert (by_link["host-leaf"].medium.name, by_link["host-leaf"].sold_m) == ("dac-100g", 2.5)
    # up 2 units and 42 units and twice half a metre; 8 racks along and a row across; half a metre at each end
    assert by_link["leaf-spine"].length_m == 11.1
    assert by_link["leaf-spine"].sold_m == 15.0
    assert by_link["leaf-spine"].a.device.rack == "A1/U40"


def test_a_cable_that_divides_a_cage_is_as_long_as_its_longest_leg() -> None:
    given = given_fabric(cables={"host": "5m", "spine": "30m"})
    where = racks(derived(given), leaf="A1/U40") | {"pod1-su1-host1": "A1/U39", "pod1-su1-host2": "A1/U10"}
    legs = [
        cable
        for cable in cabling(derived(given, where))
        if cable.b.name == "pod1-su1-rail1-leaf1" and cable.b.socket.cage == 1
    ]
    assert [cable.length_m for cable in legs] == [1.1, 2.4]
    assert {(cable.sold_m, cable.carrier) for cable in legs} == {(2.5, "pod1-su1-rail1-leaf1:cage1")}


def test_optics_are_of_one_kind_for_all_links_of_a_kind() -> None:
    given = given_fabric(cables={"host": "5m"}, spine={**EOS, "count": 4})
    where = racks(derived(given), leaf="A1/U40", spine="A2") | {"pod1-spine2": "A90"}
    uplinks = [cable for cable in cabling(derived(given, where)) if cable.link == "leaf-spine"]
    assert len({cable.length_m for cable in uplinks}) == 2
    # 56 m to the far spine: the near one's ports share transceivers with it, at the leaves
    assert {cable.medium.name for cable in uplinks if cable.medium} == {"400g-dr4"}
