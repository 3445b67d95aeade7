"""The cables of a Clos network above its leaves (`netgen.cluster.topology.clos` says how it is laid out)."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from netgen.cluster.topology.slots import End

if TYPE_CHECKING:
    from netgen.cluster.topology.clos import Clos

Peer = Callable[[int], End | None]
"""From a slot of some node to the other end of its cable."""


def peers_of_spine(plan: "Clos", index: int) -> Peer:
    """Return what finds the peers of a spine, by its index, slot by slot: leaves, and superspines above it."""
    rest, spine = divmod(index, plan.spines)
    rest, block = divmod(rest, plan.blocks)
    pod, plane = divmod(rest, plan.planes)
    down, trunk, leaves = plan.block * plan.trunk, plan.trunk, plan.leaves_per_plane
    before, uplink = block * plan.block, plan.down + spine * trunk
    first_leaf = plan.firsts[1] + (pod * plan.planes + plane) * leaves
    top, within = divmod(plane * plan.spines + spine, plan.shared_spines)
    first_top = plan.firsts[-1] + top * plan.cores
    first_link = ((pod * plan.blocks + block) * plan.shared_spines + within) * plan.core_trunk

    def peer(slot: int) -> End | None:
        if slot >= down:
            core, link = divmod(slot - down, plan.core_trunk)
            return first_top + core, first_link + link
        in_block, link = divmod(slot, trunk)
        leaf = before + in_block
        if leaf >= leaves:
            return None
        if plan.by_rail:
            rest, in_group = divmod(leaf, plan.group)
            rail, leaf_set = divmod(rest, plan.sets)
            leaf = (leaf_set * plan.rails + rail) * plan.group + in_group
        return first_leaf + leaf, uplink + link

    return peer


def peers_of_superspine(plan: "Clos", index: int) -> Peer:
    """Return what finds the peers of a superspine, by its index, slot by slot: the spines of all blocks."""
    top, core = divmod(index, plan.cores)
    plane, first_spine = divmod(top * plan.shared_spines, plan.spines)
    uplink = plan.block * plan.trunk + core * plan.core_trunk

    def peer(slot: int) -> End:
        rest, link = divmod(slot, plan.core_trunk)
        group, within = divmod(rest, plan.shared_spines)
        pod, block = divmod(group, plan.blocks)
        found = ((pod * plan.planes + plane) * plan.blocks + block) * plan.spines + first_spine + within
        return plan.firsts[2] + found, uplink + link

    return peer
