"""Ids, capacity, breakouts, speeds and MTU: what must hold before anything is laid out."""

from collections.abc import Iterator

from netgen.catalog.model import Catalog, HostProfile, SwitchModel
from netgen.cluster.derive import host_breakout
from netgen.diagnostics.codes import derived
from netgen.diagnostics.finding import Finding, IntentPath
from netgen.intent.models import Fabric, Intent, Pod, SwitchRole
from netgen.intent.quantities import parse_ids


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
        for finding in _breakout(tier, catalog.switches[tier.model], (*path, role))
    ]
    yield from wrong
    if wrong:
        return
    leaf, spine = (_speed(tier, catalog, profile) for tier in (fabric.leaf, fabric.spine))
    if leaf is not None and leaf != profile.speed_gbps:
        yield derived.SPEED_MISMATCH.about(
            f"the leaves' ports run at {leaf}G, the NICs of {profile.name} at {profile.speed_gbps}G",
            (*path, "leaf", "breakout"),
            related=((("hosts", "profile"), "the hosts"),),
        )
    elif leaf is not None and spine is not None and leaf != spine:
        yield derived.SPEED_MISMATCH.about(
            f"the leaves' ports run at {leaf}G, the spines' at {spine}G",
            (*path, "spine", "breakout"),
            related=(((*path, "leaf"), "the leaves"),),
        )


def _breakout(tier: SwitchRole, model: SwitchModel, path: IntentPath) -> Iterator[Finding]:
    if tier.breakout is None or tier.breakout in model.breakouts:
        return
    lanes, rest = divmod(model.lanes, tier.breakout.ports)
    arithmetic = (
        f"a cage has {model.lanes} lanes, which {tier.breakout.ports} ports cannot share"
        if rest
        else f"a cage has {model.lanes} lanes, {lanes} for each of {tier.breakout.ports} ports"
    )
    yield derived.UNKNOWN_BREAKOUT.about(
        f"{model.name} cannot divide a cage into {tier.breakout}",
        (*path, "breakout"),
        notes=(arithmetic,),
        advice="it can: " + ", ".join(map(str, model.breakouts)),
    )


def _speed(tier: SwitchRole, catalog: Catalog, profile: HostProfile) -> int | None:
    breakout = tier.breakout or host_breakout(catalog.switches[tier.model], profile)
    return None if breakout is None else breakout.speed_gbps


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
