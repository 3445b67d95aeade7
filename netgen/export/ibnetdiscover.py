"""A fabric as ibnetdiscover would print it, for tools that read such files.

The format is that of rdma-core, infiniband-diags/ibnetdiscover.c.

GUIDs and vendors are of devices that nobody has seen yet. So GUIDs stand in for the true ones: locally administered
(the second bit of the first byte), then the fabric, the node of the topology and the port. LIDs are the subnet
manager's to give, and 0 until then.
"""

from collections.abc import Iterator

from netgen.cluster.fabric import Fabric
from netgen.cluster.topology.slots import HOST
from netgen.export.cables import Cabling, Device, Walk
from netgen.export.errors import ExportError
from netgen.export.sockets import Socket

LANES = {25: "EDR", 50: "HDR", 100: "NDR", 200: "XDR"}
"""Gb/s of a lane → InfiniBand's name of that speed."""


def ibnetdiscover(cabling: Cabling) -> Iterator[str]:
    """Yield one fabric: switches from the top with all of their links, then a channel adapter for each port of a host.

    Raises
    ------
    ExportError
        If there are several fabrics: a file is of one subnet.
    """
    if len(cabling.fabrics) != 1:
        names = ", ".join(fabric.name for fabric in cabling.fabrics)
        raise ExportError(f"a file of ibnetdiscover is of one fabric, and there are several ({names}): say which")
    (fabric,) = cabling.fabrics
    subnet = _Subnet(fabric, cabling.cluster.fabrics.index(fabric), cabling.walk(fabric))
    yield f"#\n# Topology file: intent of cluster {cabling.cluster.name}, fabric {fabric.name}\n#\n"
    for role in reversed(tuple(fabric.tiers)):
        for node in cabling.cluster.nodes(fabric, role):
            yield from subnet.switch(subnet.walk.device(node))
    for node in cabling.cluster.nodes(fabric, HOST):
        yield from subnet.adapters(subnet.walk.device(node))


class _Subnet:
    """Names of the nodes of one fabric, and its links from either end."""

    def __init__(self, fabric: Fabric, number: int, walk: Walk) -> None:
        self.fabric = fabric
        self.number = number
        self.walk = walk

    def guid(self, device: Device, slot: int) -> int:
        """Return the GUID of a switch, or of the channel adapter at a slot of a host."""
        port = slot + 1 if device.ref.role == HOST else 0
        return 0x02 << 56 | (self.number + 1) << 48 | device.node << 16 | port

    def name(self, device: Device, slot: int) -> str:
        """Return what a node is called within the file."""
        letter = "H" if device.ref.role == HOST else "S"
        return f'"{letter}-{self.guid(device, slot):016x}"'

    def port(self, device: Device, slot: int) -> int:
        """Return the number of a port: a channel adapter has one."""
        return 1 if device.ref.role == HOST else device.sockets[slot].position

    def switch(self, device: Device) -> Iterator[str]:
        """Yield a switch and its links."""
        guid, ports = self.guid(device, 0), self.fabric.port_map(device.ref).count
        yield f"\nvendid=0x0\ndevid=0x0\nsysimgguid=0x{guid:x}\nswitchguid=0x{guid:x}({guid:x})\n"
        yield f'Switch\t{ports} {self.name(device, 0)}\t\t# "{device.ref.name}" base port 0 lid 0 lmc 0\n'
        for slot, socket in device.sockets.items():
            far = self.walk.far(device, slot)
            if far is not None:
                peer, there = far
                own = f"({self.guid(peer, there):x}) " if peer.ref.role == HOST else ""
                yield (
                    f"[{socket.position}]\t{self.name(peer, there)}[{self.port(peer, there)}]{own}"
                    f'\t\t# "{_description(peer, there)}" lid 0 {_rate(socket)}\n'
                )

    def adapters(self, device: Device) -> Iterator[str]:
        """Yield a channel adapter for each port of a host, with its link."""
        for slot in device.sockets:
            far = self.walk.far(device, slot)
            if far is not None:
                peer, there = far
                guid = self.guid(device, slot)
                yield f"\nvendid=0x0\ndevid=0x0\nsysimgguid=0x{guid:x}\ncaguid=0x{guid:x}\n"
                yield f'Ca\t1 {self.name(device, slot)}\t\t# "{_description(device, slot)}"\n'
                yield (
                    f"[1]({guid:x}) \t{self.name(peer, there)}[{self.port(peer, there)}]"
                    f'\t\t# lid 0 lmc 0 "{peer.ref.name}" lid 0 {_rate(peer.sockets[there])}\n'
                )


def _description(device: Device, slot: int) -> str:
    name = device.ref.name
    return f"{name} {device.sockets[slot].interface}" if device.ref.role == HOST else name


def _rate(socket: Socket) -> str:
    """Return width and speed of a port's lanes; unknown ones as ibnetdiscover prints them."""
    speed = LANES.get(int(socket.lane_gbps or 0), "???")
    return f"{socket.lanes}x{speed}" if socket.lanes else f"??{speed}"
