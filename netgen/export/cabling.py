"""The cabling list: every cable once, as the people who lay and check them read it."""

from collections.abc import Iterator

from netgen.device.model import Host, Port, PortRole, Switch

HEADER = "a_device,a_interface,b_device,b_interface,speed,length,link,fabric\n"
_LINKS = {PortRole.HOST: "host-leaf", PortRole.UPLINK: "leaf-spine"}


def cabling_lines(device: Switch | Host) -> Iterator[str]:
    """Yield a line of CSV for every cable that ends at a device and leads up from there.

    End *a* is the lower one: a host's NIC, or a leaf's uplink. So every cable has one line, whoever lists its
    devices. Speed and length carry their unit; the length is empty where the intent gives none. No field can hold
    a comma, a quote or a line break: names are made of letters, digits and ``/``, ``-``.
    """
    for port in device.ports:
        if _leads_up(device, port):
            length = "" if port.cable_m is None else f"{port.cable_m}m"
            yield (
                f"{device.name},{port.name},{port.peer_device},{port.peer_port},"
                f"{port.speed_gbps}G,{length},{_LINKS[port.role]},{device.fabric}\n"
            )


def _leads_up(device: Switch | Host, port: Port) -> bool:
    if port.peer_device is None:
        return False
    return port.role is PortRole.UPLINK or (port.role is PortRole.HOST and isinstance(device, Host))
