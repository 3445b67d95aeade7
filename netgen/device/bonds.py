"""Bundles: all ports between a host and its leaf as one link, by LACP."""

from collections.abc import Iterator, Mapping
from itertools import takewhile

from netgen.cluster.fabric import DeviceRef, Fabric
from netgen.cluster.model import Cluster
from netgen.device.attach import Bond, HostRoute
from netgen.device.model import Host, Port, Switch
from netgen.device.routing import Cabled
from netgen.platforms.model import Platform
from netgen.platforms.ports import bundle_name

Nic = tuple[Port, DeviceRef, HostRoute]
"""A NIC of a host, its leaf, and its route to the NICs of others."""


def number_at_leaf(fabric: Fabric, host: DeviceRef) -> int | None:
    """Return the number of a host's bundle at its leaf, by where it is planned to be; ``None``: it has none."""
    if not fabric.numbers.bundled:
        return None
    # of a list of cables, the first NIC may have none
    first = next((end for end in fabric.plan.far_ends(fabric.node(host)) if end is not None), None)
    return None if first is None else fabric.numbers.bundle(first[1])


def number_at_host(cluster: Cluster, fabric: Fabric, host: DeviceRef) -> int:
    """Return the number of a host's bundle on a fabric: it has one on each of its fabrics that has bundles."""
    before = takewhile(lambda one: one.name != fabric.name, cluster.fabrics)
    return 1 + sum(one.numbers.bundled and host.unit in one.pods.get(host.pod, {}) for one in before)


def address(device: Switch | Host, port: Port) -> int | None:
    """Return the address of a port, or of the bundle that it is of; ``None``: it has none."""
    if port.bond is None:
        return port.ipv4
    return next((bond.ipv4 for bond in device.bonds if bond.number == port.bond), None)


def of_leaf(
    cluster: Cluster, platforms: Mapping[str, Platform], fabric: Fabric, cabled: list[Cabled], vlan: int
) -> Iterator[Bond]:
    """Yield the bundles of a leaf, in the order of their numbers, those to hosts that are not built yet among them."""
    members: dict[int, list[Cabled]] = {}
    for port, host in cabled:
        if port.bond is not None:
            members.setdefault(port.bond, []).append((port, host))
    for number, bundled in sorted(members.items()):
        host = bundled[0][1]
        yield Bond(
            number=number,
            name=bundle_name(platforms[fabric.edge.platform], number),
            members=tuple(port.name for port, _ in bundled),
            mtu_bytes=fabric.edge.mtu_bytes,
            description=None if host is None else f"{host.name} {_name_at_host(cluster, platforms, fabric, host)}",
            origin=f"{fabric.origin}.attach",
            vlan=vlan,
        )


def of_host(
    cluster: Cluster, platforms: Mapping[str, Platform], host: DeviceRef, nics: Mapping[str, list[Nic]]
) -> tuple[Bond, ...]:
    """Make the NICs of every fabric that has bundles one, and return these; a bundle takes over its NICs' address.

    The RDMA devices of the NICs go: mlx5 makes one of a bundle only where all its ports are of one card.
    """
    bonds, place = [], 1
    for name, of_fabric in nics.items():
        fabric = cluster.fabric(name)
        number = number_at_leaf(fabric, host)
        if number is not None and of_fabric:
            bonds.append(_of_nics(cluster, platforms, fabric, host, of_fabric, number, place))
        place += len(of_fabric)
    return tuple(bonds)


def _of_nics(
    cluster: Cluster,
    platforms: Mapping[str, Platform],
    fabric: Fabric,
    host: DeviceRef,
    nics: list[Nic],
    at_leaf: int,
    place: int,
) -> Bond:
    first, leaf, route = nics[0]
    bond = Bond(
        number=number_at_host(cluster, fabric, host),
        name=_name_at_host(cluster, platforms, fabric, host),
        members=tuple(port.name for port, _, _ in nics),
        mtu_bytes=first.mtu_bytes,
        description=f"{leaf.name} {bundle_name(platforms[fabric.edge.platform], at_leaf)}",
        origin=f"{fabric.origin}.attach",
        ipv4=first.ipv4,
        ipv4_length=first.ipv4_length,
        route=route,
        place=place,
    )
    for port, _, _ in nics:
        port.bond, port.ipv4, port.rdma = bond.number, None, None
    return bond


def _name_at_host(cluster: Cluster, platforms: Mapping[str, Platform], fabric: Fabric, host: DeviceRef) -> str:
    platform = platforms[cluster.host_plan(host).platform]
    return bundle_name(platform, number_at_host(cluster, fabric, host))
