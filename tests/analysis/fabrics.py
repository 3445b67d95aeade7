"""Small Clos fabrics of every kind, as random as they can be built."""

import math
from functools import cache

from hypothesis import strategies as st

from netgen.cluster.fabric import Fabric, Overlay
from netgen.cluster.model import Cluster
from netgen.cluster.sizing import divisors
from netgen.cluster.topology.clos import Clos
from netgen.cluster.topology.slots import HOST
from netgen.intent.quantities import Breakout, IdRanges
from netgen.record import replace
from tests.rules.intents import accepted, least


@cache
def base() -> Cluster:
    tops = {"superspine": {"model": "dcs-7060x6-64pe", "platform": "eos", "breakout": "2x400G"}}
    return accepted(least("eos", **tops, cables={"host": "5m", "spine": "40m", "superspine": "100m"}))


@st.composite
def plans(draw: st.DrawFn) -> Clos:
    """Topologies that sizing could come to: one to three tiers, planes, dual ToRs, shared leaves, partial blocks."""

    def some(low: int, high: int) -> int:
        return draw(st.integers(low, high))

    tiers = some(1, 3)
    rails, per_rail = some(1, 3), some(1, 2)
    planes, tors = draw(st.sampled_from([(1, 1), (2, 1), (1, 2), (3, 1), (2, 2)]))
    units, hosts = some(1, 3), some(1, 4)
    sharing = units if tiers == 1 else some(1, 2)
    on_leaf = hosts * sharing if tiers == 1 else some(1, 4)
    group = math.ceil(hosts * sharing / on_leaf) * tors
    leaves = math.ceil(units / sharing) * rails * group
    kinds = {1: [0], 2: [leaves, leaves // rails], 3: [tors * n for n in range(1, leaves // tors + 1)]}
    block = draw(st.sampled_from(kinds[tiers]))
    mixed = sharing == 1 and (rails == 1 or per_rail == 1) and draw(st.booleans())
    cores, spines = some(1, 2) if tiers == 3 else 0, some(1, 4)
    return Clos(
        pods=some(1, 2) if cores else 1,
        units=units,
        hosts=hosts,
        nics=rails * per_rail,
        rails=rails,
        railed=rails > 1,
        group=group,
        down=on_leaf * per_rail + some(0, 1),
        spines=spines if tiers > 1 else 0,
        trunk=some(1, 2) if tiers > 1 else 0,
        block=block,
        cores=cores,
        core_trunk=some(1, 2) if cores else 0,
        shared_spines=draw(st.sampled_from(divisors(spines))) if cores else 1,
        planes=planes,
        tors=tors,
        sharing=sharing,
        by_rail=block == leaves // rails if tiers == 2 else draw(st.booleans()),
        fewer={0: some(1, rails * per_rail)} if mixed else {},
    )


class Built:
    """A cluster of one fabric."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster

    @property
    def fabric(self) -> Fabric:
        return self.cluster.fabrics[0]

    def __repr__(self) -> str:
        one = self.fabric
        speeds = [(tier.breakout.speed_gbps, tier.uplink_breakout.speed_gbps) for tier in one.tiers.values()]
        pods = {pod: {unit: list(ids) for unit, ids in units.items()} for pod, units in one.pods.items()}
        return f"{one.plan}, {pods}, speeds {speeds}, exact {one.exact}, {one.overlay.disabled}"


@st.composite
def fabrics(draw: st.DrawFn, *, filled: bool = False) -> Built:
    """Clusters of one such fabric, with some of its hosts; where they have fewer NICs, they are other nodes."""
    plan = draw(plans())
    ids = st.just(range(1, plan.hosts + 1))
    if not filled:
        ids |= st.sets(st.integers(1, plan.hosts), min_size=1).map(sorted)
    pods = {
        pod: {unit: IdRanges(tuple((n, n) for n in draw(ids))) for unit in _some(draw, plan.units, filled)}
        for pod in _some(draw, plan.pods, filled)
    }
    speeds = [draw(st.sampled_from([200, 400, 800])) for _ in range(3)]
    planned = base().fabrics[0]
    roles = [layer.name for layer in plan.layers[1:]]
    tiers = {
        role: replace(planned.tiers[role], breakout=Breakout(1, below), uplink_breakout=Breakout(1, above))
        for role, below, above in zip(roles, speeds, [*speeds[1:], speeds[-1]], strict=False)
    }
    fabric = replace(
        planned, plan=plan, overlay=Overlay(plan), tiers=tiers, pods=pods, exact=draw(st.booleans()), reserved=0
    )
    others = {
        (pod, unit): base().hosts
        for pod in pods
        for unit in pods[pod]
        if (pod - 1) * plan.units + unit - 1 in plan.fewer
    }
    return Built(replace(base(), fabrics=(fabric,), pods=pods, others=others))


def _some(draw: st.DrawFn, count: int, filled: bool) -> list[int]:
    every = list(range(1, count + 1))
    return every if filled else sorted(draw(st.sets(st.sampled_from(every), min_size=1)))


def hosts(cluster: Cluster, fabric: Fabric) -> list[int]:
    return cluster.nodes(fabric, HOST)
