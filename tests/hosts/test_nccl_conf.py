"""NCCL's file, read as NCCL reads it, with names that NCCL knows."""

from pathlib import Path

import pytest

from netgen.device.model import Host
from netgen.render.device import make_renderer, render_device
from netgen.resources.load import resources
from tests.lab_fabric import lab_fabric

RENDERER = make_renderer(resources())
NAMES = {
    line for line in (Path(__file__).parent / "nccl_names.txt").read_text().splitlines() if not line.startswith("#")
}
PLATFORMS = ("linux", "ubuntu")
BUNDLED = {"attach": "bond", "share": {"rails": 8}, "roce": None}


def environment(text: str) -> dict[str, str]:
    """What NCCL makes of its file: src/misc/param.cc, setEnvFile, which takes 1,023 characters at most of each."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        if line.startswith("#") or "=" not in line:
            continue
        name, _, value = line.partition("=")
        found.setdefault(name[:1023], value[:1023])  # setenv(…, 0): what is there first stays
    return found


def host(profile: str = "hgx-h100-8x400g", **fabric: object) -> Host:
    found = lab_fabric(profile=profile, **{"roce": {}, **fabric})["pod1-su1-host1"]
    assert isinstance(found, Host)
    return found


def of(device: Host, platform: str = "linux") -> dict[str, str]:
    device.platform = platform
    return environment(render_device(device, RENDERER)["nccl.conf"])


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize(
    "fabric", [{}, {"roce": None}, {"load_balancing": "per-packet"}, {"attach": "svi"}, BUNDLED], ids=str
)
def test_nccl_knows_every_name_and_each_has_its_reason(platform: str, fabric: dict):
    device = host(**fabric)
    assert set(of(device, platform)) <= NAMES
    text = render_device(device, RENDERER)["nccl.conf"]
    for block in text.split("\n\n"):
        assert block.startswith("# ")
        assert "  " not in block
    assert not any("=" in line and not line.startswith(("#", "NCCL_")) for line in text.splitlines())


def test_over_a_bundle_nccl_sends_by_tcp():
    assert of(host(**BUNDLED)) == {"NCCL_IB_DISABLE": "1", "NCCL_SOCKET_IFNAME": "=bond0"}


def test_nics_are_named_exactly_and_in_the_order_of_rails():
    device = host()
    value = of(device)["NCCL_IB_HCA"]
    assert value[0] == "="  # src/transport/net_ib/init.cc: searchExact
    assert value[1:].split(",") == [f"{port.rdma}:1" for port in device.ports]
    assert [port.rdma for port in device.ports] == [f"mlx5_{rail}" for rail in range(8)]


def test_as_many_nics_as_nccl_knows_fit_into_a_value():
    device = host()
    device.ports, device.routes = [device.ports[0]] * 32, [device.routes[0]] * 32  # MAX_IB_DEVS
    assert of(device)["NCCL_IB_HCA"].count("mlx5_0:1") == 32


def test_nics_without_rdma_are_not_named():
    device = host()
    for port in device.ports:
        port.rdma = None
    assert "NCCL_IB_HCA" not in of(device)


@pytest.mark.parametrize(
    ("roce", "dscp", "capable"),
    [
        ({}, 26, True),
        ({"congestion-control": "none"}, 26, False),
        (
            {"classes": {"gpu": {"dscp": [24], "traffic-class": 4, "queue": 5, "pfc-priority": 2, "lossless": True}}},
            24,
            True,
        ),
        (
            {
                "classes": {
                    "gpu": {
                        "dscp": [26],
                        "traffic-class": 3,
                        "queue": 3,
                        "pfc-priority": 3,
                        "lossless": True,
                        "bandwidth": 60,
                    },
                    "storage": {
                        "dscp": [34],
                        "traffic-class": 2,
                        "queue": 2,
                        "pfc-priority": 2,
                        "lossless": True,
                        "bandwidth": 30,
                    },
                }
            },
            26,
            True,
        ),
    ],
    ids=["profile", "unmarked", "other-numbers", "storage-too"],
)
def test_the_traffic_class_is_the_code_point_of_the_lossless_class(roce: dict, dscp: int, capable: bool):
    for each in roce.get("classes", {}).values():
        if "bandwidth" in each:
            each["bandwidth"] = f"{str(each['bandwidth']).removesuffix('%')}%"
    value = int(of(host(roce=roce))["NCCL_IB_TC"])
    assert value >> 2 == dscp
    assert value & 3 == (2 if capable else 0)


def test_programs_meet_on_the_front_end():
    assert of(host())["NCCL_SOCKET_IFNAME"] == "=eth0"


def test_the_address_of_the_fabric_is_in_the_range():
    device = host()
    network, length = of(device)["NCCL_IB_ADDR_RANGE"].split("/")
    start = int.from_bytes(map(int, network.split(".")), "big")
    assert all(start >> 32 - int(length) == (port.ipv4 or 0) >> 32 - int(length) for port in device.ports)


@pytest.mark.parametrize(
    ("balancing", "names"),
    [
        ("hash", {"NCCL_IB_QPS_PER_CONNECTION"}),
        ("flowlet", set()),
        ("per-packet", {"NCCL_IB_ADAPTIVE_ROUTING"}),
    ],
)
def test_what_depends_on_how_paths_are_chosen(balancing: str, names: set[str]):
    found = of(host(load_balancing=balancing))
    assert found.keys() & {"NCCL_IB_QPS_PER_CONNECTION", "NCCL_IB_ADAPTIVE_ROUTING"} == names


def test_without_a_policy_nothing_is_said_of_traffic_classes():
    assert "NCCL_IB_TC" not in of(host(roce=None))
