"""The management plane of one device."""

from netgen.cluster.fabric import DeviceRef
from netgen.cluster.model import Cluster
from netgen.device.model import Management, Services, User


def management(cluster: Cluster, ref: DeviceRef) -> Management:
    """Return a device's place on the management network, and what it reports to."""
    plan = cluster.management
    services = Services(
        vrf=plan.vrf,
        ntp=plan.ntp,
        syslog=plan.syslog,
        snmp_community=_token(plan.snmp_secret),
        snmp_location=plan.snmp_location,
        gnmi=plan.gnmi,
        dns=plan.dns,
        users=tuple(User(u.name, _token(u.secret), u.ssh_keys, u.role, u.origin) for u in plan.users),
    )
    return Management(cluster.management_address(ref), plan.length, plan.gateway, services)


def _token(secret: str | None) -> str | None:
    """Return what stands for a secret in everything that is rendered; the session replaces it at the last moment."""
    return None if secret is None else f"@secret:{secret}@"
