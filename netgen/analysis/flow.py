"""Bisection bandwidth where exceptions have shut or swapped links: a maximum flow through what differs.

Spines that no exception touches, by their number, are alike in every block, and so is what is above them; leaves are
that have the same spines and as many ports of both halves. A maximum flow may be averaged over nodes that are alike, so
each such class is one node that carries what all of it carries. Few exceptions leave a small graph, however large the
fabric.
"""

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from itertools import product

from netgen.analysis.survey import Survey
from netgen.cluster.fabric import AnyNetwork
from netgen.cluster.model import Cluster
from netgen.cluster.topology.slots import HOST, LEAF, SPINE, SUPERSPINE, Overlaid
from netgen.record import Record

FIRST, SECOND, REST = "first half", "second half", "rest"

Edge = tuple[Hashable, Hashable, int]
"""Two classes of nodes, and what the links between them carry in Gb/s, each way."""


def maximum_flow(survey: Survey, cluster: Cluster, fabric: AnyNetwork, inside: Sequence[int], touched: set[int]) -> int:
    """Return what the first half of the hosts can send to the second, in Gb/s.

    Parameters
    ----------
    inside
        How many hosts of each group are in the first half.
    touched
        Nodes with a link that is shut or swapped; there must be some, or the formula serves.
    """
    import networkx as nx  # loading it takes longer than all formulas together

    hosts = cluster.nodes(fabric, HOST)
    plan = survey.plan
    numbers = {plan.layers[2].index(node) % plan.spines for node in touched if plan.spines and node in plan.layers[2]}
    if plan.cores:
        # spines that share superspines are alike together, or not at all
        tops = (plan.layers[3].index(node) % plan.superspines for node in touched if node in plan.layers[3])
        shared = {number // plan.shared_spines for number in numbers} | {index // plan.cores for index in tops}
        numbers = {number for number in range(plan.spines) if number // plan.shared_spines in shared}
    reduced = _Reduced(survey, cluster, fabric, inside, touched, hosts[len(hosts) // 2], frozenset(numbers))
    capacity: Counter[tuple[Hashable, Hashable]] = Counter()
    for low, high, gbps in reduced.edges():
        capacity[low, high] += gbps
        capacity[high, low] += gbps
    net = nx.DiGraph()
    net.add_nodes_from((FIRST, SECOND))
    net.add_weighted_edges_from(((*ends, gbps) for ends, gbps in capacity.items()), weight="capacity")
    return int(nx.maximum_flow_value(net, FIRST, SECOND))


def touched_nodes(fabric: AnyNetwork) -> set[int]:
    """Return the nodes with a link that is shut or swapped."""
    topology = fabric.overlay.topology
    swapped = topology.peers if isinstance(topology, Overlaid) else {}
    return {node for node, _ in (*fabric.overlay.disabled, *swapped)}


class _Reduced(Record):
    survey: Survey
    cluster: Cluster
    fabric: AnyNetwork
    inside: Sequence[int]
    touched: set[int]
    second: int
    """First host of the second half."""
    numbers: frozenset[int]
    """Of spines that are not alike in every block."""

    def edges(self) -> Iterator[Edge]:
        """Yield what carries traffic; some pairs several times."""
        yield from self._leaves()
        if self.survey.plan.cores:
            yield from self._spines()

    def _leaves(self) -> Iterator[Edge]:
        survey, plan = self.survey, self.survey.plan
        alike: Counter[tuple[int, int, int]] = Counter()
        for plane, tor, leaf in product(range(plan.planes), range(plan.tors), survey.leaves):
            node = leaf.node + plane * plan.leaves_per_plane + tor
            if node in self.touched:
                yield from self._each(node, range(plan.layers[1].slots))
                continue
            nics, ours = survey.nics(leaf), self.inside[leaf.group]
            block = leaf.block + plane * plan.blocks if plan.spines else node
            alike[block, ours * nics, (survey.groups[leaf.group].hosts - ours) * nics] += 1
        rest = plan.spines - len(self.numbers)
        for (block, ours, theirs), count in alike.items():
            name = (LEAF, block, ours, theirs)
            yield FIRST, name, count * ours * survey.host_gbps
            yield name, SECOND, count * theirs * survey.host_gbps
            if plan.spines:
                each = count * plan.trunk * survey.leaf_gbps
                yield from ((name, (SPINE, block, number), each) for number in self.numbers)
                yield name, (SPINE, block, REST), each * rest

    def _spines(self) -> Iterator[Edge]:
        plan, layer = self.survey.plan, self.survey.plan.layers[2]
        each = plan.core_trunk * self.survey.spine_gbps
        for block in sorted({layer.index(node) // plan.spines for node in self.cluster.nodes(self.fabric, SPINE)}):
            plane = block // plan.blocks % plan.planes
            rest = (plan.spines - len(self.numbers)) * plan.cores * each
            yield (SPINE, block, REST), (SUPERSPINE, plane, REST), rest
            for number in self.numbers:
                node = layer.first + block * plan.spines + number
                if node in self.touched:
                    yield from self._each(node, range(layer.down, layer.slots))
                    continue
                above = number // plan.shared_spines
                tops = ((SUPERSPINE, plane, above, core) for core in range(plan.cores))
                yield from (((SPINE, block, number), top, each) for top in tops)

    def _each(self, node: int, slots: range) -> Iterator[Edge]:
        """Yield the links of a switch one by one, as they are cabled."""
        survey, overlay = self.survey, self.fabric.overlay
        for slot in slots:
            far = overlay.topology.peer(node, slot)
            if far is None or (node, slot) in overlay.disabled or not self.cluster.exists(self.fabric, far[0]):
                continue
            hosts = survey.plan.layers[0]
            if far[0] in hosts and far[0] not in hosts.seats:
                continue  # a node in the place of a host is of no half
            if far[0] in hosts:
                ours = far[0] < self.second
                yield (FIRST, node, survey.host_gbps) if ours else (node, SECOND, survey.host_gbps)
            else:
                speed = survey.leaf_gbps if node in survey.plan.layers[1] else survey.spine_gbps
                yield self._name(node), self._name(far[0]), speed

    def _name(self, node: int) -> Hashable:
        """Return the class of a switch: its own, where an exception touches it or one of its number."""
        plan = self.survey.plan
        if node in plan.layers[1]:
            return node
        if node in plan.layers[2]:
            block, number = divmod(plan.layers[2].index(node), plan.spines)
            return SPINE, block, number if number in self.numbers else REST
        plane, index = divmod(plan.layers[3].index(node), plan.superspines)
        above, core = divmod(index, plan.cores)
        alike = above * plan.shared_spines not in self.numbers
        return (SUPERSPINE, plane, REST) if alike else (SUPERSPINE, plane, above, core)
