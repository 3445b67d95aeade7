"""Turns the intent's exceptions, which name ports by what is at the other end, into an overlay on slots."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from netgen.catalog.model import SwitchModel
from netgen.cluster.model import LEAF, Overlay, Snippet
from netgen.cluster.topology.rail_optimized import RailOptimized
from netgen.cluster.topology.slots import End, Overlaid, layer_of
from netgen.diagnostics.codes import references
from netgen.diagnostics.finding import Finding, IntentPath, UnbuildableError
from netgen.diagnostics.suggest import did_you_mean
from netgen.intent.models import Deviation, LinkEnd

_CHANGES = {"port": ("enabled", "swapped-with"), "device": ("model", "native")}
"""What an exception is about, and what it can say of it."""


def overlay(
    plan: RailOptimized,
    deviations: Mapping[str, Deviation],
    *,
    nodes: Mapping[str, int],
    switches: Mapping[str, SwitchModel],
    snippets: Mapping[str, str],
    path: IntentPath,
) -> Overlay:
    """Resolve the exceptions of a fabric.

    Parameters
    ----------
    plan
        The topology as planned.
    deviations
        The exceptions, by key.
    nodes
        Nodes of the switches that exist, by name.
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
    laid = _Laid(Overlaid(plan, {}))
    findings: list[Finding] = []
    for key, deviation in deviations.items():
        at = (*path, key)
        try:
            _check_effect(deviation, at)
            if deviation.device is not None:
                node = _node(nodes, deviation.device, (*at, "device"))
                _lay_device(laid, node, deviation, switches, snippets, at)
            if deviation.port is not None:
                _lay_port(laid, plan, nodes, deviation, deviation.port, at)
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


@dataclass(slots=True)
class _Laid:
    """What the exceptions so far came to."""

    cabled: Overlaid
    disabled: set[End] = field(default_factory=set)
    models: dict[int, SwitchModel] = field(default_factory=dict)
    snippets: dict[int, tuple[Snippet, ...]] = field(default_factory=dict)


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


def _lay_port(
    laid: _Laid, plan: RailOptimized, nodes: Mapping[str, int], deviation: Deviation, port: LinkEnd, at: IntentPath
) -> None:
    end = _end(plan, nodes, port, (*at, "port"))
    if deviation.enabled is False:
        laid.disabled.add(end)
    if deviation.swapped_with is None:
        return
    where = (*at, "swapped-with")
    other = _end(plan, nodes, deviation.swapped_with, where)
    if plan.faces_host(end[1]) != plan.faces_host(other[1]):
        raise UnbuildableError(
            references.CONTRADICTION.about(
                "the cable of a host cannot be swapped with one between switches: hosts have addresses of their leaf",
                where,
                at_key=True,
            )
        )
    try:
        laid.cabled = laid.cabled.swapped(end, other)
    except ValueError as error:
        raise UnbuildableError(references.CONTRADICTION.about(str(error), where, at_key=True)) from None


def _node(nodes: Mapping[str, int], name: str, path: IntentPath) -> int:
    if name not in nodes:
        raise UnbuildableError(
            references.UNKNOWN_DEVICE.about(
                f"there is no switch {name!r} in this fabric",
                path,
                advice=did_you_mean(name, nodes),
            )
        )
    return nodes[name]


def _end(plan: RailOptimized, nodes: Mapping[str, int], end: LinkEnd, path: IntentPath) -> End:
    node = _node(nodes, end.leaf, (*path, "leaf"))
    layer = layer_of(plan, node)
    if layer.name != LEAF:
        raise UnbuildableError(references.UNKNOWN_DEVICE.about(f"{end.leaf} is not a leaf", (*path, "leaf")))
    match end.host, end.spine:
        case int(host), None:
            return node, _host_slot(plan, layer.index(node), host, end.leaf, (*path, "host"))
        case None, int(spine):
            return node, _uplink_slot(plan, spine, end.link, path)
        case _:
            raise UnbuildableError(
                references.CONTRADICTION.about(
                    "a port is named by the host or by the spine at its other end",
                    path,
                    at_key=True,
                    advice="give either 'host' or 'spine'",
                )
            )


def _host_slot(plan: RailOptimized, leaf: int, host: int, called: str, path: IntentPath) -> int:
    hosts = plan.hosts_of(leaf)
    if host not in hosts:
        raise UnbuildableError(
            references.UNKNOWN_PORT.about(f"{called} serves hosts {hosts[0]}-{hosts[-1]}, not {host}", path)
        )
    return host - hosts[0]


def _uplink_slot(plan: RailOptimized, spine: int, link: int, path: IntentPath) -> int:
    if spine > plan.spines:
        raise UnbuildableError(
            references.UNKNOWN_PORT.about(f"a pod has {plan.spines} spines; there is no {spine}", (*path, "spine"))
        )
    if link > plan.trunk:
        raise UnbuildableError(
            references.UNKNOWN_PORT.about(f"{plan.trunk} links go to each spine; there is no {link}", (*path, "link"))
        )
    return plan.down + (spine - 1) * plan.trunk + link - 1
