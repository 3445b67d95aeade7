"""A small path-vector computation: what every switch's routing table holds once BGP has settled.

External BGP of the default VRF, IPv4 unicast: AS-loop refusal, policies, local preference, then the shortest AS path;
multipath over equal lengths whatever the AS numbers (the default of EOS). Timers, dampening, MED and internal BGP are
left out: a session within one AS carries no routes here.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network, ip_address

from msgspec import Struct, field

from netgen.lab.eos.policy import Policies, Route
from netgen.lab.eos.view import DEFAULT_VRF, Bgp, Neighbour, View
from netgen.lab.eos.wiring import Peering
from netgen.record import Record, replace

_ROUNDS = 8
"""Rounds in which aggregates of aggregates and overrun limits settle; a fabric of three tiers needs three."""
_STEPS_PER_SESSION = 64
"""Updates of one prefix after which policies that never agree are given up on."""

SessionKey = tuple[str, str]
"""A switch and the name of its neighbour."""


class Rib(Struct):
    """What one switch knows."""

    connected: dict[IPv4Network, str] = field(default_factory=dict)
    """Prefix of each interface that is up."""
    originated: dict[IPv4Network, Route] = field(default_factory=dict)
    learned: dict[IPv4Network, dict[str, Route]] = field(default_factory=dict)
    """By neighbour, what passed the policy."""
    best: dict[IPv4Network, tuple[Route, ...]] = field(default_factory=dict)
    """The paths in use, the best first."""
    sent: dict[str, int] = field(default_factory=dict)
    """How many prefixes each neighbour was sent."""


class Routing(Record):
    """The result: what each switch knows, and the sessions that took more routes than they may."""

    ribs: Mapping[str, Rib]
    overrun: frozenset[SessionKey]


class _Speaker:
    """One switch in the computation."""

    def __init__(self, name: str, view: View, bgp: Bgp, connected: dict[IPv4Network, str]) -> None:
        self.name = name
        self.view = view
        self.bgp = bgp
        self.policies = Policies(view.prefix_lists, view.as_path_lists, view.community_lists, view.route_maps)
        self.rib = Rib(connected=connected)
        self.sessions: list[tuple[Neighbour, _Speaker, Neighbour]] = []
        self.router_id = ip_address(bgp.router_id)

    def originate(self, active: frozenset[IPv4Network]) -> None:
        """Put what the switch announces of its own into the table."""
        for source, prefixes in (
            ("connected", list(self.rib.connected)),
            ("static", [prefix for vrf, prefix, _ in self.view.static if vrf == DEFAULT_VRF]),
        ):
            if source not in self.bgp.redistribute:
                continue
            for prefix in prefixes:
                self._announce(Route(prefix), self.bgp.redistribute[source])
        for prefix, route_map in self.bgp.networks.items():
            if prefix in self.rib.connected:
                self._announce(Route(prefix), route_map)
        for prefix in active:
            self.rib.originated[prefix] = Route(prefix)

    def _announce(self, route: Route, route_map: str) -> None:
        changed = self.policies.route_map(route_map, route) if route_map else route
        if changed is not None:
            self.rib.originated[route.prefix] = changed

    def export(self, neighbour: Neighbour, route: Route, hidden: frozenset[IPv4Network]) -> Route | None:
        """Return what a neighbour is told of a path, if anything."""
        if neighbour.name == route.via or any(
            route.prefix != summary and route.prefix.subnet_of(summary) for summary in hidden
        ):
            return None
        told = self._policy(neighbour, route, "out")
        if told is None:
            return None
        communities = told.communities if neighbour.send_community else frozenset[str]()
        return replace(told, as_path=(self.bgp.asn, *told.as_path), communities=communities, local_preference=100)

    def accept(self, neighbour: Neighbour, route: Route, sender: str) -> Route | None:
        """Return a path as it enters the table, unless its AS path already holds this AS or the policy refuses."""
        if route.as_path.count(self.bgp.asn) > neighbour.allowas_in:
            return None
        return self._policy(neighbour, replace(route, via=neighbour.name, peer=sender), "in")

    def _policy(self, neighbour: Neighbour, route: Route, direction: str) -> Route | None:
        prefix_list = neighbour.prefix_list.get(direction)
        if prefix_list and not self.policies.prefix_list(prefix_list, route.prefix):
            return None
        route_map = neighbour.route_map.get(direction)
        return self.policies.route_map(route_map, route) if route_map else route

    def select(self, prefix: IPv4Network, speakers: Mapping[str, "_Speaker"]) -> tuple[Route, ...]:
        """Return the paths in use, the best first."""
        own = self.rib.originated.get(prefix)
        if own is not None:
            return (own,)
        paths = sorted(
            self.rib.learned.get(prefix, {}).values(),
            key=lambda route: (
                -route.local_preference,
                len(route.as_path),
                speakers[route.peer].router_id,
                route.via,
            ),
        )
        equal = [
            route
            for route in paths
            if (route.local_preference, len(route.as_path)) == (paths[0].local_preference, len(paths[0].as_path))
        ]
        return tuple(equal[: self.bgp.maximum_paths])


def settle(
    views: Mapping[str, View],
    connected: Mapping[str, dict[IPv4Network, str]],
    peerings: Mapping[SessionKey, Peering],
) -> Routing:
    """Compute all routing tables.

    Parameters
    ----------
    views
        The live switches.
    connected
        For each, the prefixes of its interfaces that are up, and the interface.
    peerings
        How each neighbour of each switch stands.
    """
    overrun: frozenset[SessionKey] = frozenset()
    active: dict[str, frozenset[IPv4Network]] = {}
    speakers: dict[str, _Speaker] = {}
    for _ in range(_ROUNDS):
        speakers = _speakers(views, connected, peerings, overrun)
        for speaker in speakers.values():
            speaker.originate(active.get(speaker.name, frozenset()))
        _propagate(speakers, active)
        now_active = {name: frozenset(_aggregates(speaker)) for name, speaker in speakers.items()}
        now_overrun = overrun | _overrun(speakers)
        if now_active == {name: active.get(name, frozenset()) for name in now_active} and now_overrun == overrun:
            break
        active, overrun = now_active, now_overrun
    ribs = {name: speaker.rib for name, speaker in speakers.items()}
    silent = {name: Rib(connected=connected[name]) for name in views if name not in ribs}
    return Routing({**ribs, **silent}, overrun)


def _speakers(
    views: Mapping[str, View],
    connected: Mapping[str, dict[IPv4Network, str]],
    peerings: Mapping[SessionKey, Peering],
    overrun: frozenset[SessionKey],
) -> dict[str, _Speaker]:
    speakers = {
        name: _Speaker(name, view, view.bgp, dict(connected[name])) for name, view in sorted(views.items()) if view.bgp
    }
    for name, speaker in speakers.items():
        for neighbour in speaker.bgp.neighbours:
            standing = peerings[name, neighbour.name]
            ends = {(name, neighbour.name), (standing.peer, standing.peer_name)}
            if standing.state != "Established" or ends & overrun:
                continue
            peer = speakers[standing.peer]
            answer = next(each for each in peer.bgp.neighbours if each.name == standing.peer_name)
            if speaker.bgp.asn != peer.bgp.asn and _carries_ipv4(speaker, neighbour, peer, answer):
                speaker.sessions.append((neighbour, peer, answer))
    return speakers


def _carries_ipv4(speaker: _Speaker, neighbour: Neighbour, peer: _Speaker, answer: Neighbour) -> bool:
    """Return whether a session carries IPv4 routes: over IPv6 only with RFC 5549 next hops at both ends."""
    if not neighbour.interface:
        return True
    both = neighbour.ipv6_next_hop and answer.ipv6_next_hop
    return both and speaker.view.ipv4_over_ipv6 and peer.view.ipv4_over_ipv6


def _propagate(speakers: Mapping[str, _Speaker], active: Mapping[str, frozenset[IPv4Network]]) -> None:
    hidden = {
        name: frozenset(
            prefix
            for prefix, summary_only in speaker.bgp.aggregates.items()
            if summary_only and prefix in active.get(name, ())
        )
        for name, speaker in speakers.items()
    }
    origins: dict[IPv4Network, list[_Speaker]] = {}
    for speaker in speakers.values():
        for prefix in speaker.rib.originated:
            origins.setdefault(prefix, []).append(speaker)
    for prefix, who in sorted(origins.items()):
        _propagate_one(prefix, who, speakers, hidden)


def _propagate_one(
    prefix: IPv4Network,
    origins: list[_Speaker],
    speakers: Mapping[str, _Speaker],
    hidden: Mapping[str, frozenset[IPv4Network]],
) -> None:
    waiting = deque(origins)
    told: dict[SessionKey, Route | None] = {}
    steps = _STEPS_PER_SESSION * sum(len(speaker.sessions) + 1 for speaker in speakers.values())
    while waiting and steps > 0:
        speaker = waiting.popleft()
        steps -= 1
        paths = speaker.select(prefix, speakers)
        if paths:
            speaker.rib.best[prefix] = paths
        else:
            speaker.rib.best.pop(prefix, None)
        for neighbour, peer, answer in speaker.sessions:
            route = speaker.export(neighbour, paths[0], hidden[speaker.name]) if paths else None
            key = (speaker.name, neighbour.name)
            if told.get(key) == route:
                continue
            told[key] = route
            accepted = peer.accept(answer, route, speaker.name) if route else None
            learned = peer.rib.learned.setdefault(prefix, {})
            if learned.get(answer.name) == accepted:
                continue
            if accepted:
                learned[answer.name] = accepted
            else:
                learned.pop(answer.name, None)
            if peer not in waiting:
                waiting.append(peer)
    for (name, neighbour_name), route in told.items():
        if route is not None:
            sent = speakers[name].rib.sent
            sent[neighbour_name] = sent.get(neighbour_name, 0) + 1


def _aggregates(speaker: _Speaker) -> Iterator[IPv4Network]:
    """Yield the aggregates that something more specific in the BGP table calls for."""
    for aggregate in speaker.bgp.aggregates:
        if any(prefix != aggregate and prefix.subnet_of(aggregate) for prefix in speaker.rib.best):
            yield aggregate


def _overrun(speakers: Mapping[str, _Speaker]) -> frozenset[SessionKey]:
    found = set()
    for speaker in speakers.values():
        counts: dict[str, int] = {}
        for routes in speaker.rib.learned.values():
            for via in routes:
                counts[via] = counts.get(via, 0) + 1
        for neighbour, _, _ in speaker.sessions:
            limit = neighbour.maximum_routes
            if limit and counts.get(neighbour.name, 0) > limit and not neighbour.maximum_routes_warning_only:
                found.add((speaker.name, neighbour.name))
    return frozenset(found)
