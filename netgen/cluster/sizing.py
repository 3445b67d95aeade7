"""How many leaves, spines, superspines and links a Clos fabric has.

Leaves = rails x ceil(host ports a rail / host ports of a leaf) a set of leaves, built for whole units. Uplinks = host
ports x their speed / (oversubscription x the uplinks' speed). Every leaf has the same number of links to every spine of
its block, so the spines divide its uplinks; so do the superspines with those of a spine. Spines of a block may share
superspines, whose ports would be left over otherwise. Of what can be built, that with the fewest blocks is chosen,
since what stays within a block needs no superspine; of these that with the fewest switches, then that with the fewest
parallel links, and then that in which the fewest spines share superspines.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import product

from netgen.cluster.demand import Box, Demand
from netgen.cluster.topology.clos import Clos
from netgen.cluster.topology.seating import leaves_of, units_of_sets
from netgen.diagnostics.codes import derived, references
from netgen.diagnostics.finding import Finding, UnbuildableError

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
    uplinks = leaf_uplinks(demand, edge)
    if demand.kind == RAIL_ONLY:
        _check_rails(demand, edge)
    found = _built(demand, edge, demand.spine, uplinks)
    fitting = [one for one in found if demand.spine.count in (None, one.spines)]
    if not fitting:
        _check_spine_ratio(demand, edge, demand.spine, uplinks)
    if not found:
        _check_shared_spines(demand, edge, demand.spine, uplinks)
        raise UnbuildableError(_too_many_leaves(demand, edge, demand.spine, uplinks))
    if not fitting:
        raise UnbuildableError(_pinned_spines(demand, edge, demand.spine, uplinks, {one.spines for one in found}))
    top = demand.superspine
    if top is not None and top.count is not None:
        counts = {one.cores for one in fitting}
        fitting = [one for one in fitting if one.cores == top.count]
        if not fitting:
            raise UnbuildableError(_pinned_superspines(demand, top.count, counts))
    return min(fitting, key=_preference)


def _preference(plan: Clos) -> tuple[int, int, int, int]:
    """Return what is less of a fabric that is preferred."""
    return plan.blocks, sum(layer.count for layer in plan.layers[1:]), plan.trunk, plan.shared_spines


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
        raise UnbuildableError(_no_host_port(demand, per_rail))
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


def _no_host_port(demand: Demand, per_rail: int) -> Finding:
    cages = demand.leaf.cages
    few = "none" if per_rail == 1 else f"fewer than {per_rail} ports"
    return derived.PORT_BUDGET.about(
        f"a leaf of {cages} cage{'s' * (cages > 1)} has {few} left for {'hosts' if per_rail == 1 else 'a host'} "
        f"at {_words(demand.leaf.oversubscription)}",
        (*demand.path, "leaf", "model"),
        advice="choose a model or a breakout with more ports",
    )


def _check_alone(demand: Demand, edge: Clos) -> None:
    """Refuse leaves with nothing above them whose hosts are to reach each other."""
    if demand.several:
        raise UnbuildableError(_nothing_joins(demand))
    leaves = demand.sets * edge.group // demand.tors
    if leaves == 1:
        return
    if demand.seated:
        raise UnbuildableError(_no_room(demand, leaves))
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


def _no_room(demand: Demand, leaves: int) -> Finding:
    needed = sum(hosts * demand.fewer.get(unit, demand.nics) for unit, hosts in demand.seated.items())
    room = demand.leaf.most_down(up=False) - demand.reserved
    return derived.PORT_BUDGET.about(
        f"the fabric would have {leaves} leaves, and nothing joins them",
        (*demand.path, "leaf", "model"),
        notes=(f"a leaf has {room} host ports; the NICs of the capacity are {needed}",),
        advice="choose a model with more ports, or add a `spine` and write `kind: fat-tree`",
    )


def _check_rails(demand: Demand, edge: Clos) -> None:
    if demand.several:
        raise UnbuildableError(_nothing_joins(demand))
    if demand.sets * edge.group == demand.tors:
        said = "every rail has one leaf: spines would join nothing"
        raise UnbuildableError(references.NO_EFFECT.about(said, (*demand.path, "spine"), at_key=True))


def _nothing_joins(demand: Demand) -> Finding:
    return derived.TOO_MANY_PODS.about(
        f"nothing joins the pods of a {demand.kind} fabric",
        ("pods",),
        at_key=True,
        advice="declare one pod with more units, or another kind of fabric",
    )


def leaf_uplinks(demand: Demand, edge: Clos) -> int:
    """Return how many uplinks each leaf has.

    Raises
    ------
    UnbuildableError
        If the oversubscription asks for a part of one.
    """
    box, down = demand.leaf, edge.down
    uplinks = box.up(down)
    if uplinks.denominator != 1:
        raise UnbuildableError(
            derived.OVERSUBSCRIPTION.about(
                f"{down} host ports a leaf at {_words(box.oversubscription)} would need {float(uplinks):g} uplinks",
                (*demand.path, "oversubscription"),
                advice=_nearest_ratios(demand, down, uplinks),
            )
        )
    return uplinks.numerator


def _nearest_ratios(demand: Demand, down: int, uplinks: Fraction) -> str:
    """Say the next oversubscriptions that can be built; one below 1 is said by the uplinks."""
    box = demand.leaf

    def is_built(count: int) -> bool:
        ratio = down * box.speed_ratio / count
        asked = replace(box, oversubscription=ratio) if ratio >= 1 else replace(box, uplinks=count)
        try:
            # with fewer uplinks a leaf may have room for more hosts
            hosts = lay_edge(replace(demand, leaf=asked)).down
        except UnbuildableError:
            return False
        return asked.up(hosts).denominator == 1 if ratio >= 1 else hosts == down

    more = next(filter(is_built, range(math.ceil(uplinks), box.cages * box.uplink_split)), 0)
    less = next(filter(is_built, range(math.floor(uplinks), 0, -1)), 0)
    near = [(down * box.speed_ratio / count, count) for count in (more, less) if count]
    return _can_be_built(near, "leaf") if near else "choose another model or breakout"


def _can_be_built(ratios: list[tuple[Fraction, int]], role: str) -> str:
    """Say ratios, each with the uplinks of a switch; one below 1 is said by these."""
    said = [_words(ratio) if ratio >= 1 else f"{_words(ratio)} (`{role}: {{uplinks: {n}}}`)" for ratio, n in ratios]
    return "the nearest that can be built: " + " and ".join(said)


def _words(ratio: Fraction) -> str:
    return f"{ratio.numerator}:{ratio.denominator}"


def _too_many_leaves(demand: Demand, edge: Clos, spine: Box, uplinks: int) -> Finding:
    ports, leaves, top = spine.cages * spine.split, edge.leaves_per_plane, demand.superspine
    fewer = _nearest(demand)
    above = "" if top is None else f" and superspines of {top.cages * top.split}"
    return derived.TOO_MANY_LEAVES.about(
        f"{leaves * demand.pods} leaves do not fit under spines of {ports} ports{above}",
        ("pods",),
        at_key=True,
        notes=(f"{leaves} leaves a pod x {uplinks} uplinks = {leaves * uplinks} links",),
        advice=f"declare {fewer}, or choose larger switches" if fewer else "choose larger switches",
    )


def _nearest(demand: Demand) -> str:
    """Say the most that can be built of what is asked for: fewer units, or else fewer pods."""
    units = _most(demand.units, lambda units: _is_built(replace(demand, units=units)))
    if units:
        return f"at most {units} units a pod"
    pods = _most(demand.pods, lambda pods: _is_built(replace(demand, pods=pods)))
    return f"at most {pods} pods" if pods else ""


def _most(too_many: int, is_built: Callable[[int], bool]) -> int:
    """Return the most that is built, below a number that is too many; 0: none is."""
    few = 0
    while too_many - few > 1:
        middle = (few + too_many) // 2
        few, too_many = (middle, too_many) if is_built(middle) else (few, middle)
    return few


def _is_built(demand: Demand) -> bool:
    edge = lay_edge(demand)
    return demand.spine is not None and bool(_built(demand, edge, demand.spine, leaf_uplinks(demand, edge)))


def _pinned_spines(demand: Demand, edge: Clos, spine: Box, uplinks: int, counts: set[int]) -> Finding:
    leaves, ports = edge.leaves_per_plane, spine.cages * spine.split
    return derived.SPINE_COUNT.about(
        f"{spine.count} spines cannot share {uplinks} uplinks a leaf, the same number to every spine",
        (*demand.path, "spine", "count"),
        notes=(f"{leaves} leaves x {uplinks} uplinks = {leaves * uplinks} links, {ports} ports a spine",),
        advice="what can be built: " + ", ".join(map(str, sorted(counts))),
    )


def _check_shared_spines(demand: Demand, edge: Clos, spine: Box, uplinks: int) -> None:
    """Refuse spines that cannot share superspines where other numbers of them can."""
    counts = {one.shared_spines for one in _built(replace(demand, shared_spines=None), edge, spine, uplinks)}
    if counts:
        raise UnbuildableError(
            derived.SPINE_COUNT.about(
                f"no {demand.shared_spines} spines of a block can share superspines",
                (*demand.path, "share", "spines"),
                notes=("as many share them as divide the spines of a block, and as superspines have ports for",),
                advice="what can be built: " + ", ".join(map(str, sorted(counts))),
            )
        )


def _check_spine_ratio(demand: Demand, edge: Clos, spine: Box, uplinks: int) -> None:
    """Refuse an oversubscription that asks spines for a part of an uplink, where ones near it can be built."""
    if demand.superspine is None or spine.uplinks is not None:
        return
    asked = spine.oversubscription
    near: dict[Fraction, tuple[int, int]] = {}
    for spines in divisors(uplinks) if spine.count is None else [spine.count]:
        down = _block(demand, edge, spine.most_down() * spines // uplinks) * uplinks // spines
        for up in {math.floor(spine.up(down)), math.ceil(spine.up(down))} - {0}:
            ratio = down * spine.speed_ratio / up
            box = replace(spine, oversubscription=ratio)
            if any(one.spines == spines for one in _three_tiers(demand, edge, box, demand.superspine, uplinks)):
                near[ratio] = down, up
    lower = max((ratio for ratio in near if ratio < asked), default=None)
    higher = min((ratio for ratio in near if ratio > asked), default=None)
    nearest = [ratio for ratio in (lower, higher) if ratio is not None]
    if nearest:
        down, _ = near[nearest[0]]
        raise UnbuildableError(
            derived.OVERSUBSCRIPTION.about(
                f"{down} links to leaves at {_words(asked)} would need {float(spine.up(down)):g} uplinks a spine",
                (*demand.path, "oversubscription", "spine"),
                advice=_can_be_built([(ratio, near[ratio][1]) for ratio in nearest], "spine"),
            )
        )


def _pinned_superspines(demand: Demand, pinned: int, counts: set[int]) -> Finding:
    return derived.SPINE_COUNT.about(
        f"{pinned} superspines cannot share the uplinks of a spine, the same number to each",
        (*demand.path, "superspine", "count"),
        advice="what can be built: " + ", ".join(map(str, sorted(counts))),
    )
