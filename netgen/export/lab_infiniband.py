"""What a lab of an InfiniBand fabric is asked to be: its switches, its adapters with their GUIDs, its managers."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from netgen.cluster.fabric import DeviceRef
from netgen.cluster.infiniband import InfinibandFabric
from netgen.cluster.model import Cluster
from netgen.cluster.topology.slots import HOST
from netgen.device.build_infiniband import hcas, switch_ports
from netgen.device.hca import Hca
from netgen.device.infiniband import IbPort
from netgen.export.errors import ExportError
from netgen.lab.spec import LabCable, LabNode
from netgen.lab.subnet import MANAGER, SWITCH, LabAdapter, LabSubnet, LabSwitch
from netgen.platforms.model import Platform
from netgen.record import Record

MANAGERS = ("opensm",)
"""Platforms of subnet managers that a lab can run: NVIDIA's reads keys that no other knows, UFM is an appliance."""
OS_VERSION = "12"
"""Debian's, as Debian itself says it."""
MOST_NAMED = 3


class LabFabric(Record):
    """One InfiniBand fabric of a lab."""

    nodes: tuple[LabNode, ...]
    cables: tuple[LabCable, ...]
    subnet: LabSubnet


def lab_fabric(
    cluster: Cluster,
    platforms: Mapping[str, Platform],
    fabric: InfinibandFabric,
    is_there: Callable[[DeviceRef], bool],
) -> LabFabric:
    """Describe a fabric as far as its devices are there.

    Parameters
    ----------
    cluster, platforms
        As compiled.
    fabric
        One of the cluster's.
    is_there
        Whether a device is part of the lab.

    Raises
    ------
    ExportError
        If the list of GUIDs does not say the GUID of everything.
    """
    switches = {ref: list(switch_ports(cluster, platforms, ref)) for ref in cluster.switches(fabric) if is_there(ref)}
    ends = {ref: _hcas(cluster, platforms, fabric, ref) for ref in _end_nodes(cluster, fabric) if is_there(ref)}
    _check_guids(fabric, switches, ends)
    names = {ref.name for ref in (*switches, *ends)}
    subnet = LabSubnet(
        fabric.name,
        tuple(
            LabSwitch(ref.name, fabric.switch_guids[fabric.node(ref)], tuple(port.number for port in ports))
            for ref, ports in switches.items()
        ),
        tuple(_adapter(fabric, ref, hca) for ref, own in ends.items() for hca in own),
    )
    nodes = [
        LabNode(ref.name, SWITCH, "", "", fabric.model_of(ref).name, tuple(port.name for port in ports))
        for ref, ports in switches.items()
    ]
    nodes += [_end_node(cluster, ref) for ref in ends]
    return LabFabric(tuple(nodes), tuple(_cables(switches, names)), subnet)


def is_manager(cluster: Cluster, ref: DeviceRef) -> bool:
    """Whether a device is a subnet manager that a lab can run."""
    return cluster.managed_by(ref) is not None and cluster.platform_of(ref) in MANAGERS


def _end_nodes(cluster: Cluster, fabric: InfinibandFabric) -> Iterator[DeviceRef]:
    return (cluster.device_at(fabric, node) for node in cluster.nodes(fabric, HOST))


def _hcas(cluster: Cluster, platforms: Mapping[str, Platform], fabric: InfinibandFabric, ref: DeviceRef) -> list[Hca]:
    return [hca for hca in hcas(cluster, platforms, ref) if hca.fabric == fabric.name]


def _check_guids(
    fabric: InfinibandFabric, switches: Mapping[DeviceRef, object], ends: Mapping[DeviceRef, Sequence[Hca]]
) -> None:
    missing = [ref.name for ref in switches if fabric.node(ref) not in fabric.switch_guids]
    missing += [f"{ref.name} {hca.rdma}" for ref, own in ends.items() for hca in own if hca.guid is None]
    if missing:
        more = f" and {len(missing) - MOST_NAMED:,} more" if len(missing) > MOST_NAMED else ""
        raise ExportError(
            f"the list of GUIDs of fabric {fabric.name} says nothing of {', '.join(missing[:MOST_NAMED])}{more}: "
            "what is known by GUIDs alone cannot be simulated without; add them to `guids`"
        )


def _adapter(fabric: InfinibandFabric, ref: DeviceRef, hca: Hca) -> LabAdapter:
    port = fabric.hcas[fabric.node(ref), hca.slot]
    return LabAdapter(ref.name, hca.name, hca.rdma, hca.port, port.node_guid, port.guid)


def _end_node(cluster: Cluster, ref: DeviceRef) -> LabNode:
    record, kind = cluster.record(ref), MANAGER if is_manager(cluster, ref) else "host"
    serial, version = record.serial or f"LAB-{ref.name.upper()}", record.os_version or OS_VERSION
    return LabNode(ref.name, kind, serial, version, cluster.host_plan(ref).profile.name, ())


def _cables(switches: Mapping[DeviceRef, Sequence[IbPort]], names: set[str]) -> Iterator[LabCable]:
    """Yield the cables, each once: from the switch, and among switches from the lower name."""
    known = {ref.name for ref in switches}
    for ref, ports in switches.items():
        for port in ports:
            here, there = (ref.name, port.name), (port.peer_device or "", port.peer_port or "")
            if there[0] in names and (there[0] not in known or here < there):
                yield LabCable(*here, *there)
