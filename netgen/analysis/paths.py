"""Equal-cost paths between NICs of different hosts, by how near these are to each other.

Pairs are counted, not listed: as many as the square of how many NICs are alike, less those of one host.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from itertools import product

from netgen.analysis.survey import Survey
from netgen.record import Record

LEAF_LEVEL, SPINE_LEVEL, SUPERSPINE_LEVEL, NO_LEVEL = "leaf", "spine", "superspine", "none"
UNIT, POD, OTHER_POD = "same unit", "other unit", "other pod"


class Paths(Record):
    """Pairs of NICs that are alike.

    Parameters
    ----------
    scope
        Where the hosts are: of the same unit, of another one of the pod, or of another pod.
    same_rail
        Whether the NICs are of the same rail.
    meet
        The tier at which their shortest paths turn; ``none``: they do not reach each other.
    pairs
        How many, there and back.
    links
        Links of a path, those to the hosts too; 0: there is none.
    paths
        Paths of that length, over all ports of both NICs, each link of several between two switches for itself.
    next_hops
        How many of them the first switch chooses from, for one port of the other NIC; 0: it has no choice to make.
    """

    scope: str
    same_rail: bool
    meet: str
    pairs: int
    links: int
    paths: int
    next_hops: int


def equal_paths(survey: Survey) -> list[Paths]:
    """Count the paths of every kind of pair that there is."""
    levels = _levels(survey)
    return [
        Paths(scope, same_rail, meet, pairs, *levels[meet])
        for (scope, same_rail, meet), pairs in _pairs(survey).items()
        if pairs
    ]


def _levels(survey: Survey) -> dict[str, tuple[int, int, int]]:
    """Links, paths, and next hops of the first switch, by the tier at which paths turn."""
    plan = survey.plan
    # up to any spine over any of the parallel links, and down to either ToR of the other NIC
    block = plan.ports * plan.spines * plan.trunk**2 * plan.tors
    return {
        LEAF_LEVEL: (2, plan.ports, 0),
        SPINE_LEVEL: (4, block, plan.uplinks),
        # a superspine leads to each of the spines of a block that share it
        SUPERSPINE_LEVEL: (6, block * plan.cores * plan.core_trunk**2 * plan.shared_spines, plan.uplinks),
        NO_LEVEL: (0, 0, 0),
    }


class _Place(Record):
    """NICs of the hosts of a unit at one leaf."""

    pod: int
    unit: int
    group: int
    rail: int
    leaf: int
    block: int
    hosts: int
    nics: int


Key = Callable[[_Place], Hashable]

_SCOPES: dict[str, Key] = {
    UNIT: lambda place: (place.pod, place.unit),
    POD: lambda place: place.pod,
    OTHER_POD: lambda _: 0,
}
_LEVELS: dict[str, Key] = {
    LEAF_LEVEL: lambda place: place.leaf,
    SPINE_LEVEL: lambda place: place.block,
    SUPERSPINE_LEVEL: lambda _: 0,
}


def _pairs(survey: Survey) -> dict[tuple[str, bool, str], int]:
    """Count ordered pairs of NICs of different hosts; each wider scope and higher level less the ones within it."""
    places = list(_places(survey))
    within = {
        (scope, rails, level): _count(places, _SCOPES[scope], _LEVELS[level], by_rail=rails)
        for scope, level, rails in product(_SCOPES, _LEVELS, (True, False))
    }
    found: dict[tuple[str, bool, str], int] = {}
    for same_rail in (True, False):
        inner: dict[str, int] = dict.fromkeys(_LEVELS, 0)
        for scope in _SCOPES:
            lower = 0
            for level in _LEVELS:
                count = within[scope, True, level]
                if not same_rail:
                    count = within[scope, False, level] - count
                here, inner[level] = count - inner[level], count
                meet = level if level != SUPERSPINE_LEVEL or survey.joined else NO_LEVEL
                found[scope, same_rail, meet] = here - lower
                lower = here
    return found


def _places(survey: Survey) -> Iterator[_Place]:
    for leaf in survey.leaves:
        group = survey.groups[leaf.group]
        for unit, hosts in group.units.items():
            yield _Place(group.pod, unit, leaf.group, leaf.rail, leaf.node, leaf.block, hosts, group.nics[leaf.rail])


def _count(places: list[_Place], scope: Key, level: Key, *, by_rail: bool) -> int:
    """Count ordered pairs of NICs of different hosts that are alike in scope, level and, if asked for, rail."""
    nics: Counter[Hashable] = Counter()
    own: Counter[Hashable] = Counter()
    hosts: dict[Hashable, int] = {}
    for place in places:
        alike = (scope(place), level(place), place.rail if by_rail else 0)
        nics[alike] += place.hosts * place.nics
        same = (alike, place.pod, place.unit, place.group)
        own[same] += place.nics
        hosts[same] = place.hosts
    return sum(count**2 for count in nics.values()) - sum(hosts[same] * count**2 for same, count in own.items())
