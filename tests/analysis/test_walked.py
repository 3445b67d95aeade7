"""What is found by looking at every link: the same as formulas say of Clos networks, and by hand of a dragonfly."""

import pytest
from hypothesis import assume, given

from netgen.analysis import bisection as formulas
from netgen.analysis import failures, walked
from netgen.analysis.survey import survey
from tests.analysis.fabrics import Built, fabrics
from tests.analysis.test_formulas import SOME


@SOME
@given(fabrics())
def test_formulas_and_every_link_say_the_same_of_a_clos_network(built: Built) -> None:
    cluster, fabric = built.cluster, built.fabric
    seen, looked = survey(cluster, fabric, fabric.plan), walked.walk(cluster, fabric)
    assume(seen.hosts > 1)
    assert walked.bisection(looked) == formulas.bisection(seen, cluster, fabric)
    reckoned = {one.what: one for one in failures.losses(seen)}
    found = {one.what: one for one in walked.losses(looked)}
    pairs = {
        failures.HOST_LINK: failures.HOST_LINK,
        failures.LEAF_LINK: "link leaf-spine",
        failures.SPINE_LINK: "link spine-superspine",
        **{role: role for role in fabric.tiers},
    }
    for ours, theirs in pairs.items():
        assert (ours in reckoned) == (theirs in found)
        if ours in reckoned:
            a, b = reckoned[ours], found[theirs]
            assert (a.hosts_hit, a.host_left) == pytest.approx((b.hosts_hit, b.host_left)), ours
            assert a.hosts_cut_off == pytest.approx(b.hosts_cut_off), ours
            if a.leaf_left is not None and ours != failures.SPINE_LINK:
                assert a.leaf_left == pytest.approx(b.leaf_left), ours
