"""A switch as Arista's own generator takes it: the device model in the keys of AVD's `eos_cli_config_gen` schema.

Written from the schema of the installed pyavd and from the device model; it knows nothing of netgen's templates. What
is a decision and no translation (that management has a VRF of its own, that a leaf names its policy after its group) is
stated here once more, by hand.
"""

from collections.abc import Iterator
from ipaddress import IPv4Address
from typing import Any

from netgen.cluster.roce import PortQos, TrafficClass
from netgen.device.attach import Bond
from netgen.device.model import Bgp, BgpGroup, BgpNeighbor, Port, PrefixRule, Services, Switch, User

Tree = dict[str, Any]

MANAGEMENT_PORT = "Management1"
OWN_ROUTES = "AS-OWN"
"""Name of the list of paths that hold nobody's AS."""


def structured(device: Switch) -> Tree:
    """Return a switch as a structured configuration, not validated."""
    services = device.management.services
    tree: Tree = {
        "aaa_root": {"disabled": True},
        "service_routing_protocols_model": "multi-agent",
        "lldp": {"vrf": services.vrf},
        "hostname": device.name,
        "spanning_tree": {"mode": "mstp"},
        "vrfs": [{"name": services.vrf, "ip_routing": False}],
        "management_api_http": {"enable_vrfs": [{"name": services.vrf}]},
        "vlans": [{"id": svi.vlan, "name": svi.name} for svi in device.svis],
        "vlan_interfaces": [
            {
                "name": f"Vlan{svi.vlan}",
                "description": svi.name,
                "mtu": svi.mtu_bytes,
                "ip_address": f"{IPv4Address(svi.ipv4)}/{svi.ipv4_length}",
            }
            for svi in device.svis
        ],
        "port_channel_interfaces": [_bundle(bond) for bond in device.bonds],
        "ethernet_interfaces": [_port(port) for port in device.ports],
        "loopback_interfaces": [
            {
                "name": "Loopback0",
                "description": "ROUTER_ID",
                "ip_address": f"{IPv4Address(device.loopback)}/32",
            }
        ],
        "management_interfaces": [
            {
                "name": MANAGEMENT_PORT,
                "description": "OOB_MANAGEMENT",
                "vrf": services.vrf,
                "ip_address": f"{IPv4Address(device.management.address)}/{device.management.length}",
            }
        ],
        "management_ssh": {
            "authentication": {"empty_passwords": "deny"} if _without_password(services) else None,
            "enable": False,
            "vrfs": [{"name": services.vrf, "enable": True}],
        },
        "eos_cli": "".join(f"!\n{native.text}\n" for native in device.native).removeprefix("!\n").rstrip("\n"),
    }
    tree |= _services(services) | _routing(device) | _quality(device.qos) | _buffers(device)
    tree["router_bgp"] = _bgp(device.bgp)
    return _said(tree)


def _said(tree: Tree) -> Tree:
    """Leave out what is not said; AVD's schema refuses a null."""
    pruned = {key: _said(value) if isinstance(value, dict) else value for key, value in tree.items()}
    return {key: value for key, value in pruned.items() if value not in (None, [], {}, "")}


def _services(services: Services) -> Tree:
    vrf = services.vrf
    snmp = services.snmp_community is not None or services.snmp_location is not None
    return {
        "local_users": [_user(user) for user in services.users],
        "aaa_authorization": {"exec": {"default": "local"}, "commands": {"all_default": "local"}}
        if services.users
        else None,
        "logging": {
            "vrfs": [
                {"name": vrf, "source_interface": MANAGEMENT_PORT, "hosts": [{"name": h} for h in services.syslog]}
            ]
        }
        if services.syslog
        else None,
        "ip_name_server": {"vrfs": [{"name": vrf, "servers": [{"ip_address": server} for server in services.dns]}]}
        if services.dns
        else None,
        "snmp_server": {
            "location": services.snmp_location,
            "communities": [{"name": services.snmp_community, "access": "ro"}] if services.snmp_community else None,
            "vrfs": [{"name": "default", "enable": False}, {"name": vrf, "enable": True}],
        }
        if snmp
        else None,
        "management_api_gnmi": {"provider": "eos-native", "transport": {"grpc": [{"name": "default", "vrf": vrf}]}}
        if services.gnmi
        else None,
        "ntp": {
            "local_interface": {"name": MANAGEMENT_PORT, "vrf": vrf},
            "vrf": vrf,
            "servers": [{"name": server} for server in services.ntp],
        }
        if services.ntp
        else None,
    }


def _user(user: User) -> Tree:
    administrates = user.role == "admin"
    found: Tree = {
        "name": user.name,
        "privilege": 15 if administrates else 1,
        "role": "network-admin" if administrates else "network-operator",
    }
    if user.password_hash is None:
        found["no_password"] = True
    else:
        found["sha512_password"] = user.password_hash
    return found | dict(zip(("ssh_key", "secondary_ssh_key"), user.ssh_keys, strict=False))


def _without_password(services: Services) -> bool:
    return any(user.password_hash is None for user in services.users)


def _bundle(bond: Bond) -> Tree:
    return _said(
        {
            "name": f"Port-Channel{bond.number}",
            "description": bond.description,
            "switchport": {"access_vlan": bond.vlan},
            "spanning_tree_portfast": "edge",
        }
    )


def _port(port: Port) -> Tree:
    found: Tree = {
        "name": port.name,
        "speed": f"{'auto ' if port.autoneg else ''}{port.speed_gbps}g-{port.lanes}",
        "error_correction_encoding": {"reed_solomon": True} if port.fec == "rs" else {"enabled": False},
    }
    if port.bond is not None:
        found |= {"channel_group": {"id": port.bond, "mode": "active"}, "lacp_timer": {"mode": "fast"}}
    elif port.vlan is None:
        found |= {"mtu": port.mtu_bytes, "switchport": {"enabled": False}}
    else:
        found |= {"switchport": {"access_vlan": port.vlan}, "spanning_tree_portfast": "edge"}
    if port.description is not None:
        found["description"] = port.description
    if not port.enabled:
        found["shutdown"] = True
    if port.ipv4 is not None:
        found["ip_address"] = f"{IPv4Address(port.ipv4)}/{port.ipv4_length}"
    if port.unnumbered:
        found["ipv6_enable"] = True
    if port.qos is not None:
        found["service_profile"] = port.qos.name
    return found


def _routing(device: Switch) -> Tree:
    services, bgp = device.management.services, device.bgp
    unnumbered = any(port.unnumbered for port in device.ports)
    valley_free = any(group.own_routes_only for group in bgp.groups)
    return {
        "ip_routing": True,
        "ip_routing_ipv6_interfaces": unnumbered or None,
        "ip_hardware": {"fib": {"load_balance_distribution": {"dynamic": {"enabled": True}}}}
        if device.load_balancing == "flowlet"
        else None,
        "ipv6_unicast_routing": unnumbered or None,
        "as_path": {"access_lists": [{"name": OWN_ROUTES, "entries": list(_paths(bgp))}]} if valley_free else None,
        "prefix_lists": [
            {
                "name": one.name,
                "sequence_numbers": [{"sequence": rule.sequence, "action": _action(rule)} for rule in one.rules],
            }
            for one in bgp.prefix_lists
        ],
        "static_routes": [
            {"vrf": services.vrf, "prefix": "0.0.0.0/0", "next_hop": str(IPv4Address(device.management.gateway))}
        ]
        if device.management.gateway is not None
        else None,
        "route_maps": list(_route_maps(bgp)),
        "router_bfd": {
            "interval": bgp.bfd.interval_ms,
            "min_rx": bgp.bfd.interval_ms,
            "multiplier": bgp.bfd.multiplier,
        }
        if bgp.bfd
        else None,
    }


def _paths(bgp: Bgp) -> Iterator[Tree]:
    yield {"type": "permit", "match": "^$", "origin": "any"}
    if any(group.hosts_routes_too for group in bgp.groups):
        yield {"type": "permit", "match": "^[1-4294967295]$", "origin": "any"}


def _action(rule: PrefixRule) -> str:
    words = ["permit" if rule.permit else "deny", f"{IPv4Address(rule.address)}/{rule.length}"]
    if rule.ge is not None and rule.ge == rule.le:
        words.append(f"eq {rule.ge}")
    else:
        words += [f"{word} {value}" for word, value in (("ge", rule.ge), ("le", rule.le)) if value is not None]
    return " ".join(words)


def _route_maps(bgp: Bgp) -> Iterator[Tree]:
    def one(name: str, *match: str) -> Tree:
        return {"name": name, "sequence_numbers": [{"sequence": 10, "type": "permit", "match": list(match)}]}

    yield one("RM-CONN-2-BGP", f"ip address prefix-list {bgp.originate_list}")
    for group in bgp.groups:
        yield one(f"RM-{group.name}-IN", f"ip address prefix-list {group.import_list}")
        own = [f"as-path {OWN_ROUTES}"] if group.own_routes_only else []
        yield one(f"RM-{group.name}-OUT", *own, f"ip address prefix-list {group.export_list}")


def _bgp(bgp: Bgp) -> Tree:
    unnumbered = {neighbor.group for neighbor in bgp.neighbors if neighbor.address is None}
    return {
        "as": str(bgp.asn),
        "router_id": str(IPv4Address(bgp.router_id)),
        "bgp": {"default": {"ipv4_unicast": False}},
        "maximum_paths": {"paths": bgp.maximum_paths, "ecmp": bgp.maximum_paths},
        "peer_groups": [_group(group) for group in bgp.groups],
        "neighbors": [_neighbor(neighbor) for neighbor in bgp.neighbors if neighbor.address is not None],
        "neighbor_interfaces": [
            {"name": neighbor.port, "peer_group": neighbor.group, "remote_as": str(neighbor.remote_asn)}
            for neighbor in bgp.neighbors
            if neighbor.address is None
        ],
        "aggregate_addresses": [
            {"prefix": f"{IPv4Address(address)}/{length}", "summary_only": True} for address, length in bgp.aggregates
        ],
        "redistribute": {"connected": {"enabled": True, "route_map": "RM-CONN-2-BGP"}},
        "address_family_ipv4": {
            "peer_groups": [
                {
                    "name": group.name,
                    "activate": True,
                    **(
                        {"next_hop": {"address_family_ipv6": {"enabled": True, "originate": True}}}
                        if group.name in unnumbered
                        else {}
                    ),
                }
                for group in bgp.groups
            ]
        },
    }


def _group(group: BgpGroup) -> Tree:
    return {
        "name": group.name,
        "bfd": group.bfd,
        "route_map_in": f"RM-{group.name}-IN",
        "route_map_out": f"RM-{group.name}-OUT",
        "maximum_routes": group.maximum_prefixes,
    }


def _neighbor(neighbor: BgpNeighbor) -> Tree:
    assert neighbor.address is not None
    return {
        "ip_address": str(IPv4Address(neighbor.address)),
        "peer_group": neighbor.group,
        "remote_as": str(neighbor.remote_asn),
        "description": neighbor.description,
    }


def _quality(policies: tuple[PortQos, ...]) -> Tree:
    if not policies:
        return {}
    qos = policies[0]
    queues: dict[int, list[int]] = {}
    for one in qos.classes:
        if one.traffic_class != 7:  # tied to queue 7
            queues.setdefault(one.queue, []).append(one.traffic_class)
    dog = qos.watchdog
    return {
        "qos_profiles": [_profile(one) for one in policies],
        "qos": {
            "map": {
                "dscp": [
                    f"{' '.join(map(str, sorted(one.dscp)))} to traffic-class {one.traffic_class}"
                    for one in qos.classes
                    if one.dscp
                ],
                "traffic_class": [
                    f"{' '.join(map(str, sorted(classes)))} to tx-queue {queue}" for queue, classes in queues.items()
                ],
            }
        },
        "priority_flow_control": {
            "watchdog": {
                "timeout": f"{dog.detect_ms / 1000:g}",
                "recovery_time": f"{dog.restore_ms / 1000:g}",
                "polling_interval": f"{dog.poll_ms / 1000:g}",
                "action": {"drop": "drop", "forward": "notify-only"}[dog.action],
            }
        }
        if dog
        else None,
    }


def _buffers(device: Switch) -> Tree:
    kept = [port.headroom.xoff_bytes for port in device.ports if port.headroom is not None]
    plan = device.buffers
    if plan is None or not kept:
        return {}
    ingress = {"threshold": str(plan.alpha), "headroom": {"memory": max(kept)}}
    pool = {"unit": "bytes", "limit": plan.headroom_pool_bytes}
    return {
        "platform": {
            "trident": {
                "mmu": {
                    "queue_profiles": [{"name": "ROCE", "ingress": ingress}],
                    "active_profile": "ROCE",
                    "headroom_pool": None if plan.headroom_pool_bytes is None else pool,
                }
            }
        }
    }


def _profile(qos: PortQos) -> Tree:
    seen: dict[int, TrafficClass] = {}
    for one in qos.classes:
        seen.setdefault(one.queue, one)
    found: Tree = {
        "name": qos.name,
        "trust": "dscp",
        "uc_tx_queues": [_queue(qos, seen[number]) for number in sorted(seen)],
    }
    if qos.lossless:
        found["priority_flow_control"] = {
            "enabled": True,
            "priorities": [{"priority": one.pfc_priority, "no_drop": True} for one in qos.lossless],
        }
        if qos.watchdog:
            found["priority_flow_control"]["watchdog"] = {"enabled": True}
    return found


def _queue(qos: PortQos, one: TrafficClass) -> Tree:
    marking = dict(qos.ecn).get(one.queue)
    found: Tree = {"id": one.queue, "priority": "priority strict" if one.strict else "no priority"}
    if one.cap_percent is not None:
        found["shape"] = {"rate": f"{one.cap_percent} percent"}
    if one.bandwidth_percent is not None:
        found["bandwidth_percent"] = one.bandwidth_percent
    if one.lossless and qos.watchdog:
        found["bandwidth_guaranteed_percent"] = 1
    if marking:
        found["random_detect"] = {
            "ecn": {
                "threshold": {
                    "units": "bytes",
                    "min": marking.min_bytes,
                    "max": marking.max_bytes,
                    "max_probability": marking.probability_percent,
                    "weight": 0,
                },
                "count": True,
            }
        }
    return found
