"""What ports are called, by platform on switches and by profile on hosts."""

from collections.abc import Mapping

from netgen.cluster.fabric import AnyNetwork, DeviceRef
from netgen.cluster.model import Cluster
from netgen.cluster.port_names import slot_ports, switch_ports
from netgen.cluster.topology.slots import HOST
from netgen.platforms.model import Platform


def ports_of(
    cluster: Cluster, platforms: Mapping[str, Platform], fabric: AnyNetwork, ref: DeviceRef
) -> Mapping[int, str]:
    """Name the ports of a device on a fabric, by their slots."""
    if ref.role == HOST:
        return dict(enumerate(cluster.host_plan(ref).profile.nics[fabric.nics].names))
    name, ports = fabric.tier(ref.role).platform, fabric.port_map(ref)
    return slot_ports(None if name is None else platforms[name], ports)


def positions_of(platforms: Mapping[str, Platform], network: AnyNetwork, ref: DeviceRef) -> tuple[str, ...]:
    """Name all ports of a switch, in the order of their positions."""
    name, ports = network.tier(ref.role).platform, network.port_map(ref)
    return switch_ports(None if name is None else platforms[name], ports)
