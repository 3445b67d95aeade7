"""How many routers, spines and global links the groups of a dragonfly or a dragonfly+ have.

A dragonfly is balanced where ``a = 2p = 2h`` (Kim et al., ISCA 2008, section 3.1): on its way a packet takes two local
links for one global link and one host port at each end. So of what can be built, that with the fewest routers is
chosen that has ``a >= 2p`` and ``h >= p``, in bandwidth. In a dragonfly+ a spine has as many global links as it has
links to leaves, divided by the oversubscription (Shpiner et al., HiPINEB 2017).

Either way every pair of groups has equally many global links, so the other groups divide those of a group; a few more
links than the balance needs are laid where that makes it so. Or the intent pins how many a pair has: then ports may be
left over, as they are in Slingshot networks (32 switches a group, so many links a pair).
"""

import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import count

from netgen.cluster.demand import Box, Demand
from netgen.cluster.refusals import Plans
from netgen.cluster.sizing import divisors, lay_edge, leaf_uplinks
from netgen.cluster.topology.dragonfly import Dragonfly
from netgen.cluster.topology.dragonfly_plus import DragonflyPlus
from netgen.diagnostics.codes import derived
from netgen.diagnostics.finding import Finding, UnbuildableError
from netgen.record import replace

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
    ports = demand.leaf.cages * max(demand.leaf.split, demand.leaf.uplink_split)
    # a routers of h global links each have a - 1 + h ports for both kinds of links: most where a = h
    near = _nearest(groups, (ports + 1) ** 2 // 4, is_built)
    if near in ([], [1]):
        raise UnbuildableError(_no_ports(demand))
    most = _most_links(lambda trunk: _dragonfly(replace(demand, trunk=trunk)) is not None)
    raise UnbuildableError(_unequal(groups, near, ("router", demand.leaf), demand, most))


def _dragonfly(demand: Demand) -> Dragonfly | None:
    """Return the smallest dragonfly, if there is one."""
    box = demand.leaf
    for routers in range(1, box.cages * box.split + 1) if box.count is None else (box.count,):
        ports = math.ceil(_most_nics(demand) / routers)
        needed = ports * box.speed_ratio
        if box.count is None and routers < 2 * needed:
            continue
        links = _global_links(routers, demand.pods * demand.units, needed, box, demand.trunk)
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
                trunk=demand.trunk,
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

    ports = spine.cages * max(spine.split, spine.uplink_split)
    near = _nearest(one_each.pods, ports * demand.leaf.cages * demand.leaf.uplink_split, is_built)
    if near in ([], [1]):
        raise UnbuildableError(_no_spine_ports(one_each, spine, demand.units))
    most = _most_links(lambda trunk: _dragonfly_plus(replace(one_each, trunk=trunk), spine, demand.units) is not None)
    raise UnbuildableError(_unequal(one_each.pods, near, ("spine", spine), demand, most))


def _dragonfly_plus(demand: Demand, spine: Box, units: int) -> DragonflyPlus | None:
    """Return the smallest dragonfly+ of groups that are a pod each, if there is one."""
    edge = lay_edge(demand)
    uplinks = leaf_uplinks(demand, edge, _plans_of(spine, units))
    for spines in divisors(uplinks):
        down = edge.leaves_per_plane * (uplinks // spines)
        needed = down * spine.speed_ratio / spine.oversubscription
        links = _global_links(spines, demand.pods, needed, spine, demand.trunk)
        if spine.count in (None, spines) and links is not None and spine.fits(down, links):
            tree = replace(edge, spines=spines, trunk=uplinks // spines, block=edge.leaves_per_plane)
            return DragonflyPlus(units, tree, links, demand.trunk)
    return None


def _plans_of(spine: Box, units: int) -> Plans:
    """Return what tells what can be built of other demands: their leaves ask for whole uplinks, or nothing is."""

    def plans(demand: Demand) -> list[DragonflyPlus]:
        try:
            whole = demand.leaf.up(lay_edge(demand).down).denominator == 1
        except UnbuildableError:
            return []
        found = _dragonfly_plus(demand, spine, units) if whole else None
        return [] if found is None else [found]

    return plans


def _global_links(switches: int, groups: int, needed: Fraction, box: Box, trunk: int | None) -> int | None:
    """Return the global ports of a switch: those pinned, or the fewest that are enough and are shared out equally."""
    others = groups - 1
    if others == 0:
        return 0
    if trunk is not None:
        most = math.ceil(Fraction(trunk * others, switches))
        return most if box.uplinks is None else box.uplinks if box.uplinks >= most else None
    step = others // math.gcd(switches, others)
    if box.uplinks is not None:
        return box.uplinks if box.uplinks % step == 0 else None
    return max(math.ceil(needed / step), 1) * step


def _nearest(wanted: int, links: int, is_built: Callable[[int], bool]) -> list[int]:
    """Return the numbers of groups that can be built next to one that cannot: the next lower, the next up to twice.

    Parameters
    ----------
    links
        The most global links of a group, and so the most other groups, or more than these.
    is_built
        Whether so many groups can be built.
    """
    lower = next(filter(is_built, range(min(wanted - 1, links), 0, -1)), None)
    higher = next(filter(is_built, range(wanted + 1, min(2 * wanted, links) + 1)), None)
    return [groups for groups in (lower, higher) if groups is not None]


def _most_links(is_built: Callable[[int], bool]) -> int:
    """Return how many links any two groups can have at most; 0: none."""
    return next(trunk for trunk in count() if not is_built(trunk + 1))


def _unequal(groups: int, near: list[int], switch: tuple[str, Box], demand: Demand, most: int) -> Finding:
    (role, box), trunk = switch, demand.trunk
    pinned = [f"{role}.{key}" for key, value in (("count", box.count), ("uplinks", box.uplinks)) if value is not None]
    also = f", or leave out `{'` and `'.join(pinned)}`" if pinned else ", or choose larger switches"
    if trunk is None:
        note = f"each of the {groups - 1} other groups gets as many global links, and no port of a group is left over"
    else:
        note = f"{trunk} links to each of the {groups - 1} other groups are {trunk * (groups - 1)} global ports a group"
    if most:
        also += f", or let ports stay free: `global-links: {most}` is the most that a pair of groups can have"
    return derived.UNEQUAL_GROUPS.about(
        f"{groups} groups cannot be joined by these {role}s",
        (*demand.path, role, "uplinks" if box.uplinks is not None else "model"),
        notes=(note,),
        advice=f"declare a capacity of {' or '.join(map(str, near))} groups (units){also}",
    )


def _no_ports(demand: Demand) -> Finding:
    nics, box = _most_nics(demand), demand.leaf
    note = "balanced are half as many host ports, and half as many global links, as a group has routers"
    if demand.trunk is not None:
        others = demand.pods * demand.units - 1
        note = f"{demand.trunk} links to each of {others} other groups are {demand.trunk * others} global ports a group"
    if box.count is not None:
        ports = math.ceil(nics / box.count) + demand.reserved
        note = f"each of {box.count} routers has {ports} host port{'s' * (ports > 1)} and {box.count - 1} local links"
    return derived.PORT_BUDGET.about(
        f"routers of {box.cages} cage{'s' * (box.cages > 1)} have too few ports for groups of {nics} NICs",
        (*demand.path, "router", "model"),
        notes=(note, *_in_all(demand)),
        advice="choose a model or a breakout with more ports, or smaller groups"
        + ", or fewer links" * bool(demand.trunk),
    )


def _in_all(demand: Demand) -> Iterator[str]:
    """Say which number is meant by one that counts the routers of all groups, as print does."""
    groups, box = demand.pods * demand.units, demand.leaf
    if box.count is not None and box.count % groups == 0:
        of_group = replace(box, count=box.count // groups)
        if _dragonfly(replace(demand, leaf=of_group)) is not None:
            yield f"`count` is of a group: {box.count} in all are `count: {of_group.count}`"


def _no_spine_ports(demand: Demand, spine: Box, units: int) -> Finding:
    edge = lay_edge(demand)
    leaves, uplinks = edge.leaves_per_plane, demand.leaf.up(edge.down)
    counts = [
        count
        for count in divisors(uplinks.numerator)
        if _dragonfly_plus(demand, replace(spine, count=count), units) is not None
    ]
    spines = "no number of spines can" if spine.count is None else f"{spine.count} spines cannot"
    notes = [f"spines divide the uplinks of a leaf; each has {spine.cages * spine.split} ports"]
    of_group, rest = divmod(spine.count or 0, demand.pods)
    if rest == 0 and of_group in counts:
        notes.append(f"`count` is of a group: {spine.count} in all are `count: {of_group}`")
    return derived.PORT_BUDGET.about(
        f"{spines} join {leaves} leaves of {uplinks} uplinks and have as many global links as they need",
        (*demand.path, "spine", "count" if spine.count else "model"),
        notes=tuple(notes),
        advice="what can be built: " + ", ".join(map(str, counts))
        if counts
        else "choose a model or a breakout with more ports, or smaller groups",
    )
