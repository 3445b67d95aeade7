"""Ids, capacity, breakouts, speeds and MTU: what must hold before anything is laid out."""

from collections.abc import Iterator

from netgen.catalog.model import Catalog, SwitchModel
from netgen.cluster.derive_network import breakout_of
from netgen.diagnostics.codes import derived
from netgen.diagnostics.finding import Finding, IntentPath
from netgen.intent.infiniband import InfinibandFabric
from netgen.intent.models import Fabric, Intent, Nodes, Pod
from netgen.intent.network import SwitchBox
from netgen.intent.quantities import Breakout, parse_ids


def check(intent: Intent, catalog: Catalog) -> Iterator[Finding]:
    """Yield what cannot be laid out; references have been checked."""
    yield from _ids(list(intent.pods), ("pods",))
    for pod, given in intent.pods.items():
        yield from _ids(list(given.units), ("pods", pod, "units"))
        yield from _capacity(given, ("pods", pod))
    crowd = list(_units(intent))
    yield from crowd or _nodes(intent)
    for name, fabric in intent.networks.items():
        path = ("fabrics", name)
        yield from _speeds(intent, fabric, catalog, path)
        if isinstance(fabric, Fabric):
            yield from _mtu(intent, fabric, path)


def _ids(keys: list[str | int], path: IntentPath) -> Iterator[Finding]:
    seen: dict[int, str | int] = {}
    for key in keys:
        for number in parse_ids(key):
            if number in seen:
                yield derived.OVERLAPPING_IDS.about(
                    f"id {number} is described twice",
                    (*path, key),
                    at_key=True,
                    related=(((*path, seen[number]), "the first time"),),
                )
                break
            seen[number] = key


def _capacity(pod: Pod, path: IntentPath) -> Iterator[Finding]:
    for keys, unit in pod.units.items():
        highest = parse_ids(keys).highest
        if pod.capacity.units is not None and highest > pod.capacity.units:
            yield derived.CAPACITY.about(
                f"unit {highest} is beyond the capacity of {pod.capacity.units} units",
                (*path, "units", keys),
                at_key=True,
                related=(((*path, "capacity", "units"), "the capacity"),),
                advice="raise the capacity; `netgen diff --against git:HEAD` says what that moves",
            )
        if pod.capacity.hosts is not None and unit.hosts.highest > pod.capacity.hosts:
            yield derived.CAPACITY.about(
                f"host {unit.hosts.highest} is beyond the capacity of {pod.capacity.hosts} hosts a unit",
                (*path, "units", keys, "hosts"),
                related=(((*path, "capacity", "hosts"), "the capacity"),),
                advice="raise the capacity; `netgen diff --against git:HEAD` says what that moves",
            )


_MANY = {"router": "the routers", "leaf": "the leaves", "spine": "the spines", "superspine": "the superspines"}


MOST_UNITS = 1_048_576
"""Of all pods: many times what switches of 512 ports join in three tiers, and still looked at one by one in no time."""


def _units(intent: Intent) -> Iterator[Finding]:
    """Yield more units than any fabric has leaves for, before they are looked at one by one."""
    units = sum(len(parse_ids(pods)) * sum(map(len, map(parse_ids, plan.units))) for pods, plan in intent.pods.items())
    if units > MOST_UNITS:
        yield derived.TOO_MANY_LEAVES.about(
            f"{units:,} units are more than any fabric has leaves for",
            ("pods",),
            at_key=True,
            advice=f"declare at most {MOST_UNITS:,} units in all pods",
        )


def _nodes(intent: Intent) -> Iterator[Finding]:
    """Yield the units that hosts and other nodes, or two kinds of these, would both be."""
    taken: dict[tuple[int, int], IntentPath] = {
        (pod, unit): ("pods", pods, "units", units)
        for pods, plan in intent.pods.items()
        for pod in parse_ids(pods)
        for units in plan.units
        for unit in parse_ids(units)
    }
    for name, node in intent.nodes.items():
        yield from _nodes_capacity(name, node)
        if node.in_place_of is not None:
            continue
        at: IntentPath = ("nodes", name, "unit")
        other = taken.setdefault((node.pod, node.unit), at)
        if other != at:
            yield derived.OVERLAPPING_IDS.about(
                f"unit {node.unit} of pod {node.pod} is described twice", at, related=((other, "the first time"),)
            )


def _nodes_capacity(name: str, node: Nodes) -> Iterator[Finding]:
    at: IntentPath = ("nodes", name, "capacity")
    if node.capacity is not None and node.in_place_of is not None:
        said = "nodes in the places of hosts are laid out as far as these have room"
        yield derived.NO_USE.about(said, at, at_key=True, advice="leave it out")
    elif node.capacity is not None and node.ids.highest > node.capacity:
        yield derived.CAPACITY.about(
            f"{name}-{node.ids.highest} is beyond the capacity of {node.capacity}",
            ("nodes", name, "ids"),
            related=((at, "the capacity"),),
            advice="raise the capacity; `netgen diff --against git:HEAD` says what that moves",
        )


def _speeds(intent: Intent, fabric: Fabric | InfinibandFabric, catalog: Catalog, path: IntentPath) -> Iterator[Finding]:
    wrong = [
        finding
        for role, tier in fabric.roles().items()
        for key, breakout in (("breakout", tier.breakout), ("uplink-breakout", tier.uplink_breakout))
        for finding in _breakout(breakout, catalog.switches[tier.model], (*path, role, key))
    ]
    yield from wrong
    if wrong:
        return
    named: dict[IntentPath, str] = {("hosts", "profile"): intent.hosts.profile}
    named |= {("nodes", name, "profile"): one.profile for name, one in intent.nodes.items()}
    attached = [(at, name) for at, name in named.items() if fabric.nics in catalog.hosts[name].nics]
    if not attached:
        return
    at, first = attached[0]
    below, speed = f"the NICs of {first}", catalog.hosts[first].nics[fabric.nics].speed_gbps
    for number, (role, tier) in enumerate(fabric.roles().items()):
        own = _speed(tier.breakout, tier, catalog, speed)
        if own is not None and own != speed:
            yield derived.SPEED_MISMATCH.about(
                f"{_MANY[role]}' ports run at {own}G, {below} at {speed}G",
                (*path, role, "breakout"),
                related=((at, "the hosts" if number == 0 else below.removesuffix("' uplinks")),),
                advice=_ports_of(speed, catalog.switches[tier.model]),
            )
            return
        up = _speed(tier.uplink_breakout or tier.breakout, tier, catalog, own)
        if up is None:
            return
        below, speed, at = f"{_MANY[role]}' uplinks", up, (*path, role)


def _ports_of(speed_gbps: int, model: SwitchModel) -> str:
    fitting = [f"`breakout: {mode}`" for mode in model.breakouts if mode.speed_gbps == speed_gbps]
    return " or ".join(fitting) + " would do" if fitting else f"choose a model with ports of {speed_gbps}G"


def _breakout(breakout: Breakout | None, model: SwitchModel, path: IntentPath) -> Iterator[Finding]:
    if breakout is None or breakout in model.breakouts:
        return
    lanes, rest = divmod(model.lanes, breakout.ports)
    arithmetic = (
        f"a cage has {model.lanes} lanes, which {breakout.ports} ports cannot share"
        if rest
        else f"a cage has {model.lanes} lanes, {lanes} for each of {breakout.ports} ports"
    )
    yield derived.UNKNOWN_BREAKOUT.about(
        f"{model.name} cannot divide a cage into {breakout}",
        path,
        notes=(arithmetic,),
        advice="it can: " + ", ".join(map(str, model.breakouts)),
    )


def _speed(given: Breakout | None, tier: SwitchBox, catalog: Catalog, below_gbps: int | None) -> int | None:
    """Return the speed of a tier's ports: as the intent divides its cages, else that of what is below them."""
    if given is None and below_gbps is not None:
        given = breakout_of(catalog.switches[tier.model], below_gbps)
    return None if given is None else given.speed_gbps


def _mtu(intent: Intent, fabric: Fabric, path: IntentPath) -> Iterator[Finding]:
    tiers = {role: tier.mtu or fabric.mtu for role, tier in fabric.roles().items()}
    if not tiers:
        return
    edge, mtu_at_edge = next(iter(tiers.items()))
    others = [(f"{role}s", mtu, (*path, role, "mtu")) for role, mtu in tiers.items()]
    others.append(("hosts", intent.hosts.mtu or fabric.mtu, ("hosts", "mtu")))
    for who, mtu, at in others[1:]:
        if mtu != mtu_at_edge:
            # the end that says something of its own is the one to point at
            own = (*path, edge, "mtu")
            point, other = (at, own) if mtu != fabric.mtu else (own, at)
            yield derived.MTU_MISMATCH.about(
                f"{_MANY[edge]} have an IP MTU of {mtu_at_edge}, the {who} at the other end of their links {mtu}",
                point,
                related=((other, "the other end"),),
            )
