"""What follows from the intent for an InfiniBand fabric, by GUIDs, as it can be held against what is there."""

from collections.abc import Mapping

from netgen.cluster.fabric import DeviceRef
from netgen.cluster.infiniband import InfinibandFabric
from netgen.cluster.model import ABSENT_STATES, Cluster
from netgen.cluster.topology.slots import HOST
from netgen.device.build_infiniband import hcas, subnet_manager, switch_ports
from netgen.device.infiniband import SubnetManager
from netgen.platforms.model import Platform
from netgen.record import Record
from netgen.verify.cabling import Cabling, End


class Wanted(Record):
    """A fabric as it should be.

    Parameters
    ----------
    managers
        Those that should be there, the master first.
    switches
        Name of each switch, and the names of its ports by their numbers, by its GUID.
    ports
        Device and name of each port of an adapter, by its GUID.
    cabling
        As it should be.
    lanes_by_path
        Whether the engine gives each path a lane of its own choice, which no table shows.
    """

    managers: tuple[SubnetManager, ...]
    switches: Mapping[int, tuple[str, Mapping[int, str]]]
    ports: Mapping[int, End]
    cabling: Cabling
    lanes_by_path: bool


def wanted(cluster: Cluster, platforms: Mapping[str, Platform], fabric: InfinibandFabric) -> Wanted:
    """Say what should be there.

    Parameters
    ----------
    cluster, platforms
        As compiled.
    fabric
        One of the cluster's that has managers.
    """
    far: dict[End, End] = {}
    dark: set[End] = set()
    absent: set[str] = set()
    switches: dict[int, tuple[str, Mapping[int, str]]] = {}
    ports: dict[int, End] = {}
    for ref in cluster.switches(fabric):
        own = list(switch_ports(cluster, platforms, ref))
        guid = fabric.switch_guids.get(fabric.node(ref))
        if guid is not None:
            switches[guid] = (ref.name, {port.number: port.name for port in own})
        for port in own:
            _link(far, dark, (ref.name, port.name), (port.peer_device, port.peer_port), up=port.enabled)
        absent |= _absent(cluster, ref)
    for ref in (cluster.device_at(fabric, node) for node in cluster.nodes(fabric, HOST)):
        for hca in hcas(cluster, platforms, ref):
            if hca.fabric == fabric.name:
                _link(far, dark, (ref.name, hca.name), (hca.peer_device, hca.peer_port), up=hca.enabled)
                if hca.guid is not None:
                    ports[hca.guid] = (ref.name, hca.name)
        absent |= _absent(cluster, ref)
    dark |= {end for link in far.items() if absent & {link[0][0], link[1][0]} for end in link}
    managers = _managers(cluster, platforms, fabric)
    by_path = any(manager.engine in platforms[manager.platform].level_engines for manager in managers)
    return Wanted(managers, switches, ports, Cabling(far, frozenset(dark)), by_path)


def _link(far: dict[End, End], dark: set[End], here: End, there: tuple[str | None, str | None], *, up: bool) -> None:
    device, port = there
    if device is None or port is None:
        return
    far[here] = (device, port)
    if not up:
        dark |= {here, (device, port)}


def _absent(cluster: Cluster, ref: DeviceRef) -> set[str]:
    return {ref.name} if cluster.record(ref).state in ABSENT_STATES else set()


def _managers(
    cluster: Cluster, platforms: Mapping[str, Platform], fabric: InfinibandFabric
) -> tuple[SubnetManager, ...]:
    nodes = () if fabric.managers is None else fabric.managers.priorities
    refs = (cluster.device_at(fabric, node) for node in nodes)
    built = (subnet_manager(cluster, platforms, fabric, ref) for ref in refs)
    return tuple(sorted((one for one in built if one.state not in ABSENT_STATES), key=lambda one: -one.priority))
