"""Whether a text configuration defines all that it uses, and uses all that it defines."""

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Named:
    """One kind of named object: patterns with one group, the name, matched at the start of a stripped line."""

    defined: str
    used: tuple[str, ...]


EOS = {
    "qos profile": Named(r"qos profile (\S+)", (r"service-profile (\S+)",)),
    "prefix list": Named(r"ip prefix-list (\S+)", (r"match ip address prefix-list (\S+)",)),
    "as-path list": Named(r"ip as-path access-list (\S+)", (r"match as-path (\S+)",)),
    "route map": Named(r"route-map (\S+)", (r"neighbor \S+ route-map (\S+)", r"redistribute \S+ route-map (\S+)")),
    "peer group": Named(
        r"neighbor (\S+) peer group$", (r"neighbor \S+ peer group (\S+)", r"neighbor interface \S+ peer-group (\S+)")
    ),
    "vrf": Named(
        r"vrf instance (\S+)",
        (
            r"vrf (?!instance )(\S+)",
            r"no ip routing vrf (\S+)",
            r"(?:ip route|logging|ip name-server|ntp server|ntp local-interface|snmp-server) vrf (\S+)",
            r"lldp management-address vrf (\S+)",
        ),
    ),
}
"""Arista EOS. Every VRF but the built-in ``default`` is defined."""

FRR = {
    "prefix list": Named(r"ip prefix-list (\S+)", (r"match ip address prefix-list (\S+)",)),
    "as-path list": Named(r"bgp as-path access-list (\S+)", (r"match as-path (\S+)",)),
    "route map": Named(r"route-map (\S+)", (r"neighbor \S+ route-map (\S+)", r"redistribute \S+ route-map (\S+)")),
    "peer group": Named(r"neighbor (\S+) peer-group$", (r"neighbor \S+ (?:interface )?peer-group (\S+)",)),
    "BFD profile": Named(r"profile (\S+)", (r"neighbor \S+ bfd profile (\S+)",)),
}
"""FRR's frr.conf."""


def dangling(text: str, kinds: Mapping[str, Named]) -> dict[str, tuple[set[str], set[str]]]:
    """List what does not refer, or is not referred to.

    Returns
    -------
    dict[str, tuple[set[str], set[str]]]
        Kind → names that are used but not defined, and names that are defined but not used; kinds without
        either are left out.
    """
    lines = [line.strip() for line in text.splitlines()]
    found = {}
    for kind, named in kinds.items():
        defined = _names(lines, (named.defined,))
        used = _names(lines, named.used)
        if defined != used:
            found[kind] = (used - defined, defined - used)
    return found


def _names(lines: list[str], patterns: tuple[str, ...]) -> set[str]:
    return {match[1] for line in lines for pattern in patterns if (match := re.match(pattern, line))}
