"""The RoCE policy: classification, queues, scheduling, marking, PFC, its watchdog, buffer pools, DCBX.

The policy is written out as a whole, and ``qos roce`` stays off: that profile brings a map of its own (eight code
points a switch priority, PFC on priority 3, marking on traffic classes 0 and 3), and what of it would remain beside
the intent's numbers, NVUE's documentation does not say. Object model: NVUE reference, QoS and LLDP pages
(templates/cumulus/SOURCES.md).

NVUE's words: a packet's DSCP gives its *switch priority*, here the traffic class of the model; PFC pauses switch
priorities, so that PFC priority and traffic class must be one number (platform.yaml, ``max_pfc_priority_offset``);
a *traffic class* of NVUE is an egress queue.
"""

from msgspec import field

from netgen.cluster.roce import DSCPS, Ecn, PortQos, TrafficClass, Watchdog
from netgen.device.model import Port, Switch
from netgen.platforms.cumulus.branch import ON, Branch, pruned
from netgen.platforms.document import PlatformError
from netgen.record import Record

PRIORITIES = range(8)
"""Switch priorities."""

GLOBAL = "default-global"
"""Name of the profile that holds for all ports which have no profile of their own."""

KBPS_PER_GBPS = 1_000_000
"""Unit of a shaper's rates (NVUE reference, ``qos egress-shaper``: kilobits per second by default)."""

POOLS: Branch = {"default-lossless": {"memory-percent": 50}, "default-lossy": {"memory-percent": 50}}
"""Halves, as the guide's example of flow control buffers and the RoCE profile both have them."""

ROCE_UDP_PORT = "4791"
"""Destination port of RoCEv2 (InfiniBand Architecture Specification, annex A17)."""

Classes = tuple[TrafficClass, ...]


class Policy(Record):
    """What the switch is told once, and what its ports are told by the name of a profile."""

    branch: Branch = field(default_factory=dict)
    """Below ``qos``."""
    lldp: Branch = field(default_factory=dict)
    """Below ``service/lldp``."""

    ports: dict[tuple[str, int | None], Branch] = field(default_factory=dict)
    """Name of a port's policy and length of its cable → what the port has below ``interface/<port>``."""

    def of(self, port: Port) -> Branch:
        """Return a port's part, the same object for all ports that are alike."""
        return {} if port.qos is None else self.ports[port.qos.name, port.cable_m]


def policy(device: Switch) -> Policy:
    """Build the RoCE policy of a switch; an empty one where the fabric has none.

    Raises
    ------
    PlatformError
        If ports differ in what is one for the whole switch: classification, queues, times of the watchdog.
    """
    if not device.qos:
        return Policy()
    classes = _common_classes(device.qos)
    lossless = [c for c in classes if c.lossless]
    marking: Branch = {qos.name: {"traffic-class": _marked(qos)} for qos in device.qos if qos.ecn}
    branch: Branch = {
        # By default queue 0 of every port marks.
        "congestion-control": {GLOBAL: {"traffic-class": {"0": {"ecn": "disable"}}}, **marking},
        "egress-queue-mapping": {GLOBAL: {"switch-priority": _queues(classes)}},
        "egress-scheduler": {qos.name: {"traffic-class": _scheduled(qos)} for qos in device.qos},
        "egress-shaper": {qos.name: {"traffic-class": capped} for qos, capped in _shaped(device)},
        "mapping": {GLOBAL: _mapping(classes)},
        "pfc": _flow_control(device),
        "pfc-watchdog": _watchdog(device.qos),
        "traffic-pool": POOLS if lossless else {},
    }
    announced: Branch = {"udp-port": {ROCE_UDP_PORT: {"priority": lossless[0].pfc_priority or 0}}} if lossless else {}
    ports: dict[tuple[str, int | None], Branch] = {}
    for port in device.ports:
        if port.qos is not None and (port.qos.name, port.cable_m) not in ports:
            ports[port.qos.name, port.cable_m] = pruned({"lldp": _announced(port.qos), "qos": _of_port(port, port.qos)})
    return Policy(pruned(branch), {"application-tlv": announced} if announced else {}, ports)


def _of_port(port: Port, qos: PortQos) -> Branch:
    profile: Branch = {"profile": qos.name}
    guarded = bool(qos.lossless) and qos.watchdog is not None
    return pruned(
        {
            "congestion-control": profile if qos.ecn else {},
            "egress-scheduler": profile,
            "egress-shaper": profile if _capped(qos) else {},
            "pfc": {"profile": _pfc_profile(port, qos)} if qos.lossless else {},
            "pfc-watchdog": {"state": "enable"} if guarded else {},
        }
    )


def _announced(qos: PortQos) -> Branch:
    """Build what a port announces: all that ``qos roce`` would."""
    if not qos.lossless:
        return {}
    return {
        "application-tlv": {"udp-port": {ROCE_UDP_PORT: {}}},
        "dcbx-ets-config-tlv": ON,
        "dcbx-ets-recomm-tlv": ON,
        "dcbx-pfc-tlv": ON,
    }


def _common_classes(policies: tuple[PortQos, ...]) -> Classes:
    distinct = {qos.classes for qos in policies}
    if len(distinct) > 1:
        names = ", ".join(sorted(qos.name for qos in policies))
        raise PlatformError(f"Cumulus Linux maps switch priorities to queues alike on all ports, but {names} differ")
    return policies[0].classes


def _default(classes: Classes) -> TrafficClass:
    return min(classes, key=lambda c: c.traffic_class)


def _mapping(classes: Classes) -> Branch:
    named = {dscp: c.traffic_class for c in classes for dscp in c.dscp}
    rest = _default(classes).traffic_class
    return {
        "dscp": {str(dscp): {"switch-priority": named.get(dscp, rest)} for dscp in DSCPS},
        # What has no DSCP: frames that are not IP.
        "port-default-sp": rest,
        "trust": "l3",
    }


def _queues(classes: Classes) -> Branch:
    named = {c.traffic_class: c.queue for c in classes}
    # No packet has another priority; should one have, it must not meet a lossless queue.
    return {str(number): {"traffic-class": named.get(number, _default(classes).queue)} for number in PRIORITIES}


def _scheduled(qos: PortQos) -> Branch:
    return {str(c.queue): _scheduler(c) for c in qos.classes}


def _scheduler(traffic: TrafficClass) -> Branch:
    if traffic.bandwidth_percent is None:
        return {"mode": "strict"}
    return {"bw-percent": traffic.bandwidth_percent, "mode": "dwrr"}


def _capped(qos: PortQos) -> bool:
    return any(c.cap_percent is not None for c in qos.classes)


def _shaped(device: Switch) -> list[tuple[PortQos, Branch]]:
    speeds = {port.qos.name: port.speed_gbps for port in device.ports if port.qos is not None}
    return [
        (
            qos,
            {
                str(c.queue): {"max-rate": c.cap_percent * speeds[qos.name] * KBPS_PER_GBPS // 100}
                for c in qos.classes
                if c.cap_percent is not None
            },
        )
        for qos in device.qos
        if _capped(qos)
    ]


def _marked(qos: PortQos) -> Branch:
    return {str(queue): _marks(ecn) for queue, ecn in qos.ecn}


def _marks(ecn: Ecn) -> Branch:
    return {
        "ecn": "enable",
        "max-threshold": ecn.max_bytes,
        "min-threshold": ecn.min_bytes,
        "probability": ecn.probability_percent,
        # Random early detection drops; a lossless queue must not.
        "red": "disable",
    }


def _pfc_profile(port: Port, qos: PortQos) -> str:
    return f"{qos.name}-{port.cable_m}M"


def _flow_control(device: Switch) -> Branch:
    found: Branch = {}
    for port in device.ports:
        qos = port.qos
        if qos is None or not qos.lossless:
            continue
        if port.cable_m is None:
            raise PlatformError(f"port {port.name} is lossless over a cable of unknown length: it needs headroom")
        name = _pfc_profile(port, qos)
        if name in found:
            continue
        # NVUE reckons headroom from the length, the speed and the MTU; its thresholds are not to be set by hand.
        found[name] = {
            "cable-length": port.cable_m,
            "rx": "enable",
            "switch-priority": {str(c.pfc_priority): {} for c in qos.lossless},
            "tx": "enable",
        }
    return found


def _watchdog(policies: tuple[PortQos, ...]) -> Branch:
    times = {(qos.watchdog.poll_ms, _polls(qos.watchdog)) for qos in policies if qos.watchdog and qos.lossless}
    if len(times) > 1:
        raise PlatformError("Cumulus Linux has one PFC watchdog for all ports, but they differ in its times")
    for poll_ms, polls in times:
        return {"polling-interval": poll_ms, "robustness": polls}
    return {}


def _polls(watchdog: Watchdog) -> int:
    """Count the polls after which a queue is stuck."""
    polls, rest = divmod(watchdog.detect_ms, watchdog.poll_ms)
    if rest:
        raise PlatformError(
            f"Cumulus Linux counts polls of {watchdog.poll_ms} ms until a queue is stuck: "
            f"{watchdog.detect_ms} ms is no multiple of them"
        )
    return polls
