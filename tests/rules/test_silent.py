"""No false alarm: what an engineer who knows the platforms would write is not refused.

The intents here are valid by the reference of each platform, not because the rules let them pass: whole fabrics of one
platform or of two, at the speeds that the models have, with thresholds, cables and numbers within all bounds.
"""

from typing import Any

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from netgen.diagnostics.model import Severity
from tests.examples import at_most
from tests.rules.intents import CATALOG, RENDERER, SWITCH_PLATFORMS, among, checked, some

PROFILES = {400: ("hgx-h100-8x400g", "gb200-4x400g"), 800: ("hgx-b300-8x800g",)}
ROUTERS = {"frr"}
"""Platforms that route and leave queues to a driver: RoCE is for the others."""
NO_BUFFERS = {("sonic", "dcs-7060x6-64pe", 800)}
"""Ports for which the vendor ships no lossless buffers."""
ADVICE = {
    "NG426",  # optics with a gearbox join ports of other lanes
    "NG522",  # what a profile costs on a chip, in the worst case
    "NG523",  # headroom by a rule of thumb
    "NG524",  # a chip whose buffer nobody publishes
    "NG601",  # what a platform leaves out
}
"""Warnings that tell of the hardware and the platforms, and of nothing that somebody wrote wrongly."""


FEWEST_PORTS = 32
"""Of a switch in any place of the fabrics here."""


def models(platform: str, speed: int) -> list[str]:
    fitting = (model for model in CATALOG.switches.values() if platform in model.platforms)
    return [
        model.name
        for model in fitting
        if any(mode.speed_gbps == speed and mode.ports * model.cages >= FEWEST_PORTS for mode in model.breakouts)
        and (platform, model.name, speed) not in NO_BUFFERS
    ]


@st.composite
def valid(draw: st.DrawFn) -> dict[str, Any]:
    speed = draw(st.sampled_from(sorted(PROFILES)))
    platforms = [name for name in SWITCH_PLATFORMS if models(name, speed)]
    is_roce = draw(st.booleans())
    if is_roce:
        platforms = [name for name in platforms if name not in ROUTERS]
    leaf = draw(st.sampled_from(platforms))
    spine = draw(st.just(leaf) | st.sampled_from(platforms))
    tiers: dict[str, dict[str, Any]] = {
        role: {"model": draw(st.sampled_from(models(platform, speed))), "platform": platform}
        for role, platform in (("leaf", leaf), ("spine", spine))
    }
    units, hosts = draw(st.integers(1, 2)), draw(st.sampled_from([8, 16]))
    # two links from every leaf to every spine: 32 ports hold those of two units of eight rails
    tiers["spine"]["count"] = hosts // 2
    fabric: dict[str, Any] = {
        "kind": "rail-optimized",
        **tiers,
        "pools": {
            "hosts": "10.0.0.0/12",
            "loopbacks": "10.255.0.0/18",
            "links": draw(among("unnumbered", "10.128.0.0/14")),
        },
        "cables": {"host": draw(among("2m", "3m", "5m")), "spine": draw(among("10m", "30m", "40m"))},
        "mtu": draw(st.sampled_from([9000, 4400])),
        **draw(some(bfd=st.none() | some(multiplier=st.just(3)), asn=st.just({"base": 64_512}))),
    }
    if is_roce:
        fabric["roce"] = draw(
            some(
                profile=among("balanced", "throughput", "latency"),
                congestion_control=among("dcqcn", "none"),
                classes=st.just({"storage": {"dscp": [18], "traffic-class": 2, "queue": 2, "bandwidth": "5%"}}),
            )
        )
    return {
        "cluster": "c",
        "management": {"subnet": "172.20.0.0/20", "gateway": "172.20.0.1", "ntp": ["172.20.0.5"]},
        "hosts": {"profile": draw(st.sampled_from(PROFILES[speed]))},
        "pods": {"1": {"units": {f"1-{units}": {"hosts": f"1-{hosts}"}}, "capacity": {"units": 2}}},
        "fabrics": {"compute": fabric},
    }


@settings(max_examples=at_most(150), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(valid())
def test_a_valid_intent_is_neither_refused_nor_blamed(written: dict[str, Any]) -> None:
    cluster, findings = checked(written)
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    assert errors == []
    assert cluster is not None
    blamed = [f for f in findings if f.severity is Severity.WARNING and f.code not in ADVICE]
    assert blamed == []
    for finding in findings:
        event(finding.code)


def test_every_platform_of_switches_is_among_them():
    assert {name for name in SWITCH_PLATFORMS for speed in PROFILES if models(name, speed)} == set(SWITCH_PLATFORMS)
    assert set(RENDERER.platforms) >= ROUTERS
