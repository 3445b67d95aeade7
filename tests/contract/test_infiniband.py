"""What platforms of InfiniBand promise: with a feature their files are others, and a number changes what it says."""

import re
from collections.abc import Callable

import pytest

from netgen.cluster.infiniband import DEFAULT_PKEY, Membership, Partition, QosPlan, ServiceLevel
from netgen.device.infiniband import SubnetManager
from netgen.device.model import Host
from netgen.platforms.features import INFINIBAND, INFINIBAND_NUMBERS, MANAGED
from netgen.platforms.load import load_platforms
from netgen.platforms.model import Kind, Platform
from netgen.record import replace
from netgen.render.device import render_device
from netgen.resources.load import resources
from tests.contract.test_features import PROBES as ETHERNET
from tests.contract.test_numbers import lines, renderer
from tests.contract.test_platforms import ib_ends, ib_switches

KNOWN = load_platforms(resources())
PLATFORMS = {
    name: platform for name, platform in KNOWN.items() if {Kind.SUBNET_MANAGER, Kind.HOST} & set(platform.kinds)
}
SWITCHES = {name: platform for name, platform in KNOWN.items() if Kind.IB_SWITCH in platform.kinds}
Change = Callable[[SubnetManager | Host], None]


def manager(change: Callable[[SubnetManager], None]) -> Change:
    return lambda device: change(device) if isinstance(device, SubnetManager) else None


def attribute(name: str, value: Callable[[SubnetManager], object]) -> Change:
    return manager(lambda device: setattr(device, name, value(device)))


def partitions(change: Callable[[Partition], Partition]) -> Change:
    """Change every partition but the default one."""

    def changed(one: Partition) -> Partition:
        return one if one.pkey == DEFAULT_PKEY else change(one)

    def change_all(device: SubnetManager | Host) -> None:
        if isinstance(device, SubnetManager):
            device.partitions = tuple(map(changed, device.partitions))
        for hca in device.hcas:
            hca.partitions = tuple((changed(one), membership) for one, membership in hca.partitions)

    return change_all


def plan(change: Callable[[QosPlan], QosPlan]) -> Change:
    return attribute("qos", lambda device: None if device.qos is None else change(device.qos))


def levels(change: Callable[[ServiceLevel], ServiceLevel]) -> Change:
    return plan(lambda qos: replace(qos, levels=tuple(map(change, qos.levels))))


def turned(one: Partition) -> Partition:
    """Make every full member a limited one."""
    return replace(one, members=tuple(replace(member, membership=Membership.LIMITED) for member in one.members))


def single(one: Partition) -> Partition:
    """Make members that are both kinds full ones."""
    both = Membership.BOTH
    members = (replace(m, membership=Membership.FULL) if m.membership is both else m for m in one.members)
    return replace(one, members=tuple(members))


def unlisted(device: SubnetManager) -> None:
    device.roots = device.compute = device.io = ()


PROBES: dict[str, Change] = {
    "partitions": partitions(turned),
    "both-memberships": partitions(single),
    "index-0": partitions(lambda one: replace(one, index0=not one.index0)),
    "ipoib": partitions(lambda one: replace(one, ipoib=False)),
    "ipoib-mtu": partitions(lambda one: replace(one, mtu_bytes=None)),
    "ipoib-rate": partitions(lambda one: replace(one, rate_gbps=None)),
    "service-levels": partitions(lambda one: replace(one, service_level=None)),
    "services": plan(lambda qos: replace(qos, services=())),
    "virtual-lanes": plan(lambda qos: replace(qos, levels=())),
    "routing-engine": attribute("engine", lambda _: "updn"),
    "node-lists": manager(unlisted),
    "manager-priority": attribute("priority", lambda device: device.priority - 1),
    "node-names": attribute("names", lambda device: device.names[1:]),
    "adaptive-routing": attribute("adaptive_routing", lambda device: not device.adaptive_routing),
    "sharp": attribute("sharp", lambda device: not device.sharp),
    "collectives": partitions(lambda one: replace(one, service_level=3, index0=False)),
}
NUMBERS: dict[str, Change] = {
    "partition.pkey": partitions(lambda one: replace(one, pkey=one.pkey + 1)),
    "partition.mtu-bytes": partitions(lambda one: replace(one, mtu_bytes=2048 if one.mtu_bytes == 4096 else 4096)),
    "partition.rate-gbps": partitions(lambda one: one if one.rate_gbps is None else replace(one, rate_gbps=100)),
    "partition.service-level": partitions(
        lambda one: one if one.service_level is None else replace(one, service_level=3)
    ),
    "service.service-level": plan(
        lambda qos: replace(qos, services=tuple(replace(one, service_level=1) for one in qos.services))
    ),
    "level.lane": levels(lambda level: replace(level, lane=3)),
    "level.weight": levels(lambda level: replace(level, weight=level.weight - 1)),
    "qos.high-limit": plan(lambda qos: replace(qos, high_limit=9)),
    "qos.lanes": plan(lambda qos: replace(qos, lanes=8)),
    "manager.priority": PROBES["manager-priority"],
}

SAID_ALL_THE_SAME = {
    ("collectives", Kind.SUBNET_MANAGER),
    ("service-levels", Kind.HOST),
    ("partitions", Kind.HOST),
}
"""Cells that say no, of a thing that is others' and shows in what the platform is told all the same."""


def test_every_feature_and_number_is_tried():
    assert set(PROBES) == set(INFINIBAND)
    assert set(NUMBERS) == set(INFINIBAND_NUMBERS)


def told_apart(platform: Platform, change: Change) -> bool:
    for before, after in zip(ib_ends(platform), ib_ends(platform), strict=True):
        change(after)
        if render_device(after, renderer()) != render_device(before, renderer()):
            return True
    return False


@pytest.mark.parametrize("feature", PROBES)
@pytest.mark.parametrize("name", PLATFORMS)
def test_cell(name: str, feature: str):
    platform = PLATFORMS[name]
    if platform.expresses[feature] is None:
        assert told_apart(platform, PROBES[feature])
    elif (feature, *platform.kinds) not in SAID_ALL_THE_SAME:
        assert not told_apart(platform, PROBES[feature])


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("name", PLATFORMS)
def test_number_changes_the_declared_lines_and_no_others(name: str, number: str):
    platform = PLATFORMS[name]
    declared = platform.effects[number]
    found: set[str] = set()
    for before, after in zip(ib_ends(platform), ib_ends(platform), strict=True):
        NUMBERS[number](after)
        found |= set((lines(before) - lines(after)) + (lines(after) - lines(before)))
    patterns = () if isinstance(declared, str) else declared
    undeclared = [line for line in sorted(found) if not any(re.fullmatch(pattern, line) for pattern in patterns)]
    unused = [pattern for pattern in patterns if not any(re.fullmatch(pattern, line) for line in found)]
    assert (unused, undeclared) == ([], [])


@pytest.mark.parametrize("feature", MANAGED)
@pytest.mark.parametrize("name", SWITCHES)
def test_cell_of_a_switch(name: str, feature: str):
    platform = SWITCHES[name]
    before, after = next(ib_switches(platform)), next(ib_switches(platform))
    ETHERNET[feature](after)
    told = render_device(after, renderer()) != render_device(before, renderer())
    assert told == (platform.expresses[feature] is None)


@pytest.mark.parametrize("name", SWITCHES)
def test_what_is_the_managers_is_not_the_switches(name: str):
    platform = SWITCHES[name]
    assert all(platform.expresses[feature] is not None for feature in INFINIBAND)
    assert all(isinstance(platform.effects[number], str) for number in INFINIBAND_NUMBERS)
