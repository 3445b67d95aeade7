"""The underlay: BGP, its policies, adaptive routing.

Object model: NVUE reference, BGP, Router-Policy and Adaptive-Routing pages (templates/cumulus/SOURCES.md). Names of
route maps as in the platforms that run FRR by themselves.
"""

from netgen.device.model import Bfd, Bgp, BgpGroup, BgpNeighbor, PrefixRule, Switch
from netgen.device.text import ipv4
from netgen.platforms.cumulus.branch import ON, Branch, pruned

CONNECTED, OWN = "CONNECTED", "OWN"
"""The route map of what is originated, and the AS path list of what no other switch passed on."""

RULE = "10"
"""Number of the only rule of a route map."""


def router(device: Switch) -> Branch:
    """Build what holds for all routing tables: BGP itself, the policies, adaptive routing."""
    bgp = device.bgp
    return pruned(
        {
            "adaptive-routing": {"enable": ON} if device.load_balancing == "per-packet" else {},
            "bgp": {"autonomous-system": bgp.asn, "enable": ON, "router-id": ipv4(bgp.router_id)},
            "policy": _policy(bgp),
        }
    )


def _policy(bgp: Bgp) -> Branch:
    paths = ["^$"] if any(group.own_routes_only for group in bgp.groups) else []
    paths += ["^[0-9]+$"] if any(group.hosts_routes_too for group in bgp.groups) else []
    maps: Branch = {CONNECTED: _map({"ip-prefix-list": bgp.originate_list})}
    for group in bgp.groups:
        outbound: Branch = {"as-path-list": OWN} if group.own_routes_only else {}
        maps[f"{group.name}-IN"] = _map({"ip-prefix-list": group.import_list})
        maps[f"{group.name}-OUT"] = _map({**outbound, "ip-prefix-list": group.export_list})
    return pruned(
        {
            "as-path-list": {OWN: {"rule": _permitted(paths)}} if paths else {},
            "prefix-list": {
                one.name: {"rule": {str(rule.sequence): _rule(rule) for rule in one.rules}, "type": "ipv4"}
                for one in bgp.prefix_lists
            },
            "route-map": maps,
        }
    )


def _permitted(paths: list[str]) -> Branch:
    return {str(10 * number): {"action": "permit", "aspath-exp": path} for number, path in enumerate(paths, 1)}


def _map(match: Branch) -> Branch:
    return {"rule": {RULE: {"action": {"permit": {}}, "match": {**match, "type": "ipv4"}}}}


def _rule(rule: PrefixRule) -> Branch:
    lengths: Branch = {}
    if rule.ge is not None:
        lengths["min-prefix-len"] = rule.ge
    if rule.le is not None:
        lengths["max-prefix-len"] = rule.le
    prefix = f"{ipv4(rule.address)}/{rule.length}"
    return {"action": "permit" if rule.permit else "deny", "match": {prefix: lengths}}


def vrf(bgp: Bgp) -> Branch:
    """Build the sessions of the default routing table."""
    aggregates: Branch = {f"{ipv4(address)}/{length}": {"summary-only": ON} for address, length in bgp.aggregates}
    family: Branch = {
        "aggregate-route": aggregates,
        "enable": ON,
        "multipaths": {"ebgp": bgp.maximum_paths},
        "redistribute": {"connected": {"enable": ON, "route-map": CONNECTED}},
    }
    return {
        "router": {
            "bgp": pruned(
                {
                    "address-family": {"ipv4-unicast": pruned(family)},
                    "enable": ON,
                    "neighbor": dict(map(_neighbor, bgp.neighbors)),
                    "path-selection": {"multipath": {"aspath-ignore": ON}},
                    "peer-group": {group.name: _group(group, bgp.bfd) for group in bgp.groups},
                }
            )
        }
    }


def _group(group: BgpGroup, bfd: Bfd | None) -> Branch:
    times: Branch = {}
    if group.bfd and bfd is not None:
        times = {
            "detect-multiplier": bfd.multiplier,
            "enable": ON,
            "min-rx-interval": bfd.interval_ms,
            "min-tx-interval": bfd.interval_ms,
        }
    family: Branch = {
        "enable": ON,
        "policy": {"inbound": {"route-map": f"{group.name}-IN"}, "outbound": {"route-map": f"{group.name}-OUT"}},
        "prefix-limits": {"inbound": {"maximum": group.maximum_prefixes}},
    }
    return pruned({"address-family": {"ipv4-unicast": family}, "bfd": times})


def _neighbor(neighbor: BgpNeighbor) -> tuple[str, Branch]:
    numbered = neighbor.address is not None
    return neighbor.port if neighbor.address is None else ipv4(neighbor.address), {
        "description": neighbor.description,
        "peer-group": neighbor.group,
        "remote-as": neighbor.remote_asn,
        "type": "numbered" if numbered else "unnumbered",
    }
