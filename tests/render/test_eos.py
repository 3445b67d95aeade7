"""EOS says what the device model says: facts are read back from the text and compared with the device."""

import re
from fractions import Fraction

import pytest

from netgen.cluster.roce import Ecn, TrafficClass, Watchdog
from netgen.device.model import PortRole, Role, Switch, User
from netgen.platforms.model import Platform
from netgen.record import replace
from netgen.render.device import Renderer, make_renderer, render_device
from netgen.render.errors import RenderError
from netgen.resources.load import resources
from tests import devices
from tests.fabrics import fabric
from tests.render import eos_reader
from tests.render.references import EOS, dangling


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return make_renderer(resources())


@pytest.fixture
def eos(renderer: Renderer) -> Platform:
    return renderer.platforms["eos"]


@pytest.fixture(params=["unnumbered", "10.128.0.0/12"])
def links(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(params=["pod1-su2-rail3-leaf1", "pod1-spine1"])
def switch(request: pytest.FixtureRequest, links: str, renderer: Renderer) -> Switch:
    made = fabric(renderer.platforms, "eos", links=links)[request.param]
    assert isinstance(made, Switch)
    return made


def text_of(device: Switch, renderer: Renderer) -> str:
    return render_device(device, renderer)["eos.cfg"]


def test_ports_say_what_the_model_says(switch: Switch, renderer: Renderer) -> None:
    read = eos_reader.ports(eos_reader.read(text_of(switch, renderer)))
    assert read == {
        port.name: {
            "description": port.description or None,
            "enabled": port.enabled,
            "mtu_bytes": port.mtu_bytes,
            "speed_gbps": port.speed_gbps,
            "lanes": port.lanes,
            "autoneg": port.autoneg,
            "fec": port.fec,
            "ipv4": None if port.ipv4 is None else (port.ipv4, port.ipv4_length),
            "unnumbered": port.unnumbered,
            "qos": port.qos.name if port.qos else None,
        }
        for port in switch.ports
    }


def test_sessions_and_policies_are_the_models(switch: Switch, renderer: Renderer) -> None:
    top = eos_reader.read(text_of(switch, renderer))
    bgp, model = top.block(rf"router bgp {switch.bgp.asn}"), switch.bgp
    unnumbered = {n.group for n in model.neighbors if n.address is None}
    assert eos_reader.neighbors(bgp) == {
        n.port if n.address is None else n.address: (n.group, n.remote_asn) for n in model.neighbors
    }
    assert eos_reader.groups(top, bgp) == {
        group.name: {
            "import_list": group.import_list,
            "export_list": group.export_list,
            "own_routes_only": group.own_routes_only,
            "hosts_routes_too": group.hosts_routes_too,
            "maximum_prefixes": group.maximum_prefixes,
            "bfd": group.bfd,
            "active": True,
            "ipv6_next_hops": group.name in unnumbered,
        }
        for group in model.groups
    }
    redistributed = bgp.one(r"redistribute connected route-map (\S+)")[1]
    connected = top.block(f"route-map {redistributed} permit 10")
    assert connected.one(r"match ip address prefix-list (\S+)")[1] == model.originate_list
    assert eos_reader.number(bgp.one(r"router-id (\S+)")[1]) == model.router_id
    assert set(bgp.one(r"maximum-paths (\d+) ecmp (\d+)").groups()) == {str(model.maximum_paths)}


def test_aggregates_stand_for_the_hosts(switch: Switch, renderer: Renderer) -> None:
    bgp = eos_reader.read(text_of(switch, renderer)).block(rf"router bgp {switch.bgp.asn}")
    said = bgp.find(r"aggregate-address (\S+)/(\d+) summary-only")
    assert [(eos_reader.number(m[1]), int(m[2])) for m, _ in said] == sorted(switch.bgp.aggregates)
    assert bool(said) is (switch.role is Role.LEAF)


def test_a_reserved_port_only_gains_lines_when_it_is_cabled(eos: Platform, renderer: Renderer) -> None:
    device = devices.leaf(eos)
    port = device.ports[-1]
    cabled = eos_reader.read(text_of(device, renderer)).block(rf"interface {port.name}")
    port.role, port.description, port.unnumbered, port.qos = PortRole.RESERVED, None, False, None
    bare = eos_reader.read(text_of(device, renderer)).block(rf"interface {port.name}")
    after = iter([block.line for block in cabled.inner])
    assert all(block.line in after for block in bare.inner)


def test_only_a_fabric_without_addresses_routes_over_ipv6(switch: Switch, renderer: Renderer) -> None:
    top = eos_reader.read(text_of(switch, renderer))
    unnumbered = any(port.unnumbered for port in switch.ports)
    assert (top.one("ip routing ipv6 interfaces") is not None) is unnumbered
    assert (top.one("ipv6 unicast-routing") is not None) is unnumbered
    assert (top.one("ip routing") is not None) is not unnumbered


def test_prefix_lists_admit_the_same_lengths(switch: Switch, renderer: Renderer) -> None:
    lists = switch.bgp.prefix_lists
    switch.bgp.prefix_lists = (replace(lists[0], rules=devices.LENGTHS), *lists[1:])
    read = eos_reader.prefix_lists(eos_reader.read(text_of(switch, renderer)))
    assert read == devices.admitted(switch.bgp.prefix_lists)


def test_qos_is_the_models(switch: Switch, renderer: Renderer) -> None:
    top = eos_reader.read(text_of(switch, renderer))
    profiles = eos_reader.qos_profiles(top)
    assert set(profiles) == {qos.name for qos in switch.qos}
    for qos in switch.qos:
        marking = dict(qos.ecn)
        assert profiles[qos.name] == {
            "pfc": True,
            "no_drop": [c.pfc_priority for c in qos.lossless],
            "watchdog": True,
            "queues": {
                c.queue: {
                    "strict": c.strict,
                    "weighted": not c.strict,
                    "bandwidth_percent": c.bandwidth_percent,
                    "cap_percent": c.cap_percent,
                    "guaranteed": c.lossless,
                    "ecn": (e.min_bytes, e.max_bytes, e.probability_percent) if (e := marking.get(c.queue)) else None,
                    "marks_counted": c.queue in marking,
                }
                for c in qos.classes
            },
        }
        assert eos_reader.dscp_map(top) == {dscp: c.traffic_class for c in qos.classes for dscp in c.dscp}
        queues = eos_reader.queue_map(top)
        assert [queues[c.traffic_class] for c in qos.classes] == [c.queue for c in qos.classes]
        dog = qos.watchdog
        assert eos_reader.watchdog_ms(top) == {
            "timeout": dog.detect_ms,
            "recovery-time": dog.restore_ms,
            "polling-interval": dog.poll_ms,
        }
        assert top.one("priority-flow-control pause watchdog action drop")


def test_traffic_classes_share_a_queue_and_the_last_keeps_its_own(eos: Platform, renderer: Renderer) -> None:
    device = devices.leaf(eos)
    device.native = []
    classes = (
        TrafficClass("rest", (0, 1), 0, 1, None, False, 100, None, ""),
        TrafficClass("bulk", (8,), 1, 1, None, False, 100, None, ""),
        TrafficClass("control", (56,), 7, 7, None, True, None, None, ""),
    )
    policy = replace(device.qos[0], classes=classes, ecn=(), watchdog=None)
    device.qos = (policy,)
    for port in device.ports:
        port.qos = port.qos and policy
    text = text_of(device, renderer)
    maps = [line for line in text.splitlines() if line.startswith(("qos map", "priority-flow-control"))]
    assert maps == [
        "qos map dscp 0 1 to traffic-class 0",
        "qos map dscp 8 to traffic-class 1",
        "qos map dscp 56 to traffic-class 7",
        "qos map traffic-class 0 1 to tx-queue 1",
    ]
    assert text.count("uc-tx-queue 1\n") == 1
    assert "priority-flow-control" not in text


def test_without_marking_and_watchdog_no_line_of_them_is_left(switch: Switch, renderer: Renderer) -> None:
    policy = replace(switch.qos[0], ecn=(), watchdog=None)
    switch.qos = (policy,)
    for port in switch.ports:
        port.qos = port.qos and policy
    text = text_of(switch, renderer)
    assert "watchdog" not in text
    assert "random-detect" not in text
    assert "bandwidth guaranteed" not in text
    assert "   priority-flow-control priority 3 no-drop\n" in text


def test_times_are_seconds_without_rounding(switch: Switch, renderer: Renderer) -> None:
    policy = replace(switch.qos[0], watchdog=Watchdog(1000, 60_000, 5, "drop", ""))
    switch.qos = (policy,)
    for port in switch.ports:
        port.qos = port.qos and policy
    text = text_of(switch, renderer)
    assert re.findall(r"watchdog default \S+ (\S+)", text) == ["1", "60", "0.005"]


def test_management_stays_in_its_own_table(switch: Switch, renderer: Renderer) -> None:
    top = eos_reader.read(text_of(switch, renderer))
    address, length = switch.management.address, switch.management.length
    port = top.block("interface Management1")
    found = port.one(r"ip address (\S+)/(\d+)")
    assert port.one("vrf MGMT")
    assert (eos_reader.number(found[1]), int(found[2])) == (address, length)
    assert [block.line for _, block in top.find("ip route .*")] == ["ip route vrf MGMT 0.0.0.0/0 172.20.0.1"]
    assert top.one("no ip routing vrf MGMT")
    assert top.block("management api http-commands").block("vrf MGMT").one("no shutdown")
    assert top.block("management ssh").one("shutdown")
    assert top.block("management ssh").block("vrf MGMT").one("no shutdown")


def test_a_bare_management_plane_leaves_no_line_behind(switch: Switch, renderer: Renderer) -> None:
    devices.without_services(switch)
    switch.management.services = replace(switch.management.services, vrf="OOB")
    text = text_of(switch, renderer)
    for word in ("ntp", "logging", "name-server", "username", "snmp", "gnmi", "aaa authorization", "ip route ", "MGMT"):
        assert word not in text
    assert dangling(text, EOS) == {}


def test_accounts(switch: Switch, renderer: Renderer) -> None:
    users = (
        User("viewer", None, ("ssh-ed25519 AAAAB", "ssh-ed25519 AAAAC"), "operator", ""),
        User("netops", "@secret:users/netops@", (), "admin", ""),
    )
    switch.management.services = replace(switch.management.services, users=users)
    assert [line for line in text_of(switch, renderer).splitlines() if line.startswith("username")] == [
        "username netops privilege 15 role network-admin secret sha512 @secret:users/netops@",
        "username viewer privilege 1 role network-operator nopassword",
        "username viewer ssh-key ssh-ed25519 AAAAB",
        "username viewer ssh-key secondary ssh-ed25519 AAAAC",
    ]
    ssh = eos_reader.read(text_of(switch, renderer)).block("management ssh")
    assert ssh.one("authentication empty-passwords deny")


def test_passwords_for_all_need_no_word_about_empty_ones(switch: Switch, renderer: Renderer) -> None:
    assert "empty-passwords" not in text_of(switch, renderer)


def test_what_eos_cannot_say_is_refused_not_dropped(switch: Switch, renderer: Renderer) -> None:
    users = (User("netops", None, ("ssh-ed25519 A", "ssh-ed25519 B", "ssh-ed25519 C"), "admin", ""),)
    services = switch.management.services
    switch.management.services = replace(services, users=users)
    with pytest.raises(RenderError, match=r"system\.j2"):
        text_of(switch, renderer)


def test_a_watchdog_that_is_not_to_drop_only_reports(links: str, renderer: Renderer) -> None:
    made = fabric(renderer.platforms, "eos", links=links, watchdog={"action": "forward"})
    for name in ("pod1-su1-rail1-leaf1", "pod1-spine1"):
        lines = text_of(made[name], renderer).splitlines()
        assert [one for one in lines if "watchdog action" in one] == [
            "priority-flow-control pause watchdog action notify-only"
        ]
    assert renderer.platforms["eos"].expresses["watchdog-forward"]


def test_every_port_keeps_the_headroom_of_the_longest_cable(eos: Platform, renderer: Renderer) -> None:
    device = devices.leaf(eos)
    device.ports[-1].headroom = devices.room(device.model, 400)
    assert device.buffers
    assert device.ports[0].headroom != device.ports[-1].headroom
    top = eos_reader.read(text_of(device, renderer))
    ingress = top.block("platform trident mmu queue profile ROCE")
    assert int(ingress.one(r"ingress headroom (\d+)")[1]) == device.ports[-1].headroom.xoff_bytes
    assert Fraction(ingress.one(r"ingress threshold (\S+)")[1]) == device.buffers.alpha
    assert top.one("platform trident mmu queue profile ROCE apply")
    pool = top.one(r"platform trident mmu headroom-pool limit bytes (\d+)")
    assert int(pool[1]) == device.buffers.headroom_pool_bytes


def test_a_model_may_take_neither_a_buffer_profile_nor_guaranteed_bandwidth(renderer: Renderer) -> None:
    known = renderer.platforms["eos"]
    less = {**known.models["dcs-7060x6-64pe"], "mmu": None, "watchdog_guarantee_percent": None}
    platform = replace(known, models={"dcs-7060x6-64pe": less})
    other = replace(renderer, platforms={**renderer.platforms, "eos": platform})
    before, after = (text_of(devices.leaf(platform), one).splitlines() for one in (renderer, other))
    gone = [line.split()[:2] for line in before if line not in after]
    assert gone == [
        ["platform", "trident"],
        ["ingress", "threshold"],
        ["ingress", "headroom"],
        ["bandwidth", "guaranteed"],
        ["platform", "trident"],
        ["platform", "trident"],
    ]
    assert set(after) < set(before)


def test_no_buffer_is_shared_out_where_no_headroom_is_known(switch: Switch, renderer: Renderer) -> None:
    for port in switch.ports:
        port.headroom = None
    assert "trident mmu" not in text_of(switch, renderer)


@pytest.mark.parametrize("load_balancing", ["hash", "flowlet", "per-packet"])
def test_flowlets_are_balanced_by_load_and_nothing_else_is(
    load_balancing: str, switch: Switch, renderer: Renderer
) -> None:
    switch.load_balancing = load_balancing
    said = eos_reader.read(text_of(switch, renderer)).find("ip hardware .*")
    asked = ["ip hardware fib load-balance distribution dynamic"] if load_balancing == "flowlet" else []
    assert [block.line for _, block in said] == asked
    assert renderer.platforms["eos"].expresses["per-packet"]


def test_ports_stand_in_the_order_of_cage_and_lane(switch: Switch, renderer: Renderer) -> None:
    names = re.findall(r"^interface (\S+)", text_of(switch, renderer), re.MULTILINE)
    inner = [tuple(map(int, re.findall(r"\d+", name))) for name in names if name.startswith("Ethernet")]
    assert inner == sorted(inner)
    assert names[-2:] == ["Loopback0", "Management1"]


def test_negotiation_and_fec_can_be_otherwise(switch: Switch, renderer: Renderer) -> None:
    switch.ports[0].autoneg, switch.ports[0].fec = True, "none"
    port = eos_reader.ports(eos_reader.read(text_of(switch, renderer)))[switch.ports[0].name]
    assert (port["autoneg"], port["fec"]) == (True, "none")
    assert "   no error-correction encoding\n" in text_of(switch, renderer)


def test_native_lines_come_last(eos: Platform, renderer: Renderer) -> None:
    assert text_of(devices.leaf(eos), renderer).endswith("      no shutdown\n!\nline one\nline two\n")


ORDER = [
    "no aaa root",
    "username",
    "service routing",
    "lldp",
    "logging",
    "platform trident mmu queue profile ROCE",
    "hostname",
    "ip name-server",
    "qos profile",
    ("snmp-server", "no snmp-server"),
    "spanning-tree",
    "vrf instance",
    "management api http-commands",
    "management api gnmi",
    "aaa authorization",
    "interface Ethernet",
    "interface Loopback",
    "interface Management",
    ("ip routing", "ip hardware", "no ip routing"),
    "ip as-path",
    "ip prefix-list",
    "ipv6 unicast-routing",
    "ip route ",
    "ntp",
    "qos map",
    "priority-flow-control",
    "route-map",
    "router bfd",
    "router bgp",
    "platform trident mmu queue profile ROCE apply",
    "platform trident mmu headroom-pool",
    "management ssh",
]
"""Of the top level, as in aristanetworks/avd, eos-intended-config.j2."""


def place(line: str) -> int:
    """Return the position of the most exact start of a line."""
    starts = [(start, i) for i, some in enumerate(ORDER) for start in ([some] if isinstance(some, str) else some)]
    return max((len(start), i) for start, i in starts if line.startswith(start))[1]


def test_the_order_is_that_of_the_running_configuration(switch: Switch, renderer: Renderer) -> None:
    lines = [block.line for block in eos_reader.read(text_of(switch, renderer)).inner]
    places = [place(line) for line in lines]
    assert places == sorted(places)


def test_the_text_is_clean_and_the_same_each_time(switch: Switch, renderer: Renderer) -> None:
    text = text_of(switch, renderer)
    assert text == text_of(switch, make_renderer(resources()))
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert all(line == line.rstrip() and line for line in text.splitlines())
    # A `!` alone in a row separates; two of them would separate nothing from nothing.
    assert not re.search(r"^ *!\n *!$", text, re.MULTILINE)


def test_thresholds_are_exact_to_the_byte(switch: Switch, renderer: Renderer) -> None:
    policy = replace(switch.qos[0], ecn=((3, Ecn(500_001, 2_000_003, 100, "")),))
    switch.qos = (policy,)
    for port in switch.ports:
        port.qos = port.qos and policy
    queue = eos_reader.qos_profiles(eos_reader.read(text_of(switch, renderer)))[policy.name]["queues"][3]
    assert queue["ecn"] == (500_001, 2_000_003, 100)


def test_hosts_that_share_a_vlan_have_one_gateway(renderer: Renderer) -> None:
    switch = devices.leaf(renderer.platforms["eos"], shared=True)
    text = render_device(switch, renderer)["eos.cfg"]
    port = text.partition("interface Ethernet1/1\n")[2].partition("!")[0].splitlines()
    assert {"   switchport access vlan 101", "   spanning-tree portfast"} <= set(port)
    assert not [line for line in port if line.strip().startswith(("mtu", "ip address", "no switchport"))]
    assert "interface Vlan101\n   description rail1\n   mtu 9000\n   ip address 10.0.0.1/24\n" in text
    assert "vlan 101\n   name rail1\n" in text
    assert "aggregate-address" not in text


def test_a_leaf_passes_on_what_hosts_announce_themselves(eos: Platform, renderer: Renderer) -> None:
    device = devices.leaf(eos, speaking=True)
    top = eos_reader.read(text_of(device, renderer))
    found = eos_reader.groups(top, top.block(rf"router bgp {device.bgp.asn}"))
    assert {name: (one["own_routes_only"], one["hosts_routes_too"]) for name, one in found.items()} == {
        "HOSTS": (False, False),
        "SPINES": (True, True),
    }
    assert (found["HOSTS"]["import_list"], found["HOSTS"]["maximum_prefixes"]) == ("HOSTS-IN", 2)
