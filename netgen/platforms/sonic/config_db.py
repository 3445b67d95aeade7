"""The whole ConfigDB of a switch."""

from dataclasses import dataclass, field
from functools import lru_cache
from operator import attrgetter
from typing import TypeVar

from netgen.cluster.buffers import BufferPlan, Headroom
from netgen.cluster.roce import PortQos
from netgen.device.model import Switch
from netgen.platforms.model import Platform
from netgen.platforms.sonic import buffers, ports, qos, system
from netgen.platforms.sonic.sku import Table, find_sku
from netgen.platforms.trees import Fixed

_Shared = TypeVar("_Shared")


def build(device: Switch, platform: Platform) -> dict[str, Table]:
    """Build the tables of ConfigDB: table → key → field → value, all of them text.

    Routing is not among them: frr.conf holds it (``docker_routing_config_mode: split-unified``).

    Raises
    ------
    PlatformError
        If SONiC ships nothing for the switch's model, or cannot express what it is told.
    """
    sku = find_sku(platform, device.model)
    tables = {
        **system.tables(device, platform, sku),
        **ports.tables(device, sku),
        **_common(_alike(device, platform)),
    }
    return {name: table for name, table in tables.items() if table}


@dataclass(frozen=True, slots=True)
class _Alike:
    """A switch, equal to others that have the same RoCE policies on the same ports: all leaves of a fabric, say."""

    model: str
    capabilities: int
    """Identity of what the platform says of models; the platform below keeps it from being another's."""
    policies: tuple[PortQos | None, ...]
    """Of the ports, each once, then of the device."""
    buffers: BufferPlan | None
    rooms: tuple[Headroom | None, ...]
    """Of the ports, each once."""
    ports: tuple[tuple[str, int, int, int], ...]
    """Name, which of its cage, of how many, speed in Gb/s."""
    policy_of: tuple[int, ...]
    """Which of the policies each port has."""
    room_of: tuple[int, ...]
    """Which of the headrooms."""
    device: Switch = field(compare=False, repr=False)
    platform: Platform = field(compare=False, repr=False)


def _alike(device: Switch, platform: Platform) -> _Alike:
    # Ports share their policies: each is compared once, and not at every port.
    policies, policy_of = _distinct([port.qos for port in device.ports])
    rooms, room_of = _distinct([port.headroom for port in device.ports])
    return _Alike(
        device.model,
        id(platform.models),
        (*policies, *device.qos),
        device.buffers,
        rooms,
        tuple(map(_PORT, device.ports)),
        policy_of,
        room_of,
        device,
        platform,
    )


_PORT = attrgetter("name", "subport", "breakout", "speed_gbps")


def _distinct(shared: list[_Shared]) -> tuple[tuple[_Shared, ...], tuple[int, ...]]:
    """Return each of some objects once, as they are not compared but shared, and the number of each in a list."""
    identities = list(map(id, shared))
    objects = dict(zip(identities, shared, strict=True))
    numbers = {identity: number for number, identity in enumerate(objects)}
    return tuple(objects.values()), tuple(map(numbers.__getitem__, identities))


@lru_cache(maxsize=32)
def _common(alike: _Alike) -> dict[str, Fixed]:
    """Build the tables of breakouts, RoCE policy and buffer, which read nothing but what `_Alike` compares."""
    sku, device = find_sku(alike.platform, alike.device.model), alike.device
    tables = {
        "BREAKOUT_CFG": ports.breakouts(device, sku),
        **qos.tables(device, sku),
        **buffers.tables(device, sku),
    }
    return {name: Fixed(table) for name, table in tables.items()}
