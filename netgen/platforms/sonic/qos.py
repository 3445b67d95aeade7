"""Classification, PFC, scheduling, marking and the PFC watchdog.

Schema: sonic-{dscp-tc-map,tc-queue-map,tc-priority-group-map,pfc-priority-queue-map,
pfc-priority-priority-group-map,port-qos-map,scheduler,wred-profile,queue,pfcwd}.yang of SONiC 202411.
Shape of the tables: sonic-buildimage 202411 files/build_templates/qos_config.j2.
"""

from collections.abc import Sequence

from netgen.cluster.roce import DSCPS, Ecn, PortQos, TrafficClass
from netgen.device.model import Switch
from netgen.platforms.document import PlatformError
from netgen.platforms.sonic.sku import Fields, Sku, Table

NUMBERS = range(8)
"""Traffic classes, queues, priority groups and PFC priorities alike."""
LOSSY_GROUP = "0"
"""Priority group of all lossy traffic, as in every shipped configuration."""
SHARED = "ROCE"
"""Name of the maps where all ports classify alike."""
BYTES_PER_GBPS = 125_000_000
"""Bytes per second of 1 Gb/s: the unit of a scheduler's rates."""

Classes = tuple[TrafficClass, ...]


def tables(device: Switch, sku: Sku) -> dict[str, Table]:
    """Build the tables of the RoCE policy; empty ones where the fabric has none."""
    maps = _map_names(device.qos)
    classified = {name: classes for classes, name in maps.items()}
    lossless = {name: classes for name, classes in classified.items() if any(c.lossless for c in classes)}
    return {
        "DSCP_TO_TC_MAP": {name: _dscp_to_tc(classes) for name, classes in classified.items()},
        "TC_TO_QUEUE_MAP": {name: _tc_to_queue(classes) for name, classes in classified.items()},
        "TC_TO_PRIORITY_GROUP_MAP": {name: _tc_to_group(classes) for name, classes in classified.items()},
        "MAP_PFC_PRIORITY_TO_QUEUE": {name: _pfc_to_queue(classes) for name, classes in classified.items()},
        "PFC_PRIORITY_TO_PRIORITY_GROUP_MAP": {
            name: _pfc_to_group(classes) for name, classes in lossless.items() if sku.pfc_to_pg
        },
        "PORT_QOS_MAP": _port_maps(device, sku, maps),
        "SCHEDULER": _schedulers(device),
        "WRED_PROFILE": {_marking(q, n): _wred(ecn) for q in device.qos for n, ecn in q.ecn},
        "QUEUE": _queues(device),
        "PFC_WD": _watchdogs(device),
    }


def _map_names(policies: Sequence[PortQos]) -> dict[Classes, str]:
    """Name the maps of each way to classify; ports of different speeds mostly share one."""
    distinct = list(dict.fromkeys(policy.classes for policy in policies))
    if len(distinct) == 1:
        return {distinct[0]: SHARED}
    return {policy.classes: policy.name for policy in reversed(policies)}


def _default(classes: Classes) -> TrafficClass:
    return min(classes, key=lambda c: c.traffic_class)


def _dscp_to_tc(classes: Classes) -> Fields:
    named = {dscp: c for c in classes for dscp in c.dscp}
    return {str(dscp): str(named.get(dscp, _default(classes)).traffic_class) for dscp in DSCPS}


def _tc_to_queue(classes: Classes) -> Fields:
    named = {c.traffic_class: c.queue for c in classes}
    # No packet is of another traffic class; should one be, it must not meet a lossless queue.
    return {str(number): str(named.get(number, _default(classes).queue)) for number in NUMBERS}


def _tc_to_group(classes: Classes) -> Fields:
    named = {c.traffic_class: str(c.pfc_priority) for c in classes if c.lossless}
    return {str(number): named.get(number, LOSSY_GROUP) for number in NUMBERS}


def _pfc_to_queue(classes: Classes) -> Fields:
    named = {c.pfc_priority: c.queue for c in classes if c.lossless}
    return {str(number): str(named.get(number, number)) for number in NUMBERS}


def _pfc_to_group(classes: Classes) -> Fields:
    return {str(c.pfc_priority): str(c.pfc_priority) for c in classes if c.lossless}


def _port_maps(device: Switch, sku: Sku, maps: dict[Classes, str]) -> Table:
    found: Table = {}
    for port in device.ports:
        if port.qos is None:
            continue
        name = maps[port.qos.classes]
        # What arrives on no port, such as the switch's own packets, is classified alike.
        found.setdefault("global", {"dscp_to_tc_map": name})
        fields = {
            "dscp_to_tc_map": name,
            "tc_to_queue_map": name,
            "tc_to_pg_map": name,
            "pfc_to_queue_map": name,
        }
        if port.qos.lossless:
            priorities = ",".join(sorted(str(c.pfc_priority) for c in port.qos.lossless))
            fields["pfc_enable"] = priorities
            if port.qos.watchdog is not None:
                # The watchdog guards queues, PFC priorities are enabled: two numbers.
                fields["pfcwd_sw_enable"] = ",".join(sorted(str(c.queue) for c in port.qos.lossless))
            if sku.pfc_to_pg:
                fields["pfc_to_pg_map"] = name
        found[port.name] = fields
    return found


def _schedulers(device: Switch) -> Table:
    speeds = {port.qos: port.speed_gbps for port in device.ports if port.qos is not None}
    return {_schedule(policy, c): _scheduler(c, speeds[policy]) for policy in device.qos for c in policy.classes}


def _schedule(policy: PortQos, traffic: TrafficClass) -> str:
    return f"{policy.name}-{traffic.name}"


def _scheduler(traffic: TrafficClass, speed_gbps: int) -> Fields:
    if not traffic.strict:
        return {"type": "DWRR", "weight": str(traffic.bandwidth_percent)}
    if traffic.cap_percent is None:
        return {"type": "STRICT"}
    # A peak rate needs a committed one that is not above it (sonic-scheduler.yang).
    rate = str(traffic.cap_percent * speed_gbps * BYTES_PER_GBPS // 100)
    return {"type": "STRICT", "meter_type": "bytes", "cir": rate, "pir": rate}


def _marking(policy: PortQos, queue: int) -> str:
    return f"{policy.name}-Q{queue}"


def _wred(ecn: Ecn) -> Fields:
    fields = {"ecn": "ecn_all"}
    for colour in ("green", "yellow", "red"):
        fields |= {
            f"wred_{colour}_enable": "true",
            f"{colour}_min_threshold": str(ecn.min_bytes),
            f"{colour}_max_threshold": str(ecn.max_bytes),
            f"{colour}_drop_probability": str(ecn.probability_percent),
        }
    return fields


def _queues(device: Switch) -> Table:
    found: Table = {}
    for port in device.ports:
        if port.qos is None:
            continue
        for traffic in port.qos.classes:
            found[f"{port.name}|{traffic.queue}"] = {"scheduler": _schedule(port.qos, traffic)}
        for queue, _ in port.qos.ecn:
            found[f"{port.name}|{queue}"]["wred_profile"] = _marking(port.qos, queue)
    return found


def _watchdogs(device: Switch) -> Table:
    guarded = {
        port.name: port.qos.watchdog
        for port in device.ports
        if port.qos is not None and port.qos.watchdog is not None and port.qos.lossless
    }
    polls = {watchdog.poll_ms for watchdog in guarded.values()}
    if len(polls) > 1:
        raise PlatformError(f"SONiC polls all queues of a switch alike, but its ports ask for {sorted(polls)} ms")
    found: Table = {}
    if polls:
        found["GLOBAL"] = {"POLL_INTERVAL": str(polls.pop())}
    for name, watchdog in guarded.items():
        found[name] = {
            "action": watchdog.action,
            "detection_time": str(watchdog.detect_ms),
            "restoration_time": str(watchdog.restore_ms),
        }
    return found
