"""What a switch is, where it is managed, and what it reports to.

Object model: NVUE reference and the guide of Cumulus Linux 5.14 (templates/cumulus/SOURCES.md).
"""

import re

from netgen.device.model import Management, Services, Switch, User
from netgen.device.text import ipv4
from netgen.platforms.cumulus.branch import ON, Branch, pruned
from netgen.platforms.document import PlatformError

VRF = "mgmt"
"""Name of the management table, which every image has."""

FIREWALL: Branch = {"acl": {"acl-default-dos": {"inbound": {}}, "acl-default-whitelist": {"inbound": {}}}}
"""The firewall of the factory's configuration: a configuration without it opens the switch to everything."""

ROLES = {"admin": "system-admin", "operator": "nvue-monitor"}
"""Role of an account in the intent → role of the factory's configuration."""

FACTORY_ROLES: Branch = {
    "nvue-monitor": {"class": {"nvshow": {}}},
    "system-admin": {"class": {"nvapply": {}, "sudo": {}}},
}
FACTORY_CLASSES: Branch = {
    "nvapply": {"action": "allow", "command-path": {"/": {"permission": "all"}}},
    "nvshow": {"action": "allow", "command-path": {"/": {"permission": "ro"}}},
    "sudo": {"action": "allow", "command-path": {"/": {"permission": "all"}}},
}
"""As startup.yaml of Cumulus Linux 5.14 defines them; a whole configuration must define what it refers to."""


def system(device: Switch) -> Branch:
    """Build the system: name, accounts, firewall, and the servers that it runs.

    Raises
    ------
    PlatformError
        If a public key has no type.
    """
    management = device.management
    services = management.services
    return pruned(
        {
            "aaa": _accounts(services.users),
            "api": {"state": "enabled"},
            "control-plane": FIREWALL,
            "gnmi-server": _gnmi(management),
            "hostname": device.name,
            "snmp-server": _snmp(management),
            "ssh-server": {"state": "enabled"},
            "syslog": {"server": {server: {"vrf": VRF} for server in services.syslog}} if services.syslog else {},
        }
    )


def service(management: Management) -> Branch:
    """Build the services of the management table: name and time servers."""
    services: Services = management.services
    return pruned(
        {
            "dns": {VRF: {"server": {server: {} for server in services.dns}}} if services.dns else {},
            "ntp": {VRF: {"server": {server: {"iburst": ON} for server in services.ntp}}} if services.ntp else {},
        }
    )


def vrf(management: Management) -> Branch:
    """Build the management table: its default route, if the network has a gateway."""
    if management.gateway is None:
        return {}
    via: Branch = {ipv4(management.gateway): {"type": "ipv4-address"}}
    return {"router": {"static": {"0.0.0.0/0": {"address-family": "ipv4-unicast", "via": via}}}}


def _gnmi(management: Management) -> Branch:
    if not management.services.gnmi:
        return {}
    return {"listening-address": {ipv4(management.address): {}}, "state": "enabled"}


def _snmp(management: Management) -> Branch:
    services = management.services
    found: Branch = {}
    if services.snmp_location is not None:
        found["system-location"] = services.snmp_location
    if services.snmp_community is not None:
        found |= {
            "listening-address": {ipv4(management.address): {"vrf": VRF}},
            "readonly-community": {services.snmp_community: {"access": {"any": {}}}},
            "state": "enabled",
        }
    return found


def _accounts(users: tuple[User, ...]) -> Branch:
    if not users:
        return {}
    roles = sorted({ROLES[user.role] for user in users})
    classes = sorted({name for role in roles for name in _classes(role)})
    return {
        "class": {name: FACTORY_CLASSES[name] for name in classes},
        "role": {name: FACTORY_ROLES[name] for name in roles},
        "user": {user.name: _account(user) for user in users},
    }


def _classes(role: str) -> Branch:
    found = FACTORY_ROLES[role]
    classes = found["class"] if isinstance(found, dict) else {}
    return classes if isinstance(classes, dict) else {}


def _account(user: User) -> Branch:
    found: Branch = {"role": ROLES[user.role]}
    if user.password_hash is not None:
        found["hashed-password"] = user.password_hash
    if user.ssh_keys:
        found["ssh"] = {"authorized-key": _keys(user)}
    return found


def _keys(user: User) -> Branch:
    """Name each key by its comment, as NVUE does, or else by its place."""
    found: Branch = {}
    for number, line in enumerate(user.ssh_keys, 1):
        kind, key, comment = (*line.split(maxsplit=2), "", "", "")[:3]
        if not key:
            raise PlatformError(f"a public key of {user.name} is not `type key comment`: {line[:40]!r}")
        name = re.sub(r"[^A-Za-z0-9._@-]+", "-", comment).strip("-") or f"key-{number}"
        found[name if name not in found else f"{name}-{number}"] = {"key": key, "type": kind}
    return found
