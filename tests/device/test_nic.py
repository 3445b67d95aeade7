"""The policy in a NIC's numbers."""

from hypothesis import given
from hypothesis import strategies as st

from netgen.cluster.roce import PortQos, TrafficClass
from netgen.device.nic import PRIORITIES, nic_qos
from netgen.record import replace
from tests.devices import qos


def made(*classes: TrafficClass) -> PortQos:
    return replace(qos(), classes=classes)


def lossy(name: str, dscp: tuple[int, ...], queue: int, **more) -> TrafficClass:
    return TrafficClass(name, dscp, queue, queue, None, False, more.pop("share", 10), None, "x", **more)


def lossless(name: str, dscp: tuple[int, ...], queue: int, priority: int, share: int = 50) -> TrafficClass:
    return TrafficClass(name, dscp, queue, queue, priority, False, share, None, "x")


def test_a_lossy_class_gives_way_to_a_paused_priority_of_its_number():
    found = nic_qos(made(lossy("rest", (0,), 0), lossy("bulk", (8,), 4), lossless("gpu", (26,), 3, 4)), 400)
    assert found is not None
    assert {c.name: c.priority for c in found.classes} == {"rest": 0, "gpu": 4, "bulk": 1}
    assert (found.dscp_priority[26], found.dscp_priority[8], found.dscp_priority[0]) == (4, 1, 0)
    # what the switches call queue is the traffic class that a priority leads to
    assert (found.priority_class[4], found.priority_class[1]) == (3, 4)
    assert [priority for priority in PRIORITIES if found.pfc[priority]] == [4]


def test_priorities_that_nothing_leads_to_go_with_best_effort():
    found = nic_qos(made(lossy("rest", (0,), 2), lossless("gpu", (26,), 3, 3)), 400)
    assert found is not None
    assert found.priority_class == (2, 2, 2, 3, 2, 2, 2, 2)


def test_rdma_is_in_the_lossless_class_with_most_of_the_link():
    rest, gpu, storage = lossy("rest", (0,), 0), lossless("gpu", (26,), 5, 5, 60), lossless("disk", (34,), 2, 2, 30)
    found = nic_qos(made(rest, storage, gpu), 400)
    assert found is not None
    assert (found.rdma.name, found.rdma_dscp, found.rdma_tos) == ("gpu", 26, 26 << 2 | 2)


def test_a_ceiling_is_a_rate_of_the_nic():
    cnp = TrafficClass("cnp", (48,), 6, 6, None, True, None, 5, "x", notifications=True)
    found = nic_qos(made(lossy("rest", (0,), 0), lossless("gpu", (26,), 3, 3), cnp), 800)
    assert found is not None
    assert found.by_traffic_class[6] is not None
    assert found.by_traffic_class[6].ceiling_mbps == 40_000
    assert found.notifications == (48, 6)


def test_nothing_lossless_is_nothing_to_set_up():
    assert nic_qos(made(lossy("rest", (0,), 0)), 400) is None


def test_without_a_class_for_them_notifications_are_the_nics_own():
    found = nic_qos(made(lossy("rest", (0,), 0), lossless("gpu", (26,), 3, 3)), 400)
    assert found is not None
    assert found.notifications is None


@given(
    st.lists(st.integers(0, 7), min_size=2, max_size=8, unique=True),
    st.lists(st.integers(0, 7), min_size=1, max_size=2, unique=True),
)
def test_no_two_classes_share_a_priority_and_every_queue_is_led_to(queues: list[int], paused: list[int]):
    paused = paused[: len(queues) - 1]
    classes = [lossless(f"g{n}", (10 + n,), queue, paused[n]) for n, queue in enumerate(queues[: len(paused)])]
    classes += [lossy(f"l{n}", (20 + n,), queue) for n, queue in enumerate(queues[len(paused) :])]
    found = nic_qos(made(*classes), 400)
    assert found is not None
    priorities = [c.priority for c in found.classes]
    assert len(set(priorities)) == len(priorities)
    assert {found.priority_class[c.priority] for c in found.classes} == set(queues)
    assert {p for p in PRIORITIES if found.pfc[p]} == set(paused)
