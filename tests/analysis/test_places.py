"""Nodes in the places of hosts are in no figure: all are as without them, whether reckoned or looked at."""

from typing import Any

from hypothesis import assume, given, settings

from netgen.analysis import bisection as formulas
from netgen.analysis import collectives, exceptions, failures, walked
from netgen.analysis.survey import survey
from netgen.cluster.model import Cluster
from netgen.cluster.topology.clos import Clos
from tests.cluster.test_kinds import written
from tests.cluster.test_places import checked, guests, shapes
from tests.examples import at_most


def figures(cluster: Cluster) -> list[Any]:
    (fabric,) = cluster.fabrics
    looked = walked.walk(cluster, fabric)
    found: list[Any] = [walked.bisection(looked), walked.losses(looked)]
    if isinstance(fabric.plan, Clos):
        seen = survey(cluster, fabric, fabric.plan)
        found += [formulas.bisection(seen, cluster, fabric), failures.losses(seen), collectives.collectives(seen)]
        found += [exceptions.shut(seen, cluster, fabric)]
    return found


@settings(max_examples=at_most(30), deadline=None)
@given(shapes())
def test_figures_are_of_hosts(drawn: tuple[dict[str, Any], int]) -> None:
    shape, few = drawn
    # only built are leaves that have hosts: one that has nothing but other nodes would be one more
    given = written(**shape, pods="1", units="1-3", hosts="1-3")
    given["fabrics"]["compute"].pop("build", None)
    without, with_them = checked(given), checked(given | guests(shape, few, "1"))
    assume(without is not None and with_them is not None)
    assert without is not None
    assert with_them is not None
    assert figures(with_them) == figures(without)


def test_a_port_to_one_of_them_that_is_shut_costs_no_host() -> None:
    shape = {"kind": "rail-optimized", "profile": "4x1"}
    given = written(**shape, pods="1", units="1-2", hosts="1-3") | {"capacity": {}} | guests(shape, 1, "1")
    shut = {"reason": "optics", "port": {"switch": "pod1-su1-rail1-leaf1", "to": "ufm-1"}, "enabled": False}
    whole = checked(given)
    given["fabrics"]["compute"]["exceptions"] = {"tt-1": shut}
    cluster = checked(given)
    assert whole is not None
    assert cluster is not None
    (fabric,) = cluster.fabrics
    assert isinstance(fabric.plan, Clos)
    found = exceptions.shut(survey(cluster, fabric, fabric.plan), cluster, fabric)
    assert found is not None
    assert (found.links, found.hosts_hit, found.host_left) == ({"host-leaf": 1}, 0, 1)
    assert figures(cluster)[:5] == figures(whole)[:5]
