"""A Clos fabric as built, reduced to what differs: hosts by the leaves that they share, leaves by their spines.

Planes are alike, and so are the leaves of dual ToRs that stand side by side: one of each is surveyed, and formulas
multiply. The cost grows with leaves and hosts, not with links. Nodes in the places of hosts are not among them.
"""

from collections.abc import Mapping
from itertools import groupby

from msgspec import Struct, field

from netgen.cluster.fabric import AnyNetwork, units_of
from netgen.cluster.model import Cluster
from netgen.cluster.topology.clos import Clos
from netgen.cluster.topology.slots import LEAF, SPINE, SUPERSPINE
from netgen.record import Record

GroupKey = tuple[int, int, int]
"""Pod, set of leaves, and position within the group of a rail; all from 0."""


class Group(Struct):
    """Hosts that share all of their leaves.

    Parameters
    ----------
    pod
        Its id.
    nics
        NICs of each host, by rail.
    units
        Hosts by the id of their unit.
    members
        How many of them run collectives: hosts, and not other nodes.
    """

    pod: int
    nics: tuple[int, ...]
    units: dict[int, int] = field(default_factory=dict)
    members: int = 0

    @property
    def hosts(self) -> int:
        """How many there are."""
        return sum(self.units.values())


class Leaf(Record):
    """A leaf of the first plane, and the first of two ToRs.

    Parameters
    ----------
    node
        Its node.
    group
        Position of its hosts' group in `Survey.groups`.
    rail
        From 0.
    block
        Which leaves it shares its spines with; without spines, one a leaf.
    """

    node: int
    group: int
    rail: int
    block: int


class Survey(Record):
    """What there is.

    Parameters
    ----------
    plan
        The topology.
    groups
        Hosts, by the leaves that they share.
    leaves
        Of one plane, and one of each pair of ToRs.
    host_gbps, leaf_gbps, spine_gbps
        Speed of a port of a NIC, of an uplink of a leaf, and of one of a spine; 0 where there is none.
    built_blocks
        Blocks whose spines exist, in one plane.
    order
        Hosts that run collectives in the order of their ids: the positions of their groups.
    """

    plan: Clos
    groups: tuple[Group, ...]
    leaves: tuple[Leaf, ...]
    host_gbps: int
    leaf_gbps: int
    spine_gbps: int
    built_blocks: int
    order: tuple[int, ...]

    @property
    def hosts(self) -> int:
        """How many hosts and other nodes there are."""
        return sum(group.hosts for group in self.groups)

    @property
    def joined(self) -> bool:
        """Whether superspines join the blocks of a plane."""
        return self.plan.cores > 0

    @property
    def leaf_up_gbps(self) -> int:
        """What the uplinks of a leaf carry."""
        return self.plan.uplinks * self.leaf_gbps

    @property
    def block_up_gbps(self) -> int:
        """What the uplinks of the spines of a block carry."""
        return self.plan.spines * self.plan.spine_uplinks * self.spine_gbps

    def blocks(self) -> Mapping[int, list[Leaf]]:
        """Leaves by block."""
        ordered = sorted(self.leaves, key=lambda leaf: leaf.block)
        return {block: list(leaves) for block, leaves in groupby(ordered, key=lambda leaf: leaf.block)}

    def nics(self, leaf: Leaf) -> int:
        """NICs of each of its hosts that go to a leaf."""
        return self.groups[leaf.group].nics[leaf.rail]


def survey(cluster: Cluster, fabric: AnyNetwork, plan: Clos) -> Survey:
    """Look a fabric over.

    Parameters
    ----------
    plan
        The fabric's, which must be a Clos network.
    """
    groups: dict[GroupKey, Group] = {}
    leaves = []
    for node in cluster.nodes(fabric, LEAF):
        ids = plan.ids(node)
        position, tor = divmod(ids.number - 1, plan.tors)
        if ids.plane > 1 or tor:
            continue
        leaf_set, rail = (ids.unit - 1) // plan.sharing, max(ids.rail - 1, 0)
        key = (ids.pod - 1, leaf_set, position)
        if key not in groups:
            groups[key] = Group(ids.pod, _nics(plan, (ids.pod - 1) * plan.units + leaf_set * plan.sharing))
        leaves.append((node, key, rail, _block(plan, node)))
    order = _fill(cluster, fabric, plan, groups)
    positions = {key: position for position, key in enumerate(groups)}
    tiers = fabric.tiers
    return Survey(
        plan=plan,
        groups=tuple(groups.values()),
        leaves=tuple(Leaf(node, positions[key], rail, block) for node, key, rail, block in leaves),
        host_gbps=fabric.edge.breakout.speed_gbps,
        leaf_gbps=tiers[LEAF].uplink_breakout.speed_gbps if SPINE in tiers else 0,
        spine_gbps=tiers[SPINE].uplink_breakout.speed_gbps if SUPERSPINE in tiers else 0,
        built_blocks=len(cluster.nodes(fabric, SPINE)) // (plan.spines * plan.planes) if plan.spines else 0,
        order=tuple(positions[key] for key in order),
    )


def _fill(cluster: Cluster, fabric: AnyNetwork, plan: Clos, groups: Mapping[GroupKey, Group]) -> list[GroupKey]:
    """Count the hosts of every group; return the groups of those that run collectives, in the order of their ids."""
    order: list[GroupKey] = []
    for pod, units in sorted(units_of(fabric.pods).items()):
        for unit, ids in sorted(units.items()):
            leaf_set, shared = divmod(unit - 1, plan.sharing)
            on_leaf = plan.hosts_per_leaf((pod - 1) * plan.units + leaf_set * plan.sharing)
            first = shared * plan.hosts - 1
            keys = [(pod - 1, leaf_set, (first + host) // on_leaf) for host in ids]
            member = (pod, unit) not in cluster.others
            for key, same in groupby(keys):
                group, count = groups[key], len(list(same))
                group.units[unit] = group.units.get(unit, 0) + count
                group.members += count if member else 0
            order += keys if member else ()
    return order


def _nics(plan: Clos, unit: int) -> tuple[int, ...]:
    """NICs of a host by rail; of a host of the unit at a position among all."""
    nics, per_rail = plan.nics_of(unit), plan.per_rail(unit)
    return tuple(max(min((rail + 1) * per_rail, nics) - rail * per_rail, 0) for rail in range(plan.rails))


def _block(plan: Clos, leaf: int) -> int:
    if not plan.spines:
        return leaf
    far = plan.peer(leaf, plan.down)
    if far is None:
        raise ValueError(f"leaf {leaf} has no uplink")
    return plan.layers[2].index(far[0]) // plan.spines
