"""Whether a text configuration defines all that it uses, and uses all that it defines."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Named:
    """One kind of named object: patterns, matched at the start of a stripped line, whose groups are the name.

    Several groups are joined by dots. `builtin` matches the names that are there without a definition; what
    `stands_alone` does its work without being named elsewhere.
    """

    defined: str
    used: tuple[str, ...]
    builtin: str = "(?!)"
    stands_alone: bool = False


EOS = {
    "qos profile": Named(r"qos profile (\S+)", (r"service-profile (\S+)",)),
    "prefix list": Named(r"ip prefix-list (\S+)", (r"match ip address prefix-list (\S+)",)),
    "as-path list": Named(r"ip as-path access-list (\S+)", (r"match as-path (\S+)",)),
    "route map": Named(r"route-map (\S+)", (r"neighbor \S+ route-map (\S+)", r"redistribute \S+ route-map (\S+)")),
    "peer group": Named(
        r"neighbor (\S+) peer group$", (r"neighbor \S+ peer group (\S+)", r"neighbor interface \S+ peer-group (\S+)")
    ),
    "buffer profile": Named(
        r"platform trident mmu queue profile (\S+)$", (r"platform trident mmu queue profile (\S+) apply$",)
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


_ROUTER = r"router bgp \S+ (?:neighbor|template peer) \S+ "

NXOS = {
    "class map": Named(
        r"class-map type qos \S+ (\S+)", (r"policy-map type qos \S+ class (\S+)",), builtin="class-default"
    ),
    "qos policy": Named(r"policy-map type qos (\S+)", (r"(?:.* )?service-policy type qos input (\S+)",)),
    "queuing policy": Named(
        r"policy-map type queuing (\S+)", (r"(?:.* )?service-policy type queuing (?:input|output) (\S+)",)
    ),
    "network-qos policy": Named(
        r"policy-map type network-qos (\S+)", (r"(?:.* )?service-policy type network-qos (\S+)",)
    ),
    "prefix list": Named(
        r"ip(?:v6)? prefix-list (\S+)",
        (
            *(
                r"route-map .* match ip(?:v6)? address prefix-list " + r"\S+ " * before + r"(\S+)"
                for before in range(3)
            ),
            _ROUTER + r"address-family \S+ unicast prefix-list (\S+)",
        ),
    ),
    "as-path list": Named(
        r"ip as-path access-list (\S+)",
        (r"route-map .* match as-path (\S+)", _ROUTER + r"address-family \S+ unicast filter-list (\S+)"),
    ),
    "route map": Named(
        r"route-map (\S+)",
        (r"router bgp .* (?:route-map|attribute-map|advertise-map|suppress-map) (\S+)",),
    ),
    "peer template": Named(r"router bgp \S+ template peer (\S+)", (r"router bgp .* inherit peer (\S+)",)),
    "vrf": Named(
        r"vrf context (\S+)", (r"interface \S+ vrf member (\S+)", r".* use-vrf (\S+)"), builtin="default|management"
    ),
    "interface": Named(
        r"interface (\S+)$",
        (
            r"router bgp .*neighbor (Ethernet\S+)",
            r".*(?:update-source|source-interface)(?: traps| informs)? ((?:loopback|Vlan|port-channel)\d+)",
        ),
        stands_alone=True,
    ),
    "port channel": Named(r"interface port-channel(\d+)", (r"interface \S+ channel-group (\d+)",)),
}
"""Cisco NX-OS, each line with those above it. The VRFs ``default`` and ``management`` are there from the start."""

_PEER = r"(?:routing-instances \S+ )?protocols bgp (?:group \S+ )?(?:neighbor \S+ )?"
_TERM = r"policy-options policy-statement \S+ (?:term \S+ )?"

JUNOS = {
    "forwarding class": Named(
        r"class-of-service forwarding-classes class (\S+)",
        (
            r"class-of-service (?:classifiers|rewrite-rules) \S+ \S+ forwarding-class (\S+)",
            r"class-of-service scheduler-maps \S+ forwarding-class (\S+)",
            r"class-of-service host-outbound-traffic forwarding-class (\S+)",
            r"class-of-service interfaces \S+ unit \S+ forwarding-class (\S+)",
            _TERM + r"then forwarding-class (\S+)",
        ),
        builtin="best-effort|network-control|expedited-forwarding|assured-forwarding|fcoe|no-loss|mcast",
    ),
    "classifier": Named(
        r"class-of-service classifiers (\S+) (\S+)",
        (r"class-of-service interfaces \S+ (?:unit \S+ )?classifiers (\S+) (\S+)",),
        builtin=r"\S+\.default",
    ),
    "rewrite rule": Named(
        r"class-of-service rewrite-rules (\S+) (\S+)",
        (r"class-of-service interfaces \S+ (?:unit \S+ )?rewrite-rules (\S+) (\S+)",),
        builtin=r"\S+\.default",
    ),
    "drop profile": Named(
        r"class-of-service drop-profiles (\S+)", (r"class-of-service schedulers .* drop-profile (\S+)",)
    ),
    "scheduler": Named(r"class-of-service schedulers (\S+)", (r"class-of-service scheduler-maps .* scheduler (\S+)",)),
    "scheduler map": Named(
        r"class-of-service scheduler-maps (\S+)", (r"class-of-service interfaces .* scheduler-map (\S+)",)
    ),
    "congestion notification profile": Named(
        r"class-of-service congestion-notification-profile (\S+)",
        (r"class-of-service interfaces \S+ congestion-notification-profile (\S+)",),
    ),
    "policy": Named(
        r"policy-options policy-statement (\S+)",
        (
            _PEER + r"(?:import|export) (\S+)",
            r"routing-options forwarding-table export (\S+)",
            r"(?:routing-instances \S+ )?routing-options (?:rib \S+ )?aggregate .* policy (\S+)",
            r"routing-instances \S+ protocols evpn ip-prefix-routes export (\S+)",
            _TERM + r"from policy (\S+)",
        ),
    ),
    "prefix list": Named(r"policy-options prefix-list (\S+)", (_TERM + r"(?:from|to) prefix-list(?:-filter)? (\S+)",)),
    "route filter list": Named(r"policy-options route-filter-list (\S+)", (_TERM + r"from route-filter-list (\S+)",)),
    "community": Named(
        r"policy-options community (\S+)",
        (_TERM + r"(?:from|to) community (\S+)", _TERM + r"then community \S+ (\S+)"),
    ),
    "as-path": Named(r"policy-options as-path (\S+)", (_TERM + r"(?:from|to) as-path (\S+)",)),
    "as-list": Named(
        r"policy-options as-list (\S+)",
        (_PEER + r"peer-as-list (\S+)", _TERM + r"(?:from|to) as-path-\S+ as-list (\S+)"),
    ),
    "routing instance": Named(
        r"routing-instances (\S+)",
        (r"(?:system|snmp) .*routing-instance (\S+)",),
        builtin="mgmt_junos",
        stands_alone=True,
    ),
    "login class": Named(
        r"system login class (\S+)",
        (r"system login user \S+ class (\S+)",),
        builtin="super-user|operator|read-only|unauthorized",
    ),
    "interface": Named(
        r"interfaces (\S+) unit (\S+)",
        (
            r"protocols (?:bgp .* )?(?:router-advertisement )?(?:peer-auto-discovery )?interface (\S+\.\d+)",
            r"vlans \S+ l3-interface (\S+)",
            r"routing-instances \S+ interface (\S+)",
        ),
        stands_alone=True,
    ),
    "vlan": Named(r"vlans (\S+)", (r"interfaces .* vlan members (\S+)",), builtin="all|default", stands_alone=True),
    "aggregated interface": Named(r"interfaces (ae\d+)", (r"interfaces .* 802\.3ad (ae\d+)",)),
}
"""Juniper Junos, each statement with those above it, a line for each member of a list."""


def dangling(text: str, kinds: Mapping[str, Named]) -> dict[str, tuple[set[str], set[str]]]:
    """List what does not refer, or is not referred to.

    Returns
    -------
    dict[str, tuple[set[str], set[str]]]
        Kind → names that are used but not defined, and names that are defined but not used; kinds without
        either are left out.
    """
    patterns = tuple(pattern for named in kinds.values() for pattern in (named.defined, *named.used))
    names_of: dict[str, set[str]] = {pattern: set() for pattern in patterns}
    for line in text.splitlines():
        for pattern, name in _names(line.strip(), patterns):
            names_of[pattern].add(name)
    found = {}
    for kind, named in kinds.items():
        defined = set(names_of[named.defined])
        used = set().union(*(names_of[pattern] for pattern in named.used))
        for names in (defined, used):
            names -= {name for name in names if re.fullmatch(named.builtin, name)}
        unused = set() if named.stands_alone else defined - used
        if used - defined or unused:
            found[kind] = (used - defined, unused)
    return found


# A text is tried again and again with one line changed.
@lru_cache(maxsize=100_000)
def _names(line: str, patterns: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return the patterns that a line follows, each with the name in it."""
    matches = ((pattern, re.match(pattern, line)) for pattern in patterns)
    return tuple((pattern, ".".join(match.groups())) for pattern, match in matches if match)
