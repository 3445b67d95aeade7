"""The whole ConfigDB of a switch."""

from dataclasses import dataclass, field
from functools import lru_cache

from netgen.cluster.buffers import BufferPlan, Headroom
from netgen.cluster.roce import PortQos
from netgen.device.model import Switch
from netgen.platforms.model import Platform
from netgen.platforms.sonic import buffers, ports, qos, system
from netgen.platforms.sonic.sku import Table, find_sku
from netgen.platforms.trees import Fixed


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
    policies: tuple[PortQos, ...]
    """Of the ports, then of the device."""
    buffers: BufferPlan | None
    rooms: tuple[Headroom, ...]
    ports: tuple[tuple[str, int, int, int, int | None, int | None], ...]
    """Name, which of its cage, of how many, speed in Gb/s, and which of the policies and of the headrooms."""
    device: Switch = field(compare=False, repr=False)
    platform: Platform = field(compare=False, repr=False)


def _alike(device: Switch, platform: Platform) -> _Alike:
    # Ports share their policies: each is compared once, and not at every port.
    policies = {id(policy): policy for policy in (*device.qos, *(p.qos for p in device.ports)) if policy is not None}
    rooms = {id(port.headroom): port.headroom for port in device.ports if port.headroom is not None}
    numbers = {identity: number for found in (policies, rooms) for number, identity in enumerate(found)}
    return _Alike(
        device.model,
        id(platform.models),
        (*policies.values(), *device.qos),
        device.buffers,
        tuple(rooms.values()),
        tuple(
            (p.name, p.subport, p.breakout, p.speed_gbps, numbers.get(id(p.qos)), numbers.get(id(p.headroom)))
            for p in device.ports
        ),
        device,
        platform,
    )


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
