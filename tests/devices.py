"""Devices by hand, small and complete: what renders and rules are tried on without an intent."""

from collections.abc import Iterable

from netgen.catalog.load import load_catalog
from netgen.cluster.buffers import FRAME_BYTES, BufferPlan, Headroom, PortClass, headroom, share
from netgen.cluster.roce import Ecn, PortQos, TrafficClass, Watchdog
from netgen.device.attach import Bond, HostRoute, Svi
from netgen.device.model import (
    Bfd,
    Bgp,
    BgpGroup,
    BgpNeighbor,
    Host,
    Management,
    Native,
    Node,
    Port,
    PortRole,
    PrefixList,
    PrefixRule,
    Role,
    Services,
    Switch,
    User,
)
from netgen.platforms.model import Platform
from netgen.platforms.ports import bundle_name, port_name
from netgen.record import replace
from netgen.resources.load import resources

SWITCHES = load_catalog(resources()).switches

LOOPBACKS = 0x0AFF0000  # 10.255.0.0
HOSTS = 0x0A000000  # 10.0.0.0
HOST_LOOPBACKS = 0x0AFE0000  # 10.254.0.0
MANAGEMENT = 0xAC140000  # 172.20.0.0

NATIVE = {"cumulus": "system:\n  timezone: Etc/UTC"}
"""A native snippet where any lines will not do: those of a tree are a tree."""


def services() -> Services:
    user = User("netops", "@secret:users/netops@", ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 netops",), "admin", "management")
    return Services(
        vrf="MGMT",
        ntp=("172.20.0.10", "172.20.0.11"),
        syslog=("172.20.0.12",),
        snmp_community="@secret:snmp@",
        snmp_location="hall 1",
        gnmi=True,
        dns=("172.20.0.13",),
        users=(user,),
    )


def room(model: str, cable_m: int = 5) -> Headroom:
    """What a lossless group of a port of 400G over four lanes keeps."""
    return headroom(400, cable_m, FRAME_BYTES, SWITCHES[model].asic)


def plan(model: str, platform: str) -> BufferPlan | None:
    return share(SWITCHES[model].asic, platform, [PortClass(128, 400, 4, 1, room(model))])


def qos(name: str = "ROCE-400G") -> PortQos:
    origin = "fabrics.compute.roce"
    return PortQos(
        name=name,
        classes=(
            TrafficClass("rest", (0,), 0, 0, None, False, 50, None, origin),
            TrafficClass("gpu", (26,), 3, 3, 3, False, 50, None, origin),
            TrafficClass("cnp", (48,), 6, 6, None, True, None, 5, origin, notifications=True),
        ),
        ecn=((3, Ecn(2_000_000, 8_000_000, 20, origin)),),
        watchdog=Watchdog(200, 400, 100, "drop", origin),
        origin=origin,
    )


def leaf(
    platform: Platform,
    *,
    model: str = "dcs-7060x6-64pe",
    unnumbered: bool = True,
    shared: bool = False,
    bonded: bool = False,
    speaking: bool = False,
) -> Switch:
    """A leaf of one host port, one spare port, both of one cage, and two uplinks of another.

    Its host is in a subnet of its own, or, ``shared``, in a VLAN with the leaf as the gateway; it may speak BGP. Or,
    ``bonded``, it has both ports of the first cage as one bundle in the VLAN, without RoCE; another is not built yet.
    """
    policy = qos()
    shared = shared or bonded
    ports = [
        _port(platform, 1, 0, PortRole.HOST, "pod1-su1-host1", "eth_r0", policy, ipv4=HOSTS),
        _port(platform, 1, 1, PortRole.SPARE, None, None, None),
        *(
            _port(
                platform,
                33,
                index,
                PortRole.UPLINK,
                f"pod1-spine{index + 1}",
                port_name(platform, cage=1, subport=0, lane=0, lanes_per_cage=8, breakout=2),
                policy,
                ipv4=None if unnumbered else 0x0A800000 + 2 * index,
                unnumbered=unnumbered,
            )
            for index in range(2)
        ),
    ]
    aggregates = () if shared else ((HOSTS, 24),)
    bgp = _bgp(4_200_010_000, LOOPBACKS + 1, "SPINES", own_routes_only=True, aggregates=aggregates)
    for index, port in enumerate(ports[2:]):
        address = None if unnumbered else 0x0A800001 + 2 * index
        bgp.neighbors.append(BgpNeighbor(port.name, "SPINES", 4_200_000_001, f"pod1-spine{index + 1}", address))
    switch = _switch("pod1-su1-rail1-leaf1", Role.LEAF, platform, model, ports, bgp, policy, unit=1, rail=1)
    if shared:
        switch.svis = (Svi(101, "rail1", HOSTS + 1, 24, 9000, "fabrics.compute.attach"),)
        ports[0].ipv4, ports[0].vlan = None, 101
    if bonded:
        _bundle(switch, platform)
    if speaking:
        hosts = PrefixList("HOSTS-IN", (PrefixRule(10, True, HOST_LOOPBACKS, 24, ge=32, le=32),), "fabrics.compute")
        bgp.prefix_lists = (*bgp.prefix_lists, hosts)
        group = BgpGroup("HOSTS", "HOSTS-IN", "FABRIC-OUT", False, 2, True, "fabrics.compute")
        bgp.groups = (group, *(replace(one, hosts_routes_too=True) for one in bgp.groups))
        bgp.neighbors.append(BgpNeighbor(ports[0].name, "HOSTS", 4_201_000_000, "pod1-su1-host1 eth_r0", HOSTS + 1))
    return switch


def _bundle(leaf: Switch, platform: Platform) -> None:
    """Make one bundle of the ports of the first cage, and one that is laid out for another host of the next cage."""
    policy = leaf.qos[0]
    pairs = [leaf.ports[:2], [_port(platform, 2, n, PortRole.RESERVED, None, None, policy) for n in range(2)]]
    leaf.ports[2:2] = pairs[1]
    for number, pair in enumerate(pairs, start=1):
        for index, port in enumerate(pair):
            port.vlan, port.bond, port.ipv4, port.qos, port.headroom = 101, number, None, None, None
            port.enabled, port.description = True, None
            if number == 1:
                port.role, port.peer_device, port.peer_port = PortRole.HOST, "pod1-su1-host1", f"eth_r{index}"
                port.description, port.cable_m = f"pod1-su1-host1 eth_r{index}", 5
    leaf.bonds = tuple(
        Bond(
            number=number,
            name=bundle_name(platform, number),
            members=tuple(port.name for port in pair),
            mtu_bytes=9000,
            description="pod1-su1-host1 bond0" if number == 1 else None,
            origin="fabrics.compute.attach",
            vlan=101,
        )
        for number, pair in enumerate(pairs, start=1)
    )


def spine(platform: Platform, *, model: str = "dcs-7060x6-64pe") -> Switch:
    """A spine of two leaves."""
    policy = qos()
    ports = [
        _port(
            platform,
            1,
            index,
            PortRole.DOWNLINK,
            f"pod1-su1-rail{index + 1}-leaf1",
            port_name(platform, cage=33, subport=0, lane=0, lanes_per_cage=8, breakout=2),
            policy,
            unnumbered=True,
        )
        for index in range(2)
    ]
    bgp = _bgp(4_200_000_001, LOOPBACKS + 100, "LEAVES", own_routes_only=False, aggregates=())
    for index, port in enumerate(ports):
        peer = f"pod1-su1-rail{index + 1}-leaf1"
        bgp.neighbors.append(BgpNeighbor(port.name, "LEAVES", 4_200_010_000 + index, peer, None))
    return _switch("pod1-spine1", Role.SPINE, platform, model, ports, bgp, policy, unit=0, rail=0)


def without_services(device: Node) -> None:
    """Leave management its address alone."""
    services = replace(
        device.management.services,
        ntp=(),
        syslog=(),
        dns=(),
        users=(),
        snmp_community=None,
        snmp_location=None,
        gnmi=False,
    )
    device.management = replace(device.management, gateway=None, services=services)


LENGTHS = (
    PrefixRule(10, True, 0x0A000000, 8),
    PrefixRule(20, True, 0x0B000000, 8, ge=24),
    PrefixRule(30, False, 0x0C000000, 8, le=24),
    PrefixRule(40, True, 0x0D000000, 8, ge=16, le=24),
    PrefixRule(50, True, 0x0E000000, 8, ge=32, le=32),
)
"""Every way in which a rule bounds the lengths that it admits."""


def admitted(lists: Iterable[PrefixList]) -> dict[str, list[tuple[int, bool, int, int, int, int]]]:
    """What prefix lists admit: sequence, permit, address, length, shortest and longest length that match."""
    return {
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
        for one in lists
    }


def host(platform: Platform, *, speaking: bool = False, bonded: bool = False) -> Host:
    """A host of two NICs, which may speak BGP, or be one bundle without RoCE."""
    policy = qos()
    ports = [
        Port(
            name=f"eth_r{rail}",
            slot=rail,
            cage=rail + 1,
            subport=0,
            lane=0,
            lanes=4,
            breakout=1,
            role=PortRole.HOST,
            fabric="compute",
            speed_gbps=400,
            fec="rs",
            autoneg=False,
            enabled=True,
            mtu_bytes=9000,
            description=f"pod1-su1-rail{rail + 1}-leaf1 Ethernet1/1",
            peer_device=f"pod1-su1-rail{rail + 1}-leaf1",
            peer_port="Ethernet1/1",
            ipv4=HOSTS + 256 * rail + 1,
            cable_m=5,
            rdma=f"mlx5_{rail}",
            qos=policy,
        )
        for rail in range(2)
    ]
    bgp = None
    if speaking:
        bgp = _bgp(4_201_000_000, HOST_LOOPBACKS + 1, "LEAVES", own_routes_only=True, aggregates=())
        for rail, port in enumerate(ports):
            address = HOSTS + 256 * rail
            bgp.neighbors.append(BgpNeighbor(port.name, "LEAVES", 4_200_010_000 + rail, str(port.peer_device), address))
    bonds: tuple[Bond, ...] = ()
    if bonded:
        route = HostRoute(HOSTS, 12, HOSTS + 1)
        names = tuple(port.name for port in ports)
        described = ("pod1-su1-rail1-leaf1 Port-Channel1", "fabrics.compute.attach")
        bonds = (
            Bond(1, bundle_name(platform, 1), names, 9000, *described, ipv4=HOSTS + 2, ipv4_length=24, route=route),
        )
        for port in ports:
            port.bond, port.ipv4, port.rdma, port.qos = 1, None, None, None
    return Host(
        bonds=bonds,
        loopback=None if bgp is None else bgp.router_id,
        bgp=bgp,
        name="pod1-su1-host1",
        cluster="toy",
        fabric="compute",
        role=Role.HOST,
        platform=platform.name,
        model="hgx-h100-8x400g",
        pod=1,
        unit=1,
        rail=0,
        serial=None,
        os_version=None,
        state="active",
        management=Management(MANAGEMENT + 50, 22, MANAGEMENT + 1, services()),
        origin="hosts",
        ports=ports,
        gpus=8,
        routes=[HostRoute(HOSTS, 12, HOSTS + 256 * rail) for rail in range(2)],
    )


def _port(
    platform: Platform,
    cage: int,
    subport: int,
    role: PortRole,
    peer_device: str | None,
    peer_port: str | None,
    policy: PortQos | None,
    *,
    ipv4: int | None = None,
    unnumbered: bool = False,
) -> Port:
    name = port_name(platform, cage=cage, subport=subport, lane=4 * subport, lanes_per_cage=8, breakout=2)
    return Port(
        name=name,
        slot=2 * (cage - 1) + subport,
        cage=cage,
        subport=subport,
        lane=4 * subport,
        lanes=4,
        breakout=2,
        role=role,
        fabric="compute",
        speed_gbps=400,
        fec="rs",
        autoneg=False,
        enabled=role is not PortRole.SPARE,
        mtu_bytes=9000,
        description="spare" if peer_device is None else f"{peer_device} {peer_port}",
        peer_device=peer_device,
        peer_port=peer_port,
        ipv4=ipv4,
        unnumbered=unnumbered,
        cable_m=None if peer_device is None else 5,
        qos=policy,
    )


def _bgp(
    asn: int, router_id: int, group: str, *, own_routes_only: bool, aggregates: tuple[tuple[int, int], ...]
) -> Bgp:
    origin = "fabrics.compute"
    lists = (
        PrefixList("FABRIC-IN", (PrefixRule(10, True, LOOPBACKS, 18, ge=32, le=32),), origin),
        PrefixList("FABRIC-OUT", (PrefixRule(10, True, router_id, 32), PrefixRule(20, True, HOSTS, 24)), origin),
        PrefixList("ORIGINATE", (PrefixRule(10, True, router_id, 32),), origin),
    )
    bgp_group = BgpGroup(group, "FABRIC-IN", "FABRIC-OUT", own_routes_only, 1000, True, origin)
    return Bgp(asn, router_id, 64, (bgp_group,), [], "ORIGINATE", aggregates, lists, Bfd(300, 3, origin))


def _switch(
    name: str,
    role: Role,
    platform: Platform,
    model: str,
    ports: list[Port],
    bgp: Bgp,
    policy: PortQos,
    *,
    unit: int,
    rail: int,
) -> Switch:
    kept = room(model)
    for port in ports:
        port.headroom = None if port.qos is None else kept
    return Switch(
        name=name,
        cluster="toy",
        fabric="compute",
        role=role,
        platform=platform.name,
        model=model,
        pod=1,
        unit=unit,
        rail=rail,
        serial="ABC123",
        os_version=None,
        state="active",
        management=Management(MANAGEMENT + 20, 22, MANAGEMENT + 1, services()),
        origin="fabrics.compute",
        ports=ports,
        loopback=bgp.router_id,
        bgp=bgp,
        qos=(policy,),
        buffers=plan(model, platform.name),
        native=[Native(NATIVE.get(platform.name, "line one\nline two"), "telemetry", "fabrics.compute.exceptions.t1")],
    )
