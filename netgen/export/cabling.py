"""The cabling list: every cable once, as the people who lay and check them read it."""

from collections.abc import Iterable, Iterator, Mapping

from netgen.device.bonds import address
from netgen.device.hca import Hca
from netgen.device.infiniband import IbPort, IbSwitch, SubnetManager
from netgen.device.model import ACROSS, Host, Node, Port, PortRole, Role, Switch
from netgen.device.text import ipv4

HEADER = "a_device,a_interface,a_address,b_device,b_interface,b_address,speed,length,link,fabric\n"
LINK = 31
"""Prefix length of an address of a point-to-point link."""
EXTERNAL = PortRole.EXTERNAL.value
"""What the link to a router that is not netgen's is called."""
_UPLINKS = {Role.LEAF: "leaf-spine", Role.SPINE: "spine-superspine"}


def cabling_lines(device: Node, edges: Mapping[str, str]) -> Iterator[str]:
    """Yield a line of CSV for every cable that ends at a device and leads up from there.

    End *a* is the lower one: a host's NIC, or a leaf's uplink. So every cable has one line, whoever lists its
    devices. Addresses are empty where the link is unnumbered. Speed and length carry their unit; the length is empty
    where the intent gives none. No field can hold a comma, a quote or a line break: names are made of letters, digits
    and ``/``, ``-``.

    Parameters
    ----------
    device
        Whose cables are listed.
    edges
        The role of the switches that hosts are at, by fabric.
    """
    if isinstance(device, IbSwitch):
        yield from ib_lines(device.name, device.ports, edges)
    if isinstance(device, Host | SubnetManager):
        yield from ib_lines(device.name, device.hcas, edges)
    if isinstance(device, Switch | Host):
        yield from _ethernet_lines(device, edges)


def ib_lines(device: str, ports: Iterable[IbPort | Hca], edges: Mapping[str, str]) -> Iterator[str]:
    """Yield the lines of a device's ports on InfiniBand fabrics, which have no addresses."""
    for port in ib_leading_up(ports):
        length = "" if port.cable_m is None else f"{port.cable_m}m"
        link = f"host-{edges[port.fabric]}" if isinstance(port, Hca) else port.link
        yield (
            f"{device},{port.name},,{port.peer_device},{port.peer_port},,"
            f"{port.speed_gbps}G,{length},{link},{port.fabric}\n"
        )


def ib_leading_up(ports: Iterable[IbPort | Hca]) -> Iterator[IbPort | Hca]:
    """Yield the cabled ports that are the lower end of their cables: over all devices, each cable once."""
    return (port for port in ports if port.peer_device is not None and (isinstance(port, Hca) or port.leads_up))


def _ethernet_lines(device: Switch | Host, edges: Mapping[str, str]) -> Iterator[str]:
    above = _UPLINKS.get(device.role)
    for port in leading_up(device):
        length = "" if port.cable_m is None else f"{port.cable_m}m"
        own = port.ipv4 if port.bond is None else address(device, port)
        near = "" if own is None else ipv4(own)
        # The other end of a /31 differs in its last bit; a gateway that many share is at no port.
        far = ipv4(port.ipv4 ^ 1) if port.ipv4 is not None and port.ipv4_length == LINK else ""
        link = port.role.value if port.role in ACROSS else above or f"host-{edges[port.fabric]}"
        yield (
            f"{device.name},{port.name},{near},{port.peer_device},{port.peer_port},{far},"
            f"{port.speed_gbps}G,{length},{link},{port.fabric}\n"
        )
    for port in leading_out(device):
        near, far = (ipv4(one) for one in ends_of(port))
        said = f"{port.speed_gbps}G,,{EXTERNAL},{port.fabric}"
        yield f"{device.name},{port.name},{near},{port.description},,{far},{said}\n"


def leading_out(device: Switch | Host) -> Iterator[Port]:
    """Yield the ports of a device that lead to routers that are not netgen's; which port of these is not known."""
    external = PortRole.EXTERNAL
    return (port for port in device.ports if port.role is external)


def ends_of(port: Port) -> tuple[int, int]:
    """Return both addresses of a link of two, the port's own first: of a /31, or those of a /30 that hosts may have."""
    if port.ipv4 is None:
        raise ValueError(f"{port.name} has no address")
    return port.ipv4, port.ipv4 ^ (1 if port.ipv4_length == LINK else 3)


def leading_up(device: Switch | Host) -> Iterator[Port]:
    """Yield the cabled ports of a device that lead to the tier above: over all devices, each cable once.

    Of a cable within a tier, the end that is first by name stands for both.
    """
    # looked up once: to find a member of an enumeration takes longer than all else that is asked of a port
    up = (PortRole.UPLINK, PortRole.HOST) if isinstance(device, Host) else (PortRole.UPLINK,)
    for port in device.ports:
        if port.peer_device is not None and (
            port.role in up
            or (port.role in ACROSS and (device.name, port.name) < (port.peer_device, str(port.peer_port)))
        ):
            yield port
