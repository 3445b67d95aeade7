"""What the intent asks for and a platform cannot say: reported, never dropped in silence."""

from collections.abc import Iterator, Mapping

from netgen.cluster.model import Cluster, Fabric, Tier
from netgen.diagnostics.codes import platform as codes
from netgen.diagnostics.finding import Finding
from netgen.platforms.features import FEATURES
from netgen.platforms.model import Platform


def check(cluster: Cluster, platforms: Mapping[str, Platform]) -> Iterator[Finding]:
    """Yield one finding a tier and missing feature."""
    for fabric in cluster.fabrics:
        for tier in (fabric.leaf, fabric.spine):
            platform = platforms[tier.platform]
            for feature in sorted(_wanted(cluster, fabric, tier)):
                reason = platform.expresses[feature]
                if reason is not None:
                    yield codes.NOT_EXPRESSIBLE.about(
                        f"{platform.title} cannot express {FEATURES[feature]}, so the {tier.role} ports go without",
                        ("fabrics", fabric.name, tier.role, "platform"),
                        notes=(reason,),
                    )


def _wanted(cluster: Cluster, fabric: Fabric, tier: Tier) -> set[str]:
    """List the features that a tier's devices need, where an absence matters."""
    wanted = {"ecmp", "prefix-filters", "own-routes-only", "maximum-prefixes", "aggregates", "lldp", "management-vrf"}
    wanted.add("unnumbered" if fabric.numbers.links is None else "numbered")
    management = cluster.management
    given = {
        "bfd": fabric.bfd is not None,
        "breakout": tier.breakout.ports > 1,
        "ntp": bool(management.ntp),
        "syslog": bool(management.syslog),
        "dns": bool(management.dns),
        "snmp": management.snmp_secret is not None,
        "gnmi": management.gnmi,
        "users": any(user.secret is not None for user in management.users),
        "ssh-keys": any(user.ssh_keys for user in management.users),
        "native": bool(fabric.overlay.snippets),
    }
    wanted |= {feature for feature, asked in given.items() if asked}
    roce = fabric.roce
    if roce is not None:
        wanted |= {"dscp-map", "queue-map"}
        classes = {
            "pfc": any(c.lossless for c in roce.classes),
            "watchdog": roce.watchdog is not None,
            "watchdog-forward": roce.watchdog is not None and roce.watchdog.action == "forward",
            "ecn": roce.marking,
            "weighted-queues": any(not c.strict for c in roce.classes),
            "strict-queues": any(c.strict for c in roce.classes),
            "strict-cap": any(c.cap_percent is not None for c in roce.classes),
        }
        wanted |= {feature for feature, asked in classes.items() if asked}
    return wanted
