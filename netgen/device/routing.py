"""The underlay: eBGP with valley-free policies (RFC 7938).

A leaf announces only what is its own: its loopback and the aggregate of its hosts; and, where hosts speak BGP, the
loopbacks that they announce to it directly. A spine passes on what leaves announce, and its own loopback. A host
announces its loopback to each of its leaves and passes nothing on. Spines of a pod share an AS number, so that none
accepts what came from a sibling. Nothing but host aggregates and loopbacks is accepted, and no default route is
announced or accepted anywhere.
"""

from collections.abc import Iterable
from dataclasses import replace

from netgen.cluster.model import HOST, LEAF, SPINE, DeviceRef, Fabric
from netgen.cluster.numbers import Numbers, Pool
from netgen.device.model import Bfd, Bgp, BgpGroup, BgpNeighbor, Port, PortRole, PrefixList, PrefixRule

SPINES, LEAVES, HOSTS = "SPINES", "LEAVES", "HOSTS"
OWN, FABRIC, CONNECTED, OF_HOSTS = "PL-OWN", "PL-FABRIC", "PL-CONNECTED", "PL-HOSTS"

HOST_LINK = 31
"""Prefix length of the link to a host."""

MARGIN = 2
"""A neighbour may announce so many times the prefixes that are expected of it."""


Cabled = tuple[Port, DeviceRef | None]
"""A port, and the device at the other end of its cable, if one exists."""


def bgp(fabric: Fabric, ref: DeviceRef, ports: list[Cabled]) -> Bgp:
    """Build the underlay of a leaf or a spine from its ports."""
    numbers = fabric.numbers
    leaf = ref.role == LEAF
    router_id = numbers.leaf_loopback(ref.index) if leaf else numbers.spine_loopback(ref.index)
    hosts = (numbers.host_block(ref.index),) if leaf else ()
    return Bgp(
        asn=as_number(fabric, ref),
        router_id=router_id,
        maximum_paths=fabric.tier(ref.role).ecmp or fabric.equal_paths(ref.role),
        groups=_leaf_groups(fabric) if leaf else (_spine_group(fabric),),
        neighbors=_neighbors(fabric, ref, ports),
        originate_list=CONNECTED,
        # Hosts that share a subnet are one connected route already.
        aggregates=() if numbers.shared else hosts,
        prefix_lists=_prefix_lists(fabric, ref, router_id, hosts),
        bfd=_bfd(fabric),
    )


def host_bgp(fabric: Fabric, ref: DeviceRef, ports: list[Cabled]) -> Bgp | None:
    """Build what a host says to its leaves; ``None``: it speaks no BGP."""
    own = fabric.numbers.host_loopback(ref.index)
    if own is None:
        return None
    lists = (
        PrefixList(FABRIC, (_aggregates(fabric.numbers, 10), *_host_loopbacks(fabric.numbers, 20)), _pools(fabric)),
        PrefixList(OWN, (PrefixRule(10, True, own, 32),), _pools(fabric)),
    )
    plan = fabric.plan
    every = 2 * plan.leaves_per_pod + plan.spines + plan.units * plan.hosts
    return Bgp(
        asn=as_number(fabric, ref),
        router_id=own,
        maximum_paths=plan.rails,
        groups=(_group(fabric, LEAVES, (FABRIC, OWN), every, own_routes_only=True),),
        neighbors=_neighbors(fabric, ref, ports),
        originate_list=OWN,
        aggregates=(),
        prefix_lists=lists,
        bfd=_bfd(fabric),
    )


def as_number(fabric: Fabric, ref: DeviceRef) -> int:
    """Return the AS number of a leaf, a spine, or a host that speaks BGP."""
    if ref.role == SPINE:
        return fabric.numbers.spine_asn + ref.pod - 1
    return (fabric.numbers.leaf_asn if ref.role == LEAF else fabric.numbers.host_asn) + ref.index


def loopback(fabric: Fabric, ref: DeviceRef) -> int | None:
    """Return the loopback of a device, which is also its router id; ``None``: a host that speaks no BGP."""
    numbers = fabric.numbers
    if ref.role == HOST:
        return numbers.host_loopback(ref.index)
    return numbers.leaf_loopback(ref.index) if ref.role == LEAF else numbers.spine_loopback(ref.index)


def _leaf_groups(fabric: Fabric) -> tuple[BgpGroup, ...]:
    plan, numbers = fabric.plan, fabric.numbers
    speaking = numbers.host_loopbacks is not None
    # From a spine: two prefixes a leaf of the pod, one a host that speaks, and the spine's loopback.
    expected = 2 * plan.leaves_per_pod + 1 + (plan.units * plan.hosts if speaking else 0)
    spines = _group(fabric, SPINES, (FABRIC, OWN), expected, own_routes_only=True)
    if not speaking:
        return (spines,)
    hosts = _group(fabric, HOSTS, (OF_HOSTS, FABRIC), 1, own_routes_only=False)
    return hosts, replace(spines, hosts_routes_too=True)


def _spine_group(fabric: Fabric) -> BgpGroup:
    # From a leaf: its loopback and aggregate, and the loopbacks of its hosts that speak.
    speaking = 0 if fabric.numbers.host_loopbacks is None else min(fabric.plan.down, fabric.plan.hosts)
    return _group(fabric, LEAVES, (FABRIC, FABRIC), 2 + speaking, own_routes_only=False)


def _group(fabric: Fabric, name: str, lists: tuple[str, str], expected: int, *, own_routes_only: bool) -> BgpGroup:
    """Build a group from its lists, of what is accepted and of what is announced."""
    return BgpGroup(
        name=name,
        import_list=lists[0],
        export_list=lists[1],
        own_routes_only=own_routes_only,
        maximum_prefixes=expected * MARGIN,
        bfd=fabric.bfd is not None,
        origin=fabric.origin,
    )


def _bfd(fabric: Fabric) -> Bfd | None:
    return None if fabric.bfd is None else Bfd(fabric.bfd.interval_ms, fabric.bfd.multiplier, f"{fabric.origin}.bfd")


def _neighbors(fabric: Fabric, ref: DeviceRef, ports: Iterable[Cabled]) -> list[BgpNeighbor]:
    """Build a session for every port that is up and leads to a device that exists and speaks BGP."""
    speaking = fabric.numbers.host_loopbacks is not None
    groups = {PortRole.UPLINK: SPINES, PortRole.DOWNLINK: LEAVES}
    if speaking:
        groups[PortRole.HOST] = LEAVES if ref.role == HOST else HOSTS
    return [
        _neighbor(fabric, port, peer, groups[port.role])
        for port, peer in ports
        if peer and port.role in groups and port.enabled
    ]


def _neighbor(fabric: Fabric, port: Port, peer: DeviceRef, group: str) -> BgpNeighbor:
    address = None
    if port.ipv4 is not None:
        address = port.ipv4 ^ 1  # the other end of a /31
    return BgpNeighbor(port.name, group, as_number(fabric, peer), f"{port.peer_device} {port.peer_port}", address)


def _prefix_lists(
    fabric: Fabric, ref: DeviceRef, router_id: int, hosts: tuple[tuple[int, int], ...]
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
    )
    lists = [PrefixList(FABRIC, everything, _pools(fabric))]
    if ref.role == LEAF:
        # A spine passes on what the fabric has: it has no use for a list of its own routes.
        announced = (*own, *_host_loopbacks(numbers, 10 + 10 * len(own)))
        lists.append(PrefixList(OWN, announced, f"{fabric.origin}.{ref.role}"))
        if numbers.host_loopbacks is not None:
            lists.append(PrefixList(OF_HOSTS, _host_loopbacks(numbers, 10), _pools(fabric)))
    return (*lists, PrefixList(CONNECTED, tuple(connected), f"{fabric.origin}.{ref.role}"))


def _pools(fabric: Fabric) -> str:
    return f"{fabric.origin}.pools"


def _loopbacks(pool: Pool, sequence: int) -> PrefixRule:
    return PrefixRule(sequence, True, pool.address, pool.length, ge=32, le=32)


def _host_loopbacks(numbers: Numbers, sequence: int) -> tuple[PrefixRule, ...]:
    return () if numbers.host_loopbacks is None else (_loopbacks(numbers.host_loopbacks, sequence),)


def _aggregates(numbers: Numbers, sequence: int) -> PrefixRule:
    block = numbers.host_block(0)[1]
    return PrefixRule(sequence, True, numbers.hosts.address, numbers.hosts.length, ge=block, le=block)
