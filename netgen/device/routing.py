"""The underlay of a switch: eBGP with valley-free policies (RFC 7938).

A leaf announces only what is its own: its loopback and the aggregate of its hosts. A spine passes on what leaves
announce, and its own loopback. Spines of a pod share an AS number, so that none accepts what came from a sibling.
Nothing but host aggregates and loopbacks is accepted, and no default route is announced or accepted anywhere.
"""

from dataclasses import replace

from netgen.cluster.model import LEAF, SPINE, DeviceRef, Fabric
from netgen.device.model import Bfd, Bgp, BgpGroup, BgpNeighbor, Port, PortRole, PrefixList, PrefixRule

SPINES, LEAVES = "SPINES", "LEAVES"
OWN, FABRIC, CONNECTED = "PL-OWN", "PL-FABRIC", "PL-CONNECTED"

HOST_LINK = 31
"""Prefix length of the link to a host."""

MARGIN = 2
"""A neighbour may announce so many times the prefixes that are expected of it."""


Cabled = tuple[Port, DeviceRef | None]
"""A port, and the device at the other end of its cable, if one exists."""


def bgp(fabric: Fabric, ref: DeviceRef, ports: list[Cabled]) -> Bgp:
    """Build the underlay of a leaf or a spine from its ports."""
    plan, numbers = fabric.plan, fabric.numbers
    leaf = ref.role == LEAF
    router_id = loopback(fabric, ref)
    hosts = (numbers.host_block(ref.index),) if leaf else ()
    role = PortRole.UPLINK if leaf else PortRole.DOWNLINK
    group = SPINES if leaf else LEAVES
    neighbors = [
        _neighbor(fabric, port, peer, group) for port, peer in ports if peer and port.role is role and port.enabled
    ]
    # From a spine: two prefixes a leaf of the pod, and the spine's loopback; from a leaf: its loopback and aggregate.
    expected = 2 * plan.leaves_per_pod + 1 if leaf else 2
    return Bgp(
        asn=as_number(fabric, ref),
        router_id=router_id,
        maximum_paths=fabric.tier(ref.role).ecmp or (plan.uplinks if leaf else plan.trunk),
        groups=(
            BgpGroup(
                name=group,
                import_list=FABRIC,
                export_list=OWN if leaf else FABRIC,
                own_routes_only=leaf,
                maximum_prefixes=expected * MARGIN,
                bfd=fabric.bfd is not None,
                origin=fabric.origin,
            ),
        ),
        neighbors=neighbors,
        originate_list=CONNECTED,
        # Hosts that share a subnet are one connected route already.
        aggregates=() if numbers.shared else hosts,
        prefix_lists=_prefix_lists(fabric, ref, router_id, hosts),
        bfd=None if fabric.bfd is None else Bfd(fabric.bfd.interval_ms, fabric.bfd.multiplier, f"{fabric.origin}.bfd"),
    )


def as_number(fabric: Fabric, ref: DeviceRef) -> int:
    """Return the AS number of a leaf or a spine."""
    if ref.role == SPINE:
        return fabric.numbers.spine_asn + ref.pod - 1
    return fabric.numbers.leaf_asn + ref.index


def loopback(fabric: Fabric, ref: DeviceRef) -> int:
    """Return the loopback of a leaf or a spine, which is also its router id."""
    if ref.role == SPINE:
        return fabric.numbers.spine_loopback(ref.index)
    return fabric.numbers.leaf_loopback(ref.index)


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
    block = numbers.host_block(0)[1]
    everything = (
        PrefixRule(10, True, numbers.loopbacks.address, numbers.loopbacks.length, ge=32, le=32),
        PrefixRule(20, True, numbers.hosts.address, numbers.hosts.length, ge=block, le=block),
    )
    lists = (
        PrefixList(FABRIC, everything, f"{fabric.origin}.pools"),
        PrefixList(OWN, tuple(own), f"{fabric.origin}.{ref.role}"),
        PrefixList(CONNECTED, tuple(connected), f"{fabric.origin}.{ref.role}"),
    )
    # A spine passes on what the fabric has: it has no use for a list of its own routes.
    return tuple(one for one in lists if ref.role == LEAF or one.name != OWN)
