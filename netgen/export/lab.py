"""What a lab of a cluster is asked to be: its devices, and the cables between them as they would be laid."""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase

from netgen.cluster.fabric import DeviceRef
from netgen.cluster.model import ABSENT_STATES, Cluster
from netgen.cluster.topology.slots import HOST
from netgen.device.build import build
from netgen.device.model import Host, Switch
from netgen.export.lab_infiniband import lab_fabric
from netgen.lab.spec import LabCable, LabNode, LabSpec
from netgen.platforms.model import Platform

KINDS = {"eos": "eos", "frr": "frr", "linux": "host"}
"""Driver of a platform → kind of a lab's node."""

OS_VERSIONS = {"eos": "4.33.1F", "frr": "8.4.4", "host": "12"}
"""What a node runs where the inventory does not say: a release with the session commands of today, Debian 12's FRR."""


def lab_spec(cluster: Cluster, platforms: Mapping[str, Platform], limit: str | None = None) -> LabSpec:
    """Describe a lab of all devices that exist and that a lab can stand in for.

    Parameters
    ----------
    cluster, platforms
        As compiled.
    limit
        Glob over names: only these devices, and the cables among them.

    Raises
    ------
    ExportError
        If the GUID of something that is to be simulated is not known.
    """

    def is_there(ref: DeviceRef) -> bool:
        return (limit is None or fnmatchcase(ref.name, limit)) and cluster.record(ref).state not in ABSENT_STATES

    devices = [build(cluster, platforms, ref) for ref in _ethernet(cluster) if is_there(ref)]
    shown = {device.name: device for device in devices if platforms[device.platform].napalm in KINDS}
    fabrics = [lab_fabric(cluster, platforms, fabric, is_there) for fabric in cluster.infiniband]
    nodes = {device.name: _node(device, platforms) for device in shown.values()}
    # a host that is on Ethernet as well has its ports there already
    nodes = {node.name: node for fabric in fabrics for node in fabric.nodes} | nodes
    return LabSpec(
        name=cluster.name,
        nodes=tuple(nodes.values()),
        cables=(*_cables(shown), *(cable for fabric in fabrics for cable in fabric.cables)),
        secrets=tuple(_secrets(cluster)),
        subnets=tuple(fabric.subnet for fabric in fabrics),
    )


def _ethernet(cluster: Cluster) -> Iterator[DeviceRef]:
    """Yield the switches of Ethernet, and the hosts that manage no subnet."""
    infiniband = {fabric.name for fabric in cluster.infiniband}
    for ref in cluster.configured():
        if cluster.managed_by(ref) is None and (ref.role == HOST or ref.fabric not in infiniband):
            yield ref


def _secrets(cluster: Cluster) -> Iterator[str]:
    """Yield the names of the secrets that configurations of this cluster refer to."""
    management = cluster.management
    if management.snmp_secret is not None:
        yield management.snmp_secret
    yield from (user.secret for user in management.users if user.secret is not None)


def _node(device: Switch | Host, platforms: Mapping[str, Platform]) -> LabNode:
    kind = KINDS[str(platforms[device.platform].napalm)]
    if isinstance(device, Host) and device.bgp is not None:
        # what such a node is, for the lab: it runs FRR
        kind = "frr"
    return LabNode(
        name=device.name,
        kind=kind,
        serial=device.serial or f"LAB-{device.name.upper()}",
        os_version=device.os_version or OS_VERSIONS[kind],
        model=device.model,
        ports=tuple(port.name for port in device.ports),
    )


def _cables(devices: Mapping[str, Switch | Host]) -> Iterator[LabCable]:
    for device in devices.values():
        for port in device.ports:
            here, there = (device.name, port.name), (port.peer_device or "", port.peer_port or "")
            if there[0] in devices and here < there:
                yield LabCable(*here, *there)
