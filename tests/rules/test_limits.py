"""Limits of platforms: data by name, one rule, one finding a number."""

import pytest

from netgen.rules.limits import BOUNDS, MEASURES, limits_of
from tests.rules.intents import RENDERER, findings, least

PLATFORMS = RENDERER.platforms


def told(code: str, written: dict) -> list[str]:
    return [finding.message for finding in findings(written) if finding.code == code]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_limit_of_a_platform_is_checked(platform):
    for name in PLATFORMS[platform].limits:
        bound, _, measure = name.partition("_")
        assert measure in MEASURES or bound not in BOUNDS, f"nobody checks {name}"


def test_every_measure_is_bounded_somewhere():
    bounded = {name.partition("_")[2] for platform in PLATFORMS.values() for name in limits_of(platform)}
    assert set(MEASURES) <= bounded


def test_what_is_just_within_passes():
    written = least("eos", roce={"watchdog": {"detect": "10ms", "restore": "60s", "poll": "5ms"}}, mtu=9214)
    assert told("NG602", written) == told("NG417", written) == []


@pytest.mark.parametrize(
    ("platform", "watchdog", "words"),
    [
        ("eos", {"detect": "205ms"}, "205 ms; Arista EOS takes multiples of 10 ms"),
        ("eos", {"detect": "8ms", "poll": "4ms"}, "8 ms; Arista EOS needs at least 10 ms"),
        ("sonic", {"detect": "5001ms"}, "5001 ms; SONiC takes at most 5000 ms"),
        ("sonic", {"poll": "50ms"}, "50 ms; SONiC needs at least 100 ms"),
        (
            "junos",
            {"detect": "250ms"},
            "250 ms is 2 polls of 100 ms and 50 ms more; Junos OS Evolved counts whole polls",
        ),
        ("junos", {"restore": "65536ms"}, "65536 ms; Junos OS Evolved takes at most 65535 ms"),
    ],
)
def test_the_watchdog_is_bounded_by_the_platform(platform, watchdog, words):
    assert any(message.endswith(words) for message in told("NG602", least(platform, roce={"watchdog": watchdog})))


def test_no_platform_bounds_what_it_leaves_out():
    assert told("NG602", least("frr", roce={"watchdog": {"detect": "8ms", "poll": "4ms"}})) == []


def test_one_number_is_one_finding_with_the_tightest_platform():
    written = least("sonic", spine="eos", roce={"watchdog": {"detect": "60001ms", "restore": "60s"}})
    [finding] = [f for f in findings(written) if f.code == "NG602"]
    assert finding.message == "the watchdog's detection is 60001 ms; SONiC takes at most 5000 ms"
    assert finding.notes == ("Arista EOS takes at most 60000 ms",)
    assert finding.path == ("fabrics", "compute", "roce", "watchdog", "detect")


def test_an_mtu_of_the_fabric_is_told_once_and_one_of_a_tier_there():
    [finding] = [f for f in findings(least("eos", mtu=9216)) if f.code == "NG417"]
    assert finding.path == ("fabrics", "compute", "mtu")
    written = least("eos", spine="sonic")
    written["hosts"]["mtu"] = 9216
    for role in ("leaf", "spine"):
        written["fabrics"]["compute"][role]["mtu"] = 9216
    [finding] = [f for f in findings(written) if f.code == "NG417"]
    assert finding.path == ("fabrics", "compute", "leaf", "mtu")


def test_a_gateway_is_asked_for_where_the_platform_needs_one():
    for platform, messages in (("eos", 0), ("sonic", 1)):
        written = least(platform)
        del written["management"]["gateway"]
        assert len(told("NG602", written)) == messages


def test_the_queue_that_the_watchdog_guards_has_the_number_of_its_priority():
    gpu = {"dscp": [26], "traffic-class": 3, "queue": 4, "pfc-priority": 3, "lossless": True}
    assert len(told("NG602", least("sonic", roce={"classes": {"gpu": gpu}}))) == 1
    assert told("NG602", least("sonic", roce={"classes": {"gpu": gpu}, "watchdog": None})) == []
    assert told("NG602", least("eos", roce={"classes": {"gpu": gpu}})) == []


def test_eos_keeps_traffic_class_7_in_queue_7():
    for queue, messages in ((7, 0), (5, 1)):
        control = {"dscp": [56], "traffic-class": 7, "queue": queue, "strict": True}
        assert len(told("NG602", least("eos", roce={"classes": {"control": control}}))) == messages
        assert told("NG602", least("sonic", roce={"classes": {"control": control}})) == []


def test_eos_has_no_map_from_traffic_class_to_pfc_priority():
    gpu = {"dscp": [26], "traffic-class": 3, "queue": 3, "pfc-priority": 4, "lossless": True}
    [message] = told("NG602", least("eos", roce={"classes": {"gpu": gpu}}))
    assert message == "gpu has traffic class 3 and PFC priority 4; Arista EOS needs the same number for both"


def test_eos_shares_out_what_is_below_a_weighted_queue():
    cnp = {"dscp": [48], "traffic-class": 6, "queue": 2, "strict": True}
    [message] = told("NG602", least("eos", roce={"classes": {"cnp": cnp}}))
    assert message == (
        "cnp is strict in queue 2, below weighted ones: 3; Arista EOS takes no weighted queue above a strict one"
    )
    assert told("NG602", least("eos", roce={"classes": {"cnp": cnp | {"queue": 5}}})) == []


NO_GAP = "Cisco NX-OS takes only the highest queues for strict priority, without a gap"
CNP = {"dscp": [48], "traffic-class": 6, "queue": 6, "strict": True}


@pytest.mark.parametrize(
    ("fabric", "words"),
    [
        ({"bfd": {"interval": "1s"}}, "BFD sends every 1000 ms; Cisco NX-OS takes at most 999 ms"),
        (
            {"roce": {"classes": {"cnp": CNP | {"queue": 5}}}},
            f"cnp is strict in queue 5, below 1 queue that is not; {NO_GAP}",
        ),
        (
            {"roce": {}, "cables": {"host": "5m", "spine": "101m"}},
            "lossless spine cables are 101 m long; Cisco NX-OS takes at most 100 m",
        ),
        (
            {"roce": {"watchdog": {"detect": "250ms"}}},
            "the watchdog's detection of 250 ms is 2 polls of 100 ms and 50 ms more; Cisco NX-OS counts whole polls",
        ),
        (
            {"roce": {"watchdog": {"detect": "2s"}}},
            "the watchdog's detection of 2000 ms is 20 polls of 100 ms; Cisco NX-OS takes at most 10",
        ),
        (
            {"roce": {"ecn": {"leaf": {"400G": {"min": "500001B", "max": "2MB", "probability": "5%"}}}}},
            "marking begins at 500001 B; Cisco NX-OS takes multiples of 1000 B",
        ),
    ],
)
def test_what_nxos_does_not_take_is_told(fabric, words):
    assert told("NG602", least("nxos", **fabric)) == [words]


def test_what_nxos_takes_is_not_told():
    written = least("nxos", roce={"classes": {"cnp": CNP}, "watchdog": {"detect": "1s", "restore": "10s"}})
    written["fabrics"]["compute"] |= {"bfd": {"interval": "999ms"}, "cables": {"host": "100m", "spine": "100m"}}
    assert told("NG602", written) == []


def cumulus(breakout: str = "2x400G", profile: str = "gb200-4x400g", **fabric: object) -> dict:
    written = least("cumulus", **fabric)
    written["hosts"]["profile"] = profile
    for role in ("leaf", "spine"):
        written["fabrics"]["compute"][role] |= {"model": "sn5600", "breakout": breakout}
    return written


def test_cumulus_has_one_number_for_traffic_class_and_priority():
    gpu = {"dscp": [26], "traffic-class": 3, "queue": 4, "pfc-priority": 5, "lossless": True}
    said = "gpu has traffic class 3 and PFC priority 5; Cumulus Linux needs the same number for both"
    assert told("NG602", cumulus(roce={"classes": {"gpu": gpu}})) == [said]
    assert told("NG602", cumulus(roce={"classes": {"gpu": {**gpu, "pfc-priority": 3}}})) == []
    assert told("NG602", least("sonic", roce={"classes": {"gpu": gpu}, "watchdog": None})) == []


def test_cumulus_counts_polls_until_a_queue_is_stuck():
    [finding] = [
        f for f in findings(cumulus(roce={"watchdog": {"detect": "250ms", "poll": "100ms"}})) if f.code == "NG602"
    ]
    assert finding.message == (
        "the watchdog's detection of 250 ms is 2 polls of 100 ms and 50 ms more; Cumulus Linux counts whole polls"
    )
    assert finding.path == ("fabrics", "compute", "roce", "watchdog", "detect")
    assert told("NG602", cumulus(roce={"watchdog": {"detect": "300ms", "poll": "100ms"}})) == []


def test_cumulus_spreads_packets_over_links_of_400g_at_most():
    by_packet = {"load-balancing": "per-packet"}
    assert told("NG602", cumulus(**by_packet)) == []
    assert told("NG602", cumulus("1x800G", "hgx-b300-8x800g")) == []
    assert told("NG602", cumulus("1x800G", "hgx-b300-8x800g", **by_packet)) == [
        "the packets of a flow are spread over links of 800G; Cumulus Linux takes at most 400 Gb/s"
    ]


@pytest.mark.parametrize("platform", ["linux", "ubuntu"])
def test_what_nics_cannot_be_told_is_refused(platform):
    """mlx5 counts a ceiling in eight bits of Gb/s, and passes over a cable of a kilometre."""
    cnp = {"dscp": [48], "traffic-class": 6, "queue": 6, "strict": {"cap": "70%"}}
    written = least("eos", roce={"classes": {"cnp": cnp}}, cables={"host": "1000m", "spine": "40m"})
    written["hosts"]["platform"] = platform
    title = PLATFORMS[platform].title
    found = {finding.path: finding.message for finding in findings(written) if title in finding.message}
    path = ("fabrics", "compute")
    assert found[*path, "roce", "classes", "cnp", "strict", "cap"] == (
        f"the ceiling of cnp is 70 % of 400G, 280000 Mb/s; {title} takes at most 255000 Mb/s"
    )
    assert found[*path, "cables", "host"] == f"lossless host cables are 1000 m long; {title} takes at most 999 m"
