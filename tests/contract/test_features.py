"""What platform.yaml says that a platform expresses is what it does: with the feature, its files are others.

Each test here is a cell of docs/platforms.md.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from netgen.cluster.roce import PortQos, TrafficClass
from netgen.device.model import Host, Native, PrefixRule, Services, Switch
from netgen.platforms.features import ETHERNET_KINDS, FEATURES
from netgen.platforms.load import load_platforms
from netgen.platforms.model import Kind, Platform
from netgen.platforms.page import page
from netgen.record import replace
from netgen.render.device import Renderer, make_renderer, render_device
from netgen.render.errors import RenderError
from netgen.resources.load import resources
from tests import devices
from tests.contract.test_platforms import samples

FOUND = resources()
ROOT = Path(__file__).parents[2]
KNOWN = load_platforms(FOUND)
PLATFORMS = {name: platform for name, platform in KNOWN.items() if set(platform.kinds) & set(ETHERNET_KINDS)}
Change = Callable[[Switch | Host], None]


@cache
def renderer() -> Renderer:
    return make_renderer(FOUND)


def ports(**fields: object) -> Change:
    """Change every port that is cabled."""

    def change(device: Switch | Host) -> None:
        for port in device.ports:
            if port.peer_device is not None:
                for field, value in fields.items():
                    setattr(port, field, value)

    return change


def bgp(change: Callable[[Switch], None]) -> Change:
    return lambda device: change(device) if isinstance(device, Switch) else None


def speaker(change: Callable[[Switch | Host], None]) -> Change:
    """Change what speaks BGP, a host among it."""
    return lambda device: change(device) if device.bgp is not None else None


def groups(**fields: object) -> Change:
    return speaker(lambda d: setattr(d.bgp, "groups", tuple(replace(group, **fields) for group in d.bgp.groups)))


def qos(change: Callable[[PortQos], PortQos]) -> Change:
    def changed(device: Switch | Host) -> None:
        known = {id(port.qos): change(port.qos) for port in device.ports if port.qos is not None}
        for port in device.ports:
            port.qos = known.get(id(port.qos))
        if isinstance(device, Switch):
            device.qos = tuple(known.values())

    return changed


def traffic(name: str, change: Callable[[TrafficClass], TrafficClass]) -> Change:
    return qos(lambda q: replace(q, classes=tuple(change(c) if c.name == name else c for c in q.classes)))


def services(**fields: object) -> Change:
    def change(device: Switch | Host) -> None:
        given: Services = device.management.services
        device.management.services = replace(given, **fields)

    return change


def mute(device: Switch | Host) -> None:
    """Let hosts speak no BGP, and a leaf pass on nothing of theirs."""
    if isinstance(device, Host):
        device.bgp = device.loopback = None
    else:
        device.bgp.groups = tuple(replace(group, hosts_routes_too=False) for group in device.bgp.groups)


def without_bfd(switch: Switch | Host) -> None:
    switch.bgp.bfd = None
    switch.bgp.groups = tuple(replace(group, bfd=False) for group in switch.bgp.groups)


def other_prefixes(switch: Switch | Host) -> None:
    rule = PrefixRule(990, True, 0x0A630000, 16)
    switch.bgp.prefix_lists = tuple(replace(one, rules=(*one.rules, rule)) for one in switch.bgp.prefix_lists)


def other_watchdog(**fields: object) -> Change:
    return qos(lambda q: replace(q, watchdog=None if q.watchdog is None else replace(q.watchdog, **fields)))


def moved(device: Switch | Host) -> None:
    for port in device.ports:
        if port.ipv4 is not None:
            port.ipv4 += 0x10000
    if isinstance(device, Switch):
        for neighbor in device.bgp.neighbors:
            if neighbor.address is not None:
                neighbor.address += 0x10000


def farther(device: Switch | Host) -> None:
    """Give all ports cables for which every chip asks more headroom."""
    for port in device.ports:
        port.cable_m = 400
        port.headroom = None if port.headroom is None else devices.room(device.model, 400)


def numbered(switch: Switch) -> None:
    """Give the ends of unnumbered links addresses."""
    for number, port in enumerate(port for port in switch.ports if port.unnumbered):
        port.unnumbered, port.ipv4 = False, 0x0A640000 + 2 * number
        for neighbor in switch.bgp.neighbors:
            if neighbor.port == port.name:
                neighbor.address = port.ipv4 + 1


def loosened(device: Switch | Host) -> None:
    """Make the ports of bundles ones of their own."""
    device.bonds = ()
    for port in device.ports:
        port.bond = None


NO_USERS = tuple(replace(user, ssh_keys=()) for user in devices.services().users)
PROBES: dict[str, Change] = {
    "descriptions": ports(description="another one"),
    "breakout": ports(breakout=4, lanes=2),
    "fec": ports(fec="none"),
    "autoneg": ports(autoneg=True),
    "host-bgp": mute,
    "svi": bgp(lambda d: setattr(d, "svis", tuple(replace(svi, vlan=svi.vlan + 1) for svi in d.svis))),
    "bond": loosened,
    "numbered": moved,
    "unnumbered": bgp(numbered),
    "bfd": speaker(without_bfd),
    "ecmp": speaker(lambda d: setattr(d.bgp, "maximum_paths", 2)),
    "prefix-filters": speaker(other_prefixes),
    "own-routes-only": groups(own_routes_only=False),
    "maximum-prefixes": groups(maximum_prefixes=77),
    "aggregates": bgp(lambda d: setattr(d.bgp, "aggregates", ())),
    "dscp-map": traffic("gpu", lambda c: replace(c, dscp=(24,))),
    "queue-map": qos(
        lambda q: replace(
            q,
            classes=tuple(replace(c, queue=5) if c.name == "gpu" else c for c in q.classes),
            ecn=tuple((5, ecn) for _, ecn in q.ecn),
        )
    ),
    "pfc": traffic("gpu", lambda c: replace(c, pfc_priority=None)),
    "watchdog": qos(lambda q: replace(q, watchdog=None)),
    "watchdog-forward": other_watchdog(action="forward"),
    "ecn": qos(lambda q: replace(q, ecn=())),
    "weighted-queues": traffic("gpu", lambda c: replace(c, bandwidth_percent=40)),
    "strict-queues": traffic("cnp", lambda c: replace(c, strict=False, bandwidth_percent=5, cap_percent=None)),
    "strict-cap": traffic("cnp", lambda c: replace(c, cap_percent=None)),
    "headroom": farther,
    "flowlet": bgp(lambda d: setattr(d, "load_balancing", "flowlet")),
    "per-packet": bgp(lambda d: setattr(d, "load_balancing", "per-packet")),
    "ntp": services(ntp=()),
    "syslog": services(syslog=()),
    "snmp": services(snmp_community=None, snmp_location=None),
    "gnmi": services(gnmi=False),
    "dns": services(dns=()),
    "users": services(users=()),
    "ssh-keys": services(users=NO_USERS),
    "native": bgp(lambda d: setattr(d, "native", [Native("another line", "reason", "origin")])),
}
STANDING = {
    "lldp": "every port speaks it, and no intent turns it off",
    "dcbx": "it goes with PFC, and no intent turns it off",
    "management-vrf": "management always has one, and no intent takes it away",
}
"""Features that no intent changes: the sources say how the platform has them."""
SAID_ALL_THE_SAME = {("eos", "watchdog-forward"), ("nxos", "users")}
"""Cells that say no and yet change something: what comes nearest is rendered, as the reason tells."""


def told_apart(platform: Platform, feature: str) -> bool:
    """Whether a change of the feature is seen in the files of any sample."""
    for before, after in zip(samples(platform), samples(platform), strict=True):
        old = render_device(before, renderer())
        PROBES[feature](after)
        try:
            if render_device(after, renderer()) != old:
                return True
        except RenderError:
            # what it takes to say no, such as headroom for an unknown cable, is said
            return True
    return False


def test_every_feature_is_tried():
    assert {*PROBES, *STANDING} == set(FEATURES)


@pytest.mark.parametrize("feature", PROBES)
@pytest.mark.parametrize("name", PLATFORMS)
def test_cell(name: str, feature: str):
    platform = PLATFORMS[name]
    if platform.expresses[feature] is None:
        assert told_apart(platform, feature)
    elif (name, feature) not in SAID_ALL_THE_SAME and Kind.HOST not in platform.kinds:
        assert not told_apart(platform, feature)


@pytest.mark.parametrize("feature", STANDING)
@pytest.mark.parametrize("name", [name for name, platform in PLATFORMS.items() if Kind.SWITCH in platform.kinds])
def test_standing_cell(name: str, feature: str):
    if PLATFORMS[name].expresses[feature] is None:
        word = {"lldp": "lldp", "dcbx": "dcb", "management-vrf": "management vrf"}[feature]
        assert word in (ROOT / "templates" / name / "SOURCES.md").read_text().lower()


def test_the_page_of_platforms_is_up_to_date():
    assert (ROOT / "docs/platforms.md").read_text() == page(KNOWN.values()), (
        "python -m netgen.platforms.page > docs/platforms.md"
    )
