"""Turns the intent's exceptions, which name ports by what is at the other end, into an overlay on slots."""

from collections.abc import Mapping

from netgen.catalog.model import SwitchModel
from netgen.cluster.model import Overlay, Snippet
from netgen.cluster.topology.rail_optimized import RailOptimized
from netgen.cluster.topology.slots import End, swapped
from netgen.diagnostics.codes import references
from netgen.diagnostics.finding import Finding, IntentPath, UnbuildableError
from netgen.diagnostics.suggest import did_you_mean
from netgen.intent.models import Deviation, LinkEnd


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
        If an exception names what does not exist, or contradicts another one.
    """
    swaps: list[tuple[End, End]] = []
    disabled: set[End] = set()
    models: dict[int, SwitchModel] = {}
    native: dict[int, tuple[Snippet, ...]] = {}
    for key, deviation in deviations.items():
        at = (*path, key)
        if deviation.device is not None:
            node = _node(nodes, deviation.device, (*at, "device"))
            if deviation.model is not None:
                models[node] = switches[deviation.model]
            if deviation.native is not None:
                text = Snippet(snippets[deviation.native], deviation.reason, ".".join(map(str, at)))
                native[node] = (*native.get(node, ()), text)
        if deviation.port is not None:
            end = _end(plan, nodes, deviation.port, (*at, "port"))
            if deviation.enabled is False:
                disabled.add(end)
            if deviation.swapped_with is not None:
                swaps.append((end, _end(plan, nodes, deviation.swapped_with, (*at, "swapped-with"))))
    try:
        cabled = swapped(plan, swaps)
    except ValueError as error:
        raise UnbuildableError(
            references.CONTRADICTION.about(f"the swaps contradict each other: {error}", path, at_key=True)
        ) from None
    far_ends = {far for end in disabled if (far := cabled.peer(*end)) is not None}
    return Overlay(cabled if swaps else plan, frozenset(disabled | far_ends), models, native)


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
    leaf = plan.layers[1].index(node)
    if not 0 <= leaf < plan.layers[1].count:
        raise UnbuildableError(references.UNKNOWN_DEVICE.about(f"{end.leaf} is not a leaf", (*path, "leaf")))
    if (end.host is None) == (end.spine is None):
        raise UnbuildableError(
            references.CONTRADICTION.about(
                "a port is named by the host or by the spine at its other end",
                path,
                at_key=True,
                advice="give either 'host' or 'spine'",
            )
        )
    if end.host is not None:
        first = leaf % plan.group * plan.down
        slot = end.host - 1 - first
        if not (0 <= slot < plan.down and end.host <= plan.hosts):
            last = min(first + plan.down, plan.hosts)
            raise UnbuildableError(
                _no_such(f"{end.leaf} serves hosts {first + 1}-{last}, not {end.host}", (*path, "host"))
            )
        return node, slot
    assert end.spine is not None  # noqa: S101 - of the two, exactly one is there
    if end.spine > plan.spines:
        raise UnbuildableError(_no_such(f"a pod has {plan.spines} spines; there is no {end.spine}", (*path, "spine")))
    if end.link > plan.trunk:
        raise UnbuildableError(
            _no_such(f"{plan.trunk} links go to each spine; there is no {end.link}", (*path, "link"))
        )
    return node, plan.down + (end.spine - 1) * plan.trunk + end.link - 1


def _no_such(message: str, path: IntentPath) -> Finding:
    return references.UNKNOWN_PORT.about(message, path)
