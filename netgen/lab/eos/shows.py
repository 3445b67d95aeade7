"""What the show commands answer in JSON; the keys are those of EOS, as NAPALM's driver reads them."""

from collections.abc import Iterator
from ipaddress import IPv4Interface
from typing import Any

from netgen.lab.eos.config import Block
from netgen.lab.eos.device import Device
from netgen.lab.eos.fabric import Fabric
from netgen.lab.eos.grammar import natural
from netgen.lab.eos.routes import Rib
from netgen.lab.eos.view import DEFAULT_VRF, Interface, Neighbour, View
from netgen.lab.eos.wiring import Peering, hears, link_local, port_mac

Json = dict[str, Any]

_NEW_TIMER_KEYS = (4, 32)
"""From this release on the pending commit stands at the top: github.com/napalm-automation/napalm/issues/2166."""


def version(fabric: Fabric, device: Device) -> Json:
    """Answer ``show version``; `internalVersion` is longer than `version`, as on a switch."""
    release = device.node.os_version
    return {
        "mfgName": "Arista",
        "modelName": device.node.model,
        "hardwareRevision": "11.00",
        "serialNumber": device.serial,
        "systemMacAddress": port_mac(device.node.name, ""),
        "hwMacAddress": port_mac(device.node.name, ""),
        "configMacAddress": "00:00:00:00:00:00",
        "version": release,
        "architecture": "x86_64",
        "internalVersion": f"{release}-1.{''.join(character for character in release if character.isalnum())}",
        "internalBuildId": "00000000-0000-0000-0000-000000000000",
        "bootupTimestamp": device.booted_at_s,
        "uptime": round(fabric.clock() - device.booted_at_s, 2),
        "memTotal": 8000000,
        "memFree": 4000000,
        "isIntlVersion": False,
    }


def hostname(view: View) -> Json:
    """Answer ``show hostname``."""
    return {"hostname": view.hostname, "fqdn": f"{view.hostname}.{view.domain}" if view.domain else view.hostname}


def sessions(device: Device, *, detail: bool) -> Json:
    """Answer ``show configuration sessions [detail]`` in the form of the switch's release."""
    new_form = device.release()[:2] >= _NEW_TIMER_KEYS
    answer: Json = {"sessions": {}, "maxSavedSessions": 1, "maxOpenSessions": 5}
    timer = device.timer
    for session in device.sessions.values():
        shown: Json = {"state": "pending" if session.completed_at_s is None else "completed", "instances": {}}
        if session.completed_at_s is not None:
            shown["completedTime"] = session.completed_at_s
        if detail:
            shown |= {"commitUser": session.user, "description": ""}
        if timer and timer.session == session.name:
            shown["state"] = "committed" if new_form else "pendingCommitTimer"
            if not new_form:
                shown["commitBy"] = timer.deadline_s - device.booted_at_s
        answer["sessions"][session.name] = shown
    if detail:
        answer |= {"mergeOnCommit": False, "saveToStartupConfigOnCommit": False}
    if timer and new_form:
        # counted from the start of the switch, not of time: this is what NAPALM subtracts the uptime from
        answer |= {
            "commitTimerSessionName": timer.session,
            "commitTimerExpireTime": timer.deadline_s - device.booted_at_s,
        }
    return answer


def _status(interface: Interface, *, up: bool) -> tuple[str, str]:
    if interface.shutdown:
        return "disabled", "down"
    return ("connected", "up") if up else ("notconnect", "down")


def speed_bps(speed: str) -> int:
    """Return the rate that a `speed` line sets, ``400g-4``, in bits a second; 0 if there is none."""
    word = speed.rpartition(" ")[2].partition("-")[0].removesuffix("full")
    if word.endswith("g"):
        return int(word.removesuffix("g")) * 10**9
    return int(word) * 10**6 if word.isdigit() else 0


def _address(address: IPv4Interface) -> Json:
    primary = {"address": str(address.ip), "maskLen": address.network.prefixlen}
    return {"primaryIp": primary, "secondaryIpsOrderedList": []}


def interfaces(fabric: Fabric, device: Device, view: View) -> Json:
    """Answer ``show interfaces``."""
    shown = {}
    for port in sorted(view.interfaces.values(), key=lambda each: natural(each.name)):
        link = fabric.link(device.node.name, port.name)
        status, protocol = _status(port, up=link.up)
        shown[port.name] = {
            "name": port.name,
            "description": port.description,
            "interfaceStatus": status,
            "lineProtocolStatus": protocol,
            "hardware": "loopback" if port.name.startswith("Loopback") else "ethernet",
            "forwardingModel": "routed" if port.routed else "bridged",
            # a bridged port shows the largest frame, whatever its IP MTU
            "mtu": port.mtu if port.routed else 9214,
            "bandwidth": speed_bps(port.speed),
            "physicalAddress": port_mac(device.node.name, port.name),
            "lastStatusChangeTimestamp": link.since_s,
            "interfaceAddress": [_address(port.address)] if port.address else [],
            "interfaceCounters": {"linkStatusChanges": link.flaps},
        }
    return {"interfaces": shown}


def interfaces_ip(view: View) -> Json:
    """Answer ``show ip interface``."""
    return {
        "interfaces": {
            port.name: {
                "name": port.name,
                "vrf": port.vrf,
                "mtu": port.mtu,
                "interfaceAddress": _address(port.address),
            }
            for port in view.interfaces.values()
            if port.address
        }
    }


def _neighbours_heard(fabric: Fabric, device: Device, view: View) -> Iterator[tuple[str, tuple[str, str]]]:
    wiring = fabric.wiring()
    for port in sorted(view.interfaces, key=natural):
        heard = hears(wiring, device.node.name, port) if port.startswith("Ethernet") else None
        if heard:
            yield port, heard


def lldp(fabric: Fabric, device: Device, view: View) -> Json:
    """Answer ``show lldp neighbors``."""
    return {
        "lldpNeighbors": [
            {"port": port, "neighborDevice": name, "neighborPort": far, "ttl": 120}
            for port, (name, far) in _neighbours_heard(fabric, device, view)
        ]
    }


def lldp_detail(fabric: Fabric, device: Device, view: View, only: str) -> Json:
    """Answer ``show lldp neighbors [INTERFACE] detail``."""
    answer: Json = {port: {"lldpNeighborInfo": []} for port in view.interfaces if port.startswith("Ethernet")}
    for port, (name, far) in _neighbours_heard(fabric, device, view):
        answer[port]["lldpNeighborInfo"].append(
            {
                "systemName": name,
                "systemDescription": "",
                "chassisId": port_mac(name, "").replace(":", ""),
                "chassisIdType": "macAddress",
                "neighborInterfaceInfo": {
                    "interfaceId": f'"{far}"',
                    "interfaceIdType": "interfaceName",
                    "interfaceDescription": "",
                },
                "systemCapabilities": {"bridge": True, "router": True},
            }
        )
    return {"lldpNeighbors": {port: answer[port] for port in answer if only in ("", port)}}


def _peers(fabric: Fabric, device: Device, view: View, *, ipv6: bool) -> Iterator[tuple[Neighbour, Peering]]:
    for neighbour in view.bgp.neighbours if view.bgp else ():
        standing, _ = fabric.peering(device.node.name, neighbour.name)
        # until the other end is there, an unnumbered neighbour has no address, and EOS shows none
        if (":" in standing.address) == ipv6 and (":" in standing.address or "." in standing.address):
            yield neighbour, standing


def _prefixes(rib: Rib, name: str) -> int:
    return sum(name in paths for paths in rib.learned.values())


def bgp_summary(fabric: Fabric, device: Device, view: View) -> Json:
    """Answer ``show ip bgp summary vrf all``: the peers that carry IPv4, over IPv4 or not."""
    if view.bgp is None:
        return {"vrfs": {}}
    rib = fabric.routing().ribs.get(device.node.name, Rib())
    peers = {}
    for family in (False, True):
        for neighbour, standing in _peers(fabric, device, view, ipv6=family):
            received = _prefixes(rib, neighbour.name)
            peers[standing.address] = {
                "description": neighbour.description,
                "version": 4,
                "asn": str(neighbour.remote_as),
                "peerState": standing.state,
                "upDownTime": fabric.peering(device.node.name, neighbour.name)[1].since_s,
                "prefixReceived": received,
                "prefixAccepted": received,
                "underMaintenance": False,
                **({"peerStateIdleReason": standing.reason} if standing.state == "Idle" else {}),
            }
    return {"vrfs": {DEFAULT_VRF: {"vrf": DEFAULT_VRF, **_process(view), "peers": peers}}}


def bgp_summary_ipv6(view: View) -> Json:
    """Answer ``show ipv6 bgp summary vrf all``: no peer carries IPv6 prefixes here."""
    return {"vrfs": {DEFAULT_VRF: {"vrf": DEFAULT_VRF, **_process(view), "peers": {}}} if view.bgp else {}}


def _process(view: View) -> Json:
    return {"routerId": view.bgp.router_id, "asn": str(view.bgp.asn)} if view.bgp else {}


def bgp_neighbours(fabric: Fabric, device: Device, view: View, *, ipv6: bool) -> Json:
    """Answer ``show ip bgp neighbors vrf all``, and for the sessions over IPv6 ``show ipv6 bgp peers vrf all``."""
    if view.bgp is None:
        return {"vrfs": {}}
    name = device.node.name
    rib = fabric.routing().ribs.get(name, Rib())
    listed = []
    for neighbour, standing in _peers(fabric, device, view, ipv6=ipv6):
        since = fabric.peering(name, neighbour.name)[1]
        peer_bgp = fabric.view(standing.peer).bgp if standing.peer else None
        up = standing.state == "Established"
        shown: Json = {
            "peerAddress": standing.address,
            "asn": str(neighbour.remote_as),
            "localAsn": str(view.bgp.asn),
            "routerId": peer_bgp.router_id if peer_bgp and up else "0.0.0.0",  # noqa: S104 - as EOS shows no peer
            "localRouterId": view.bgp.router_id,
            "vrf": DEFAULT_VRF,
            "state": standing.state,
            "idleReason": standing.reason if standing.state == "Idle" else "",
            "description": neighbour.description,
            "peerGroupName": neighbour.group,
            "ifName": standing.port,
            "prefixesReceived": _prefixes(rib, neighbour.name),
            "prefixesSent": rib.sent.get(neighbour.name, 0),
            "v6PrefixesReceived": 0,
            "v6PrefixesSent": 0,
            "maxTotalRoutes": neighbour.maximum_routes,
            "establishedTransitions": since.flaps,
        }
        if up:
            shown["establishedTime"] = int(fabric.clock() - since.since_s)
        listed.append(shown)
    return {"vrfs": {DEFAULT_VRF: {"peerList": listed}}}


def routes(fabric: Fabric, device: Device, view: View, vrf: str) -> Json:
    """Answer ``show ip route [vrf NAME]``, equal-cost next hops as several `vias`."""
    shown = _bgp_routes(fabric, device) if vrf == DEFAULT_VRF else {}
    for port in view.interfaces.values():
        if port.address and port.routed and port.vrf == vrf and fabric.link(device.node.name, port.name).up:
            via = [{"interface": port.name}]
            shown[str(port.address.network)] = _route("connected", 0, via, directly_connected=True)
    for in_vrf, network, gateway in view.static:
        if in_vrf == vrf:
            hop = {"interface": gateway} if gateway == "Null0" else {"nexthopAddr": gateway}
            shown.setdefault(str(network), _route("static", 1, [hop]))
    return {
        "vrfs": {
            vrf: {
                "routingDisabled": not view.ip_routing,
                "allRoutesProgrammedHardware": True,
                "allRoutesProgrammedKernel": True,
                "defaultRouteState": "reachable" if "0.0.0.0/0" in shown else "notSet",
                "routes": {prefix: shown[prefix] for prefix in sorted(shown, key=natural)},
            }
        }
    }


def _bgp_routes(fabric: Fabric, device: Device) -> Json:
    rib = fabric.routing().ribs.get(device.node.name, Rib())
    shown = {}
    for prefix, paths in rib.best.items():
        vias = [_via(fabric, device, path.via) for path in paths if path.via]
        shown[str(prefix)] = (
            _route("eBGP", 200, vias) if vias else _route("bgpAggregate", 200, [{"interface": "Null0"}])
        )
    return shown


def _via(fabric: Fabric, device: Device, neighbour: str) -> Json:
    standing, _ = fabric.peering(device.node.name, neighbour)
    address = standing.address.partition("%")[0]
    return {"nexthopAddr": address, "interface": standing.port}


def _route(kind: str, preference: int, vias: list[Json], *, directly_connected: bool = False) -> Json:
    return {
        "routeType": kind,
        "routeAction": "forward",
        "directlyConnected": directly_connected,
        "hardwareProgrammed": True,
        "kernelProgrammed": True,
        "preference": preference,
        "metric": 0,
        "vias": vias,
    }


def vrfs(view: View) -> Json:
    """Answer ``show vrf``."""
    return {
        "vrfs": {
            name: {
                "routeDistinguisher": "",
                "vrfState": "up",
                "interfaces": [port.name for port in view.interfaces.values() if port.vrf == name],
            }
            for name in (DEFAULT_VRF, *view.vrfs)
        }
    }


def config_tree(config: Block) -> Json:
    """Answer ``show running-config`` in JSON: the tree of commands."""
    return {
        "cmds": {
            line.text: config_tree(config.blocks[key]) if key in config.blocks else None
            for key, line in config.lines.items()
        }
    }


def interface_ipv6(device: Device, view: View) -> Json:
    """Answer ``show ipv6 interface``."""
    return {
        "interfaces": {
            port.name: {
                "name": port.name,
                "vrf": port.vrf,
                "linkLocal": {"address": link_local(device.node.name, port.name), "subnet": "fe80::/64"},
                "addresses": [],
            }
            for port in view.interfaces.values()
            if port.ipv6
        }
    }
