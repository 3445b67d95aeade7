"""What ports are called, by platform on switches and by profile on hosts."""

from collections.abc import Mapping

from netgen.cluster.fabric import DeviceRef, Fabric
from netgen.cluster.model import Cluster
from netgen.cluster.port_names import slot_ports
from netgen.cluster.topology.slots import HOST
from netgen.platforms.model import Platform


def ports_of(cluster: Cluster, platforms: Mapping[str, Platform], fabric: Fabric, ref: DeviceRef) -> Mapping[int, str]:
    """Name the ports of a device on a fabric, by their slots."""
    if ref.role == HOST:
        return dict(enumerate(cluster.host_plan(ref).profile.nics[fabric.nics].names))
    return slot_ports(platforms[fabric.tier(ref.role).platform], fabric.port_map(ref))
