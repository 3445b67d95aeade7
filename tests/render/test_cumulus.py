"""Cumulus Linux is told what the device model says, and its three files tell it the same."""

import pytest

from netgen.device.model import Native, PortRole, PrefixRule, Switch, User
from netgen.platforms.model import Platform
from netgen.record import replace
from netgen.render.device import Renderer, make_renderer
from netgen.render.errors import RenderError
from netgen.resources.load import resources
from tests.render import nvue_reader
from tests.render.cumulus_switches import SWITCHES, files, tree_of


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return make_renderer(resources())


@pytest.fixture(scope="module")
def cumulus(renderer: Renderer) -> Platform:
    return renderer.platforms["cumulus"]


@pytest.fixture(params=SWITCHES)
def switch(request: pytest.FixtureRequest, cumulus: Platform) -> Switch:
    return SWITCHES[request.param](cumulus)


@pytest.fixture
def leaf(cumulus: Platform) -> Switch:
    return SWITCHES["leaf"](cumulus)


# What the three files say, and how


def test_the_three_files_say_the_same(switch: Switch, renderer: Renderer) -> None:
    switch.load_balancing = "per-packet"
    texts = files(switch, renderer)
    assert set(texts) == {"startup.yaml", "nv-set.txt", "patch.json"}
    tree = nvue_reader.startup(texts["startup.yaml"])
    assert nvue_reader.patch(texts["patch.json"]) == tree
    typed = nvue_reader.commands(texts["nv-set.txt"])
    assert len(typed) == len(set(typed)) > 200
    assert set(typed) == set(nvue_reader.words(tree))


def test_awkward_words_are_the_same_in_all_three(leaf: Switch, renderer: Renderer) -> None:
    leaf.ports[0].description = 'it\'s: #1 "a\\b" $HOME `x` | ~ *'
    leaf.ports[2].description = "0x10"
    leaf.ports[3].description = "on"
    leaf.management.services = replace(leaf.management.services, snmp_community="a'b c\"d$e", snmp_location="12:30")
    texts = files(leaf, renderer)
    tree = nvue_reader.startup(texts["startup.yaml"])
    assert nvue_reader.patch(texts["patch.json"]) == tree
    assert set(nvue_reader.commands(texts["nv-set.txt"])) == set(nvue_reader.words(tree))
    assert tree["interface"]["swp1s0"]["description"] == leaf.ports[0].description
    assert list(tree["system"]["snmp-server"]["readonly-community"]) == ["a'b c\"d$e"]


def test_texts_are_clean_and_the_same_each_time(switch: Switch, renderer: Renderer) -> None:
    texts = files(switch, renderer)
    assert texts == files(switch, make_renderer(resources()))
    for text in texts.values():
        assert text.endswith("\n")
        assert all(line == line.rstrip() and line for line in text.splitlines())
    lines = texts["startup.yaml"].splitlines()
    assert lines[:2] == ["- set:", "    bridge:" if switch.svis else "    interface:"]


def test_ports_stand_in_the_order_of_their_numbers(leaf: Switch, renderer: Renderer) -> None:
    leaf.ports.reverse()
    names = list(nvue_reader.startup(files(leaf, renderer)["startup.yaml"])["interface"])
    assert names == ["eth0", "lo", "swp1", "swp1s0", "swp1s1", "swp33", "swp33s0", "swp33s1"]


# Ports


def test_ports_say_what_the_model_says(switch: Switch, renderer: Renderer) -> None:
    tree = tree_of(switch, renderer)
    assert nvue_reader.ports(tree) == {
        port.name: {
            "description": port.description,
            "enabled": port.enabled,
            "mtu_bytes": port.mtu_bytes,
            "speed_gbps": port.speed_gbps,
            "autoneg": port.autoneg,
            "fec": port.fec,
            "ipv4": [] if port.ipv4 is None else [(port.ipv4, port.ipv4_length)],
            "adaptive": False,
        }
        for port in switch.ports
    }
    assert nvue_reader.breakouts(tree) == {f"swp{port.cage}": "2x" for port in switch.ports}


def test_packets_are_spread_over_all_links_of_the_fabric(switch: Switch, renderer: Renderer) -> None:
    switch.load_balancing = "per-packet"
    tree = tree_of(switch, renderer)
    fabric = {port.name for port in switch.ports if port.role in {PortRole.UPLINK, PortRole.DOWNLINK}}
    assert {name for name, port in nvue_reader.ports(tree).items() if port["adaptive"]} == fabric
    assert tree["router"]["adaptive-routing"] == {"enable": "on"}
    switch.load_balancing = "hash"
    assert "adaptive-routing" not in files(switch, renderer)["patch.json"]


def test_a_reserved_port_only_gains_lines_when_it_is_cabled(leaf: Switch, renderer: Renderer) -> None:
    cabled = set(nvue_reader.words(tree_of(leaf, renderer)["interface"]["swp33s1"]))
    port = leaf.ports[-1]
    port.role, port.description, port.unnumbered, port.qos = PortRole.RESERVED, None, False, None
    del leaf.bgp.neighbors[-1]
    bare = set(nvue_reader.words(tree_of(leaf, renderer)["interface"]["swp33s1"]))
    assert bare < cabled
    assert ("link", "state", "up") in bare


def test_negotiation_and_fec_can_be_otherwise(leaf: Switch, renderer: Renderer) -> None:
    leaf.ports[0].autoneg, leaf.ports[0].fec = True, "none"
    port = nvue_reader.ports(tree_of(leaf, renderer))["swp1s0"]
    assert (port["autoneg"], port["fec"]) == (True, "off")


def test_a_cage_in_one_piece_is_not_broken_out(leaf: Switch, renderer: Renderer) -> None:
    port = leaf.ports[0]
    leaf.ports = [port]
    leaf.bgp.neighbors.clear()
    port.name, port.breakout, port.lanes, port.speed_gbps = "swp1", 1, 8, 800
    tree = nvue_reader.patch(files(leaf, renderer)["patch.json"])
    assert nvue_reader.breakouts(tree) == {}
    assert nvue_reader.ports(tree)["swp1"]["speed_gbps"] == 800


def test_hosts_that_share_a_vlan_have_one_gateway(cumulus: Platform, renderer: Renderer) -> None:
    tree = tree_of(SWITCHES["shared"](cumulus), renderer)
    assert tree["interface"]["swp1s0"]["bridge"]["domain"]["br_default"]["access"] == 101
    assert tree["bridge"]["domain"]["br_default"]["vlan"] == {"101": {}}
    gateway = tree["interface"]["vlan101"]
    assert gateway["ip"]["address"] == {"10.0.0.1/24": {}}
    assert (gateway["type"], gateway["vlan"], gateway["link"]["mtu"]) == ("svi", 101, 9000)


# Routing


def test_sessions_and_policies_are_the_models(switch: Switch, renderer: Renderer) -> None:
    tree, model = tree_of(switch, renderer), switch.bgp
    assert nvue_reader.neighbors(tree) == {
        n.port if n.address is None else n.address: (n.group, n.remote_asn) for n in model.neighbors
    }
    bfd = {"detect-multiplier": 3, "enable": "on", "min-rx-interval": 300, "min-tx-interval": 300}
    assert nvue_reader.groups(tree) == {
        group.name: {
            "import_list": group.import_list,
            "export_list": group.export_list,
            "own_routes_only": group.own_routes_only,
            "hosts_routes_too": group.hosts_routes_too,
            "maximum_prefixes": group.maximum_prefixes,
            "bfd": bfd if group.bfd else None,
            "active": True,
        }
        for group in model.groups
    }
    assert nvue_reader.originated(tree) == (model.originate_list, set(model.aggregates))
    told = tree["router"]["bgp"]
    assert (told["autonomous-system"], nvue_reader.number(told["router-id"])) == (model.asn, model.router_id)
    default = tree["vrf"]["default"]["router"]["bgp"]
    assert default["path-selection"] == {"multipath": {"aspath-ignore": "on"}}
    assert default["address-family"]["ipv4-unicast"]["multipaths"] == {"ebgp": model.maximum_paths}
    assert f"{nvue_reader.IPv4Address(switch.loopback)}/32" in tree["interface"]["lo"]["ip"]["address"]


def test_sessions_without_bfd(switch: Switch, renderer: Renderer) -> None:
    switch.bgp.bfd = None
    assert all("bfd" not in group for group in tree_of(switch, renderer)["vrf"]["default"]["router"]["bgp"].values())
    assert {group["bfd"] for group in nvue_reader.groups(tree_of(switch, renderer)).values()} == {None}


def test_prefix_lists_admit_the_same_lengths(switch: Switch, renderer: Renderer) -> None:
    rules = (
        PrefixRule(10, True, 0x0A000000, 8),
        PrefixRule(20, True, 0x0B000000, 8, ge=24),
        PrefixRule(30, False, 0x0C000000, 8, le=24),
        PrefixRule(40, True, 0x0D000000, 8, ge=16, le=24),
        PrefixRule(50, True, 0x0E000000, 8, ge=32, le=32),
    )
    switch.bgp.prefix_lists = (replace(switch.bgp.prefix_lists[0], rules=rules), *switch.bgp.prefix_lists[1:])
    assert nvue_reader.prefix_lists(tree_of(switch, renderer)) == {
        one.name: [
            (
                rule.sequence,
                rule.permit,
                rule.address,
                rule.length,
                rule.length if rule.ge is None else rule.ge,
                rule.le if rule.le is not None else rule.length if rule.ge is None else 32,
            )
            for rule in one.rules
        ]
        for one in switch.bgp.prefix_lists
    }


# Management


def test_management_stays_in_its_own_table(switch: Switch, renderer: Renderer) -> None:
    tree = tree_of(switch, renderer)
    assert tree["interface"]["eth0"] == {"ip": {"address": {"172.20.0.20/22": {}}, "vrf": "mgmt"}, "type": "eth"}
    assert tree["vrf"]["mgmt"]["router"]["static"]["0.0.0.0/0"]["via"] == {"172.20.0.1": {"type": "ipv4-address"}}
    assert "static" not in tree["vrf"]["default"]["router"]
    assert set(tree["service"]["ntp"]) == set(tree["service"]["dns"]) == {"mgmt"}
    assert list(tree["service"]["ntp"]["mgmt"]["server"]) == ["172.20.0.10", "172.20.0.11"]
    assert tree["system"]["syslog"]["server"] == {"172.20.0.12": {"vrf": "mgmt"}}
    assert tree["system"]["snmp-server"]["listening-address"] == {"172.20.0.20": {"vrf": "mgmt"}}
    assert tree["system"]["gnmi-server"] == {"listening-address": {"172.20.0.20": {}}, "state": "enabled"}
    assert tree["system"]["hostname"] == switch.name


def test_a_bare_management_plane_leaves_nothing_behind(switch: Switch, renderer: Renderer) -> None:
    services = replace(
        switch.management.services,
        ntp=(),
        syslog=(),
        dns=(),
        users=(),
        snmp_community=None,
        snmp_location=None,
        gnmi=False,
    )
    switch.management = replace(switch.management, gateway=None, services=services)
    switch.native = []
    tree = tree_of(switch, renderer)
    assert set(tree["system"]) == {"api", "control-plane", "hostname", "ssh-server"}
    assert set(tree["service"]) == {"lldp"}
    assert set(tree["vrf"]) == {"default"}


def test_accounts(leaf: Switch, renderer: Renderer) -> None:
    users = (
        User("viewer", None, ("ssh-ed25519 AAAAB", "ssh-rsa AAAAC viewer of racks", "ssh-rsa AAAAD"), "operator", ""),
        User("netops", "@secret:users/netops@", ("ssh-rsa AAAA one", "ssh-rsa AAAB one"), "admin", ""),
    )
    leaf.management.services = replace(leaf.management.services, users=users)
    told = tree_of(leaf, renderer)["system"]["aaa"]
    assert told["user"] == {
        "netops": {
            "hashed-password": "@secret:users/netops@",
            "role": "system-admin",
            "ssh": {
                "authorized-key": {
                    "one": {"key": "AAAA", "type": "ssh-rsa"},
                    "one-2": {"key": "AAAB", "type": "ssh-rsa"},
                }
            },
        },
        "viewer": {
            "role": "nvue-monitor",
            "ssh": {
                "authorized-key": {
                    "key-1": {"key": "AAAAB", "type": "ssh-ed25519"},
                    "key-3": {"key": "AAAAD", "type": "ssh-rsa"},
                    "viewer-of-racks": {"key": "AAAAC", "type": "ssh-rsa"},
                }
            },
        },
    }
    assert set(told["role"]) == {"nvue-monitor", "system-admin"}


# Native snippets


def native(text: str) -> list[Native]:
    return [Native(text, "note", "fabrics.compute.exceptions.n")]


def test_a_snippet_is_merged_over_the_tree(leaf: Switch, renderer: Renderer) -> None:
    leaf.native = native(
        "interface:\n  swp1s0:\n    link: {mtu: 9100}\n  swp1:\n    lldp: {}\n"
        "system:\n  reboot: {mode: cold}\nrouter: {bgp: {graceful-shutdown: on}}\n"
    )
    tree = tree_of(leaf, renderer)
    assert tree["interface"]["swp1s0"]["link"]["mtu"] == 9100
    assert tree["interface"]["swp1s0"]["link"]["speed"] == "400G"
    assert tree["system"]["reboot"] == {"mode": "cold"}
    assert tree["router"]["bgp"]["graceful-shutdown"] == "on"


def test_a_snippet_can_be_a_whole_file(leaf: Switch, renderer: Renderer) -> None:
    leaf.native = native("- set:\n    system:\n      reboot:\n        mode: cold\n")
    assert tree_of(leaf, renderer)["system"]["reboot"] == {"mode": "cold"}


def test_the_last_snippet_wins(leaf: Switch, renderer: Renderer) -> None:
    leaf.native = native("system: {hostname: one}") + native("system: {hostname: two}")
    assert tree_of(leaf, renderer)["system"]["hostname"] == "two"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("nv set system timezone UTC", "must be YAML of NVUE's object model"),
        ("- a", "must be YAML of NVUE's object model"),
        ("a:\n  b: [1, 2]", "line 2: NVUE has no lists"),
        ("[a]: 1", "line 1: a key must be a plain word"),
        ("a:\n  swp1:\n", "line 2: a value is missing"),
        ("system: x", "system is a branch of NVUE's object model, not a value"),
        ("system: {hostname: {a: 1}}", "system/hostname is a value of NVUE's object model, not a branch"),
        ("a: {b: 1\n", "line 2: "),
        ("a: 1\na: 2\n", "line 2: a is there twice"),
        ('a: "x\\ny"\n', "one line"),
    ],
)
def test_a_snippet_that_is_no_tree_is_refused(leaf: Switch, renderer: Renderer, text: str, reason: str) -> None:
    leaf.native = native(text)
    with pytest.raises(RenderError, match=r"fabrics\.compute\.exceptions\.n") as raised:
        files(leaf, renderer)
    assert reason in str(raised.value)


# What cannot be said is refused, not dropped


@pytest.mark.parametrize(("name", "value", "reason"), [("speed_gbps", 300, "300G"), ("breakout", 3, "as 3x")])
def test_ports_that_there_are_not_are_refused(
    leaf: Switch, renderer: Renderer, name: str, value: int, reason: str
) -> None:
    setattr(leaf.ports[0], name, value)
    with pytest.raises(RenderError, match=reason):
        files(leaf, renderer)


def test_a_key_without_a_type_is_refused(leaf: Switch, renderer: Renderer) -> None:
    users = (User("netops", None, ("AAAA",), "admin", ""),)
    leaf.management.services = replace(leaf.management.services, users=users)
    with pytest.raises(RenderError, match="a public key of netops"):
        files(leaf, renderer)
