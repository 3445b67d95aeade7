"""The RoCE policy of a switch with Cumulus Linux: what NVUE is told, and what cannot be said."""

import pytest

from netgen.cluster.roce import DSCPS, Ecn, PortQos, TrafficClass, Watchdog
from netgen.device.model import Switch
from netgen.platforms.model import Platform
from netgen.record import replace
from netgen.render.device import Renderer, make_renderer
from netgen.render.errors import RenderError
from netgen.resources.load import resources
from tests.render import nvue_reader
from tests.render.cumulus_switches import SWITCHES, files, tree_of


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return make_renderer(resources())


@pytest.fixture(scope="module")
def cumulus(renderer: Renderer) -> Platform:
    return renderer.platforms["cumulus"]


@pytest.fixture(params=SWITCHES)
def switch(request: pytest.FixtureRequest, cumulus: Platform) -> Switch:
    return SWITCHES[request.param](cumulus)


@pytest.fixture
def leaf(cumulus: Platform) -> Switch:
    return SWITCHES["leaf"](cumulus)


def retold(device: Switch, **changes: object) -> PortQos:
    """Give all ports one policy, which differs in something."""
    policy = replace(device.qos[0], **changes)
    device.qos = (policy,)
    for port in device.ports:
        port.qos = port.qos and policy
    return policy


def test_every_code_point_has_the_class_of_the_model(switch: Switch, renderer: Renderer) -> None:
    tree = tree_of(switch, renderer)
    classes = {dscp: c for c in switch.qos[0].classes for dscp in c.dscp}
    rest = switch.qos[0].classes[0]
    for dscp in DSCPS:
        meant = classes.get(dscp, rest)
        priority = nvue_reader.priority_of(tree, dscp)
        assert (priority, nvue_reader.queue_of(tree, priority)) == (meant.traffic_class, meant.queue), dscp
    assert set(tree["qos"]["mapping"]["default-global"]["dscp"]) == set(map(str, DSCPS))
    assert tree["qos"]["mapping"]["default-global"]["port-default-sp"] == rest.traffic_class


def test_nothing_of_the_vendors_profile_stays_lossless(switch: Switch, renderer: Renderer) -> None:
    tree = tree_of(switch, renderer)
    assert "roce" not in tree["qos"]
    for port in switch.ports:
        paused, _ = nvue_reader.paused(tree, port.name)
        lossless = {dscp for dscp in DSCPS if nvue_reader.priority_of(tree, dscp) in paused}
        assert lossless == ({26} if port.qos else set())


def test_queues_are_the_models(switch: Switch, renderer: Renderer) -> None:
    tree = tree_of(switch, renderer)
    for port in switch.ports:
        if port.qos is None:
            assert "qos" not in tree["interface"][port.name]
            continue
        marking = dict(port.qos.ecn)
        assert nvue_reader.queues(tree, port.name) == {
            c.queue: {
                "strict": c.strict,
                "bandwidth_percent": c.bandwidth_percent,
                "cap_kbps": c.cap_percent and c.cap_percent * port.speed_gbps * 10_000,
                "ecn": (e.min_bytes, e.max_bytes, e.probability_percent) if (e := marking.get(c.queue)) else None,
            }
            for c in port.qos.classes
        }


def test_no_port_marks_by_default(switch: Switch, renderer: Renderer) -> None:
    tree = tree_of(switch, renderer)
    assert tree["qos"]["congestion-control"]["default-global"] == {"traffic-class": {"0": {"ecn": "disable"}}}


def test_flow_control_knows_the_cable(leaf: Switch, renderer: Renderer) -> None:
    leaf.ports[2].cable_m = 30
    tree = tree_of(leaf, renderer)
    assert {port.name: nvue_reader.paused(tree, port.name) for port in leaf.ports} == {
        "swp1s0": ([3], 5),
        "swp1s1": ([], None),
        "swp33s0": ([3], 30),
        "swp33s1": ([3], 5),
    }


def test_the_watchdog_looks_and_acts_when_the_model_says(switch: Switch, renderer: Renderer) -> None:
    lossless = [port.name for port in switch.ports if port.qos]
    assert nvue_reader.guarded(tree_of(switch, renderer)) == dict.fromkeys(lossless, (100, 200))
    retold(switch, watchdog=Watchdog(600, 1000, 200, "drop", ""))
    assert nvue_reader.guarded(tree_of(switch, renderer)) == dict.fromkeys(lossless, (200, 600))


def test_neighbours_are_told_of_flow_control(leaf: Switch, renderer: Renderer) -> None:
    tree = tree_of(leaf, renderer)
    assert tree["service"]["lldp"] == {"application-tlv": {"udp-port": {"4791": {"priority": 3}}}}
    assert set(tree["interface"]["swp1s0"]["lldp"]) == {
        "application-tlv",
        "dcbx-ets-config-tlv",
        "dcbx-ets-recomm-tlv",
        "dcbx-pfc-tlv",
    }
    assert "lldp" not in tree["interface"]["swp1s1"]


def test_priorities_and_queues_can_differ(leaf: Switch, renderer: Renderer) -> None:
    classes = (
        TrafficClass("rest", (0, 8), 1, 0, None, False, 40, None, ""),
        TrafficClass("gpu", (26, 46), 4, 2, 4, False, 60, None, ""),
        TrafficClass("cnp", (48,), 5, 7, None, True, None, None, ""),
    )
    retold(leaf, classes=classes, ecn=((2, Ecn(1000, 2000, 10, "")),))
    leaf.native = []
    tree = tree_of(leaf, renderer)
    assert [nvue_reader.priority_of(tree, dscp) for dscp in (0, 1, 24, 26, 46, 48, 63)] == [1, 1, 1, 4, 4, 5, 1]
    assert [nvue_reader.queue_of(tree, priority) for priority in range(8)] == [0, 0, 0, 0, 2, 7, 0, 0]
    assert nvue_reader.paused(tree, "swp1s0") == ([4], 5)
    queues = nvue_reader.queues(tree, "swp1s0")
    assert {queue: one["ecn"] for queue, one in queues.items()} == {0: None, 2: (1000, 2000, 10), 7: None}
    assert "egress-shaper" not in tree["qos"]


def test_two_classes_can_be_lossless(leaf: Switch, renderer: Renderer) -> None:
    rest, gpu, cnp = leaf.qos[0].classes
    storage = TrafficClass("storage", (34,), 4, 4, 4, False, 25, None, "")
    classes = (rest, replace(gpu, bandwidth_percent=25), storage, cnp)
    ecn = Ecn(1000, 2000, 10, "")
    retold(leaf, classes=classes, ecn=((3, ecn), (4, ecn)))
    tree = tree_of(leaf, renderer)
    assert nvue_reader.paused(tree, "swp33s0") == ([3, 4], 5)
    assert nvue_reader.queues(tree, "swp1s0")[4]["ecn"] == (1000, 2000, 10)


def test_without_marking_and_watchdog_none_is_left(switch: Switch, renderer: Renderer) -> None:
    retold(switch, ecn=(), watchdog=None)
    tree = tree_of(switch, renderer)
    assert nvue_reader.guarded(tree) == {}
    assert "pfc-watchdog" not in tree["qos"]
    for port in switch.ports:
        if port.qos:
            assert {one["ecn"] for one in nvue_reader.queues(tree, port.name).values()} == {None}
            assert nvue_reader.paused(tree, port.name) == ([3], 5)


def test_without_lossless_traffic_no_flow_control_is_left(leaf: Switch, renderer: Renderer) -> None:
    rest, gpu, cnp = leaf.qos[0].classes
    retold(leaf, classes=(rest, replace(gpu, pfc_priority=None), cnp), ecn=())
    tree = tree_of(leaf, renderer)
    assert not {"pfc", "pfc-watchdog", "traffic-pool"} & set(tree["qos"])
    assert "lldp" not in tree["service"]
    assert "lldp" not in tree["interface"]["swp1s0"]


def test_without_roce_nothing_is_said_of_quality(switch: Switch, renderer: Renderer) -> None:
    switch.qos = ()
    for port in switch.ports:
        port.qos = None
    tree = tree_of(switch, renderer)
    assert "qos" not in tree
    assert all("qos" not in one and "lldp" not in one for one in tree["interface"].values())


def test_ports_that_differ_in_their_classes_are_refused(leaf: Switch, renderer: Renderer) -> None:
    rest, gpu, cnp = leaf.qos[0].classes
    other = replace(leaf.qos[0], name="OTHER", classes=(rest, replace(gpu, dscp=(27,)), cnp))
    leaf.ports[0].qos, leaf.qos = other, (leaf.qos[0], other)
    with pytest.raises(RenderError, match="OTHER, ROCE-400G differ"):
        files(leaf, renderer)


def test_ports_that_differ_in_their_watchdog_are_refused(leaf: Switch, renderer: Renderer) -> None:
    other = replace(leaf.qos[0], name="OTHER", watchdog=Watchdog(300, 400, 100, "drop", ""))
    leaf.ports[0].qos, leaf.qos = other, (leaf.qos[0], other)
    with pytest.raises(RenderError, match="one PFC watchdog for all ports"):
        files(leaf, renderer)


def test_a_time_between_two_polls_is_refused(leaf: Switch, renderer: Renderer) -> None:
    retold(leaf, watchdog=Watchdog(250, 400, 100, "drop", ""))
    with pytest.raises(RenderError, match="250 ms is no multiple"):
        files(leaf, renderer)


def test_flow_control_over_an_unknown_length_is_refused(leaf: Switch, renderer: Renderer) -> None:
    leaf.ports[0].cable_m = None
    with pytest.raises(RenderError, match="port swp1s0 is lossless over a cable of unknown length"):
        files(leaf, renderer)
