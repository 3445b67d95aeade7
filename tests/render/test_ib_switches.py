"""Configurations of InfiniBand switches, as somebody would read them who runs them."""

import re

import pytest
from msgspec.structs import force_setattr

from netgen.device.infiniband import IbSwitch
from netgen.platforms.load import load_platforms
from netgen.platforms.ports import port_name
from netgen.render.device import make_renderer, render_device
from netgen.resources.load import resources
from tests import ib_devices

FOUND = resources()
PLATFORMS = load_platforms(FOUND)
RENDERER = make_renderer(FOUND)


def lines(platform: str, change=lambda _: None) -> list[str]:
    device: IbSwitch = ib_devices.ib_switch(PLATFORMS[platform])
    change(device)
    (text,) = render_device(device, RENDERER).values()
    return text.splitlines()


@pytest.mark.parametrize(("platform", "last"), [("mlnx-os", "1/32/2"), ("nvos", "sw32p2")])
def test_ports_are_called_by_cage_and_port(platform: str, last: str):
    named = PLATFORMS[platform]
    assert port_name(named, cage=32, subport=1, lane=4, lanes_per_cage=8, breakout=2) == last


def test_a_port_of_quantum_2_that_is_split_has_a_fourth_number():
    """As mlxlink counts them (mstflint, mlxlink_commander.cpp: calculatePanelPort)."""
    quarters = [
        port_name(PLATFORMS["mlnx-os"], cage=3, subport=subport, lane=2 * subport, lanes_per_cage=8, breakout=4)
        for subport in range(4)
    ]
    assert quarters == ["1/3/1/1", "1/3/1/2", "1/3/2/1", "1/3/2/2"]

    def split(device: IbSwitch) -> None:
        for port, name in zip(device.ports, quarters, strict=False):
            port.name = name

    found = [line for line in lines("mlnx-os", split) if line.startswith("interface ib")]
    assert found == [
        "interface ib 1/3/1 port-type split-2",
        "interface ib 1/3/2 port-type split-2",
        "interface ib 1/3/1 shutdown",
    ]
    assert not any("split" in line for line in lines("mlnx-os"))


def test_mlnx_os_is_managed_over_mgmt0_and_manages_no_subnet():
    found = lines("mlnx-os")
    assert found[1:5] == [
        "hostname pod1-su1-leaf1",
        "no interface mgmt0 dhcp",
        "interface mgmt0 ip address 172.20.0.70 255.255.252.0",
        "ip default-gateway 172.20.0.1 mgmt0",
    ]
    assert "no ib sm" in found


@pytest.mark.parametrize(
    ("platform", "line"),
    [("mlnx-os", r"interface ib (\S+) shutdown"), ("nvos", r"nv set interface (\S+) link state down")],
)
def test_what_is_not_enabled_is_shut_and_nothing_else(platform: str, line: str):
    def shut_second(device: IbSwitch) -> None:
        device.ports[1].enabled = False

    spare, second = (ib_devices.ib_switch(PLATFORMS[platform]).ports[index].name for index in (4, 1))
    assert [m[1] for each in lines(platform) if (m := re.fullmatch(line, each))] == [spare]
    assert [m[1] for each in lines(platform, shut_second) if (m := re.fullmatch(line, each))] == [second, spare]


def test_an_operator_may_look_only():
    def demote(device: IbSwitch) -> None:
        (user,) = device.management.services.users
        force_setattr(user, "role", "operator")

    assert "username netops capability monitor" in lines("mlnx-os", demote)
    assert "nv set system aaa user netops role monitor" in lines("nvos", demote)


@pytest.mark.parametrize("platform", ["mlnx-os", "nvos"])
def test_secrets_are_tokens(platform: str):
    text = "\n".join(lines(platform))
    assert "@secret:users/netops@" in text
    assert "@secret:snmp@" in text


def test_nvos_has_no_words_for_ports_without_neighbours():
    assert not any(" sw2p2 " in line for line in lines("nvos"))
    assert "nv set interface sw1p1 description 'host1 mlx5_0'" in lines("nvos")
