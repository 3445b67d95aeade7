"""Turns the intent's exceptions, which name ports by what is at the other end, into an overlay on slots."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import msgspec

from netgen.catalog.model import SwitchModel
from netgen.cluster.fabric import AnyNetwork, Overlay, Snippet
from netgen.cluster.model import Cluster
from netgen.cluster.topology.guests import is_guest
from netgen.cluster.topology.slots import HOST, LEAF, SPINE, End, Overlaid, layer_of
from netgen.diagnostics.codes import references
from netgen.diagnostics.finding import Finding, IntentPath, UnbuildableError
from netgen.diagnostics.suggest import did_you_mean
from netgen.intent.network import Deviation, LinkEnd

_CHANGES = {"port": ("enabled", "swapped-with"), "device": ("model", "native")}
"""What an exception is about, and what it can say of it."""


def overlay(
    cluster: Cluster,
    fabric: AnyNetwork,
    deviations: Mapping[str, Deviation],
    *,
    switches: Mapping[str, SwitchModel],
    snippets: Mapping[str, str],
    path: IntentPath,
) -> Overlay:
    """Resolve the exceptions of a fabric.

    Parameters
    ----------
    cluster, fabric
        As planned.
    deviations
        The exceptions, by key.
    switches
        The catalog's models.
    snippets
        Texts of the native files, by the name that the intent gives them.
    path
        Intent path of the fabric's exceptions.

    Raises
    ------
    UnbuildableError
        If exceptions name what does not exist, have no effect, or contradict each other; all of them are told.
    """
    plan = fabric.plan
    # Exceptions name devices, and only a cluster knows what its devices are called.
    site = _Site(fabric, {name: fabric.node(ref) for name, ref in cluster.switches_by_name(fabric).items()}, cluster)
    laid = _Laid(Overlaid(plan, {}))
    findings: list[Finding] = []
    for key, deviation in deviations.items():
        at = (*path, key)
        try:
            _check_effect(deviation, at)
            if deviation.device is not None:
                node = site.node(deviation.device, (*at, "device"))
                _lay_device(laid, node, deviation, switches, snippets, at)
            if deviation.port is not None:
                _lay_port(laid, site, deviation, deviation.port, at)
        except UnbuildableError as error:
            findings += error.findings
    if findings:
        raise UnbuildableError(*findings)
    far_ends = {far for end in laid.disabled if (far := laid.cabled.peer(*end)) is not None}
    return Overlay(
        topology=laid.cabled if laid.cabled.peers else plan,
        disabled=frozenset(laid.disabled | far_ends),
        models=laid.models,
        snippets=laid.snippets,
    )


class _Laid(msgspec.Struct):
    """What the exceptions so far came to."""

    cabled: Overlaid
    disabled: set[End] = msgspec.field(default_factory=set)
    models: dict[int, SwitchModel] = msgspec.field(default_factory=dict)
    snippets: dict[int, tuple[Snippet, ...]] = msgspec.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Site:
    """The fabric as planned, with the names of its devices."""

    fabric: AnyNetwork
    nodes: Mapping[str, int]
    """Of switches that exist, by name."""
    cluster: Cluster
    _slots: dict[tuple[int, str], dict[object, list[int]]] = field(default_factory=dict, init=False, repr=False)
    """What was asked for: many exceptions may be about one switch."""

    def node(self, name: str, path: IntentPath) -> int:
        """Return a switch by its name."""
        if name not in self.nodes:
            raise UnbuildableError(
                references.UNKNOWN_DEVICE.about(
                    f"there is no switch {name!r} in this fabric", path, advice=did_you_mean(name, self.nodes)
                )
            )
        return self.nodes[name]

    def far(self, node: int) -> Iterator[End]:
        """Yield the cabled slots of a switch, each with the node at its other end."""
        for slot, far in enumerate(self.fabric.plan.far_ends(node)):
            if far is not None:
                yield slot, far[0]

    def slots_to(self, node: int, key: str) -> Mapping[object, list[int]]:
        """Return the cabled slots of a switch by what is at their other ends, as a key of an exception names it."""
        found = self._slots.get((node, key))
        if found is None:
            found = self._slots[node, key] = {}
            for slot, far in self.far(node):
                for called in self._called(far, key):
                    found.setdefault(called, []).append(slot)
        return found

    def _called(self, node: int, key: str) -> set[object]:
        """Return what a node is called by a key: its names, or its number if it is of that role."""
        plan = self.fabric.plan
        if key == "to":
            ref = self.cluster.device_at(self.fabric, node)
            return {ref.name, ref.derived_name}
        ids = plan.ids(node)
        # a number is that of a host, and of no other node in the place of one
        return {ids.number} if layer_of(plan, node).name == key and not is_guest(ids.unit) else set()

    def tiers(self, end: End) -> set[str]:
        """Return the layers at both ends of a slot's cable; of one within a layer, what such cables are called."""
        far, layer = self.fabric.plan.peer(*end), layer_of(self.fabric.plan, end[0])
        across = layer.link_across(end[1])
        return {across or layer_of(self.fabric.plan, node).name for node, _ in (end, far or end)}


def _check_effect(deviation: Deviation, at: IntentPath) -> None:
    """Refuse an exception that changes nothing: whoever wrote it believes that it does."""
    said = [key.replace("_", "-") for key, value in deviation if value is not None]
    for subject, changes in _CHANGES.items():
        changed = [key for key in changes if key in said]
        if changed and subject not in said:
            raise UnbuildableError(
                references.NO_EFFECT.about(f"{changed[0]!r} is said of no {subject}", (*at, changed[0]), at_key=True)
            )
        if subject in said and not changed:
            raise UnbuildableError(
                references.NO_EFFECT.about(
                    f"the {subject} is named, and nothing is said of it",
                    (*at, subject),
                    at_key=True,
                    advice=f"say {' or '.join(map(repr, changes))}",
                )
            )
    if not _CHANGES.keys() & set(said):
        raise UnbuildableError(
            references.NO_EFFECT.about(
                "the exception is about nothing", at, at_key=True, advice="name a 'port' or a 'device'"
            )
        )


def _lay_device(
    laid: _Laid,
    node: int,
    deviation: Deviation,
    switches: Mapping[str, SwitchModel],
    snippets: Mapping[str, str],
    at: IntentPath,
) -> None:
    if deviation.model is not None:
        model = laid.models.setdefault(node, switches[deviation.model])
        if model.name != deviation.model:
            raise UnbuildableError(
                references.CONTRADICTION.about(
                    f"another exception makes {deviation.device} a {model.name}", (*at, "model")
                )
            )
    if deviation.native is not None:
        # The platform's template says where lines begin and end.
        text = snippets[deviation.native].strip("\n")
        if not text:
            raise UnbuildableError(references.NO_EFFECT.about(f"{deviation.native} has no lines", (*at, "native")))
        snippet = Snippet(text, deviation.reason, ".".join(map(str, at)))
        laid.snippets[node] = (*laid.snippets.get(node, ()), snippet)


def _lay_port(laid: _Laid, site: _Site, deviation: Deviation, port: LinkEnd, at: IntentPath) -> None:
    end = _end(site, port, (*at, "port"))
    if deviation.enabled is False:
        laid.disabled.add(end)
    if deviation.swapped_with is None:
        return
    where = (*at, "swapped-with")
    other = _end(site, deviation.swapped_with, where)
    if site.tiers(end) != site.tiers(other):
        message = "the cable of a host cannot be swapped with one between switches: hosts have addresses of their leaf"
        if HOST not in site.tiers(end) | site.tiers(other):
            message = "cables of different kinds cannot be swapped: between other tiers, or local and global ones"
        raise UnbuildableError(references.CONTRADICTION.about(message, where, at_key=True))
    try:
        laid.cabled = laid.cabled.swapped(end, other)
    except ValueError as error:
        raise UnbuildableError(references.CONTRADICTION.about(str(error), where, at_key=True)) from None


def _end(site: _Site, end: LinkEnd, path: IntentPath) -> End:
    """Return the slot that is named by what is at its other end."""
    match end.leaf, end.switch:
        case str(name), None:
            node = site.node(name, (*path, "leaf"))
            if layer_of(site.fabric.plan, node).name != LEAF:
                raise UnbuildableError(references.UNKNOWN_DEVICE.about(f"{name} is not a leaf", (*path, "leaf")))
        case None, str(name):
            node = site.node(name, (*path, "switch"))
        case _:
            raise UnbuildableError(_contradiction("a port is named by its leaf or its switch", path, "leaf", "switch"))
    said = {key: value for key in ("host", "spine", "to") if (value := getattr(end, key)) is not None}
    if len(said) != 1:
        message = "a port is named by the host or by the spine at its other end"
        raise UnbuildableError(_contradiction(message, path, "host", "spine"))
    ((key, wanted),) = said.items()
    found = site.slots_to(node, key).get(wanted, [])
    if not found:
        raise UnbuildableError(_no_port(site, node, name, key, wanted, (*path, key)))
    if end.link > len(found):
        raise UnbuildableError(
            references.UNKNOWN_PORT.about(
                f"{len(found)} link{'s' * (len(found) > 1)} of {name} go to each {key}; there is no {end.link}",
                (*path, "link"),
            )
        )
    return node, found[end.link - 1]


def _contradiction(message: str, path: IntentPath, one: str, other: str) -> Finding:
    return references.CONTRADICTION.about(message, path, at_key=True, advice=f"give either {one!r} or {other!r}")


def _no_port(site: _Site, node: int, name: str, key: str, wanted: object, path: IntentPath) -> Finding:
    plan = site.fabric.plan
    if key == "host":
        numbers = sorted({plan.ids(far).number for _, far in site.far(node) if far in plan.layers[0].seats})
        said = f"{name} serves hosts {numbers[0]}-{numbers[-1]}, not {wanted}" if numbers else f"{name} serves no host"
    elif key == "spine":
        numbers = sorted({plan.ids(far).number for _, far in site.far(node) if layer_of(plan, far).name == SPINE})
        said = f"a pod has {len(numbers)} spines; there is no {wanted}"
        if numbers and numbers[0] != 1:
            said = f"{name} is cabled to spines {numbers[0]}-{numbers[-1]}, not to {wanted}"
    else:
        said = f"{name} is not cabled to {wanted}"
    return references.UNKNOWN_PORT.about(said, path)
