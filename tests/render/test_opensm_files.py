"""The files of subnet managers, line by line, where a mistake would open the fabric."""

import pytest

from netgen.cluster.infiniband import Everybody, Membership, QosPlan, ServiceLevel
from netgen.device.infiniband import SubnetManager
from netgen.record import replace
from netgen.render.device import make_renderer, render_device
from netgen.render.errors import RenderError
from netgen.resources.load import resources
from tests import ib_devices

RENDERER = make_renderer(resources())
BOTH = pytest.mark.parametrize("platform", ["opensm", "opensm-nvidia"])


def manager(platform: str = "opensm", **sample: bool) -> SubnetManager:
    return ib_devices.subnet_manager(RENDERER.platforms[platform], **sample)


def lines(device: SubnetManager, file: str) -> list[str]:
    return [line for line in render_device(device, RENDERER)[file].splitlines() if line and not line.startswith("#")]


def keys(device: SubnetManager) -> dict[str, str]:
    return dict(line.split(" ", 1) for line in lines(device, "opensm.conf"))


@BOTH
def test_a_partition_is_a_header_and_a_line_for_each_member(platform: str):
    device = manager(platform)
    found = lines(device, "partitions.conf")
    assert found[:4] == [
        "Default=0x7fff :",
        "    ALL=limited,",
        "    SELF=full,",
        "    0x0002c903000000c1=full;  # sm-1 mlx5_0",
    ]
    assert [line for line in found if line.strip().startswith(";")] == []
    assert found.count("train-a=0x0101, ipoib, mtu=5, rate=17, sl=1 :") == 1


def test_everybody_comes_before_members_and_the_wider_first():
    device = manager()
    everybody = {
        Everybody.MANAGER: Membership.FULL,
        Everybody.HOSTS: Membership.LIMITED,
        Everybody.ALL: Membership.FULL,
    }
    device.partitions = (replace(device.partitions[0], everybody=everybody, members=()),)
    assert lines(device, "partitions.conf")[1:] == ["    ALL=full,", "    ALL_CAS=limited,", "    SELF=full;"]


def test_a_partition_that_nobody_is_in_is_still_a_statement():
    device = manager()
    device.partitions = (*device.partitions[:1], replace(device.partitions[1], members=(), index0=True))
    assert lines(device, "partitions.conf")[-1] == "train-a=0x0101, indx0, ipoib, mtu=5, rate=17, sl=1 : ;"
    assert [line for line in lines(device, "qos-policy.conf") if "pkey" in line] == []


def test_what_is_reached_comes_before_the_partition_that_it_is_reached_in():
    assert lines(manager(), "qos-policy.conf") == [
        "qos-ulps",
        "    default : 0",
        "    any, target-port-guid 0x0002c90300000081 : 2  # store: store 2c90300000081",
        "    any, target-port-guid 0x0002c90300000091 : 2  # store: store 2c90300000091",
        "    any, pkey 0x0101 : 1  # train-a",
        "    any, pkey 0x0200 : 2  # storage",
        "end-qos-ulps",
    ]


def test_marks_of_the_grammar_are_left_out_of_names():
    device = manager()
    device.partitions = (*device.partitions[:1], replace(device.partitions[1], name="a=b : c;#"))
    assert "a-b - c--=0x0101, ipoib, mtu=5, rate=17, sl=1 :" in lines(device, "partitions.conf")


def test_lanes_are_told_by_level_and_none_is_forgotten():
    levels = (
        ServiceLevel("slow", 3, 2, 10, high=False, origin="qos"),
        ServiceLevel("quick", 15, 1, 255, high=True, origin="qos"),
    )
    device = manager()
    device.qos = QosPlan(levels, high_limit=7, lanes=8)
    found = keys(device)
    assert found["qos_sl2vl"] == "0,0,0,2,0,0,0,0,0,0,0,0,0,0,0,1"
    assert (found["qos_vlarb_high"], found["qos_vlarb_low"]) == ("1:255", "0:64,2:10")
    assert (found["max_op_vls"], found["qos_max_vls"], found["qos_high_limit"]) == ("4", "8", "7")
    device.qos = replace(device.qos, levels=(replace(levels[0], lane=0),))
    assert (keys(device)["qos_vlarb_high"], keys(device)["qos_vlarb_low"]) == ("0:0", "0:10")


def test_files_that_are_not_there_are_not_named():
    assert {"root_guid_file", "cn_guid_file", "io_guid_file"} & keys(manager(bare=True)).keys() == set()
    assert keys(manager(qos=False))["qos"] == "FALSE"
    assert "qos_policy_file" not in keys(manager(qos=False))


def test_nvidias_engines_are_adaptive_where_that_is_asked_for():
    device = manager("opensm-nvidia")
    assert (keys(device)["routing_engine"], keys(device)["sharp_enabled"]) == ("ftree,updn", "1")
    device.adaptive_routing = device.sharp = True
    assert (keys(device)["routing_engine"], keys(device)["sharp_enabled"]) == ("ar_ftree,ar_updn", "2")
    device.engine = "minhop"
    with pytest.raises(RenderError, match="minhop"):
        render_device(device, RENDERER)


def test_what_infiniband_has_no_number_for_is_refused():
    device = manager()
    device.partitions = (*device.partitions[:1], replace(device.partitions[1], mtu_bytes=9000))
    with pytest.raises(RenderError, match="no MTU of 9000 bytes"):
        render_device(device, RENDERER)
