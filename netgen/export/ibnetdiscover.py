"""A fabric as ibnetdiscover would print it, for tools that read such files.

The format is that of rdma-core, infiniband-diags/ibnetdiscover.c.

GUIDs are those of `netgen.export.subnet`. LIDs are the subnet manager's to give, and 0 until then.
"""

from collections.abc import Iterator

from netgen.cluster.topology.slots import HOST
from netgen.export.cables import Cabling, Device
from netgen.export.sockets import Socket
from netgen.export.subnet import Subnet, only_subnet

LANES = {25: "EDR", 50: "HDR", 100: "NDR", 200: "XDR"}
"""Gb/s of a lane → InfiniBand's name of that speed."""


def ibnetdiscover(cabling: Cabling) -> Iterator[str]:
    """Yield one fabric: switches from the top with all of their links, then a channel adapter for each port of a host.

    Raises
    ------
    ExportError
        If there are several fabrics: a file is of one subnet.
    """
    subnet = only_subnet(cabling, "a file of ibnetdiscover")
    yield f"#\n# Topology file: intent of cluster {cabling.cluster.name}, fabric {subnet.fabric.name}\n#\n"
    for switch in subnet.switches():
        yield from _switch(subnet, switch)
    for node in cabling.cluster.nodes(subnet.fabric, HOST):
        yield from _adapters(subnet, subnet.walk.device(node))


def _switch(subnet: Subnet, device: Device) -> Iterator[str]:
    """Yield a switch and its links."""
    guid, ports = subnet.guid(device, 0), subnet.fabric.port_map(device.ref).numbers[-1]
    yield f"\nvendid=0x0\ndevid=0x0\nsysimgguid=0x{guid:x}\nswitchguid=0x{guid:x}({guid:x})\n"
    yield f'Switch\t{ports} {subnet.name(device, 0)}\t\t# "{device.ref.name}" base port 0 lid 0 lmc 0\n'
    for slot, socket in device.sockets.items():
        far = subnet.walk.far(device, slot)
        if far is not None:
            peer, there = far
            own = f"({subnet.port_guid(peer, there):x}) " if peer.ref.role == HOST else ""
            yield (
                f"[{subnet.port(device, slot)}]\t{subnet.name(peer, there)}[{subnet.port(peer, there)}]{own}"
                f'\t\t# "{subnet.description(peer, there)}" lid 0 {_rate(socket)}\n'
            )


def _adapters(subnet: Subnet, device: Device) -> Iterator[str]:
    """Yield a channel adapter for each port of a host, with its link."""
    for slot in device.sockets:
        far = subnet.walk.far(device, slot)
        if far is not None:
            peer, there = far
            guid = subnet.guid(device, slot)
            yield f"\nvendid=0x0\ndevid=0x0\nsysimgguid=0x{guid:x}\ncaguid=0x{guid:x}\n"
            yield f'Ca\t1 {subnet.name(device, slot)}\t\t# "{subnet.description(device, slot)}"\n'
            yield (
                f"[1]({subnet.port_guid(device, slot):x}) \t{subnet.name(peer, there)}[{subnet.port(peer, there)}]"
                f'\t\t# lid 0 lmc 0 "{peer.ref.name}" lid 0 {_rate(peer.sockets[there])}\n'
            )


def _rate(socket: Socket) -> str:
    """Return width and speed of a port's lanes; unknown ones as ibnetdiscover prints them."""
    speed = LANES.get(int(socket.lane_gbps or 0), "???")
    return f"{socket.lanes}x{speed}" if socket.lanes else f"??{speed}"
