"""Builds one device of a cluster; the cost does not depend on the size of the cluster."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from netgen.cluster.buffers import PortClass, share
from netgen.cluster.fabric import DeviceRef, External, Fabric
from netgen.cluster.model import Cluster
from netgen.cluster.port_classes import port_classes
from netgen.cluster.port_names import switch_ports
from netgen.cluster.roce import Place, PortQos
from netgen.cluster.topology.slots import HOST
from netgen.device.bonds import number_at_leaf, of_host, of_leaf
from netgen.device.model import (
    ACROSS,
    Bond,
    Host,
    HostRoute,
    Management,
    Native,
    Port,
    PortRole,
    Role,
    Services,
    Svi,
    Switch,
    User,
)
from netgen.device.names import port_at
from netgen.device.routing import Cabled, bgp, host_bgp
from netgen.intent.quantities import Breakout
from netgen.platforms.model import Platform

LANE_GBPS_PAM4 = 50
"""A lane of at least this speed is PAM4-coded and needs RS-FEC (IEEE 802.3bs, 802.3ck)."""

Build = Callable[[DeviceRef], Switch | Host]
"""What builds a device of some cluster; one may remember those that it has built."""


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
    site = _site(cluster, platforms, ref)
    fabric, tier = site.fabric, site.fabric.tier(ref.role)
    model = fabric.model_of(ref)
    classes = port_classes(fabric, tier, model, platforms[tier.platform])
    cabled = list(_switch_ports(site, classes))
    ports = [port for port, _ in cabled]
    record = cluster.record(ref)
    snippets = fabric.overlay.snippets.get(site.node, ())
    routing = bgp(fabric, ref, cabled, [one for one in fabric.externals if one.leaf == site.node])
    return Switch(
        name=ref.name,
        cluster=cluster.name,
        fabric=fabric.name,
        role=Role(ref.role),
        platform=tier.platform,
        model=model.name,
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
        svis=_svis(fabric, ref),
        bonds=_bonds(site, cabled),
        load_balancing=fabric.load_balancing,
        buffers=share(model.asic, tier.platform, classes.values()) if classes else None,
    )


@dataclass(frozen=True, slots=True)
class _Site:
    """The device that is built, and what surrounds it."""

    cluster: Cluster
    platforms: Mapping[str, Platform]
    fabric: Fabric
    ref: DeviceRef
    node: int
    """Of the device in the fabric's topology."""

    def far(self, slot: int) -> tuple[DeviceRef, int] | None:
        """Return the device and its slot at the other end of a slot's cable, whether or not it exists."""
        end = self.fabric.overlay.topology.peer(self.node, slot)
        return None if end is None else (self.cluster.device_at(self.fabric, end[0]), end[1])

    def port_name(self, ref: DeviceRef, slot: int) -> str:
        """Name the port of another device's slot."""
        return port_at(self.cluster, self.platforms, self.fabric, ref, slot)

    def is_shut(self, slot: int) -> bool:
        """Whether an exception shuts the port of a slot."""
        return (self.node, slot) in self.fabric.overlay.disabled

    def is_kept(self, slot: int) -> bool:
        """Whether a list keeps the port of a slot for what is not there yet."""
        return self.fabric.listed is not None and (self.node, slot) in self.fabric.listed.kept


def _site(cluster: Cluster, platforms: Mapping[str, Platform], ref: DeviceRef) -> _Site:
    fabric = cluster.fabric(ref.fabric)
    return _Site(cluster, platforms, fabric, ref, fabric.node(ref))


def _switch_ports(site: _Site, classes: Mapping[str, PortClass]) -> Iterator[Cabled]:
    fabric, ref = site.fabric, site.ref
    tier = fabric.tier(ref.role)
    platform = site.platforms[tier.platform]
    ports = fabric.port_map(ref)
    down = _speed_class(site, tier.breakout)
    up = down if tier.uplink_breakout == tier.breakout else _speed_class(site, tier.uplink_breakout)
    below, above = fabric.below(ref.role), fabric.above(ref.role)
    names, slot_at = switch_ports(platform, ports), fabric.slots(ref)
    outside = {one.interface: one for one in fabric.externals if one.leaf == site.node}
    for position in range(ports.count):
        cage, subport, split = ports.place(position)
        speed, lanes, fec, qos = down if position < ports.first_up else up
        port = Port(
            name=names[position],
            slot=slot_at(position),
            cage=cage + 1,
            subport=subport,
            lane=subport * lanes,
            lanes=lanes,
            breakout=split,
            role=PortRole.SPARE,
            fabric=fabric.name,
            speed_gbps=speed,
            fec=fec,
            autoneg=False,
            enabled=False,
            mtu_bytes=tier.mtu_bytes,
            description="spare",
        )
        peer = None if port.slot is None else _cable(site, port, port.slot)
        if port.name in outside and port.role is PortRole.SPARE:
            _lead_out(port, outside[port.name])
        if peer is not None:
            port.qos = qos
            key = above if above and port.role is PortRole.UPLINK else below
            kind = classes.get(port.role.value if port.role in ACROSS else key)
            port.headroom = kind.headroom if kind is not None and kind.groups else None
        yield port, peer


def _speed_class(site: _Site, breakout: Breakout) -> tuple[int, int, str, PortQos | None]:
    """Return what the ports of cages that are divided alike share: speed in Gb/s, lanes, FEC, and RoCE policy."""
    fabric, tier, model = site.fabric, site.fabric.tier(site.ref.role), site.fabric.model_of(site.ref)
    speed, lanes = breakout.speed_gbps, model.lanes // breakout.ports
    qos = None if fabric.roce is None else fabric.roce.port_qos(tier.place(model, breakout))
    return speed, lanes, "rs" if speed / lanes >= LANE_GBPS_PAM4 else "none", qos


def _cable(site: _Site, port: Port, slot: int) -> DeviceRef | None:
    """Make a spare port what its cable makes it, or what it is kept for; return who is at the other end."""
    fabric, ref = site.fabric, site.ref
    far = site.far(slot)
    if far is None:
        if site.is_kept(slot):
            port.role, port.enabled, port.description = PortRole.RESERVED, not site.is_shut(slot), None
            if fabric.numbers.shared and ref.role == fabric.edge.role and slot < fabric.layer(ref.role).down:
                port.vlan = rail_vlan(ref.rail)
        return None
    peer, far_slot = far
    port.enabled = not site.is_shut(slot)
    if peer.role == HOST and fabric.numbers.shared:
        port.bond = number_at_leaf(fabric, peer)
        port.vlan = rail_vlan(ref.rail)
    if not site.cluster.exists(fabric, fabric.node(peer)):
        port.role, port.description = PortRole.RESERVED, None
        return None
    port.peer_device = peer.name
    port.peer_port = site.port_name(peer, far_slot)
    port.description = f"{port.peer_device} {port.peer_port}"
    if peer.role == HOST:
        port.role = PortRole.HOST
        if not fabric.numbers.shared:
            port.ipv4 = fabric.numbers.gateway(ref.index, slot)
        port.cable_m = fabric.cables_m[HOST]
        return peer
    layer = fabric.layer(ref.role)
    across = layer.link_across(slot) if layer.across else None
    if across is not None:
        # between equals, the end that comes first counts as the lower one
        lower, uplink = min(((ref, slot), (peer, far_slot)), key=lambda end: (end[0].index, end[1]))
        port.role, cable = PortRole(across), across
    elif slot >= layer.down:
        port.role, lower, uplink, cable = PortRole.UPLINK, ref, slot, peer.role
    else:
        port.role, lower, uplink, cable = PortRole.DOWNLINK, peer, far_slot, ref.role
    port.cable_m = fabric.cables_m[cable]
    address = fabric.numbers.uplink(lower.role, lower.index, uplink - fabric.layer(lower.role).down)
    port.ipv4 = address if address is None or lower is peer else address + 1
    port.unnumbered = port.ipv4 is None
    return peer


def _lead_out(port: Port, external: External) -> None:
    """Make a spare port the one to a router that is not netgen's; it has no RoCE policy, and so no PFC."""
    port.role, port.enabled, port.description = PortRole.EXTERNAL, True, external.name
    port.ipv4, port.ipv4_length = external.address, external.length


def rail_vlan(rail: int) -> int:
    """Return the VLAN of a rail, or of leaves without one (0), the same on all of them; 1 is every switch's own."""
    return 100 + rail


def _svis(fabric: Fabric, ref: DeviceRef) -> tuple[Svi, ...]:
    numbers = fabric.numbers
    if ref.role != fabric.edge.role or not numbers.shared:
        return ()
    gateway, length = numbers.gateway(ref.index, 0), numbers.host_length
    mtu = fabric.edge.mtu_bytes
    name = f"rail{ref.rail}" if ref.rail else "hosts"
    return (Svi(rail_vlan(ref.rail), name, gateway, length, mtu, f"{fabric.origin}.attach"),)


def _bonds(site: _Site, cabled: list[Cabled]) -> tuple[Bond, ...]:
    if site.ref.role != site.fabric.edge.role or not site.fabric.numbers.bundled:
        return ()
    return tuple(of_leaf(site.cluster, site.platforms, site.fabric, cabled, rail_vlan(site.ref.rail)))


def _distinct(policies: Iterable[PortQos | None]) -> tuple[PortQos, ...]:
    # Ports of a class share one object: to hash each policy for every port would take longer than to name the port.
    return tuple({id(qos): qos for qos in policies if qos is not None}.values())


def _host(cluster: Cluster, platforms: Mapping[str, Platform], ref: DeviceRef) -> Host:
    plan = cluster.host_plan(ref)
    home = cluster.fabric(ref.fabric)
    record = cluster.record(ref)
    on = [fabric for fabric in cluster.fabrics if ref.unit in fabric.pods.get(ref.pod, {})]
    by_fabric = {fabric.name: list(_nics(_Site(cluster, platforms, fabric, ref, fabric.node(ref)))) for fabric in on}
    bonds = of_host(cluster, platforms, ref, by_fabric)
    nics = [nic for of_fabric in by_fabric.values() for nic in of_fabric]
    return Host(
        name=ref.name,
        cluster=cluster.name,
        fabric=home.name,
        role=Role.HOST,
        platform=plan.platform,
        model=plan.profile.name,
        pod=ref.pod,
        unit=ref.unit,
        rail=0,
        serial=record.serial,
        os_version=record.os_version,
        state=record.state,
        management=_management(cluster, ref),
        origin=plan.origin,
        ports=[port for port, _, _ in nics],
        gpus=plan.profile.gpus,
        routes=[route for _, _, route in nics],
        frontend=plan.profile.frontend,
        loopback=home.numbers.host_loopback(home.node(ref)),
        bgp=host_bgp(home, ref, [(port, leaf) for port, leaf, _ in by_fabric[home.name]]),
        bonds=bonds,
        load_balancing=home.load_balancing,
        beyond={fabric.name: fabric.beyond() for fabric in on if fabric.externals},
    )


def _nics(site: _Site) -> Iterator[tuple[Port, DeviceRef, HostRoute]]:
    """Yield every NIC on a fabric that is cabled, with its leaf, and its route to the NICs of others; in rail order."""
    plan, fabric = site.cluster.host_plan(site.ref), site.fabric
    nics, numbers = plan.profile.nics[fabric.nics], fabric.numbers
    place = Place(HOST, nics.speed_gbps, plan.platform, "")
    qos = None if fabric.roce is None else fabric.roce.port_qos(place)
    for slot, name in enumerate(nics.names):
        far = site.far(slot)
        if far is None:
            continue
        leaf, leaf_slot = far
        leaf_port = site.port_name(leaf, leaf_slot)
        gateway = numbers.gateway(leaf.index, leaf_slot)
        port = Port(
            name=name,
            slot=slot,
            cage=slot + 1,
            subport=0,
            lane=0,
            lanes=1,
            breakout=1,
            role=PortRole.HOST,
            fabric=fabric.name,
            speed_gbps=nics.speed_gbps,
            fec="rs",
            autoneg=False,
            enabled=not site.is_shut(slot),
            mtu_bytes=plan.mtu_bytes or fabric.mtu_bytes,
            description=f"{leaf.name} {leaf_port}",
            peer_device=leaf.name,
            peer_port=leaf_port,
            ipv4=numbers.host(leaf.index, leaf_slot),
            ipv4_length=numbers.host_length,
            cable_m=fabric.cables_m[HOST],
            rdma=nics.rdma[slot] if nics.rdma else None,
            qos=qos,
        )
        yield port, leaf, HostRoute(numbers.hosts.address, numbers.hosts.length, gateway)


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
