"""Counts of a cluster as built, in closed form."""

from typing import Any

from netgen.cluster.model import Cluster, Fabric
from netgen.cluster.topology.slots import HOST, LEAF, SPINE, SUPERSPINE

ROLES = (LEAF, SPINE, SUPERSPINE)
PAIRS = ("host-leaf", "leaf-spine", "spine-superspine")
"""Tiers and links that every summary has; what is absent counts 0."""


def summary(cluster: Cluster) -> dict[str, Any]:
    """Count what is built of every fabric.

    Returns
    -------
    dict
        ``cluster`` and ``fabrics``; a tier that is absent counts 0. ``oversubscription`` is downlinks to uplinks in
        bandwidth, 1.0 for a top tier; ``bisection_bandwidth_gbps`` is one way, between two halves of the hosts: half of
        the least that the NICs and the uplinks of a tier carry.
    """
    return {"cluster": cluster.name, "fabrics": [_fabric(cluster, fabric) for fabric in cluster.fabrics]}


def _fabric(cluster: Cluster, fabric: Fabric) -> dict[str, Any]:
    nodes = {role: len(cluster.nodes(fabric, role)) for role in (HOST, *fabric.tiers)}
    links = dict.fromkeys(PAIRS, 0)
    ports = cluster.nic_ports(fabric)
    carried = [ports * fabric.edge.breakout.speed_gbps]
    links[f"{HOST}-{fabric.edge.role}"] = ports
    oversubscription = {}
    for role, tier in fabric.tiers.items():
        layer, above = fabric.layer(role), fabric.above(role)
        oversubscription[role] = 1.0
        if above is not None:
            links[f"{role}-{above}"] = nodes[role] * layer.up
            up = layer.up * tier.uplink_breakout.speed_gbps
            carried.append(nodes[role] * up)
            free = fabric.reserved if tier is fabric.edge else 0
            oversubscription[role] = (layer.down - free) * tier.breakout.speed_gbps / up
    return {
        "fabric": fabric.name,
        "gpus": _gpus(cluster, fabric),
        "hosts": nodes[HOST],
        "switches": {role: nodes.get(role, 0) for role in ROLES},
        "links": links,
        "oversubscription": {LEAF: 1.0, SPINE: 1.0, **oversubscription},
        "bisection_bandwidth_gbps": min(carried) // 2,
    }


def _gpus(cluster: Cluster, fabric: Fabric) -> int:
    """Count the GPUs of the hosts and other nodes of a fabric."""
    return sum(
        len(ids) * cluster.others.get((pod, unit), cluster.hosts).profile.gpus
        for pod, units in fabric.pods.items()
        for unit, ids in units.items()
    )
