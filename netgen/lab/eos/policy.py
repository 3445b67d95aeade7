"""Prefix lists, AS-path lists and route maps, as far as the grammar knows them."""

import re
from collections.abc import Mapping
from ipaddress import IPv4Network
from typing import TypeAlias

from msgspec import Struct, field

from netgen.record import Record, replace

_RANGE = re.compile(r"\[(\d+)-(\d{2,})\]")

AsPathList: TypeAlias = list[tuple[bool, str]]
"""Whether an entry permits, and its regular expression, in the order of entry."""


class Route(Record):
    """One path to a prefix.

    Parameters
    ----------
    prefix
        Where to.
    as_path
        The AS numbers on the way, the nearest first; empty for what the switch itself originates.
    via
        The session that it came over: the name of the neighbour, or empty.
    peer
        The switch that sent it, or empty.
    communities, local_preference
        Its attributes.
    """

    prefix: IPv4Network
    as_path: tuple[int, ...] = ()
    via: str = ""
    peer: str = ""
    communities: frozenset[str] = frozenset()
    local_preference: int = 100


class PrefixList(Record):
    """Entries by sequence: number, permit, network, least and greatest length."""

    entries: list[tuple[int, bool, IPv4Network, int, int]]

    def permits(self, prefix: IPv4Network) -> bool:
        """Return what the first entry that fits says; nothing fits: no."""
        for _, permit, network, low, high in self.entries:
            if low <= prefix.prefixlen <= high and prefix.subnet_of(network):
                return permit
        return False


class Rule(Struct):
    """One sequence of a route map."""

    sequence: int
    permit: bool
    prefix_list: str = ""
    as_path_list: str = ""
    community_list: str = ""
    never: bool = False
    """It matches on something that no IPv4 route of the lab has (a tag, an IPv6 prefix)."""
    goes_on: int = 0
    """The sequence at which to go on after a match, -1 for the next, 0 for none."""
    prepend: tuple[int, ...] = ()
    communities: frozenset[str] | None = None
    additive: bool = False
    local_preference: int | None = None


RouteMap: TypeAlias = list[Rule]


class Policies(Record):
    """All that a switch's policies refer to, by name; a list that is not there matches nothing."""

    prefix_lists: Mapping[str, PrefixList] = field(default_factory=dict)
    as_path_lists: Mapping[str, AsPathList] = field(default_factory=dict)
    community_lists: Mapping[str, list[tuple[bool, str]]] = field(default_factory=dict)
    route_maps: Mapping[str, RouteMap] = field(default_factory=dict)

    def prefix_list(self, name: str, prefix: IPv4Network) -> bool:
        """Return whether the named prefix list permits a prefix."""
        known = self.prefix_lists.get(name)
        return known is not None and known.permits(prefix)

    def route_map(self, name: str, route: Route) -> Route | None:
        """Return what the named route map makes of a route, ``None`` if it is refused.

        A route map that is not there refuses everything, and so does one whose end is reached without a match.
        """
        matched = False
        at = 0
        rules = self.route_maps.get(name, [])
        while at < len(rules):
            rule = rules[at]
            at += 1
            if not self._matches(rule, route):
                continue
            if not rule.permit:
                return None
            matched = True
            route = _changed(rule, route)
            if not rule.goes_on:
                break
            if rule.goes_on > rule.sequence:
                at = next((i for i, each in enumerate(rules) if each.sequence >= rule.goes_on), len(rules))
        return route if matched else None

    def _matches(self, rule: Rule, route: Route) -> bool:
        if rule.never:
            return False
        if rule.prefix_list and not self.prefix_list(rule.prefix_list, route.prefix):
            return False
        if rule.as_path_list and not self._as_path(rule.as_path_list, route.as_path):
            return False
        return not rule.community_list or self._community(rule.community_list, route.communities)

    def _as_path(self, name: str, as_path: tuple[int, ...]) -> bool:
        text = " ".join(map(str, as_path))
        for permit, expression in self.as_path_lists.get(name, []):
            if as_path_expression(expression, as_path).search(text):
                return permit
        return False

    def _community(self, name: str, communities: frozenset[str]) -> bool:
        for permit, community in self.community_lists.get(name, []):
            if community in communities:
                return permit
        return False


def _changed(rule: Rule, route: Route) -> Route:
    communities = route.communities
    if rule.communities is not None:
        communities = rule.communities | communities if rule.additive else rule.communities
    return replace(
        route,
        as_path=(*rule.prepend, *route.as_path),
        communities=communities,
        local_preference=route.local_preference if rule.local_preference is None else rule.local_preference,
    )


def as_path_expression(expression: str, as_path: tuple[int, ...] = ()) -> re.Pattern[str]:
    """Return the regular expression with what EOS adds to those of Python spelt out.

    ``_`` stands for a boundary between AS numbers; ``[64512-65534]`` for an AS number of that range, as in EOS's
    default mode (``ip as-path regex-mode asn``): here for those of the path that are in it. A range of single digits
    is one of characters, as in the mode of strings.
    """

    def within(match: re.Match[str]) -> str:
        found = [str(asn) for asn in as_path if int(match[1]) <= asn <= int(match[2])]
        return rf"\b(?:{'|'.join(found)})\b" if found else "(?!)"

    return re.compile(_RANGE.sub(within, expression.replace("_", r"(?:^|$|[ ,{}()])")))
