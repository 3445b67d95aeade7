"""What NAPALM's getters return, made of what iproute2, FRR, lldpd and ping print: pure functions."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

_PING_COUNTS = re.compile(r"(\d+) packets transmitted, (\d+) received")
_PING_TIMES = re.compile(r"= ([\d.]+)/([\d.]+)/([\d.]+)(?:/([\d.]+))? ms")
_PING_REPLY = re.compile(r"from (\S+?):? .*time=([\d.]+) ms")


def interfaces(links: Iterable[Mapping[str, Any]], speeds_mbps: Mapping[str, float]) -> dict[str, dict[str, Any]]:
    """Return links by name.

    Parameters
    ----------
    links
        ``ip -j link show``.
    speeds_mbps
        Of ``/sys/class/net/*/speed``, for those that have one.
    """
    return {
        link["ifname"]: {
            # a carrier counts, not the state that some drivers never set ("UNKNOWN")
            "is_up": "LOWER_UP" in link["flags"] and "UP" in link["flags"],
            "is_enabled": "UP" in link["flags"],
            "description": link.get("ifalias", ""),
            "last_flapped": -1.0,
            "speed": speeds_mbps.get(link["ifname"], 0.0),
            "mtu": link["mtu"],
            "mac_address": link.get("address", "").upper(),
        }
        for link in links
    }


def interfaces_ip(links: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, dict[str, dict[str, int]]]]:
    """Return addresses by link and family, of ``ip -j address show``."""
    found: dict[str, dict[str, dict[str, dict[str, int]]]] = {}
    for link in links:
        for address in link.get("addr_info", ()):
            family = {"inet": "ipv4", "inet6": "ipv6"}.get(address["family"])
            if family and "local" in address:
                of_link = found.setdefault(link["ifname"], {})
                of_link.setdefault(family, {})[address["local"]] = {"prefix_length": address["prefixlen"]}
    return found


def lldp_neighbors_detail(shown: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Return neighbours by own port, of ``lldpcli -f json0 show neighbors details``: the form of lists throughout."""
    found: dict[str, list[dict[str, Any]]] = {}
    for lldp in shown.get("lldp", ()):
        for neighbor in lldp.get("interface", ()):
            chassis, port = _first(neighbor, "chassis"), _first(neighbor, "port")
            capabilities = chassis.get("capability", [])
            found.setdefault(neighbor["name"], []).append(
                {
                    "parent_interface": "",
                    "remote_port": _value(port, "id"),
                    "remote_port_description": _value(port, "descr"),
                    "remote_chassis_id": _value(chassis, "id"),
                    "remote_system_name": _value(chassis, "name"),
                    "remote_system_description": _value(chassis, "descr"),
                    "remote_system_capab": [item["type"].lower() for item in capabilities],
                    "remote_system_enable_capab": [item["type"].lower() for item in capabilities if item["enabled"]],
                }
            )
    return found


def _first(node: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    items = node.get(key) or [{}]
    return items[0]  # type: ignore[no-any-return]  # JSON


def _value(node: Mapping[str, Any], key: str) -> str:
    return str(_first(node, key).get("value", ""))


def lldp_neighbors(detail: Mapping[str, Iterable[Mapping[str, Any]]]) -> dict[str, list[dict[str, str]]]:
    """Return the short form of `lldp_neighbors_detail`: a neighbour without a name is known by its chassis."""
    return {
        name: [{"hostname": n["remote_system_name"] or n["remote_chassis_id"], "port": n["remote_port"]} for n in found]
        for name, found in detail.items()
    }


def bgp_neighbors(summary: Mapping[str, Any], details: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return BGP sessions by VRF (``global``: the default one) and neighbour.

    Parameters
    ----------
    summary
        ``show bgp vrf all summary json``: who is there, and how many prefixes.
    details
        ``show bgp vrf all neighbors json``: the neighbours' router ids and descriptions.
    """
    found: dict[str, dict[str, Any]] = {}
    for vrf, families in summary.items():
        for family, table in families.items():
            if not isinstance(table, Mapping) or "peers" not in table:
                continue
            of_vrf = found.setdefault(
                "global" if vrf == "default" else vrf, {"router_id": table.get("routerId", ""), "peers": {}}
            )
            for name, peer in table["peers"].items():
                detail = details.get(vrf, {}).get(name, {})
                entry = of_vrf["peers"].setdefault(name, _bgp_peer(peer, detail))
                entry["address_family"]["ipv6" if family.startswith("ipv6") else "ipv4"] = _bgp_prefixes(
                    peer, detail, family
                )
    return found


def _bgp_peer(peer: Mapping[str, Any], detail: Mapping[str, Any]) -> dict[str, Any]:
    is_up = peer["state"] == "Established"
    return {
        "local_as": peer["localAs"],
        "remote_as": peer["remoteAs"],
        "remote_id": detail.get("remoteRouterId", ""),
        "is_up": is_up,
        # FRR's words for a session that an operator shut
        "is_enabled": "(Admin)" not in peer["state"] and not detail.get("adminShutDown", False),
        "description": detail.get("nbrDesc", peer.get("desc", "")),
        "uptime": peer.get("peerUptimeMsec", 0) // 1000 if is_up else -1,
        "address_family": {},
    }


def _bgp_prefixes(peer: Mapping[str, Any], detail: Mapping[str, Any], family: str) -> dict[str, int]:
    accepted = detail.get("addressFamilyInfo", {}).get(family, {}).get("acceptedPrefixCounter", peer.get("pfxRcd", 0))
    if peer["state"] != "Established":
        return {"received_prefixes": -1, "accepted_prefixes": -1, "sent_prefixes": -1}
    return {
        "received_prefixes": peer.get("pfxRcd", 0),
        "accepted_prefixes": accepted,
        "sent_prefixes": peer.get("pfxSnt", 0),
    }


def frr_routes(shown: Mapping[str, Any], table: str) -> dict[str, list[dict[str, Any]]]:
    """Return the routes of ``show ip route ... json`` by prefix, a route a next hop."""
    found: dict[str, list[dict[str, Any]]] = {}
    for prefix, routes in shown.items():
        for route in routes:
            for hop in route.get("nexthops", ()):
                selected = bool(route.get("selected"))
                found.setdefault(prefix, []).append(
                    {
                        "protocol": str(route["protocol"]).upper(),
                        "current_active": selected,
                        "last_active": selected,
                        "age": _seconds(route.get("uptime", "")),
                        "next_hop": hop.get("ip", ""),
                        "outgoing_interface": hop.get("interfaceName", ""),
                        "selected_next_hop": bool(hop.get("fib")),
                        "preference": route.get("distance", 0),
                        "inactive_reason": "" if selected else "another protocol is preferred",
                        "routing_table": table,
                        "protocol_attributes": {},
                    }
                )
    return found


def _seconds(uptime: str) -> int:
    """Return FRR's three ways to print an age (``00:01:02``, ``1d02h03m``, ``1w2d03h``) in seconds."""
    if match := re.fullmatch(r"(\d+):(\d+):(\d+)", uptime):
        hours, minutes, seconds = map(int, match.groups())
        return hours * 3600 + minutes * 60 + seconds
    units_s = {"y": 31_536_000, "w": 604_800, "d": 86_400, "h": 3600, "m": 60}
    return sum(int(number) * units_s[unit] for number, unit in re.findall(r"(\d+)([ywdhm])", uptime))


def kernel_next_hops(routes: Iterable[Mapping[str, Any]]) -> dict[str, list[dict[str, str]]]:
    """Return what the kernel forwards by: next hops by prefix, of ``ip -j route show``.

    A next hop is a gateway (empty on a connected route) and a device. One that is dead or has no carrier does not
    count, nor does a route that one of a lower metric outdoes.
    """
    best: dict[str, tuple[int, list[dict[str, str]]]] = {}
    for route in routes:
        hops = [
            _hop(hop) for hop in route.get("nexthops", [route]) if not {"dead", "linkdown"} & set(hop.get("flags", ()))
        ]
        prefix, metric = _prefix(route["dst"]), int(route.get("metric", 0))
        if hops and (prefix not in best or metric < best[prefix][0]):
            best[prefix] = (metric, hops)
    return {prefix: hops for prefix, (_, hops) in best.items()}


def _hop(hop: Mapping[str, Any]) -> dict[str, str]:
    return {"gateway": hop.get("gateway") or hop.get("via", {}).get("host", ""), "interface": hop.get("dev", "")}


def _prefix(destination: str) -> str:
    """Return a destination with its length, which iproute2 leaves out for a single address."""
    if "/" in destination or not re.fullmatch(r"[0-9a-f.:]+", destination):
        return destination  # also "default"
    return f"{destination}/{128 if ':' in destination else 32}"


def ping_result(text: str) -> dict[str, Any]:
    """Return NAPALM's answer to a ping, of iputils' output; an output without counts is the error itself."""
    counts = _PING_COUNTS.search(text)
    if counts is None:
        return {"error": " ".join(text.split()) or "ping said nothing"}
    sent, received = map(int, counts.groups())
    times = _PING_TIMES.search(text)
    minimum, average, maximum, deviation = (float(part or 0) for part in times.groups()) if times else (0.0,) * 4
    return {
        "success": {
            "probes_sent": sent,
            "packet_loss": sent - received,
            "rtt_min": minimum,
            "rtt_max": maximum,
            "rtt_avg": average,
            "rtt_stddev": deviation,
            "results": [{"ip_address": ip, "rtt": float(rtt)} for ip, rtt in _PING_REPLY.findall(text)],
        }
    }


def os_release(text: str) -> dict[str, str]:
    """Return the fields of os-release(5)."""
    pairs = (line.split("=", 1) for line in text.splitlines() if "=" in line)
    return {key: value.strip().strip('"') for key, value in pairs}


def kernel_routes(routes: Iterable[Mapping[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Return the kernel's routes in NAPALM's form, of ``ip -j route show``."""
    found: dict[str, list[dict[str, Any]]] = {}
    for route in routes:
        for hop in route.get("nexthops", [route]):
            found.setdefault(_prefix(route["dst"]), []).append(
                {
                    "protocol": route.get("protocol", "").upper(),
                    "current_active": True,
                    "last_active": True,
                    "age": -1,
                    "next_hop": _hop(hop)["gateway"],
                    "outgoing_interface": _hop(hop)["interface"],
                    "selected_next_hop": not {"dead", "linkdown"} & set(hop.get("flags", ())),
                    "preference": route.get("metric", 0),
                    "inactive_reason": "",
                    "routing_table": str(route.get("table", "main")),
                    "protocol_attributes": {},
                }
            )
    return found
