"""Numbers that a platform counts in steps of its own: marking in parts of a queue's memory, detection in polls.

A platform.yaml that counts so says of a model ``marking: {step_bytes, steps}``, how large a step is and how many there
are, and under ``limits`` ``watchdog_detect_in_polls``. What comes closest is rendered; what no step comes close to is
refused here.
"""

from collections.abc import Iterator, Mapping

from netgen.cluster.model import Cluster, Fabric, Tier
from netgen.cluster.roce import Ecn, RocePolicy, Watchdog
from netgen.device.text import units
from netgen.diagnostics.codes import platform as codes
from netgen.diagnostics.finding import Finding, IntentPath
from netgen.platforms.model import Platform
from netgen.rules.merge import merged

IN_POLLS = "watchdog_detect_in_polls"


def check(cluster: Cluster, platforms: Mapping[str, Platform]) -> Iterator[Finding]:
    """Yield what falls between the steps of a platform; what leaves and spines have in common is one finding."""
    yield from merged(_of_tiers(cluster, platforms))


def _of_tiers(cluster: Cluster, platforms: Mapping[str, Platform]) -> Iterator[Finding]:
    for fabric in cluster.fabrics:
        policy = fabric.roce
        for tier in (fabric.leaf, fabric.spine):
            platform = platforms[tier.platform]
            if policy is None:
                continue
            if policy.marking:
                yield from _marking(policy, fabric, tier, platform)
            if policy.watchdog is not None and platform.limits.get(IN_POLLS):
                yield from _detection(policy.watchdog, fabric, platform)


def _marking(policy: RocePolicy, fabric: Fabric, tier: Tier, platform: Platform) -> Iterator[Finding]:
    speed = tier.breakout.speed_gbps
    path: IntentPath = ("fabrics", fabric.name, "roce")
    said = (tier.role, speed) in policy.ecn
    for name in sorted({tier.model.name, *(model.name for model in fabric.overlay.models.values())}):
        data = platform.models.get(name, {}).get("marking")
        step, steps = (data.get("step_bytes"), data.get("steps")) if isinstance(data, Mapping) else (None, None)
        if isinstance(step, int) and isinstance(steps, int):
            for key, message in _between(policy.marking_at(tier.role, speed), step, steps, platform.title):
                place = (*path, "ecn", tier.role, f"{speed}G", key) if said else (*path, "profile")
                note = f"a step is {step} B, a {steps}th of what a queue of {name} can hold"
                advice = "" if said else f"write thresholds for the {tier.role}'s {speed}G ports below `ecn`"
                yield codes.BETWEEN_STEPS.about(message, place, notes=(note,), advice=advice)


def _between(ecn: Ecn, step: int, steps: int, title: str) -> Iterator[tuple[str, str]]:
    """Yield the key of a threshold that cannot be told, and why."""
    low, high = units(ecn.min_bytes, step), units(ecn.max_bytes, step)
    if low == 0:
        yield "min", f"marking begins at {ecn.min_bytes} B, which is less than half a step of {title}"
    if high > steps:
        yield "max", f"marking is complete at {ecn.max_bytes} B, beyond the last step of {title}"
    elif 0 < low == high:
        yield "max", f"marking begins at {ecn.min_bytes} B and is complete at {ecn.max_bytes} B, one step of {title}"


def _detection(dog: Watchdog, fabric: Fabric, platform: Platform) -> Iterator[Finding]:
    below = dog.detect_ms // dog.poll_ms * dog.poll_ms
    if dog.detect_ms != below:
        yield codes.BETWEEN_STEPS.about(
            f"the watchdog's detection of {dog.detect_ms} ms is no whole number of polls of {dog.poll_ms} ms, "
            f"in which {platform.title} counts",
            ("fabrics", fabric.name, "roce", "watchdog", "detect"),
            advice=f"write `detect: {below}ms` or `detect: {below + dog.poll_ms}ms`, or poll more often",
        )
