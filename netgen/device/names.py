"""What ports are called, by platform on switches and by profile on hosts."""

from collections.abc import Mapping

from netgen.catalog.model import SwitchModel
from netgen.cluster.model import HOST, Cluster, DeviceRef, Fabric
from netgen.platforms.model import Platform
from netgen.platforms.ports import port_name


def switch_port(platform: Platform, model: SwitchModel, split: int, position: int) -> str:
    """Name the port at a position (from 0, cage by cage) of a switch whose cages are split alike."""
    cage, subport = divmod(position, split)
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
        return cluster.hosts.profile.nic_names[slot]
    tier = fabric.tier(ref.role)
    position = fabric.port_map(ref).position(slot)
    return switch_port(platforms[tier.platform], fabric.model_of(ref), tier.breakout.ports, position)
