"""Intents at the edges of what can be said, rendered on every platform and read back as a device would read it.

What is read knows nothing of devices or topologies: each end of a cable is held against what the other end says.
"""

import json
import re
from dataclasses import dataclass
from ipaddress import IPv4Interface
from typing import Any

import pytest

from netgen.device.build import devices
from netgen.export.lab import lab_spec
from netgen.intent.models import Intent, InventoryRow
from netgen.record import replace
from netgen.render.device import render_device
from netgen.rules.run import derive_checked
from tests.rules.intents import CATALOG, RENDERER, least

PLATFORMS = {"eos": "dcs-7060x6-64pe", "sonic": "sn5600", "frr": "sn5600"}
LEAF, OTHER, SPINE, HOST = "pod1-su1-rail1-leaf1", "pod1-su1-rail2-leaf1", "pod1-spine1", "pod1-su1-host1"


@dataclass(frozen=True)
class Port:
    up: bool
    description: str
    address: IPv4Interface | None


@dataclass(frozen=True)
class Device:
    files: dict[str, str]
    ports: dict[str, Port]
    asn: int | None
    sessions: dict[str, int]
    """By the description, which names the neighbour's device and port."""

    def towards(self, far: str) -> Port:
        (port,) = [port for port in self.ports.values() if port.description == far]
        return port


def _eos(files: dict[str, str]) -> dict[str, Port]:
    blocks = re.findall(r"^interface (Ethernet\S+)\n((?:   .*\n)*)", files["eos.cfg"], re.MULTILINE)
    return {name: _lines(text, "shutdown", "ip address") for name, text in blocks}


def _ifupdown(files: dict[str, str]) -> dict[str, Port]:
    blocks = re.findall(r"^iface (\S+)\n((?:    .*\n)*)", files["interfaces"], re.MULTILINE)
    return {name: _lines(text, "link-down yes", "address") for name, text in blocks if name != "eth0"}


def _lines(text: str, down: str, address: str) -> Port:
    lines = [line.strip() for line in text.splitlines()]
    said = {
        word: line.removeprefix(word).strip()
        for line in lines
        for word in ("description", "alias", address)
        if line.startswith(f"{word} ")
    }
    at = said.get(address)
    return Port(down not in lines, said.get("description", said.get("alias", "")), IPv4Interface(at) if at else None)


def _config_db(files: dict[str, str]) -> dict[str, Port]:
    tables = json.loads(files["config_db.json"])
    at = dict(key.split("|") for key in tables["INTERFACE"] if "|" in key)
    return {
        name: Port(
            port["admin_status"] == "up", port.get("description", ""), IPv4Interface(at[name]) if name in at else None
        )
        for name, port in sorted(tables["PORT"].items(), key=lambda item: int(item[0].removeprefix("Ethernet")))
    }


def _read(files: dict[str, str]) -> Device:
    readers = {
        "eos.cfg": _eos,
        "config_db.json": _config_db,
        "interfaces": _ifupdown,
    }
    ports = next(read(files) for name, read in readers.items() if name in files)
    routing = files.get("eos.cfg") or files.get("frr.conf") or ""
    asn = re.search(r"^router bgp (\d+)", routing, re.MULTILINE)
    numbers = dict(
        re.findall(r"^ +neighbor (?:interface )?(\S+) (?:peer-group \S+ )?remote-as (\d+)", routing, re.MULTILINE)
    )
    said = dict(re.findall(r"^ +neighbor (\S+) description (.+)", routing, re.MULTILINE))
    by_far = {said.get(peer) or ports[peer].description: int(number) for peer, number in numbers.items()}
    return Device(files, ports, int(asn[1]) if asn else None, by_far)


def given(platform: str, *, links: str = "unnumbered", **fabric: Any) -> dict[str, Any]:
    """Describe four hosts; ``fabric`` replaces keys of their fabric."""
    intent = least(platform)
    compute = intent["fabrics"]["compute"]
    role = {"model": PLATFORMS[platform], "platform": platform, "breakout": "2x400G"}
    # a switch that pauses nobody is refused a lossless class
    lossless = {} if RENDERER.platforms[platform].expresses["pfc"] else {"roce": {"profile": "balanced"}}
    compute |= {"leaf": role, "spine": role, **lossless, **fabric}
    compute["pools"] = {**compute["pools"], "links": links}
    return intent


def exceptions(platform: str, *deviations: dict[str, Any], **fabric: Any) -> dict[str, Any]:
    said = {f"tt-{number}": {"reason": "TT", **one} for number, one in enumerate(deviations)}
    return given(platform, exceptions=said, **fabric)


def rendered(
    intent: dict[str, Any],
    rows: dict[str, dict[str, str]] | None = None,
    snippets: dict[str, str] | None = None,
    catalog=CATALOG,
    renderer=RENDERER,
) -> dict[str, Device]:
    """Render everything, and hold both ends of every cable and session against each other."""
    inventory = {name: InventoryRow.model_validate({"name": name, **row}) for name, row in (rows or {}).items()}
    cluster, found = derive_checked(
        Intent.model_validate(intent), inventory, catalog, renderer.platforms, snippets or {}
    )
    assert cluster is not None, [finding.message for finding in found]
    built = {device.name: _read(render_device(device, renderer)) for device in devices(cluster, renderer.platforms)}
    for name, device in built.items():
        for port_name, port in device.ports.items():
            far_device, _, far_port = port.description.partition(" ")
            if not far_port:
                assert port.address is None
                continue
            far = built[far_device].ports[far_port]
            assert far.description == f"{name} {port_name}"
            assert far.up == port.up
            if port.address is not None:
                assert far.address is not None
                assert far.address.network == port.address.network
                assert far.address != port.address
        for far_name, asn in device.sessions.items():
            assert built[far_name.split()[0]].asn == asn
            assert device.towards(far_name).up
    return built


def every(test):
    return pytest.mark.parametrize("platform", PLATFORMS)(test)


def units(platform: str, hosts: dict[int, str], pod: int = 1, **fabric: Any) -> dict[str, Any]:
    return {
        **given(platform, **fabric),
        "pods": {pod: {"units": {unit: {"hosts": ids} for unit, ids in hosts.items()}}},
    }


@every
def test_a_pod_of_another_number_has_its_own_numbers(platform: str):
    first, third = rendered(units(platform, {1: "1-2"})), rendered(units(platform, {1: "1-2"}, pod=3))
    assert {name.replace("pod3", "pod1") for name in third} == set(first)
    spine = third["pod3-spine1"]
    assert spine.asn == 4_200_000_003
    assert spine.asn == first[SPINE].asn + 2
    assert third["pod3-su1-rail1-leaf1"].asn == 4_200_010_000 + 2 * 4


@every
def test_a_unit_that_is_missing_leaves_its_ports_up_and_bare(platform: str):
    built = rendered(units(platform, {1: "1-2", 3: "1-2"}))
    assert {name[:8] for name in built if "-su" in name} == {"pod1-su1", "pod1-su3"}
    spine = list(built[SPINE].ports.values())
    by_unit = [{port.description[:8] for port in spine[8 * unit : 8 * unit + 8]} for unit in range(3)]
    assert by_unit == [{"pod1-su1"}, {""}, {"pod1-su3"}]
    assert all(port.up for port in spine[8:16])
    assert len(built[SPINE].sessions) == 16


@every
def test_a_host_that_is_missing_leaves_its_port_up_and_bare(platform: str):
    built = rendered(units(platform, {1: "1-3,7"}))
    assert [name for name in built if "host" in name] == [f"pod1-su1-host{host}" for host in (1, 2, 3, 7)]
    ports = list(built[LEAF].ports.values())[:7]
    assert [port.description for port in ports] == [
        *(f"pod1-su1-host{host} rail1" for host in (1, 2, 3)),
        "",
        "",
        "",
        "pod1-su1-host7 rail1",
    ]
    assert all(port.up for port in ports)


@every
def test_more_hosts_than_a_leaf_has_ports_for_share_a_group_of_leaves(platform: str):
    role = {"model": PLATFORMS[platform], "platform": platform, "breakout": "1x400G"}
    built = rendered(units(platform, {1: "1-40"}, leaf=role, spine=role))
    assert {name for name in built if "rail3" in name} == {"pod1-su1-rail3-leaf1", "pod1-su1-rail3-leaf2"}
    for host, leaf in ((1, 1), (20, 1), (21, 2), (40, 2)):
        device = built[f"pod1-su1-rail3-leaf{leaf}"]
        assert device.towards(f"pod1-su1-host{host} rail3").up


@every
@pytest.mark.parametrize(("ratio", "uplinks"), [("1:1", 12), ("2:1", 6), ("3:2", 8), ("1.5:1", 8)])
def test_oversubscription_takes_uplinks_away(platform: str, ratio: str, uplinks: int):
    built = rendered(units(platform, {1: "1-12"}, oversubscription=ratio))
    up = [port for port in built[LEAF].ports.values() if "spine" in port.description]
    assert len(up) == len(built[LEAF].sessions) == uplinks


@every
def test_cages_are_broken_out_for_the_nics_where_nothing_is_said(platform: str):
    role = {"model": PLATFORMS[platform], "platform": platform}
    assert rendered(given(platform, leaf=role, spine=role))[LEAF] == rendered(given(platform))[LEAF]


@every
@pytest.mark.parametrize("links", ["unnumbered", "10.128.0.0/20"])
def test_swapped_uplinks_of_two_leaves_keep_their_addresses(platform: str, links: str):
    swap = {"port": {"leaf": LEAF, "spine": 1}, "swapped-with": {"leaf": OTHER, "spine": 1, "link": 2}}
    plain, built = rendered(given(platform, links=links)), rendered(exceptions(platform, swap, links=links))
    moved = [name for name in plain[LEAF].ports if plain[LEAF].ports[name] != built[LEAF].ports[name]]
    assert len(moved) == 1
    assert plain[LEAF].ports[moved[0]].address == built[LEAF].ports[moved[0]].address
    assert (built[LEAF].ports[moved[0]].address is None) == (links == "unnumbered")


@every
def test_numbers_of_two_bytes(platform: str):
    built = rendered(given(platform, asn={"base": 64512}))
    assert built[SPINE].asn == 64513
    assert built[LEAF].asn == 64512 + 64
    assert rendered(given(platform, asn={"base": 64512, "leaves": 65000}))[LEAF].asn == 65000


@every
def test_an_alias_is_what_a_device_is_called_everywhere(platform: str):
    shut = {"port": {"leaf": LEAF, "host": 1}, "enabled": False}
    rows = {LEAF: {"alias": "old-tor", "serial": "A1"}, HOST: {"alias": "trainer"}}
    built = rendered(exceptions(platform, shut), rows)
    assert not {LEAF, HOST} & set(built)
    assert not built["old-tor"].towards("trainer rail1").up
    assert not built["trainer"].ports["rail1"].up
    assert not any(LEAF in text for device in built.values() for text in device.files.values())
    # an exception may name it either way
    assert rendered(exceptions(platform, {**shut, "port": {"leaf": "old-tor", "host": 1}}), rows) == built


@every
def test_two_devices_may_have_each_others_names(platform: str):
    plain = rendered(given(platform))
    built = rendered(given(platform), {LEAF: {"alias": OTHER}, OTHER: {"alias": LEAF}})
    assert built[OTHER].asn == plain[LEAF].asn
    assert built[LEAF].asn == plain[OTHER].asn


@every
def test_a_spine_of_another_model_has_its_ports_where_that_model_has_them(platform: str):
    base = CATALOG.switches[PLATFORMS[platform]]
    catalog = replace(CATALOG, switches={**CATALOG.switches, "half": replace(base, name="half", cages=32)})
    known = RENDERER.platforms[platform]
    data = {**known.models, "half": known.models[base.name]}
    renderer = replace(RENDERER, platforms={**RENDERER.platforms, platform: replace(known, models=data)})
    built = rendered(exceptions(platform, {"device": LEAF, "model": "half"}), catalog=catalog, renderer=renderer)
    assert (len(built[LEAF].ports), len(built[OTHER].ports)) == (len(built[SPINE].ports) // 2, len(built[SPINE].ports))
    last = list(built[LEAF].ports.values())[-1]
    assert last.description.startswith(SPINE)


@every
@pytest.mark.parametrize("text", ["alias one two\nalias three four\n", "\n\nalias one two\nalias three four\n\n\n"])
def test_native_lines_stand_once_in_one_device(platform: str, text: str):
    deviation = {"device": LEAF, "native": "extras.cfg"}
    plain = rendered(given(platform))
    built = rendered(exceptions(platform, deviation), snippets={"extras.cfg": text})
    file = "eos.cfg" if platform == "eos" else "frr.conf"
    added = set(built[LEAF].files[file].splitlines()) - set(plain[LEAF].files[file].splitlines())
    assert added == {"alias one two", "alias three four"}
    assert "\n\n" not in built[LEAF].files[file]
    assert {name for name in built if built[name] != plain[name]} == {LEAF}


@every
@pytest.mark.parametrize("end", [{"host": 1}, {"spine": 1}])
def test_a_port_that_is_shut_is_shut_at_both_ends(platform: str, end: dict[str, int]):
    plain = rendered(given(platform))
    built = rendered(exceptions(platform, {"port": {"leaf": LEAF, **end}, "enabled": False}))
    down = {
        (name, port): device.ports[port].description
        for name, device in built.items()
        for port in device.ports
        if plain[name].ports[port].up and not device.ports[port].up
    }
    assert {name for name, _ in down} == {LEAF, HOST if "host" in end else SPINE}
    assert len(built[LEAF].sessions) == len(plain[LEAF].sessions) - ("spine" in end)
    if "host" in end:
        assert built[HOST].files["interfaces"].count("ip route replace 10.") == 2 * 3


@every
def test_a_port_may_be_shut_before_its_host_is_built(platform: str):
    intent = exceptions(platform, {"port": {"leaf": LEAF, "host": 6}, "enabled": False})
    intent["pods"] = {1: {"units": {1: {"hosts": "1-4"}}, "capacity": {"hosts": 8}}}
    ports = list(rendered(intent)[LEAF].ports.values())
    assert [port.up for port in ports[4:8]] == [True, False, True, True]
    intent["pods"] = {1: {"units": {1: {"hosts": "1-8"}}}}
    assert [port.up for port in list(rendered(intent)[LEAF].ports.values())[4:8]] == [True, False, True, True]


@every
def test_a_device_that_is_not_there_yet_is_rendered_and_is_not_in_a_lab(platform: str):
    rows = {SPINE: {"state": "planned"}, HOST: {"state": "failed"}}
    assert rendered(given(platform), rows) == rendered(given(platform))
    cluster, _ = derive_checked(
        Intent.model_validate(given(platform)),
        {name: InventoryRow.model_validate({"name": name, **row}) for name, row in rows.items()},
        CATALOG,
        RENDERER.platforms,
        {},
    )
    spec = lab_spec(cluster, RENDERER.platforms)
    assert not {node.name for node in spec.nodes} & set(rows)
    assert not any({cable.a_node, cable.b_node} & set(rows) for cable in spec.cables)


@every
def test_names_by_patterns_of_ones_own(platform: str):
    naming = {"leaf": "l{unit}r{rail}-{leaf}", "spine": "s{spine}", "host": "h{unit}-{host}"}
    plain, built = rendered(given(platform)), rendered({**given(platform), "naming": naming})
    assert {"l1r4-1", "s1", "h1-4"} <= set(built)
    assert len(built) == len(plain)
    assert built["l1r1-1"].towards("h1-2 rail1").up


def test_an_account_with_a_key_needs_no_password():
    key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB netops"
    intent = given("eos")
    intent["management"]["users"] = {"netops": {"role": "admin", "ssh-keys": [key]}}
    config = rendered(intent)[LEAF].files["eos.cfg"]
    assert f"username netops ssh-key {key}\n" in config
    assert "secret sha512" not in config
