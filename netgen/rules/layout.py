"""Ids, capacity, breakouts, speeds and MTU: what must hold before anything is laid out."""

from collections.abc import Iterator

from netgen.catalog.model import Catalog, HostProfile, SwitchModel
from netgen.cluster.derive import breakout_of
from netgen.diagnostics.codes import derived, references
from netgen.diagnostics.finding import Finding, IntentPath
from netgen.intent.models import Fabric, Intent, Pod, SwitchRole
from netgen.intent.quantities import Breakout, parse_ids


def check(intent: Intent, catalog: Catalog) -> Iterator[Finding]:
    """Yield what cannot be laid out; references have been checked."""
    yield from _ids(list(intent.pods), ("pods",))
    for pod, given in intent.pods.items():
        yield from _ids(list(given.units), ("pods", pod, "units"))
        yield from _capacity(given, ("pods", pod))
    profile = catalog.hosts[intent.hosts.profile]
    for name, fabric in intent.fabrics.items():
        path = ("fabrics", name)
        yield from _speeds(fabric, catalog, profile, path)
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


def _speeds(fabric: Fabric, catalog: Catalog, profile: HostProfile, path: IntentPath) -> Iterator[Finding]:
    wrong = [
        finding
        for role, tier in (("leaf", fabric.leaf), ("spine", fabric.spine))
        for key, breakout in (("breakout", tier.breakout), ("uplink-breakout", tier.uplink_breakout))
        for finding in _breakout(breakout, catalog.switches[tier.model], (*path, role, key))
    ]
    yield from wrong
    if fabric.spine.uplink_breakout is not None:
        yield references.NO_EFFECT.about(
            "nothing is above the spines", (*path, "spine", "uplink-breakout"), at_key=True
        )
        return
    if wrong:
        return
    leaf = _speed(fabric.leaf.breakout, fabric.leaf, catalog, profile.speed_gbps)
    up = _speed(fabric.leaf.uplink_breakout or fabric.leaf.breakout, fabric.leaf, catalog, leaf)
    spine = _speed(fabric.spine.breakout, fabric.spine, catalog, up)
    if leaf is not None and leaf != profile.speed_gbps:
        yield derived.SPEED_MISMATCH.about(
            f"the leaves' ports run at {leaf}G, the NICs of {profile.name} at {profile.speed_gbps}G",
            (*path, "leaf", "breakout"),
            related=((("hosts", "profile"), "the hosts"),),
        )
    elif up is not None and spine is not None and up != spine:
        yield derived.SPEED_MISMATCH.about(
            f"the leaves' uplinks run at {up}G, the spines' ports at {spine}G",
            (*path, "spine", "breakout"),
            related=(((*path, "leaf"), "the leaves"),),
        )


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


def _speed(given: Breakout | None, tier: SwitchRole, catalog: Catalog, below_gbps: int | None) -> int | None:
    """Return the speed of a tier's ports: as the intent divides its cages, else that of what is below them."""
    if given is None and below_gbps is not None:
        given = breakout_of(catalog.switches[tier.model], below_gbps)
    return None if given is None else given.speed_gbps


def _mtu(intent: Intent, fabric: Fabric, path: IntentPath) -> Iterator[Finding]:
    leaf, leaf_path = fabric.leaf.mtu or fabric.mtu, (*path, "leaf", "mtu")
    others = (
        ("spines", fabric.spine.mtu or fabric.mtu, (*path, "spine", "mtu")),
        ("hosts", intent.hosts.mtu or fabric.mtu, ("hosts", "mtu")),
    )
    for who, mtu, at in others:
        if mtu != leaf:
            # the end that says something of its own is the one to point at
            point, other = (at, leaf_path) if mtu != fabric.mtu else (leaf_path, at)
            yield derived.MTU_MISMATCH.about(
                f"the leaves have an IP MTU of {leaf}, the {who} at the other end of their links {mtu}",
                point,
                related=((other, "the other end"),),
            )
