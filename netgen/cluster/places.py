"""Nodes of other kinds in the places of hosts that are not there: how many a place holds, and where each sits.

Nodes fill the places one after the other; in each, their NICs stand for those of the host, in order. As many are laid
out as there is room for, whatever the intent has of them, so that more of them move nothing.
"""

from collections.abc import Mapping

from netgen.catalog.model import HostProfile
from netgen.cluster.topology.guests import Guests, Seat
from netgen.cluster.topology.slots import Topology
from netgen.intent.quantities import IdRanges
from netgen.record import Record


class Places(Record):
    """Hosts of a unit in whose places other nodes sit."""

    unit: int
    """Of the hosts."""
    hosts: IdRanges
    each: int
    """Nodes a place."""

    @property
    def room(self) -> int:
        """Nodes that there is room for."""
        return len(self.hosts) * self.each


def nodes_a_place(host: HostProfile, other: HostProfile) -> int:
    """Return how many other nodes have no more NICs of any kind than a host has, whatever fabrics there are.

    Kinds of NICs that a host has none of do not count: no fabric can be for these (`netgen.rules.places`).
    """
    kinds = [kind for kind in other.nics if kind in host.nics]
    return min((host.nics[kind].count // other.nics[kind].count for kind in kinds), default=0)


def guests_of(
    places: Mapping[tuple[int, int], Places], profiles: Mapping[tuple[int, int], HostProfile], nics: str, plan: Topology
) -> Guests | None:
    """Seat the nodes that are in the places of hosts; ``None``: there are none.

    All of them are laid out on each fabric, so each is the same among them everywhere.

    Parameters
    ----------
    places, profiles
        By pod and the unit that their kind counts as.
    nics
        What the NICs of the fabric are for.
    plan
        The fabric without them.
    """
    seats = []
    for (pod, unit), one in places.items():
        known = profiles[pod, unit].nics.get(nics)
        slots = 0 if known is None else len(known.names)
        hosts = [plan.host_at(pod, one.unit, host) for host in one.hosts]
        seats += [
            Seat(pod, unit, number * one.each + among + 1, host, among * slots, slots)
            for number, host in enumerate(hosts)
            for among in range(one.each)
        ]
    return Guests(plan.layers[0].count, tuple(seats)) if seats else None
