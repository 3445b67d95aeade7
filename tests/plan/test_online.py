"""All devices of a cluster against simulated switches."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from netgen.compile import compile_intent
from netgen.lab.eos.faults import Fault
from netgen.plan.far import diff_far
from netgen.plan.file import serialise
from netgen.plan.model import DevicePlan, Plan, Status
from netgen.plan.online import diff_online
from netgen.plan.rendered import keep_applied
from netgen.plan.show import losses
from netgen.record import replace
from netgen.render.source import select
from netgen.session.difference import digest_key
from netgen.session.session import open_session
from tests.toy import COMMUNITY, HASH, LEAF, PASSWORD, SPINE, Lab

pytestmark = pytest.mark.slow


def diff(lab: Lab, **options: object) -> Plan:
    return diff_online(lab.source, lab.connections, lab.refs(), intent=Path("intent/c"), inputs="0" * 64, **options)


def of(plan: Plan, name: str) -> DevicePlan:
    (found,) = [device for device in plan.devices if device.device == name]
    return found


def apply_all(lab: Lab) -> None:
    for ref in lab.refs():
        with open_session(lab.target(ref.name), lab.secrets()) as session:
            session.load(lab.files(ref.name))
            session.commit(None)


def test_an_empty_fabric_differs_everywhere_and_an_applied_one_nowhere(lab: Lab):
    seen: list[str] = []
    plan = diff(lab, progress=lambda device: seen.append(device.device))
    assert [device.device for device in plan.devices] == [ref.name for ref in lab.refs()]
    assert sorted(seen) == sorted(ref.name for ref in lab.refs())
    assert {device.status for device in plan.devices} == {Status.DIFFERS}
    assert all(device.added > 100 for device in plan.devices)
    apply_all(lab)
    plan = diff(lab)
    assert {device.status for device in plan.devices} == {Status.UNCHANGED}
    assert not plan.differs


def test_workers_elsewhere_find_the_same(lab: Lab, tmp_path: Path):
    lab.fabric.drift(LEAF, ["interface Ethernet2/1", "load-interval 5"])
    keep_applied(tmp_path, LEAF, lab.files(LEAF))
    compiled, limit = compile_intent(lab.folder), "*leaf*"
    refs = select(lab.source.cluster, limit)
    seen: list[str] = []
    with ThreadPoolExecutor(2) as executor:
        plan = diff_far(
            executor,
            lab.source,
            compiled,
            lab.connections,
            refs,
            intent=lab.folder,
            inputs="0" * 64,
            limit=limit,
            last=tmp_path,
            progress=lambda device: seen.append(device.device),
        )
    here = diff_online(
        lab.source,
        lab.connections,
        refs,
        intent=lab.folder,
        inputs="0" * 64,
        limit=limit,
        last=tmp_path,
        salt=plan.salt,
    )
    assert plan == here
    assert sorted(seen) == sorted(ref.name for ref in refs)
    assert of(plan, LEAF).deletions


def test_a_line_added_by_hand_is_the_only_one_of_the_diff_and_would_be_lost(lab: Lab, tmp_path):
    apply_all(lab)
    lab.fabric.drift(LEAF, ["interface Ethernet2/1", "load-interval 5"])
    device = of(diff(lab), LEAF)
    assert [line for line in device.diff if line[0] in "+-"] == ["-   load-interval 5"]
    assert [(each.line, each.was_rendered) for each in device.deletions] == [("load-interval 5", None)]
    keep_applied(tmp_path, LEAF, lab.files(LEAF))
    plan = diff(lab, last=tmp_path)
    assert [each.was_rendered for each in of(plan, LEAF).deletions] == [False]
    assert [name for name, _ in losses(plan)] == [LEAF]


def test_devices_that_fail_do_not_hide_the_others(lab: Lab):
    lab.fabric.set_fault(SPINE, Fault.UNREACHABLE)
    devices = {**lab.connections.devices, LEAF: replace(lab.connections.devices[LEAF], username="somebody")}
    plan = diff(replace(lab, connections=replace(lab.connections, devices=devices)))
    assert of(plan, SPINE).status is Status.UNREACHABLE
    assert of(plan, LEAF).status is Status.ERROR
    assert (of(plan, SPINE).reason, of(plan, LEAF).reason) == ("unreachable", "authentication")
    rest = [device for device in plan.devices if device.device not in {SPINE, LEAF}]
    assert {device.status for device in rest} == {Status.DIFFERS}
    assert len(plan.failures) == 2


@pytest.mark.parametrize("state", ["planned", "failed"])
def test_a_device_that_is_not_there_yet_or_any_more_is_expected_absent(lab: Lab, state: str):
    lab.fabric.set_fault(LEAF, Fault.UNREACHABLE)
    cluster = lab.source.cluster
    inventory = {**cluster.inventory, LEAF: replace(cluster.inventory[LEAF], state=state)}
    source = replace(lab.source, cluster=replace(cluster, inventory=inventory))
    device = of(diff(replace(lab, source=source)), LEAF)
    assert (device.status, device.state) == (Status.EXPECTED_ABSENT, state)


def test_a_name_that_the_cluster_does_not_have_is_warned_of(lab: Lab):
    devices = {**lab.connections.devices, "pod9-leaf9": lab.connections.devices[LEAF]}
    plan = diff(replace(lab, connections=replace(lab.connections, devices=devices)))
    assert [warning for warning in plan.warnings if "pod9-leaf9" in warning]


def test_apply_can_know_the_approved_difference_again(lab: Lab):
    plan = diff(lab)
    key = digest_key(plan.salt)
    with open_session(lab.target(LEAF), lab.secrets()) as session:
        session.load(lab.files(LEAF))
        assert session.compare(key).digest == of(plan, LEAF).difference
    lab.fabric.drift(LEAF, ["ip name-server vrf default 10.9.9.9"])
    with open_session(lab.target(LEAF), lab.secrets()) as session:
        session.load(lab.files(LEAF))
        assert session.compare(key).digest != of(plan, LEAF).difference


def test_a_plan_holds_no_secret(lab: Lab):
    apply_all(lab)
    lab.fabric.drift(LEAF, [f"username old privilege 1 role network-operator secret sha512 {HASH}x"])
    lab.fabric.drift(SPINE, [f"snmp-server community {COMMUNITY}2 ro"])
    text = serialise(diff(lab)).decode()
    assert "-username old" in text
    assert "snmp-server community" in text
    assert "canary" not in text
    assert PASSWORD not in text
