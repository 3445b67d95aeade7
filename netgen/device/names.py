"""What ports are called, by platform on switches and by profile on hosts."""

from collections.abc import Mapping

from netgen.catalog.model import SwitchModel
from netgen.cluster.model import Cluster, DeviceRef, Fabric
from netgen.cluster.ports import PortMap
from netgen.cluster.topology.slots import HOST
from netgen.platforms.model import Platform
from netgen.platforms.ports import port_name


def switch_port(platform: Platform, model: SwitchModel, ports: PortMap, position: int) -> str:
    """Name the port at a position of a switch, from 0 and cage by cage."""
    cage, subport, split = ports.place(position)
    return port_name(
        platform,
        cage=cage + 1,
        subport=subport,
        lane=subport * (model.lanes // split),
        lanes_per_cage=model.lanes,
        breakout=split,
    )


def port_at(cluster: Cluster, platforms: Mapping[str, Platform], fabric: Fabric, ref: DeviceRef, slot: int) -> str:
    """Name the port of a device's slot."""
    if ref.role == HOST:
        return cluster.host_plan(ref).profile.nics[fabric.nics].names[slot]
    tier = fabric.tier(ref.role)
    ports = fabric.port_map(ref)
    return switch_port(platforms[tier.platform], fabric.model_of(ref), ports, ports.position(slot))
