"""What holds between the parts of an NVUE tree: names that are used and defined, sums, and what excludes each other."""

from collections.abc import Callable, Iterator, Mapping
from ipaddress import ip_address, ip_interface
from typing import Any

Tree = Mapping[str, Any]
PROFILES = ("congestion-control", "egress-scheduler", "egress-shaper", "link-pause", "mapping", "pfc", "remark")
GLOBAL = "default-global"
"""The profile of ports that name none."""
FACTORY = {GLOBAL, "nvue-admin", "nvue-monitor", "system-admin"}
"""What is there whether or not it is used (roles: guide-bgp)."""


def at(tree: Any, *keys: str) -> Any:
    """Return what stands below some keys, or nothing."""
    for key in keys:
        tree = tree.get(key, {}) if isinstance(tree, Mapping) else {}
    return tree


def below(tree: Any, path: tuple[str, ...]) -> Iterator[Any]:
    """Yield what stands at a path; ``*`` is any key."""
    if not path:
        yield tree
    elif path[0] == "*":
        for one in tree.values() if isinstance(tree, Mapping) else ():
            yield from below(one, path[1:])
    elif isinstance(tree, Mapping) and path[0] in tree:
        yield from below(tree[path[0]], path[1:])


ADDRESSES = ("interface", "*", "ip", "address")
BGP = ("vrf", "*", "router", "bgp")
FAMILY = ("address-family", "*")
MATCH = ("router", "policy", "route-map", "*", "rule", "*", "match")
MAPS = (
    (*BGP, "peer-group", "*", *FAMILY, "policy", "*", "route-map"),
    (*BGP, "neighbor", "*", *FAMILY, "policy", "*", "route-map"),
    (*BGP, *FAMILY, "redistribute", "*", "route-map"),
)
USES: dict[tuple[str, ...], tuple[tuple[str, ...], ...]] = {
    ("router", "policy", "prefix-list"): (
        (*MATCH, "ip-prefix-list"),
        (*BGP, "peer-group", "*", *FAMILY, "policy", "*", "prefix-list"),
    ),
    ("router", "policy", "as-path-list"): (
        (*MATCH, "as-path-list"),
        (*BGP, "peer-group", "*", *FAMILY, "policy", "*", "aspath-list"),
    ),
    ("router", "policy", "route-map"): MAPS,
    ("vrf", "default", "router", "bgp", "peer-group"): ((*BGP, "neighbor", "*", "peer-group"),),
    ("service", "lldp", "application-tlv", "tcp-port"): (("interface", "*", "lldp", "application-tlv", "tcp-port"),),
    ("service", "lldp", "application-tlv", "udp-port"): (("interface", "*", "lldp", "application-tlv", "udp-port"),),
    ("system", "aaa", "class"): (("system", "aaa", "role", "*", "class"),),
    ("system", "aaa", "role"): (("system", "aaa", "user", "*", "role"),),
    **{("qos", kind): (("interface", "*", "qos", kind, "profile"),) for kind in PROFILES},
}
"""Where names are defined → where they are used."""
TABLES = (
    ("interface", "*", "ip", "vrf"),
    ("service", "dns"),
    ("service", "ntp"),
    ("system", "snmp-server", "listening-address", "*", "vrf"),
    ("system", "ssh-server", "vrf"),
    ("system", "syslog", "server", "*", "vrf"),
)
"""Where routing tables are named."""


def names(tree: Tree) -> Iterator[str]:
    """Every name that is used is defined, and the reverse."""
    for defined, uses in USES.items():
        have, used = set(at(tree, *defined)), {name for path in uses for name in _told(below(tree, path))}
        for name in sorted(used - have - {GLOBAL}):
            yield f"{'/'.join(defined)}: {name!r} is used and not defined"
        for name in sorted(have - used - FACTORY):
            yield f"{'/'.join(defined)}: {name!r} is defined and not used"


def tables(tree: Tree) -> Iterator[str]:
    """The routing tables of services and ports are the two that every image has, or are defined."""
    for path in TABLES:
        for name in _told(below(tree, path)):
            if name not in {"default", "mgmt", *at(tree, "vrf")}:
                yield f"{'/'.join(path)}: there is no routing table {name!r}"


def _told(found: Iterator[Any]) -> Iterator[str]:
    """Yield names: values, or keys of what stands there."""
    for one in found:
        yield from one if isinstance(one, Mapping) else (one,)


def bridges(tree: Tree) -> Iterator[str]:
    """The VLANs of switched ports and gateways are VLANs of the bridge."""
    domains = at(tree, "bridge", "domain")
    known = {vlan for domain in domains.values() for word in domain.get("vlan", {}) for vlan in _numbers(word)}
    for name, interface in at(tree, "interface").items():
        for domain, member in at(interface, "bridge", "domain").items():
            if domain not in domains:
                yield f"interface/{name}: there is no bridge {domain!r}"
            if member.get("access", next(iter(known))) not in known:
                yield f"interface/{name}: VLAN {member.get('access')} is not on the bridge"
        if interface.get("type") == "svi" and interface.get("vlan") not in known:
            yield f"interface/{name}: its VLAN is not on the bridge"


def _numbers(word: str) -> Iterator[int]:
    """Yield the numbers of a word such as ``1,3-5``."""
    for part in word.split(","):
        low, _, high = part.partition("-")
        yield from range(int(low), int(high or low) + 1)


def bundles(tree: Tree) -> Iterator[str]:
    """Guide, Bonding: an interface is of one bond at most, and its VLANs and addresses are the bond's."""
    owners: dict[str, str] = {}
    for name, interface in at(tree, "interface").items():
        for member in at(interface, "bond", "member"):
            port = at(tree, "interface", member)
            if member in owners:
                yield f"interface/{name}: {member} is of {owners[member]} already"
            if port.get("type") != "swp":
                yield f"interface/{name}: {member} is no port"
            if port.keys() & {"bridge", "ip"}:
                yield f"interface/{member}: it is of {name}, and has an address or a VLAN of its own"
            owners.setdefault(member, name)


def breakouts(tree: Tree) -> Iterator[str]:
    """A cage that is broken out has all its ports and no other; one that is not has none."""
    interfaces = at(tree, "interface")
    wanted: set[str] = set()
    for name, interface in interfaces.items():
        for mode in at(interface, "link", "breakout"):
            if mode in ("2x", "4x", "8x"):
                wanted |= {f"{name}s{number}" for number in range(int(mode[0]))}
    have = {name for name in interfaces if name.startswith("swp") and "s" in name[3:]}
    for name in sorted(wanted ^ have):
        yield f"interface/{name}: is not there though its cage is broken out so, or the reverse"


def neighbors(tree: Tree) -> Iterator[str]:
    """A session over a port is over one that there is, and one to an address is to a neighbour in a port's subnet."""
    interfaces = at(tree, "interface")
    subnets = [ip_interface(one).network for each in below(tree, ADDRESSES) for one in each if "/" in one]
    for name, neighbor in at(tree, "vrf", "default", "router", "bgp", "neighbor").items():
        if neighbor.get("type") == "unnumbered" and name not in interfaces:
            yield f"neighbor {name}: there is no such interface"
        if neighbor.get("type") == "numbered" and not any(ip_address(name) in subnet for subnet in subnets):
            yield f"neighbor {name}: is in no subnet of an interface"


def shares(tree: Tree) -> Iterator[str]:
    """What the guide says of sums (Quality-of-Service: bw-percent, memory-percent) and of thresholds."""
    for name, one in at(tree, "qos", "egress-scheduler").items():
        queues = at(one, "traffic-class")
        if sum(queue.get("bw-percent", 0) for queue in queues.values()) > 100:
            yield f"egress-scheduler {name}: more than 100 percent"
        for number, queue in queues.items():
            if (queue.get("mode") == "dwrr") != ("bw-percent" in queue):
                yield f"egress-scheduler {name}: queue {number} has a share if and only if it is weighted"
    pools = at(tree, "qos", "traffic-pool")
    if sum(pool.get("memory-percent", 0) for pool in pools.values()) > 100:
        yield "traffic-pool: more than 100 percent"
    for name, one in at(tree, "qos", "congestion-control").items():
        for number, queue in at(one, "traffic-class").items():
            if queue.get("min-threshold", 0) > queue.get("max-threshold", 1 << 32):
                yield f"congestion-control {name}: queue {number} ends to mark before it begins"


def flow_control(tree: Tree) -> Iterator[str]:
    """PFC needs a lossless pool (guide-qos: Flow Control Buffers), and a watchdog needs PFC (PFC Watchdog)."""
    if at(tree, "qos", "pfc") and "default-lossless" not in at(tree, "qos", "traffic-pool"):
        yield "qos/pfc: there is no pool for lossless traffic"
    for name, interface in at(tree, "interface").items():
        if "pfc-watchdog" in at(interface, "qos") and not at(interface, "qos", "pfc"):
            yield f"interface/{name}: a watchdog without PFC"


RULES: tuple[Callable[[Tree], Iterator[str]], ...] = (
    names,
    tables,
    bridges,
    bundles,
    breakouts,
    neighbors,
    shares,
    flow_control,
)
