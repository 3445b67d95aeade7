"""Ports, their breakouts, bundles, addresses and neighbours.

Schema: sonic-{port,breakout_cfg,portchannel,interface,vlan,device_neighbor}.yang of SONiC 202411.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from string import ascii_lowercase

from netgen.device.attach import Bond
from netgen.device.model import Port, Switch
from netgen.device.text import ipv4
from netgen.platforms.document import PlatformError
from netgen.platforms.sonic.sku import Fields, Sku, Table
from netgen.platforms.trees import InOrder, places_in_order


def tables(device: Switch, sku: Sku) -> dict[str, Table]:
    """Build the tables of the ports."""
    return {
        "PORT": {port.name: _port(port, sku) for port in device.ports},
        "INTERFACE": _interfaces(device.ports),
        **_bundles(device),
        **_vlans(device),
        "DEVICE_NEIGHBOR": {
            port.name: {"name": port.peer_device, "port": port.peer_port}
            for port in device.ports
            if port.peer_device is not None and port.peer_port is not None
        },
    }


def _port(port: Port, sku: Sku) -> Fields:
    alias, index, lanes, subport = _place(sku, port.cage, port.subport, port.lane, port.lanes, port.breakout)
    # in the order in which they are written
    fields = {
        "admin_status": "up" if port.enabled else "down",
        "alias": alias,
        "autoneg": "on" if port.autoneg else "off",
        "description": port.description or "",
        "fec": port.fec,
        "index": index,
        "lanes": lanes,
        "mtu": str(port.mtu_bytes),
        "speed": str(port.speed_gbps * 1000),
        "subport": subport,
    }
    if port.description is None:
        del fields["description"]
    return fields


@lru_cache(maxsize=4096)
def _place(sku: Sku, cage: int, subport: int, lane: int, lanes: int, breakout: int) -> tuple[str, str, str, str]:
    """Return the alias, index, lanes and subport of a port; they are the same on all switches of a model."""
    first = sku.first_lanes[cage - 1] + lane
    alias = sku.alias_whole if breakout == 1 else sku.alias_split
    return (
        alias.format(cage=cage, letter=ascii_lowercase[subport], lane1=lane + 1),
        str(cage),
        ",".join(map(str, range(first, first + lanes))),
        # 0: the whole cage; else counted from 1
        "0" if breakout == 1 else str(subport + 1),
    )


def breakouts(device: Switch, sku: Sku) -> Table:
    """Build the table of how cages are divided.

    Raises
    ------
    PlatformError
        If SONiC divides no cage of the model so.
    """
    found = {}
    for port in device.ports:
        if port.subport == 0:
            mode = sku.breakout_modes.get(port.breakout)
            if mode is None:
                known = ", ".join(sku.breakout_modes.values())
                raise PlatformError(
                    f"SONiC divides no cage of a {sku.model} into {port.breakout} ports, as port {port.name} needs; "
                    f"its modes are {known}"
                )
            found[port.name] = {"brkout_mode": mode}
    return found


def _bundles(device: Switch) -> dict[str, Table]:
    return {
        "PORTCHANNEL": {bond.name: _bundle(bond) for bond in device.bonds},
        "PORTCHANNEL_MEMBER": {f"{bond.name}|{member}": {} for bond in device.bonds for member in bond.members},
    }


def _bundle(bond: Bond) -> Fields:
    # teamd is always active
    fields = {"admin_status": "up", "fast_rate": "true", "lacp_key": "auto", "mtu": str(bond.mtu_bytes)}
    if bond.description is not None:
        fields["description"] = bond.description
    return fields


def _vlans(device: Switch) -> dict[str, Table]:
    gateways: Table = {}
    for svi in device.svis:
        gateways[f"Vlan{svi.vlan}"] = {}
        gateways[f"Vlan{svi.vlan}|{ipv4(svi.ipv4)}/{svi.ipv4_length}"] = {}
    return {
        "VLAN": {
            f"Vlan{svi.vlan}": {"vlanid": str(svi.vlan), "mtu": str(svi.mtu_bytes), "description": svi.name}
            for svi in device.svis
        },
        "VLAN_INTERFACE": gateways,
        "VLAN_MEMBER": {f"Vlan{vlan}|{name}": {"tagging_mode": "untagged"} for vlan, name in _switched(device)},
    }


def _switched(device: Switch) -> Iterator[tuple[int, str]]:
    """Yield the VLANs of switched ports and of bundles, and their names."""
    for port in device.ports:
        if port.vlan is not None and port.bond is None:
            yield port.vlan, port.name
    for bond in device.bonds:
        if bond.vlan is not None:
            yield bond.vlan, bond.name


def _interfaces(ports: Sequence[Port]) -> Table:
    """Build the table of routed ports, which have an entry of their own and one for each address."""
    found = InOrder()
    for place in places_in_order(tuple([port.name for port in ports])):
        port = ports[place]
        if port.ipv4 is not None:
            found[port.name] = found[f"{port.name}|{ipv4(port.ipv4)}/{port.ipv4_length}"] = _ROUTED
        elif port.unnumbered:
            found[port.name] = _LINK_LOCAL
    return found


_ROUTED: Fields = {}
_LINK_LOCAL = {"ipv6_use_link_local_only": "enable"}
