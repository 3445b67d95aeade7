"""What is derived of a fabric whatever its technology: who is on it, its tiers, its topology, names and cables."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, TypeVar

from netgen.catalog.model import Catalog, SwitchModel
from netgen.cluster.demand import Box, Demand, Group
from netgen.cluster.fabric import BoxTier, Pods, units_of
from netgen.cluster.listed import Read, read_lists
from netgen.cluster.listed_cables import Known, Room, attached
from netgen.cluster.model import Cluster, HostPlan
from netgen.cluster.places import guests_of
from netgen.cluster.sizing import size
from netgen.cluster.sizing_groups import DRAGONFLY, DRAGONFLY_PLUS, size_dragonfly, size_dragonfly_plus
from netgen.cluster.topology.clos import Clos
from netgen.cluster.topology.dragonfly import Dragonfly
from netgen.cluster.topology.dragonfly_plus import DragonflyPlus
from netgen.cluster.topology.explicit import Explicit
from netgen.cluster.topology.guests import Guests
from netgen.cluster.topology.slots import GLOBAL, HOST, LEAF, LOCAL, ROUTER, SPINE, SUPERSPINE, Topology
from netgen.diagnostics.codes import derived
from netgen.diagnostics.finding import IntentPath, UnbuildableError
from netgen.intent import models, network
from netgen.intent.lists import Lists
from netgen.intent.quantities import Breakout, IdRanges
from netgen.platforms.model import Platform
from netgen.record import Record, replace

FAT_TREE, SINGLE_TIER, EXPLICIT = "fat-tree", "single-tier", "explicit"

Plan = Clos | Dragonfly | DragonflyPlus | Explicit

TierT = TypeVar("TierT", bound=BoxTier)
MakeTier = Callable[[Any, BoxTier], TierT]
"""Makes a tier of a technology from what the intent says of it, and what its switches are as boxes."""


class Laid(Record):
    """A topology, and what lists say besides."""

    plan: Plan
    models: Mapping[int, SwitchModel]
    """Of switches that are not of their tier's, by node."""
    blocks: Mapping[str, Mapping[int, int]]
    """By role: the block of each switch by its index; both from 0."""


class Listed(Record):
    """The lists of a fabric, and the platforms that name the ports in them."""

    lists: Lists
    platforms: Mapping[str, Platform]


def breakout_of(model: SwitchModel, speed_gbps: int) -> Breakout | None:
    """Return the breakout into most ports of a speed; ``None``: the model has none of that speed."""
    fitting = [b for b in model.breakouts if b.speed_gbps == speed_gbps]
    return max(fitting, key=lambda b: b.ports, default=None)


def attached_to(given: network.Network[Any], cluster: Cluster, path: IntentPath) -> Pods:
    """Return the hosts and other nodes that have NICs for a fabric.

    Raises
    ------
    UnbuildableError
        If there are none.
    """
    found: dict[int, dict[int, IdRanges]] = {}
    for pod, units in cluster.pods.items():
        for unit, ids in units.items():
            if given.nics in cluster.others.get((pod, unit), cluster.hosts).profile.nics:
                found.setdefault(pod, {})[unit] = ids
    if found:
        return found
    raise UnbuildableError(
        derived.NO_NICS.about(
            f"no host and no other node has {given.nics} NICs",
            (*path, "nics") if "nics" in given.model_fields_set else path,
            at_key="nics" not in given.model_fields_set,
            notes=(f"{cluster.hosts.profile.name} has " + " and ".join(cluster.hosts.profile.nics) + " NICs",),
        )
    )


def plans_of(cluster: Cluster, pods: Pods) -> dict[tuple[int, int], HostPlan]:
    """Return what is in each unit."""
    at = [(pod, unit) for pod, units in pods.items() for unit in units]
    return {one: cluster.others.get(one, cluster.hosts) for one in at}


def speed_of(nics: str, cluster: Cluster, pods: Pods, path: IntentPath) -> tuple[int, str]:
    """Return the speed of all NICs of a fabric in Gb/s, and whose they are.

    Raises
    ------
    UnbuildableError
        If they are of several speeds.
    """
    found = {plan.profile.nics[nics].speed_gbps: plan for plan in plans_of(cluster, pods).values()}
    (speed, first), *others = found.items()
    if others:
        other_speed, other = others[0]
        raise UnbuildableError(
            derived.SPEED_MISMATCH.about(
                f"the {nics} NICs of {first.profile.name} run at {speed}G, "
                f"those of {other.profile.name} at {other_speed}G",
                (*other.origin.split("."), "profile"),
                related=(((*path, "leaf"), "the leaves"),),
                advice="give each speed a fabric of its own, or let the profiles' NICs for it run at one speed",
            )
        )
    return speed, f"the NICs of {first.profile.name}"


def tiers_of(
    given: network.Network[Any], catalog: Catalog, nics: tuple[int, str], path: IntentPath, make: MakeTier[TierT]
) -> dict[str, TierT]:
    """Return the tiers that there may be; a fabric that needs superspines and does not name them has larger spines.

    Parameters
    ----------
    nics
        Their speed in Gb/s, and whose they are.
    make
        Makes a tier of the fabric's technology.

    Raises
    ------
    UnbuildableError
        If a model has no port of the speed of what is below it.
    """
    edge, described = next(iter(given.roles().items()))
    leaf = _box_tier(edge, described, catalog, nics, path)
    if given.spine is None:
        return {edge: make(described, leaf)}
    spine = _box_tier(SPINE, given.spine, catalog, (leaf.uplink_breakout.speed_gbps, "the leaves' uplinks"), path)
    top = given.superspine or given.spine.model_copy(update={"count": None, "uplinks": None, "uplink_breakout": None})
    above = (spine.uplink_breakout.speed_gbps, "the spines' uplinks")
    highest = _box_tier(SUPERSPINE, top, catalog, above, path)
    return {LEAF: make(described, leaf), SPINE: make(given.spine, spine), SUPERSPINE: make(top, highest)}


def laid_out(
    given: network.Network[Any],
    intent: models.Intent,
    catalog: Catalog,
    cluster: Cluster,
    listed: Listed,
    pods: Pods,
    tiers: Mapping[str, BoxTier],
    path: IntentPath,
) -> Laid:
    """Lay a fabric out: as its lists say, or as the smallest that holds what there is to be.

    Raises
    ------
    UnbuildableError
        If the lists cannot be so, or nothing that can be built holds it.
    """
    if given.kind == EXPLICIT:
        read = _read_listed(given, intent, catalog, cluster, listed, pods, tiers, path)
        return Laid(read.topology, read.models, read.blocks)
    return Laid(_sized(given, intent, cluster, pods, tiers, path), {}, {})


def _sized(
    given: network.Network[Any],
    intent: models.Intent,
    cluster: Cluster,
    pods: Pods,
    tiers: Mapping[str, BoxTier],
    path: IntentPath,
) -> Clos | Dragonfly | DragonflyPlus:
    demand = _demand(given, intent, cluster, units_of(pods), tiers, path)
    if demand.kind == DRAGONFLY:
        routers = size_dragonfly(demand)
        return replace(routers, guests=_guests(given.nics, cluster, pods, routers))
    if demand.kind == DRAGONFLY_PLUS:
        groups = size_dragonfly_plus(demand)
        return replace(groups, tree=replace(groups.tree, guests=_guests(given.nics, cluster, pods, groups)))
    tree = size(demand)
    return replace(tree, guests=_guests(given.nics, cluster, pods, tree))


def _guests(nics: str, cluster: Cluster, pods: Pods, plan: Topology) -> Guests | None:
    """Return the nodes in the places of hosts, if any has NICs for the fabric."""
    if not any((pod, unit) in cluster.places for pod, units in pods.items() for unit in units):
        return None
    return guests_of(cluster.places, {at: cluster.others[at].profile for at in cluster.places}, nics, plan)


def _demand(
    given: network.Network[Any],
    intent: models.Intent,
    cluster: Cluster,
    pods: Pods,
    tiers: Mapping[str, BoxTier],
    path: IntentPath,
) -> Demand:
    railed = given.kind not in {FAT_TREE, SINGLE_TIER, DRAGONFLY, DRAGONFLY_PLUS}
    edge, leaf = next(iter(given.roles().items()))
    over = given.oversubscription
    spine = None if given.spine is None else _box(tiers[SPINE], given.spine, over.spine)
    top = None if given.spine is None else _box(tiers[SUPERSPINE], given.superspine)
    units = capacity_units(intent, cluster, pods)
    groups = groups_of(given.nics, intent, cluster, pods)
    nics = max(group.nics for group in groups)
    positions = {(pod - 1) * units + unit - 1: plan for (pod, unit), plan in plans_of(cluster, pods).items()}
    fewer = {at: count for at, plan in positions.items() if (count := plan.profile.nics[given.nics].count) < nics}
    sharing = units if given.kind == SINGLE_TIER else min(given.share.units, units)
    count = max(*pods, intent.capacity.pods or 0)
    seated: Mapping[int, int] = {}
    if fewer and sharing > 1:
        fewer, seated = _seats(given.nics, intent, cluster, (count, units), nics)
    return Demand(
        kind=given.kind,
        pods=count,
        units=units,
        groups=groups,
        rails=nics // given.share.rails if railed else 1,
        fewer=fewer,
        sharing=sharing,
        planes=given.planes,
        tors=2 if given.dual_tor else 1,
        reserved=leaf.reserved,
        by_rail=railed and given.spine_groups != "units",
        leaf=_box(tiers[edge], leaf, over.leaf),
        spine=spine,
        superspine=top,
        several=max(len(pods), intent.capacity.pods or 0) > 1,
        third=given.superspine is not None,
        path=path,
        trunk=given.global_links,
        seated=seated,
        shared_spines=given.share.spines,
    )


def _seats(
    nics: str, intent: models.Intent, cluster: Cluster, capacity: tuple[int, int], most: int
) -> tuple[dict[int, int], dict[int, int]]:
    """Return, by the position of a unit, NICs of a host where they are fewer, and hosts that are laid out.

    Units that are not there yet are of hosts, as many as the capacity says: none of what is there moves for them.
    """
    pods, units = capacity
    fewer, seated = {}, {}
    for at in range(pods * units):
        pod, unit = at // units + 1, at % units + 1
        plan = cluster.others.get((pod, unit), cluster.hosts)
        known = plan.profile.nics.get(nics)
        seated[at] = 0
        if known is not None:
            there = cluster.pods[pod][unit] if plan is not cluster.hosts else None
            seated[at] = _capacity_hosts(intent) if there is None else max(there.highest, plan.capacity)
            if known.count < most:
                fewer[at] = known.count
    return fewer, seated


def groups_of(nics: str, intent: models.Intent, cluster: Cluster, pods: Pods) -> tuple[Group, ...]:
    """Return how many hosts a unit may have, with how many NICs: as their capacity says, or as they are."""
    found = {}
    for at, plan in plans_of(cluster, pods).items():
        there = max(pods[at[0]][at[1]].highest, plan.capacity)
        hosts = _capacity_hosts(intent) if plan is cluster.hosts else there
        found[plan.origin] = Group(hosts, plan.profile.nics[nics].count)
    return tuple(found.values())


def _box(tier: BoxTier, given: network.SwitchBox | None, oversubscription: Fraction = Fraction(1)) -> Box:
    return Box(
        cages=tier.model.cages,
        split=tier.breakout.ports,
        uplink_split=tier.uplink_breakout.ports,
        speed_ratio=Fraction(tier.breakout.speed_gbps, tier.uplink_breakout.speed_gbps),
        oversubscription=oversubscription,
        count=None if given is None else given.count,
        uplinks=None if given is None else given.uplinks,
    )


def names_of(given: network.Network[Any], naming: models.ClusterNaming, plan: Plan) -> dict[str, str]:
    """Return the patterns of names by role: the fabric's, the cluster's, or one with the ids that tell them apart."""
    defaults = {role: f"pod{{pod}}-group{{unit}}-{role}{{{role}}}" for role in (ROUTER, LEAF, SPINE)}
    if isinstance(plan, Clos):
        pod, plane = "pod{pod}-", "plane{plane}-" if plan.planes > 1 else ""
        rail = "rail{rail}-" if plan.railed else ""
        defaults = {
            LEAF: f"{pod}su{{unit}}-{rail}{plane}leaf{{leaf}}",
            SPINE: f"{pod}{plane}spine{{spine}}",
            SUPERSPINE: f"{plane}superspine{{superspine}}",
        }
    return {role: getattr(given.naming, role) or getattr(naming, role) or pattern for role, pattern in defaults.items()}


def cables_of(given: network.Cables) -> dict[str, int | None]:
    """Return the lengths of cables, by the key of a link."""
    return {
        HOST: given.host,
        SPINE: given.spine,
        SUPERSPINE: given.superspine,
        LOCAL: given.local,
        GLOBAL: given.global_,
    }


def _box_tier(
    role: str,
    given: network.SwitchBox,
    catalog: Catalog,
    below: tuple[int, str],
    path: IntentPath,
) -> BoxTier:
    model = catalog.switches[given.model]
    speed_gbps, below_it = below
    breakout = given.breakout or breakout_of(model, speed_gbps)
    if breakout is None:
        raise UnbuildableError(
            derived.NO_BREAKOUT.about(
                f"{model.name} has no port of {speed_gbps}G, the speed of {below_it}",
                (*path, role, "model"),
                notes=("its breakouts: " + ", ".join(map(str, model.breakouts)),),
            )
        )
    return BoxTier(
        role=role,
        platform=None,
        model=model,
        breakout=breakout,
        uplink_breakout=given.uplink_breakout or breakout,
        origin=".".join(map(str, (*path, role))),
    )


def capacity_units(intent: models.Intent, cluster: Cluster, pods: Pods) -> int:
    """Return how many units a pod is laid out for: as the capacity says, or as many as there are."""
    there = [max(units) for units in pods.values()]
    if any(plan is cluster.hosts for plan in plans_of(cluster, pods).values()):
        there += [plan.capacity.units or 0 for plan in intent.pods.values()]
    return max(there)


def _capacity_hosts(intent: models.Intent) -> int:
    declared = [plan.capacity.hosts or 0 for plan in intent.pods.values()]
    declared += [node.in_place_of.highest for node in intent.nodes.values() if node.in_place_of is not None]
    return max(declared + [unit.hosts.highest for plan in intent.pods.values() for unit in plan.units.values()])


def _read_listed(
    given: network.Network[Any],
    intent: models.Intent,
    catalog: Catalog,
    cluster: Cluster,
    listed: Listed,
    pods: Pods,
    tiers: Mapping[str, BoxTier],
    path: IntentPath,
) -> Read:
    room = Room(
        pods=max(*pods, intent.capacity.pods or 0),
        units=capacity_units(intent, cluster, pods),
        hosts=max(group.hosts for group in groups_of(given.nics, intent, cluster, pods)),
        nics=given.nics,
        attached=attached(plans_of(cluster, pods), pods, cluster.inventory),
    )
    roles = given.roles()
    known = Known(
        tiers={role: tiers[role] for role in roles},
        given=roles,
        models=catalog.switches,
        platforms=listed.platforms,
        aliases={record.alias: name for name, record in cluster.inventory.items() if record.alias},
        path=path,
    )
    return read_lists(listed.lists, room, known)
