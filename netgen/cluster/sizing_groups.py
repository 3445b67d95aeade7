"""How many routers, spines and global links the groups of a dragonfly or a dragonfly+ have.

A dragonfly is balanced where ``a = 2p = 2h`` (Kim et al., ISCA 2008, section 3.1): on its way a packet takes two local
links for one global link and one host port at each end. So of what can be built, that with the fewest routers is
chosen that has ``a >= 2p`` and ``h >= p``, in bandwidth. In a dragonfly+ a spine has as many global links as it has
links to leaves, divided by the oversubscription (Shpiner et al., HiPINEB 2017).

Either way every pair of groups has equally many global links, so the other groups divide those of a group; a few more
links than the balance needs are laid where that makes it so.
"""

import math
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from netgen.cluster.sizing import Box, Demand, divisors, lay_edge, leaf_uplinks
from netgen.cluster.topology.dragonfly import Dragonfly
from netgen.cluster.topology.dragonfly_plus import DragonflyPlus
from netgen.diagnostics.codes import derived
from netgen.diagnostics.finding import Finding, IntentPath, UnbuildableError

DRAGONFLY, DRAGONFLY_PLUS = "dragonfly", "dragonfly-plus"


def size_dragonfly(demand: Demand) -> Dragonfly:
    """Find the dragonfly with the fewest routers that meets the demand, whose units are groups and leaves routers.

    Raises
    ------
    UnbuildableError
        If none does; the finding says what can be built instead.
    """
    found = _dragonfly(demand)
    if found is not None:
        return found

    def is_built(groups: int) -> bool:
        return _dragonfly(replace(demand, pods=1, units=groups)) is not None

    groups = demand.pods * demand.units
    near = _nearest(groups, is_built)
    if near in ([], [1]):
        raise UnbuildableError(_no_ports(demand))
    raise UnbuildableError(_unequal(groups, near, ("router", demand.leaf), demand.path))


def _dragonfly(demand: Demand) -> Dragonfly | None:
    """Return the smallest dragonfly, if there is one."""
    box = demand.leaf
    for routers in range(1, box.cages * box.split + 1) if box.count is None else (box.count,):
        ports = math.ceil(_most_nics(demand) / routers)
        needed = ports * box.speed_ratio
        if box.count is None and routers < 2 * needed:
            continue
        links = _global_links(routers, demand.pods * demand.units, needed, box)
        if links is not None and box.fits(ports + demand.reserved, routers - 1, links):
            return Dragonfly(
                pods=demand.pods,
                units=demand.units,
                hosts=max(one.hosts for one in demand.groups),
                nics=demand.nics,
                routers=routers,
                down=ports + demand.reserved,
                global_links=links,
                reserved=demand.reserved,
                fewer=demand.fewer,
            )
    return None


def _most_nics(demand: Demand) -> int:
    """Return the most NICs that the hosts of a unit have."""
    return max(one.hosts * one.nics for one in demand.groups)


def size_dragonfly_plus(demand: Demand) -> DragonflyPlus:
    """Find the dragonfly+ with the fewest spines that meets the demand, whose units are groups.

    Raises
    ------
    UnbuildableError
        If none does; the finding says what can be built instead.
    """
    spine = demand.spine
    if spine is None:
        raise ValueError("a dragonfly+ has spines")
    one_each = replace(demand, pods=demand.pods * demand.units, units=1)
    found = _dragonfly_plus(one_each, spine, demand.units)
    if found is not None:
        return found

    def is_built(groups: int) -> bool:
        return _dragonfly_plus(replace(one_each, pods=groups), spine, groups) is not None

    near = _nearest(one_each.pods, is_built)
    if near in ([], [1]):
        raise UnbuildableError(_no_spine_ports(one_each, spine))
    raise UnbuildableError(_unequal(one_each.pods, near, ("spine", spine), demand.path))


def _dragonfly_plus(demand: Demand, spine: Box, units: int) -> DragonflyPlus | None:
    """Return the smallest dragonfly+ of groups that are a pod each, if there is one."""
    edge = lay_edge(demand)
    uplinks = leaf_uplinks(demand, edge)
    for spines in divisors(uplinks):
        down = edge.leaves_per_plane * (uplinks // spines)
        needed = down * spine.speed_ratio / spine.oversubscription
        links = _global_links(spines, demand.pods, needed, spine)
        if spine.count in (None, spines) and links is not None and spine.fits(down, links):
            tree = replace(edge, spines=spines, trunk=uplinks // spines, block=edge.leaves_per_plane)
            return DragonflyPlus(units, tree, links)
    return None


def _global_links(switches: int, groups: int, needed: Fraction, box: Box) -> int | None:
    """Return the global links of a switch: those pinned, or the fewest that are enough and are shared out equally."""
    others = groups - 1
    if others == 0:
        return 0
    step = others // math.gcd(switches, others)
    if box.uplinks is not None:
        return box.uplinks if box.uplinks % step == 0 else None
    return max(math.ceil(needed / step), 1) * step


def _nearest(wanted: int, is_built: Callable[[int], bool]) -> list[int]:
    """Return the numbers of groups that can be built next to one that cannot: the next lower, the next up to twice."""
    lower = next(filter(is_built, range(wanted - 1, 0, -1)), None)
    higher = next(filter(is_built, range(wanted + 1, 2 * wanted + 1)), None)
    return [groups for groups in (lower, higher) if groups is not None]


def _unequal(groups: int, near: list[int], switch: tuple[str, Box], path: IntentPath) -> Finding:
    role, box = switch
    pinned = [f"{role}.{key}" for key, value in (("count", box.count), ("uplinks", box.uplinks)) if value is not None]
    note = f"every pair of groups has equally many global links: the {groups - 1} other groups divide those of a group"
    also = f", or leave out `{'` and `'.join(pinned)}`" if pinned else ", or choose larger switches"
    return derived.UNEQUAL_GROUPS.about(
        f"{groups} groups cannot be joined by these {role}s",
        (*path, role, "uplinks" if box.uplinks is not None else "model"),
        notes=(note,),
        advice=f"declare a capacity of {' or '.join(map(str, near))} groups (units){also}",
    )


def _no_ports(demand: Demand) -> Finding:
    nics, box = _most_nics(demand), demand.leaf
    note = "balanced are half as many host ports, and half as many global links, as a group has routers"
    if box.count is not None:
        ports = math.ceil(nics / box.count) + demand.reserved
        note = f"each of {box.count} routers has {ports} host ports and {box.count - 1} local links"
    return derived.PORT_BUDGET.about(
        f"routers of {box.cages} cage{'s' * (box.cages > 1)} have too few ports for groups of {nics} NICs",
        (*demand.path, "router", "model"),
        notes=(note,),
        advice="choose a model or a breakout with more ports, or smaller groups",
    )


def _no_spine_ports(demand: Demand, spine: Box) -> Finding:
    edge = lay_edge(demand)
    leaves, uplinks = edge.leaves_per_plane, leaf_uplinks(demand, edge)
    pinned = f"{spine.count} spines" if spine.count else "no number of spines"
    return derived.PORT_BUDGET.about(
        f"{pinned} can join {leaves} leaves of {uplinks} uplinks and have as many global links as they need",
        (*demand.path, "spine", "count" if spine.count else "model"),
        notes=(f"spines divide the uplinks of a leaf; each has {spine.cages * spine.split} ports",),
        advice="choose a model or a breakout with more ports, or smaller groups",
    )
