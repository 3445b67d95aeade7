"""What the ports of switches are called, by platform."""

from functools import lru_cache

from netgen.cluster.ports import PortMap
from netgen.platforms.model import Platform, PortNames
from netgen.platforms.ports import fill


def switch_port(platform: Platform, ports: PortMap, position: int) -> str:
    """Name the port at a position of a switch, from 0 and cage by cage."""
    return switch_ports(platform, ports)[position]


def switch_ports(platform: Platform, ports: PortMap) -> tuple[str, ...]:
    """Name all ports of a switch, in the order of their positions.

    Raises
    ------
    ValueError
        If the platform leaves names to the catalog.
    """
    if platform.ports is None:
        raise ValueError(f"platform {platform.name} does not name ports: the host's profile does")
    return _all_names(platform.ports, ports)


@lru_cache(maxsize=1024)
def _all_names(patterns: PortNames, ports: PortMap) -> tuple[str, ...]:
    return tuple(
        fill(
            patterns,
            cage=cage + 1,
            subport=subport,
            lane=subport * (ports.lanes // split),
            lanes_per_cage=ports.lanes,
            breakout=split,
        )
        for cage, subport, split in map(ports.place, range(ports.count))
    )
