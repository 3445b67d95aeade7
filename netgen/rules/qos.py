"""The RoCE policy: DSCP, traffic classes, PFC, ECN, scheduling, watchdog."""

from collections.abc import Iterator, Mapping

from netgen.catalog.model import RoceProfile
from netgen.cluster.fabric import Fabric as Derived
from netgen.cluster.model import Cluster
from netgen.cluster.roce import NOTIFICATIONS, RocePolicy, TrafficClass, effective_classes
from netgen.diagnostics.codes import qos
from netgen.diagnostics.finding import Finding, IntentPath
from netgen.intent.models import Fabric, Intent, Roce, RoceClass
from netgen.record import replace

MOST_LOSSLESS = 2
"""Usable lossless priority groups of most chips; SONiC ships two, Dell's SONiC has no more."""
CONTROL = range(48, 64)
"""Class selectors 6 and 7 and what is between them: network control (RFC 4594) and, by custom, RoCE's notifications."""
ROUTING = (48, 56)
"""Class selectors 6 and 7, in which routing protocols are sent (RFC 4594)."""
ENOUGH_SPINES = 4
FEWEST_UPLINKS = 8
"""Of the leaves of a pod that bears load; with fewer it is a laboratory."""
ROCE_MTU = 4200
"""IP MTU that a RoCE path MTU of 4,096 bytes needs: payload plus IB, UDP and IP headers, rounded up."""


def check(intent: Intent, roce_profiles: Mapping[str, RoceProfile]) -> Iterator[Finding]:
    """Yield what is wrong with each fabric's policy, before anything is derived."""
    for name, fabric in intent.fabrics.items():
        if fabric.roce is None:
            continue
        path: IntentPath = ("fabrics", name, "roce")
        profile = roce_profiles[fabric.roce.profile]
        classes = effective_classes(fabric.roce, profile)
        at = {key: (*path, "classes", key) if key in fabric.roce.classes else (*path, "classes") for key in classes}
        yield from _code_points(classes, at)
        yield from _numbers(classes, at)
        yield from _priorities(classes, at)
        yield from _control_classes(fabric.roce, classes, at)
        yield from _bandwidth(classes, at, path)
        yield from _thresholds(fabric.roce, fabric.mtu, path)
        yield from _watchdog(fabric, fabric.roce, classes, path)
        if any(c.lossless for c in classes.values()):
            if fabric.attach in {"svi", "bond"}:
                yield qos.LOSSLESS_FLOODING.about(
                    "the hosts of a leaf share a VLAN, and a class of theirs is lossless",
                    ("fabrics", name, "attach"),
                    advice="attach them as routed-31",
                )
            yield from _cables(fabric, ("fabrics", name))
            yield from _mtu(intent, fabric, ("fabrics", name))


def check_derived(intent: Intent, cluster: Cluster) -> Iterator[Finding]:
    """Yield thresholds that no port uses, as they look as if they did something, and spines that are few."""
    for fabric in cluster.fabrics:
        roce = intent.fabrics[fabric.name].roce
        if roce is None or fabric.roce is None:
            continue
        if any(c.lossless for c in fabric.roce.classes):
            yield from _tiers(fabric)
        for role, speed in fabric.roce.ecn:
            has = [one.speed_gbps for one in fabric.tiers[role].breakouts] if role in fabric.tiers else []
            path = ("fabrics", fabric.name, "roce", "ecn", role, f"{speed}G")
            if speed not in has:
                run = " and ".join(f"{own}G" for own in has)
                said = f"the {role} ports run at {run}, not at {speed}G" if has else f"the fabric has no {role}s"
                yield qos.ECN_UNUSED.about(said, path, at_key=True)
            elif not fabric.roce.marking:
                yield qos.ECN_UNUSED.about("congestion control is none, so nothing is marked", path, at_key=True)


def check_policies(cluster: Cluster) -> Iterator[Finding]:
    """Yield the fabrics whose classes differ from those of another that the same hosts are on."""
    for position, fabric in enumerate(cluster.fabrics):
        for other in cluster.fabrics[:position]:
            meet = {id(plan) for plan in cluster.host_plans(fabric)} & {id(plan) for plan in cluster.host_plans(other)}
            if meet and fabric.roce and other.roce and _told(fabric.roce) != _told(other.roce):
                yield qos.TWO_POLICIES.about(
                    f"the hosts on {fabric.name} and {other.name} would have two maps of classes",
                    ("fabrics", fabric.name, "roce"),
                    related=((("fabrics", other.name, "roce"), "the other"),),
                    advice="write the same classes in both, or leave `roce` out of one",
                )
                break


def _told(policy: RocePolicy) -> list[TrafficClass]:
    """Return the classes without where they come from."""
    return [replace(c, origin="") for c in policy.classes]


def _tiers(fabric: Derived) -> Iterator[Finding]:
    """Yield what lossless traffic needs of the tiers as they came out: enough spines, and lengths of all cables."""
    above = fabric.above(fabric.edge.role)
    if above is None:
        return
    trunk, uplinks = fabric.plan.parallel(above, speaking=False), fabric.facing(fabric.edge.role)[1]
    spines = uplinks // trunk
    if spines < ENOUGH_SPINES and uplinks >= FEWEST_UPLINKS:
        where = "pod" if fabric.grouped is None else "group"
        yield qos.FEW_SPINES.about(
            f"a {where} has {spines} spine{'s' * (spines > 1)} under lossless traffic",
            ("fabrics", fabric.name, above, "count") if fabric.listed is None else ("fabrics", fabric.name, above),
            at_key=fabric.listed is not None,
            notes=(f"each leaf has {uplinks} uplinks, {trunk} to each spine",),
            advice=f"write `count: {_next_count(uplinks)}`" if fabric.listed is None else "",
        )
    for role in fabric.tiers:
        if role not in fabric.stated and fabric.cables_m[role] is None:
            yield _no_length(role, ("fabrics", fabric.name))


def _next_count(uplinks: int) -> int:
    """Return the fewest spines that are enough and that the uplinks of a leaf can be shared among."""
    return next(count for count in range(ENOUGH_SPINES, uplinks + 1) if uplinks % count == 0)


Places = Mapping[str, IntentPath]


def _code_points(classes: Mapping[str, RoceClass], at: Places) -> Iterator[Finding]:
    owners: dict[int, str] = {}
    rest = [name for name, c in classes.items() if c.dscp == "rest"]
    if len(rest) != 1:
        said = f"{' and '.join(rest)} both take the rest" if rest else "no class takes the rest"
        place = at[rest[-1]] if rest else next(iter(at.values()))[:4]
        yield qos.REST_CLASS.about(
            f"{said} of the code points", (*place, "dscp") if rest else place, advice="give one class `dscp: rest`"
        )
    for name, c in classes.items():
        for dscp in c.dscp if c.dscp != "rest" else ():
            if dscp in owners and owners[dscp] == name:
                yield qos.DSCP_TWICE.about(f"DSCP {dscp} is listed twice", (*at[name], "dscp"))
            elif dscp in owners:
                first, second = _said_last(owners[dscp], name, at)
                yield qos.DSCP_TWICE.about(
                    f"DSCP {dscp} belongs to {first} already", (*at[second], "dscp"), related=_other(at, first, "dscp")
                )
            owners.setdefault(dscp, name)


def _numbers(classes: Mapping[str, RoceClass], at: Places) -> Iterator[Finding]:
    for field, key, what in (
        ("traffic_class", "traffic-class", "traffic class"),
        ("queue", "queue", "queue"),
        ("pfc_priority", "pfc-priority", "PFC priority"),
    ):
        owners: dict[int, str] = {}
        for name, c in classes.items():
            number = getattr(c, field)
            if number is None:
                continue
            if number in owners:
                first, second = _said_last(owners[number], name, at)
                yield qos.NUMBER_TWICE.about(
                    f"{what} {number} is that of {first} already", (*at[second], key), related=_other(at, first, key)
                )
            owners.setdefault(number, name)


def _said_last(first: str, second: str, at: Places) -> tuple[str, str]:
    """Order two classes so that the second is one that the intent itself describes, where one is."""
    return (second, first) if len(at[second]) < len(at[first]) else (first, second)


def _other(at: Places, name: str, key: str) -> tuple[tuple[IntentPath, str], ...]:
    described = len(at[name]) > len(("fabrics", "", "roce", "classes"))
    return (((*at[name], key), f"{name}'s"),) if described else ()


def _priorities(classes: Mapping[str, RoceClass], at: Places) -> Iterator[Finding]:
    for name, c in classes.items():
        if c.lossless and c.pfc_priority is None:
            yield qos.PFC_PRIORITY.about(
                f"{name} is lossless and has no PFC priority", (*at[name], "lossless"), advice="add `pfc-priority`"
            )
        if not c.lossless and c.pfc_priority is not None:
            yield qos.PFC_PRIORITY.about(
                f"{name} has a PFC priority and is not lossless",
                (*at[name], "pfc-priority"),
                advice="add `lossless: true`, or remove `pfc-priority`",
            )
        if c.strict is not None and (c.lossless or c.bandwidth is not None):
            what = "lossless" if c.lossless else "given a share of the link"
            yield qos.LOSSLESS_STRICT.about(f"{name} is strict and {what}", (*at[name], "strict"))
        elif c.strict is not None and c.strict.cap is None and not _control(c):
            yield qos.STRICT_UNCAPPED.about(
                f"{name} is strict without a ceiling, and carries more than control traffic",
                (*at[name], "strict"),
                advice="write `strict: {cap: 5%}`, or what it needs at most",
            )
    yield from _lossless(classes, at)


def _control_classes(roce: Roce, classes: Mapping[str, RoceClass], at: Places) -> Iterator[Finding]:
    cnp = classes.get(NOTIFICATIONS)
    if roce.congestion_control != "none" and cnp is not None:
        if cnp.lossless:
            yield qos.NOTIFICATION_CLASS.about(
                "the class of congestion notifications is lossless", (*at[NOTIFICATIONS], "lossless")
            )
        elif cnp.strict is None:
            yield qos.NOTIFICATION_CLASS.about(
                "the class of congestion notifications has no strict priority",
                at[NOTIFICATIONS],
                at_key=True,
                advice="add `strict: {cap: 5%}`",
            )
    for name, c in classes.items():
        held = [dscp for dscp in ROUTING if c.dscp != "rest" and dscp in c.dscp]
        if c.lossless and held and name != NOTIFICATIONS:
            yield qos.LOSSLESS_CONTROL.about(
                f"{name} is lossless and has DSCP {' and '.join(map(str, held))}, which routing protocols use",
                (*at[name], "dscp"),
            )
        elif c.lossless and c.dscp == "rest":
            yield qos.LOSSLESS_CONTROL.about(
                f"{name} is lossless and takes the rest of the code points, whatever it is",
                (*at[name], "dscp"),
                advice="name the code points that are lossless",
            )
        elif c.lossless and not c.dscp:
            yield qos.NO_CODE_POINT.about(f"{name} is lossless and has no code point", (*at[name], "dscp"))


def _control(c: RoceClass) -> bool:
    return c.dscp != "rest" and all(dscp in CONTROL for dscp in c.dscp)


def _lossless(classes: Mapping[str, RoceClass], at: Places) -> Iterator[Finding]:
    lossless = [name for name, c in classes.items() if c.lossless]
    if not lossless:
        yield qos.NO_LOSSLESS.about("no class is lossless", next(iter(at.values()))[:4])
        return
    last = max(lossless, key=lambda name: len(at[name]))
    said = f"{len(lossless)} classes are lossless ({', '.join(lossless)})"
    if len(lossless) > MOST_LOSSLESS:
        yield qos.LOSSLESS_COUNT.about(f"{said}; {MOST_LOSSLESS} are the most", (*at[last], "lossless"))
    elif len(lossless) > 1:
        yield qos.SECOND_LOSSLESS.about(f"{said}: every port keeps headroom for each of them", (*at[last], "lossless"))


def _bandwidth(classes: Mapping[str, RoceClass], at: Places, path: IntentPath) -> Iterator[Finding]:
    weighted = {name: c.bandwidth for name, c in classes.items() if c.strict is None}
    given = {name: share for name, share in weighted.items() if share is not None}
    total, unnamed = sum(given.values()), len(weighted) - len(given)
    if (unnamed and total + unnamed > 100) or (not unnamed and weighted and total != 100):
        said = [name for name in given if len(at[name]) > len(path) + 1]
        place = (*at[said[-1]], "bandwidth") if said else (*path, "classes")
        rest = f", and {unnamed} more need at least 1 % each" if unnamed else ""
        shares = " + ".join(f"{name} {share}" for name, share in given.items())
        yield qos.BANDWIDTH.about(f"the shares make {total} %{rest}", place, notes=(shares,))


def _thresholds(roce: Roce, mtu: int, path: IntentPath) -> Iterator[Finding]:
    for role, speeds in roce.ecn.items():
        for speed, ecn in speeds.items():
            if ecn.min >= ecn.max:
                yield qos.ECN_ORDER.about(
                    f"marking begins at {ecn.min} bytes and would be complete at {ecn.max}",
                    (*path, "ecn", role, speed, "min"),
                    related=(((*path, "ecn", role, speed, "max"), "complete here"),),
                )
            elif ecn.min < mtu:
                yield qos.WITHIN_A_PACKET.about(
                    f"marking begins at {ecn.min} bytes, and one packet has up to {mtu}",
                    (*path, "ecn", role, speed, "min"),
                )


def _watchdog(fabric: Fabric, roce: Roce, classes: Mapping[str, RoceClass], path: IntentPath) -> Iterator[Finding]:
    dog = roce.watchdog
    if dog is None:
        if any(c.lossless for c in classes.values()):
            yield qos.NO_WATCHDOG.about("lossless queues have no watchdog", (*path, "watchdog"))
        return
    longest = min(dog.detect, dog.restore) // 2
    if dog.poll > longest:
        yield qos.WATCHDOG_POLL.about(
            f"polling every {dog.poll} ms cannot see {min(dog.detect, dog.restore)} ms",
            (*path, "watchdog", "poll"),
            advice=f"poll at least every {longest}ms",
        )
    if fabric.bfd is not None and fabric.bfd.interval * fabric.bfd.multiplier <= dog.detect:
        detection = fabric.bfd.interval * fabric.bfd.multiplier
        yield qos.BFD_WATCHDOG.about(
            f"BFD gives a session up after {detection} ms, the watchdog a queue after {dog.detect} ms",
            (*path[:2], "bfd", "interval"),
            related=(((*path, "watchdog", "detect"), "the watchdog"),),
        )


def _cables(fabric: Fabric, path: IntentPath) -> Iterator[Finding]:
    across = {"dragonfly": ("local", "global"), "dragonfly-plus": ("global",)}.get(fabric.kind, ())
    for key in ("host", *list(fabric.roles())[1:], *across):
        if getattr(fabric.cables, "global_" if key == "global" else key) is None:
            yield _no_length(key, path)


def _no_length(key: str, path: IntentPath) -> Finding:
    return qos.CABLE_LENGTH.about(
        f"the length of the {key} cables is not given, and their ports are lossless",
        (*path, "cables"),
        at_key=True,
        advice=f"add `{key}: 5m` or what it is",
    )


def _mtu(intent: Intent, fabric: Fabric, path: IntentPath) -> Iterator[Finding]:
    ends = {
        **{(*path, role, "mtu"): tier.mtu for role, tier in fabric.roles().items()},
        ("hosts", "mtu"): intent.hosts.mtu,
    }
    own = [at for at, mtu in ends.items() if mtu is not None]
    values = {mtu or fabric.mtu for mtu in ends.values()}
    # where ends differ, that is another finding
    if len(values) == 1 and (mtu := values.pop()) < ROCE_MTU:
        yield qos.SMALL_MTU.about(
            f"an IP MTU of {mtu} holds no RoCE packet of 4,096 bytes", own[0] if own else (*path, "mtu")
        )
