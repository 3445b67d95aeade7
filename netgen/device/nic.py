"""A RoCE policy in the numbers that a host's NIC knows.

A NIC has no number between code point and 802.1p priority: DSCP → priority → traffic class of the NIC. PFC pauses
priorities, so a lossless class has its PFC priority; what the switches call egress queue is the NIC's traffic class.
"""

from collections.abc import Sequence
from functools import lru_cache

from netgen.cluster.roce import DSCPS, PortQos, TrafficClass
from netgen.record import Record

PRIORITIES = range(8)
"""Of IEEE 802.1Q: three bits; a NIC's traffic classes are as many (mlx5, ``mlx5_max_tc``)."""

ECT_0 = 2
"""ECN field of a packet whose ends hear of congestion, RFC 3168."""


class NicClass(Record):
    """A class of traffic on a NIC."""

    name: str
    priority: int
    traffic_class: int
    lossless: bool
    strict: bool
    share_percent: int
    """Under weighted scheduling; 0 for a strict class."""
    ceiling_mbps: int
    """Most that a strict class may take; 0: all."""


class NicQos(Record):
    """A RoCE policy on the NICs of one host."""

    classes: tuple[NicClass, ...]
    """In the order of their priorities."""
    dscp_priority: tuple[int, ...]
    """By code point, all 64."""
    priority_class: tuple[int, ...]
    """Traffic class by priority, all eight; a priority that no code point leads to goes with best effort."""
    rdma: NicClass
    """What RDMA is sent in unless a program says otherwise: the lossless class with the largest share."""
    rdma_dscp: int
    rdma_tos: int
    """The byte of the IP header: the code point, and whether marking is understood."""
    notifications: tuple[int, int] | None
    """Code point and priority of congestion notifications; ``None``: no class is for them, and the NIC's own stay."""
    marking: bool
    """Whether the ends slow down when packets are marked."""
    stall_ms: int
    """After so long a NIC that cannot receive stops pausing its switch; 0: never."""

    @property
    def by_traffic_class(self) -> tuple[NicClass | None, ...]:
        """The class in each of the NIC's eight traffic classes; ``None``: nothing is sent in it."""
        found = {c.traffic_class: c for c in self.classes}
        return tuple(map(found.get, PRIORITIES))

    @property
    def pfc(self) -> tuple[bool, ...]:
        """Whether PFC pauses each of the eight priorities."""
        paused = {c.priority for c in self.classes if c.lossless}
        return tuple(priority in paused for priority in PRIORITIES)


@lru_cache(maxsize=64)
def nic_qos(qos: PortQos, speed_gbps: int) -> NicQos | None:
    """Translate the policy of a host's ports; ``None`` without a lossless class, for there is nothing to protect.

    Parameters
    ----------
    qos
        Of the ports to hosts: its queues are unique, and one of its classes has code point 0.
    speed_gbps
        Of the NICs, of which ceilings are a share.
    """
    if not qos.lossless:
        return None
    priorities = _priorities(qos.classes)
    classes = [_nic_class(c, priorities[c.name], speed_gbps) for c in qos.classes]
    by_name = {c.name: c for c in classes}
    owners = {dscp: c.name for c in qos.classes for dscp in c.dscp}
    best_effort = by_name[owners.get(0, qos.classes[0].name)]
    of_priority = {c.priority: c.traffic_class for c in classes}
    rdma = max(qos.lossless, key=lambda c: (c.bandwidth_percent or 0, -c.traffic_class))
    marking = bool(qos.ecn)
    return NicQos(
        classes=tuple(sorted(classes, key=lambda c: c.priority)),
        dscp_priority=tuple(
            by_name[owners[dscp]].priority if dscp in owners else best_effort.priority for dscp in DSCPS
        ),
        priority_class=tuple(of_priority.get(priority, best_effort.traffic_class) for priority in PRIORITIES),
        rdma=by_name[rdma.name],
        rdma_dscp=rdma.dscp[0],
        rdma_tos=rdma.dscp[0] << 2 | (ECT_0 if marking else 0),
        notifications=next(((c.dscp[0], priorities[c.name]) for c in qos.classes if c.notifications and c.dscp), None),
        marking=marking,
        stall_ms=0 if qos.watchdog is None else qos.watchdog.detect_ms,
    )


def _priorities(classes: Sequence[TrafficClass]) -> dict[str, int]:
    """Return the 802.1p priority of each class: its PFC priority, else its queue's number unless that is taken."""
    found = {c.name: c.pfc_priority for c in classes if c.pfc_priority is not None}
    lossy = [c for c in classes if c.pfc_priority is None]
    paused = set(found.values())
    found |= {c.name: c.queue for c in lossy if c.queue not in paused}
    for c in lossy:
        if c.name not in found:
            found[c.name] = min(set(PRIORITIES) - set(found.values()))
    return found


def _nic_class(c: TrafficClass, priority: int, speed_gbps: int) -> NicClass:
    return NicClass(
        name=c.name,
        priority=priority,
        traffic_class=c.queue,
        lossless=c.lossless,
        strict=c.strict,
        share_percent=c.bandwidth_percent or 0,
        ceiling_mbps=(c.cap_percent or 0) * speed_gbps * 10,
    )
