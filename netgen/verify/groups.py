"""Equal-cost paths of a dragonfly or a dragonfly+: the ways through the fewest switches.

The next hops of a switch towards another are its live links to neighbours that are nearer to it by one. That is
reckoned for a sample of the others: it takes a search through all links for each.
"""

from collections.abc import Collection, Iterator, Mapping

from netgen.device.model import BETWEEN_SWITCHES, Port, Switch
from netgen.record import Record
from netgen.verify.cabling import Cabling
from netgen.verify.model import Check, Problem, State
from netgen.verify.paths import amiss, listed

SAMPLE = 64
"""Switches that every other one must have the right paths to; spread evenly over all."""

Links = Mapping[str, list[str]]
"""The neighbours of every switch, one a live link."""


class Groups(Record):
    """The switches of a fabric of groups.

    Parameters
    ----------
    switches
        All of them.
    edge
        Names of those that hosts are at.
    farthest
        The most links that a way may have; ``None``: as many as it takes.
    """

    switches: Mapping[str, Switch]
    edge: Collection[str]
    farthest: int | None = None

    def asked(self, states: Mapping[str, State]) -> list[str]:
        """Return the switches that hosts are at and that answered."""
        return [name for name in self.edge if name in states]

    def sample(self, states: Mapping[str, State]) -> list[str]:
        """Return those of them towards which paths are looked at."""
        asked = self.asked(states)
        return asked[:: -(-len(asked) // SAMPLE)] if asked else []


def check(groups: Groups, cabling: Cabling, states: Mapping[str, State]) -> Iterator[Problem]:
    """Yield every switch whose routes to others, or to their hosts, have too few or too many next hops."""
    switches = groups.switches
    links = {name: [str(port.peer_device) for port in _live(one, cabling)] for name, one in switches.items()}
    hops = {
        name: {route.prefix: len(route.next_hops) for route in states[name].routes}
        for name in groups.asked(states)
        if Check.PATHS not in states[name].unanswered
    }
    alike: dict[str, dict[tuple[int, int], list[str]]] = {}
    for target in groups.sample(states):
        away = distances(links, target, groups.farthest)
        for name in hops.keys() - {target}:
            wanted = min(_nearer(links, away, name), switches[name].bgp.maximum_paths)
            for found, prefixes in amiss(switches[target], hops[name], wanted).items():
                ways = alike.setdefault(name, {}).setdefault((found, wanted), [])
                ways.append(f"{target} ({', '.join(prefixes)})")
    for name, said in alike.items():
        for (found, wanted), ways in said.items():
            yield Problem(name, Check.PATHS, "", f"{found} next hops of {wanted} to {listed(ways, 'switches')}")


def distances(links: Links, target: str, farthest: int | None) -> dict[str, int]:
    """Return how many links each switch is away from one of them, of those that have a way to it."""
    away, front = {target: 0}, [target]
    while front and (farthest is None or away[front[0]] < farthest):
        found = {far: away[name] + 1 for name in front for far in links[name] if far not in away}
        away |= found
        front = list(found)
    return away


def _nearer(links: Links, away: Mapping[str, int], name: str) -> int:
    """Count the links of a switch to neighbours that are nearer to the target than itself."""
    return 0 if name not in away else sum(away.get(far, away[name]) < away[name] for far in links[name])


def _live(switch: Switch, cabling: Cabling) -> Iterator[Port]:
    for port in switch.ports:
        if port.role in BETWEEN_SWITCHES and port.peer_device and (switch.name, port.name) not in cabling.dark:
            yield port
