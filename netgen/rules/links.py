"""Both ends of every link agree: looked at once a class of links, and at every link that an exception moved.

Switches of one role and model are alike, and so are the links between two kinds of them, and those to hosts: one link
stands for all, and is found by arithmetic. Exceptions are sparse: a stand-in of another model is a kind of its own, and
the links of each swap are looked at one by one. So the cost does not grow with the cluster.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import chain

from netgen.cluster.fabric import Fabric
from netgen.cluster.model import Cluster
from netgen.cluster.topology.slots import HOST, Overlaid, Topology, layer_of
from netgen.cluster.topology.slots import End as Slot
from netgen.device.build import Build
from netgen.device.model import Host, Switch
from netgen.diagnostics.finding import Finding, IntentPath
from netgen.intent.models import Intent
from netgen.platforms.model import Platform
from netgen.record import Record
from netgen.rules.ends import Difference, End, differences
from netgen.rules.merge import merged


class LinkClass(Record):
    """Links that are alike.

    Parameters
    ----------
    example
        The lower-tier end of one that exists; of a link to a host, the leaf's.
    count
        How many exist.
    path
        Where the intent says what the leaves' end to hosts is, or the upper end of links between switches.
    by_exception
        Whether the path is that of an exception, and not of a tier.
    first
        The role under which the intent says what the example's end is.
    """

    example: Slot
    count: int
    path: IntentPath
    by_exception: bool
    first: str


def check(intent: Intent, cluster: Cluster, platforms: Mapping[str, Platform], build: Build) -> Iterator[Finding]:
    """Yield what the ends of links do not have in common.

    Parameters
    ----------
    build
        Builds a device; remembers those that it has built.
    """
    for fabric in cluster.fabrics:
        findings = (
            _finding(one, ends, difference)
            for one in chain(link_classes(intent, cluster, fabric), _swapped(fabric))
            for ends in (_ends(cluster, fabric, one.example, platforms, build),)
            for difference in differences(*ends)
        )
        yield from merged(findings)


def link_classes(intent: Intent, cluster: Cluster, fabric: Fabric) -> Iterator[LinkClass]:
    """Yield every class of links between devices that exist."""
    for (lower, upper), (example, count) in _classes(cluster, fabric).items():
        # a stand-in decides; between two of them, the upper one; the switches of a tier are as the tier says
        told = next((kind for kind in (upper, lower) if _is_stand_in(fabric, kind)), upper)
        first = fabric.edge.role if lower[0] == HOST else fabric.told(lower[0])
        if _is_stand_in(fabric, told):
            yield LinkClass(example, count, _exception(intent, fabric, told[1]), by_exception=True, first=first)
        else:
            path: IntentPath = ("fabrics", fabric.name, fabric.told(told[0]))
            yield LinkClass(example, count, path, by_exception=False, first=first)


Kind = tuple[str, str]
"""Role and model of switches; of hosts, the model is empty."""
Pair = tuple[Kind, Kind]
"""Kinds of the lower and the upper end of a link."""


def _classes(cluster: Cluster, fabric: Fabric) -> dict[Pair, tuple[Slot, int]]:
    """Return the kinds of ends that links have, with an example and how many there are.

    Stand-ins are few, and are looked at whole; what they do not have is the others'.
    """
    counts: Counter[Pair] = Counter()
    examples: dict[Pair, Slot] = {}
    for node in filter(lambda node: _is_stand_in(fabric, _kind(fabric, node)), sorted(fabric.overlay.models)):
        if not cluster.exists(fabric, node):
            continue
        for pair, example in _links(cluster, fabric, fabric.plan, node):
            # a link between two stand-ins is counted at its lower end
            if not (_is_stand_in(fabric, pair[0]) and pair[1] == _kind(fabric, node) and node != example[0]):
                counts[pair] += 1
        for pair, example in _links(cluster, fabric, fabric.overlay.topology, node):
            examples.setdefault(pair, example)
    for pair, total in _totals(cluster, fabric).items():
        roles = (pair[0][0], pair[1][0])
        counts[pair] = total - sum(n for other, n in counts.items() if (other[0][0], other[1][0]) == roles)
        if counts[pair]:
            examples[pair] = _example(cluster, fabric, pair)
    # a swap may leave two kinds without a link: the links of each swap are looked at too
    return {pair: (examples[pair], count) for pair, count in counts.items() if count and pair in examples}


def _totals(cluster: Cluster, fabric: Fabric) -> dict[Pair, int]:
    """Return how many links there are between each tier and the next, by the kinds that the tiers are of."""
    found = {}
    if fabric.listed is not None:
        kinds = {HOST: (HOST, ""), **{role: (role, tier.model.name) for role, tier in fabric.tiers.items()}}
        return {(kinds[lower], kinds[upper]): count for (lower, upper), count in fabric.listed.links.items()}
    lower, links = (HOST, ""), cluster.nic_ports(fabric)
    for role, tier in fabric.tiers.items():
        upper = (role, tier.model.name)
        found[lower, upper] = links
        lower, links = upper, len(cluster.nodes(fabric, role)) * fabric.layer(role).up
    across = sum(cluster.links_across(fabric).values())
    if across:
        found[lower, lower] = across
    return found


def _example(cluster: Cluster, fabric: Fabric, wanted: Pair) -> Slot:
    """Return the first link between two kinds."""
    role = wanted[1][0] if wanted[0][0] == HOST else wanted[0][0]
    return next(
        example
        for node in cluster.nodes(fabric, role)
        for pair, example in _links(cluster, fabric, fabric.overlay.topology, node)
        if pair == wanted
    )


def _links(cluster: Cluster, fabric: Fabric, topology: Topology, node: int) -> Iterator[tuple[Pair, Slot]]:
    """Yield the links of a switch to what exists: the kinds of their ends, and the end that stands for the link."""
    for slot, far in enumerate(topology.far_ends(node)):
        if far is None or not cluster.exists(fabric, far[0]):
            continue
        lower, upper = sorted(((node, slot), far))
        kinds = (_kind(fabric, lower[0]), _kind(fabric, upper[0]))
        yield kinds, upper if kinds[0][0] == HOST else lower


def _kind(fabric: Fabric, node: int) -> Kind:
    role = layer_of(fabric.plan, node).name
    if role == HOST:
        return role, ""
    return role, fabric.overlay.models.get(node, fabric.tiers[role].model).name


def _is_stand_in(fabric: Fabric, kind: Kind) -> bool:
    return kind[0] != HOST and kind[1] != fabric.tiers[kind[0]].model.name


def _exception(intent: Intent, fabric: Fabric, model: str) -> IntentPath:
    exceptions = intent.fabrics[fabric.name].exceptions
    key = next((key for key, one in exceptions.items() if one.model == model), None)
    if key is None and fabric.listed is not None:
        node = next(node for node, one in fabric.overlay.models.items() if one.name == model)
        return ("fabrics", fabric.name, "switches", fabric.listed.names[node], "model")
    if key is None:
        raise KeyError(model)
    return ("fabrics", fabric.name, "exceptions", key, "model")


def _swapped(fabric: Fabric) -> Iterator[LinkClass]:
    """Yield every link whose cable an exception moved, from its lower end; of a link to a host, from the leaf."""
    topology = fabric.overlay.topology
    if isinstance(topology, Overlaid):
        path: IntentPath = ("fabrics", fabric.name, "exceptions")
        for node, slot in sorted(topology.peers):
            layer = layer_of(fabric.plan, node)
            if slot >= layer.down + layer.up and (node, slot) > topology.peers[node, slot]:
                continue  # of two ends within a layer, one stands for the link
            if layer.name == fabric.edge.role or (layer.name != HOST and slot >= layer.down):
                yield LinkClass((node, slot), 1, path, by_exception=True, first=fabric.told(layer.name))


def _ends(
    cluster: Cluster, fabric: Fabric, example: Slot, platforms: Mapping[str, Platform], build: Build
) -> tuple[End, End]:
    """Build both ends of a link; the leaf's first."""
    far = fabric.overlay.topology.peer(*example)
    if far is None:
        raise ValueError(f"no cable at slot {example[1]} of node {example[0]}")
    ours, theirs = (
        _end(build(cluster.device_at(fabric, node)), fabric, slot, platforms) for node, slot in (example, far)
    )
    return ours, theirs


def _end(device: Switch | Host, fabric: Fabric, slot: int, platforms: Mapping[str, Platform]) -> End:
    port = next(port for port in device.ports if port.slot == slot and port.fabric == fabric.name)
    return End(device, port, platforms[device.platform])


def _finding(one: LinkClass, ends: tuple[End, End], difference: Difference) -> Finding:
    (a, b), links = ends, "1 link" if one.count == 1 else f"{one.count:,} links"
    example = f"{links}, for example {a.device.name} {a.port.name} to {b.device.name} {b.port.name}"
    role = one.first if difference.at_first else one.path[-1]
    path = one.path if one.by_exception else (*one.path[:-1], role, difference.key)
    return difference.code.about(difference.said, path, notes=(example, *difference.reasons), advice=difference.advice)
