"""Numbers of the intent that a platform does not hear: who wrote one down believes that it does something."""

from collections.abc import Iterator, Mapping

from netgen.cluster.fabric import Fabric as Laid
from netgen.cluster.model import Cluster
from netgen.cluster.topology.slots import HOST
from netgen.diagnostics.codes import platform as codes
from netgen.diagnostics.finding import Finding, IntentPath
from netgen.diagnostics.model import Severity
from netgen.intent.models import Fabric, Intent, Roce, RoceClass
from netgen.platforms.features import NUMBERS
from netgen.platforms.model import Platform
from netgen.record import Record, replace
from netgen.rules.merge import merged

FEATURE_OF = {
    "class.dscp": "dscp-map",
    "class.traffic-class": "queue-map",
    "class.queue": "queue-map",
    "class.pfc-priority": "pfc",
    "class.bandwidth-percent": "weighted-queues",
    "class.cap-percent": "strict-cap",
    "ecn.min-bytes": "ecn",
    "ecn.max-bytes": "ecn",
    "ecn.probability-percent": "ecn",
    "watchdog.detect-ms": "watchdog",
    "watchdog.restore-ms": "watchdog",
    "watchdog.poll-ms": "watchdog",
}
"""The feature that a number is part of: of what a platform lacks as a whole, `expression` tells, and once."""

DUE = ("class.traffic-class", "class.queue")
"""Numbers that a class must state: where a platform has no use for one, that is worth a note and nobody's mistake."""


class Stated(Record):
    """A number that the intent states.

    Parameters
    ----------
    number
        One of `NUMBERS`.
    path
        Where.
    roles
        Whose it is.
    """

    number: str
    path: IntentPath
    roles: tuple[str, ...]


def check(intent: Intent, cluster: Cluster, platforms: Mapping[str, Platform]) -> Iterator[Finding]:
    """Yield what has no effect on some platform of the fabric: what is said of several numbers alike is one finding."""
    yield from merged(_fabric_by_fabric(intent, cluster, platforms))


def _fabric_by_fabric(intent: Intent, cluster: Cluster, platforms: Mapping[str, Platform]) -> Iterator[Finding]:
    for fabric in cluster.fabrics:
        given = intent.fabrics[fabric.name]
        on = {role: [tier.platform] for role, tier in fabric.tiers.items()}
        on[HOST] = list(dict.fromkeys(plan.platform for plan in cluster.host_plans(fabric)))
        for stated in numbers_stated(intent, given, fabric):
            asked = dict.fromkeys(name for role in stated.roles for name in on[role])
            deaf = [name for name in asked if _is_deaf(platforms[name], stated.number)]
            if deaf:
                yield _finding(stated, [platforms[name] for name in deaf])
        yield from _cables(given, fabric, platforms)


def _finding(stated: Stated, deaf: list[Platform]) -> Finding:
    said = f"{NUMBERS[stated.number]} changes nothing on {' and '.join(platform.title for platform in deaf)}"
    finding = codes.UNHEARD.about(said, stated.path, notes=_reasons(stated.number, deaf))
    return replace(finding, severity=Severity.NOTE) if stated.number in DUE else finding


def _cables(given: Fabric, fabric: Laid, platforms: Mapping[str, Platform]) -> Iterator[Finding]:
    """Yield that lengths, which a lossless fabric must state, are only checked by switches that size their headroom."""
    is_lossless = fabric.roce is not None and any(c.lossless for c in fabric.roce.classes)
    used = dict.fromkeys(tier.platform for tier in fabric.tiers.values())
    deaf = [platforms[name] for name in used if _sizes_itself(platforms[name])]
    if is_lossless and deaf and any(length for _, length in given.cables):
        yield codes.CHECKED_ONLY.about(
            f"lengths of cables are checked, and change nothing on {' and '.join(one.title for one in deaf)}",
            ("fabrics", fabric.name, "cables"),
            at_key=True,
            notes=_reasons("port.cable-m", deaf),
        )


def _sizes_itself(platform: Platform) -> bool:
    """Whether no length of a cable is its to set; of what netgen does not set yet, docs/platforms.md tells."""
    effect = platform.effects["port.cable-m"]
    return platform.expresses["pfc"] is None and isinstance(effect, str) and not effect.startswith("not yet:")


def _reasons(number: str, deaf: list[Platform]) -> tuple[str, ...]:
    return tuple(f"{platform.title}: {platform.effects[number]}" for platform in deaf)


def numbers_stated(intent: Intent, given: Fabric, fabric: Laid) -> Iterator[Stated]:
    """Yield every number of the policy and of the ports that the intent itself states, but for lengths of cables."""
    path: IntentPath = ("fabrics", fabric.name)
    switches = tuple(fabric.tiers)
    for role, tier in given.roles().items():
        if tier.mtu is not None:
            yield Stated("port.mtu-bytes", (*path, role, "mtu"), tuple(r for r in switches if fabric.told(r) == role))
    if intent.hosts.mtu is not None:
        yield Stated("port.mtu-bytes", ("hosts", "mtu"), (HOST,))
    if "mtu" in given.model_fields_set:
        yield Stated("port.mtu-bytes", (*path, "mtu"), (*switches, HOST))
    if given.roce is None or fabric.roce is None:
        return
    yield from _of_policy(given.roce, (*path, "roce"), switches, marking=fabric.roce.marking)


def _of_policy(roce: Roce, path: IntentPath, switches: tuple[str, ...], *, marking: bool) -> Iterator[Stated]:
    for name, c in roce.classes.items():
        yield from _of_class(c, (*path, "classes", name), (*switches, HOST))
    for role, speeds in roce.ecn.items() if marking else ():
        for speed in speeds:
            for key, number in (("min", "min-bytes"), ("max", "max-bytes"), ("probability", "probability-percent")):
                yield Stated(f"ecn.{number}", (*path, "ecn", role, speed, key), (role,))
    for key in ("detect", "restore", "poll"):
        if roce.watchdog is not None and key in roce.watchdog.model_fields_set:
            yield Stated(f"watchdog.{key}-ms", (*path, "watchdog", key), switches)


def _of_class(c: RoceClass, path: IntentPath, everywhere: tuple[str, ...]) -> Iterator[Stated]:
    given = {
        "dscp": c.dscp != "rest",
        "traffic-class": True,
        "queue": True,
        "pfc-priority": c.pfc_priority is not None,
    }
    for key, is_given in given.items():
        if is_given:
            yield Stated(f"class.{key}", (*path, key), everywhere)
    if c.bandwidth is not None:
        yield Stated("class.bandwidth-percent", (*path, "bandwidth"), everywhere)
    if c.strict is not None and c.strict.cap is not None:
        yield Stated("class.cap-percent", (*path, "strict", "cap"), everywhere)


def _is_deaf(platform: Platform, number: str) -> bool:
    feature = FEATURE_OF.get(number)
    return isinstance(platform.effects[number], str) and (feature is None or platform.expresses[feature] is None)
