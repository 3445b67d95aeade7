"""Equal-cost paths: how many next hops a leaf must have to every other, and how many it has."""

from collections import Counter
from collections.abc import Iterator, Mapping

from netgen.device.model import PortRole, Switch
from netgen.device.text import ipv4
from netgen.verify.cabling import Cabling
from netgen.verify.model import Check, Problem, State


def expected_paths(leaf: Switch, other: Switch, cabling: Cabling) -> int:
    """Count the next hops of a leaf towards another: its live uplinks to every spine that has a live link to the other.

    With all links up that is the product of spines and links a spine, the uplinks of a leaf.
    """
    reached = set(_live_uplinks(other, cabling))
    live = sum(count for spine, count in _live_uplinks(leaf, cabling).items() if spine in reached)
    return min(live, leaf.bgp.maximum_paths)


def check(leaves: Mapping[str, Switch], cabling: Cabling, states: Mapping[str, State]) -> Iterator[Problem]:
    """Yield every leaf whose routes to another leaf's loopback or hosts have too few or too many next hops."""
    for name, leaf in leaves.items():
        state = states.get(name)
        if state is None:
            continue
        hops = {route.prefix: len(route.next_hops) for route in state.routes}
        for other_name, other in leaves.items():
            if other_name == name or other.pod != leaf.pod or other_name not in states:
                continue
            wanted = expected_paths(leaf, other, cabling)
            prefixes = [f"{ipv4(other.loopback)}/32", *(f"{ipv4(a)}/{length}" for a, length in other.bgp.aggregates)]
            for prefix in prefixes:
                found = hops.get(prefix, 0)
                if found != wanted:
                    yield Problem(
                        name, Check.PATHS, "", f"{found} next hops to {prefix} of {other_name}; {wanted} should be"
                    )


def _live_uplinks(leaf: Switch, cabling: Cabling) -> Counter[str]:
    return Counter(
        str(port.peer_device)
        for port in leaf.ports
        if port.role is PortRole.UPLINK and (leaf.name, port.name) not in cabling.dark
    )
