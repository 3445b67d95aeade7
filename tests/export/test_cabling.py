import csv
import io

from netgen.export.cabling import HEADER, cabling_lines, ends_of
from netgen.platforms.load import load_platforms
from netgen.record import replace
from netgen.resources.load import resources
from tests import devices

EDGES = {"compute": "leaf"}


def rows(*lines: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(HEADER + "".join(lines))))


def test_each_cable_has_one_line_from_its_lower_end():
    platforms = load_platforms(resources())
    host, leaf, spine = (
        devices.host(platforms["linux"]),
        devices.leaf(platforms["eos"]),
        devices.spine(platforms["eos"]),
    )
    listed = rows(*(line for device in (spine, leaf, host) for line in cabling_lines(device, EDGES)))
    assert [(row["a_device"], row["a_interface"], row["link"]) for row in listed] == [
        ("pod1-su1-rail1-leaf1", "Ethernet33/1", "leaf-spine"),
        ("pod1-su1-rail1-leaf1", "Ethernet33/5", "leaf-spine"),
        ("pod1-su1-host1", "eth_r0", "host-leaf"),
        ("pod1-su1-host1", "eth_r1", "host-leaf"),
    ]
    assert listed[0] == {
        "a_device": "pod1-su1-rail1-leaf1",
        "a_interface": "Ethernet33/1",
        "a_address": "",
        "b_device": "pod1-spine1",
        "b_interface": "Ethernet1/1",
        "b_address": "",
        "speed": "400G",
        "length": "5m",
        "link": "leaf-spine",
        "fabric": "compute",
    }


def test_length_that_is_not_known_is_empty():
    host = devices.host(load_platforms(resources())["linux"])
    host.ports[0].cable_m = None
    assert rows(*cabling_lines(host, EDGES))[0]["length"] == ""


def test_addresses_of_a_numbered_link_are_at_its_ends():
    host = devices.host(load_platforms(resources())["linux"])
    row = rows(*cabling_lines(host, EDGES))[0]
    assert (row["a_address"], row["b_address"]) == ("10.0.0.1", "10.0.0.0")


def test_both_addresses_of_a_link_to_another_network_are_told():
    port = replace(
        devices.leaf(load_platforms(resources())["eos"]).ports[0], name="Ethernet9/1", ipv4=0xC6336401, ipv4_length=31
    )
    assert ends_of(port) == (0xC6336401, 0xC6336400)
    # of a /30, the first and the last are no host's
    assert ends_of(replace(port, ipv4_length=30)) == (0xC6336401, 0xC6336402)
    assert ends_of(replace(port, ipv4=0xC6336402, ipv4_length=30)) == (0xC6336402, 0xC6336401)
