"""Counts of a cluster as built, in closed form."""

from typing import Any

from netgen.cluster.model import Cluster, Fabric


def summary(cluster: Cluster) -> dict[str, Any]:
    """Count what is built of every fabric.

    Returns
    -------
    dict
        ``cluster`` and ``fabrics``; a tier that is absent counts 0. ``oversubscription`` is downlinks to uplinks in
        bandwidth, 1.0 for a top tier; ``bisection_bandwidth_gbps`` is one way, between two halves of the hosts: half of
        the lesser of what the NICs and what the leaves' uplinks carry.
    """
    return {"cluster": cluster.name, "fabrics": [_fabric(cluster, fabric) for fabric in cluster.fabrics]}


def _fabric(cluster: Cluster, fabric: Fabric) -> dict[str, Any]:
    plan, profile = fabric.plan, cluster.hosts.profile
    units = sum(len(units) for units in cluster.pods.values())
    hosts = sum(len(ids) for units in cluster.pods.values() for ids in units.values())
    leaves = units * plan.rails * plan.group
    uplinks = leaves * plan.uplinks
    speed = fabric.leaf.uplink_breakout.speed_gbps
    injected = hosts * plan.rails * profile.speed_gbps
    return {
        "fabric": fabric.name,
        "gpus": hosts * profile.gpus,
        "hosts": hosts,
        "switches": {"leaf": leaves, "spine": len(cluster.pods) * plan.spines, "superspine": 0},
        "links": {"host-leaf": hosts * plan.rails, "leaf-spine": uplinks, "spine-superspine": 0},
        "oversubscription": {"leaf": plan.down * profile.speed_gbps / (plan.uplinks * speed), "spine": 1.0},
        "bisection_bandwidth_gbps": min(injected, uplinks * speed) // 2,
    }
