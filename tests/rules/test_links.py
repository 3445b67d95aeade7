"""Classes of links: one stands for all, and every link is in one."""

from collections import Counter
from typing import Any

import pytest

from netgen.cluster.derive import derive
from netgen.cluster.topology.slots import layer_of, links
from netgen.device.build import build
from netgen.intent.models import Intent
from netgen.rules.ends import End, differences
from netgen.rules.links import check, link_classes
from tests.rules.intents import CATALOG, RENDERER, accepted, findings, least

PLATFORMS = RENDERER.platforms
LEAF, OTHER = "pod1-su1-rail1-leaf1", "pod1-su1-rail2-leaf1"


def written(exceptions: dict[str, Any], **fabric: Any) -> dict[str, Any]:
    found = least("frr", exceptions={key: {"reason": "x", **one} for key, one in exceptions.items()}, **fabric)
    found["pods"]["1"] = {"units": {1: {"hosts": "1-4"}, 2: {"hosts": "1-3"}}, "capacity": {"units": 3, "hosts": 6}}
    found["fabrics"]["compute"]["spine"]["count"] = 2
    return found


STAND_INS = {"a": {"device": LEAF, "model": "sn5600"}, "b": {"device": "pod1-spine2", "model": "sn5600"}}
SWAPS = {
    "c": {"port": {"leaf": LEAF, "host": 1}, "swapped-with": {"leaf": OTHER, "host": 2}},
    "d": {"port": {"leaf": LEAF, "spine": 1}, "swapped-with": {"leaf": OTHER, "spine": 2, "link": 2}},
}
EXCEPTIONS = [{}, STAND_INS, SWAPS, STAND_INS | SWAPS, {"a": {"device": LEAF, "model": "dcs-7060x6-64pe"}}]


@pytest.mark.parametrize("exceptions", EXCEPTIONS, ids=len)
def test_classes_count_every_link_between_devices_that_exist(exceptions):
    intent = Intent.model_validate(written(exceptions))
    cluster = derive(intent, {}, CATALOG, {})
    fabric = cluster.fabrics[0]

    def kind(node: int) -> str:
        ref = cluster.device_at(fabric, node)
        return ref.role if ref.role == "host" else f"{ref.role} {fabric.model_of(ref).name}"

    counted = Counter()
    for ends in links(fabric.plan):
        if all(cluster.exists(fabric, node) for node, _ in ends):
            counted[tuple(sorted(kind(node) for node, _ in ends))] += 1
    told = {}
    for one in link_classes(intent, cluster, fabric):
        far = fabric.overlay.topology.peer(*one.example)
        assert far is not None
        told[tuple(sorted((kind(one.example[0]), kind(far[0]))))] = one.count
    assert told == counted


@pytest.mark.parametrize(("pool", "attach"), [("unnumbered", "svi"), ("10.128.0.0/16", "routed-31")])
@pytest.mark.parametrize("exceptions", EXCEPTIONS, ids=len)
def test_ends_agree_on_every_link_that_netgen_lays(exceptions, pool, attach):
    """Addresses cannot differ: both ends are numbered from the same slots, wherever a cable was moved to."""
    pools = {"hosts": "10.0.0.0/16", "loopbacks": "10.255.0.0/24", "links": pool}
    cluster = derive(Intent.model_validate(written(exceptions, pools=pools, attach=attach)), {}, CATALOG, {})
    fabric = cluster.fabrics[0]
    ends: dict[tuple[int, int], End] = {}
    for ref in cluster.refs():
        device = build(cluster, PLATFORMS, ref)
        for port in device.ports:
            if port.slot is not None and port.peer_device is not None:
                ends[fabric.node(ref), port.slot] = End(device, port, PLATFORMS[device.platform])
    for (node, slot), end in ends.items():
        far = fabric.overlay.topology.peer(node, slot)
        assert far is not None
        assert list(differences(end, ends[far])) == []
        assert end.port.enabled == ends[far].port.enabled
        assert layer_of(fabric.plan, node) != layer_of(fabric.plan, far[0])


@pytest.mark.parametrize(("units", "hosts"), [(1, 4), (2, 32)])
def test_the_same_few_devices_are_built_whatever_the_size(units, hosts):
    given = least("sonic", roce={})
    given["pods"]["1"] = {"units": {f"1-{units}": {"hosts": f"1-{hosts}"}}}
    cluster = accepted(given)
    built = []

    def once(ref):
        built.append(ref)
        return build(cluster, PLATFORMS, ref)

    assert list(check(Intent.model_validate(given), cluster, PLATFORMS, once)) == []
    assert Counter(ref.role for ref in built) == {"leaf": 2, "host": 1, "spine": 1}


def test_a_difference_points_at_the_tier_and_says_how_many_links_and_which():
    [finding] = [f for f in findings(least("eos", spine="frr", roce={}, bfd=None)) if f.severity == "error"]
    assert (finding.code, finding.path) == ("NG531", ("fabrics", "compute", "spine", "platform"))
    example, reason = finding.notes
    assert example == f"16 links, for example {LEAF} Ethernet63/1 to pod1-spine1 swp1s0"
    assert reason == PLATFORMS["frr"].expresses["pfc"]


def test_a_stand_in_is_told_at_its_exception():
    # cages of four lanes in the place of cages of eight
    from netgen.catalog.model import Catalog
    from netgen.intent.quantities import Breakout
    from netgen.record import replace

    like = CATALOG.switches["dcs-7060x6-64pe"]
    four = replace(like, name="four", lanes=4, cages=128, breakouts=(Breakout(1, 400),), platforms=("frr",))
    catalog = Catalog({**CATALOG.switches, "four": four}, CATALOG.hosts, CATALOG.roce)
    intent = written({"a": {"device": LEAF, "model": "four"}})
    for role in ("leaf", "spine"):
        intent["fabrics"]["compute"][role]["breakout"] = "1x400G"
    [finding] = [f for f in findings(intent, catalog) if f.code != "NG601"]
    assert (finding.code, finding.path) == ("NG426", ("fabrics", "compute", "exceptions", "a", "model"))
    assert finding.notes == ("6 links, for example pod1-su1-rail1-leaf1 swp123 to pod1-spine1 swp1",)
