"""Builds a host: its NICs on the fabrics, and its ways over them."""

from collections.abc import Iterator, Mapping

from netgen.cluster.fabric import DeviceRef, Fabric
from netgen.cluster.model import Cluster
from netgen.cluster.roce import Place
from netgen.cluster.topology.slots import HOST
from netgen.device.attach import HostRoute
from netgen.device.bonds import Nic, of_host
from netgen.device.build_infiniband import hcas
from netgen.device.management import management
from netgen.device.model import Host, Port, PortRole, Role
from netgen.device.routing import host_bgp
from netgen.device.site import Site
from netgen.platforms.model import Platform

_HOST = PortRole.HOST
"""Looked up once: to find a member of an enumeration takes as long as to set ten attributes."""


def host(cluster: Cluster, platforms: Mapping[str, Platform], ref: DeviceRef) -> Host:
    """Build a host, or another node that is on fabrics."""
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
        unit=cluster.unit_of(ref),
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
        hcas=tuple(hcas(cluster, platforms, ref)),
    )


def _nics(site: Site) -> Iterator[Nic]:
    """Yield every NIC on a fabric that is cabled, with its leaf, and its route to the NICs of others; in rail order."""
    cluster, fabric, plan = site.cluster, site.fabric, site.cluster.host_plan(site.ref)
    nics, numbers = plan.profile.nics[fabric.nics], fabric.numbers
    rdma = nics.rdma or (None,) * len(nics.names)
    pool, length, beyond = numbers.hosts, numbers.host_length, fabric.beyond()
    mtu, cable = plan.mtu_bytes or fabric.mtu_bytes, fabric.cables_m[HOST]
    qos = None
    if fabric.roce is not None:
        qos = fabric.roce.port_qos(Place(HOST, nics.speed_gbps, plan.platform, ""))
    # a unit may have hosts of fewer NICs, and of more than a list has cables for
    for slot, (name, end) in enumerate(zip(nics.names, site.ends, strict=False)):
        if end is None:
            continue
        leaf, far_slot = cluster.device_at(fabric, end[0]), end[1]
        leaf_port, enabled = site.port_name(leaf, far_slot), not site.is_shut(slot)
        port = Port(
            name=name,
            slot=slot,
            # a NIC has its cage for itself
            cage=slot + 1,
            subport=0,
            lane=0,
            lanes=1,
            breakout=1,
            role=_HOST,
            fabric=fabric.name,
            speed_gbps=nics.speed_gbps,
            fec="rs",
            autoneg=False,
            enabled=enabled,
            mtu_bytes=mtu,
            description=f"{leaf.name} {leaf_port}",
            peer_device=leaf.name,
            peer_port=leaf_port,
            ipv4=numbers.host(leaf.index, far_slot),
            ipv4_length=length,
            cable_m=cable,
            rdma=rdma[slot],
            qos=qos,
        )
        yield port, leaf, HostRoute(pool.address, pool.length, numbers.gateway(leaf.index, far_slot), beyond)
