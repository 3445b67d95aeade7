"""Why a Clos fabric cannot be built, and the nearest that can: everything advised has been tried.

The functions take what tells what can be built of a demand, `Plans`, so that sizing need not be asked to refuse again.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

from netgen.cluster.demand import Box, Demand
from netgen.cluster.topology.clos import Clos
from netgen.diagnostics.codes import derived
from netgen.diagnostics.finding import Finding, UnbuildableError
from netgen.record import Record, replace

Plans = Callable[[Demand], Sequence[object]]
"""What can be built of a demand, with all that the intent pins; nothing, where nothing can."""


# --- ports and pods ----------------------------------------------------------------------------------


def no_host_port(demand: Demand, per_rail: int) -> Finding:
    """Refuse a leaf that has no room for a host; what takes the ports is said, if the intent says it by a number."""
    leaf, up = demand.leaf, demand.spine is not None
    few = "none" if per_rail == 1 else f"fewer than {per_rail} ports"
    beside, key, advice = (
        f" at {_words(leaf.oversubscription)}",
        "model",
        "choose a model or a breakout with more ports",
    )
    if leaf.uplinks is not None and up:
        beside, key = f" beside {_counted(leaf.uplinks, 'uplink')}", "uplinks"
        advice = "pin fewer uplinks, or choose a model or a breakout with more ports"
    if demand.reserved and leaf.most_down(up=up) >= per_rail:
        beside, key = f" beside {_counted(demand.reserved, 'reserved slot')}", "reserved"
        advice = "reserve fewer slots, or choose a model or a breakout with more ports"
    return derived.PORT_BUDGET.about(
        f"a leaf of {_counted(leaf.cages, 'cage')} has {few} left for {'hosts' if per_rail == 1 else 'a host'}{beside}",
        (*demand.path, "leaf", key),
        advice=advice,
    )


def no_room(demand: Demand, leaves: int) -> Finding:
    """Refuse leaves with nothing above them, at which hosts of different numbers of NICs do not all fit."""
    needed = sum(hosts * demand.fewer.get(unit, demand.nics) for unit, hosts in demand.seated.items())
    room = demand.leaf.most_down(up=False) - demand.reserved
    return derived.PORT_BUDGET.about(
        f"the fabric would have {leaves} leaves, and nothing joins them",
        (*demand.path, "leaf", "model"),
        notes=(f"a leaf has {room} host ports; the NICs of the capacity are {needed}",),
        advice="choose a model with more ports, or add a `spine` and write `kind: fat-tree`",
    )


def nothing_joins(demand: Demand) -> Finding:
    """Refuse several pods of a kind that has nothing above them."""
    return derived.TOO_MANY_PODS.about(
        f"nothing joins the pods of a {demand.kind} fabric",
        ("pods",),
        at_key=True,
        advice="declare one pod with more units, or another kind of fabric",
    )


# --- oversubscription --------------------------------------------------------------------------------


def refuse_ratio(demand: Demand, down: int, lay_edge: Callable[[Demand], Clos], plans: Plans) -> Finding:
    """Refuse an oversubscription of leaves that asks for a part of an uplink.

    Parameters
    ----------
    down
        Host ports of a leaf.
    lay_edge
        What lays out the leaves of another demand, or raises `UnbuildableError`.
    """
    uplinks = demand.leaf.up(down)
    tried = [*_other_uplinks(demand, down, uplinks, lay_edge)]
    found = [one for one in tried if plans(one[2])]
    if not found:  # whatever the uplinks are, something else is wrong as well, and is said next
        unpinned = ((ratio, said, _unpinned(one)) for ratio, said, one in tried)
        found = [one for one in unpinned if plans(one[2])] or tried
    return derived.OVERSUBSCRIPTION.about(
        f"{_counted(down, 'host port')} a leaf at {_words(demand.leaf.oversubscription)} "
        f"would need {float(uplinks):g} uplinks",
        (*demand.path, "oversubscription"),
        advice=_nearest_ratios(demand.leaf.oversubscription, {ratio: said for ratio, said, _ in found}),
    )


def _other_uplinks(
    demand: Demand, down: int, uplinks: Fraction, lay_edge: Callable[[Demand], Clos]
) -> Iterator[tuple[Fraction, str, Demand]]:
    """Yield other numbers of uplinks as an oversubscription, in words, and as a demand; below 1, the uplinks say it."""
    box = demand.leaf
    for count in range(1, box.cages * box.uplink_split + 1):
        ratio = down * box.speed_ratio / count
        if ratio < 1 and count < uplinks:
            continue
        changed = {"oversubscription": ratio} if ratio >= 1 else {"uplinks": count}
        asked = replace(demand, leaf=replace(box, **changed))
        try:
            # with fewer uplinks a leaf may have room for more hosts
            hosts = lay_edge(asked).down
        except UnbuildableError:
            continue
        if asked.leaf.up(hosts).denominator == 1 if ratio >= 1 else hosts == down:
            yield ratio, _ratio(ratio, "leaf", count), asked


def _nearest_ratios(asked: Fraction, known: Mapping[Fraction, str]) -> str:
    """Say which of some oversubscriptions are next to one that cannot be built."""
    near = [known[ratio] for ratio in _nearest(asked, known)]
    return "the nearest that can be built: " + " and ".join(near) if near else "choose another model or breakout"


def _nearest(asked: Fraction, known: Iterable[Fraction]) -> list[Fraction]:
    """Return the next below, and the next above."""
    ratios = sorted(known)
    return [*[ratio for ratio in ratios if ratio < asked][-1:], *[ratio for ratio in ratios if ratio > asked][:1]]


def _ratio(ratio: Fraction, role: str, uplinks: int) -> str:
    """Say an oversubscription; one below 1 is said by the uplinks."""
    return _words(ratio) if ratio >= 1 else f"{_words(ratio)} (`{role}: {{uplinks: {uplinks}}}`)"


def _spine_ratio(demand: Demand, spine: Box, downs: Iterable[int], plans: Plans) -> Finding | None:
    """Refuse an oversubscription that asks spines for a part of an uplink, where ones near it can be built."""
    found = {}
    for down in downs:
        uplinks = spine.up(down)
        for count in {math.floor(uplinks), math.ceil(uplinks)} - {0, uplinks}:
            ratio = down * spine.speed_ratio / count
            changed = {"oversubscription": ratio} if ratio >= 1 else {"uplinks": count}
            if plans(replace(demand, spine=replace(spine, **changed))):
                found[ratio] = down, count
    asked = spine.oversubscription
    if not found:
        return None
    down, _ = found[_nearest(asked, found)[0]]
    return derived.OVERSUBSCRIPTION.about(
        f"{_counted(down, 'link')} to leaves at {_words(asked)} would need {float(spine.up(down)):g} uplinks a spine",
        (*demand.path, "oversubscription", "spine"),
        advice=_nearest_ratios(asked, {ratio: _ratio(ratio, "spine", count) for ratio, (_, count) in found.items()}),
    )


# --- pins --------------------------------------------------------------------------------------------


class _Pin(Record):
    """A number that the intent pins: where it stands, and the demand with another one."""

    keys: tuple[str, str]
    value: Callable[[Demand], int | None]
    pinned: Callable[[Demand, int | None], Demand]

    @property
    def key(self) -> str:
        """As a reader finds it."""
        return ".".join(self.keys)


def _with_spines(demand: Demand, count: int | None) -> Demand:
    return demand if demand.spine is None else replace(demand, spine=replace(demand.spine, count=count))


def _with_superspines(demand: Demand, count: int | None) -> Demand:
    top = demand.superspine
    return demand if top is None else replace(demand, superspine=replace(top, count=count))


_PINS = (
    _Pin(("spine", "count"), lambda one: one.spine.count if one.spine else None, _with_spines),
    _Pin(("superspine", "count"), lambda one: one.superspine.count if one.superspine else None, _with_superspines),
    _Pin(("share", "spines"), lambda one: one.shared_spines, lambda one, count: replace(one, shared_spines=count)),
)


def _unpinned(demand: Demand) -> Demand:
    for pin in _PINS:
        demand = pin.pinned(demand, None)
    return demand


def refuse(
    demand: Demand,
    edge: Clos,
    spine: Box,
    uplinks: int,
    downs: Iterable[int],
    plans: Callable[[Demand], Sequence[Clos]],
) -> Finding:
    """Say why nothing can be built above leaves, and what can.

    Parameters
    ----------
    edge
        Hosts and leaves.
    uplinks
        Of a leaf.
    downs
        Ports that spines would have down, in three tiers.
    """
    part = _spine_ratio(demand, spine, downs, plans)
    if part is not None:
        return part
    pins = [pin for pin in _PINS if pin.value(demand) is not None]
    for pin in pins:
        counts = _counts(pin, demand, spine, uplinks, plans)
        if counts:
            in_all = _in_all(pin, demand, counts, plans)
            return _wrong_pin(pin, demand, edge, uplinks, counts, in_all)
    for pin in pins:  # several are wrong: the first is said, and that the others must go
        alone = pin.pinned(_unpinned(demand), pin.value(demand))
        counts = _counts(pin, alone, spine, uplinks, plans)
        if counts:
            others = [f"`{one.key}`" for one in pins if one is not pin]
            return _wrong_pin(pin, demand, edge, uplinks, counts, without=" and ".join(others))
    return _too_many_leaves(demand, edge, spine, uplinks, plans)


def _counts(pin: _Pin, demand: Demand, spine: Box, uplinks: int, plans: Plans) -> list[int]:
    """Return the numbers in place of a pinned one with which something can be built."""
    most = uplinks if pin.keys[0] != "superspine" else spine.cages * spine.uplink_split
    return [count for count in range(1, most + 1) if plans(pin.pinned(demand, count))]


def _in_all(pin: _Pin, demand: Demand, counts: list[int], plans: Callable[[Demand], Sequence[Clos]]) -> str:
    """Say which number is meant by one that counts the switches of all blocks, pods and planes, as print does."""
    tier = _TIERS.get(pin.key, 0)
    for count in reversed(counts) if tier else ():
        totals = (plan.layers[tier].count for plan in plans(pin.pinned(demand, count)) if tier < len(plan.layers))
        if min(totals, default=0) == pin.value(demand):
            below = "leaf" if pin.key == "spine.count" else "spine"
            return f"`count` is of those that a {below} is joined to: {pin.value(demand)} in all are `count: {count}`"
    return ""


_TIERS = {"spine.count": 2, "superspine.count": 3}
"""The layers whose switches are counted."""


def _wrong_pin(
    pin: _Pin, demand: Demand, edge: Clos, uplinks: int, counts: list[int], in_all: str = "", without: str = ""
) -> Finding:
    said, note = _PIN_WORDS[pin.key](pin.value(demand) or 0, demand, edge, uplinks)
    others = [f"`{one.key}: {one.value(demand)}`" for one in _PINS if one is not pin and one.value(demand) is not None]
    beside = f"with {' and '.join(others)}" if others and not without else ""
    can = ", ".join(map(str, counts))
    return derived.SPINE_COUNT.about(
        said,
        (*demand.path, *pin.keys),
        notes=tuple(filter(None, (note, beside, in_all))),
        advice=f"what can be built without {without}: {can}" if without else f"what can be built: {can}",
    )


def _wrong_spines(count: int, demand: Demand, edge: Clos, uplinks: int) -> tuple[str, str]:
    ports = 0 if demand.spine is None else demand.spine.cages * demand.spine.split
    spines = f"{_counted(count, 'spine')} cannot share {_counted(uplinks, 'uplink')} a leaf"
    return f"{spines}, the same number to every spine", f"{_links(edge, uplinks)}, {ports} ports a spine"


def _wrong_superspines(count: int, _demand: Demand, _edge: Clos, _uplinks: int) -> tuple[str, str]:
    return f"{_counted(count, 'superspine')} cannot share the uplinks of a spine, the same number to each", ""


def _wrong_sharing(count: int, _demand: Demand, _edge: Clos, _uplinks: int) -> tuple[str, str]:
    why = "as many share them as divide the spines of a block, and as superspines have ports for"
    return f"no {count} spines of a block can share superspines", why


_PIN_WORDS = {"spine.count": _wrong_spines, "superspine.count": _wrong_superspines, "share.spines": _wrong_sharing}
"""What is wrong of a pinned number, and why."""


# --- too many ----------------------------------------------------------------------------------------


def _too_many_leaves(demand: Demand, edge: Clos, spine: Box, uplinks: int, plans: Plans) -> Finding:
    ports, leaves, top = spine.cages * spine.split, edge.leaves_per_plane, demand.superspine
    fewer = _fewer(demand, plans)
    if not fewer and _fewer(_unpinned(demand), plans):
        pins = " and ".join(f"`{pin.key}`" for pin in _PINS if pin.value(demand) is not None)
        fewer = f"{_fewer(_unpinned(demand), plans)}, without {pins}"
    above = "" if top is None else f" and superspines of {top.cages * top.split}"
    return derived.TOO_MANY_LEAVES.about(
        f"{_counted(leaves * demand.pods, 'leaf', 'leaves')} do not fit under spines of {ports} ports{above}",
        ("pods",),
        at_key=True,
        notes=(_links(edge, uplinks, " a pod"),),
        advice=f"declare {fewer}, or choose larger switches" if fewer else "choose larger switches",
    )


def _fewer(demand: Demand, plans: Plans) -> str:
    """Say the most that can be built of what is asked for: fewer units, or else fewer pods, or else of both."""
    units = _most(demand.units, lambda units: bool(plans(_smaller(demand, demand.pods, units))))
    if units:
        return f"at most {_counted(units, 'unit')} a pod"
    pods = _most(demand.pods, lambda pods: bool(plans(_smaller(demand, pods, demand.units))))
    if pods:
        return f"at most {_counted(pods, 'pod')}"
    units = _most(demand.units, lambda units: bool(plans(_smaller(demand, 1, units))))
    return f"one pod of at most {_counted(units, 'unit')}" if units else ""


def _smaller(demand: Demand, pods: int, units: int) -> Demand:
    """Return a demand of fewer pods or units: what is known of a unit by its position is at its new one."""

    def kept(known: dict[int, int]) -> dict[int, int]:
        places = ((*divmod(at, demand.units), value) for at, value in known.items())
        return {pod * units + unit: value for pod, unit, value in places if pod < pods and unit < units}

    return replace(
        demand,
        pods=pods,
        units=units,
        sharing=min(demand.sharing, units),
        several=demand.several and pods > 1,
        fewer=kept(dict(demand.fewer)),
        seated=kept(dict(demand.seated)),
    )


def _most(too_many: int, is_built: Callable[[int], bool]) -> int:
    """Return the most that is built, below a number that is too many; 0: none is."""
    few = 0
    while too_many - few > 1:
        middle = (few + too_many) // 2
        few, too_many = (middle, too_many) if is_built(middle) else (few, middle)
    return few


def _links(edge: Clos, uplinks: int, of: str = "") -> str:
    leaves = _counted(edge.leaves_per_plane, "leaf", "leaves")
    return f"{leaves}{of} x {_counted(uplinks, 'uplink')} = {_counted(edge.leaves_per_plane * uplinks, 'link')}"


def _words(ratio: Fraction) -> str:
    return f"{ratio.numerator}:{ratio.denominator}"


def _counted(count: int, one: str, many: str = "") -> str:
    return f"{count} {one if count == 1 else many or f'{one}s'}"
