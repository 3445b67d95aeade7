"""What the intent asks for and a platform cannot say: reported, never dropped in silence."""

from collections.abc import Iterator, Mapping

from netgen.cluster.fabric import Fabric, Tier
from netgen.cluster.model import Cluster, HostPlan, ManagementPlan
from netgen.cluster.roce import RocePolicy
from netgen.diagnostics.codes import platform as codes
from netgen.diagnostics.finding import Finding, IntentPath
from netgen.intent.models import Management
from netgen.platforms.features import FEATURES
from netgen.platforms.model import Platform
from netgen.rules.merge import merged

AT_BOTH_ENDS = {"dscp-map", "pfc", "weighted-queues", "strict-queues"}
"""What a host's NIC does of a RoCE policy as its leaf does; marking and the switches' watchdog are not its own."""


def check(cluster: Cluster, platforms: Mapping[str, Platform]) -> Iterator[Finding]:
    """Yield at most one finding a platform and part of the intent; it lists the features with the reasons.

    Routing, and what `management` lists, are asked of switches only.
    """
    yield from merged(_tier_by_tier(cluster, platforms))
    yield from _routing_table(cluster, platforms)


def check_links(cluster: Cluster, platforms: Mapping[str, Platform]) -> Iterator[Finding]:
    """Yield the platforms that cannot have links as the fabric has them; without links, there is no fabric."""
    for fabric in cluster.fabrics:
        yield from _attached(cluster, fabric, platforms)
        feature = "unnumbered" if fabric.numbers.links is None else "numbered"
        for name, roles in _roles_by_platform(fabric).items():
            platform = platforms[name]
            reason = platform.expresses[feature]
            if reason is not None:
                yield codes.MISSING_BASIS.about(
                    f"{platform.title} cannot express {FEATURES[feature]}, and all links of the fabric are {feature}",
                    ("fabrics", fabric.name, "pools", "links"),
                    related=tuple((("fabrics", fabric.name, role, "platform"), "here") for role in roles),
                    notes=(reason,),
                )


def _routing_table(cluster: Cluster, platforms: Mapping[str, Platform]) -> Iterator[Finding]:
    """Yield that no switch calls its management's table as the intent does: some systems have a name for it."""
    said = cluster.management.vrf
    used = {tier.platform: None for fabric in cluster.fabrics for tier in fabric.tiers.values()}
    names = {platforms[name].title: platforms[name].management.vrf for name in used}
    if said != Management.model_fields["vrf"].default and not {None, said} & set(names.values()):
        yield codes.NOT_EXPRESSIBLE.about(
            f"no switch can call the routing table of its management {said}",
            ("management", "vrf"),
            notes=tuple(f"{title} calls it {name}" for title, name in sorted(names.items())),
            advice="leave `vrf` out",
        )


def _attached(cluster: Cluster, fabric: Fabric, platforms: Mapping[str, Platform]) -> Iterator[Finding]:
    """Yield the platforms at the ends of host links that cannot speak BGP over them, or bundle them, as they should."""
    feature = "host-bgp" if fabric.numbers.host_loopbacks is not None else "bond"
    if feature == "bond" and not fabric.numbers.bundled:
        return
    leaf: IntentPath = ("fabrics", fabric.name, fabric.edge.role, "platform")
    hosts = [(platforms[plan.platform], _platform_path(plan)) for plan in cluster.host_plans(fabric)]
    for platform, path in ((platforms[fabric.edge.platform], leaf), *hosts):
        reason = platform.expresses[feature]
        if reason is not None:
            yield codes.MISSING_BASIS.about(
                f"{platform.title} cannot express {FEATURES[feature]}, and the hosts are attached by it",
                ("fabrics", fabric.name, "attach"),
                related=((path, "here"),),
                notes=(reason,),
            )


def _platform_path(plan: HostPlan) -> IntentPath:
    return (*plan.origin.split("."), "platform")


def _roles_by_platform(fabric: Fabric) -> dict[str, list[str]]:
    roles: dict[str, list[str]] = {}
    for tier in fabric.tiers.values():
        roles.setdefault(tier.platform, []).append(fabric.told(tier.role))
    return roles


def _tier_by_tier(cluster: Cluster, platforms: Mapping[str, Platform]) -> Iterator[Finding]:
    for fabric in cluster.fabrics:
        roce = set() if fabric.roce is None else _of_roce(fabric.roce)
        for tier in fabric.tiers.values():
            asked = {
                "the fabric": _of_fabric(fabric, tier),
                "the management plane": _of_management(cluster.management),
                "the RoCE policy": roce,
            }
            path: IntentPath = ("fabrics", fabric.name, fabric.told(tier.role), "platform")
            for who, features in asked.items():
                yield from _missing(who, features, platforms[tier.platform], path)
        for plan in cluster.host_plans(fabric):
            yield from _missing("the RoCE policy", roce & AT_BOTH_ENDS, platforms[plan.platform], _platform_path(plan))


def _missing(who: str, features: set[str], platform: Platform, path: IntentPath) -> Iterator[Finding]:
    reasons: dict[str, list[str]] = {}
    for feature in sorted(features):
        reason = platform.expresses[feature]
        if reason is not None:
            reasons.setdefault(reason, []).append(FEATURES[feature])
    count = sum(map(len, reasons.values()))
    if count == 0:
        return
    (first, *_), *_ = reasons.values()
    what = f"{first}, which {who} asks for" if count == 1 else f"{count} things that {who} asks for"
    yield codes.NOT_EXPRESSIBLE.about(
        f"{platform.title} cannot express {what}",
        path,
        notes=tuple(reason if count == 1 else f"{reason}: {'; '.join(said)}" for reason, said in reasons.items()),
    )


def _of_fabric(fabric: Fabric, tier: Tier) -> set[str]:
    features = {"ecmp", "prefix-filters", "own-routes-only", "maximum-prefixes", "aggregates", "lldp"}
    given = {
        "bfd": fabric.bfd is not None,
        "breakout": any(breakout.ports > 1 for breakout in tier.breakouts),
        "svi": tier is fabric.edge and fabric.numbers.shared,
        "native": bool(fabric.overlay.snippets),
    }
    return features | {feature for feature, asked in given.items() if asked}


def _of_management(plan: ManagementPlan) -> set[str]:
    given = {
        "ntp": bool(plan.ntp),
        "syslog": bool(plan.syslog),
        "dns": bool(plan.dns),
        "snmp": plan.snmp_secret is not None,
        "gnmi": plan.gnmi,
        "users": any(user.secret is not None for user in plan.users),
        "ssh-keys": any(user.ssh_keys for user in plan.users),
    }
    return {"management-vrf"} | {feature for feature, asked in given.items() if asked}


def _of_roce(policy: RocePolicy) -> set[str]:
    watchdog = policy.watchdog
    given = {
        "pfc": any(c.lossless for c in policy.classes),
        "watchdog": watchdog is not None,
        "watchdog-forward": watchdog is not None and watchdog.action == "forward",
        "ecn": policy.marking,
        "weighted-queues": any(not c.strict for c in policy.classes),
        "strict-queues": any(c.strict for c in policy.classes),
        "strict-cap": any(c.cap_percent is not None for c in policy.classes),
    }
    return {"dscp-map", "queue-map"} | {feature for feature, asked in given.items() if asked}
