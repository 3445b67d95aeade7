"""What the intent says of a kind of fabric that the kind does not have, and NICs whose ports do not go with it."""

from collections.abc import Iterator

from netgen.catalog.model import Catalog
from netgen.cluster.model import Cluster
from netgen.diagnostics.codes import derived
from netgen.diagnostics.finding import Finding, IntentPath
from netgen.intent.models import Fabric, Intent

# What each kind has no use for, with the reason. Below a tier that it does not have, nothing else is looked at.
_SPINELESS = "hosts are on one tier of switches"
_ONE_LEAF = "all NICs of a host are at one leaf"
_UNUSED: dict[str, dict[tuple[str, ...], str]] = {
    "rail-optimized": {},
    "rail-only": {
        ("superspine",): "nothing joins the rails",
        ("oversubscription", "spine"): "nothing joins the rails",
        ("spine-groups",): "every rail has spines of its own",
    },
    "fat-tree": {("share", "rails"): _ONE_LEAF, ("spine-groups",): "its leaves have no rails"},
    "single-tier": {
        ("spine",): _SPINELESS,
        ("superspine",): _SPINELESS,
        ("oversubscription",): _SPINELESS,
        ("share", "units"): "all units share the leaf",
        ("share", "rails"): _ONE_LEAF,
        ("spine-groups",): _SPINELESS,
    },
}
_NEEDS_SPINES = ("rail-optimized", "fat-tree")


def check(intent: Intent, catalog: Catalog) -> Iterator[Finding]:
    """Yield what cannot be of any use, before anything is laid out; references have been checked."""
    profile = catalog.hosts[intent.hosts.profile]
    for name, fabric in intent.fabrics.items():
        path: IntentPath = ("fabrics", name)
        for keys, why in _UNUSED[fabric.kind].items():
            if _says(fabric, keys):
                yield _no_use(fabric.kind, keys, why, path)
        if fabric.spine is None and fabric.kind in _NEEDS_SPINES:
            yield derived.NO_USE.about(
                f"a {fabric.kind} fabric has spines, and the intent does not say what they are",
                path,
                at_key=True,
                advice="add `spine: {model: …, platform: …}`, or write `kind: single-tier`",
            )
        ports = fabric.planes * (2 if fabric.dual_tor else 1)
        if ports != profile.ports:
            key = "planes" if fabric.planes > 1 or not fabric.dual_tor else "dual-tor"
            yield derived.NIC_PORTS.about(
                f"a NIC of {profile.name} has {profile.ports} port{'s' * (profile.ports > 1)}, the fabric uses {ports}",
                (*path, key) if ports > 1 else ("hosts", "profile"),
                related=((("hosts", "profile"), "the hosts"),) if ports > 1 else (),
                advice=f"write `planes: {profile.ports}`" if ports == 1 else "",
            )
        elif profile.nics % fabric.share.rails:
            yield derived.NO_USE.about(
                f"{profile.nics} NICs of a host cannot be shared out to leaves {fabric.share.rails} at a time",
                (*path, "share", "rails"),
            )


def check_derived(intent: Intent, cluster: Cluster) -> Iterator[Finding]:
    """Yield what is said of the links above a tier that came out as the top one."""
    for fabric in cluster.fabrics:
        top = fabric.told(tuple(fabric.tiers)[-1])
        given = intent.fabrics[fabric.name]
        path: IntentPath = ("fabrics", fabric.name)
        for keys in ((top, "uplinks"), (top, "uplink-breakout"), ("oversubscription", top)):
            if _says(given, keys):
                yield derived.NO_USE.about(f"nothing is above the {top}s", (*path, *keys), at_key=True)
        for role in fabric.stated:
            if role != fabric.edge.role and _says(given, (role, "reserved")):
                said = f"no host is at a {role}: `reserved` is of leaves"
                yield derived.NO_USE.about(said, (*path, role, "reserved"), at_key=True)


def _says(fabric: Fabric, keys: tuple[str, ...]) -> bool:
    """Whether the intent itself says something under these keys."""
    value: object = fabric
    for key in keys:
        field = key.replace("-", "_")
        if value is None or field not in getattr(value, "model_fields_set", ()):
            return False
        value = getattr(value, field)
    return value is not None


def _no_use(kind: str, keys: tuple[str, ...], why: str, path: IntentPath) -> Finding:
    said = f"a {kind} fabric has no use for `{'.'.join(keys)}`: {why}"
    return derived.NO_USE.about(said, (*path, *keys), at_key=True)
