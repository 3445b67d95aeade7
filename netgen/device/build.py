"""Builds one device of a cluster; the cost does not depend on the size of the cluster."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from netgen.cluster.buffers import share
from netgen.cluster.fabric import DeviceRef, Fabric
from netgen.cluster.infiniband import InfinibandFabric
from netgen.cluster.model import Cluster
from netgen.cluster.port_classes import port_classes
from netgen.cluster.roce import Place, PortQos
from netgen.cluster.topology.slots import HOST
from netgen.device.attach import Bond, HostRoute, Svi
from netgen.device.bonds import of_host, of_leaf
from netgen.device.build_infiniband import hcas, ib_switch, subnet_manager
from netgen.device.infiniband import IbSwitch, SubnetManager
from netgen.device.management import management
from netgen.device.model import Host, Native, Port, PortRole, Role, Switch
from netgen.device.routing import Cabled, bgp, host_bgp
from netgen.device.site import Site
from netgen.device.switch_ports import rail_vlan, switch_ports
from netgen.platforms.model import Platform

Device = Switch | Host | IbSwitch | SubnetManager
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
        Which device; a switch of Ethernet, or a host.
    """
    return _host(cluster, platforms, ref) if ref.role == HOST else _switch(cluster, platforms, ref)


def build_any(cluster: Cluster, platforms: Mapping[str, Platform], ref: DeviceRef) -> Device:
    """Build a device of whatever kind; one of ``cluster.configured()``."""
    managed = cluster.managed_by(ref)
    if managed is not None:
        return subnet_manager(cluster, platforms, managed, ref)
    network = cluster.network(ref.fabric)
    if ref.role != HOST and isinstance(network, InfinibandFabric):
        return ib_switch(cluster, platforms, network, ref)
    return build(cluster, platforms, ref)


def devices(cluster: Cluster, platforms: Mapping[str, Platform]) -> Iterator[Device]:
    """Yield every device of a cluster that netgen configures, one by one."""
    for ref in cluster.configured():
        yield build_any(cluster, platforms, ref)


def _switch(cluster: Cluster, platforms: Mapping[str, Platform], ref: DeviceRef) -> Switch:
    site = _site(cluster, platforms, ref)
    fabric, tier = site.fabric, site.fabric.tier(ref.role)
    model = fabric.model_of(ref)
    classes = port_classes(fabric, tier, model, platforms[tier.platform])
    cabled = list(switch_ports(site, classes))
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
        management=management(cluster, ref),
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


def _site(cluster: Cluster, platforms: Mapping[str, Platform], ref: DeviceRef) -> Site:
    fabric = cluster.fabric(ref.fabric)
    return Site(cluster, platforms, fabric, ref, fabric.node(ref))


def _svis(fabric: Fabric, ref: DeviceRef) -> tuple[Svi, ...]:
    numbers = fabric.numbers
    if ref.role != fabric.edge.role or not numbers.shared:
        return ()
    gateway, length = numbers.gateway(ref.index, 0), numbers.host_length
    mtu = fabric.edge.mtu_bytes
    name = f"rail{ref.rail}" if ref.rail else "hosts"
    return (Svi(rail_vlan(ref.rail), name, gateway, length, mtu, f"{fabric.origin}.attach"),)


def _bonds(site: Site, cabled: list[Cabled]) -> tuple[Bond, ...]:
    if site.ref.role != site.fabric.edge.role or not site.fabric.numbers.bundled:
        return ()
    return tuple(of_leaf(site.cluster, site.platforms, site.fabric, cabled, rail_vlan(site.ref.rail)))


def _distinct(policies: Iterable[PortQos | None]) -> tuple[PortQos, ...]:
    # Ports of a class share one object: to hash each policy for every port would take longer than to name the port.
    return tuple({id(qos): qos for qos in policies if qos is not None}.values())


def _host(cluster: Cluster, platforms: Mapping[str, Platform], ref: DeviceRef) -> Host:
    plan = cluster.host_plan(ref)
    home = cluster.network(ref.fabric)
    record = cluster.record(ref)
    on = [fabric for fabric in cluster.fabrics if ref.unit in fabric.pods.get(ref.pod, {})]
    by_fabric = {fabric.name: list(_nics(Site(cluster, platforms, fabric, ref, fabric.node(ref)))) for fabric in on}
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
        management=management(cluster, ref),
        origin=plan.origin,
        ports=[port for port, _, _ in nics],
        gpus=plan.profile.gpus,
        routes=[route for _, _, route in nics],
        frontend=plan.profile.frontend,
        loopback=home.numbers.host_loopback(home.node(ref)) if isinstance(home, Fabric) else None,
        bgp=host_bgp(home, ref, [(port, leaf) for port, leaf, _ in by_fabric[home.name]])
        if isinstance(home, Fabric)
        else None,
        bonds=bonds,
        load_balancing=home.load_balancing if isinstance(home, Fabric) else "hash",
        beyond={fabric.name: fabric.beyond() for fabric in on if fabric.externals},
        hcas=tuple(hcas(cluster, platforms, ref)),
    )


def _nics(site: Site) -> Iterator[tuple[Port, DeviceRef, HostRoute]]:
    """Yield every NIC on a fabric that is cabled, with its leaf, and its route to the NICs of others; in rail order."""
    plan, fabric = site.cluster.host_plan(site.ref), site.fabric
    nics, numbers = plan.profile.nics[fabric.nics], fabric.numbers
    place = Place(HOST, nics.speed_gbps, plan.platform, "")
    qos = None if fabric.roce is None else fabric.roce.port_qos(place)
    # a unit may have hosts of fewer NICs, and of more than a list has cables for
    for slot, (name, end) in enumerate(zip(nics.names, site.ends, strict=False)):
        if end is None:
            continue
        leaf, leaf_slot = site.cluster.device_at(fabric, end[0]), end[1]
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
