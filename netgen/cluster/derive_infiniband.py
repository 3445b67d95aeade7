"""From the intent of one InfiniBand fabric to the fabric that follows from it."""

from collections.abc import Iterator, Mapping

from netgen.catalog.model import Catalog
from netgen.cluster.derive_network import (
    Listed,
    attached_to,
    cables_of,
    laid_out,
    names_of,
    speed_of,
    tiers_of,
)
from netgen.cluster.fabric import BoxTier, Overlay
from netgen.cluster.infiniband import HcaPort, IbTier, InfinibandFabric, Managers, QosPlan, ServiceLevel
from netgen.cluster.model import Cluster
from netgen.cluster.partitions import hosts_by_name, partitions_of
from netgen.cluster.seen_cables import switches_seen
from netgen.cluster.topology.explicit import Explicit
from netgen.cluster.topology.slots import HOST, End
from netgen.diagnostics.finding import IntentPath
from netgen.intent import infiniband, models
from netgen.intent.guids import GuidTable
from netgen.record import replace


def derive_infiniband(
    name: str,
    given: infiniband.InfinibandFabric,
    intent: models.Intent,
    catalog: Catalog,
    cluster: Cluster,
    listed: Listed,
) -> InfinibandFabric:
    """Derive the topology of a fabric; what names devices follows in `bound`.

    Parameters
    ----------
    name, given
        Of the fabric.
    cluster
        Without its fabrics: hosts, other nodes and pods.
    listed
        The lists that describe a fabric of the kind ``explicit``.

    Raises
    ------
    UnbuildableError
        If no fabric follows; its findings point into the intent.
    """
    path: IntentPath = ("fabrics", name)
    pods = attached_to(given, cluster, path)
    tiers = tiers_of(given, catalog, speed_of(given.nics, cluster, pods, path), path, _tier)
    laid = laid_out(given, intent, catalog, cluster, listed, pods, tiers, path)
    plan = laid.plan
    return InfinibandFabric(
        name=name,
        nics=given.nics,
        pods=pods,
        plan=plan,
        overlay=Overlay(plan, models=laid.models),
        tiers={layer.name: tiers[layer.name] for layer in plan.layers[1:]},
        names={} if isinstance(plan, Explicit) else names_of(given, intent.naming, plan),
        cables_m=cables_of(given.cables),
        origin=".".join(map(str, path)),
        stated=tuple(given.roles()),
        reserved=given.roles()[plan.layers[1].name].reserved,
        exact=given.build == "exact",
        qos=None if given.qos is None else _qos(given.qos, path),
        adaptive_routing=given.adaptive_routing,
        sharp=given.sharp,
    )


def _tier(given: infiniband.InfinibandRole, box: BoxTier) -> IbTier:
    return IbTier(
        role=box.role,
        platform=given.platform,
        model=box.model,
        breakout=box.breakout,
        uplink_breakout=box.uplink_breakout,
        origin=box.origin,
    )


def _qos(given: infiniband.IbQos, path: IntentPath) -> QosPlan:
    levels = [
        ServiceLevel(name, one.level, one.lane, one.weight, one.high, ".".join((*map(str, path), "qos.levels", name)))
        for name, one in given.levels.items()
    ]
    return QosPlan(tuple(sorted(levels, key=lambda level: level.level)), given.high_limit, given.lanes)


def bound(
    cluster: Cluster, fabric: InfinibandFabric, given: infiniband.InfinibandFabric, guids: GuidTable
) -> InfinibandFabric:
    """Bind the GUIDs of a list to the devices that a cluster has, and resolve all that is said of ports by that.

    Parameters
    ----------
    cluster
        With its fabrics.
    fabric
        As `derive_infiniband` made it.
    guids
        What the list of GUIDs says; empty: there is none.
    """
    ports = tuple(HcaPort(r.device, r.hca, r.port, r.guid, r.node_guid, r.row) for r in guids.ports)
    known = _with_guids(cluster, fabric, ports, dict(guids.switches), given)
    if guids.links:
        known = replace(known, switch_guids=switches_seen(cluster, known, guids.links))
    return partitions_of(cluster, known, given)


def _with_guids(
    cluster: Cluster,
    fabric: InfinibandFabric,
    ports: tuple[HcaPort, ...],
    switches: Mapping[str, int],
    given: infiniband.InfinibandFabric,
) -> InfinibandFabric:
    named = {(port.device, port.hca, port.port): port for port in ports}
    hcas = {end: named[key] for end, key in _slots(cluster, fabric) if key in named}
    nodes = {ref.name: fabric.node(ref) for ref in cluster.switches(fabric)}
    found = {node: switches[name] for name, node in nodes.items() if name in switches}
    return replace(
        fabric,
        listed_ports=ports,
        listed_switches=switches,
        hcas=hcas,
        switch_guids=found,
        managers=_managers(cluster, fabric, given),
    )


def _slots(cluster: Cluster, fabric: InfinibandFabric) -> Iterator[tuple[End, tuple[str, str, int]]]:
    """Yield the slots of hosts and other nodes, with what a list of GUIDs calls their ports."""
    for node in cluster.nodes(fabric, HOST):
        ref = cluster.device_at(fabric, node)
        for slot, rdma in enumerate(cluster.host_plan(ref).profile.nics[fabric.nics].rdma):
            yield (node, slot), (ref.name, rdma, 1)


def _managers(cluster: Cluster, fabric: InfinibandFabric, given: infiniband.InfinibandFabric) -> Managers | None:
    said = given.subnet_manager
    if said is None:
        return None
    names = hosts_by_name(cluster, fabric)
    by_priority = sorted(said.on.items(), key=lambda one: (-one[1].priority, one[0]))
    return Managers(
        platform=said.manager,
        engine=said.engine,
        priorities={fabric.node(names[name]): one.priority for name, one in by_priority if name in names},
        allow_both=said.allow_both,
        origin=f"{fabric.origin}.subnet-manager",
    )
