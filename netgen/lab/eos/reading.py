"""Reads what a running configuration means out of its tree."""

import ipaddress
from collections.abc import Callable, Iterator, Mapping
from ipaddress import IPv4Interface, IPv4Network
from typing import TypeAlias

from netgen.lab.eos.config import Block
from netgen.lab.eos.grammar import Line
from netgen.lab.eos.policy import PrefixList, Rule
from netgen.lab.eos.view import DEFAULT_VRF, Bgp, Interface, Neighbour, View

Values: TypeAlias = Mapping[str, str]

_NOTHING = Block("")


def read(config: Block) -> View:
    """Read a running configuration."""
    view = View()
    for key, line in config.lines.items():
        for beginning, reader in _READERS:
            if line.row.pattern.text.startswith(beginning):
                reader(view, line, config.blocks.get(key, _NOTHING))
                break
    for rules in view.route_maps.values():
        rules.sort(key=lambda rule: rule.sequence)
    if view.bgp and not view.bgp.router_id:
        view.bgp.router_id = _router_id(view)
    return view


def _read_interface(view: View, line: Line, block: Block) -> None:
    name = line.values["port"]
    interface = Interface(name, routed=line.row.enters not in {"ethernet", "bundle"})
    for kind, inner in _kinds(block):
        if setting := _INTERFACE.get(kind.split()[0]):
            setting(interface, inner)
    view.interfaces[name] = interface


def _kinds(block: Block) -> Iterator[tuple[str, Line]]:
    """Yield each line with its pattern, which says what kind of line it is."""
    for line in block.lines.values():
        yield line.row.pattern.text, line


def _set_description(interface: Interface, line: Line) -> None:
    interface.description = line.values["text"]


def _set_shutdown(interface: Interface, _: Line) -> None:
    interface.shutdown = True


def _set_mtu(interface: Interface, line: Line) -> None:
    interface.mtu = int(line.values["mtu"])


def _set_speed(interface: Interface, line: Line) -> None:
    interface.speed = line.values["speed"]


def _set_vrf(interface: Interface, line: Line) -> None:
    interface.vrf = line.values["vrf"]


def _set_ip(interface: Interface, line: Line) -> None:
    if not line.row.repeated:
        interface.address = IPv4Interface(line.values["address"])


def _set_ipv6(interface: Interface, line: Line) -> None:
    interface.ipv6 = interface.ipv6 or line.text == "ipv6 enable" or "address" in line.values


def _set_negation(interface: Interface, line: Line) -> None:
    interface.routed = interface.routed or line.text == "no switchport"
    interface.lldp_transmit = interface.lldp_transmit and line.text != "no lldp transmit"
    interface.lldp_receive = interface.lldp_receive and line.text != "no lldp receive"


_INTERFACE: Mapping[str, Callable[[Interface, Line], None]] = {
    "description": _set_description,
    "shutdown": _set_shutdown,
    "mtu": _set_mtu,
    "speed": _set_speed,
    "vrf": _set_vrf,
    "ip": _set_ip,
    "ipv6": _set_ipv6,
    "no": _set_negation,
}


def _read_hostname(view: View, line: Line, _: Block) -> None:
    view.hostname = line.values["name"]


def _read_domain(view: View, line: Line, _: Block) -> None:
    view.domain = line.values["domain"]


def _read_vrf(view: View, line: Line, _: Block) -> None:
    view.vrfs.append(line.values["vrf"])


def _read_api(view: View, _: Line, block: Block) -> None:
    """Read where the API listens; without a `protocol` of its own it speaks HTTPS."""
    texts = {line.text for line in block.lines.values()}
    if "no protocol https" in texts:
        return
    listening = {DEFAULT_VRF} if "no shutdown" in texts else set()
    for key, inner in block.blocks.items():
        if any(line.text == "no shutdown" for line in inner.lines.values()):
            listening.add(block.lines[key].values["vrf"])
    view.api_vrfs = frozenset(listening)


def _read_static(view: View, line: Line, _: Block) -> None:
    values = line.values
    via = values.get("via") or values["null"]
    view.static.append((values.get("vrf", DEFAULT_VRF), IPv4Network(values["prefix"]), via))


def _read_routing(view: View, line: Line, _: Block) -> None:
    if "vrf" not in line.values:
        view.ip_routing = True
        view.ipv4_over_ipv6 = line.text == "ip routing ipv6 interfaces"


def _read_ipv6_routing(view: View, _line: Line, _: Block) -> None:
    view.ipv6_routing = True


def _read_no_lldp(view: View, _line: Line, _: Block) -> None:
    view.lldp = False


def _read_as_path(view: View, line: Line, _: Block) -> None:
    entry = (line.values["action"] == "permit", line.values["regex"])
    view.as_path_lists.setdefault(line.values["list"], []).append(entry)


def _read_community(view: View, line: Line, _: Block) -> None:
    entry = (line.values["action"] == "permit", line.values["community"])
    view.community_lists.setdefault(line.values["list"], []).append(entry)


def _read_prefix_list(view: View, line: Line, block: Block) -> None:
    entries = []
    for inner in block.lines.values():
        values = inner.values
        network = IPv4Network(values["prefix"])
        low = values.get("eq", values.get("ge", str(network.prefixlen)))
        high = values.get("eq", values.get("le", "32" if "ge" in values else str(network.prefixlen)))
        entries.append((int(values["sequence"]), values["action"] == "permit", network, int(low), int(high)))
    view.prefix_lists[line.values["list"]] = PrefixList(sorted(entries, key=lambda entry: entry[0]))


def _read_route_map(view: View, line: Line, block: Block) -> None:
    rule = Rule(int(line.values["sequence"]), permit=line.values["action"] == "permit")
    for kind, inner in _kinds(block):
        for beginning, setting in _RULE:
            if kind.startswith(beginning):
                setting(rule, inner.values)
    view.route_maps.setdefault(line.values["map"], []).append(rule)


def _match_prefix_list(rule: Rule, values: Values) -> None:
    rule.prefix_list = values["list"]


def _match_as_path(rule: Rule, values: Values) -> None:
    rule.as_path_list = values["list"]


def _match_community(rule: Rule, values: Values) -> None:
    rule.community_list = values["list"]


def _match_never(rule: Rule, _: Values) -> None:
    rule.never = True


def _goes_on(rule: Rule, values: Values) -> None:
    rule.goes_on = int(values.get("sequence", -1))


def _set_prepend(rule: Rule, values: Values) -> None:
    rule.prepend = tuple(int(asn) for asn in values["asns"].split() if asn.isdigit())


def _set_community(rule: Rule, values: Values) -> None:
    words = frozenset(values["communities"].split())
    rule.communities = words - {"additive"}
    rule.additive = "additive" in words


def _set_preference(rule: Rule, values: Values) -> None:
    rule.local_preference = int(values["value"])


_RULE: tuple[tuple[str, Callable[[Rule, Values], None]], ...] = (
    ("match ip address prefix-list", _match_prefix_list),
    ("match as-path", _match_as_path),
    ("match community", _match_community),
    ("match ipv6", _match_never),
    ("match tag", _match_never),
    ("continue", _goes_on),
    ("set as-path prepend", _set_prepend),
    ("set community", _set_community),
    ("set local-preference", _set_preference),
)


def _read_bgp(view: View, line: Line, block: Block) -> None:
    bgp = Bgp(int(line.values["asn"]), "", [])
    family = next((inner for inner in block.blocks.values() if inner.mode == "bgp-ipv4"), _NOTHING)
    lines = [*block.lines.values(), *family.lines.values()]
    implicitly_active = all(each.text != "no bgp default ipv4-unicast" for each in lines)
    for each in lines:
        if setting := _BGP.get(each.row.pattern.text.split()[0]):
            setting(bgp, each)
    bgp.neighbours = [*_by_address(lines, active=implicitly_active), *_by_interface(lines, active=implicitly_active)]
    view.bgp = bgp


def _set_router_id(bgp: Bgp, line: Line) -> None:
    bgp.router_id = line.values["id"]


def _set_maximum_paths(bgp: Bgp, line: Line) -> None:
    paths = line.values["paths"]
    bgp.maximum_paths = min(int(paths), int(line.values.get("ecmp", paths)))


def _set_redistribute(bgp: Bgp, line: Line) -> None:
    bgp.redistribute[line.text.split()[1]] = line.values.get("map", "")


def _set_aggregate(bgp: Bgp, line: Line) -> None:
    bgp.aggregates[IPv4Network(line.values["prefix"])] = "summary" in line.values


def _set_network(bgp: Bgp, line: Line) -> None:
    bgp.networks[IPv4Network(line.values["prefix"])] = line.values.get("map", "")


_BGP: Mapping[str, Callable[[Bgp, Line], None]] = {
    "router-id": _set_router_id,
    "maximum-paths": _set_maximum_paths,
    "redistribute": _set_redistribute,
    "aggregate-address": _set_aggregate,
    "network": _set_network,
}


def _about(lines: list[Line], name: str) -> Iterator[Line]:
    return (line for line in lines if line.values.get("peer") == name)


def _by_address(lines: list[Line], *, active: bool) -> Iterator[Neighbour]:
    """Yield the peers named by address; what a peer does not say itself is taken from its group."""
    names = dict.fromkeys(line.values["peer"] for line in lines if "peer" in line.values)
    for name in names:
        if not _is_address(name):
            continue
        group = next((line.values["group"] for line in _about(lines, name) if "group" in line.values), "")
        neighbour = Neighbour(name, group=group, activated=active)
        for line in (*_about(lines, group), *_about(lines, name)):
            _apply(neighbour, line)
        yield neighbour


def _by_interface(lines: list[Line], *, active: bool) -> Iterator[Neighbour]:
    """Yield the unnumbered peers; they have only a group and an AS number."""
    for line in lines:
        if line.row.pattern.text.startswith("neighbor interface"):
            neighbour = Neighbour(
                line.values["port"], line.values["port"], group=line.values["group"], activated=active
            )
            for each in _about(lines, neighbour.group):
                _apply(neighbour, each)
            neighbour.remote_as = int(line.values["asn"])
            yield neighbour


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _apply(neighbour: Neighbour, line: Line) -> None:
    """Take over what a line says of a peer; the pattern's words after the peer tell which it is."""
    _, _, said = line.row.pattern.text.partition("> ")
    if setting := _NEIGHBOUR.get(said.split()[0]):
        setting(neighbour, line)


def _set_remote_as(neighbour: Neighbour, line: Line) -> None:
    neighbour.remote_as = int(line.values["asn"])


def _set_down(neighbour: Neighbour, _: Line) -> None:
    neighbour.shutdown = True


def _set_text(neighbour: Neighbour, line: Line) -> None:
    neighbour.description = line.values["text"]


def _set_active(neighbour: Neighbour, line: Line) -> None:
    neighbour.activated = not line.text.startswith("no ")


def _set_ipv6_next_hop(neighbour: Neighbour, _: Line) -> None:
    neighbour.ipv6_next_hop = True


def _set_send_community(neighbour: Neighbour, _: Line) -> None:
    neighbour.send_community = True


def _set_allowas_in(neighbour: Neighbour, line: Line) -> None:
    neighbour.allowas_in = int(line.values.get("times", 3))


def _set_maximum_routes(neighbour: Neighbour, line: Line) -> None:
    neighbour.maximum_routes = int(line.values["routes"])
    neighbour.maximum_routes_warning_only = "only" in line.values


def _set_peer_route_map(neighbour: Neighbour, line: Line) -> None:
    neighbour.route_map[line.values["direction"]] = line.values["map"]


def _set_peer_prefix_list(neighbour: Neighbour, line: Line) -> None:
    neighbour.prefix_list[line.values["direction"]] = line.values["list"]


_NEIGHBOUR: Mapping[str, Callable[[Neighbour, Line], None]] = {
    "remote-as": _set_remote_as,
    "shutdown": _set_down,
    "description": _set_text,
    "activate": _set_active,
    "next-hop": _set_ipv6_next_hop,
    "send-community": _set_send_community,
    "allowas-in": _set_allowas_in,
    "maximum-routes": _set_maximum_routes,
    "route-map": _set_peer_route_map,
    "prefix-list": _set_peer_prefix_list,
}


_READERS: tuple[tuple[str, Callable[[View, Line, Block], None]], ...] = (
    ("interface ", _read_interface),
    ("hostname ", _read_hostname),
    ("dns domain ", _read_domain),
    ("vrf instance ", _read_vrf),
    ("management api http-commands", _read_api),
    ("ip routing", _read_routing),
    ("ip route ", _read_static),
    ("ipv6 unicast-routing", _read_ipv6_routing),
    ("no lldp run", _read_no_lldp),
    ("ip as-path access-list ", _read_as_path),
    ("ip community-list ", _read_community),
    ("ip prefix-list ", _read_prefix_list),
    ("route-map ", _read_route_map),
    ("router bgp ", _read_bgp),
)


def _router_id(view: View) -> str:
    """Return the highest loopback address, else the highest of all."""
    addresses = [
        (port.name.startswith("Loopback"), port.address.ip) for port in view.interfaces.values() if port.address
    ]
    return str(max(addresses)[1]) if addresses else "0.0.0.0"  # noqa: S104 - no address at all, as EOS shows it
