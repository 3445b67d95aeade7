"""Which routes the policies of a fabric permit, of its configured sessions and whatever fails.

A route that a policy permits may be in use at some moment: while a failure is told around, a router tries longer paths
one after the other ("path hunting"). So all that may be passed on counts, not only what is best; and since a failure
takes routes away and permits none, what holds of all permitted routes holds in every failure.
"""

from collections.abc import Iterable, Iterator, Mapping

from netgen.device.model import Bgp, BgpGroup, Host, PrefixList, Switch
from netgen.platforms.model import Platform
from netgen.record import Record

Prefix = tuple[int, int]
"""An IPv4 address as an integer, and a length."""


class Policy(Record):
    """What passes over a session, on one side of it.

    Parameters
    ----------
    own_only
        Whether only what originates here is announced.
    hosts_too
        With it: whether also what a neighbour originates is announced, a route of one AS.
    exports, imports
        What is announced and accepted; ``None``: everything.
    """

    own_only: bool = False
    hosts_too: bool = False
    exports: PrefixList | None = None
    imports: PrefixList | None = None


class Router(Record):
    """A speaker of eBGP: it refuses a route that has been through its own AS (RFC 4271, 9.1.2)."""

    asn: int
    originates: tuple[Prefix, ...]
    sessions: Mapping[str, Policy]
    """By the router at the other end."""


def routers_of(devices: Iterable[Switch | Host], platforms: Mapping[str, Platform]) -> dict[str, Router]:
    """Return those of some devices that speak BGP, with the sessions among them, as far as their platforms go."""
    chosen = {device.name: device for device in devices}
    return {
        name: _router(device, device.bgp, platforms[device.platform], chosen)
        for name, device in chosen.items()
        if device.bgp is not None
    }


def permitted_routes(routers: Mapping[str, Router]) -> Iterator[tuple[str, ...]]:
    """Yield every route that may be passed on: the routers from the one that uses it to the one that originates it."""
    for origin, router in routers.items():
        for prefix in router.originates:
            yield from _spread(routers, prefix, (origin,))


def _spread(routers: Mapping[str, Router], prefix: Prefix, route: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield all routes that the head of a route passes on, and what becomes of them."""
    head = route[0]
    seen = {routers[name].asn for name in route}
    for neighbor, policy in routers[head].sessions.items():
        if (policy.own_only and len(route) > 1 + policy.hosts_too) or not _admits(policy.exports, prefix):
            continue
        far = routers[neighbor]
        if far.asn in seen or not _admits(far.sessions[head].imports, prefix):
            continue
        yield (neighbor, *route)
        yield from _spread(routers, prefix, (neighbor, *route))


def _router(device: Switch | Host, bgp: Bgp, platform: Platform, chosen: Mapping[str, Switch | Host]) -> Router:
    groups = {group.name: _policy(bgp, group, platform) for group in bgp.groups}
    peers = {port.name: port.peer_device for port in device.ports}
    sessions = {}
    for neighbor in bgp.neighbors:
        peer = peers[neighbor.port]
        if peer in chosen:
            sessions[str(peer)] = groups[neighbor.group]
    return Router(bgp.asn, ((bgp.router_id, 32), *bgp.aggregates), sessions)


def _policy(bgp: Bgp, group: BgpGroup, platform: Platform) -> Policy:
    lists = {one.name: one for one in bgp.prefix_lists}
    filters = platform.expresses["prefix-filters"] is None
    return Policy(
        own_only=group.own_routes_only and platform.expresses["own-routes-only"] is None,
        hosts_too=group.hosts_routes_too,
        exports=lists[group.export_list] if filters else None,
        imports=lists[group.import_list] if filters else None,
    )


def _admits(prefixes: PrefixList | None, prefix: Prefix) -> bool:
    """Whether a list permits a prefix: its first rule that matches says so, and the end of a list refuses."""
    if prefixes is None:
        return True
    address, length = prefix
    for rule in sorted(prefixes.rules, key=lambda rule: rule.sequence):
        shortest = rule.ge or rule.length
        longest = rule.le or (32 if rule.ge else rule.length)
        if shortest <= length <= longest and address >> (32 - rule.length) == rule.address >> (32 - rule.length):
            return rule.permit
    return False
