"""Both ends of every link agree: looked at once a class of links, and at every link that an exception moved.

Switches of one role and model are alike, and so are the links between two kinds of them, and those to hosts: one link
stands for all, and is found by arithmetic. Exceptions are sparse: a stand-in of another model is a kind of its own, and
the links of each swap are looked at one by one. So the cost does not grow with the cluster.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from netgen.cluster.model import HOST, LEAF, SPINE, Cluster, DeviceRef, Fabric
from netgen.cluster.topology.slots import End as Slot
from netgen.cluster.topology.slots import Overlaid, layer_of
from netgen.device.build import Build
from netgen.device.model import Host, Switch
from netgen.diagnostics.finding import Finding, IntentPath
from netgen.intent.models import Intent
from netgen.platforms.model import Platform
from netgen.rules.ends import Difference, End, differences
from netgen.rules.merge import merged


@dataclass(frozen=True, slots=True)
class LinkClass:
    """Links that are alike.

    Parameters
    ----------
    example
        The lower-tier end of one that exists; of a link to a host, the leaf's.
    count
        How many exist.
    path
        Where the intent says what the leaves' end to hosts is, or the spines' end to leaves.
    by_exception
        Whether the path is that of an exception, and not of a tier.
    """

    example: Slot
    count: int
    path: IntentPath
    by_exception: bool


@dataclass(frozen=True, slots=True)
class _Kind:
    """Switches of one role and model."""

    model: str
    first: DeviceRef
    count: int
    nics: int
    """Of all hosts under them; 0 for spines."""
    path: IntentPath
    by_exception: bool


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
    leaves, spines = (list(_kinds(intent, cluster, fabric, role)) for role in (LEAF, SPINE))
    for leaf in leaves:
        node = fabric.node(leaf.first)
        to_host, to_spine = _first_slots(cluster, fabric, node)
        if to_host is not None:
            yield LinkClass((node, to_host), leaf.nics, leaf.path, leaf.by_exception)
        for spine in spines:
            # swaps may leave a leaf without a link to a spine that stands in; the swapped links are looked at too
            if spine.model in to_spine:
                count = leaf.count * spine.count * fabric.plan.trunk
                told = spine if spine.by_exception or not leaf.by_exception else leaf
                yield LinkClass((node, to_spine[spine.model]), count, told.path, told.by_exception)


def _first_slots(cluster: Cluster, fabric: Fabric, leaf: int) -> tuple[int | None, dict[str, int]]:
    """Return the first slot of a leaf that leads to a host, and the first to each model of spine."""
    to_host, to_spine = None, dict[str, int]()
    for slot in range(layer_of(fabric.plan, leaf).slots):
        far = fabric.overlay.topology.peer(leaf, slot)
        if far is None or (fabric.plan.faces_host(slot) and to_host is not None):
            continue
        ref = cluster.device_at(fabric, far[0])
        if not cluster.exists(fabric, ref):
            continue
        if ref.role == HOST:
            to_host = slot
        else:
            to_spine.setdefault(fabric.model_of(ref).name, slot)
    return to_host, to_spine


def _kinds(intent: Intent, cluster: Cluster, fabric: Fabric, role: str) -> Iterator[_Kind]:
    """Yield the kinds of switches of a role: the tier's own, then those that stand in."""
    tier_path: IntentPath = ("fabrics", fabric.name, role)
    stand_ins: dict[str, list[DeviceRef]] = {}
    for node, model in sorted(fabric.overlay.models.items()):
        ref = cluster.device_at(fabric, node)
        if ref.role == role and model.name != fabric.tier(role).model.name:
            stand_ins.setdefault(model.name, []).append(ref)
    other = {ref.index for refs in stand_ins.values() for ref in refs}
    existing = _indices(cluster, fabric, role)
    first = next((index for indices in existing for index in indices if index not in other), None)
    if first is not None:
        ref = cluster.leaf(fabric, first) if role == LEAF else cluster.spine(fabric, first)
        count = sum(map(len, existing)) - len(other)
        nics = _all_nics(cluster, fabric) if role == LEAF else 0
        nics -= sum(_nics(cluster, fabric, one) for refs in stand_ins.values() for one in refs)
        yield _Kind(fabric.tier(role).model.name, ref, count, nics, tier_path, by_exception=False)
    for model_name, refs in stand_ins.items():
        nics = sum(_nics(cluster, fabric, ref) for ref in refs)
        path = _exception(intent, fabric, model_name)
        yield _Kind(model_name, refs[0], len(refs), nics, path, by_exception=True)


def _indices(cluster: Cluster, fabric: Fabric, role: str) -> list[range]:
    """Return the indices of the leaves or spines that exist."""
    plan = fabric.plan
    if role == SPINE:
        return [plan.spines_of(pod) for pod in sorted(cluster.pods)]
    return [plan.leaves_of(pod, unit) for pod, units in sorted(cluster.pods.items()) for unit in sorted(units)]


def _all_nics(cluster: Cluster, fabric: Fabric) -> int:
    return fabric.plan.rails * sum(len(ids) for units in cluster.pods.values() for ids in units.values())


def _nics(cluster: Cluster, fabric: Fabric, ref: DeviceRef) -> int:
    """Count the NICs under one leaf; none are under a spine."""
    if ref.role != LEAF:
        return 0
    hosts = cluster.pods[ref.pod][ref.unit]
    return sum(host in hosts for host in fabric.plan.hosts_of(ref.index))


def _exception(intent: Intent, fabric: Fabric, model: str) -> IntentPath:
    exceptions = intent.fabrics[fabric.name].exceptions
    key = next(key for key, one in exceptions.items() if one.model == model)
    return ("fabrics", fabric.name, "exceptions", key, "model")


def _swapped(fabric: Fabric) -> Iterator[LinkClass]:
    """Yield every link whose cable an exception moved, from its leaf."""
    topology = fabric.overlay.topology
    if isinstance(topology, Overlaid):
        for node, slot in sorted(topology.peers):
            if layer_of(fabric.plan, node).name == LEAF:
                yield LinkClass((node, slot), 1, ("fabrics", fabric.name, "exceptions"), by_exception=True)


def _ends(
    cluster: Cluster, fabric: Fabric, example: Slot, platforms: Mapping[str, Platform], build: Build
) -> tuple[End, End]:
    """Build both ends of a link; the leaf's first."""
    far = fabric.overlay.topology.peer(*example)
    if far is None:
        raise ValueError(f"no cable at slot {example[1]} of node {example[0]}")
    ours, theirs = (_end(build(cluster.device_at(fabric, node)), slot, platforms) for node, slot in (example, far))
    return ours, theirs


def _end(device: Switch | Host, slot: int, platforms: Mapping[str, Platform]) -> End:
    port = next(port for port in device.ports if port.slot == slot)
    return End(device, port, platforms[device.platform])


def _finding(one: LinkClass, ends: tuple[End, End], difference: Difference) -> Finding:
    (a, b), links = ends, "1 link" if one.count == 1 else f"{one.count:,} links"
    example = f"{links}, for example {a.device.name} {a.port.name} to {b.device.name} {b.port.name}"
    role = LEAF if difference.at_first else one.path[-1]
    path = one.path if one.by_exception else (*one.path[:-1], role, difference.key)
    return difference.code.about(difference.said, path, notes=(example, *difference.reasons), advice=difference.advice)
