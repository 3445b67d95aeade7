"""Bisection bandwidth: what the first half of the hosts can send to the second, and the cut that limits it.

The maximum flow is the least cut (Ford and Fulkerson, Maximal flow through a network, 1956). In a Clos network whose
switches have equally many links to each above them, the spines of a block may be taken as one, and so may superspines:
what a cut costs that divides them is concave in how many are on one side, and so no less than where all are on one.
What is left is a tree, whose least cut follows from the leaves upwards. Where exceptions have shut or swapped links,
`netgen.analysis.flow` does it.
"""

from netgen.analysis.flow import maximum_flow, touched_nodes
from netgen.analysis.survey import Leaf, Survey
from netgen.cluster.fabric import AnyNetwork
from netgen.cluster.model import Cluster
from netgen.record import Record


class Bisection(Record):
    """What two halves of the hosts can send to each other, one way.

    Parameters
    ----------
    gbps
        The maximum flow.
    nics_gbps
        What the NICs of the smaller half carry.
    hosts
        How many hosts are in the first half, and in the second.
    """

    gbps: int
    nics_gbps: int
    hosts: tuple[int, int]


Halves = tuple[int, int]
"""Of a leaf or what is above it: the least cut if it is on the side of the first half, and if on that of the second."""


def bisection(survey: Survey, cluster: Cluster, fabric: AnyNetwork) -> Bisection:
    """Reckon what the first half of the hosts, in the order of their ids, can send to the second.

    Source: the definition of bisection bandwidth as in Dally and Towles, Principles and Practices of Interconnection
    Networks, 3.2, for the halves that whole units make; docs/analysis.md shows when no other halves have less.
    """
    first = survey.hosts // 2
    inside = _first(survey, first)
    plan, touched = survey.plan, touched_nodes(fabric)
    if touched and survey.hosts > 1:
        gbps = maximum_flow(survey, cluster, fabric, inside, touched)
    else:
        gbps = plan.planes * sum(_cut(survey, leaves, inside) for leaves in _parts(survey))
    nics = [0, 0]
    for group, ours in zip(survey.groups, inside, strict=True):
        nics[0] += ours * sum(group.nics)
        nics[1] += (group.hosts - ours) * sum(group.nics)
    return Bisection(
        gbps=gbps,
        nics_gbps=min(nics) * plan.ports * survey.host_gbps,
        hosts=(first, survey.hosts - first),
    )


def _first(survey: Survey, count: int) -> list[int]:
    """Return how many hosts of every group are among the first, by pod, unit and number."""
    inside = [0] * len(survey.groups)
    order = sorted(
        (group.pod, unit, position, hosts)
        for position, group in enumerate(survey.groups)
        for unit, hosts in group.units.items()
    )
    for _, _, position, hosts in order:
        taken = min(hosts, count)
        inside[position] += taken
        count -= taken
    return inside


def _parts(survey: Survey) -> list[list[list[Leaf]]]:
    """Return the leaves of a plane by what joins them: blocks, all under superspines, or each for itself."""
    blocks = list(survey.blocks().values())
    return [blocks] if survey.joined else [[block] for block in blocks]


def _cut(survey: Survey, blocks: list[list[Leaf]], inside: list[int]) -> int:
    """Return the least cut of what is joined."""
    up = [_top(survey, leaves, inside) for leaves in blocks]
    if not survey.joined:
        return min(up[0])
    return min(_over(up, survey.block_up_gbps))


def _top(survey: Survey, leaves: list[Leaf], inside: list[int]) -> Halves:
    """Return the least cut of a block by the side of its spines; ToRs side by side are on the same."""
    sides, tors = [], survey.plan.tors
    for leaf in leaves:
        ports = survey.nics(leaf) * tors * survey.host_gbps
        ours, all_hosts = inside[leaf.group], survey.groups[leaf.group].hosts
        sides.append(((all_hosts - ours) * ports, ours * ports))
    return _over(sides, survey.leaf_up_gbps * tors) if survey.plan.spines else sides[0]


def _over(below: list[Halves], up_gbps: int) -> Halves:
    """Return the least cut by the side of what is above: each below is on the same side, or its uplinks are cut."""
    return (
        sum(min(first, second + up_gbps) for first, second in below),
        sum(min(second, first + up_gbps) for first, second in below),
    )
