"""What the ports of switches are called, by platform."""

from collections.abc import Mapping
from functools import lru_cache

from netgen.cluster.ports import PortMap
from netgen.platforms.model import Platform, PortNames
from netgen.platforms.ports import fill


def switch_ports(platform: Platform | None, ports: PortMap) -> tuple[str, ...]:
    """Name all ports of a switch, in the order of their positions: by its platform; without one, by numbers from 1.

    Such numbers are what a subnet manager calls the ports of an InfiniBand switch.

    Raises
    ------
    ValueError
        If the platform leaves names to the catalog.
    """
    if platform is None:
        return tuple(map(str, ports.numbers))
    if platform.ports is None:
        raise ValueError(f"platform {platform.name} does not name ports: the host's profile does")
    return _all_names(platform.ports, ports)


def slot_ports(platform: Platform | None, ports: PortMap) -> Mapping[int, str]:
    """Name the ports of a switch, by their slots; raises ValueError as `switch_ports` does."""
    return _by_slot(switch_ports(platform, ports), ports)


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
        for cage, subport, split in ports.places
    )


@lru_cache(maxsize=1024)
def _by_slot(names: tuple[str, ...], ports: PortMap) -> Mapping[int, str]:
    places = ((slot, ports.position(slot)) for slot in range(ports.down + ports.up))
    # the switches of a list are laid out for the largest of them
    return {slot: names[position] for slot, position in places if position < len(names)}
