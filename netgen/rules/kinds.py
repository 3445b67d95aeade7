"""What the intent says of a kind of fabric that the kind does not have, and NICs whose ports do not go with it."""

from collections.abc import Iterator

from netgen.catalog.model import Catalog, Nics
from netgen.cluster.fabric import External
from netgen.cluster.fabric import Fabric as Derived
from netgen.cluster.model import Cluster
from netgen.cluster.topology.slots import GLOBAL, LEAF, SPINE
from netgen.device.text import network
from netgen.diagnostics.codes import derived, listed
from netgen.diagnostics.finding import Finding, IntentPath
from netgen.intent.infiniband import InfinibandFabric
from netgen.intent.models import Fabric, Intent
from netgen.record import Record

Given = Fabric | InfinibandFabric

# What each kind has no use for, with the reason. Below a tier that it does not have, nothing else is looked at.
_SPINELESS = "hosts are on one tier of switches"
_ONE_LEAF = "all NICs of a host are at one leaf"
_ROUTERS = "hosts and all links are at its routers"
_OF_GROUPS: dict[tuple[str, ...], str] = {
    ("planes",): "a NIC has one port",
    ("dual-tor",): "a NIC has one port",
    ("spine-groups",): "a unit is a group",
    ("build",): "a group is built whole, since its global links are spread over all of it",
}
_LISTED = "its lists say what is there"
_UNUSED: dict[str, dict[tuple[str, ...], str]] = {
    "rail-optimized": {},
    "rail-only": {
        ("superspine",): "nothing joins the rails",
        ("oversubscription", "spine"): "nothing joins the rails",
        ("spine-groups",): "every rail has spines of its own",
        ("share", "spines"): "nothing joins the rails",
    },
    "fat-tree": {("share", "rails"): _ONE_LEAF, ("spine-groups",): "its leaves have no rails"},
    "single-tier": {
        ("spine",): _SPINELESS,
        ("superspine",): _SPINELESS,
        ("oversubscription",): _SPINELESS,
        ("share", "units"): "all units share the leaf",
        ("share", "rails"): _ONE_LEAF,
        ("share", "spines"): _SPINELESS,
        ("spine-groups",): _SPINELESS,
    },
    "dragonfly": {
        **dict.fromkeys((("leaf",), ("spine",), ("superspine",)), _ROUTERS),
        ("oversubscription",): "`router.uplinks` pins the global links of a router",
        ("share",): "the NICs of a group fill its routers in order",
        **_OF_GROUPS,
        ("asn", "leaves"): "every router has an AS number from `base` on",
        ("cables", "spine"): _ROUTERS,
        ("cables", "superspine"): _ROUTERS,
    },
    "dragonfly-plus": {
        ("superspine",): "the spines of all groups are joined directly",
        ("share", "units"): "a unit is a group",
        ("share", "rails"): _ONE_LEAF,
        ("share", "spines"): "the spines of all groups are joined directly",
        **_OF_GROUPS,
        ("cables", "local"): "leaves and spines are joined by `spine` cables",
        ("cables", "superspine"): "the spines of all groups are joined directly",
    },
    "explicit": {
        ("oversubscription",): _LISTED,
        ("share",): _LISTED,
        ("planes",): _LISTED,
        ("dual-tor",): _LISTED,
        ("spine-groups",): _LISTED,
        ("build",): _LISTED,
        ("leaf", "reserved"): "a row of the cabling with one end keeps a port",
    },
}
_OF_TREES: dict[tuple[str, ...], str] = {
    ("router",): "its hosts are at leaves",
    ("global-links",): "it has no groups of switches that are joined directly",
    ("cables", "local"): "no switches of one tier are joined",
    ("cables", "global"): "no switches of one tier are joined",
}
_DERIVED = "its switches and cables are derived"
_OF_LISTS: dict[tuple[str, ...], str] = {
    ("cabling",): _DERIVED,
    ("switches",): _DERIVED,
    **{(role, "downlinks"): _DERIVED for role in ("router", "leaf", "spine", "superspine")},
    ("leaf", "count"): "its leaves follow from the hosts, and are as many as hold them",
}
"""What only an explicit fabric has."""
_NEEDED = {
    "rail-optimized": ("leaf", "spine"),
    "fat-tree": ("leaf", "spine"),
    "rail-only": ("leaf",),
    "single-tier": ("leaf",),
    "dragonfly": ("router",),
    "dragonfly-plus": ("leaf", "spine"),
    "explicit": ("leaf",),
}
"""The tiers that a kind has whatever its size."""
_GROUPED = ("dragonfly", "dragonfly-plus")


def check(intent: Intent, catalog: Catalog) -> Iterator[Finding]:
    """Yield what cannot be of any use, before anything is laid out; references have been checked."""
    for name, fabric in intent.networks.items():
        path: IntentPath = ("fabrics", name)
        unused = _UNUSED[fabric.kind] | ({} if fabric.kind in _GROUPED else _OF_TREES)
        for keys, why in unused.items():
            if _says(fabric, keys):
                yield _no_use(fabric.kind, keys, why, path)
        for keys, why in _OF_LISTS.items() if fabric.kind != "explicit" else ():
            if _says(fabric, keys):
                yield _no_use(fabric.kind, keys, why, path)
        yield from _lacking(fabric, path)
        if isinstance(fabric, InfinibandFabric):
            yield from _natives(fabric, path)
        elif fabric.kind == "dragonfly-plus" and fabric.attach == "host-bgp":
            said = "spines announce to other groups what is their leaves' own, and no host's loopback"
            yield derived.NO_USE.about(said, (*path, "attach"), advice="attach the hosts as routed-31")
        if fabric.kind == "explicit":
            yield from _lists(fabric, path)
            continue
        for nodes in _attached(intent, catalog, fabric):
            yield from _nics(fabric, nodes, catalog, path)


def _natives(fabric: InfinibandFabric, path: IntentPath) -> Iterator[Finding]:
    """Yield lines in a vendor's own words for switches, which no platform of InfiniBand takes."""
    for key, one in fabric.exceptions.items():
        if one.native is not None:
            said = "switches of InfiniBand take no lines in the vendor's own words"
            yield derived.NO_USE.about(said, (*path, "exceptions", key, "native"), at_key=True)


class _Attached(Record):
    """Hosts or other nodes of a fabric: their profile's name, their NICs, and where the intent says it."""

    profile: str
    nics: Nics
    path: IntentPath
    seated: bool
    """Whether they are in the places of hosts, and so at the leaves of some of these hosts' NICs."""


def _attached(intent: Intent, catalog: Catalog, fabric: Given) -> Iterator[_Attached]:
    named: dict[IntentPath, tuple[str, bool]] = {("hosts",): (intent.hosts.profile, False)}
    named |= {("nodes", name): (one.profile, one.in_place_of is not None) for name, one in intent.nodes.items()}
    for path, (profile, seated) in named.items():
        nics = catalog.hosts[profile].nics.get(fabric.nics)
        if nics is not None:
            yield _Attached(profile, nics, (*path, "profile"), seated)


def _nics(fabric: Given, nodes: _Attached, catalog: Catalog, path: IntentPath) -> Iterator[Finding]:
    has, uses = nodes.nics.ports, fabric.planes * (2 if fabric.dual_tor else 1)
    if has != uses:
        key = "planes" if fabric.planes > 1 or not fabric.dual_tor else "dual-tor"
        yield derived.NIC_PORTS.about(
            f"a NIC of {nodes.profile} has {has} port{'s' * (has > 1)}, the fabric uses {uses}",
            (*path, key) if uses > 1 else nodes.path,
            related=((nodes.path, "the hosts"),) if uses > 1 else (),
            advice=_ports_advice(fabric, has, catalog),
        )
    elif nodes.nics.count % fabric.share.rails and not nodes.seated:
        yield derived.NO_USE.about(
            f"{nodes.nics.count} NICs of a host cannot be shared out to leaves {fabric.share.rails} at a time",
            (*path, "share", "rails"),
        )


def _ports_advice(fabric: Given, has: int, catalog: Catalog) -> str:
    """Say what goes with NICs of so many ports."""
    uses = fabric.planes * (2 if fabric.dual_tor else 1)
    if uses == 1 and fabric.kind not in _GROUPED:
        return f"write `planes: {has}`"
    if fabric.dual_tor and fabric.planes == has:
        return "leave out `dual-tor`: in planes, the ports of a NIC are at leaves of their own"
    return _with_ports(uses, catalog)


def _with_ports(count: int, catalog: Catalog) -> str:
    """Advise hosts whose NICs have so many ports."""
    fitting = [name for name, host in catalog.hosts.items() if any(nics.ports == count for nics in host.nics.values())]
    such = f"choose hosts such as {min(fitting)}, or " if fitting else ""
    return f"{such}describe hosts whose NICs have {count} port{'s' * (count > 1)} in `catalog/hosts/`"


def _lacking(fabric: Given, path: IntentPath) -> Iterator[Finding]:
    said = fabric.roles()
    for role in _NEEDED[fabric.kind]:
        if role not in said:
            other = ", or write `kind: single-tier`" if role == "spine" and "router" not in said else ""
            yield derived.NO_USE.about(
                f"a {fabric.kind} fabric has {_MANY[role]}, and the intent does not say what they are",
                path,
                at_key=True,
                advice=f"add `{role}: {{model: …, platform: …}}`{other}",
            )


_MANY = {"leaf": "leaves", "spine": "spines", "router": "routers"}


def _lists(fabric: Given, path: IntentPath) -> Iterator[Finding]:
    """Yield the lists that an explicit fabric lacks."""
    named = {role: pattern for role, pattern in fabric.naming if pattern is not None}
    if fabric.switches is not None and named:
        yield _no_use(fabric.kind, ("naming",), "its switches have their names in the list", path)
    for role, pattern in named.items() if fabric.switches is None else ():
        if f"{{{role}}}" not in pattern:
            yield listed.NO_LIST.about(
                f"names such as {pattern} do not tell which {role} it is",
                (*path, "naming", role),
                advice=f"say where the id of a {role} stands: {{{role}}}; or list the switches",
            )
    if fabric.switches is None and not named:
        yield _no_list("switches", "name, role, id", path)
    if fabric.cabling is None:
        yield _no_list("cabling", "a_device, a_interface, b_device, b_interface", path)


def _no_list(key: str, columns: str, path: IntentPath) -> Finding:
    return listed.NO_LIST.about(
        f"an explicit fabric is what its lists say, and there is no `{key}`",
        (*path, "kind"),
        advice=f"name a CSV file with the columns {columns}",
    )


def check_derived(intent: Intent, cluster: Cluster) -> Iterator[Finding]:
    """Yield what is said of the links above a tier that came out as the top one, and groups that hang on one cable."""
    for fabric in cluster.networks:
        top = tuple(fabric.tiers)[-1]
        given = intent.networks[fabric.name]
        path: IntentPath = ("fabrics", fabric.name)
        if given.kind == "dragonfly-plus" and fabric.grouped and fabric.grouped.links_across(2)[GLOBAL] == 1:
            yield derived.ONE_LINK.about(
                "any two groups are joined by one cable, and no way leads through a third group",
                (*path, "spine"),
                at_key=True,
                advice="lay out fewer groups, or pin more global links a spine with `uplinks`",
            )
        if given.kind == "dragonfly-plus" and isinstance(fabric, Derived):
            yield from _ways_out(fabric)
        alone = not fabric.layer(top).outward
        for keys in ((top, "uplinks"), (top, "uplink-breakout"), ("oversubscription", top)):
            if alone and _says(given, keys):
                above = f"nothing is above the {'leaves' if top == LEAF else f'{top}s'}"
                third = top == SPINE and ("superspine",) not in _UNUSED[given.kind]
                advice = "leave it out, or describe a `superspine`" if third else "leave it out"
                yield derived.NO_USE.about(above, (*path, *keys), at_key=True, advice=advice)
        if top == SPINE and given.share.spines is not None:
            said = "no superspine is above the spines: they share none"
            yield derived.NO_USE.about(said, (*path, "share", "spines"), at_key=True, advice="leave it out")
        for role in fabric.stated:
            if role != fabric.edge.role and _says(given, (role, "reserved")):
                said = f"no host is at a {role}: `reserved` is of leaves"
                yield derived.NO_USE.about(said, (*path, role, "reserved"), at_key=True)


def _ways_out(fabric: Derived) -> Iterator[Finding]:
    """Yield prefixes that several groups of a dragonfly+ accept from outside: one would become another's way out."""
    owners: dict[tuple[int, int], External] = {}
    for one in fabric.externals:
        for prefix in one.accept:
            first, ids = owners.setdefault(prefix, one), fabric.plan.ids(one.leaf)
            if (ids.pod, ids.unit) != (fabric.plan.ids(first.leaf).pod, fabric.plan.ids(first.leaf).unit):
                yield derived.WAYS_OUT.about(
                    f"{first.name} and {one.name} are at different groups, and both are ways to {network(*prefix)}",
                    ("fabrics", fabric.name, "externals", one.name, "accept"),
                    advice="let all routers to one network be at leaves of one group",
                )
                break


def _says(fabric: Given, keys: tuple[str, ...]) -> bool:
    """Whether the intent itself says something under these keys."""
    value: object = fabric
    for key in keys:
        field = "global_" if key == "global" else key.replace("-", "_")
        if value is None or field not in getattr(value, "model_fields_set", ()):
            return False
        value = getattr(value, field)
    return value is not None


def _no_use(kind: str, keys: tuple[str, ...], why: str, path: IntentPath) -> Finding:
    said = f"a {kind} fabric has no use for `{'.'.join(keys)}`: {why}"
    return derived.NO_USE.about(said, (*path, *keys), at_key=True)
