"""Builds the devices of InfiniBand fabrics: switches, HCAs of hosts, and subnet managers."""

from collections.abc import Iterator, Mapping

from netgen.cluster.fabric import AnyNetwork, DeviceRef
from netgen.cluster.infiniband import InfinibandFabric
from netgen.cluster.model import Cluster
from netgen.cluster.topology.slots import HOST
from netgen.device.hca import Hca
from netgen.device.infiniband import IbPort, IbSwitch, SubnetManager
from netgen.device.management import management
from netgen.device.model import Role
from netgen.device.names import ports_of, positions_of
from netgen.platforms.model import Platform


def ib_switch(
    cluster: Cluster, platforms: Mapping[str, Platform], fabric: InfinibandFabric, ref: DeviceRef
) -> IbSwitch:
    """Build a switch that has a platform."""
    tier, record, node = fabric.tier(ref.role), cluster.record(ref), fabric.node(ref)
    return IbSwitch(
        name=ref.name,
        cluster=cluster.name,
        fabric=fabric.name,
        role=Role(ref.role),
        platform=tier.platform or "",
        model=fabric.model_of(ref).name,
        pod=ref.pod,
        unit=ref.unit,
        rail=ref.rail,
        serial=record.serial,
        os_version=record.os_version,
        state=record.state,
        management=management(cluster, ref),
        origin=tier.origin,
        ports=list(switch_ports(cluster, platforms, ref)),
        guid=fabric.switch_guids.get(node),
    )


def switch_ports(cluster: Cluster, platforms: Mapping[str, Platform], ref: DeviceRef) -> Iterator[IbPort]:
    """Yield the ports of a switch of an InfiniBand fabric, whether or not it is configured."""
    fabric = cluster.network(ref.fabric)
    tier, node, ports = fabric.tier(ref.role), fabric.node(ref), fabric.port_map(ref)
    names, ends = positions_of(platforms, fabric, ref), fabric.overlay.topology.far_ends(node)
    for position, slot in enumerate(fabric.slots(ref)):
        breakout = tier.breakout if position < ports.first_up else tier.uplink_breakout
        port = IbPort(
            name=names[position],
            number=ports.numbers[position],
            slot=slot,
            speed_gbps=breakout.speed_gbps,
            enabled=slot is not None and (node, slot) not in fabric.overlay.disabled,
            description=None,
            fabric=fabric.name,
        )
        far = None if slot is None else ends[slot]
        if far is not None and cluster.exists(fabric, far[0]):
            peer = cluster.device_at(fabric, far[0])
            port.peer_device, port.peer_port = peer.name, ports_of(cluster, platforms, fabric, peer)[far[1]]
            port.description = f"{port.peer_device} {port.peer_port}"
            port.link = _link(fabric, ref, slot or 0, peer)
            port.leads_up = peer.role != HOST and far > (node, slot or 0)
            port.cable_m = fabric.cables_m[_cable(fabric, ref, slot or 0, peer)]
        yield port


def _link(fabric: AnyNetwork, ref: DeviceRef, slot: int, peer: DeviceRef) -> str:
    """Return what a switch's link is called, as in the cabling list: roles from the bottom, or across a tier."""
    roles = (HOST, *fabric.tiers)
    across = fabric.layer(ref.role).link_across(slot) if peer.role == ref.role else None
    return across or "-".join(sorted((ref.role, peer.role), key=roles.index))


def _cable(fabric: AnyNetwork, ref: DeviceRef, slot: int, peer: DeviceRef) -> str:
    """Return the key of the length of a switch's cable."""
    if peer.role == HOST:
        return HOST
    roles = tuple(fabric.tiers)
    across = fabric.layer(ref.role).link_across(slot) if peer.role == ref.role else None
    return across or max(ref.role, peer.role, key=roles.index)


def hcas(cluster: Cluster, platforms: Mapping[str, Platform], ref: DeviceRef) -> Iterator[Hca]:
    """Yield the ports of a host, or of another node, on InfiniBand fabrics that are cabled."""
    nics = cluster.host_plan(ref).profile.nics
    for fabric in cluster.infiniband:
        if ref.unit not in fabric.pods.get(ref.pod, {}):
            continue
        own, node = nics[fabric.nics], fabric.node(ref)
        # a unit may have hosts of fewer NICs, and of more than there are cables for
        for slot, (name, far) in enumerate(zip(own.names, fabric.overlay.topology.far_ends(node), strict=False)):
            if far is None:
                continue
            leaf, port = cluster.device_at(fabric, far[0]), fabric.hcas.get((node, slot))
            yield Hca(
                name=name,
                rdma=own.rdma[slot],
                port=1,
                fabric=fabric.name,
                slot=slot,
                speed_gbps=own.speed_gbps,
                guid=None if port is None else port.guid,
                enabled=(node, slot) not in fabric.overlay.disabled,
                partitions=() if port is None else tuple(fabric.memberships(port)),
                peer_device=leaf.name,
                peer_port=ports_of(cluster, platforms, fabric, leaf)[far[1]],
                cable_m=fabric.cables_m[HOST],
            )


def subnet_manager(
    cluster: Cluster, platforms: Mapping[str, Platform], fabric: InfinibandFabric, ref: DeviceRef
) -> SubnetManager:
    """Build a node that manages a fabric.

    Raises
    ------
    ValueError
        If it is none, or the list of GUIDs does not say over which port it would.
    """
    managers, node, record = fabric.managers, fabric.node(ref), cluster.record(ref)
    ports = fabric.ports_of(node)
    if managers is None or node not in managers.priorities or not ports:
        raise ValueError(f"{ref.name} manages no subnet of {fabric.name}, or has no GUID there")
    plan = cluster.host_plan(ref)
    top = tuple(fabric.tiers)[-1]
    ends = {port.guid: cluster.host_plan(cluster.device_at(fabric, end[0])) for end, port in fabric.hcas.items()}
    return SubnetManager(
        name=ref.name,
        cluster=cluster.name,
        fabric=fabric.name,
        role=Role.SUBNET_MANAGER,
        platform=managers.platform,
        model=plan.profile.name,
        pod=ref.pod,
        unit=cluster.unit_of(ref),
        rail=0,
        serial=record.serial,
        os_version=record.os_version,
        state=record.state,
        management=management(cluster, ref),
        origin=managers.origin,
        guid=ports[0].guid,
        priority=managers.priorities[node],
        engine=managers.engine,
        partitions=fabric.partitions,
        qos=fabric.qos,
        allow_both=managers.allow_both,
        roots=tuple(sorted(guid for at, guid in fabric.switch_guids.items() if at in fabric.layer(top))),
        compute=tuple(sorted(guid for guid, plan in ends.items() if plan.profile.gpus)),
        io=tuple(sorted(guid for guid, plan in ends.items() if not plan.profile.gpus)),
        names=tuple(sorted(_names(cluster, fabric))),
        adaptive_routing=fabric.adaptive_routing,
        sharp=fabric.sharp,
        hcas=tuple(hcas(cluster, platforms, ref)),
    )


def _names(cluster: Cluster, fabric: InfinibandFabric) -> Iterator[tuple[int, str]]:
    for node, guid in fabric.switch_guids.items():
        yield guid, cluster.device_at(fabric, node).name
    for (node, _), port in fabric.hcas.items():
        yield port.node_guid, f"{cluster.device_at(fabric, node).name} {port.hca}"
