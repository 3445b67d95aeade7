"""A leaf-spine as a user of Arista AVD describes it: the inputs of `eos_designs`, switch by switch.

What AVD derives is left to it: neighbours, AS numbers and descriptions at both ends of every uplink, loopbacks, peer
groups, prefix lists and route maps of the underlay. Uplinks are named at their lower end, and hosts are at routed
interfaces of the default VRF. What its design knows nothing of, such as RoCE, is given in the words of the structured
configuration, as its documentation has it.
"""

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address
from typing import Any

from netgen.cluster.fabric import Fabric
from netgen.cluster.numbers import Pool
from netgen.device.model import PortRole, Role, Switch
from tests.conformance.eos_structured import structured

Inputs = dict[str, Any]

TYPES = {Role.LEAF: "l3leaf", Role.SPINE: "spine", Role.SUPERSPINE: "super-spine"}
KEYS = {Role.LEAF: "l3leaf", Role.SPINE: "spine", Role.SUPERSPINE: "super_spine"}
"""Kinds of nodes, and the keys that describe them."""
OWN_WORDS = (
    "aaa_root",
    "as_path",
    "ip_hardware",
    "lldp",
    "logging",
    "management_api_gnmi",
    "management_ssh",
    "ntp",
    "platform",
    "priority_flow_control",
    "qos",
    "qos_profiles",
    "router_bfd",
)
"""What is said in the words of the structured configuration."""


def designs(fabric: Fabric, devices: Sequence[Switch]) -> dict[str, Inputs]:
    """Return the inputs of every switch, by name.

    Each holds its own node only, which is kind to AVD: see `group_variables`.
    """
    ids = {device.name: number for role in Role for number, device in enumerate(_of(devices, role), 1)}
    return {device.name: _inputs(fabric, device, ids[device.name]) for device in devices}


def group_variables(own: dict[str, Inputs], devices: Sequence[Switch]) -> dict[str, Inputs]:
    """Return the inputs of every switch as AVD's examples have them: variables of a group, with the nodes of all.

    What the nodes of a role have in common is said once, under its defaults.
    """
    shared: Inputs = {}
    for device in devices:
        key = KEYS[device.role]
        given = own[device.name]
        [node] = given[key]["nodes"]
        words = {"structured_config": node["structured_config"]}
        group = shared.setdefault(key, {"defaults": words, "nodes": []})
        alike = group["defaults"] == words
        group["nodes"].append({name: said for name, said in node.items() if name != "structured_config" or not alike})
        for name, said in given.items():
            if name == "tenants":
                [tenant] = shared.setdefault(
                    name, [{"name": "HOSTS", "vrfs": [{"name": "default", "l3_interfaces": []}]}]
                )
                tenant["vrfs"][0]["l3_interfaces"] += said[0]["vrfs"][0]["l3_interfaces"]
            elif name not in (key, "type"):
                shared[name] = said
    return {device.name: shared | {"type": TYPES[device.role]} for device in devices}


def _of(devices: Sequence[Switch], role: Role) -> Iterator[Switch]:
    return (device for device in devices if device.role is role)


def _inputs(fabric: Fabric, device: Switch, number: int) -> Inputs:
    said = structured(device)
    services = device.management.services
    found: Inputs = {
        "fabric_name": device.cluster,
        "type": TYPES[device.role],
        "underlay_routing_protocol": "ebgp",
        "overlay_routing_protocol": "none",
        "p2p_uplinks_mtu": device.ports[0].mtu_bytes,
        "underlay_rfc5549": False,
        "mgmt_interface_vrf": services.vrf,
        "mgmt_gateway": str(IPv4Address(device.management.gateway or 0)),
        "mgmt_interface": "Management1",
        "bgp_peer_groups": {"ipv4_underlay_peers": {"name": "UNDERLAY", "bfd": True}},
        KEYS[device.role]: {"nodes": [_node(fabric, device, number, said)]},
    }
    if device.role is Role.LEAF:
        found["tenants"] = [
            {"name": "HOSTS", "vrfs": [{"name": "default", "l3_interfaces": list(_hosts(device, said))}]}
        ]
    return found


def _node(fabric: Fabric, device: Switch, number: int, said: Inputs) -> Inputs:
    management = device.management
    node: Inputs = {
        "name": device.name,
        "id": number,
        "mgmt_ip": f"{IPv4Address(management.address)}/{management.length}",
        "loopback_ipv4_pool": _prefix(fabric.numbers.loopbacks),
        "loopback_ipv4_address": str(IPv4Address(device.loopback)),
        "bgp_as": str(device.bgp.asn),
        "structured_config": {key: said[key] for key in OWN_WORDS if key in said},
    }
    if device.role is Role.LEAF:
        node["vtep"] = False
    uplinks = [port for port in device.ports if port.role is PortRole.UPLINK]
    if uplinks:
        words = {port["name"]: port for port in said["ethernet_interfaces"]}
        kept = ("error_correction_encoding", "service_profile")
        both = {key: words[uplinks[0].name][key] for key in kept}
        node |= {
            "max_uplink_switches": len(uplinks),
            "uplink_ipv4_pool": _prefix(fabric.numbers.links) if fabric.numbers.links else None,
            "uplink_switches": [port.peer_device for port in uplinks],
            "uplink_interfaces": [port.name for port in uplinks],
            "uplink_switch_interfaces": [port.peer_port for port in uplinks],
            "uplink_interface_speed": words[uplinks[0].name]["speed"],
            "uplink_ethernet_structured_config": both,
            "uplink_switch_ethernet_structured_config": both,
        }
    return node


def _hosts(device: Switch, said: Inputs) -> Iterator[Inputs]:
    """Yield the routed interfaces to hosts."""
    words = {port["name"]: port for port in said["ethernet_interfaces"]}
    for port in device.ports:
        if port.role is PortRole.HOST:
            kept = ("speed", "error_correction_encoding", "service_profile", "mtu")
            yield {
                "nodes": [device.name],
                "interfaces": [port.name],
                "ip_addresses": [words[port.name]["ip_address"]],
                "description": port.description,
                "structured_config": {key: words[port.name][key] for key in kept},
            }


def _prefix(pool: Pool) -> str:
    return f"{IPv4Address(pool.address)}/{pool.length}"
