"""Nodes in the places of hosts: whether there is such a place, and whether they fit into it."""

from collections.abc import Iterator

from netgen.catalog.model import Catalog
from netgen.cluster.places import nodes_a_place
from netgen.diagnostics.codes import derived
from netgen.diagnostics.finding import Finding, IntentPath
from netgen.intent.models import Intent, Nodes
from netgen.intent.quantities import IdRanges, parse_ids


def check(intent: Intent, catalog: Catalog) -> Iterator[Finding]:
    """Yield the nodes that cannot sit where the intent says; references have been checked."""
    taken: dict[tuple[int, int, int], str] = {}
    for name, node in intent.nodes.items():
        if node.in_place_of is None:
            continue
        unfit = list(_unfit(intent, catalog, name, node))
        yield from unfit or _crowded(intent, catalog, name, node, node.in_place_of)
        yield from _places(intent, name, node, node.in_place_of)
        for host in node.in_place_of:
            other = taken.setdefault((node.pod, node.unit, host), name)
            if other != name:
                yield derived.OVERLAPPING_IDS.about(
                    f"{other} and {name} are both in the place of host {host}",
                    _at(name),
                    related=((_at(other), "the first of them"),),
                )
                break


def _at(name: str) -> IntentPath:
    return ("nodes", name, "in-place-of")


def _places(intent: Intent, name: str, node: Nodes, wanted: IdRanges) -> Iterator[Finding]:
    """Yield places that are none: of no unit of hosts, of a host that is there, or beyond the capacity."""
    found = (
        (pods, plan, units, unit)
        for pods, plan in intent.pods.items()
        if node.pod in parse_ids(pods)
        for units, unit in plan.units.items()
        if node.unit in parse_ids(units)
    )
    pods, plan, units, unit = next(found, (None, None, None, None))
    if pods is None or plan is None or units is None or unit is None:
        yield derived.PLACE.about(
            f"pod {node.pod} has no unit {node.unit} of hosts",
            ("nodes", name, "unit" if "unit" in node.model_fields_set else "in-place-of"),
            advice="name a unit of `pods`, or leave out `in-place-of`: then the nodes are a unit of their own",
        )
        return
    there = next((host for host in wanted if host in unit.hosts), None)
    at: IntentPath = ("pods", pods, "units", units, "hosts")
    if there is not None:
        yield derived.PLACE.about(
            f"host {there} of unit {node.unit} is there",
            _at(name),
            related=((at, "the hosts"),),
            advice="leave its id out of the hosts, or take the place of another",
        )
    if plan.capacity.hosts is not None and wanted.highest > plan.capacity.hosts:
        yield derived.CAPACITY.about(
            f"host {wanted.highest} is beyond the capacity of {plan.capacity.hosts} hosts a unit",
            _at(name),
            related=((("pods", pods, "capacity", "hosts"), "the capacity"),),
            advice="raise the capacity; `netgen diff --against git:HEAD` says what that moves",
        )


def _unfit(intent: Intent, catalog: Catalog, name: str, node: Nodes) -> Iterator[Finding]:
    """Yield fabrics on which a host's place is none for a node."""
    host, other = catalog.hosts[intent.hosts.profile], catalog.hosts[node.profile]
    for fabric, given in intent.networks.items():
        nics, most = other.nics.get(given.nics), host.nics.get(given.nics)
        if nics is None:
            continue
        if given.kind == "explicit":
            yield derived.PLACE.about(
                f"{fabric} is what its lists say: no node is in the place of a host",
                _at(name),
                at_key=True,
                related=((("fabrics", fabric, "kind"), "the fabric"),),
                advice="leave out `in-place-of`: the list of cables says where these nodes are",
            )
        elif most is None or nics.count > most.count:
            has = f"{most.count} NICs" if most is not None and most.count > 1 else "no NIC" if most is None else "1 NIC"
            needs = f"{nics.count} NIC{'s' * (nics.count > 1)}"
            yield derived.PLACE.about(
                f"a {node.profile} has {needs} on {fabric}, and a host in whose place it would be has {has}",
                ("nodes", name, "profile"),
                related=((("hosts", "profile"), "the hosts"),),
                advice="leave out `in-place-of`, so that the nodes are a unit of their own, or share its leaves with "
                "those of hosts (`share: {units: …}`)",
            )


def _crowded(intent: Intent, catalog: Catalog, name: str, node: Nodes, wanted: IdRanges) -> Iterator[Finding]:
    """Yield more nodes than there is room for."""
    each = nodes_a_place(catalog.hosts[intent.hosts.profile], catalog.hosts[node.profile])
    if node.ids.highest > len(wanted) * each:
        yield derived.PLACE.about(
            f"{name}-{node.ids.highest} has no place: there is room for {len(wanted) * each}",
            ("nodes", name, "ids"),
            notes=(f"the NICs of a host are enough for {each} of these nodes",),
            related=((_at(name), "the places"),),
            advice="name the ids of more hosts below `in-place-of`",
        )
