"""Builds one device of a cluster; the cost does not depend on the size of the cluster."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from netgen.cluster.buffers import share
from netgen.cluster.fabric import DeviceRef, Fabric
from netgen.cluster.infiniband import InfinibandFabric
from netgen.cluster.model import Cluster
from netgen.cluster.port_classes import port_classes
from netgen.cluster.roce import PortQos
from netgen.cluster.topology.slots import HOST
from netgen.device.attach import Bond, Svi
from netgen.device.bonds import of_leaf
from netgen.device.build_hosts import host
from netgen.device.build_infiniband import ib_switch, subnet_manager
from netgen.device.infiniband import IbSwitch, SubnetManager
from netgen.device.management import management
from netgen.device.model import Host, Native, Role, Switch
from netgen.device.routing import Cabled, bgp
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
    return host(cluster, platforms, ref) if ref.role == HOST else _switch(cluster, platforms, ref)


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
