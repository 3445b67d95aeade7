"""The NVUE tree of an InfiniBand switch: what it is, where it is managed, and which of its ports are shut.

Object model: NVIDIA NVOS User Manual for InfiniBand Switches 25.02 (templates/nvos/SOURCES.md).
"""

from netgen.device.infiniband import IbSwitch
from netgen.device.model import Management, User
from netgen.device.text import ipv4
from netgen.platforms.document import PlatformError
from netgen.platforms.model import Platform

Branch = dict[str, "Branch | str | int"]

ROLES = {"admin": "admin", "operator": "monitor"}
"""Role of an account in the intent → NVOS's own."""


def build(device: IbSwitch, platform: Platform) -> Branch:
    """Build the tree.

    Raises
    ------
    PlatformError
        If a public key has no type.
    """
    ports = {port.name: _port(port.enabled, port.description) for port in device.ports}
    interfaces: Branch = {name: branch for name, branch in ports.items() if branch}
    return {
        "interface": {platform.management.port: {"ip": _address(device.management)}, **interfaces},
        "system": _system(device),
    }


def _address(management: Management) -> Branch:
    found: Branch = {"address": {f"{ipv4(management.address)}/{management.length}": {}}}
    if management.gateway is not None:
        found["gateway"] = {ipv4(management.gateway): {}}
    return found


def _port(enabled: bool, description: str | None) -> Branch:
    """Build a port; one that is up needs no word."""
    found: Branch = {} if description is None else {"description": description}
    return found if enabled else {**found, "link": {"state": "down"}}


def _system(device: IbSwitch) -> Branch:
    services = device.management.services
    found: Branch = {"hostname": device.name}
    for name, servers in (("dns", services.dns), ("ntp", services.ntp), ("syslog", services.syslog)):
        if servers:
            found[name] = {"server": {server: {} for server in servers}}
    if services.users:
        found["aaa"] = {"user": {user.name: _account(user) for user in services.users}}
    snmp: Branch = {} if services.snmp_location is None else {"system-location": services.snmp_location}
    if services.snmp_community is not None:
        snmp |= {
            "listening-address": {ipv4(device.management.address): {}},
            "readonly-community": {services.snmp_community: {}},
            "state": "enabled",
        }
    return {**found, "snmp-server": snmp} if snmp else found


def _account(user: User) -> Branch:
    found: Branch = {"role": ROLES[user.role]}
    if user.password_hash is not None:
        found["hashed-password"] = user.password_hash
    if user.ssh_keys:
        found["ssh"] = {"authorized-key": {f"key-{n}": _key(user, line) for n, line in enumerate(user.ssh_keys, 1)}}
    return found


def _key(user: User, line: str) -> Branch:
    kind, key = (*line.split(maxsplit=2), "", "")[:2]
    if not key:
        raise PlatformError(f"a public key of {user.name} is not `type key comment`: {line[:40]!r}")
    return {"key": key, "type": kind}
