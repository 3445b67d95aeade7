"""What manages an InfiniBand subnet, and what it goes by: nodes, routing engine, service levels and GUIDs."""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet

from netgen.cluster.infiniband import InfinibandFabric
from netgen.cluster.model import Cluster
from netgen.cluster.partitions import hosts_by_name
from netgen.cluster.topology.slots import HOST
from netgen.diagnostics.codes import infiniband as codes
from netgen.diagnostics.finding import Finding, IntentPath
from netgen.diagnostics.suggest import did_you_mean
from netgen.intent import infiniband
from netgen.intent.guids import GuidTable
from netgen.intent.models import Intent
from netgen.platforms.model import Platform

_NO_TOP = dict.fromkeys(("dragonfly", "dragonfly-plus"), "it routes up and down a tree, and a dragonfly has no top")
_A_TREE = "it needs a tree of two tiers and more, with several leaves (opensm/osm_ucast_ftree.c)"
_CIRCLES = "its shortest paths may wait for each other in a circle"
UNFIT: Mapping[str, Mapping[str, str]] = {
    "tree": _NO_TOP,
    "tree-of-leaves": _NO_TOP | {"single-tier": _A_TREE, "rail-only": _A_TREE},
    "loop-free": dict.fromkeys(("dragonfly", "dragonfly-plus"), _CIRCLES),
}
"""Shape that a routing engine needs → kind of fabric → why not."""
_NO_KIND = {
    "grid": "it routes meshes and tori, which no kind of fabric here is",
    "tables": "it loads tables that netgen does not write",
}

UNICAST_LIDS = 0xBFFF
"""Local identifiers of a subnet, 0x0001 to 0xbfff (IBA 1.4, 4.1.3)."""
NO_GUID = (0, 0xFFFF_FFFF_FFFF_FFFF)
"""Nothing, and everything: neither is anybody's."""


def check_given(intent: Intent, platforms: Mapping[str, Platform]) -> Iterator[Finding]:
    """Yield what is wrong with managers and service levels whatever the cluster is."""
    for name, fabric in intent.infiniband.items():
        path: IntentPath = ("fabrics", name)
        said = fabric.subnet_manager
        if said is None:
            yield from _unmanaged(fabric, path)
        else:
            manager = platforms[said.manager]
            yield from _engine(said, fabric, manager, (*path, "subnet-manager"))
            yield from _priorities(said, (*path, "subnet-manager", "on"))
        yield from _levels(fabric, path)


def check(
    intent: Intent, cluster: Cluster, platforms: Mapping[str, Platform], guids: Mapping[str, GuidTable]
) -> Iterator[Finding]:
    """Yield managers that are not on their fabric, and what is wrong with lists of GUIDs."""
    for fabric in cluster.infiniband:
        given = intent.infiniband[fabric.name]
        path: IntentPath = ("fabrics", fabric.name)
        unmanaged = [
            *_manager_nodes(cluster, fabric, given, path),
            *_one_subnet(cluster, fabric, path),
            *_one_leaf(cluster, fabric, platforms, path),
        ]
        yield from unmanaged
        if unmanaged:
            continue
        if fabric.name in guids:
            table = guids[fabric.name]
            yield from _bad_guids(table, (*path, "guids"))
            yield from _guids_twice(table, (*path, "guids"))
            yield from _idle_rows(cluster, fabric, table, (*path, "guids"))
        if given.subnet_manager is not None:
            yield from _without_guid(cluster, fabric, given, path)


# --- managers -----------------------------------------------------------------------------------------


def _unmanaged(fabric: infiniband.InfinibandFabric, path: IntentPath) -> Iterator[Finding]:
    for key in ("partitions", "default_partition", "qos", "adaptive_routing", "sharp"):
        if key in fabric.model_fields_set:
            yield codes.NO_MANAGER.about(
                f"the fabric has no subnet manager that would bring its {key.replace('_', '-')} into force",
                (*path, key.replace("_", "-")),
                at_key=True,
                advice="add `subnet-manager`",
            )


def _engine(
    said: infiniband.SubnetManagers, fabric: infiniband.InfinibandFabric, manager: Platform, path: IntentPath
) -> Iterator[Finding]:
    engine, at = said.engine, (*path, "engine")
    if engine not in manager.engines:
        yield codes.UNKNOWN_ENGINE.about(
            f"{manager.title} has no routing engine {engine!r}", at, advice=did_you_mean(engine, manager.engines)
        )
        return
    why = _unfit(manager, engine, fabric.kind)
    if why is not None:
        fitting = [one for one in manager.engines if _unfit(manager, one, fabric.kind) is None]
        yield codes.UNFIT_ENGINE.about(
            f"{engine} cannot route a fabric of kind {fabric.kind}",
            at,
            related=(((*path[:-1], "kind"), "the kind"),),
            notes=(why,),
            advice=f"choose one of {', '.join(fitting)}" if fitting else "",
        )
        return
    if engine in manager.level_engines and fabric.qos is not None:
        yield codes.UNFIT_ENGINE.about(
            f"{engine} chooses service levels itself, so that no paths wait for each other in a circle",
            at,
            related=(((*path[:-1], "qos"), "and these would be given up"),),
            advice="leave out `qos`, or choose another engine",
        )
    if fabric.adaptive_routing and manager.expresses["adaptive-routing"] is None:
        adaptive = manager.adaptive_engines
        if engine not in adaptive:
            yield codes.BEYOND_MANAGER.about(
                f"{engine} does not choose among paths by load",
                at,
                related=(((*path[:-1], "adaptive-routing"), "asked for here"),),
                advice=f"choose one of {', '.join(adaptive)}",
            )


def _unfit(manager: Platform, engine: str, kind: str) -> str | None:
    """Return why an engine cannot route fabrics of a kind; ``None``: it can."""
    shape = manager.engine_shapes.get(engine, "")
    if shape == "dragonfly-plus" != kind:
        return "it routes dragonfly+ networks"
    return _NO_KIND.get(shape) or UNFIT.get(shape, {}).get(kind)


def _priorities(said: infiniband.SubnetManagers, path: IntentPath) -> Iterator[Finding]:
    first: dict[int, str] = {}
    for name, node in said.on.items():
        other = first.setdefault(node.priority, name)
        if other != name:
            yield codes.PRIORITY_TWICE.about(
                f"{name} has the priority of {other}",
                (*path, name, "priority"),
                related=(((*path, other, "priority"), other),),
            )


def _manager_nodes(
    cluster: Cluster, fabric: InfinibandFabric, given: infiniband.InfinibandFabric, path: IntentPath
) -> Iterator[Finding]:
    if given.subnet_manager is None or fabric.managers is None:
        return
    there = hosts_by_name(cluster, fabric)
    for name in given.subnet_manager.on:
        if name not in there:
            others = {ref.name for ref in there.values() if (ref.pod, ref.unit) in cluster.others}
            yield codes.MANAGER_NODE.about(
                f"{name} is no node of the cluster that has a NIC on {fabric.name}",
                (*path, "subnet-manager", "on", name),
                at_key=True,
                advice=did_you_mean(name, others),
            )


def _one_leaf(
    cluster: Cluster, fabric: InfinibandFabric, platforms: Mapping[str, Platform], path: IntentPath
) -> Iterator[Finding]:
    """Yield an engine of trees on a tree with a single leaf, which it does not take for one."""
    if fabric.managers is None:
        return
    engine, manager = fabric.managers.engine, platforms[fabric.managers.platform]
    several = len(fabric.tiers) > 1 and len(cluster.nodes(fabric, fabric.edge.role)) > 1
    if manager.engine_shapes.get(engine) == "tree-of-leaves" and not several:
        other = manager.fallback_engines.get(engine)
        yield codes.UNFIT_ENGINE.about(
            f"{engine} cannot route a fabric of one leaf",
            (*path, "subnet-manager", "engine"),
            notes=(_A_TREE,),
            advice=f"choose {other}" if other else "",
        )


def _one_subnet(cluster: Cluster, fabric: InfinibandFabric, path: IntentPath) -> Iterator[Finding]:
    """Yield a fabric that its managers do not reach all of, or that has more ports than a subnet has addresses."""
    if fabric.managers is None or not fabric.managers.priorities:
        return
    switches = {node for role in fabric.tiers for node in cluster.nodes(fabric, role)}
    lids = len(switches) + cluster.nic_ports(fabric)
    if lids > UNICAST_LIDS:
        yield codes.MANY_LIDS.about(
            f"{lids:,} ports and switches need an address each, and a subnet has {UNICAST_LIDS:,}",
            path,
            at_key=True,
            advice="part the cluster into several fabrics",
        )
        return
    for manager in fabric.managers.priorities:
        unseen = switches - _reached(fabric, manager, switches)
        if unseen:
            name, by = (cluster.device_at(fabric, node).name for node in (min(unseen), manager))
            more = f" and {len(unseen) - 1} more switches" if len(unseen) > 1 else ""
            yield codes.NOT_ONE_SUBNET.about(
                f"{by} has no way to {name}{more}",
                (*path, "subnet-manager", "on", by),
                at_key=True,
                related=(((*path, "kind"), "the kind"),),
                advice="rails or planes that nothing joins are fabrics of their own",
            )
            return


def _reached(fabric: InfinibandFabric, start: int, switches: AbstractSet[int]) -> set[int]:
    """Return the switches that the first port of a node has a way to, over cables as they are."""
    topology, disabled = fabric.overlay.topology, fabric.overlay.disabled
    reached, waiting = set[int](), [start]
    while waiting:
        node = waiting.pop()
        ends = topology.far_ends(node)
        for slot, far in enumerate(ends[:1] if node == start else ends):
            if far is None or (node, slot) in disabled:
                continue
            if far[0] in switches and far[0] not in reached:
                reached.add(far[0])
                waiting.append(far[0])
    return reached


# --- service levels -----------------------------------------------------------------------------------


def _levels(fabric: infiniband.InfinibandFabric, path: IntentPath) -> Iterator[Finding]:
    by_number: dict[int, str] = {}
    for name, one in fabric.qos.levels.items() if fabric.qos else ():
        at = (*path, "qos", "levels", name)
        other = by_number.setdefault(one.level, name)
        if other != name:
            yield codes.LEVEL_TWICE.about(
                f"{name} is the service level of {other}, {one.level}",
                (*at, "level"),
                related=(((*path, "qos", "levels", other, "level"), other),),
            )
        if fabric.qos and one.lane >= fabric.qos.lanes:
            yield codes.NO_LANE.about(
                f"ports have the lanes 0 to {fabric.qos.lanes - 1}, and {name} is to use lane {one.lane}",
                (*at, "lane"),
                related=(((*path, "qos"), "lanes of a port"),),
            )
    yield from _used_levels(fabric, by_number, path)


def _used_levels(fabric: infiniband.InfinibandFabric, known: Mapping[int, str], path: IntentPath) -> Iterator[Finding]:
    """Yield levels of partitions and services that are given no lane."""
    used = {(*path, "partitions", name): one.service_level for name, one in fabric.partitions.items()}
    used[*path, "default-partition"] = fabric.default_partition.service_level
    for name, service in fabric.qos.services.items() if fabric.qos else ():
        used[*path, "qos", "services", name] = service.service_level
    for at, level in used.items():
        if level is not None and fabric.qos is None:
            yield codes.LEVEL_WITHOUT_QOS.about(
                f"service level {level} is level 0 while the fabric has no `qos`",
                (*at, "service-level"),
                advice="list it in `qos.levels`, with a lane and a weight, or leave it out",
            )
        elif level is not None and level not in known:
            listed = ", ".join(f"{number} ({name})" for number, name in sorted(known.items()))
            yield codes.LEVEL_WITHOUT_QOS.about(
                f"no lane is given to service level {level}",
                (*at, "service-level"),
                advice=f"add it to `qos.levels`, or choose one of {listed}",
            )


# --- GUIDs --------------------------------------------------------------------------------------------


def _bad_guids(table: GuidTable, path: IntentPath) -> Iterator[Finding]:
    rows = [(port.row, "guid", port.guid) for port in table.ports]
    rows += [(port.row, "node-guid", port.node_guid) for port in table.ports]
    rows += [(table.rows[name], "node-guid", guid) for name, guid in table.switches.items()]
    for row, column, guid in rows:
        if guid in NO_GUID:
            yield codes.BAD_GUID.about(f"{guid:#018x} is no GUID of a device", (*path, row, column))


def _guids_twice(table: GuidTable, path: IntentPath) -> Iterator[Finding]:
    """Yield GUIDs of two ports, of two nodes, or of a port and another node; and ports with two rows."""
    rows: dict[tuple[str, str, int], str] = {}
    owners: dict[int, tuple[tuple[str, ...], IntentPath]] = {}
    for name, guid in table.switches.items():
        yield from _owned(owners, guid, (name,), (*path, table.rows[name], "node-guid"))
    for port in table.ports:
        other = rows.setdefault((port.device, port.hca, port.port), port.row)
        if other != port.row:
            yield codes.PORT_TWICE.about(
                f"{port.device} {port.hca} has a port {port.port} already",
                (*path, port.row),
                at_key=True,
                related=(((*path, other), "here"),),
            )
            continue
        # An HCA's GUID is that of its nodes' row for every port; port and HCA may well have the same one.
        yield from _owned(owners, port.node_guid, (port.device, port.hca), (*path, port.row, "node-guid"))
    ports: dict[int, tuple[tuple[str, ...], IntentPath]] = {}
    for port in table.ports:
        if rows[port.device, port.hca, port.port] != port.row:
            continue
        at = (*path, port.row, "guid")
        hca = (port.device, port.hca)
        yield from _owned(ports, port.guid, (*hca, str(port.port)), at)
        if port.guid in owners and owners[port.guid][0] != hca:
            whose, there = owners[port.guid]
            yield codes.GUID_TWICE.about(
                f"{port.guid:#018x} is the GUID of {' '.join(whose)}", at, related=((there, "here"),)
            )


def _owned(
    owners: dict[int, tuple[tuple[str, ...], IntentPath]], guid: int, owner: tuple[str, ...], path: IntentPath
) -> Iterator[Finding]:
    whose, there = owners.setdefault(guid, (owner, path))
    if whose != owner:
        yield codes.GUID_TWICE.about(f"{guid:#018x} is the GUID of {' '.join(whose)}", path, related=((there, "here"),))


def _idle_rows(cluster: Cluster, fabric: InfinibandFabric, table: GuidTable, path: IntentPath) -> Iterator[Finding]:
    """Yield one finding for all rows that name nothing of the fabric."""
    used = {(port.device, port.hca, port.port) for port in fabric.hcas.values()}
    nodes = {ref.name for ref in cluster.switches(fabric)}
    idle = [
        (port.row, f"{port.device} {port.hca} port {port.port}")
        for port in table.ports
        if (port.device, port.hca, port.port) not in used
    ]
    idle += [(table.rows[name], name) for name in table.switches if name not in nodes]
    if idle:
        (row, name), *others = sorted(idle, key=lambda one: (len(one[0]), one[0]))
        more = f", and so are {len(others)} more rows" if others else ""
        yield codes.IDLE_ROW.about(f"{name} is nothing of {fabric.name}{more}", (*path, row), at_key=True)


def _without_guid(
    cluster: Cluster, fabric: InfinibandFabric, given: infiniband.InfinibandFabric, path: IntentPath
) -> Iterator[Finding]:
    """Yield the ports and switches that the list leaves out: a partition, or the tree, would have a gap."""
    at: IntentPath = (*path, "guids") if given.guids is not None else (*path, "subnet-manager")
    refs = {node: cluster.device_at(fabric, node) for node in cluster.nodes(fabric, HOST)}
    missing = [
        f"{ref.name} {rdma}"
        for node, ref in refs.items()
        for slot, rdma in enumerate(cluster.host_plan(ref).profile.nics[fabric.nics].rdma)
        if (node, slot) not in fabric.hcas
    ]
    if missing:
        yield codes.NO_PORT_GUID.about(
            _said(missing, "port"),
            at,
            at_key=given.guids is None,
            advice="add a row for it" if given.guids else "add `guids`",
        )
    top = fabric.plan.layers[-1].name
    gaps = [
        cluster.device_at(fabric, node).name for node in cluster.nodes(fabric, top) if node not in fabric.switch_guids
    ]
    if gaps and given.guids is not None:
        yield codes.NO_SWITCH_GUID.about(_said(gaps, "switch"), at, advice="add a row for it, with its node GUID")


def _said(names: list[str], what: str) -> str:
    more = f", nor have {len(names) - 1} more" if len(names) > 1 else ""
    return f"the {what} {names[0]} has no GUID{more}"
