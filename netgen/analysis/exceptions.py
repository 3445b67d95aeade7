"""What the ports that exceptions shut cost already: exceptions are few, and are looked at one by one."""

from collections import Counter

from netgen.analysis.survey import Survey
from netgen.cluster.fabric import AnyNetwork
from netgen.cluster.model import Cluster
from netgen.cluster.topology.slots import HOST, LEAF, SPINE, layer_of
from netgen.record import Record


class Shut(Record):
    """Links that are shut, between devices that exist.

    Parameters
    ----------
    links
        How many, by class.
    hosts_hit
        Hosts with a shut port, as a share of all.
    host_left, leaf_left, block_left
        What the worst-hit host, leaf and block have left of the bandwidth of their NICs and uplinks.
    """

    links: dict[str, int]
    hosts_hit: float
    host_left: float
    leaf_left: float
    block_left: float


def shut(survey: Survey, cluster: Cluster, fabric: AnyNetwork) -> Shut | None:
    """Reckon what shut ports cost; ``None``: no port of a cabled link is shut."""
    plan, topology = survey.plan, fabric.overlay.topology
    links: Counter[str] = Counter()
    lost: dict[str, Counter[int]] = {HOST: Counter(), LEAF: Counter(), SPINE: Counter()}
    for node, slot in fabric.overlay.disabled:
        layer, far = layer_of(plan, node), topology.peer(node, slot)
        # both ends are shut: the lower one stands for the link
        if slot < layer.down or far is None or not cluster.exists(fabric, node) or not cluster.exists(fabric, far[0]):
            continue
        links[f"{layer.name}-{layer_of(plan, far[0]).name}"] += 1
        if layer.name == HOST and node not in layer.seats:
            continue  # figures are of hosts, and not of nodes in the places of some
        lost[layer.name][layer.index(node) // plan.spines if layer.name == SPINE else node] += 1
    if not links:
        return None
    block_up = plan.spines * plan.spine_uplinks
    return Shut(
        links=dict(sorted(links.items())),
        hosts_hit=len(lost[HOST]) / survey.hosts,
        host_left=min((1 - count / len(plan.slots_of(host)) for host, count in lost[HOST].items()), default=1.0),
        leaf_left=1 - max(lost[LEAF].values(), default=0) / max(plan.uplinks, 1),
        block_left=1 - max(lost[SPINE].values(), default=0) / max(block_up, 1),
    )
