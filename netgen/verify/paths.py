"""Equal-cost paths: how many next hops a leaf must have to every other, and how many it has."""

from collections import Counter
from collections.abc import Iterator, Mapping

from netgen.device.model import PortRole, Switch
from netgen.device.text import ipv4, network
from netgen.verify.cabling import Cabling
from netgen.verify.model import Check, Problem, State

MOST_NAMED = 2
"""So many switches that cannot be reached as they should are named; the others are counted."""


def expected_paths(leaf: Switch, other: Switch, cabling: Cabling) -> int:
    """Count the next hops of a leaf towards another: its live uplinks to every spine that has a live link to the other.

    With all links up that is the product of spines and links a spine, the uplinks of a leaf.
    """
    reached = set(_live_uplinks(other, cabling))
    live = sum(count for spine, count in _live_uplinks(leaf, cabling).items() if spine in reached)
    return min(live, leaf.bgp.maximum_paths)


def check(leaves: Mapping[str, Switch], cabling: Cabling, states: Mapping[str, State]) -> Iterator[Problem]:
    """Yield every leaf whose routes to others of its block, or to their hosts, have too few or too many next hops.

    One broken link is missed by the routes to all leaves, so what is amiss alike is one problem a leaf.
    """
    for name, leaf in leaves.items():
        if name not in states or Check.PATHS in states[name].unanswered:
            continue
        hops = {route.prefix: len(route.next_hops) for route in states[name].routes}
        alike: dict[tuple[int, int], list[str]] = {}
        for other_name, other in leaves.items():
            if other_name == name or not _spines(leaf) & _spines(other) or other_name not in states:
                continue
            wanted = expected_paths(leaf, other, cabling)
            for found, prefixes in amiss(other, hops, wanted).items():
                alike.setdefault((found, wanted), []).append(f"{other_name} ({', '.join(prefixes)})")
        for (found, wanted), ways in alike.items():
            yield Problem(name, Check.PATHS, "", f"{found} next hops of {wanted} to {listed(ways)}")


def _spines(leaf: Switch) -> set[str | None]:
    """Return the spines that a leaf is to be cabled to; leaves of one block have the same."""
    return {port.peer_device for port in leaf.ports if port.role is PortRole.UPLINK}


def amiss(other: Switch, hops: Mapping[str, int], wanted: int) -> dict[int, list[str]]:
    """Return what a switch announces by the number of next hops towards it, where that is not the right one."""
    wrong: dict[int, list[str]] = {}
    announced = [*other.bgp.aggregates, *((svi.ipv4, svi.ipv4_length) for svi in other.svis)]
    for prefix in (f"{ipv4(other.loopback)}/32", *(network(address, length) for address, length in announced)):
        found = hops.get(prefix, 0)
        if found != wanted:
            wrong.setdefault(found, []).append(prefix)
    return wrong


def listed(ways: list[str], others: str = "leaves") -> str:
    """Name the first of some ways, and count the others."""
    more = len(ways) - MOST_NAMED
    return ", ".join(ways[:MOST_NAMED]) + (f" and to {more} more {others}" if more > 0 else "")


def _live_uplinks(leaf: Switch, cabling: Cabling) -> Counter[str]:
    return Counter(
        str(port.peer_device)
        for port in leaf.ports
        if port.role is PortRole.UPLINK and (leaf.name, port.name) not in cabling.dark
    )
