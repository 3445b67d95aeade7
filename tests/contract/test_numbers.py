"""Every number of the RoCE policy changes the lines that its platform declares, and no others."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cache

import pytest
import yaml

from netgen.cluster.roce import Ecn, PortQos, TrafficClass, Watchdog
from netgen.device.model import Host, Node, Switch
from netgen.platforms.features import ETHERNET_KINDS, NUMBERS
from netgen.platforms.load import load_platforms
from netgen.platforms.model import Platform
from netgen.record import replace
from netgen.render.device import Renderer, make_renderer, render_device
from netgen.render.errors import RenderError
from netgen.resources.load import resources
from tests import devices
from tests.contract.test_platforms import samples

FOUND = resources()
PLATFORMS = {
    name: platform for name, platform in load_platforms(FOUND).items() if set(platform.kinds) & set(ETHERNET_KINDS)
}


@cache
def renderer() -> Renderer:
    return make_renderer(FOUND)


def flat(value: object, path: str) -> Iterator[str]:
    """Lines of a tree: each leaf with its path."""
    if isinstance(value, Mapping) and value:
        for key, item in value.items():
            yield from flat(item, f"{path}/{key}")
    elif isinstance(value, list) and value:
        for item in value:
            yield from flat(item, path)
    else:
        yield f"{path}: {value}"


def lines(device: Node) -> Counter[str]:
    found: Counter[str] = Counter()
    for file, text in render_device(device, renderer()).items():
        if file.endswith(".json"):
            found.update(line.lstrip("/") for line in flat(json.loads(text), ""))
        elif file.endswith(".yaml"):
            found.update(line.lstrip("/") for line in flat(yaml.load(text, yaml.CSafeLoader), ""))
        else:
            found.update(line.strip() for line in text.splitlines())
    return found


def classes(change: Callable[[TrafficClass], TrafficClass], name: str) -> Callable[[PortQos], PortQos]:
    """Change the class of a name, and what refers to its queue."""

    def changed(qos: PortQos) -> PortQos:
        new = {c.name: change(c) if c.name == name else c for c in qos.classes}
        queues = {c.queue: new[c.name].queue for c in qos.classes}
        return replace(
            qos,
            classes=tuple(sorted(new.values(), key=lambda c: (c.traffic_class, c.name))),
            ecn=tuple((queues[queue], ecn) for queue, ecn in qos.ecn),
        )

    return changed


def marking(change: Callable[[Ecn], Ecn]) -> Callable[[PortQos], PortQos]:
    return lambda qos: replace(qos, ecn=tuple((queue, change(ecn)) for queue, ecn in qos.ecn))


def watchdog(change: Callable[[Watchdog], Watchdog]) -> Callable[[PortQos], PortQos]:
    return lambda qos: replace(qos, watchdog=None if qos.watchdog is None else change(qos.watchdog))


POLICY: dict[str, Callable[[PortQos], PortQos]] = {
    "class.dscp": classes(lambda c: replace(c, dscp=(24,)), "gpu"),
    "class.traffic-class": classes(lambda c: replace(c, traffic_class=4), "gpu"),
    "class.queue": classes(lambda c: replace(c, queue=4), "gpu"),
    "class.pfc-priority": classes(lambda c: replace(c, pfc_priority=4), "gpu"),
    "class.bandwidth-percent": classes(lambda c: replace(c, bandwidth_percent=49), "gpu"),
    "class.cap-percent": classes(lambda c: replace(c, cap_percent=6), "cnp"),
    "ecn.min-bytes": marking(lambda e: replace(e, min_bytes=4_000_000)),
    "ecn.max-bytes": marking(lambda e: replace(e, max_bytes=12_000_000)),
    "ecn.probability-percent": marking(lambda e: replace(e, probability_percent=21)),
    "watchdog.detect-ms": watchdog(lambda w: replace(w, detect_ms=300)),
    "watchdog.restore-ms": watchdog(lambda w: replace(w, restore_ms=500)),
    "watchdog.poll-ms": watchdog(lambda w: replace(w, poll_ms=50)),
}


LONGER_M = (40, 400)
"""Cables to try: of the first, a chip may ask no more headroom; the second, a platform may refuse."""


def change(device: Switch | Host, number: str, cable_m: int) -> None:
    if number in POLICY:
        known = {id(port.qos): POLICY[number](port.qos) for port in device.ports if port.qos is not None}
        for port in device.ports:
            port.qos = known.get(id(port.qos))
        if isinstance(device, Switch):
            device.qos = tuple(POLICY[number](qos) for qos in device.qos)
        return
    for port in device.ports:
        if number == "port.cable-m" and port.cable_m is not None:
            port.cable_m = cable_m
            port.headroom = None if port.headroom is None else devices.room(device.model, cable_m)
        if number == "port.mtu-bytes":
            port.mtu_bytes = 8000


@cache
def unchanged_lines(name: str) -> tuple[Counter[str], ...]:
    """Lines of each sample as it is."""
    return tuple(lines(device) for device in samples(PLATFORMS[name]))


def changed_lines(platform: Platform, number: str) -> set[str]:
    found: set[str] = set()
    for cable_m in LONGER_M if number == "port.cable-m" else LONGER_M[:1]:
        for old, after in zip(unchanged_lines(platform.name), samples(platform), strict=True):
            change(after, number, cable_m)
            try:
                new = lines(after)
            except RenderError:
                if cable_m == LONGER_M[0]:
                    raise
                continue
            found |= set(old - new) | set(new - old)
    return found


def test_every_number_is_tried():
    assert {*POLICY, "port.cable-m", "port.mtu-bytes"} == set(NUMBERS)


@pytest.mark.slow
@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("name", PLATFORMS)
def test_number_changes_the_declared_lines_and_no_others(name: str, number: str):
    platform = PLATFORMS[name]
    declared = platform.effects[number]
    found = changed_lines(platform, number)
    if isinstance(declared, str):
        assert found == set(), f"declared to change nothing: {declared}"
        return
    unused = [pattern for pattern in declared if not any(re.fullmatch(pattern, line) for line in found)]
    undeclared = [line for line in sorted(found) if not any(re.fullmatch(pattern, line) for pattern in declared)]
    assert (unused, undeclared) == ([], [])
