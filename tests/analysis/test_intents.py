"""The analysis of what intents of every kind come to."""

from typing import Any

import pytest
from hypothesis import assume, given, settings

from netgen.analysis import bisection as formulas
from netgen.analysis import walked
from netgen.analysis.capacity import oversubscription
from netgen.analysis.survey import survey
from netgen.cluster.fabric import Fabric
from netgen.cluster.model import Cluster
from netgen.cluster.topology.clos import Clos
from netgen.cluster.topology.slots import SPINE
from tests.cluster.test_kinds import checked, fabrics, grouped, written
from tests.examples import at_most

SOME = settings(max_examples=at_most(40), deadline=None)


def derived(shape: dict[str, Any]) -> tuple[Cluster, Fabric]:
    pods = "1" if shape["kind"] in ("single-tier", "rail-only") else "1-2"
    cluster = checked(written(**shape, pods=pods, units="1-3", hosts="1-3"))
    assume(cluster is not None)
    assert cluster is not None
    return cluster, cluster.fabrics[0]


@SOME
@given(fabrics())
def test_formulas_and_every_link_say_the_same(shape: dict[str, Any]) -> None:
    cluster, fabric = derived(shape)
    assert isinstance(fabric.plan, Clos)
    reckoned = formulas.bisection(survey(cluster, fabric, fabric.plan), cluster, fabric)
    assert reckoned == walked.bisection(walked.walk(cluster, fabric))


@SOME
@given(fabrics())
def test_oversubscription_is_of_the_ports_that_are_laid_out(shape: dict[str, Any]) -> None:
    """Of the switch of each tier that has the most ports down."""
    _, fabric = derived(shape)
    plan, product = fabric.plan, 1.0
    found = oversubscription(fabric)
    for role, tier in fabric.tiers.items():
        layer = fabric.layer(role)
        down = max(sum(plan.peer(node, slot) is not None for slot in range(layer.down)) for node in layer.nodes)
        if layer.up:
            ratio = down * tier.breakout.speed_gbps / (layer.up * tier.uplink_breakout.speed_gbps)
            assert found.tiers[role] == pytest.approx(ratio)
            product *= ratio
    assert found.path == pytest.approx(product)
    assert (SPINE in found.tiers) == ("superspine" in fabric.tiers)


@SOME
@given(grouped())
def test_groups_have_no_more_between_their_halves_than_their_cables(shape: dict[str, Any]) -> None:
    """Whole groups in each half: at most the global cables between them, and at most what the hosts send."""
    pods = {"pods": "1", "units": "1-2", "hosts": "1-3"}
    cluster = checked(written(**shape, **pods))
    assume(cluster is not None)
    assert cluster is not None
    fabric = cluster.fabrics[0]
    looked = walked.walk(cluster, fabric)
    found = walked.bisection(looked)
    gbps = list(fabric.tiers.values())[-1].uplink_breakout.speed_gbps
    cables = cluster.links_across(fabric)["global"]
    assert 0 < found.gbps <= min(found.nics_gbps, cables * gbps)
    assert {one.what for one in walked.losses(looked)} >= {"link of a host", *fabric.tiers}
