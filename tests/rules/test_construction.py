"""What no intent can break, as docs/rules.md says: shown on every device of random intents."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from netgen.device.build import devices
from netgen.device.model import PortRole, Switch
from tests.examples import at_most
from tests.rules.intents import CATALOG, RENDERER, checked, intents

PLATFORMS = RENDERER.platforms
SWITCHES = [(name, platform) for name, model in CATALOG.switches.items() for platform in model.platforms]
accepted_intents = st.sampled_from(SWITCHES).flatmap(lambda switch: intents(CATALOG, *switch))
random = settings(
    max_examples=at_most(40),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)


def all_devices(written: dict[str, Any]) -> list[Any]:
    cluster, _ = checked(written)
    assume(cluster is not None)
    assert cluster is not None
    return list(devices(cluster, PLATFORMS))


@pytest.mark.slow
@random
@given(accepted_intents)
def test_numbers_of_switches_and_links_are_unique(written):
    found = all_devices(written)
    switches = [device for device in found if isinstance(device, Switch)]
    loopbacks = [switch.loopback for switch in switches]
    assert len(set(loopbacks)) == len(loopbacks)
    leaves = [switch.bgp.asn for switch in switches if switch.role == "leaf"]
    assert len(set(leaves)) == len(leaves)
    spines = {switch.bgp.asn for switch in switches if switch.role != "leaf"}
    assert not spines & set(leaves)
    for switch in switches:
        # those above a switch share an AS, so that none takes what came from another
        group = {"leaf": "SPINES", "spine": "SUPERSPINES", "superspine": None}[switch.role]
        above = {one.remote_asn for one in switch.bgp.neighbors if one.group == group}
        assert len(above) <= 1
        assert above or switch.role != "leaf"
    addresses = [port.ipv4 for device in found for port in device.ports if port.ipv4 is not None]
    addresses += [svi.ipv4 for switch in switches for svi in switch.svis]
    assert len(set(addresses)) == len(addresses)
    management = [device.management.address for device in found]
    assert len(set(management)) == len(management)


@pytest.mark.slow
@random
@given(accepted_intents)
def test_ports_stand_in_the_order_of_cage_and_lane(written):
    for device in all_devices(written):
        places = [(port.cage, port.lane, port.subport) for port in device.ports]
        assert places == sorted(places)


@pytest.mark.slow
@random
@given(accepted_intents)
def test_ports_of_a_cage_share_its_lanes(written):
    for device in all_devices(written):
        if not isinstance(device, Switch):
            continue
        lanes = CATALOG.switches[device.model].lanes
        cages: dict[int, list[range]] = {}
        for port in device.ports:
            cages.setdefault(port.cage, []).append(range(port.lane, port.lane + port.lanes))
            assert len({one.name for one in device.ports}) == len(device.ports)
        for used in cages.values():
            used.sort(key=lambda one: one.start)
            assert used[-1].stop <= lanes
            assert all(one.stop <= following.start for one, following in pairwise(used))


@pytest.mark.slow
@random
@given(accepted_intents)
def test_policies_mark_and_share_as_they_must(written):
    for device in all_devices(written):
        for port in device.ports:
            if port.role in {PortRole.SPARE, PortRole.RESERVED}:
                assert port.qos is None
            if port.qos is None:
                continue
            queues = {c.queue: c for c in port.qos.classes}
            assert all(queues[queue].lossless and not queues[queue].strict for queue, _ in port.qos.ecn)
            roce = written["fabrics"]["compute"]["roce"]
            assert not port.qos.ecn or roce.get("congestion-control") != "none"
            shares = [c.bandwidth_percent for c in port.qos.classes if not c.strict]
            assert sum(share or 0 for share in shares) == (100 if shares else 0)
            assert sorted(dscp for c in port.qos.classes for dscp in c.dscp) == list(range(64))
