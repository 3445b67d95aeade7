"""Lossless ports against the chip's buffer: headroom fits, and ECN marks before PFC pauses.

A dynamic threshold gives each congested group ``alpha`` times what is free of the pool ``B`` that all share. With
``n`` groups at their threshold, each holds ``T = alpha B / (1 + alpha n)`` (Choudhury and Hahne 1998, as in
`netgen.cluster.buffers`), and then PFC pauses its sender. The worst is that all lossless groups of a switch are
congested at once. A queue holds what its senders' groups hold: 2 T of two senders, the least that congest a port of
their own speed; T where one is faster. Marking comes first if it is complete below that (Y. Zhu et al., "Congestion
Control for Large-Scale RDMA Deployments", SIGCOMM 2015, section 4.1).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from netgen.catalog.model import SwitchModel
from netgen.cluster.buffers import Basis, BufferPlan, PortClass, share
from netgen.cluster.fabric import Fabric, Tier
from netgen.cluster.model import Cluster
from netgen.cluster.port_classes import port_classes
from netgen.cluster.roce import RocePolicy
from netgen.cluster.topology.slots import layer_of
from netgen.device.text import units
from netgen.diagnostics.codes import qos
from netgen.diagnostics.finding import Finding, IntentPath
from netgen.diagnostics.model import Severity
from netgen.intent.models import Intent
from netgen.intent.quantities import Breakout
from netgen.platforms.lengths import headroom_lengths
from netgen.platforms.model import Platform
from netgen.record import replace
from netgen.rules.merge import merged


@dataclass(frozen=True)
class Site:
    """The switches of a tier that are of one model, under a policy with a lossless class."""

    fabric: Fabric
    tier: Tier
    model: SwitchModel
    platform: Platform
    policy: RocePolicy

    @property
    def path(self) -> IntentPath:
        """Of the fabric."""
        return ("fabrics", self.fabric.name)

    @cached_property
    def classes(self) -> Mapping[str, PortClass]:
        """The ports, by the key of their cables."""
        return port_classes(self.fabric, self.tier, self.model, self.platform)

    @cached_property
    def plan(self) -> BufferPlan | None:
        """How the chip's buffer is shared out."""
        return share(self.model.asic, self.platform.name, self.classes.values())

    @property
    def groups(self) -> int:
        """Lossless groups of one switch."""
        return sum(one.count * one.groups for one in self.classes.values())


def check(intent: Intent, cluster: Cluster, platforms: Mapping[str, Platform]) -> Iterator[Finding]:
    """Yield what does not fit, what PFC pauses too early, and what cannot be known."""
    findings: list[Finding] = []
    for fabric in cluster.fabrics:
        for site in sites(fabric, platforms):
            findings += _thumbs(site)
            plan = site.plan
            if plan is None:
                findings.append(_unknown(site))
            elif unfit := list(_headroom(intent, site, plan)):
                findings += unfit
            elif site.policy.marking:
                findings += [found for breakout in site.tier.breakouts for found in _marking(site, plan, breakout)]
    yield from merged(findings)


def sites(fabric: Fabric, platforms: Mapping[str, Platform]) -> Iterator[Site]:
    """Yield every kind of switch that has lossless ports, stand-ins of another model included."""
    policy = fabric.roce
    if policy is None or not any(c.lossless for c in policy.classes):
        return
    models = [(tier.role, tier.model) for tier in fabric.tiers.values()]
    models += [(layer_of(fabric.plan, node).name, model) for node, model in sorted(fabric.overlay.models.items())]
    for role, model in dict.fromkeys(models):
        tier = fabric.tier(role)
        platform = platforms[tier.platform]
        if platform.expresses["pfc"] is None:
            yield Site(fabric, tier, model, platform, policy)


def fan_in(classes: Mapping[str, PortClass], speed_gbps: int) -> int:
    """Return how few senders congest a port of a speed: one where it is faster than the port, else two."""
    return 1 if any(one.speed_gbps > speed_gbps for one in classes.values()) else 2


def complete_bytes(site: Site, breakout: Breakout) -> int:
    """Return where marking is complete on ports of cages that are divided so, as the platform counts it."""
    size = site.policy.marking_at(site.tier.place(site.model, breakout)).max_bytes
    unit = _percent_bytes(site)
    return size if unit is None else units(size, unit) * unit


def _percent_bytes(site: Site) -> int | None:
    """Return what one percent is where the platform counts in whole ones (Junos), at most."""
    unit = site.platform.models.get(site.model.name, {}).get("fill_level_unit_bytes")
    return unit if isinstance(unit, int) else None


def _headroom(intent: Intent, site: Site, plan: BufferPlan) -> Iterator[Finding]:
    shared = plan.headroom_pool_bytes
    if shared is None:
        needed = sum(one.count * one.groups * one.headroom.size_bytes for one in site.classes.values())
        room = plan.chip_bytes - plan.reserved_bytes
        fits = plan.pool_bytes > 0
        notes = [f"the chip has {plan.chip_bytes:,} B, of which it keeps {plan.reserved_bytes:,} B for other traffic"]
    else:
        needed = sum(one.needed_bytes for one in site.classes.values())
        room = int(shared * plan.oversubscription)
        fits = needed <= room
        most = float(plan.oversubscription)
        notes = [f"the groups share {shared:,} B of headroom, and exceed it {most:g} times at most ({plan.source})"]
    if fits:
        return
    yield qos.HEADROOM.about(
        f"headroom of a {site.tier.role} takes {needed:,} B; {site.model.asic.title} has room for {room:,} B",
        _culprit(intent, site),
        notes=(*_products(site, own=shared is None), *notes),
        advice="shorter cables, fewer lossless classes, or fewer ports",
    )


def _products(site: Site, *, own: bool) -> Iterator[str]:
    for one in site.classes.values():
        size = one.headroom.size_bytes if own else one.headroom.xoff_bytes
        classes = "1 class" if one.groups == 1 else f"{one.groups} classes"
        total = one.count * one.groups * size
        what = f"{one.speed_gbps}G, {one.headroom.cable_m} m"
        yield f"{one.count} ports x {classes} x {size:,} B ({what}) = {total:,} B"


def _culprit(intent: Intent, site: Site) -> IntentPath:
    """Return what to change: a second lossless class of the intent, else the longest cables."""
    given = intent.fabrics[site.fabric.name].roce
    lossless = [c.name for c in site.policy.classes if c.lossless]
    said = [] if given is None else [name for name in lossless if name in given.classes]
    if len(lossless) > 1 and said:
        return (*site.path, "roce", "classes", said[-1], "lossless")
    longest = max(site.classes, key=lambda key: site.classes[key].headroom.cable_m)
    return (*site.path, "cables", longest)


def _marking(site: Site, plan: BufferPlan, breakout: Breakout) -> Iterator[Finding]:
    size, role, speed = complete_bytes(site, breakout), site.tier.role, breakout.speed_gbps
    threshold, least = plan.threshold_bytes(site.groups), fan_in(site.classes, speed)
    said = (role, speed) in site.policy.ecn
    path: IntentPath = (
        (*site.path, "roce", "ecn", role, f"{speed}G", "max") if said else (*site.path, "roce", "profile")
    )
    alpha, pool = plan.alpha, f"{plan.pool_bytes:,} B"
    shared = f"{site.groups} lossless groups share {pool} ({plan.source})"
    if size > alpha * plan.pool_bytes:
        yield qos.MARKING_NEVER.about(
            f"marking of a {role}'s {speed}G ports is complete at {size:,} B, which no queue reaches",
            path,
            notes=(f"{shared}, each up to {alpha} times what is free",),
            advice=_advice(role, speed, least * threshold),
        )
    elif size > least * threshold:
        senders = "one sender makes" if least == 1 else f"{least} senders make"
        late = qos.MARKING_LATE.about(
            f"marking of a {role}'s {speed}G ports is complete at {size:,} B, "
            f"but {senders} PFC pause at {least * threshold:,} B where all ports are congested",
            path,
            notes=(
                f"{shared}: {alpha} x {pool} / (1 + {alpha} x {site.groups}) = {threshold:,} B for each",
                f"marking comes first from {-(-size // max(threshold, 1))} senders to one port on",
            ),
            advice=_advice(role, speed, least * threshold),
        )
        yield late if _percent_bytes(site) is None else _at_most(late, site)


def _at_most(late: Finding, site: Site) -> Finding:
    """Say of thresholds in percent what they are at most: the memory that they are percents of is not published."""
    title, unit = site.platform.title, _percent_bytes(site)
    note = f"{title} counts in whole percents, of {unit:,} B at most: marking may be complete earlier"
    return replace(late, severity=Severity.NOTE, notes=(*late.notes, note), advice="")


def _advice(role: str, speed_gbps: int, most_bytes: int) -> str:
    return f"a `max` of at most {most_bytes // 1000}KB under `ecn: {{{role}: {{{speed_gbps}G: …}}}}`"


def _thumbs(site: Site) -> Iterator[Finding]:
    if headroom_lengths(site.platform, site.model.name) is not None:
        return  # where a platform has a table of its own, a cable that is not in it is refused (netgen.rules.switches)
    for key, one in site.classes.items():
        if site.plan is not None and one.headroom.basis is Basis.THUMB:
            title, length = site.model.asic.title, one.headroom.cable_m
            yield qos.HEADROOM_THUMB.about(
                f"nothing is published of headroom for {one.speed_gbps}G over {length} m on {title}; "
                f"{one.headroom.xoff_bytes:,} B a group is a rule of thumb",
                (*site.path, "cables", key),
                notes=(site.model.asic.why_unknown("headroom"),),
                advice="let the vendor confirm what such a cable needs",
            )


def _unknown(site: Site) -> Finding:
    asic = site.model.asic
    return qos.BUFFER_UNKNOWN.about(
        f"whether headroom fits and marking comes before PFC pauses is not checked on {asic.title}",
        (*site.path, site.tier.role, "model"),
        notes=(asic.why_unknown("buffer"),),
    )
