"""What Junos asks of a configuration beyond the form of its statements; each rule says by whose word.

"Model" is Juniper's YANG model of the section (see `junos.yaml`), whose `must` statements carry these messages.
"""

import re
from collections.abc import Callable, Iterator

from tests.conformance.statements import Statement, paths, select

_INGRESS = {"lossless", "lossless-headroom", "lossy"}


def _ingress_partitions_are_whole(statements: list[Statement]) -> Iterator[str]:
    """Juniper, RoCEv2 on QFX5200 and later with Junos Evolved: all three partitions, 100 percent together."""
    for ingress in select(statements, "class-of-service", "shared-buffer", "ingress"):
        parts = {line.tokens[1]: line for line in select(ingress.below, "buffer-partition .*")}
        if parts and not parts.keys() >= _INGRESS:
            yield f"line {ingress.line}: the ingress partitions {sorted(_INGRESS - parts.keys())} are missing"
        shares = [int(line.tokens[-1]) for line in select(ingress.below, "buffer-partition .*", "percent .*")]
        if parts and sum(shares) != 100:
            yield f"line {ingress.line}: the ingress partitions add up to {sum(shares)} percent, not to 100"


def _profile_is_whole(statements: list[Statement]) -> Iterator[str]:
    """Model class-of-service: a watchdog needs `output`. Juniper, PFC: not DSCP and 802.1p in one profile."""
    for profile in select(statements, "class-of-service", "congestion-notification-profile", ".*"):
        if list(select(profile.below, "pfc-watchdog")) and not list(select(profile.below, "output")):
            yield f"line {profile.line}: pfc-watchdog in {profile.text!r} needs an output"
        if len(list(select(profile.below, "input", "dscp|ieee-802.1"))) > 1:
            yield f"line {profile.line}: {profile.text!r} has both DSCP and 802.1p code points"


def _curve_has_both_axes(statements: list[Statement]) -> Iterator[str]:
    """Juniper, CLI reference interpolate: as many probabilities as fill levels, which ascend."""
    for curve in select(statements, "class-of-service", "drop-profiles", ".*", "interpolate"):
        lists = {line.tokens[0]: [int(word) for word in line.tokens[1:] if word.isdigit()] for line in curve.below}
        levels, odds = lists.get("fill-level", []), lists.get("drop-probability", [])
        if len(levels) != len(odds) or levels != sorted(levels) or odds != sorted(odds):
            yield f"line {curve.line}: fill levels {levels} and probabilities {odds} make no rising curve"


def _routing_instance_of_management_is_on(statements: list[Statement]) -> Iterator[str]:
    """Juniper, Management Interface in a Nondefault Instance: mgmt_junos is there once management-instance is set."""
    used = [line for line in paths(statements) if re.search(r"(routing-instance|routing-instances) mgmt_junos", line)]
    if used and not list(select(statements, "system", "management-instance")):
        yield f"{used[0]!r}: needs 'system management-instance'"


def _advertised_ports_speak_ipv6(statements: list[Statement]) -> Iterator[str]:
    """Model protocols: family inet6 should be configured on an interface with router advertisement."""
    speaking = {
        f"{port.text}.{unit.tokens[1]}"
        for port in select(statements, "interfaces", ".*")
        for unit in select(port.below, "unit .*")
        if list(select(unit.below, "family inet6")) or list(select(unit.below, "family", "inet6"))
    }
    for line in select(statements, "protocols", "router-advertisement", "interface .*"):
        if line.tokens[1] not in speaking:
            yield f"line {line.line}: {line.tokens[1]} has router advertisement and no family inet6"


def _discovered_neighbours_have_a_way(statements: list[Statement]) -> Iterator[str]:
    """Model protocols: a dynamic neighbour must enable allow or peer-auto-discovery, and not both."""
    for line in select(statements, "protocols", "bgp", "group .*", "dynamic-neighbor .*"):
        if len(list(select(line.below, "allow .*|peer-auto-discovery"))) != 1:
            yield f"line {line.line}: {line.text!r} needs one of allow and peer-auto-discovery"


def _channels_are_there(statements: list[Statement]) -> Iterator[str]:
    """Model interfaces and Juniper/jvd: the channels of a port broken out into n are :0 to :n-1."""
    parts = {
        port.text: int(line.tokens[1])
        for port in select(statements, "interfaces", "et-.*")
        for line in select(port.below, "number-of-sub-ports .*")
    }
    for port in select(statements, "interfaces", "et-.*:.*"):
        parent, _, channel = port.text.partition(":")
        if int(channel) >= parts.get(parent, 8):
            yield f"line {port.line}: {port.text} is no channel of {parent}, which has {parts[parent]}"


def _bundles_are_there(statements: list[Statement]) -> Iterator[str]:
    """Juniper, Aggregated Ethernet Interfaces: no aeN is created beyond device-count; all above the link is aeN's."""
    counts = select(statements, "chassis", "aggregated-devices", "ethernet", "device-count .*")
    count = max((int(line.tokens[1]) for line in counts), default=0)
    known = {line.text for line in select(statements, "interfaces", "ae.*")}
    for port in select(statements, "interfaces", "et-.*"):
        for member in select(port.below, "(gig)?ether-options", "802.3ad .*"):
            if list(select(port.below, "unit .*|mtu .*")):
                yield f"line {port.line}: {port.text} is of {member.tokens[1]} and has a unit or an MTU of its own"
    for name in sorted(known):
        if int(name.removeprefix("ae")) >= count:
            yield f"{name} is not created: device-count is {count}"


RULES: tuple[Callable[[list[Statement]], Iterator[str]], ...] = (
    _ingress_partitions_are_whole,
    _profile_is_whole,
    _curve_has_both_axes,
    _routing_instance_of_management_is_on,
    _advertised_ports_speak_ipv6,
    _discovered_neighbours_have_a_way,
    _channels_are_there,
    _bundles_are_there,
)
"""All rules."""
