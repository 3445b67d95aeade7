"""From an intent to the cluster that follows from it."""

from collections.abc import Mapping

from netgen.catalog.model import Catalog
from netgen.cluster.derive_fabric import derive_fabric
from netgen.cluster.derive_infiniband import bound, derive_infiniband
from netgen.cluster.derive_network import Listed
from netgen.cluster.externals import externals
from netgen.cluster.fabric import AnyNetwork, Fabric, Overlay, Pods
from netgen.cluster.infiniband import InfinibandFabric
from netgen.cluster.model import Cluster, HostPlan, InventoryRecord, ManagementPlan, OutOfBandPlan, UserPlan
from netgen.cluster.overlay import overlay
from netgen.cluster.places import Places, nodes_a_place
from netgen.cluster.topology.guests import FIRST_UNIT
from netgen.intent import models
from netgen.intent.guids import GuidTable
from netgen.intent.lists import Lists
from netgen.intent.network import Deviation
from netgen.intent.out_of_band import OutOfBand
from netgen.intent.quantities import parse_ids
from netgen.platforms.model import Platform
from netgen.record import replace

_NO_LISTS: Mapping[str, Lists] = {}
_NO_PLATFORMS: Mapping[str, Platform] = {}
_NO_GUIDS: Mapping[str, GuidTable] = {}


def derive(
    intent: models.Intent,
    rows: Mapping[str, models.InventoryRow],
    catalog: Catalog,
    snippets: Mapping[str, str],
    lists: Mapping[str, Lists] = _NO_LISTS,
    platforms: Mapping[str, Platform] = _NO_PLATFORMS,
    guids: Mapping[str, GuidTable] = _NO_GUIDS,
) -> Cluster:
    """Derive the cluster; a pure function.

    Parameters
    ----------
    intent
        Its references to the catalog must have been checked (`netgen.rules.references`).
    rows
        The device inventory, by name.
    catalog
        Switch models, host profiles, RoCE profiles.
    snippets
        Texts of the native files, by the name that the intent gives them.
    lists, platforms
        Lists of explicit fabrics, by the fabric's name, and the platforms that name their ports.
    guids
        Lists of GUIDs of InfiniBand fabrics, by the fabric's name.

    Raises
    ------
    UnbuildableError
        If no cluster follows; its findings point into the intent.
    """
    pods = expand_pods(intent)
    others = {at: _node_plan(name, node, catalog) for at, (name, node) in _other_units(intent).items()}
    hosts = intent.hosts
    cluster = Cluster(
        name=intent.cluster,
        management=_management(intent.management, catalog),
        hosts=HostPlan(intent.naming.host, catalog.hosts[hosts.profile], hosts.platform, hosts.mtu, "hosts"),
        others=others,
        pods=pods,
        fabrics=(),
        inventory={name: _record(row) for name, row in rows.items()},
        places=_places(intent, catalog),
    )
    fabrics = tuple(
        derive_fabric(name, given, intent, catalog, cluster, Listed(lists.get(name, Lists()), platforms))
        for name, given in intent.fabrics.items()
    )
    infiniband = tuple(
        derive_infiniband(name, given, intent, catalog, cluster, Listed(lists.get(name, Lists()), platforms))
        for name, given in intent.infiniband.items()
    )
    cluster = replace(cluster, fabrics=fabrics, infiniband=infiniband)
    # Exceptions name devices, and only a cluster knows what its devices are called. So with GUIDs and partitions.
    laid = tuple(_laid(cluster, fabric, intent, catalog, snippets) for fabric in fabrics)
    joined = tuple(_joined(cluster, fabric, intent, catalog, guids) for fabric in infiniband)
    return replace(cluster, fabrics=laid, infiniband=joined)


def _joined(
    cluster: Cluster,
    fabric: InfinibandFabric,
    intent: models.Intent,
    catalog: Catalog,
    guids: Mapping[str, GuidTable],
) -> InfinibandFabric:
    given = intent.infiniband[fabric.name]
    if given.exceptions:
        found = _overlay(cluster, fabric, given.exceptions, catalog, {})
        fabric = replace(fabric, overlay=replace(found, models={**fabric.overlay.models, **found.models}))
    return bound(cluster, fabric, given, guids.get(fabric.name, GuidTable()))


def _laid(
    cluster: Cluster, fabric: Fabric, intent: models.Intent, catalog: Catalog, snippets: Mapping[str, str]
) -> Fabric:
    given = intent.fabrics[fabric.name]
    if given.externals:
        fabric = replace(fabric, externals=externals(cluster, fabric, given.externals))
    exceptions = given.exceptions
    if not exceptions:
        return fabric
    found = _overlay(cluster, fabric, exceptions, catalog, snippets)
    return replace(fabric, overlay=replace(found, models={**fabric.overlay.models, **found.models}))


def _overlay(
    cluster: Cluster,
    fabric: AnyNetwork,
    exceptions: Mapping[str, Deviation],
    catalog: Catalog,
    snippets: Mapping[str, str],
) -> Overlay:
    return overlay(
        cluster,
        fabric,
        exceptions,
        switches=catalog.switches,
        snippets=snippets,
        path=("fabrics", fabric.name, "exceptions"),
    )


def _node_plan(name: str, given: models.Nodes, catalog: Catalog) -> HostPlan:
    profile = catalog.hosts[given.profile]
    return HostPlan(f"{name}-{{host}}", profile, given.platform, given.mtu, f"nodes.{name}", given.capacity or 0)


def expand_pods(intent: models.Intent) -> Pods:
    """Hosts and other nodes that exist, pod by pod and unit by unit, with ranges among the keys written out."""
    found = {
        pod: {unit: given.hosts for keys, given in plan.units.items() for unit in parse_ids(keys)}
        for pods, plan in intent.pods.items()
        for pod in parse_ids(pods)
    }
    for (pod, unit), (_, node) in _other_units(intent).items():
        found.setdefault(pod, {})[unit] = node.ids
    return found


def _other_units(intent: models.Intent) -> dict[tuple[int, int], tuple[str, models.Nodes]]:
    """Return other nodes with their names, by pod and unit; in the places of hosts, each kind is a unit of its own."""
    own = {(one.pod, one.unit): (name, one) for name, one in intent.nodes.items() if one.in_place_of is None}
    guests = [(name, one) for name, one in intent.nodes.items() if one.in_place_of is not None]
    return own | {(one.pod, unit): (name, one) for unit, (name, one) in enumerate(guests, FIRST_UNIT)}


def _places(intent: models.Intent, catalog: Catalog) -> dict[tuple[int, int], Places]:
    """Return where nodes sit that are in the places of hosts."""
    host = catalog.hosts[intent.hosts.profile]
    return {
        at: Places(one.unit, one.in_place_of, nodes_a_place(host, catalog.hosts[one.profile]))
        for at, (_, one) in _other_units(intent).items()
        if one.in_place_of is not None
    }


def _management(given: models.Management, catalog: Catalog) -> ManagementPlan:
    return ManagementPlan(
        address=int(given.subnet.network_address),
        length=given.subnet.prefixlen,
        gateway=None if given.gateway is None else int(given.gateway),
        vrf=given.vrf,
        ntp=tuple(map(str, given.ntp)),
        syslog=tuple(map(str, given.syslog)),
        dns=tuple(map(str, given.dns)),
        snmp_secret=None if given.snmp is None else given.snmp.community.secret,
        snmp_location=None if given.snmp is None else given.snmp.location,
        gnmi=given.gnmi,
        users=tuple(_user(name, user) for name, user in sorted(given.users.items())),
        out_of_band=None if given.out_of_band is None else _out_of_band(given.out_of_band, catalog),
    )


def _out_of_band(given: OutOfBand, catalog: Catalog) -> OutOfBandPlan:
    spines = 0 if given.spine is None else given.spine.count
    return OutOfBandPlan(
        leaf=catalog.management[given.leaf.model],
        spine=None if given.spine is None else catalog.management[given.spine.model],
        spines=spines,
        uplinks=given.leaf.uplinks or spines,
        host_ports=tuple(given.host_ports or ()),
        device_m=given.cables.device,
        spine_m=given.cables.spine,
    )


def _user(name: str, user: models.User) -> UserPlan:
    secret = None if user.password is None else user.password.secret
    return UserPlan(name, user.role, secret, tuple(user.ssh_keys), f"management.users.{name}")


def _record(row: models.InventoryRow) -> InventoryRecord:
    address = None if row.address is None else int(row.address)
    return InventoryRecord(row.serial, row.mac, address, row.rack, row.state, row.alias, row.os_version)
