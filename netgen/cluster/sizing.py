"""How many leaves, spines, superspines and links a Clos fabric has.

Leaves = rails x ceil(host ports a rail / host ports of a leaf) a set of leaves, built for whole units. Uplinks = host
ports x their speed / (oversubscription x the uplinks' speed). Every leaf has the same number of links to every spine of
its block, so the spines divide its uplinks; so do the superspines with those of a spine. Spines of a block may share
superspines, whose ports would be left over otherwise. Of what can be built, that with the fewest blocks is chosen,
since what stays within a block needs no superspine; of these that with the fewest switches, then that with the fewest
parallel links, and then that in which the fewest spines share superspines.
"""

import math
from collections.abc import Iterator
from itertools import product

from netgen.cluster.demand import Box, Demand
from netgen.cluster.refusals import Plans, no_host_port, no_room, nothing_joins, refuse, refuse_ratio
from netgen.cluster.topology.clos import Clos
from netgen.cluster.topology.seating import leaves_of, units_of_sets
from netgen.diagnostics.codes import derived, references
from netgen.diagnostics.finding import UnbuildableError
from netgen.record import replace

RAIL_OPTIMIZED, RAIL_ONLY, SINGLE_TIER = "rail-optimized", "rail-only", "single-tier"


def size(demand: Demand) -> Clos:
    """Find the smallest fabric that meets the demand.

    Raises
    ------
    UnbuildableError
        If none does; the findings say what can be built instead.
    """
    edge = lay_edge(demand)
    if demand.spine is None:
        _check_alone(demand, edge)
        return edge
    uplinks = leaf_uplinks(demand, edge, plans)
    if demand.kind == RAIL_ONLY:
        _check_rails(demand, edge)
    found = _as_pinned(demand, _built(demand, edge, demand.spine, uplinks))
    if not found:
        downs = _downs(demand, edge, demand.spine, uplinks)
        raise UnbuildableError(refuse(demand, edge, demand.spine, uplinks, downs, plans))
    return min(found, key=_preference)


def plans(demand: Demand) -> list[Clos]:
    """Return all that can be built of a demand, as it is pinned; it says nothing of why there is none."""
    try:
        edge = lay_edge(demand)
    except UnbuildableError:
        return []
    uplinks = demand.leaf.up(edge.down)
    if demand.spine is None or uplinks.denominator != 1:
        return []
    return _as_pinned(demand, _built(demand, edge, demand.spine, uplinks.numerator))


def _preference(plan: Clos) -> tuple[int, int, int, int]:
    """Return what is less of a fabric that is preferred."""
    return plan.blocks, sum(layer.count for layer in plan.layers[1:]), plan.trunk, plan.shared_spines


def _as_pinned(demand: Demand, found: list[Clos]) -> list[Clos]:
    """Keep what has as many spines, and superspines above a spine, as the intent pins."""
    spines = None if demand.spine is None else demand.spine.count
    cores = None if demand.superspine is None else demand.superspine.count
    return [one for one in found if spines in (None, one.spines) and cores in (None, one.cores)]


def _built(demand: Demand, edge: Clos, spine: Box, uplinks: int) -> list[Clos]:
    """Return what can be built of two tiers, or else of three."""
    third = demand.third or demand.several
    two = [] if third else list(_two_tiers(demand, edge, spine, uplinks))
    if two or demand.superspine is None:
        return two
    return list(_three_tiers(demand, edge, spine, demand.superspine, uplinks))


def lay_edge(demand: Demand) -> Clos:
    """Return the hosts and the leaves, without anything above them.

    Raises
    ------
    UnbuildableError
        If a leaf has no room for a host.
    """
    per_rail = demand.nics // demand.rails
    most = demand.leaf.most_down(up=demand.spine is not None) - demand.reserved
    if most < per_rail:
        raise UnbuildableError(no_host_port(demand, per_rail))
    group, down = _shared(demand, most) if demand.seated else _alike(demand, most)
    return Clos(
        pods=demand.pods,
        units=demand.units,
        hosts=max(one.hosts for one in demand.groups),
        nics=demand.nics,
        rails=demand.rails,
        railed=demand.kind in (RAIL_OPTIMIZED, RAIL_ONLY),
        planes=demand.planes,
        tors=demand.tors,
        sharing=demand.sharing,
        group=group * demand.tors,
        down=down + demand.reserved,
        reserved=demand.reserved,
        fewer=demand.fewer,
        seated=demand.seated,
    )


def _alike(demand: Demand, most: int) -> tuple[int, int]:
    """Return the leaves of a rail, and the slots that hosts fill at each: those of a set are alike."""
    hosts = {one: one.hosts * demand.sharing for one in demand.groups}
    group = max(math.ceil(count / (most // demand.per_rail(one))) for one, count in hosts.items())
    return group, max(math.ceil(count / group) * demand.per_rail(one) for one, count in hosts.items())


def _shared(demand: Demand, most: int) -> tuple[int, int]:
    """Return the leaves of a rail, and the slots that hosts fill at each: those of a set have different widths."""

    def width(unit: int) -> int:
        return math.ceil(demand.fewer.get(unit, demand.nics) / demand.rails)

    sets = units_of_sets(demand.seated, demand.units, demand.sharing, width).values()
    group = max(leaves_of(units, most) for units in sets)
    widest = math.ceil(demand.nics / demand.rails)
    down = next(room for room in range(widest, most + 1) if all(leaves_of(one, room) <= group for one in sets))
    return group, down


def _two_tiers(demand: Demand, edge: Clos, spine: Box, uplinks: int) -> Iterator[Clos]:
    """Yield what can be built of one block a pod; of a rail-only fabric, of one a rail."""
    leaves = edge.leaves_per_plane // (demand.rails if demand.kind == RAIL_ONLY else 1)
    for spines in divisors(uplinks):
        if leaves * (uplinks // spines) <= spine.cages * spine.split:
            by_rail = leaves < edge.leaves_per_plane
            yield replace(edge, spines=spines, trunk=uplinks // spines, block=leaves, by_rail=by_rail)


def _three_tiers(demand: Demand, edge: Clos, spine: Box, top: Box, uplinks: int) -> Iterator[Clos]:
    """Yield what can be built of blocks that superspines join."""
    for spines in divisors(uplinks):
        trunk = uplinks // spines
        block = _block(demand, edge, spine.most_down() // trunk)
        up = spine.up(block * trunk)
        if block == 0 or up.denominator != 1 or not spine.fits(block * trunk, up.numerator):
            continue
        if spines == 1 and uplinks > 1 and spine.count is None:
            continue  # no block is to hang on a single switch, so that there are fewer of them
        by_rail = demand.by_rail and block < edge.leaves_per_plane
        two = replace(edge, spines=spines, trunk=trunk, block=block, by_rail=by_rail)
        shares = [demand.shared_spines] if demand.shared_spines is not None else divisors(spines)
        for cores, shared in product(divisors(up.numerator), shares):
            core_trunk = up.numerator // cores
            ports = demand.pods * two.blocks * shared * core_trunk
            # Spines share superspines to spare some; but no switch is to be the only one between pods for that.
            spared = demand.shared_spines is None and shared > 1 and cores * spines == shared
            if spines % shared == 0 and ports <= top.cages * top.split and not spared:
                yield replace(two, cores=cores, core_trunk=core_trunk, shared_spines=shared)


def _downs(demand: Demand, edge: Clos, spine: Box, uplinks: int) -> Iterator[int]:
    """Yield how many ports down spines would have in three tiers."""
    if demand.superspine is not None:
        for spines in divisors(uplinks):
            trunk = uplinks // spines
            down = _block(demand, edge, spine.most_down() // trunk) * trunk
            if down and spine.count in (None, spines):
                yield down


def _block(demand: Demand, edge: Clos, most: int) -> int:
    """Return the leaves of a block, so many at most: a whole pod, or equal parts of whole rails or sets."""
    leaves = edge.leaves_per_plane
    if leaves <= most or most < edge.tors:
        return leaves if leaves <= most else 0
    parts = demand.rails if demand.by_rail else demand.sets
    part = leaves // parts
    if part <= most:
        blocks = math.ceil(parts / (most // part))
        return math.ceil(parts / blocks) * part
    # a rail, or a set, that is too large by itself is divided equally, unless that would leave half of a block empty
    fewest = math.ceil(part / most)
    equal = (part // n for n in range(fewest, 2 * fewest) if part % n == 0 and part // n % edge.tors == 0)
    return next(equal, most - most % edge.tors)


def divisors(number: int) -> list[int]:
    """Return the divisors of a number, in order."""
    return [n for n in range(1, number + 1) if number % n == 0]


def _check_alone(demand: Demand, edge: Clos) -> None:
    """Refuse leaves with nothing above them whose hosts are to reach each other."""
    if demand.several:
        raise UnbuildableError(nothing_joins(demand))
    leaves = demand.sets * edge.group // demand.tors
    if leaves == 1:
        return
    if demand.seated:
        raise UnbuildableError(no_room(demand, leaves))
    most = (demand.leaf.most_down(up=False) - demand.reserved) // (demand.nics // demand.rails)
    hosts = demand.units * max(one.hosts for one in demand.groups)
    advice = f"declare at most {most} hosts"
    if hosts <= most:
        advice = f"let the units share their leaves: `share: {{units: {demand.units}}}`"
    raise UnbuildableError(
        derived.PORT_BUDGET.about(
            f"{'every rail' if edge.railed else 'the fabric'} would have {leaves} leaves, and nothing joins them",
            (*demand.path, "leaf", "model"),
            notes=(f"a leaf has room for {most} hosts; the capacity is {hosts}",),
            advice=f"{advice}, or add a `spine`" if edge.railed else advice,
        )
    )


def _check_rails(demand: Demand, edge: Clos) -> None:
    if demand.several:
        raise UnbuildableError(nothing_joins(demand))
    if demand.sets * edge.group == demand.tors:
        said = "every rail has one leaf: spines would join nothing"
        raise UnbuildableError(
            references.NO_EFFECT.about(said, (*demand.path, "spine"), at_key=True, advice="leave it out")
        )


def leaf_uplinks(demand: Demand, edge: Clos, plans: Plans) -> int:
    """Return how many uplinks each leaf has.

    Parameters
    ----------
    plans
        What can be built of another demand: what is advised is among it.

    Raises
    ------
    UnbuildableError
        If the oversubscription asks for a part of one.
    """
    uplinks = demand.leaf.up(edge.down)
    if uplinks.denominator != 1:
        raise UnbuildableError(refuse_ratio(demand, edge.down, lay_edge, plans))
    return uplinks.numerator
