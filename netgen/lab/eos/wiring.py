"""What follows from the cables: which links are up, who hears whom by LLDP, which BGP sessions stand."""

import hashlib
from collections.abc import Mapping
from ipaddress import IPv6Address, ip_address

from netgen.lab.eos.view import DEFAULT_VRF, Interface, Neighbour, View
from netgen.lab.spec import LabCable
from netgen.record import Record

Port = tuple[str, str]
"""A node's name and the name of one of its ports."""

_SHORT_NAMES = (("Ethernet", "Et"), ("Management", "Ma"), ("Loopback", "Lo"))


class Wiring(Record):
    """The lab as it is laid at one moment.

    Parameters
    ----------
    far
        The other end of each cabled port, in both directions.
    views
        What the running configuration of each live switch means; a switch that is off is not here.
    hosts
        The hosts: ends that are always up, and say their name by LLDP.
    mute
        Switches whose LLDP agent is stopped.
    no_bgp
        Switches whose BGP agent is stopped.
    """

    far: Mapping[Port, Port]
    views: Mapping[str, View]
    hosts: frozenset[str]
    mute: frozenset[str] = frozenset()
    no_bgp: frozenset[str] = frozenset()


class Peering(Record):
    """How one BGP neighbour of a switch stands.

    Parameters
    ----------
    peer, peer_name
        The switch at the other end and the name under which it knows this one; empty if nobody answers.
    address
        The peer's address as EOS shows it, a link-local one with its interface.
    state
        ``Established``, ``Active`` or ``Idle``.
    reason
        For people: why it is not established.
    port
        The local interface that leads to it.
    """

    peer: str
    peer_name: str
    address: str
    state: str
    reason: str
    port: str


def far_ends(cables: list[LabCable]) -> dict[Port, Port]:
    """Return the other end of each cabled port."""
    far: dict[Port, Port] = {}
    for cable in cables:
        far[cable.a_node, cable.a_port] = (cable.b_node, cable.b_port)
        far[cable.b_node, cable.b_port] = (cable.a_node, cable.a_port)
    return far


def link_fault(wiring: Wiring, node: str, port: str) -> str:
    """Return why a port of a live switch has no link, or nothing if it is up.

    Both ends must be there and not shut, and run at one speed; a host takes the switch's speed.
    """
    near = wiring.views[node].interfaces[port]
    if near.shutdown:
        return "shut"
    if not port.startswith("Ethernet"):
        return ""
    peer, peer_port = wiring.far.get((node, port), ("", ""))
    if peer in wiring.hosts:
        return ""
    return _other_end_fault(wiring, near, peer, peer_port)


def _other_end_fault(wiring: Wiring, near: Interface, peer: str, peer_port: str) -> str:
    if not peer:
        return "not cabled"
    opposite = wiring.views[peer].interfaces.get(peer_port) if peer in wiring.views else None
    if opposite is None:
        return "nothing at the other end"
    if opposite.shutdown:
        return "shut at the other end"
    return "" if near.speed == opposite.speed else "the other end runs at another speed"


def hears(wiring: Wiring, node: str, port: str) -> tuple[str, str] | None:
    """Return the name and the port that the LLDP neighbour at a port says of itself, if one is heard."""
    view = wiring.views[node]
    near = view.interfaces[port]
    if not view.lldp or not near.lldp_receive or node in wiring.mute or link_fault(wiring, node, port):
        return None
    peer, peer_port = wiring.far.get((node, port), ("", ""))
    if peer in wiring.hosts:
        return (peer, peer_port)
    if peer not in wiring.views or peer in wiring.mute:
        return None
    opposite = wiring.views[peer]
    if not opposite.lldp or not opposite.interfaces[peer_port].lldp_transmit:
        return None
    return (opposite.hostname, peer_port)


def peering(wiring: Wiring, node: str, neighbour: Neighbour) -> Peering:
    """Return how a BGP neighbour stands: established iff both ends configure each other over a link that is up."""
    view = wiring.views[node]
    near = _towards(view, neighbour)
    if near is None:
        return Peering("", "", neighbour.name, "Idle", "no interface leads to it", "")
    shown = neighbour.name
    peer, peer_port = wiring.far.get((node, near.name), ("", ""))
    opposite = wiring.views.get(peer)
    if neighbour.interface:
        shown = f"{link_local(peer, peer_port)}%{short_name(near.name)}" if opposite else neighbour.name
    if neighbour.shutdown:
        return Peering("", "", shown, "Idle", "Administratively shut down", near.name)
    if fault := link_fault(wiring, node, near.name):
        return Peering("", "", shown, "Idle", f"link: {fault}", near.name)
    if opposite is None:
        return Peering("", "", shown, "Active", "no answer", near.name)
    answer = _answer(view, near, neighbour, opposite, peer_port)
    if answer is None:
        return Peering("", "", shown, "Active", "no answer", near.name)
    far = opposite.interfaces[peer_port]
    reason = _disagreement(view, neighbour, opposite, answer) or _unusable(neighbour, (view, near), (opposite, far))
    if node in wiring.no_bgp or peer in wiring.no_bgp:
        reason = "the BGP agent is stopped"
    return Peering(peer, answer.name, shown, "Active" if reason else "Established", reason, near.name)


def _towards(view: View, neighbour: Neighbour) -> Interface | None:
    """Return the interface of the default VRF that a neighbour is at."""
    if neighbour.interface:
        port = view.interfaces.get(neighbour.interface)
        return port if port and port.vrf == DEFAULT_VRF and port.routed else None
    address = ip_address(neighbour.name)
    if isinstance(address, IPv6Address):
        return None
    for port in view.interfaces.values():
        leads = port.address and port.vrf == DEFAULT_VRF and port.routed and not port.name.startswith("Loopback")
        if leads and port.address and address in port.address.network and address != port.address.ip:
            return port
    return None


def _answer(view: View, near: Interface, neighbour: Neighbour, opposite: View, peer_port: str) -> Neighbour | None:
    """Return the neighbour under which the other end knows this one."""
    if opposite.bgp is None or view.bgp is None:
        return None
    far = opposite.interfaces[peer_port]
    if neighbour.interface:
        names = {peer_port}
    elif far.address and str(far.address.ip) == neighbour.name and near.address:
        names = {str(near.address.ip)}
    else:
        return None
    return next((each for each in opposite.bgp.neighbours if each.name in names), None)


def _disagreement(view: View, neighbour: Neighbour, opposite: View, answer: Neighbour) -> str:
    """Return why two ends that know each other have no session, or nothing."""
    if view.bgp is None or opposite.bgp is None or answer.shutdown:
        return "shut down at the other end"
    if neighbour.remote_as != opposite.bgp.asn or answer.remote_as != view.bgp.asn:
        return "the AS numbers do not match"
    return "" if neighbour.activated and answer.activated else "no address family is active at both ends"


def _unusable(neighbour: Neighbour, near: tuple[View, Interface], far: tuple[View, Interface]) -> str:
    """Return why the link cannot carry a session, or nothing."""
    if not (far[1].routed and far[1].vrf == DEFAULT_VRF):
        return "the other end does not route on the link"
    unnumbered = all(port.ipv6 and view.ipv6_routing for view, port in (near, far))
    return "" if unnumbered or not neighbour.interface else "no IPv6 on the link"


def port_mac(name: str, port: str) -> str:
    """Return the MAC address of a port, or of the switch itself where `port` is empty.

    Locally administered (IEEE 802, bit 2 of the first octet), 40 bits of a digest: no two in a lab are alike.
    """
    octets = b"\x02" + hashlib.sha256(f"{name}\n{port}".encode()).digest()[:5]
    return octets.hex(":")


def link_local(name: str, port: str) -> str:
    """Return the link-local address of a port, made from its MAC address (RFC 4291, appendix A)."""
    octets = bytes.fromhex(port_mac(name, port).replace(":", ""))
    identifier = bytes([octets[0] ^ 2, octets[1], octets[2], 0xFF, 0xFE, octets[3], octets[4], octets[5]])
    return str(IPv6Address(b"\xfe\x80" + bytes(6) + identifier))


def short_name(port: str) -> str:
    """Return an interface's short name, ``Et1/1``."""
    for long, short in _SHORT_NAMES:
        if port.startswith(long):
            return short + port.removeprefix(long)
    return port
