"""What a session has to know of a device before it opens."""

from netgen.cluster.fabric import DeviceRef
from netgen.cluster.model import Cluster
from netgen.device.text import ipv4
from netgen.platforms.model import Platform
from netgen.record import Record
from netgen.session.connections import Connection, Connections


class Target(Record):
    """One device, and who it has to be.

    Parameters
    ----------
    device
        Its name.
    driver
        Name of its NAPALM driver.
    connection
        How it is reached.
    serial, os_version
        As the inventory says; ``None``: not known, and not checked.
    """

    device: str
    driver: str
    connection: Connection
    serial: str | None = None
    os_version: str | None = None


def platform_of(cluster: Cluster, ref: DeviceRef) -> str:
    """Return the name of a device's platform."""
    return cluster.platform_of(ref) or ""


def why_rendered_only(ref: DeviceRef, platform: Platform, connections: Connections) -> str:
    """Say why no session is opened to a device; empty: one is."""
    if platform.napalm is None:
        return f"netgen has no session for the platform {platform.name}"
    if not connections.mention(ref.name, platform.name):
        return f"{connections.file.name} has no entry for the device, and none for the platform {platform.name}"
    return ""


def make_target(cluster: Cluster, ref: DeviceRef, platform: Platform, connections: Connections) -> Target | None:
    """Return the target of a device; ``None`` where it is rendered only, see `why_rendered_only`.

    Raises
    ------
    ConnectionsError
        If the connections do not say enough.
    """
    if platform.napalm is None or not connections.mention(ref.name, platform.name):
        return None
    record = cluster.record(ref)
    address = ipv4(cluster.management_address(ref))
    connection = connections.to(ref.name, platform.name, address)
    return Target(ref.name, platform.napalm, connection, record.serial, record.os_version)
