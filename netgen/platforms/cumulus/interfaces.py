"""Loopback, management port, front panel, bundles, and the VLANs that switched ports share.

Object model: NVUE reference, Interface, LLDP, QoS and Adaptive-Routing pages (templates/cumulus/SOURCES.md).
"""

from collections.abc import Iterator, Mapping
from functools import cache

from netgen.device.attach import Bond
from netgen.device.model import BETWEEN_SWITCHES, Port, Switch
from netgen.device.text import ipv4
from netgen.platforms.cumulus.branch import ON, Branch, switch
from netgen.platforms.cumulus.qos import Policy
from netgen.platforms.document import PlatformError
from netgen.platforms.model import Platform
from netgen.platforms.ports import port_name

SPEEDS_GBPS = (1, 10, 25, 40, 50, 100, 200, 400, 800)
"""Speeds that ``link speed`` takes (``nv set interface swp1 link speed ?``, Cumulus Linux 5.14)."""

BRIDGE = "br_default"
"""Name of the VLAN-aware bridge, of which the guide's examples have one."""


def branch(device: Switch, platform: Platform, policy: Policy) -> Branch:
    """Build the interfaces, the ports with their part of the RoCE policy.

    Raises
    ------
    PlatformError
        If a port's speed or breakout is not one of the platform's.
    """
    management, port = device.management, platform.management.port
    found: Branch = {
        "lo": {"ip": {"address": {f"{ipv4(device.loopback)}/32": {}}}, "type": "loopback"},
        port: {
            "ip": {
                "address": {f"{ipv4(management.address)}/{management.length}": {}},
                "vrf": platform.management.vrf or management.services.vrf,
            },
            "type": "eth",
        },
    }
    found.update(_cages(device, platform))
    # Ports that are alike share one object, which is written only once.
    link = cache(_link)
    for one in device.ports:
        if one.speed_gbps not in SPEEDS_GBPS:
            raise PlatformError(f"port {one.name} has {one.speed_gbps}G, which is no speed of Cumulus Linux")
        shared = link(one.speed_gbps, one.mtu_bytes, one.fec, autoneg=one.autoneg, enabled=one.enabled)
        found[one.name] = {**_port(one, device), **policy.of(one), "link": shared}
    for bond in device.bonds:
        found[bond.name] = _bond(bond)
    for svi in device.svis:
        found[f"vlan{svi.vlan}"] = {
            "description": svi.name,
            "ip": {"address": {f"{ipv4(svi.ipv4)}/{svi.ipv4_length}": {}}},
            "link": {"mtu": svi.mtu_bytes},
            "type": "svi",
            "vlan": svi.vlan,
        }
    return found


def bridge(device: Switch) -> Branch:
    """Build the bridge of the switched ports' VLANs."""
    return {"domain": {BRIDGE: {"vlan": {str(svi.vlan): {} for svi in device.svis}}}} if device.svis else {}


def _cages(device: Switch, platform: Platform) -> Iterator[tuple[str, Branch]]:
    """Yield the cages that are broken out, by the name that each has as a whole."""
    modes = platform.models.get(device.model, {}).get("breakout")
    for port in device.ports:
        if port.breakout == 1 or port.subport:
            continue
        mode = f"{port.breakout}x"
        if isinstance(modes, Mapping) and mode not in modes.values():
            raise PlatformError(f"Cumulus Linux breaks no cage of a {device.model} out as {mode}")
        name = port_name(platform, cage=port.cage, subport=0, lane=0, lanes_per_cage=1, breakout=1)
        # Each port gets its even part of the lanes; only another number would be said (`lanes-per-port`).
        yield name, {"link": {"breakout": {mode: {}}}, "type": "swp"}


def _port(port: Port, device: Switch) -> Branch:
    found: Branch = {"type": "swp"}
    if port.description is not None:
        found["description"] = port.description
    if port.ipv4 is not None:
        found["ip"] = {"address": {f"{ipv4(port.ipv4)}/{port.ipv4_length}": {}}}
    if port.vlan is not None and port.bond is None:
        found["bridge"] = _access(port.vlan)
    if device.load_balancing == "per-packet" and port.role in BETWEEN_SWITCHES:
        # routes have several of them as next hops: adaptive routing must be on all, or on none
        found["router"] = {"adaptive-routing": {"enable": ON}}
    return found


def _bond(bond: Bond) -> Branch:
    found: Branch = {
        "bond": {"lacp-rate": "fast", "member": {member: {} for member in bond.members}},
        "link": {"mtu": bond.mtu_bytes},
        "type": "bond",
    }
    if bond.description is not None:
        found["description"] = bond.description
    if bond.vlan is not None:
        found["bridge"] = _access(bond.vlan)
    return found


def _access(vlan: int) -> Branch:
    # To a host, not to another switch: it forwards at once, and is shut when a switch is found behind it.
    return {"domain": {BRIDGE: {"access": vlan, "stp": {"admin-edge": ON, "bpdu-guard": ON}}}}


def _link(speed_gbps: int, mtu_bytes: int, fec: str, *, autoneg: bool, enabled: bool) -> Branch:
    return {
        "auto-negotiate": switch(autoneg),
        "fec": "off" if fec == "none" else fec,
        "mtu": mtu_bytes,
        "speed": f"{speed_gbps}G",
        "state": {"up" if enabled else "down": {}},
    }
