"""Arista's own generator writes of a switch what netgen writes: the same lines in the same order.

The oracle is pyavd, which turns a structured configuration into a configuration in the order of EOS. It is fed by
`tests.conformance.eos_structured` from the device model, so that both sides know the model and neither knows the other.
"""

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from netgen.cluster.roce import TrafficClass
from netgen.compile import compile_intent
from netgen.device.build import build
from netgen.device.model import PrefixRule, Switch, User
from netgen.record import replace
from netgen.render.device import Renderer, make_renderer, render_device
from netgen.resources.load import resources
from tests import devices
from tests.conformance.eos_oracle import generator
from tests.conformance.eos_structured import structured
from tests.fabrics import fabric
from tests.rules.intents import CATALOG, RENDERER, checked, intents

# pyavd takes seconds to read its schema, in each process of tests.
pytestmark = pytest.mark.slow

Writer = Callable[[Switch], list[str]]
INTENT = Path(__file__).parents[2] / "intent"
EXAMPLES = sorted(path.parent.name for path in INTENT.glob("*/cluster.yaml") if "platform: eos" in path.read_text())


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return make_renderer(resources())


def ours(device: Switch, renderer: Renderer) -> list[str]:
    return render_device(device, renderer)["eos.cfg"].splitlines()


@pytest.fixture(scope="module")
def aristas() -> Iterator[Writer]:
    with generator() as write:
        yield lambda device: write(structured(device))


@pytest.mark.parametrize("name", ["pod1-su2-rail3-leaf1", "pod1-spine1"])
@pytest.mark.parametrize("links", ["unnumbered", "10.128.0.0/12"])
def test_a_whole_switch(links: str, name: str, renderer: Renderer, aristas: Writer) -> None:
    device = fabric(renderer.platforms, "eos", links=links)[name]
    assert isinstance(device, Switch)
    assert ours(device, renderer) == aristas(device)


def test_a_leaf_whose_hosts_speak_bgp(renderer: Renderer, aristas: Writer) -> None:
    device = devices.leaf(renderer.platforms["eos"], speaking=True)
    assert ours(device, renderer) == aristas(device)


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_first_switch_of_each_role_of_an_example(example: str, renderer: Renderer, aristas: Writer) -> None:
    cluster = compile_intent(Path(__file__).parents[2] / "intent" / example).cluster
    assert cluster
    seen = set()
    for ref in cluster.refs():
        device = None if ref.role in seen else build(cluster, renderer.platforms, ref)
        seen.add(ref.role)
        if isinstance(device, Switch) and device.platform == "eos":
            assert ours(device, renderer) == aristas(device)


def policy(device: Switch, **changes: Any) -> None:
    """Change the policy of a device and of its ports."""
    (old,) = device.qos
    new = replace(old, **changes)
    device.qos = (new,)
    for port in device.ports:
        port.qos = port.qos and new


def no_roce(device: Switch) -> None:
    device.qos, device.buffers = (), None
    for port in device.ports:
        port.qos = port.headroom = None


def no_marking(device: Switch) -> None:
    policy(device, ecn=())


def no_watchdog(device: Switch) -> None:
    policy(device, watchdog=None)


def only_reports(device: Switch) -> None:
    (qos,) = device.qos
    assert qos.watchdog
    policy(device, watchdog=replace(qos.watchdog, action="forward", poll_ms=5))


def odd_numbers(device: Switch) -> None:
    """Two lossless classes, queues that are not the traffic classes' numbers, and two classes in one queue."""
    policy(
        device,
        classes=(
            TrafficClass("rest", (0, 1), 0, 2, None, False, 20, None, ""),
            TrafficClass("bulk", (8,), 1, 2, None, False, 20, None, ""),
            TrafficClass("gpu", (24, 26), 4, 5, 3, False, 50, None, ""),
            TrafficClass("storage", (34,), 5, 4, 4, False, 30, None, ""),
            TrafficClass("cnp", (48,), 6, 6, None, True, None, None, ""),
            TrafficClass("control", (56,), 7, 7, None, True, None, 10, ""),
        ),
        ecn=((4, device.qos[0].ecn[0][1]), (5, device.qos[0].ecn[0][1])),
    )


def farther(device: Switch) -> None:
    """Cables of other lengths on a chip that shares out its buffer otherwise, without a pool for headroom."""
    assert device.buffers
    device.buffers = replace(device.buffers, alpha=Fraction(1, 8), headroom_pool_bytes=None)
    for port, length in zip(device.ports, (5, 0, 300, 500), strict=True):
        port.headroom = devices.room(device.model, length) if length else None


def no_lengths(device: Switch) -> None:
    for port in device.ports:
        port.cable_m = port.headroom = None


def flowlets(device: Switch) -> None:
    device.load_balancing = "flowlet"


def bare(device: Switch) -> None:
    """Nothing that management may go without."""
    devices.without_services(device)
    device.management.services = replace(device.management.services, vrf="OOB")


def accounts(device: Switch) -> None:
    """Of both roles, one of which has keys only, and a place that is told without a community."""
    viewer = User("viewer", None, ("ssh-ed25519 AAAAB", "ssh-ed25519 AAAAC"), "operator", "")
    services = device.management.services
    device.management.services = replace(services, users=(viewer, *services.users), snmp_community=None)


def no_bfd(device: Switch) -> None:
    bgp = device.bgp
    bgp.bfd = None
    bgp.groups = tuple(replace(group, bfd=False) for group in bgp.groups)


def ports(device: Switch) -> None:
    """Ports of other kinds: a whole cage, one that negotiates, one without FEC, one laid out for growth."""
    whole, negotiates, plain, bare = device.ports
    whole.speed_gbps, whole.lanes, whole.breakout = 800, 8, 1
    negotiates.autoneg = True
    plain.fec, plain.mtu_bytes = "none", 1500
    bare.description, bare.unnumbered, bare.qos = None, False, None


def prefixes(device: Switch) -> None:
    """Every form of a rule of a prefix list."""
    rules = (
        PrefixRule(10, True, 0x0A000000, 8),
        PrefixRule(20, True, 0x0B000000, 8, ge=24),
        PrefixRule(30, False, 0x0C000000, 8, le=24),
        PrefixRule(40, True, 0x0D000000, 8, ge=16, le=24),
        PrefixRule(50, True, 0x0E000000, 8, ge=32, le=32),
    )
    device.bgp.prefix_lists = (replace(device.bgp.prefix_lists[0], rules=rules), *device.bgp.prefix_lists[1:])


CHANGES: tuple[Callable[[Switch], None], ...] = (
    no_roce,
    no_marking,
    no_watchdog,
    only_reports,
    odd_numbers,
    farther,
    no_lengths,
    flowlets,
    bare,
    accounts,
    no_bfd,
    ports,
    prefixes,
)


@pytest.mark.parametrize("unnumbered", [True, False], ids=["unnumbered", "numbered"])
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_switch_that_is_otherwise(
    change: Callable[[Switch], None], unnumbered: bool, renderer: Renderer, aristas: Writer
) -> None:
    device = devices.leaf(renderer.platforms["eos"], unnumbered=unnumbered)
    before = ours(device, renderer)
    change(device)
    after = ours(device, renderer)
    assert after != before
    assert after == aristas(device)


def test_a_leaf_whose_hosts_share_a_vlan(renderer: Renderer, aristas: Writer) -> None:
    device = devices.leaf(renderer.platforms["eos"], shared=True)
    assert device.svis
    assert ours(device, renderer) == aristas(device)


def test_a_leaf_whose_hosts_are_bundles(renderer: Renderer, aristas: Writer) -> None:
    device = devices.leaf(renderer.platforms["eos"], bonded=True)
    assert device.bonds
    assert ours(device, renderer) == aristas(device)


def test_switches_of_random_intents(aristas: Writer) -> None:
    compared = 0

    def first_of_each_role(written: dict[str, Any]) -> Iterator[Switch]:
        cluster, _ = checked(written)
        seen = set()
        for ref in cluster.refs() if cluster else ():
            if ref.role not in seen:
                seen.add(ref.role)
                device = build(cluster, RENDERER.platforms, ref)
                if isinstance(device, Switch) and device.platform == "eos":
                    yield device

    # no shrinking: a smaller intent takes minutes to find, and the first one says it too
    @settings(
        max_examples=25,
        deadline=None,
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(intents(CATALOG, "dcs-7060x6-64pe", "eos"), st.sampled_from(["hash", "flowlet"]))
    def run(written: dict[str, Any], load_balancing: str) -> None:
        nonlocal compared
        written["fabrics"]["compute"]["load-balancing"] = load_balancing
        for device in first_of_each_role(written):
            compared += 1
            assert ours(device, RENDERER) == aristas(device)

    run()
    assert compared > 0
