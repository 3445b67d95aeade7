"""Counts of a cluster as built, in closed form."""

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from netgen.cluster.fabric import AnyNetwork
from netgen.cluster.model import Cluster
from netgen.cluster.out_of_band import OOB_LEAF, OOB_SPINE, OUT_OF_BAND, OutOfBand, out_of_band
from netgen.cluster.topology.explicit import Explicit
from netgen.cluster.topology.slots import GLOBAL, HOST, LEAF, SPINE, SUPERSPINE

ROLES = (LEAF, SPINE, SUPERSPINE)
PAIRS = ("host-leaf", "leaf-spine", "spine-superspine")
"""Tiers and links that every summary has; what is absent counts 0."""


def summary(cluster: Cluster) -> dict[str, Any]:
    """Count what is built of every fabric.

    Returns
    -------
    dict
        ``cluster`` and ``fabrics``; a tier that is absent counts 0. ``oversubscription`` is downlinks to uplinks in
        bandwidth, 1.0 for a top tier; of routers, and of spines with global links, down to global links.
        ``out-of-band`` is there where the intent says what that network is.
        ``bisection_bandwidth_gbps`` is one way, between two halves of the hosts: half of the least that the NICs and
        the uplinks of a tier carry; of groups, at most what is between two halves of them.
    """
    beside = out_of_band(cluster)
    fabrics = [_fabric(cluster, fabric) for fabric in cluster.networks]
    return {"cluster": cluster.name, "fabrics": fabrics} | ({} if beside is None else {OUT_OF_BAND: _beside(beside)})


def _beside(network: OutOfBand) -> dict[str, Any]:
    switches = Counter(ref.role for ref in network.devices())
    links = Counter(f"{plug.device.role}-{OOB_LEAF}" for plug in network.plugs())
    links[f"{OOB_LEAF}-{OOB_SPINE}"] = sum(1 for _ in network.uplinks())
    return {"switches": {role: switches[role] for role in (OOB_LEAF, OOB_SPINE)}, "links": dict(links)}


def _fabric(cluster: Cluster, fabric: AnyNetwork) -> dict[str, Any]:
    if fabric.listed is not None:
        return _listed(cluster, fabric, fabric.listed)
    nodes = _nodes(cluster, fabric)
    links = dict.fromkeys(PAIRS, 0)
    ports = cluster.nic_ports(fabric)
    carried = [ports * fabric.edge.breakout.speed_gbps]
    links[f"{HOST}-{fabric.edge.role}"] = ports
    oversubscription = {}
    for role, tier in fabric.tiers.items():
        layer, above = fabric.layer(role), fabric.above(role)
        oversubscription[role] = 1.0
        up = Fraction(layer.up)
        if fabric.grouped is not None and GLOBAL in dict(layer.across):
            up = fabric.grouped.global_ports()
        if up:
            free = fabric.reserved if tier is fabric.edge else 0
            down_gbps = (layer.down - free) * tier.breakout.speed_gbps
            oversubscription[role] = float(down_gbps / (up * tier.uplink_breakout.speed_gbps))
        if above is not None:
            links[f"{role}-{above}"] = nodes[role] * layer.up
            carried.append(nodes[role] * layer.up * tier.uplink_breakout.speed_gbps)
    links |= cluster.links_across(fabric)
    bisection = min(carried) // 2
    if fabric.grouped is not None:
        speed = list(fabric.tiers.values())[-1].uplink_breakout.speed_gbps
        bisection = min(bisection, fabric.grouped.bisection(fabric.units) * speed)
    return _row(cluster, fabric, nodes, links, oversubscription, bisection)


def _nodes(cluster: Cluster, fabric: AnyNetwork) -> dict[str, int]:
    """Count the devices that exist, by role."""
    hosts = sum(len(ids) for units in fabric.pods.values() for ids in units.values())
    return {HOST: hosts} | {role: len(cluster.nodes(fabric, role)) for role in fabric.tiers}


def _listed(cluster: Cluster, fabric: AnyNetwork, listed: Explicit) -> dict[str, Any]:
    """Count the cables of a list; tiers as a whole, whatever a single switch has."""
    nodes = _nodes(cluster, fabric)
    links = dict.fromkeys(PAIRS, 0) | {f"{lower}-{upper}": count for (lower, upper), count in listed.links.items()}
    down = listed.links.get((HOST, fabric.edge.role), 0) * fabric.edge.breakout.speed_gbps
    carried, oversubscription = [down], {}
    for role, tier in fabric.tiers.items():
        up = listed.links.get((role, fabric.above(role) or ""), 0) * tier.uplink_breakout.speed_gbps
        oversubscription[role] = down / up if up else 1.0
        if fabric.above(role) is not None:
            carried.append(up)
        down = up
    return _row(cluster, fabric, nodes, links, oversubscription, min(carried) // 2)


def _row(
    cluster: Cluster,
    fabric: AnyNetwork,
    nodes: Mapping[str, int],
    links: Mapping[str, int],
    oversubscription: Mapping[str, float],
    bisection_gbps: int,
) -> dict[str, Any]:
    return {
        "fabric": fabric.name,
        "gpus": _gpus(cluster, fabric),
        "hosts": nodes[HOST],
        "switches": dict.fromkeys(ROLES, 0) | {role: nodes[role] for role in fabric.tiers},
        "links": dict(links),
        "oversubscription": {LEAF: 1.0, SPINE: 1.0, **oversubscription},
        "bisection_bandwidth_gbps": bisection_gbps,
    }


def _gpus(cluster: Cluster, fabric: AnyNetwork) -> int:
    """Count the GPUs of the hosts and other nodes of a fabric."""
    return sum(
        len(ids) * cluster.others.get((pod, unit), cluster.hosts).profile.gpus
        for pod, units in fabric.pods.items()
        for unit, ids in units.items()
    )
