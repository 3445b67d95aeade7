"""What ports are called, by platform on switches and by profile on hosts."""

from collections.abc import Mapping

from netgen.cluster.fabric import DeviceRef, Fabric
from netgen.cluster.model import Cluster
from netgen.cluster.port_names import switch_port
from netgen.cluster.topology.slots import HOST
from netgen.platforms.model import Platform


def port_at(cluster: Cluster, platforms: Mapping[str, Platform], fabric: Fabric, ref: DeviceRef, slot: int) -> str:
    """Name the port of a device's slot."""
    if ref.role == HOST:
        return cluster.host_plan(ref).profile.nics[fabric.nics].names[slot]
    tier = fabric.tier(ref.role)
    ports = fabric.port_map(ref)
    return switch_port(platforms[tier.platform], ports, ports.position(slot))
