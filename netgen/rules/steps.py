"""Marking thresholds on platforms that count them in whole percents of what a queue can hold.

A platform.yaml that counts so says of a model ``fill_level_unit_bytes``, what one percent is. The nearest percent is
rendered; what none comes close to is refused here.
"""

from collections.abc import Iterator, Mapping
from itertools import product

from netgen.cluster.fabric import Fabric, Tier
from netgen.cluster.model import Cluster
from netgen.cluster.roce import Ecn, RocePolicy
from netgen.device.text import units
from netgen.diagnostics.codes import platform as codes
from netgen.diagnostics.finding import Finding, IntentPath
from netgen.platforms.model import Platform
from netgen.rules.merge import merged

PERCENTS = 100


def check(cluster: Cluster, platforms: Mapping[str, Platform]) -> Iterator[Finding]:
    """Yield what falls between the percents; what leaves and spines have in common is one finding."""
    findings: list[Finding] = []
    for fabric in cluster.fabrics:
        if fabric.roce is not None and fabric.roce.marking:
            for tier in fabric.tiers.values():
                findings += _marking(fabric.roce, fabric, tier, platforms[tier.platform])
    yield from merged(findings)


def _marking(policy: RocePolicy, fabric: Fabric, tier: Tier, platform: Platform) -> Iterator[Finding]:
    path: IntentPath = ("fabrics", fabric.name, "roce")
    models = {model.name: model for model in (tier.model, *fabric.overlay.models.values())}
    for (name, model), breakout in product(sorted(models.items()), tier.breakouts):
        unit = platform.models.get(name, {}).get("fill_level_unit_bytes")
        if not isinstance(unit, int):
            continue
        place = tier.place(model, breakout)
        said = (place.role, place.speed_gbps) in policy.ecn
        for key, message in _between(policy.marking_at(place), unit, platform.title):
            yield codes.BETWEEN_STEPS.about(
                message,
                (*path, "ecn", place.role, f"{place.speed_gbps}G", key) if said else (*path, "profile"),
                notes=(f"1 % of what a queue of {name} can hold is {unit:,} B",),
                advice="" if said else f"write thresholds for the {place.role}'s {place.speed_gbps}G ports below `ecn`",
            )


def _between(ecn: Ecn, unit: int, title: str) -> Iterator[tuple[str, str]]:
    """Yield the key of a threshold that cannot be told, and why."""
    low, high = units(ecn.min_bytes, unit), units(ecn.max_bytes, unit)
    if low == 0:
        yield "min", f"marking begins at {ecn.min_bytes:,} B, which {title} rounds to 0 %"
    if high > PERCENTS:
        yield "max", f"marking is complete at {ecn.max_bytes:,} B, which is {high} % on {title}"
    elif 0 < low == high:
        yield "max", f"marking from {ecn.min_bytes:,} B to {ecn.max_bytes:,} B begins and ends at {low} % on {title}"
