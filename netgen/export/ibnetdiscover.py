"""A fabric as ibnetdiscover would print it, for tools that read such files.

The format is that of rdma-core, infiniband-diags/ibnetdiscover.c.

GUIDs are those of the fabric's list. Where there is none, as in a fabric of Ethernet, others stand in for them: locally
administered (the second bit of the first byte), then the fabric, the node of the topology and the port. LIDs are the
subnet manager's to give, and 0 until then.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from netgen.cluster.fabric import AnyNetwork
from netgen.cluster.infiniband import InfinibandFabric
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
    fabric = only_fabric(cabling, "a file of ibnetdiscover")
    subnet = Subnet(fabric, cabling.cluster.networks.index(fabric), cabling.walk(fabric))
    yield f"#\n# Topology file: intent of cluster {cabling.cluster.name}, fabric {fabric.name}\n#\n"
    for role in reversed(tuple(fabric.tiers)):
        for node in cabling.cluster.nodes(fabric, role):
            yield from _switch(subnet, subnet.walk.device(node))
    for node in cabling.cluster.nodes(fabric, HOST):
        yield from _adapters(subnet, subnet.walk.device(node))


def only_fabric(cabling: Cabling, what: str) -> AnyNetwork:
    """Return the one fabric that is asked for.

    Raises
    ------
    ExportError
        If there are several: ``what`` is of one subnet.
    """
    if len(cabling.fabrics) != 1:
        names = ", ".join(fabric.name for fabric in cabling.fabrics)
        raise ExportError(f"{what} is of one fabric, and there are several ({names}): say which")
    return cabling.fabrics[0]


@dataclass(frozen=True, slots=True)
class Subnet:
    """Names of the nodes of one fabric, and its links from either end."""

    fabric: AnyNetwork
    number: int
    """Of the fabric in its cluster, from 0."""
    walk: Walk

    def guid(self, device: Device, slot: int) -> int:
        """Return the node GUID of a switch, or of the channel adapter at a slot of a host.

        Raises
        ------
        ExportError
            If the fabric has a list of GUIDs, and the device is not on it.
        """
        if isinstance(self.fabric, InfinibandFabric):
            if device.ref.role == HOST and (device.node, slot) in self.fabric.hcas:
                return self.fabric.hcas[device.node, slot].node_guid
            if device.node in self.fabric.switch_guids:
                return self.fabric.switch_guids[device.node]
            if self.fabric.listed_ports or self.fabric.listed_switches:
                raise ExportError(
                    f"no GUID is listed for {self.description(device, slot)}, and none is made up beside true ones: "
                    f"add it to the list that `guids` of fabric {self.fabric.name} names"
                )
        port = slot + 1 if device.ref.role == HOST else 0
        return 0x02 << 56 | (self.number + 1) << 48 | device.node << 16 | port

    def port_guid(self, device: Device, slot: int) -> int:
        """Return the GUID of a port of a channel adapter."""
        if isinstance(self.fabric, InfinibandFabric) and (device.node, slot) in self.fabric.hcas:
            return self.fabric.hcas[device.node, slot].guid
        return self.guid(device, slot)

    def adapter(self, device: Device, slot: int) -> str:
        """Return what the channel adapter at a slot of a host calls itself: its RDMA device, where that is known."""
        rdma = self.walk.cluster.host_plan(device.ref).profile.nics[self.fabric.nics].rdma
        known = isinstance(self.fabric, InfinibandFabric) and slot < len(rdma)
        return rdma[slot] if known else device.sockets[slot].interface

    def name(self, device: Device, slot: int) -> str:
        """Return what a node is called within the file."""
        letter = "H" if device.ref.role == HOST else "S"
        return f'"{letter}-{self.guid(device, slot):016x}"'

    def port(self, device: Device, slot: int) -> int:
        """Return the number of a port: a channel adapter has one."""
        if device.ref.role == HOST:
            return 1
        ports = self.fabric.port_map(device.ref)
        return ports.numbers[ports.position(slot)]

    def description(self, device: Device, slot: int) -> str:
        """Return how a node describes itself."""
        return f"{device.ref.name} {self.adapter(device, slot)}" if device.ref.role == HOST else device.ref.name


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
