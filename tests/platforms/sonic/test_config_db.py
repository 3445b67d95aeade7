"""The ConfigDB of a SONiC switch: what the models of the release cannot know."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from netgen.catalog.load import load_catalog
from netgen.cluster.buffers import FRAME_BYTES, Basis, headroom
from netgen.device.model import PortRole, Switch
from netgen.platforms.document import PlatformError
from netgen.platforms.lengths import headroom_lengths
from netgen.platforms.load import load_platform
from netgen.platforms.model import Platform
from netgen.platforms.sonic.config_db import build
from netgen.record import replace
from netgen.render.device import make_renderer, render_device
from netgen.resources.load import resources
from tests.lab_fabric import lab_fabric

MODELS = ["sn5600", "dcs-7060x6-64pe"]
OTHER_NUMBERS = {
    "dscp": [26, 24],
    "traffic-class": 2,
    "queue": 4,
    "pfc-priority": 5,
    "lossless": True,
    "bandwidth": "50%",
}


@pytest.fixture(scope="module")
def sonic() -> Platform:
    return load_platform(resources(), "sonic")


def leaf(model: str = "sn5600", *, breakout: str | None = None, **changes: Any) -> Switch:
    switch = {"model": model, "platform": "sonic", **({"breakout": breakout} if breakout else {})}
    changes = {"roce": {"profile": "balanced"}, "leaf": switch, "spine": {**switch, "count": 2}, **changes}
    device = lab_fabric(platform="sonic", model=model, profile="hgx-h100-8x400g", **changes)["pod1-su1-rail1-leaf1"]
    assert isinstance(device, Switch)
    return device


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("breakout", ["2x400G", "1x400G"])
def test_every_lane_belongs_to_one_port(sonic: Platform, model: str, breakout: str):
    tables = build(leaf(model, breakout=breakout), sonic)
    lanes = [int(lane) for port in tables["PORT"].values() for lane in port["lanes"].split(",")]
    assert len(lanes) == len(set(lanes)) == 512
    assert max(lanes) - min(lanes) == 511


def test_lanes_are_where_the_board_has_them(sonic: Platform):
    ports = build(leaf("dcs-7060x6-64pe"), sonic)["PORT"]
    assert (ports["Ethernet0"]["lanes"], ports["Ethernet0"]["alias"]) == ("17,18,19,20", "Ethernet1/1")
    assert (ports["Ethernet12"]["lanes"], ports["Ethernet12"]["alias"]) == ("5,6,7,8", "Ethernet2/5")
    assert build(leaf("sn5600"), sonic)["PORT"]["Ethernet12"]["alias"] == "etp2b"


@pytest.mark.parametrize(
    ("breakout", "hwsku", "mode"),
    [
        ("2x400G", "Mellanox-SN5600-O128", "2x400G[200G,100G,50G,40G,25G,10G]"),
        ("1x400G", "ACS-SN5600", "1x800G[400G,200G,100G,50G,40G,25G,10G]"),
    ],
)
def test_the_sku_goes_with_the_breakout(sonic: Platform, breakout: str, hwsku: str, mode: str):
    tables = build(leaf(breakout=breakout), sonic)
    assert tables["DEVICE_METADATA"]["localhost"]["hwsku"] == hwsku
    assert tables["BREAKOUT_CFG"]["Ethernet0"] == {"brkout_mode": mode}
    assert len(tables["BREAKOUT_CFG"]) == 64


@pytest.mark.parametrize("model", MODELS)
def test_four_numbers_of_a_class_are_kept_apart(sonic: Platform, model: str):
    tables = build(leaf(model, roce={"classes": {"gpu": OTHER_NUMBERS}}), sonic)
    assert {dscp for dscp, number in tables["DSCP_TO_TC_MAP"]["ROCE"].items() if number == "2"} == {"24", "26"}
    assert len(tables["DSCP_TO_TC_MAP"]["ROCE"]) == 64
    assert [number for number, queue in tables["TC_TO_QUEUE_MAP"]["ROCE"].items() if queue == "4"] == ["2"]
    assert [number for number, group in tables["TC_TO_PRIORITY_GROUP_MAP"]["ROCE"].items() if group != "0"] == ["2"]
    assert tables["TC_TO_PRIORITY_GROUP_MAP"]["ROCE"]["2"] == "5"
    assert tables["MAP_PFC_PRIORITY_TO_QUEUE"]["ROCE"]["5"] == "4"
    port = tables["PORT_QOS_MAP"]["Ethernet0"]
    assert (port["pfc_enable"], port["pfcwd_sw_enable"]) == ("5", "4")
    assert tables["QUEUE"]["Ethernet0|4"]["wred_profile"] == "ROCE-400G-Q4"
    assert tables["BUFFER_QUEUE"]["Ethernet0|4"] == {"profile": "egress_lossless_profile"}
    assert tables["BUFFER_PG"]["Ethernet0|5"] == {"profile": "pg_lossless_400000_5m_profile"}
    # Only some ASICs take the map of priorities to groups.
    taken = "PFC_PRIORITY_TO_PRIORITY_GROUP_MAP" in tables
    assert taken == ("pfc_to_pg_map" in port) == (model == "sn5600")


def queue_profiles(table, port: str) -> dict[int, str]:
    """Return the profile of each queue of a port; the table says it of ranges."""
    found: dict[int, str] = {}
    for key, fields in table.items():
        name, _, span = key.partition("|")
        first, _, last = span.partition("-")
        if name == port:
            each = dict.fromkeys(range(int(first), int(last or first) + 1), fields["profile"])
            assert not each.keys() & found.keys()
            found |= each
    return found


def test_every_queue_has_a_profile_and_neighbours_share_an_entry(sonic: Platform):
    """As files/build_templates/buffers_config.j2 writes them: ``0-2``, ``3-4``, ``5-6``."""
    storage = {"dscp": [34], "traffic-class": 4, "queue": 4, "pfc-priority": 4, "lossless": True, "bandwidth": "5%"}
    for classes, spans in (({}, {"0-2", "3", "4-7"}), ({"storage": storage}, {"0-2", "3-4", "5-7"})):
        table = build(leaf(roce={"classes": classes}), sonic)["BUFFER_QUEUE"]
        assert {key.partition("|")[2] for key in table if key.startswith("Ethernet0|")} == spans
        assert set(queue_profiles(table, "Ethernet0")) == set(range(8))


def test_no_lossy_traffic_meets_a_lossless_queue_or_group(sonic: Platform):
    tables = build(leaf(roce={"classes": {"gpu": OTHER_NUMBERS}}), sonic)
    queues = queue_profiles(tables["BUFFER_QUEUE"], "Ethernet0")
    lossless = {"2"}
    for number in map(str, range(8)):
        if number not in lossless:
            queue = int(tables["TC_TO_QUEUE_MAP"]["ROCE"][number])
            assert queues[queue] == "q_lossy_profile"
            assert tables["TC_TO_PRIORITY_GROUP_MAP"]["ROCE"][number] == "0"
    assert tables["BUFFER_PG"]["Ethernet0|0"] == {"profile": "ingress_lossy_profile"}


def test_ports_that_classify_differently_have_maps_of_their_own(sonic: Platform):
    device = leaf()
    other = leaf(roce={"classes": {"gpu": OTHER_NUMBERS}})
    policy = other.qos[0]
    assert policy.name == device.qos[0].name
    renamed = type(policy)("ROCE-OTHER", policy.classes, policy.ecn, policy.watchdog, policy.origin)
    device.ports[0].qos = renamed
    device.qos = (*device.qos, renamed)
    tables = build(device, sonic)
    assert set(tables["TC_TO_QUEUE_MAP"]) == {"ROCE-400G", "ROCE-OTHER"}
    assert tables["PORT_QOS_MAP"]["Ethernet0"]["tc_to_queue_map"] == "ROCE-OTHER"
    assert tables["PORT_QOS_MAP"]["Ethernet4"]["tc_to_queue_map"] == "ROCE-400G"


def test_a_capped_strict_class_has_its_share_of_the_link_in_bytes_per_second(sonic: Platform):
    cnp = {"dscp": [48], "traffic-class": 6, "queue": 6, "strict": {"cap": "5%"}}
    tables = build(leaf(roce={"classes": {"cnp": cnp}}), sonic)
    # 5 % of 400 Gb/s are 20 Gb/s, or 2.5 GB/s.
    limited = {"type": "STRICT", "meter_type": "bytes", "cir": "2500000000", "pir": "2500000000"}
    assert tables["SCHEDULER"]["ROCE-400G-cnp"] == limited


def test_nothing_of_qos_without_a_policy(sonic: Platform):
    tables = build(leaf(roce=None), sonic)
    assert {name for name in tables if "BUFFER" in name or "MAP" in name} == set()
    assert not {"SCHEDULER", "QUEUE", "WRED_PROFILE", "PFC_WD", "CABLE_LENGTH"} & set(tables)
    assert len(tables["PORT"]) == 128


def test_only_cabled_ports_take_part_in_qos(sonic: Platform):
    device = leaf()
    cabled = {port.name for port in device.ports if port.role in {PortRole.HOST, PortRole.UPLINK}}
    tables = build(device, sonic)
    assert set(tables["PORT_QOS_MAP"]) == {"global", *cabled}
    assert set(tables["PFC_WD"]) == {"GLOBAL", *cabled}
    for table in ("QUEUE", "BUFFER_PG", "BUFFER_QUEUE"):
        assert {key.partition("|")[0] for key in tables[table]} == cabled
    assert set(tables["BUFFER_PORT_INGRESS_PROFILE_LIST"]) == cabled


@pytest.mark.parametrize(("length", "shipped"), [("5m", 5), ("6m", 40), ("40m", 40), ("41m", 300), ("300m", 300)])
def test_headroom_is_for_a_cable_that_is_not_shorter(sonic: Platform, length: str, shipped: int):
    tables = build(leaf(cables={"host": length, "spine": "40m"}), sonic)
    assert tables["CABLE_LENGTH"]["AZURE"]["Ethernet0"] == f"{shipped}m"
    profile = tables["BUFFER_PG"]["Ethernet0|3"]["profile"]
    assert profile == f"pg_lossless_400000_{shipped}m_profile"
    assert profile in tables["BUFFER_PROFILE"]


def test_headroom_is_what_nvidia_ships(sonic: Platform):
    # ACS-SN5600/pg_profile_lookup.ini, 400000 5m and 400000 40m
    profiles = build(leaf(cables={"host": "3m", "spine": "30m"}), sonic)["BUFFER_PROFILE"]
    lossless = {"pool": "ingress_lossless_pool", "dynamic_th": "0", "xon": "19456"}
    assert profiles["pg_lossless_400000_5m_profile"] == {**lossless, "size": "250880", "xoff": "231424"}
    assert profiles["pg_lossless_400000_40m_profile"] == {**lossless, "size": "303104", "xoff": "283648"}


def test_pools_of_spectrum_leave_what_the_chip_keeps(sonic: Platform):
    device = leaf(cables={"host": "3m", "spine": "30m"})
    laid_out = [port for port in device.ports if port.role is not PortRole.SPARE]
    pools = build(device, sonic)["BUFFER_POOL"]
    # one lossless group a port; a lossy and a management group of 19 KiB, 10 KiB to mirror, 9 KiB at the egress
    kept = sum(250880 if port.role in {PortRole.HOST, PortRole.RESERVED} else 303104 for port in laid_out)
    kept += len(laid_out) * (2 * 19 + 10 + 9) * 1024 + 256 * 1024
    sizes = {name: int(pool["size"]) for name, pool in pools.items()}
    assert sizes.pop("egress_lossless_pool") == 158229504
    assert set(sizes.values()) == {(158229504 - kept) // 2}


def test_adjacent_lossless_groups_are_one_entry(sonic: Platform):
    # sonic-swss cfgmgr/buffermgr.cpp writes ranges (generateIdListFromMap), and would add one to single entries
    storage = {"dscp": [34], "traffic-class": 4, "queue": 4, "pfc-priority": 4, "lossless": True}
    tables = build(leaf(roce={"classes": {"storage": storage}}), sonic)
    assert {key for key in tables["BUFFER_PG"] if key.startswith("Ethernet0|")} == {"Ethernet0|0", "Ethernet0|3-4"}
    apart = {**storage, "traffic-class": 5, "queue": 5, "pfc-priority": 5}
    tables = build(leaf(roce={"classes": {"storage": apart}}), sonic)
    assert {"Ethernet0|3", "Ethernet0|5"} <= set(tables["BUFFER_PG"])


@pytest.mark.parametrize("model", MODELS)
def test_every_length_that_buffermgrd_knows_has_headroom(sonic: Platform, model: str):
    asic = load_catalog(resources()).switches[model].asic
    lengths = headroom_lengths(sonic, model)
    assert lengths
    for speed, known in lengths.items():
        for length in known:
            room = headroom(speed, length, FRAME_BYTES, asic)
            # the profile's name says the length that it is for
            assert (room.cable_m, room.basis is Basis.THUMB) == (length, False)


def test_shared_headroom_of_tomahawk_is_in_its_pool(sonic: Platform):
    buffers = build(leaf("dcs-7060x6-64pe"), sonic)
    profile = buffers["BUFFER_PROFILE"]["pg_lossless_400000_5m_profile"]
    assert profile["xon_offset"] == "3556"
    assert int(profile["xoff"]) < int(buffers["BUFFER_POOL"]["ingress_lossless_pool"]["xoff"])
    assert "BUFFER_PORT_INGRESS_PROFILE_LIST" not in buffers


def missing_model(device: Switch) -> None:
    device.model = "qfx5240"


def odd_breakout(device: Switch) -> None:
    for port in device.ports:
        port.breakout = 3


def unknown_cable(device: Switch) -> None:
    device.ports[0].headroom = None


def long_cable(device: Switch) -> None:
    room = device.ports[0].headroom
    assert room is not None
    device.ports[0].headroom = replace(room, cable_m=301)


def odd_speed(device: Switch) -> None:
    device.ports[0].speed_gbps = 50


def no_plan(device: Switch) -> None:
    device.buffers = None


def no_gateway(device: Switch) -> None:
    device.management.gateway = None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (missing_model, "no switch model 'qfx5240'.* known are dcs-7060x6-64pe, sn5600"),
        (odd_breakout, "divides no cage of a sn5600 into 3 ports, as port Ethernet0 needs"),
        (unknown_cable, "port Ethernet0 is lossless, and its headroom is not known: its cable has no length"),
        (long_cable, "a cable of 301 m; headroom for 400G on a sn5600 is shipped for up to 300 m"),
        (odd_speed, "port Ethernet0 is lossless at 50G.*it is for 100G, 200G, 400G, 800G"),
        (no_plan, "the sizes of the buffer's pools are not known for a sn5600"),
        (no_gateway, "no management address without a gateway"),
    ],
)
def test_what_sonic_cannot_be_told_is_said(sonic: Platform, change: Any, words: str):
    device = leaf()
    change(device)
    with pytest.raises(PlatformError, match=words):
        build(device, sonic)


def test_interfaces_by_link(sonic: Platform):
    device = leaf()
    interfaces = build(device, sonic)["INTERFACE"]
    uplinks = [port.name for port in device.ports if port.role is PortRole.UPLINK]
    assert interfaces["Ethernet0"] == {}
    assert interfaces["Ethernet0|10.0.0.0/31"] == {}
    assert all(interfaces[name] == {"ipv6_use_link_local_only": "enable"} for name in uplinks)
    numbered = build(leaf(pools={"hosts": "10.0.0.0/16", "loopbacks": "10.255.0.0/24", "links": "10.9.0.0/24"}), sonic)
    assert sum(key.startswith(tuple(f"{name}|10.9.0." for name in uplinks)) for key in numbered["INTERFACE"]) == 2


def test_every_value_is_text(sonic: Platform):
    tables = build(leaf(), sonic)
    assert {type(value) for table in tables.values() for fields in table.values() for value in fields.values()} == {str}


@pytest.mark.needs("/usr/bin/vtysh", "frr")
@pytest.mark.parametrize("links", ["unnumbered", "10.9.0.0/24"])
def test_grammar_of_frr_conf(tmp_path: Path, links: str):
    device = leaf(pools={"hosts": "10.0.0.0/16", "loopbacks": "10.255.0.0/24", "links": links})
    (tmp_path / "frr.conf").write_text(render_device(device, make_renderer(resources()))["frr.conf"])
    done = subprocess.run(["vtysh", "-C", "-f", tmp_path / "frr.conf"], check=False, capture_output=True, timeout=120)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
