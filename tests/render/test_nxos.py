"""NX-OS says what the device model says: facts are read back from the text and compared with the device."""

import re

import pytest

from netgen.cluster.roce import Ecn, PortQos, TrafficClass, Watchdog
from netgen.device.model import PortRole, Role, Switch, User
from netgen.platforms.model import Platform
from netgen.record import replace
from netgen.render.device import Renderer, make_renderer, render_device
from netgen.render.errors import RenderError
from netgen.resources.load import resources
from tests import devices
from tests.fabrics import fabric
from tests.render import nxos_reader

MODEL = "nexus-9364e-sg2"
EGRESS = "QOS_EGRESS_ROCE-400G"


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return make_renderer(resources())


@pytest.fixture
def nxos(renderer: Renderer) -> Platform:
    return renderer.platforms["nxos"]


@pytest.fixture(params=["unnumbered", "10.128.0.0/12"])
def links(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(params=["pod1-su2-rail3-leaf1", "pod1-spine1"])
def switch(request: pytest.FixtureRequest, links: str, renderer: Renderer) -> Switch:
    made = fabric(renderer.platforms, "nxos", links=links)[request.param]
    assert isinstance(made, Switch)
    return made


def text_of(device: Switch, renderer: Renderer) -> str:
    return render_device(device, renderer)["nxos.cfg"]


def with_policy(device: Switch, policy: PortQos | None) -> Switch:
    """Put another policy, or none, on every port that has one."""
    device.qos = () if policy is None else (policy,)
    for port in device.ports:
        port.qos = port.qos and policy
    return device


def test_ports_say_what_the_model_says(switch: Switch, renderer: Renderer) -> None:
    assert nxos_reader.ports(nxos_reader.read(text_of(switch, renderer))) == {
        port.name: {
            "description": port.description or None,
            "enabled": port.enabled,
            "mtu_bytes": port.mtu_bytes,
            "speed_gbps": port.speed_gbps,
            "ipv4": None if port.ipv4 is None else (port.ipv4, port.ipv4_length),
            "unnumbered": port.unnumbered,
            "vlan": None,
            "classified": port.qos is not None,
            "paused": port.qos is not None,
            "watched": port.qos is not None,
        }
        for port in switch.ports
    }


def test_ports_of_a_cage_count_from_one(nxos: Platform, renderer: Renderer) -> None:
    text = text_of(devices.leaf(nxos, model=MODEL), renderer)
    assert re.findall(r"^interface (.*)$", text, re.MULTILINE) == [
        "breakout module 1 port 1 map 400g-2x",
        "breakout module 1 port 33 map 400g-2x",
        "Ethernet1/1/1",
        "Ethernet1/1/2",
        "Ethernet1/33/1",
        "Ethernet1/33/2",
        "mgmt0",
        "loopback0",
    ]


def test_a_whole_cage_is_not_divided_and_has_a_fixed_speed(nxos: Platform, renderer: Renderer) -> None:
    device = devices.leaf(nxos, model=MODEL)
    port = device.ports[2]
    port.name, port.breakout, port.lanes, port.speed_gbps = "Ethernet1/33", 1, 8, 800
    device.ports = [port]
    text = text_of(device, renderer)
    assert "breakout" not in text
    assert nxos_reader.read(text).block("interface Ethernet1/33").one("speed 800000")


def test_a_reserved_port_only_gains_lines_when_it_is_cabled(nxos: Platform, renderer: Renderer) -> None:
    device = devices.leaf(nxos, model=MODEL)
    port = device.ports[-1]
    cabled = nxos_reader.read(text_of(device, renderer)).block(rf"interface {port.name}")
    port.role, port.description, port.unnumbered, port.qos = PortRole.RESERVED, None, False, None
    bare = nxos_reader.read(text_of(device, renderer)).block(rf"interface {port.name}")
    after = iter([block.line for block in cabled.inner])
    assert bare.one("no shutdown")
    assert all(block.line in after for block in bare.inner)


def test_hosts_of_a_vlan_have_the_leaf_as_their_gateway(nxos: Platform, renderer: Renderer) -> None:
    device = devices.leaf(nxos, model=MODEL, shared=True)
    top = nxos_reader.read(text_of(device, renderer))
    svi = top.block("interface Vlan101")
    assert [block.line for block in svi.inner] == [
        "description rail1",
        "no shutdown",
        "mtu 9000",
        "no ip redirects",
        "ip address 10.0.0.1/24",
    ]
    assert top.one("feature interface-vlan")
    assert top.one("vlan 1,101")
    assert top.block("vlan 101").one("name rail1")
    port = top.block("interface Ethernet1/1/1")
    assert port.one("spanning-tree port type edge")
    # A switched port takes the system's jumbo MTU or the default, and nothing between them.
    assert nxos_reader.ports(top)["Ethernet1/1/1"]["mtu_bytes"] == 9216
    assert nxos_reader.ports(top)["Ethernet1/1/1"]["vlan"] == 101


def test_sessions_and_policies_are_the_models(switch: Switch, renderer: Renderer) -> None:
    top = nxos_reader.read(text_of(switch, renderer))
    bgp, model = top.block(rf"router bgp {switch.bgp.asn}"), switch.bgp
    assert nxos_reader.neighbors(bgp) == {
        n.port if n.address is None else n.address: (n.group, n.remote_asn, n.description) for n in model.neighbors
    }
    assert nxos_reader.groups(top, bgp) == {
        group.name: {
            "import_list": group.import_list,
            "export_list": group.export_list,
            "own_routes_only": group.own_routes_only,
            "hosts_routes_too": group.hosts_routes_too,
            "maximum_prefixes": group.maximum_prefixes,
            "bfd": group.bfd,
        }
        for group in model.groups
    }
    family = bgp.block("address-family ipv4 unicast")
    redistributed = family.one(r"redistribute direct route-map (\S+)")[1]
    connected = top.block(f"route-map {redistributed} permit 10")
    assert connected.one(r"match ip address prefix-list (\S+)")[1] == model.originate_list
    assert nxos_reader.number(bgp.one(r"router-id (\S+)")[1]) == model.router_id
    assert int(family.one(r"maximum-paths (\d+)")[1]) == model.maximum_paths
    assert bgp.one("bestpath as-path multipath-relax")
    said = family.find(r"aggregate-address (\S+)/(\d+) summary-only")
    assert [(nxos_reader.number(m[1]), int(m[2])) for m, _ in said] == sorted(model.aggregates)
    assert bool(said) is (switch.role is Role.LEAF)


def test_bfd_has_its_times_and_what_it_needs(switch: Switch, renderer: Renderer) -> None:
    top, bfd = nxos_reader.read(text_of(switch, renderer)), switch.bgp.bfd
    times = top.one(r"bfd interval (\d+) min_rx (\d+) multiplier (\d+)")
    assert tuple(map(int, times.groups())) == (bfd.interval_ms, bfd.interval_ms, bfd.multiplier)
    assert top.one("feature bfd")
    for neighbor in switch.bgp.neighbors:
        port = top.block(f"interface {neighbor.port}")
        assert port.one("no bfd echo")
        assert port.one("no ip redirects")
        assert (port.one("no ipv6 redirects") is not None) is (neighbor.address is None)


def test_without_bfd_no_line_of_it_is_left(switch: Switch, renderer: Renderer) -> None:
    switch.bgp.bfd = None
    switch.bgp.groups = tuple(replace(group, bfd=False) for group in switch.bgp.groups)
    text = text_of(switch, renderer)
    assert "bfd" not in text
    assert "redirects" not in text


def test_prefix_lists_admit_the_same_lengths(switch: Switch, renderer: Renderer) -> None:
    lists = switch.bgp.prefix_lists
    switch.bgp.prefix_lists = (replace(lists[0], rules=devices.LENGTHS), *lists[1:])
    read = nxos_reader.prefix_lists(nxos_reader.read(text_of(switch, renderer)))
    assert read == devices.admitted(switch.bgp.prefix_lists)


def test_qos_is_the_models(switch: Switch, renderer: Renderer) -> None:
    top, (qos,) = nxos_reader.read(text_of(switch, renderer)), switch.qos
    strict = sorted((c.queue for c in qos.classes if c.strict), reverse=True)
    weights, marking = {c.queue: c.bandwidth_percent for c in qos.classes if not c.strict}, dict(qos.ecn)
    assert nxos_reader.queues(top, EGRESS) == {
        queue: {
            "level": strict.index(queue) + 1 if queue in strict else None,
            "share": None if queue in strict else weights.get(queue, 0),
            "ecn": (e.min_bytes // 1000, e.max_bytes // 1000, e.probability_percent)
            if (e := marking.get(queue))
            else None,
        }
        for queue in range(8)
    }
    assert sum(weights.values()) == 100
    assert nxos_reader.queue_of(top) == {dscp: c.queue for c in qos.classes for dscp in c.dscp}
    assert nxos_reader.paused(top) == {c.queue: c.pfc_priority for c in qos.lossless}
    dog = qos.watchdog
    assert nxos_reader.watchdog_ms(top) == {"poll": dog.poll_ms, "detect": dog.detect_ms, "restore": dog.restore_ms}
    assert top.one("priority-flow-control watch-dog-interval on")
    applied = [block.line for block in top.block("system qos").inner]
    assert applied == [
        f"service-policy type queuing output {EGRESS}",
        "service-policy type network-qos QOS_NETWORK",
    ]


def test_the_four_numbers_of_a_class_stay_apart(nxos: Platform, renderer: Renderer) -> None:
    classes = (
        TrafficClass("gpu", (24, 26), 1, 0, 5, False, 60, None, ""),
        TrafficClass("store", (34,), 2, 5, 4, False, 30, None, ""),
        TrafficClass("bulk", (8,), 4, 2, None, False, 5, None, ""),
        TrafficClass("bulk-2", (10,), 5, 2, None, False, 5, None, ""),
        TrafficClass(
            "default", tuple(sorted({*range(64)} - {8, 10, 24, 26, 34})), 0, 1, None, False, 5, None, "", True
        ),
    )
    ecn = tuple((queue, Ecn(500_000, 2_000_000, 20, "")) for queue in (0, 5))
    device = devices.leaf(nxos, model=MODEL)
    text = text_of(with_policy(device, replace(device.qos[0], classes=classes, ecn=ecn)), renderer)
    top = nxos_reader.read(text.replace("line one\nline two\n", ""))
    queues = nxos_reader.queues(top, EGRESS)
    assert nxos_reader.queue_of(top) == {dscp: c.queue for c in classes for dscp in c.dscp}
    assert nxos_reader.paused(top) == {0: 5, 5: 4}
    assert {queue: one["share"] for queue, one in queues.items()} == {0: 60, 1: 5, 2: 5, 3: 0, 4: 0, 5: 30, 6: 0, 7: 0}
    assert {queue for queue, one in queues.items() if one["ecn"]} == {0, 5}
    assert not any(one["level"] for one in queues.values())


def test_ports_of_another_speed_have_their_own_egress_policy(nxos: Platform, renderer: Renderer) -> None:
    device = devices.leaf(nxos, model=MODEL)
    fast = replace(device.qos[0], name="ROCE-800G", ecn=((3, Ecn(1_000_000, 4_000_000, 20, "")),))
    device.qos, device.ports[2].qos = (device.qos[0], fast), fast
    top = nxos_reader.read(text_of(device, renderer).replace("line one\nline two\n", ""))
    assert nxos_reader.queues(top, "QOS_EGRESS_ROCE-800G")[3]["ecn"] == (1000, 4000, 20)
    own = r"service-policy type queuing output (\S+)"
    assert top.block("interface Ethernet1/33/1").one(own)[1] == "QOS_EGRESS_ROCE-800G"
    assert top.block("interface Ethernet1/33/2").one(own) is None
    assert top.block("system qos").one(own)[1] == EGRESS


def test_without_marking_and_watchdog_no_line_of_them_is_left(switch: Switch, renderer: Renderer) -> None:
    text = text_of(with_policy(switch, replace(switch.qos[0], ecn=(), watchdog=None)), renderer)
    assert "watch-dog" not in text
    assert "restore" not in text
    assert "random-detect" not in text
    assert "  priority-flow-control mode on\n" in text


def test_without_a_lossless_class_nothing_is_paused(switch: Switch, renderer: Renderer) -> None:
    lossy = tuple(replace(c, pfc_priority=None) for c in switch.qos[0].classes)
    text = text_of(with_policy(switch, replace(switch.qos[0], classes=lossy, ecn=())), renderer)
    assert "pause" not in text
    assert "priority-flow-control" not in text
    assert "  service-policy type qos input QOS_CLASSIFICATION\n" in text


def test_a_policy_of_one_class_names_none(nxos: Platform, renderer: Renderer) -> None:
    everything = (TrafficClass("default", tuple(range(64)), 0, 4, None, False, 100, None, "", True),)
    device = devices.leaf(nxos, model=MODEL)
    text = text_of(with_policy(device, replace(device.qos[0], classes=everything, ecn=())), renderer)
    assert "class-map" not in text
    assert "\n\n\n" not in text
    assert set(nxos_reader.queue_of(nxos_reader.read(text.replace("line one\nline two\n", ""))).values()) == {4}


def test_without_roce_there_is_no_qos(switch: Switch, renderer: Renderer) -> None:
    text = text_of(with_policy(switch, None), renderer)
    for word in ("qos", "policy-map", "class-map", "priority-flow-control"):
        assert word not in text


def test_thresholds_and_times_are_exact_or_refused(switch: Switch, renderer: Renderer) -> None:
    policy = switch.qos[0]
    for wrong in (
        replace(policy, ecn=((3, Ecn(500_001, 2_000_000, 20, "")),)),
        replace(policy, watchdog=Watchdog(250, 400, 100, "drop", "")),
    ):
        with pytest.raises(RenderError, match=r"qos\.j2:\d+: .* is not a multiple of"):
            text_of(with_policy(switch, wrong), renderer)


def test_equal_cost_paths_are_shared_as_asked(switch: Switch, renderer: Renderer) -> None:
    assert "dlb" not in text_of(switch, renderer)
    fabric_ports = [port.name for port in switch.ports if port.role in (PortRole.UPLINK, PortRole.DOWNLINK)]
    for mode, line in (("flowlet", None), ("per-packet", "mode per-packet")):
        switch.load_balancing = mode
        dlb = nxos_reader.read(text_of(switch, renderer)).block("hardware profile dlb")
        assert [match[1] for match, _ in dlb.find(r"dlb-interface (\S+)")] == fabric_ports
        assert [match[0] for match, _ in dlb.find("mode .*")] == ([line] if line else [])
        assert dlb.one("mac-address 00:cc:cc:cc:cc:cc")


def test_only_what_is_used_is_switched_on(nxos: Platform, renderer: Renderer) -> None:
    device = devices.leaf(nxos, model=MODEL)
    device.bgp.bfd, device.bgp.groups = None, (replace(device.bgp.groups[0], bfd=False),)
    device.management.services = replace(device.management.services, gnmi=False)
    text = text_of(device, renderer)
    assert re.findall(r"^feature (.*)$", text, re.MULTILINE) == ["bgp", "lldp"]


def test_management_stays_in_its_own_table(switch: Switch, renderer: Renderer) -> None:
    top = nxos_reader.read(text_of(switch, renderer))
    port = top.block("interface mgmt0")
    found = port.one(r"ip address (\S+)/(\d+)")
    assert port.one("vrf member management")
    assert (nxos_reader.number(found[1]), int(found[2])) == (switch.management.address, switch.management.length)
    assert top.block("vrf context management").one("ip route 0.0.0.0/0 172.20.0.1")
    assert [block.line for block in top.inner if re.match("ntp|logging|ip name-server|snmp", block.line)] == [
        "ip name-server 172.20.0.7 use-vrf management",
        "snmp-server location hall 1",
        "snmp-server community @secret:snmp@ group network-operator",
        "ntp server 172.20.0.5 use-vrf management",
        "ntp server 172.20.0.10 use-vrf management",
        "logging server 172.20.0.6 6 use-vrf management facility local7",
    ]


def test_a_bare_management_plane_leaves_no_line_behind(switch: Switch, renderer: Renderer) -> None:
    devices.without_services(switch)
    text = text_of(switch, renderer)
    for word in ("ntp", "logging", "name-server", "username", "snmp", "grpc", "ip route", "MGMT", "use-vrf"):
        assert word not in text


def test_accounts(switch: Switch, renderer: Renderer) -> None:
    users = (
        User("viewer", None, ("ssh-rsa AAAAB viewer",), "operator", ""),
        User("netops", "@secret:users/netops@", (), "admin", ""),
    )
    switch.management.services = replace(switch.management.services, users=users)
    text = text_of(switch, renderer)
    assert [line for line in text.splitlines() if line.startswith("username")] == [
        "username viewer role network-operator",
        "username viewer sshkey ssh-rsa AAAAB viewer",
    ]
    assert renderer.platforms["nxos"].expresses["users"]


def test_ports_stand_in_the_order_of_cage_and_lane(switch: Switch, renderer: Renderer) -> None:
    names = re.findall(r"^interface (Ethernet\S+)", text_of(switch, renderer), re.MULTILINE)
    inner = [tuple(map(int, re.findall(r"\d+", name))) for name in names]
    assert inner == sorted(inner)


def test_native_lines_come_last(nxos: Platform, renderer: Renderer) -> None:
    assert text_of(devices.leaf(nxos, model=MODEL), renderer).endswith("facility local7\n\nline one\nline two\n")


ORDER = [
    "hostname",
    "policy-map type network-qos",
    "feature",
    "username",
    "ip name-server",
    "class-map",
    "policy-map type qos",
    "policy-map type queuing",
    "system qos",
    "priority-flow-control",
    "snmp-server",
    "ntp",
    "vlan",
    "ip prefix-list",
    "ip as-path",
    "route-map",
    "vrf context",
    "hardware profile",
    "interface breakout",
    "interface Vlan",
    "interface Ethernet",
    "interface mgmt0",
    "interface loopback0",
    "bfd",
    "router bgp",
    "logging",
]
"""Of the top level: templates/nxos/SOURCES.md."""


def test_the_order_is_that_of_the_running_configuration(switch: Switch, renderer: Renderer) -> None:
    lines = [block.line for block in nxos_reader.read(text_of(switch, renderer)).inner]
    places = [next(i for i, start in enumerate(ORDER) if line.startswith(start)) for line in lines]
    assert places == sorted(places)


def test_the_text_is_clean_and_the_same_each_time(switch: Switch, renderer: Renderer) -> None:
    text = text_of(switch, renderer)
    assert text == text_of(switch, make_renderer(resources()))
    assert text.endswith("\n")
    assert "\n\n\n" not in text
    assert not text.startswith("\n")
    assert all(line == line.rstrip() for line in text.splitlines())


def test_a_leaf_passes_on_what_hosts_announce_themselves(nxos: Platform, renderer: Renderer) -> None:
    device = devices.leaf(nxos, model=MODEL, speaking=True)
    top = nxos_reader.read(text_of(device, renderer))
    found = nxos_reader.groups(top, top.block(rf"router bgp {device.bgp.asn}"))
    assert {name: (one["own_routes_only"], one["hosts_routes_too"]) for name, one in found.items()} == {
        "HOSTS": (False, False),
        "SPINES": (True, True),
    }
    assert (found["HOSTS"]["import_list"], found["HOSTS"]["maximum_prefixes"]) == ("HOSTS-IN", 2)


def test_no_echo_goes_to_a_host_that_forwards_nothing(nxos: Platform, renderer: Renderer) -> None:
    """A host that speaks BGP does not forward, so what asks it to send an echo back is lost."""
    device = devices.leaf(nxos, model=MODEL, speaking=True)
    top = nxos_reader.read(text_of(device, renderer))
    silent = {
        name for name in (port.name for port in device.ports) if top.block(f"interface {name}").one("no bfd echo")
    }
    assert silent == {neighbor.port for neighbor in device.bgp.neighbors}
    assert silent > {port.name for port in device.ports if port.role is PortRole.HOST}
