"""The shared buffer: pools, profiles, headroom of lossless priority groups.

Schema: sonic-{buffer-pool,buffer-profile,buffer-pg,buffer-queue,buffer-port-ingress-profile-list,
buffer-port-egress-profile-list,cable-length}.yang of SONiC 202411.
Numbers: netgen.cluster.buffers; names and shapes: the vendor's, platform.yaml.
The buffer model is the traditional one: buffermgrd looks headroom up by speed and cable in the same tables
(sonic-swss cfgmgr/buffermgr.cpp), names the profiles as here, and keeps one that is there already.
"""

from collections.abc import Iterable, Iterator

from netgen.cluster.buffers import Headroom
from netgen.cluster.roce import PortQos
from netgen.device.model import Port, Switch
from netgen.platforms.document import PlatformError
from netgen.platforms.sonic.qos import LOSSY_GROUP, NUMBERS
from netgen.platforms.sonic.sku import Fields, Sku, Table

CABLES = "AZURE"
"""Key of CABLE_LENGTH: the only one in every shipped configuration (files/build_templates/buffers_config.j2)."""


def tables(device: Switch, sku: Sku) -> dict[str, Table]:
    """Build the tables of the buffer; empty ones where the fabric has no RoCE policy.

    Raises
    ------
    PlatformError
        If a lossless port's headroom is not known, or is for a cable that buffermgrd knows nothing of; if a pool's
        size is not known.
    """
    ports = [(port, port.qos) for port in device.ports if port.qos is not None]
    if not ports:
        return {}
    shared = sku.buffers
    lossless = {port.name: _headroom(port, sku) for port, policy in ports if policy.lossless}
    speeds = {port.name: port.speed_gbps for port, _ in ports}
    profiles = {_profile(speeds[name], room): {**shared.lossless, **_fields(room)} for name, room in lossless.items()}
    lists = {f"BUFFER_PORT_{side.upper()}_PROFILE_LIST": names for side, names in shared.port_profiles.items()}
    return {
        "BUFFER_POOL": _pools(device, sku),
        "BUFFER_PROFILE": {**shared.profiles, **profiles},
        "BUFFER_PG": dict(_groups(ports, lossless, sku)),
        "BUFFER_QUEUE": dict(_queues(ports, sku)),
        "CABLE_LENGTH": {CABLES: {name: f"{room.cable_m}m" for name, room in lossless.items()}} if lossless else {},
        **{table: {port.name: {"profile_list": names} for port, _ in ports} for table, names in lists.items()},
    }


def _headroom(port: Port, sku: Sku) -> Headroom:
    if port.headroom is None:
        raise PlatformError(f"port {port.name} is lossless, and its headroom is not known: its cable has no length")
    known = sku.buffers.lengths.get(port.speed_gbps)
    if known is None:
        speeds = ", ".join(f"{speed}G" for speed in sorted(sku.buffers.lengths))
        raise PlatformError(
            f"port {port.name} is lossless at {port.speed_gbps}G, for which no headroom is shipped for a {sku.model}; "
            f"it is for {speeds}"
        )
    if port.headroom.cable_m not in known:
        raise PlatformError(
            f"port {port.name} is lossless over a cable of {port.headroom.cable_m} m; headroom for {port.speed_gbps}G "
            f"on a {sku.model} is shipped for up to {max(known)} m"
        )
    return port.headroom


def _pools(device: Switch, sku: Sku) -> Table:
    plan = device.buffers
    if plan is None or plan.pool_bytes <= 0:
        raise PlatformError(f"the sizes of the buffer's pools are not known for a {sku.model} with such ports")
    headroom = plan.headroom_pool_bytes or 0
    sizes = {
        "{pool}": plan.pool_bytes,
        "{headroom}": headroom,
        "{pool+headroom}": plan.pool_bytes + headroom,
        "{chip}": plan.chip_bytes,
    }
    return {
        name: {key: str(sizes.get(value, value)) for key, value in fields.items()}
        for name, fields in sku.buffers.pools.items()
    }


def _profile(speed_gbps: int, room: Headroom) -> str:
    return f"pg_lossless_{speed_gbps * 1000}_{room.cable_m}m_profile"


def _fields(room: Headroom) -> Fields:
    fields = {"size": str(room.size_bytes), "xon": str(room.xon_bytes), "xoff": str(room.xoff_bytes)}
    return fields if room.xon_offset_bytes is None else {**fields, "xon_offset": str(room.xon_offset_bytes)}


def _groups(ports: list[tuple[Port, PortQos]], lossless: dict[str, Headroom], sku: Sku) -> Iterator[tuple[str, Fields]]:
    for port, policy in ports:
        yield f"{port.name}|{LOSSY_GROUP}", {"profile": sku.buffers.priority_group}
        for span in _spans(c.pfc_priority for c in policy.lossless if c.pfc_priority is not None):
            yield f"{port.name}|{span}", {"profile": _profile(port.speed_gbps, lossless[port.name])}


def _spans(numbers: Iterable[int]) -> Iterator[str]:
    """Write adjacent numbers as one range, such as ``3-4``: buffermgrd would write its own entry beside any other."""
    left = sorted(numbers)
    while left:
        count = next((i for i in range(1, len(left)) if left[i] != left[0] + i), len(left))
        yield str(left[0]) if count == 1 else f"{left[0]}-{left[count - 1]}"
        left = left[count:]


def _queues(ports: list[tuple[Port, PortQos]], sku: Sku) -> Iterator[tuple[str, Fields]]:
    for port, policy in ports:
        lossless = {traffic.queue for traffic in policy.lossless}
        for span in _spans(lossless):
            yield f"{port.name}|{span}", {"profile": sku.buffers.lossless_queue}
        for span in _spans(number for number in NUMBERS if number not in lossless):
            yield f"{port.name}|{span}", {"profile": sku.buffers.lossy_queue}
