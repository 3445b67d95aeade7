"""Equal-cost paths of a dragonfly: its routers pass everything on, and take the ways through the fewest of them.

So the next hops of a router towards another are its live links to neighbours that are nearer to it by one. That is
reckoned for a sample of the others: it takes a search through all links for each.
"""

from collections.abc import Iterator, Mapping

from netgen.device.model import ACROSS, Port, Switch
from netgen.verify.cabling import Cabling
from netgen.verify.model import Check, Problem, State
from netgen.verify.paths import amiss, listed

SAMPLE = 64
"""Routers that every other one must have the right paths to; spread evenly over all."""

Links = Mapping[str, list[str]]
"""The neighbours of every router, one a live link."""


def sample(routers: Mapping[str, Switch], states: Mapping[str, State]) -> list[str]:
    """Return the routers towards which paths are looked at; of all that answered."""
    asked = [name for name in routers if name in states]
    return asked[:: -(-len(asked) // SAMPLE)] if asked else []


def check(routers: Mapping[str, Switch], cabling: Cabling, states: Mapping[str, State]) -> Iterator[Problem]:
    """Yield every router whose routes to others, or to their hosts, have too few or too many next hops."""
    links = {name: [str(port.peer_device) for port in _live(one, cabling)] for name, one in routers.items()}
    hops = {
        name: {route.prefix: len(route.next_hops) for route in states[name].routes}
        for name in routers
        if name in states and Check.PATHS not in states[name].unanswered
    }
    alike: dict[str, dict[tuple[int, int], list[str]]] = {}
    for target in sample(routers, states):
        away = distances(links, target)
        for name, found_hops in hops.items():
            if name == target:
                continue
            wanted = min(_nearer(links, away, name), routers[name].bgp.maximum_paths)
            for found, prefixes in amiss(routers[target], found_hops, wanted).items():
                ways = alike.setdefault(name, {}).setdefault((found, wanted), [])
                ways.append(f"{target} ({', '.join(prefixes)})")
    for name, said in alike.items():
        for (found, wanted), ways in said.items():
            yield Problem(name, Check.PATHS, "", f"{found} next hops of {wanted} to {listed(ways, 'routers')}")


def distances(links: Links, target: str) -> dict[str, int]:
    """Return how many links each router is away from one of them, of those that have a way to it."""
    away, front = {target: 0}, [target]
    while front:
        found = {far: away[name] + 1 for name in front for far in links[name] if far not in away}
        away |= found
        front = list(found)
    return away


def _nearer(links: Links, away: Mapping[str, int], name: str) -> int:
    """Count the links of a router to neighbours that are nearer to the target than itself."""
    return 0 if name not in away else sum(away[far] < away[name] for far in links[name])


def _live(router: Switch, cabling: Cabling) -> Iterator[Port]:
    for port in router.ports:
        if port.role in ACROSS and port.peer_device and (router.name, port.name) not in cabling.dark:
            yield port
