"""The shared buffer: pools, profiles, headroom of lossless priority groups.

Schema: sonic-{buffer-pool,buffer-profile,buffer-pg,buffer-queue,buffer-port-ingress-profile-list,
buffer-port-egress-profile-list,cable-length}.yang of SONiC 202411. Numbers: the vendor's, platform.yaml.
The buffer model is the traditional one: buffermgrd looks headroom up by speed and cable in the same tables
(sonic-swss cfgmgr/buffermgr.cpp), and names the profiles as here.
"""

from collections.abc import Iterator

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
        If the vendor ships no headroom for a lossless port's speed, or none for a cable as long as its own.
    """
    ports = [(port, port.qos) for port in device.ports if port.qos is not None]
    if not ports:
        return {}
    shared = sku.buffers
    lossless = {port.name: _cable_m(port, sku) for port, policy in ports if policy.lossless}
    profiles = {
        _profile(port.speed_gbps, lossless[port.name]): {
            **shared.lossless,
            **shared.headroom[port.speed_gbps][lossless[port.name]],
        }
        for port, policy in ports
        if policy.lossless
    }
    lists = {f"BUFFER_PORT_{side.upper()}_PROFILE_LIST": names for side, names in shared.port_profiles.items()}
    return {
        "BUFFER_POOL": shared.pools,
        "BUFFER_PROFILE": {**shared.profiles, **profiles},
        "BUFFER_PG": dict(_groups(ports, lossless, sku)),
        "BUFFER_QUEUE": dict(_queues(ports, sku)),
        "CABLE_LENGTH": {CABLES: {name: f"{cable}m" for name, cable in lossless.items()}} if lossless else {},
        **{table: {port.name: {"profile_list": names} for port, _ in ports} for table, names in lists.items()},
    }


def _cable_m(port: Port, sku: Sku) -> int:
    """Return the shortest cable that the vendor has headroom for and that is not shorter than the port's own."""
    shipped = sku.buffers.headroom.get(port.speed_gbps)
    if shipped is None:
        known = ", ".join(f"{speed}G" for speed in sorted(sku.buffers.headroom))
        raise PlatformError(
            f"port {port.name} is lossless at {port.speed_gbps}G, for which no headroom is shipped for a {sku.model}; "
            f"it is for {known}"
        )
    longest = max(shipped)
    if port.cable_m is None or port.cable_m > longest:
        have = "a cable of unknown length" if port.cable_m is None else f"a cable of {port.cable_m} m"
        raise PlatformError(
            f"port {port.name} is lossless over {have}; headroom for {port.speed_gbps}G on a {sku.model} "
            f"is shipped for up to {longest} m"
        )
    own = port.cable_m
    return min(length for length in shipped if length >= own)


def _profile(speed_gbps: int, cable_m: int) -> str:
    return f"pg_lossless_{speed_gbps * 1000}_{cable_m}m_profile"


def _groups(ports: list[tuple[Port, PortQos]], lossless: dict[str, int], sku: Sku) -> Iterator[tuple[str, Fields]]:
    for port, policy in ports:
        yield f"{port.name}|{LOSSY_GROUP}", {"profile": sku.buffers.priority_group}
        for traffic in policy.lossless:
            profile = _profile(port.speed_gbps, lossless[port.name])
            yield f"{port.name}|{traffic.pfc_priority}", {"profile": profile}


def _queues(ports: list[tuple[Port, PortQos]], sku: Sku) -> Iterator[tuple[str, Fields]]:
    for port, policy in ports:
        lossless = {traffic.queue for traffic in policy.lossless}
        for number in NUMBERS:
            profile = sku.buffers.lossless_queue if number in lossless else sku.buffers.lossy_queue
            yield f"{port.name}|{number}", {"profile": profile}
