"""The RoCE policy of a switch with Junos, read back from the text."""

import pytest

from netgen.cluster.roce import Ecn, PortQos, TrafficClass
from netgen.device.model import Switch
from netgen.platforms.model import Platform
from netgen.record import replace
from netgen.render.device import Renderer, make_renderer
from netgen.resources.load import resources
from tests import devices
from tests.conformance.junos import junos_problems
from tests.lab_fabric import lab_fabric
from tests.render import junos_reader as reader
from tests.render.junos_reader import Said
from tests.render.junos_switches import CHANGES, MODEL, said_of, switches, text_of


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return make_renderer(resources())


@pytest.fixture
def junos(renderer: Renderer) -> Platform:
    return renderer.platforms["junos"]


@pytest.fixture(params=["pod1-su1-rail3-leaf1", "pod1-spine1"])
def switch(request: pytest.FixtureRequest) -> Switch:
    return switches()[request.param]


def given(device: Switch, policy: PortQos) -> Switch:
    """Give all ports that have a policy another one."""
    for port in device.ports:
        port.qos = port.qos and policy
    device.qos = (policy,)
    return device


def without(policy: PortQos, name: str) -> PortQos:
    return replace(policy, classes=tuple(c for c in policy.classes if c.name != name))


def test_the_four_numbers_of_a_class_are_four(renderer: Renderer) -> None:
    odd = {"gpu": {"dscp": [24, 26], "traffic-class": 2, "queue": 4, "pfc-priority": 5, "lossless": True}}
    device = switches(roce={"profile": "throughput", "classes": odd})["pod1-spine1"]
    said = said_of(device, renderer)
    assert reader.queues(said) == {
        c.name.upper(): {"queue": c.queue, "dscp": c.dscp, "priority": c.pfc_priority} for c in device.qos[0].classes
    }
    profile = "class-of-service congestion-notification-profile ROCE-PFC "
    assert said.all(profile + r"input dscp code-point (\d+) pfc") == ["011000", "011010"]
    assert said.find(profile + r"output ieee-802\.1 code-point (\d+) flow-control-queue (\d)") == [("101", "4")]


def test_every_code_point_is_classified_once(switch: Switch, renderer: Renderer) -> None:
    points = [dscp for one in reader.queues(said_of(switch, renderer)).values() for dscp in one["dscp"]]
    assert sorted(points) == list(range(64))


def test_scheduling_and_marking_are_the_models(switch: Switch, renderer: Renderer, junos: Platform) -> None:
    (policy,) = switch.qos
    marking = dict(policy.ecn)
    found = reader.schedulers(said_of(switch, renderer), policy.name)
    assert set(found) == {c.name.upper() for c in policy.classes}
    for c in policy.classes:
        one, ecn = found[c.name.upper()], marking.get(c.queue)
        assert one["priority"] == ("strict-high" if c.strict else "low")
        assert one["share"] == (None if c.bandwidth_percent is None else str(c.bandwidth_percent))
        assert one["cap"] == (None if c.cap_percent is None else str(c.cap_percent))
        assert one["marks"] is (ecn is not None)
        if ecn is not None:
            assert one["odds"] == ["0", str(ecn.probability_percent)]
            for said, meant in zip(one["levels"], (ecn.min_bytes, ecn.max_bytes), strict=True):
                # a percent of two thirds of 165.2 MB, to the nearest
                assert abs(int(said) * 1_090_320 - meant) <= 545_160


@pytest.mark.parametrize(("size", "level"), [(545_160, 1), (545_159, 0), (1_635_479, 1), (1_635_480, 2)])
def test_thresholds_are_the_nearest_percent(size: int, level: int, junos: Platform, renderer: Renderer) -> None:
    device = devices.leaf(junos, model=MODEL)
    device.native = []
    policy = replace(device.qos[0], ecn=((3, Ecn(size, 109_032_000, 100, "")),))
    marks = reader.schedulers(said_of(given(device, policy), renderer), policy.name)["GPU"]
    assert marks["levels"] == [str(level), "100"]


def test_the_watchdog_counts_polls(renderer: Renderer) -> None:
    dog = {"detect": "300ms", "restore": "700ms", "poll": "150ms", "action": "forward"}
    said = said_of(switches(roce={"profile": "throughput", "watchdog": dog})["pod1-spine1"], renderer)
    at = r"class-of-service congestion-notification-profile ROCE-PFC pfc-watchdog (\S+ \S+)"
    assert said.all(at) == ["poll-interval 150", "detection 2", "recovery 700", "watchdog-action forward"]


def test_headroom_is_for_the_longest_cable_and_the_largest_frame(junos: Platform, renderer: Renderer) -> None:
    device = devices.leaf(junos, model=MODEL)
    device.native = []
    device.ports[2].cable_m, device.ports[2].mtu_bytes = 70, 9100
    at = "class-of-service congestion-notification-profile ROCE-PFC input "
    said = said_of(device, renderer)
    assert said.one(at + r"cable-length (\d+)") == "70"
    assert said.one(at + r"dscp code-point 011010 mru (\d+)") == "9114"
    device.ports[2].cable_m = None
    assert said_of(device, renderer).maybe(at + r"cable-length (\d+)") is None


def test_what_the_switch_sends_has_queues_that_are_served(renderer: Renderer) -> None:
    said = said_of(switches(**CHANGES["other queues"])["pod1-spine1"], renderer)
    assert {name: one["queue"] for name, one in reader.queues(said).items() if not one["dscp"]} == {
        "best-effort": 0,
        "network-control": 7,
    }
    found = reader.schedulers(said, "ROCE-400G")
    assert found["best-effort"]["priority"] == "low"
    assert (found["network-control"]["priority"], found["network-control"]["cap"]) == ("strict-high", "5")


def test_ports_of_several_policies_are_listed(junos: Platform, renderer: Renderer) -> None:
    device = devices.leaf(junos, model=MODEL)
    device.native = []
    other = replace(device.qos[0], name="ROCE-200G")
    device.ports[0].qos = other
    device.qos = (*device.qos, other)
    text = text_of(device, renderer)
    assert junos_problems(text) == []
    used = dict(Said(text).find(r"class-of-service interfaces (\S+) scheduler-map (\S+)"))
    assert used == {port.name: port.qos.name for port in device.ports if port.qos}


def test_uplinks_that_are_divided_otherwise_mark_by_their_own_speed(renderer: Renderer) -> None:
    tier = {"model": MODEL, "platform": "junos", "breakout": "1x800G"}
    made = lab_fabric(
        leaf={**tier, "breakout": "2x400G", "uplink-breakout": "1x800G"},
        spine={**tier, "count": 4},
        profile="hgx-h100-8x400g",
        hosts="1-16",
        roce={"profile": "balanced"},
    )
    device = made["pod1-su1-rail1-leaf1"]
    assert isinstance(device, Switch)
    text = text_of(device, renderer)
    assert junos_problems(text) == []
    said = Said(text)
    for port in device.ports:
        used = said.maybe(rf"class-of-service interfaces {port.name} scheduler-map (\S+)")
        assert used == (f"ROCE-{port.speed_gbps}G" if port.qos else None)
    assert {port["speed_gbps"] for port in reader.ports(said).values()} == {400, 800}


def test_a_policy_without_lossless_classes_leaves_the_buffers_alone(junos: Platform, renderer: Renderer) -> None:
    device = devices.leaf(junos, model=MODEL)
    device.native = []
    bulk = TrafficClass("bulk", (26,), 3, 3, None, False, 50, None, "")
    policy = without(device.qos[0], "gpu")
    text = text_of(given(device, replace(policy, classes=(*policy.classes, bulk), ecn=())), renderer)
    assert junos_problems(text) == []
    for word in ("shared-buffer", "dedicated-buffer", "congestion-notification", "no-loss", "pfc"):
        assert word not in text
