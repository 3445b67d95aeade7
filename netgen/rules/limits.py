"""Numbers of the intent that a platform bounds.

A platform.yaml says under ``limits`` ``min_<measure>``, ``max_<measure>`` or ``step_<measure>``; what the measures are
stands here, and is the same for all platforms.
"""

from collections.abc import Iterator, Mapping

from msgspec import Struct, field

from netgen.cluster.fabric import Fabric, Tier
from netgen.cluster.model import Cluster, ManagementPlan
from netgen.cluster.roce import Place, RocePolicy, Watchdog
from netgen.cluster.topology.slots import HOST
from netgen.diagnostics.codes import derived
from netgen.diagnostics.codes import platform as codes
from netgen.diagnostics.codes.code import Code
from netgen.diagnostics.finding import Finding, IntentPath
from netgen.intent import models
from netgen.platforms.model import Platform
from netgen.record import Record


class Measure(Record):
    """A number that follows from the intent.

    Parameters
    ----------
    name
        One of `MEASURES`; it ends in the unit, where it has one.
    value
        In that unit.
    says
        The number in a sentence, as the intent has it.
    path
        Where the intent says it.
    advice
        What to do if it breaks a bound.
    """

    name: str
    value: int
    says: str
    path: IntentPath
    advice: str = ""


MEASURES = {
    "bfd_interval_ms": " ms",
    "bfd_multiplier": "",
    "ceiling_mbps": " Mb/s",
    "class_7_queue_offset": "",
    "ecn_bytes": " B",
    "gateways": "",
    "lossless_cable_m": " m",
    "mtu_bytes": "",
    "name_servers": "",
    "paths": "",
    "per_packet_gbps": " Gb/s",
    "pfc_priority_offset": "",
    "queue": "",
    "ssh_keys_per_user": "",
    "strict_queue_gap": "",
    "strict_queue_inversion": "",
    "time_servers": "",
    "watchdog_detect_ms": " ms",
    "watchdog_detect_polls": "",
    "watchdog_detect_remainder_ms": " ms",
    "watchdog_poll_ms": " ms",
    "watchdog_restore_ms": " ms",
    "watchdog_restore_polls": "",
    "watchdog_restore_remainder_ms": " ms",
    "watched_queue_offset": "",
}
"""Every measure, with the unit as it is written behind a number. ``paths`` counts equal-cost next hops;
an ``offset`` is by how much two numbers of a class differ: traffic class 7 and its queue, traffic class and PFC
priority, or queue and PFC priority where a watchdog guards the queue. A ``gap`` counts the queues above the lowest
strict one that are not strict, an ``inversion`` those of them that are weighted. ``polls`` are how many of the
watchdog's polls a time lasts, and a ``remainder`` is what it lasts beyond a whole number of them. ``per_packet_gbps``
is the speed of the links that share the packets of a flow."""
BOUNDS = ("min", "max", "step")
_NONE_ALLOWED = {
    "_offset": "needs the same number for both",
    "_gap": "takes only the highest queues for strict priority, without a gap",
    "_remainder_ms": "counts whole polls",
    "_inversion": "takes no weighted queue above a strict one",
}
"""What a platform with a maximum of 0 says, by the end of the measure's name."""
_CODES: Mapping[str, Code] = {"mtu_bytes": derived.MTU_TOO_LARGE}


class _Broken(Struct):
    """A measure and the bounds that it breaks: pairs of tightness (the smaller, the tighter) and words."""

    measure: Measure
    bounds: set[tuple[int, str]] = field(default_factory=set)


def check(intent: models.Intent, cluster: Cluster, platforms: Mapping[str, Platform]) -> Iterator[Finding]:
    """Yield one finding a number, which names the platform with the tightest bound; the others are notes."""
    broken: dict[Measure, _Broken] = {}
    for platform_name, measure in _asked(intent, cluster):
        bound = _bound(measure, platforms[platform_name])
        if bound is not None:
            broken.setdefault(measure, _Broken(measure)).bounds.add(bound)
    for one in broken.values():
        tightest, *others = (words for _, words in sorted(one.bounds))
        code = _CODES.get(one.measure.name, codes.LIMIT)
        yield code.about(
            f"{one.measure.says}; {tightest}", one.measure.path, notes=tuple(others), advice=one.measure.advice
        )


def limits_of(platform: Platform) -> dict[str, int]:
    """Return a platform's limits, with those that its platform.yaml says elsewhere."""
    return {
        "max_mtu_bytes": platform.mtu.max_bytes - platform.mtu.offset_bytes,
        "max_queue": platform.queue_count - 1,
        **platform.limits,
    }


def _bound(measure: Measure, platform: Platform) -> tuple[int, str] | None:
    limits, unit = limits_of(platform), MEASURES[measure.name]
    low, high, step = (limits.get(f"{bound}_{measure.name}") for bound in BOUNDS)
    if high == 0 and measure.value:
        for ending, words in _NONE_ALLOWED.items():
            if measure.name.endswith(ending):
                return high, f"{platform.title} {words}"
    if high is not None and measure.value > high:
        return high, f"{platform.title} takes at most {high}{unit}"
    if low is not None and measure.value < low:
        return -low, f"{platform.title} needs at least {low}{unit}"
    if step is not None and measure.value % step:
        return -step, f"{platform.title} takes multiples of {step}{unit}"
    return None


def _asked(intent: models.Intent, cluster: Cluster) -> Iterator[tuple[str, Measure]]:
    """Yield every measure with the platform that must take it."""
    for fabric in cluster.fabrics:
        given = intent.fabrics[fabric.name]
        path: IntentPath = ("fabrics", fabric.name)
        roles = given.roles()
        for tier in fabric.tiers.values():
            role = roles[fabric.told(tier.role)]
            for measure in (
                *_management(cluster.management),
                *_routing(fabric, tier, path),
                *_load_balancing(fabric, tier, path),
                _mtu(given, role.mtu, (*path, fabric.told(tier.role), "mtu"), path),
            ):
                yield tier.platform, measure
            for breakout in tier.breakouts:
                for measure in _roce(fabric.roce, given.roce, tier.place(tier.model, breakout), (*path, "roce")):
                    yield tier.platform, measure
        for hosts in cluster.host_plans(fabric):
            yield hosts.platform, _mtu(given, hosts.mtu_bytes, (*hosts.origin.split("."), "mtu"), path)
            place = Place(HOST, hosts.profile.nics[fabric.nics].speed_gbps, hosts.platform, "")
            for measure in _roce(fabric.roce, given.roce, place, (*path, "roce")):
                yield hosts.platform, measure
            length_m = fabric.cables_m[HOST]
            if length_m is not None and fabric.roce is not None:
                said = f"lossless host cables are {length_m} m long"
                yield hosts.platform, Measure("lossless_cable_m", length_m, said, (*path, "cables", "host"))


def _management(plan: ManagementPlan) -> Iterator[Measure]:
    path: IntentPath = ("management",)
    gateways = int(plan.gateway is not None)
    said = f"the management network has {gateways or 'no'} gateway"
    yield Measure("gateways", gateways, said, (*path, "gateway"), "add `gateway` below `management`")
    yield Measure("name_servers", len(plan.dns), f"there are {len(plan.dns)} name servers", (*path, "dns"))
    yield Measure("time_servers", len(plan.ntp), f"there are {len(plan.ntp)} time servers", (*path, "ntp"))
    for user in plan.users:
        keys = len(user.ssh_keys)
        yield Measure(
            "ssh_keys_per_user", keys, f"{user.name} has {keys} SSH keys", (*path, "users", user.name, "ssh-keys")
        )


def _routing(fabric: Fabric, tier: Tier, path: IntentPath) -> Iterator[Measure]:
    paths = tier.ecmp or fabric.equal_paths(tier.role)
    yield Measure(
        "paths", paths, f"a {tier.role} would install {paths} equal-cost paths", (*path, fabric.told(tier.role), "ecmp")
    )
    if fabric.bfd is not None:
        interval, multiplier = fabric.bfd.interval_ms, fabric.bfd.multiplier
        yield Measure("bfd_interval_ms", interval, f"BFD sends every {interval} ms", (*path, "bfd", "interval"))
        yield Measure("bfd_multiplier", multiplier, f"BFD misses {multiplier} packets", (*path, "bfd", "multiplier"))
    if fabric.roce is not None and any(c.lossless for c in fabric.roce.classes):
        for key, length_m in fabric.cables_m.items():
            if length_m is not None and key in fabric.cables_at(tier.role):
                said = f"lossless {key} cables are {length_m} m long"
                yield Measure("lossless_cable_m", length_m, said, (*path, "cables", key))


def _load_balancing(fabric: Fabric, tier: Tier, path: IntentPath) -> Iterator[Measure]:
    if fabric.load_balancing != "per-packet":
        return
    # packets are spread over uplinks by a leaf, over what faces down by a spine
    speed = tier.uplink_breakout.speed_gbps
    yield Measure(
        "per_packet_gbps",
        speed,
        f"the packets of a flow are spread over links of {speed}G",
        (*path, "load-balancing"),
        "say `hash`, or divide the cages into ports of less speed",
    )


def _mtu(given: models.Fabric, own: int | None, own_path: IntentPath, path: IntentPath) -> Measure:
    """Return the MTU of a tier or of the hosts; one that is the fabric's is the same measure for all of them."""
    mtu = own or given.mtu
    return Measure("mtu_bytes", mtu, f"the IP MTU is {mtu} bytes", own_path if own else (*path, "mtu"))


def _roce(policy: RocePolicy | None, given: models.Roce | None, place: Place, path: IntentPath) -> Iterator[Measure]:
    """Yield the measures of the policy on some ports."""
    if policy is None or given is None:
        return
    for c in policy.classes:
        if c.cap_percent is not None:
            ceiling = c.cap_percent * place.speed_gbps * 10
            said = f"the ceiling of {c.name} is {c.cap_percent} % of {place.speed_gbps}G, {ceiling} Mb/s"
            stated = ("classes", c.name, "strict", "cap") if c.name in given.classes else ("profile",)
            yield Measure("ceiling_mbps", ceiling, said, (*path, *stated))
        own = (*path, "classes", c.name, "queue") if c.name in given.classes else (*path, "profile")
        yield Measure("queue", c.queue, f"{c.name} is in queue {c.queue}", own)
        if c.pfc_priority is not None:
            offset = abs(c.traffic_class - c.pfc_priority)
            said = f"{c.name} has traffic class {c.traffic_class} and PFC priority {c.pfc_priority}"
            at = (*own[:-1], "pfc-priority") if c.name in given.classes else own
            yield Measure("pfc_priority_offset", offset, said, at)
        if c.pfc_priority is not None and policy.watchdog is not None:
            offset = abs(c.queue - c.pfc_priority)
            said = f"the watchdog guards queue {c.queue} of {c.name}, which has PFC priority {c.pfc_priority}"
            yield Measure("watched_queue_offset", offset, said, own)
        if c.traffic_class == models.MAX_PRIORITY:
            said = f"{c.name} has traffic class {c.traffic_class} and queue {c.queue}"
            yield Measure("class_7_queue_offset", abs(c.queue - c.traffic_class), said, own)
    yield from _strict(policy, given, path)
    if policy.marking:
        yield from _thresholds(policy, place, path)
    if policy.watchdog is not None:
        yield from _watchdog(policy.watchdog, (*path, "watchdog"))


def _strict(policy: RocePolicy, given: models.Roce, path: IntentPath) -> Iterator[Measure]:
    """Yield how many queues that are not strict stand above the lowest strict one, and how many of them are used."""
    strict = sorted((c for c in policy.classes if c.strict), key=lambda c: c.queue)
    if not strict:
        return
    lowest, queues = strict[0], {c.queue for c in strict}
    gap = sum(queue not in queues for queue in range(lowest.queue, models.MAX_PRIORITY + 1))
    own = (*path, "classes", lowest.name, "queue") if lowest.name in given.classes else (*path, "profile")
    others = "1 queue that is" if gap == 1 else f"{gap} queues that are"
    said = f"{lowest.name} is strict in queue {lowest.queue}, below {others} not"
    yield Measure("strict_queue_gap", gap, said, own)
    over = sorted(c.queue for c in policy.classes if not c.strict and c.queue > lowest.queue)
    weighted = " and ".join(map(str, dict.fromkeys(over))) or "none"
    said = f"{lowest.name} is strict in queue {lowest.queue}, below weighted ones: {weighted}"
    yield Measure("strict_queue_inversion", len(over), said, own)


def _thresholds(policy: RocePolicy, place: Place, path: IntentPath) -> Iterator[Measure]:
    role, speed = place.role, place.speed_gbps
    ecn = policy.marking_at(place)
    said = (role, speed) in policy.ecn
    for key, size, begins in (("min", ecn.min_bytes, "begins"), ("max", ecn.max_bytes, "is complete")):
        own = (*path, "ecn", role, f"{speed}G", key) if said else (*path, "profile")
        yield Measure("ecn_bytes", size, f"marking {begins} at {size} B", own)


def _watchdog(dog: Watchdog, path: IntentPath) -> Iterator[Measure]:
    for key, time_ms, what in (
        ("detect", dog.detect_ms, "detection"),
        ("restore", dog.restore_ms, "restoration"),
        ("poll", dog.poll_ms, "polling interval"),
    ):
        yield Measure(f"watchdog_{key}_ms", time_ms, f"the watchdog's {what} is {time_ms} ms", (*path, key))
    for key, time_ms, what in (("detect", dog.detect_ms, "detection"), ("restore", dog.restore_ms, "restoration")):
        polls, remainder = divmod(time_ms, dog.poll_ms)
        said = f"the watchdog's {what} of {time_ms} ms is {polls} polls of {dog.poll_ms} ms"
        yield Measure(f"watchdog_{key}_polls", polls, said, (*path, key))
        yield Measure(
            f"watchdog_{key}_remainder_ms",
            remainder,
            f"{said} and {remainder} ms more",
            (*path, key),
            "make it a multiple of `poll`",
        )
