"""Builds one device of a cluster; the cost does not depend on the size of the cluster."""

from collections.abc import Iterable, Iterator, Mapping

from netgen.cluster.model import HOST, LEAF, Cluster, DeviceRef, Fabric
from netgen.cluster.roce import PortQos
from netgen.device.model import (
    Host,
    HostRoute,
    Management,
    Native,
    Port,
    PortRole,
    Role,
    Services,
    Switch,
    User,
)
from netgen.device.names import port_at, switch_port
from netgen.device.routing import Cabled, bgp
from netgen.platforms.model import Platform

LANE_GBPS_PAM4 = 50
"""A lane of at least this speed is PAM4-coded and needs RS-FEC (IEEE 802.3bs, 802.3ck)."""


def build(cluster: Cluster, platforms: Mapping[str, Platform], ref: DeviceRef) -> Switch | Host:
    """Build a device.

    Parameters
    ----------
    cluster
        The derived cluster.
    platforms
        All platforms, by name; they name the ports at both ends of a link.
    ref
        Which device; one of ``cluster.refs()``.
    """
    return _host(cluster, platforms, ref) if ref.role == HOST else _switch(cluster, platforms, ref)


def devices(cluster: Cluster, platforms: Mapping[str, Platform]) -> Iterator[Switch | Host]:
    """Yield every device of a cluster, one by one."""
    for ref in cluster.refs():
        yield build(cluster, platforms, ref)


def _switch(cluster: Cluster, platforms: Mapping[str, Platform], ref: DeviceRef) -> Switch:
    fabric = cluster.fabric(ref.fabric)
    tier = fabric.tier(ref.role)
    cabled = list(_switch_ports(cluster, platforms, fabric, ref))
    ports = [port for port, _ in cabled]
    record = cluster.record(ref)
    snippets = fabric.overlay.snippets.get(fabric.node(ref), ())
    routing = bgp(fabric, ref, cabled)
    return Switch(
        name=ref.name,
        cluster=cluster.name,
        fabric=fabric.name,
        role=Role(ref.role),
        platform=tier.platform,
        model=fabric.model_of(ref).name,
        pod=ref.pod,
        unit=ref.unit,
        rail=ref.rail,
        serial=record.serial,
        os_version=record.os_version,
        state=record.state,
        management=_management(cluster, ref),
        origin=tier.origin,
        ports=ports,
        loopback=routing.router_id,
        bgp=routing,
        qos=_distinct(port.qos for port in ports),
        native=[Native(s.text, s.reason, s.origin) for s in snippets],
    )


def _switch_ports(
    cluster: Cluster, platforms: Mapping[str, Platform], fabric: Fabric, ref: DeviceRef
) -> Iterator[Cabled]:
    tier, model = fabric.tier(ref.role), fabric.model_of(ref)
    platform = platforms[tier.platform]
    ports = tier.port_map(model, fabric.plan)
    split = tier.breakout.ports
    lanes = model.lanes // split
    speed = tier.breakout.speed_gbps
    fec = "rs" if speed / lanes >= LANE_GBPS_PAM4 else "none"
    qos = None if fabric.roce is None else fabric.roce.port_qos(ref.role, speed)
    for position in range(ports.count):
        cage, subport = divmod(position, split)
        port = Port(
            name=switch_port(platform, model, split, position),
            slot=ports.slot(position),
            cage=cage + 1,
            subport=subport,
            lane=subport * lanes,
            lanes=lanes,
            breakout=split,
            role=PortRole.SPARE,
            speed_gbps=speed,
            fec=fec,
            autoneg=False,
            enabled=False,
            mtu_bytes=tier.mtu_bytes,
            description="spare",
        )
        yield port, _cable(cluster, platforms, fabric, ref, port, qos)


def _cable(
    cluster: Cluster,
    platforms: Mapping[str, Platform],
    fabric: Fabric,
    ref: DeviceRef,
    port: Port,
    qos: PortQos | None,
) -> DeviceRef | None:
    """Make a spare port what its cable makes it, or what it is kept for; return who is at the other end."""
    node = fabric.node(ref)
    far = None if port.slot is None else fabric.overlay.topology.peer(node, port.slot)
    if port.slot is None or far is None:
        return None
    peer = cluster.device_at(fabric, far[0])
    if not cluster.exists(fabric, peer):
        port.role, port.enabled, port.description = PortRole.RESERVED, True, None
        return None
    port.peer_device = peer.name
    port.peer_port = port_at(cluster, platforms, fabric, peer, far[1])
    port.description = f"{port.peer_device} {port.peer_port}"
    port.enabled = (node, port.slot) not in fabric.overlay.disabled
    port.qos = qos
    if peer.role == HOST:
        port.role = PortRole.HOST
        port.ipv4 = fabric.numbers.host_link(ref.index, port.slot)
        port.cable_m = fabric.host_cable_m
        return peer
    port.role = PortRole.UPLINK if ref.role == LEAF else PortRole.DOWNLINK
    port.cable_m = fabric.spine_cable_m
    if ref.role == LEAF:
        spine_end = fabric.numbers.uplink(ref.index, port.slot - fabric.plan.down)
        port.ipv4 = None if spine_end is None else spine_end + 1
    else:
        port.ipv4 = fabric.numbers.uplink(peer.index, far[1] - fabric.plan.down)
    port.unnumbered = port.ipv4 is None
    return peer


def _distinct(policies: Iterable[PortQos | None]) -> tuple[PortQos, ...]:
    # Ports of a class share one object: to hash each policy for every port would take longer than to name the port.
    return tuple({id(qos): qos for qos in policies if qos is not None}.values())


def _host(cluster: Cluster, platforms: Mapping[str, Platform], ref: DeviceRef) -> Host:
    fabric = cluster.fabric(ref.fabric)
    numbers, profile = fabric.numbers, cluster.hosts.profile
    record = cluster.record(ref)
    ports, routes = [], []
    node = fabric.node(ref)
    qos = None if fabric.roce is None else fabric.roce.port_qos(HOST, profile.speed_gbps)
    for rail, name in enumerate(profile.nic_names):
        far = fabric.overlay.topology.peer(node, rail)
        assert far is not None  # noqa: S101 - every NIC has its rail
        leaf = cluster.device_at(fabric, far[0])
        leaf_port = port_at(cluster, platforms, fabric, leaf, far[1])
        gateway = numbers.host_link(leaf.index, far[1])
        ports.append(
            Port(
                name=name,
                slot=rail,
                cage=rail + 1,
                subport=0,
                lane=0,
                lanes=1,
                breakout=1,
                role=PortRole.HOST,
                speed_gbps=profile.speed_gbps,
                fec="rs",
                autoneg=False,
                enabled=far not in fabric.overlay.disabled,
                mtu_bytes=cluster.hosts.mtu_bytes or fabric.mtu_bytes,
                description=f"{leaf.name} {leaf_port}",
                peer_device=leaf.name,
                peer_port=leaf_port,
                ipv4=gateway + 1,
                cable_m=fabric.host_cable_m,
                qos=qos,
            )
        )
        routes.append(HostRoute(numbers.hosts.address, numbers.hosts.length, gateway))
    return Host(
        name=ref.name,
        cluster=cluster.name,
        fabric=fabric.name,
        role=Role.HOST,
        platform=cluster.hosts.platform,
        model=profile.name,
        pod=ref.pod,
        unit=ref.unit,
        rail=0,
        serial=record.serial,
        os_version=record.os_version,
        state=record.state,
        management=_management(cluster, ref),
        origin=cluster.hosts.origin,
        ports=ports,
        gpus=profile.gpus,
        routes=routes,
    )


def _management(cluster: Cluster, ref: DeviceRef) -> Management:
    plan = cluster.management
    services = Services(
        vrf=plan.vrf,
        ntp=plan.ntp,
        syslog=plan.syslog,
        snmp_community=_token(plan.snmp_secret),
        snmp_location=plan.snmp_location,
        gnmi=plan.gnmi,
        dns=plan.dns,
        users=tuple(User(u.name, _token(u.secret), u.ssh_keys, u.role, u.origin) for u in plan.users),
    )
    return Management(cluster.management_address(ref), plan.length, plan.gateway, services)


def _token(secret: str | None) -> str | None:
    """Return what stands for a secret in everything that is rendered; the session replaces it at the last moment."""
    return None if secret is None else f"@secret:{secret}@"
