"""Names in the intent that must exist elsewhere."""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from string import Formatter

from netgen.catalog.model import Catalog
from netgen.diagnostics.codes import references
from netgen.diagnostics.finding import Finding, IntentPath
from netgen.diagnostics.suggest import did_you_mean
from netgen.intent.infiniband import InfinibandFabric, InfinibandRole
from netgen.intent.models import Fabric, Intent, SwitchRole
from netgen.platforms.model import Kind, Platform

INFINIBAND = "infiniband"
PLACEHOLDERS = {
    "leaf": {"fabric", "pod", "unit", "rail", "plane", "leaf"},
    "spine": {"fabric", "pod", "plane", "spine"},
    "superspine": {"fabric", "plane", "superspine"},
    "router": {"fabric", "pod", "unit", "router"},
    "host": {"pod", "unit", "host"},
}
"""By role: the ids that tell devices apart."""


def check(intent: Intent, catalog: Catalog, platforms: Mapping[str, Platform]) -> Iterator[Finding]:
    """Yield every reference to the catalog or to a platform that leads nowhere."""
    if intent.hosts.profile not in catalog.hosts:
        yield references.UNKNOWN_PROFILE.about(
            f"there is no host profile {intent.hosts.profile!r} in the catalog",
            ("hosts", "profile"),
            notes=(_own("hosts"),),
            advice=did_you_mean(intent.hosts.profile, catalog.hosts),
        )
    yield from _platform(intent.hosts.platform, Kind.HOST, platforms, ("hosts", "platform"))
    for name, node in intent.nodes.items():
        if node.profile not in catalog.hosts:
            yield references.UNKNOWN_PROFILE.about(
                f"there is no host profile {node.profile!r} in the catalog",
                ("nodes", name, "profile"),
                notes=(_own("hosts"),),
                advice=did_you_mean(node.profile, catalog.hosts),
            )
        yield from _platform(node.platform, Kind.HOST, platforms, ("nodes", name, "platform"))
    yield from _management_switches(intent, catalog)
    for name, fabric in intent.networks.items():
        for role, tier in fabric.roles().items():
            yield from _tier(tier, fabric.technology, catalog, platforms, ("fabrics", name, role))
        for key, deviation in fabric.exceptions.items():
            if deviation.model is not None:
                at = ("fabrics", name, "exceptions", key, "model")
                yield from _model(deviation.model, fabric.technology, catalog, at)
        for role, pattern in fabric.naming:
            yield from _pattern(pattern, ("fabrics", name, "naming", role), {fabric.kind})
        yield from _nics(intent, name, fabric, catalog)
    kinds = {fabric.kind for fabric in intent.networks.values()}
    for role, pattern in intent.naming:
        yield from _pattern(pattern, ("naming", role), kinds)


def _own(folder: str) -> str:
    """Say where a repository has entries of its own: `netgen.resources.load.user_root` finds it."""
    return f"a repository's own are read from `catalog/{folder}/` beside its `intent/`"


def _management_switches(intent: Intent, catalog: Catalog) -> Iterator[Finding]:
    given = intent.management.out_of_band
    for key, switch in () if given is None else (("leaf", given.leaf), ("spine", given.spine)):
        if switch is not None and switch.model not in catalog.management:
            yield references.UNKNOWN_MODEL.about(
                f"there is no management switch {switch.model!r} in the catalog",
                ("management", "out-of-band", key, "model"),
                notes=(_own("management"),),
                advice=did_you_mean(switch.model, catalog.management),
            )


def _tier(
    tier: SwitchRole | InfinibandRole,
    technology: str,
    catalog: Catalog,
    platforms: Mapping[str, Platform],
    path: IntentPath,
) -> Iterator[Finding]:
    unknown = list(_model(tier.model, technology, catalog, (*path, "model")))
    if tier.platform is not None:
        kind = Kind.IB_SWITCH if technology == INFINIBAND else Kind.SWITCH
        unknown += _platform(tier.platform, kind, platforms, (*path, "platform"))
    yield from unknown
    if unknown:
        return
    model = catalog.switches[tier.model]
    if tier.platform is not None and tier.platform not in model.platforms:
        yield references.PLATFORM_NOT_ON_MODEL.about(
            f"{tier.platform} does not run on {tier.model}",
            (*path, "platform"),
            related=(((*path, "model"), "the model"),),
            advice=f"choose one of {', '.join(model.platforms)}"
            if model.platforms
            else "leave `platform` out: nothing on it is configured",
        )


def _nics(intent: Intent, name: str, fabric: Fabric | InfinibandFabric, catalog: Catalog) -> Iterator[Finding]:
    """Yield the NICs on a fabric that are of another technology."""
    profiles: dict[IntentPath, str] = {("hosts", "profile"): intent.hosts.profile}
    profiles |= {("nodes", kind, "profile"): one.profile for kind, one in intent.nodes.items()}
    for path, profile in profiles.items():
        nics = catalog.hosts[profile].nics.get(fabric.nics) if profile in catalog.hosts else None
        if nics is not None and nics.technology != fabric.technology:
            said = f"the {fabric.nics} NICs of {profile} are of"
            yield _other_technology(said, nics.technology, fabric.technology, ("fabrics", name), path)


def _other_technology(
    what: str, its: str, fabrics: str, path: IntentPath, related: IntentPath | None = None
) -> Finding:
    names = {INFINIBAND: "InfiniBand", "ethernet": "Ethernet"}
    return references.OTHER_TECHNOLOGY.about(
        f"{what} {names[its]}, the fabric is of {names[fabrics]}",
        path if related is None else (*path, "technology"),
        at_key=related is not None and fabrics != INFINIBAND,
        related=() if related is None else ((related, "the hosts"),),
        advice="write `technology: infiniband`" if related is not None and its == INFINIBAND else "",
    )


def _model(name: str, technology: str, catalog: Catalog, path: IntentPath) -> Iterator[Finding]:
    """Yield that there is no such model, or that it is of another technology."""
    if name not in catalog.switches:
        fitting = [model.name for model in catalog.switches.values() if model.technology == technology]
        yield references.UNKNOWN_MODEL.about(
            f"there is no switch model {name!r} in the catalog",
            path,
            notes=(_own("switches"),),
            advice=did_you_mean(name, fitting),
        )
    elif catalog.switches[name].technology != technology:
        yield _other_technology(f"{name} is a switch of", catalog.switches[name].technology, technology, path)


_MANY = {
    Kind.SWITCH: "switches",
    Kind.HOST: "hosts",
    Kind.SUBNET_MANAGER: "subnet managers",
    Kind.IB_SWITCH: "InfiniBand switches",
}


def _platform(name: str, kind: Kind, platforms: Mapping[str, Platform], path: IntentPath) -> Iterator[Finding]:
    if name not in platforms or kind not in platforms[name].kinds:
        fitting = [platform.name for platform in platforms.values() if kind in platform.kinds]
        what = (
            f"platform {name!r} is not one of {_MANY[kind]}" if name in platforms else f"there is no platform {name!r}"
        )
        yield references.UNKNOWN_PLATFORM.about(what, path, advice=did_you_mean(name, fitting))


def _pattern(pattern: str | None, path: IntentPath, kinds: AbstractSet[str]) -> Iterator[Finding]:
    role = str(path[-1])
    known = PLACEHOLDERS[role]
    if role == "spine" and "dragonfly-plus" in kinds:
        known = known | {"unit"}  # there, spines are of a group
    if pattern is None:
        return
    try:
        used = [field for _, field, _, _ in Formatter().parse(pattern) if field is not None]
    except ValueError:
        yield references.UNKNOWN_PLACEHOLDER.about(
            f"{pattern!r} has an unpaired brace", path, advice=_placeholders(known)
        )
        return
    for field in used:
        if field not in known:
            yield references.UNKNOWN_PLACEHOLDER.about(
                f"a {role} has no {{{field}}}", path, advice=_placeholders(known)
            )


def _placeholders(known: set[str]) -> str:
    return "known here: " + ", ".join(f"{{{word}}}" for word in sorted(known))
