"""One fabric as files of a subnet know it: nodes by their GUIDs, ports by their numbers.

GUIDs are those of the fabric's list. Where there is none, as in a fabric of Ethernet, others stand in for them: locally
administered (the second bit of the first byte), then the fabric, the node of the topology and the port.
"""

from collections.abc import Iterator

from netgen.cluster.fabric import AnyNetwork
from netgen.cluster.infiniband import InfinibandFabric
from netgen.cluster.topology.slots import HOST
from netgen.export.cables import Cabling, Device, Walk
from netgen.export.errors import ExportError
from netgen.record import Record


class Subnet(Record):
    """Names of the nodes of one fabric, and its links from either end."""

    fabric: AnyNetwork
    number: int
    """Of the fabric in its cluster, from 0."""
    walk: Walk

    def switches(self) -> Iterator[Device]:
        """Yield the switches, from the top tier to the leaves."""
        for role in reversed(tuple(self.fabric.tiers)):
            for node in self.walk.cluster.nodes(self.fabric, role):
                yield self.walk.device(node)

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


def only_subnet(cabling: Cabling, what: str) -> Subnet:
    """Return the one fabric that is asked for.

    Raises
    ------
    ExportError
        If there are several: ``what`` is of one subnet.
    """
    if len(cabling.fabrics) != 1:
        names = ", ".join(fabric.name for fabric in cabling.fabrics)
        raise ExportError(f"{what} is of one fabric, and there are several ({names}): say which")
    (fabric,) = cabling.fabrics
    return Subnet(fabric, cabling.cluster.networks.index(fabric), cabling.walk(fabric))
