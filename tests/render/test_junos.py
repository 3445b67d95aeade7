"""Junos says what the device model says: facts are read back from the text and compared with the device."""

from pathlib import Path
from typing import Any

import pytest

from netgen.device.model import PortRole, PrefixRule, Role, Switch, User
from netgen.platforms.model import Platform
from netgen.record import replace
from netgen.render.device import Renderer, make_renderer
from netgen.render.errors import RenderError
from netgen.resources.load import resources
from tests import devices
from tests.conformance.junos import junos_problems
from tests.render import junos_reader as reader
from tests.render.junos_reader import Said
from tests.render.junos_switches import CHANGES, MODEL, NUMBERED, said_of, switches, text_of

TOP = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return make_renderer(resources())


@pytest.fixture
def junos(renderer: Renderer) -> Platform:
    return renderer.platforms["junos"]


@pytest.fixture(params=["2x400G", "1x800G"])
def breakout(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(params=["unnumbered", NUMBERED])
def links(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(params=["pod1-su1-rail3-leaf1", "pod1-spine1"])
def switch(request: pytest.FixtureRequest, breakout: str, links: str) -> Switch:
    return switches(breakout, links)[request.param]


@pytest.mark.slow
@pytest.mark.parametrize("changes", CHANGES.values(), ids=CHANGES)
def test_junos_takes_it(changes: dict[str, Any], links: str, renderer: Renderer) -> None:
    for name, device in switches(links=links, **changes).items():
        assert junos_problems(text_of(device, renderer)) == [], name


def test_junos_takes_every_division_of_cages(switch: Switch, renderer: Renderer) -> None:
    assert junos_problems(text_of(switch, renderer)) == []


@pytest.mark.parametrize("path", sorted(TOP.glob("tests/golden/configs/*/configs/*/junos.conf")), ids=str)
def test_junos_takes_the_examples(path: Path) -> None:
    assert junos_problems(path.read_text()) == []


def test_ports_say_what_the_model_says(switch: Switch, renderer: Renderer) -> None:
    assert reader.ports(said_of(switch, renderer)) == {
        port.name: {
            "breakout": port.breakout,
            "speed_gbps": port.speed_gbps,
            "description": port.description,
            "enabled": port.enabled,
            "frame_bytes": port.mtu_bytes + 14,
            "ip_bytes": {port.mtu_bytes} if port.unnumbered or port.ipv4 is not None else set(),
            "ipv4": None if port.ipv4 is None else (port.ipv4, port.ipv4_length),
            "ipv6": port.unnumbered,
            "vlan": None,
        }
        for port in switch.ports
    }


def test_hosts_that_share_a_subnet_have_the_leaf_as_gateway(renderer: Renderer) -> None:
    device = switches(attach="svi")["pod1-su1-rail1-leaf1"]
    said = said_of(device, renderer)
    (svi,) = device.svis
    assert {port["vlan"] for port in reader.ports(said).values()} == {svi.name, None}
    address, length = said.one(rf"interfaces irb unit {svi.vlan} family inet address (\S+)").split("/")
    assert (reader.number(address), int(length)) == (svi.ipv4, svi.ipv4_length)
    assert said.has(f"vlans {svi.name} vlan-id {svi.vlan}")
    assert said.has(f"vlans {svi.name} l3-interface irb.{svi.vlan}")
    assert not said.all("(routing-options aggregate .*)")


def test_sessions_are_the_models(switch: Switch, renderer: Renderer) -> None:
    said, bgp = said_of(switch, renderer), switch.bgp
    assert said.one(r"routing-options autonomous-system (\d+)") == str(bgp.asn)
    assert reader.number(said.one(r"routing-options router-id (\S+)")) == bgp.router_id
    for group in bgp.groups:
        at = f"protocols bgp group {group.name} "
        members = [n for n in bgp.neighbors if n.group == group.name]
        numbered = {n.address: (n.remote_asn, n.description) for n in members if n.address is not None}
        found = {
            reader.number(address): (int(said.one(at + rf"neighbor {address} peer-as (\d+)")), words)
            for address, words in said.find(at + r'neighbor (\S+) description "(.*)"')
        }
        assert found == numbered
        discovered = said.all(at + rf"dynamic-neighbor {group.name} peer-auto-discovery interface (\S+)\.0")
        assert discovered == [n.port for n in members if n.address is None]
        assert said.all(r"protocols router-advertisement interface (\S+)\.0") == discovered
        asns = said.all(rf"policy-options as-list {group.name}-AS members (\d+)")
        assert asns == sorted({str(n.remote_asn) for n in members if n.address is None})
        assert said.has(at + "family inet unicast extended-nexthop") is bool(discovered)
        assert said.one(at + r"family inet unicast prefix-limit maximum (\d+)") == str(group.maximum_prefixes)
        assert said.has(at + "family inet unicast prefix-limit teardown")
        assert said.has(at + "multipath multiple-as")
        assert bgp.bfd is not None
        assert said.has(f"{at}bfd-liveness-detection minimum-interval {bgp.bfd.interval_ms}")


def test_a_leaf_announces_what_is_its_own_and_a_spine_what_leaves_have(switch: Switch, renderer: Renderer) -> None:
    said, bgp = said_of(switch, renderer), switch.bgp
    (group,) = bgp.groups
    imported = said.one(rf"protocols bgp group {group.name} import (\S+)")
    exported = said.one(rf"protocols bgp group {group.name} export (\S+)")
    assert reader.origins(said, imported) == {"bgp": {group.import_list}}
    direct = {"direct": {bgp.originate_list, group.export_list}}
    more = "aggregate" if switch.role is Role.LEAF else "bgp"
    assert reader.origins(said, exported) == {**direct, more: {group.export_list}}
    aggregates = said.all(r"routing-options aggregate route (\S+) discard")
    assert [reader.number(one.split("/")[0]) for one in aggregates] == [address for address, _ in bgp.aggregates]


def test_a_leaf_passes_on_what_hosts_announce_themselves(renderer: Renderer) -> None:
    said = said_of(switches(attach="host-bgp")["pod1-su1-rail1-leaf1"], renderer)
    # of one AS, which is any: https://www.juniper.net, "AS path regular expressions"
    assert said.one(r'policy-options as-path ONE "(.*)"') == "."
    assert said.one(r"policy-options policy-statement PS-SPINES-OUT term hosts from as-path (\S+)") == "ONE"
    assert reader.origins(said, "PS-SPINES-OUT")["bgp"] == {"PL-OWN"}
    assert reader.origins(said, "PS-HOSTS-IN") == {"bgp": {"PL-HOSTS"}}
    assert reader.origins(said, "PS-HOSTS-OUT")["bgp"] == {"PL-FABRIC"}


def test_prefix_lists_admit_the_same_lengths(switch: Switch, renderer: Renderer) -> None:
    rules = (
        PrefixRule(10, True, 0x0A000000, 8),
        PrefixRule(20, True, 0x0B000000, 8, ge=24),
        PrefixRule(30, False, 0x0C000000, 8, le=24),
        PrefixRule(40, True, 0x0D000000, 8, ge=16, le=24),
        PrefixRule(50, True, 0x0E000000, 8, ge=32, le=32),
    )
    first = switch.bgp.prefix_lists[0]
    switch.bgp.prefix_lists = (replace(first, rules=rules), *switch.bgp.prefix_lists[1:])
    assert reader.lists(said_of(switch, renderer))[first.name] == [
        (10, True, "10.0.0.0/8", "exact"),
        (20, True, "11.0.0.0/8", "prefix-length-range /24-/32"),
        (30, False, "12.0.0.0/8", "upto /24"),
        (40, True, "13.0.0.0/8", "prefix-length-range /16-/24"),
        (50, True, "14.0.0.0/8", "prefix-length-range /32-/32"),
    ]


@pytest.mark.parametrize(("paths", "said"), [(2, None), (16, None), (17, "32"), (64, "64"), (100, "128")])
def test_equal_cost_paths_beyond_the_default(paths: int, said: str | None, junos: Platform, renderer: Renderer) -> None:
    device = devices.spine(junos, model=MODEL)
    device.native, device.bgp.maximum_paths = [], paths
    found = said_of(device, renderer)
    assert found.maybe(r"chassis maximum-ecmp (\d+)") == said
    assert found.has("routing-options forwarding-table export PFE-LB")


def test_without_a_part_no_line_of_it_is_left(renderer: Renderer) -> None:
    absent = {
        "no roce": ("class-of-service", "buffer-monitor", "ROCE"),
        "no marking": ("drop-profile", "explicit-congestion", "fill-level"),
        "no watchdog": ("watchdog",),
        "no bfd": ("bfd",),
    }
    for change, words in absent.items():
        text = text_of(switches(**CHANGES[change])["pod1-su1-rail1-leaf1"], renderer)
        assert [word for word in words if word in text] == [], change


def test_a_reserved_port_only_gains_lines_when_it_is_cabled(junos: Platform, renderer: Renderer) -> None:
    device = devices.leaf(junos, model=MODEL, unnumbered=False)
    device.native = []
    cabled = said_of(device, renderer).lines
    port = device.ports[-1]
    port.role, port.description, port.ipv4, port.qos = PortRole.RESERVED, None, None, None
    device.bgp.neighbors.pop()
    bare = said_of(device, renderer).lines
    after = iter(cabled)
    assert all(line in after for line in bare)


def test_management_stays_in_its_own_table(switch: Switch, renderer: Renderer) -> None:
    said = said_of(switch, renderer)
    assert said.has("system management-instance")
    assert said.all(r"(routing-instances \S+) .* next-hop 172\.20\.0\.1") == ["routing-instances mgmt_junos"]
    for pattern in (r"system name-server \S+( .*)?", r"system ntp server \S+( .*)?"):
        assert set(said.all(pattern)) == {" routing-instance mgmt_junos"}
    assert said.has("system syslog host 172.20.0.6 routing-instance mgmt_junos")
    assert said.all(r"snmp interface (\S+)") == ["re0:mgmt-0.0"]
    address, length = said.one(r"interfaces re0:mgmt-0 unit 0 family inet address (\S+)").split("/")
    assert (reader.number(address), int(length)) == (switch.management.address, switch.management.length)


def test_a_bare_management_plane_leaves_no_line_behind(switch: Switch, renderer: Renderer) -> None:
    none = {"ntp": (), "syslog": (), "dns": (), "users": (), "snmp_community": None, "snmp_location": None}
    services = replace(switch.management.services, **none)
    switch.management = replace(switch.management, gateway=None, services=services)
    text = text_of(switch, renderer)
    assert junos_problems(text) == []
    for word in ("ntp", "syslog", "name-server", "login {", "snmp", "routing-instances", "mgmt_junos", "grpc"):
        assert word not in text


def test_accounts(switch: Switch, renderer: Renderer) -> None:
    users = (
        User("viewer", None, ("ssh-ed25519 AAAAB v", "ecdsa-sha2-nistp256 AAAAE", "ssh-rsa AAAAC"), "operator", ""),
        User("netops", "@secret:users/netops@", (), "admin", ""),
    )
    switch.management.services = replace(switch.management.services, users=users)
    text = text_of(switch, renderer)
    assert Said(text).find(r"system login user (\S+) (?:class|authentication) (.*)") == [
        ("netops", "super-user"),
        ("netops", 'encrypted-password "@secret:users/netops@"'),
        ("viewer", "operator"),
        ("viewer", 'ssh-rsa "ssh-rsa AAAAC"'),
        ("viewer", 'ssh-ecdsa "ecdsa-sha2-nistp256 AAAAE"'),
        ("viewer", 'ssh-ed25519 "ssh-ed25519 AAAAB v"'),
    ]
    assert text.count("; ## SECRET-DATA\n") == 4


def test_words_are_quoted_where_junos_quotes_them(switch: Switch, renderer: Renderer) -> None:
    switch.ports[0].description = 'hall 1; row "b" \\ {'
    text = text_of(switch, renderer)
    assert r'description "hall 1; row \"b\" \\ {";' in text
    assert reader.ports(Said(text))[switch.ports[0].name]["description"] == switch.ports[0].description


def test_more_paths_than_the_forwarding_table_takes_are_refused(switch: Switch, renderer: Renderer) -> None:
    switch.bgp.maximum_paths = 129
    with pytest.raises(RenderError, match=r"chassis\.j2"):
        text_of(switch, renderer)


def test_lists_that_junos_sorts_are_sorted(switch: Switch, renderer: Renderer) -> None:
    said = said_of(switch, renderer)
    for pattern in (
        r"policy-options policy-statement (\S+)",
        r"class-of-service forwarding-classes class (\S+) .*",
        r"class-of-service classifiers dscp ROCE forwarding-class (\S+)",
        r"class-of-service schedulers (\S+)",
        r"system login user (\S+)",
    ):
        names = said.all(pattern)
        assert names == sorted(names), pattern


ORDER = [
    *("system", "chassis", "interfaces", "snmp", "forwarding-options", "policy-options", "class-of-service"),
    *("routing-instances", "routing-options", "protocols", "vlans"),
]
"""Of the top level: Juniper/jvd, whole configurations of switches with Junos OS Evolved."""


def test_the_order_is_that_of_show_configuration(renderer: Renderer) -> None:
    for device in switches(attach="svi").values():
        tops = [line for line in said_of(device, renderer).lines if line in ORDER]
        assert tops == [one for one in ORDER if one in tops]


def test_cages_and_channels_count_from_zero(renderer: Renderer) -> None:
    names = [port.name for port in switches("2x400G")["pod1-spine1"].ports]
    assert names[:3] == ["et-0/0/0:0", "et-0/0/0:1", "et-0/0/1:0"]
    assert names[-1] == "et-0/0/63:1"
    assert [port.name for port in switches("1x800G")["pod1-spine1"].ports][-1] == "et-0/0/63"


def test_a_cage_that_is_not_divided_may_run_at_half_its_speed(renderer: Renderer) -> None:
    device = switches("1x400G")["pod1-spine1"]
    text = text_of(device, renderer)
    assert junos_problems(text) == []
    assert {port["speed_gbps"] for port in reader.ports(Said(text)).values()} == {400}
    assert "number-of-sub-ports" not in text


def test_native_lines_come_last(junos: Platform, renderer: Renderer) -> None:
    assert text_of(devices.leaf(junos, model=MODEL), renderer).endswith("\n}\nline one\nline two\n")
