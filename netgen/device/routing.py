"""The underlay: eBGP with valley-free policies (RFC 7938).

A leaf announces only what is its own: its loopback and the aggregate of its hosts; and, where hosts speak BGP, the
loopbacks that they announce to it directly. A spine passes on what leaves announce, and its own loopback; so does a
superspine what spines announce. A host announces its loopback to each of its leaves and passes nothing on. The spines
of a block share an AS number, and so do all superspines, so that none accepts what came from a sibling. Nothing but
host aggregates and loopbacks is accepted, and no default route is announced or accepted anywhere.

A router of a dragonfly has an AS of its own, is everybody's way to anywhere, and passes everything on: the shortest
AS path is the way through the fewest routers. The spines of a group of a dragonfly+ share an AS number; to the spines
of other groups they announce what their own leaves announce, and nothing that came from another group. So no way leads
through a third group, whatever fails, and every way between groups is leaf, spine, spine, leaf.

Over external links a leaf announces the hosts of the whole fabric, and tells the fabric what it accepts from there;
that list names no route of another leaf, so the fabric stays valley-free.
"""

import math
from collections.abc import Iterable, Iterator

from netgen.cluster.fabric import DeviceRef, External, Fabric
from netgen.cluster.numbers import Numbers, Pool
from netgen.cluster.topology.slots import HOST
from netgen.device.model import (
    BETWEEN_SWITCHES,
    Bfd,
    Bgp,
    BgpGroup,
    BgpNeighbor,
    Port,
    PortRole,
    PrefixList,
    PrefixRule,
)
from netgen.record import replace

GROUPS = {"router": "ROUTERS", "leaf": "LEAVES", "spine": "SPINES", "superspine": "SUPERSPINES", "host": "HOSTS"}
"""Names of the groups of neighbours, by their role."""
OWN, FABRIC, CONNECTED, OF_HOSTS, ANNOUNCED = "PL-OWN", "PL-FABRIC", "PL-CONNECTED", "PL-HOSTS", "PL-ANNOUNCED"
OF_GROUP = "PL-GROUP"

BEYOND = 100
"""First sequence number of prefixes from outside, in lists that have others before them."""

HOST_LINK = 31
"""Prefix length of the link to a host."""

MARGIN = 2
"""A neighbour may announce so many times the prefixes that are expected of it."""


Cabled = tuple[Port, DeviceRef | None]
"""A port, and the device at the other end of its cable, if one exists."""


def bgp(fabric: Fabric, ref: DeviceRef, ports: list[Cabled], outside: list[External]) -> Bgp:
    """Build the underlay of a switch from its ports, and from the links to routers that are not netgen's."""
    numbers = fabric.numbers
    router_id = numbers.loopback(ref.role, ref.index)
    hosts = (numbers.host_block(ref.index),) if ref.role == fabric.edge.role else ()
    return Bgp(
        asn=as_number(fabric, ref),
        router_id=router_id,
        maximum_paths=fabric.tier(ref.role).ecmp or fabric.equal_paths(ref.role),
        groups=(*_groups(fabric, ref, outside), *(_external_group(one) for one in outside)),
        neighbors=[*_neighbors(fabric, ports), *(_external_neighbor(one) for one in outside)],
        originate_list=CONNECTED,
        # Hosts that share a subnet are one connected route already.
        aggregates=() if numbers.shared else hosts,
        prefix_lists=_prefix_lists(fabric, ref, router_id, hosts, outside),
        bfd=_bfd(fabric),
    )


def host_bgp(fabric: Fabric, ref: DeviceRef, ports: list[Cabled]) -> Bgp | None:
    """Build what a host says to its leaves; ``None``: it speaks no BGP."""
    own = fabric.numbers.host_loopback(fabric.node(ref))
    if own is None:
        return None
    known = (_aggregates(fabric.numbers, 10), *_host_loopbacks(fabric.numbers, 20))
    lists = (
        PrefixList(FABRIC, (*known, *_prefixes(fabric.beyond(), BEYOND)), _pools(fabric)),
        PrefixList(OWN, (PrefixRule(10, True, own, 32),), _pools(fabric)),
    )
    edge = fabric.edge.role
    return Bgp(
        asn=as_number(fabric, ref),
        router_id=own,
        maximum_paths=fabric.layer(HOST).slots,
        groups=(_group(fabric, edge, (FABRIC, OWN), _all_prefixes(fabric, edge), own_routes_only=True),),
        neighbors=_neighbors(fabric, ports),
        originate_list=OWN,
        aggregates=(),
        prefix_lists=lists,
        bfd=_bfd(fabric),
    )


def as_number(fabric: Fabric, ref: DeviceRef) -> int:
    """Return the AS number of a switch, or of a host that speaks BGP."""
    # a host's index is of the first fabric that it is on
    return fabric.numbers.asn(ref.role, fabric.node(ref) if ref.role == HOST else ref.index)


def loopback(fabric: Fabric, ref: DeviceRef) -> int | None:
    """Return the loopback of a device, which is also its router id; ``None``: a host that speaks no BGP."""
    if ref.role == HOST:
        return fabric.numbers.host_loopback(fabric.node(ref))
    return fabric.numbers.loopback(ref.role, ref.index)


def _groups(fabric: Fabric, ref: DeviceRef, outside: list[External]) -> Iterator[BgpGroup]:
    """Yield the groups of a switch's neighbours: those below that speak BGP, those above, and those of its own role."""
    role = ref.role
    numbers, above = fabric.numbers, fabric.above(role)
    at_edge = role == fabric.edge.role
    speaking = numbers.host_loopbacks is not None
    if at_edge and speaking:
        yield _group(fabric, HOST, (OF_HOSTS, FABRIC), 1, own_routes_only=False)
    if above is not None:
        # A leaf is nobody's way to anywhere; a spine tells those above what its leaves told it.
        lists = (FABRIC, OWN if at_edge else FABRIC)
        # What came from outside is the leaf's to tell, whatever way it came: its list of own routes names it.
        own_only = at_edge and not outside
        group = _group(fabric, above, lists, _all_prefixes(fabric, above), own_routes_only=own_only)
        yield replace(group, hosts_routes_too=True) if own_only and speaking else group
    if not at_edge:
        below = tuple(fabric.tiers)[tuple(fabric.tiers).index(role) - 1]
        yield _group(fabric, below, (FABRIC, FABRIC), _prefixes_of(fabric, below), own_routes_only=False)
    if fabric.layer(role).across and at_edge:
        yield _group(fabric, role, (FABRIC, FABRIC), _all_prefixes(fabric, role), own_routes_only=False)
    elif fabric.layer(role).across:
        # What came from outside is of several AS numbers: then the list names the routes of the group one by one.
        by_path = not _beyond_of_group(fabric, ref)
        group = _group(fabric, role, (FABRIC, OF_GROUP), _prefixes_of(fabric, role), own_routes_only=by_path)
        yield replace(group, hosts_routes_too=by_path)


def _all_prefixes(fabric: Fabric, role: str) -> int:
    """Count what a switch of a role may announce downwards: two prefixes a leaf, one a host that speaks, loopbacks."""
    _, leaves, *above = fabric.plan.layers
    speaking = _speaking_hosts(fabric)
    loopbacks = sum(layer.count for layer in above)
    if above and role == above[-1].name and not above[-1].across:
        # the switches of the top tier do not hear of each other, but for those that are cabled to each other
        loopbacks -= above[-1].count - 1
    return 2 * leaves.count + speaking + loopbacks + len(fabric.beyond())


def _prefixes_of(fabric: Fabric, role: str) -> int:
    """Count what a switch of a role announces upwards: what is its own, and what those below it announce."""
    down, _ = fabric.facing(role)
    if role == fabric.edge.role:
        # its loopback and aggregate, and the loopbacks of its hosts that speak
        return 2 + min(down, _speaking_hosts(fabric)) + len(fabric.beyond())
    below = tuple(fabric.tiers)[tuple(fabric.tiers).index(role) - 1]
    return 1 + down * _prefixes_of(fabric, below)


def _speaking_hosts(fabric: Fabric) -> int:
    """Count the hosts that speak BGP; the margin has room for nodes in their places, so that these change no limit."""
    hosts = fabric.layer(HOST)
    return 0 if fabric.numbers.host_loopbacks is None else max(len(hosts.seats), math.ceil(hosts.count / MARGIN))


def _group(fabric: Fabric, role: str, lists: tuple[str, str], expected: int, *, own_routes_only: bool) -> BgpGroup:
    """Build a group of neighbours of a role from its lists, of what is accepted and of what is announced."""
    return BgpGroup(
        name=GROUPS[role],
        import_list=lists[0],
        export_list=lists[1],
        own_routes_only=own_routes_only,
        maximum_prefixes=expected * MARGIN,
        bfd=fabric.bfd is not None,
        origin=fabric.origin,
    )


def _external_group(external: External) -> BgpGroup:
    """Build the group of a router that is not netgen's: it hears of the hosts, and says what is accepted of it."""
    return BgpGroup(
        name=external.name.upper(),
        import_list=_accepted(external),
        export_list=ANNOUNCED,
        own_routes_only=False,
        maximum_prefixes=external.maximum_prefixes,
        bfd=False,
        origin=external.origin,
    )


def _external_neighbor(external: External) -> BgpNeighbor:
    return BgpNeighbor(external.interface, external.name.upper(), external.asn, external.name, external.neighbor)


def _accepted(external: External) -> str:
    return f"PL-{external.name.upper()}"


def _bfd(fabric: Fabric) -> Bfd | None:
    return None if fabric.bfd is None else Bfd(fabric.bfd.interval_ms, fabric.bfd.multiplier, f"{fabric.origin}.bfd")


def _neighbors(fabric: Fabric, ports: Iterable[Cabled]) -> list[BgpNeighbor]:
    """Build a session for every port that is up and leads to a device that exists and speaks BGP."""
    speaking = set(BETWEEN_SWITCHES)
    if fabric.numbers.host_loopbacks is not None:
        speaking.add(PortRole.HOST)
    found = []
    for port, peer in ports:
        if peer and port.role in speaking and port.enabled:
            across = None if port.ipv4 is None else port.ipv4 ^ 1  # the other end of a /31
            asn, said = as_number(fabric, peer), port.description or ""
            found.append(BgpNeighbor(port.name, GROUPS[peer.role], asn, said, across))
    return found


def _prefix_lists(
    fabric: Fabric,
    ref: DeviceRef,
    router_id: int,
    hosts: tuple[tuple[int, int], ...],
    outside: list[External],
) -> tuple[PrefixList, ...]:
    numbers = fabric.numbers
    own = [PrefixRule(10, True, router_id, 32)]
    own += [PrefixRule(20 + 10 * n, True, address, length) for n, (address, length) in enumerate(hosts)]
    # An aggregate comes to life by a more specific route of the same table: the links to the hosts.
    connected = own if numbers.shared else [own[0], *(replace(rule, ge=HOST_LINK, le=HOST_LINK) for rule in own[1:])]
    everything = (
        _loopbacks(numbers.loopbacks, 10),
        _aggregates(numbers, 20),
        *_host_loopbacks(numbers, 30),
        *_prefixes(fabric.beyond(), BEYOND),
    )
    lists = [PrefixList(FABRIC, everything, _pools(fabric))]
    at_edge, across = bool(hosts), bool(fabric.layer(ref.role).across)
    if across and not at_edge:
        lists.append(PrefixList(OF_GROUP, tuple(_of_group(fabric, ref, own[0])), _pools(fabric)))
    if at_edge and not across:
        # Spines and routers pass on what the fabric has: they have no use for a list of their own routes.
        from_outside = sorted({prefix for one in outside for prefix in one.accept})
        announced = (*own, *_host_loopbacks(numbers, 10 + 10 * len(own)), *_prefixes(from_outside, BEYOND))
        lists.append(PrefixList(OWN, announced, f"{fabric.origin}.{ref.role}"))
    if at_edge and numbers.host_loopbacks is not None:
        lists.append(PrefixList(OF_HOSTS, _host_loopbacks(numbers, 10), _pools(fabric)))
    if outside:
        of_hosts = (_aggregates(numbers, 10), *_host_loopbacks(numbers, 20))
        lists.append(PrefixList(ANNOUNCED, of_hosts, _pools(fabric)))
        lists += [PrefixList(_accepted(one), tuple(_prefixes(one.accept, 10)), one.origin) for one in outside]
    return (*lists, PrefixList(CONNECTED, tuple(connected), f"{fabric.origin}.{ref.role}"))


def _of_group(fabric: Fabric, ref: DeviceRef, own: PrefixRule) -> Iterator[PrefixRule]:
    """Yield what a spine announces to other groups: its loopback, what is its leaves', and what they accept."""
    numbers, beyond = fabric.numbers, _beyond_of_group(fabric, ref)
    yield own
    if not beyond:
        # The AS path tells that it is their own; loopbacks of spines are in the other half of the pool.
        yield _loopbacks(Pool(numbers.loopbacks.address, numbers.loopbacks.length + 1), 20)
        yield _aggregates(numbers, 30)
        return
    ends = fabric.plan.far_ends(fabric.node(ref))[: fabric.layer(ref.role).down]
    leaves = sorted({end[0] for end in ends if end is not None})
    edge = fabric.layer(fabric.edge.role)
    routes = [
        route
        for leaf in map(edge.index, leaves)
        for route in ((numbers.loopback(edge.name, leaf), 32), numbers.host_block(leaf))
    ]
    yield from _prefixes((*routes, *beyond), own.sequence + 10)


def _beyond_of_group(fabric: Fabric, ref: DeviceRef) -> list[tuple[int, int]]:
    """Return what is accepted from outside in a spine's own group: no group is another's way out."""
    own = [one for one in fabric.externals if (at := fabric.plan.ids(one.leaf)).unit == ref.unit and at.pod == ref.pod]
    return sorted({prefix for one in own for prefix in one.accept})


def _prefixes(prefixes: Iterable[tuple[int, int]], sequence: int) -> Iterator[PrefixRule]:
    """Yield rules that admit some prefixes exactly."""
    for position, (address, length) in enumerate(prefixes):
        yield PrefixRule(sequence + 10 * position, True, address, length)


def _pools(fabric: Fabric) -> str:
    return f"{fabric.origin}.pools"


def _loopbacks(pool: Pool, sequence: int) -> PrefixRule:
    return PrefixRule(sequence, True, pool.address, pool.length, ge=32, le=32)


def _host_loopbacks(numbers: Numbers, sequence: int) -> tuple[PrefixRule, ...]:
    return () if numbers.host_loopbacks is None else (_loopbacks(numbers.host_loopbacks, sequence),)


def _aggregates(numbers: Numbers, sequence: int) -> PrefixRule:
    block = numbers.host_block(0)[1]
    return PrefixRule(sequence, True, numbers.hosts.address, numbers.hosts.length, ge=block, le=block)
