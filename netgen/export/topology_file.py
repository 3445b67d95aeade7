"""A fabric as a ``.topo`` file: what UFM compares the fabric with, and ibdiagnet.

The format is that of ibdm-topo-file(1) of ibutils: a section a system, with a line a cable, and an empty line after it.
Names of ports, and the width and speed of a cable, are as ibdiagnet writes them for a UFM::

    MQM9700 pod1-su1-leaf1
       P1 -4x-100G-> HCA_mlx5_7 pod1-su1-host1 mlx5_0/P1

The type of a host is written after the last of its channel adapters, as in the one example that was seen
(``HCA_mlx5_3``); a host has no section of its own.
"""

from collections.abc import Iterator

from netgen.cluster.topology.slots import HOST
from netgen.export.cables import Cabling, Device
from netgen.export.sockets import Socket
from netgen.export.subnet import Subnet, only_subnet

TYPES = {"qm8700": "MQM8700", "qm9700": "MQM9700", "qm9790": "MQM9790", "q3400-ra": "Q3400"}
"""Model of the catalog → what ibdiagnet calls such a system; what it calls others is not known: their own names do."""


def topology_file(cabling: Cabling) -> Iterator[str]:
    """Yield the switches of one fabric with all of their cables, from the top tier to the leaves.

    Raises
    ------
    ExportError
        If there are several fabrics: a file is of one subnet.
    """
    subnet = only_subnet(cabling, "a .topo file")
    for switch in subnet.switches():
        yield from _system(subnet, switch)


def _system(subnet: Subnet, device: Device) -> Iterator[str]:
    yield f"{_type(subnet, device)} {device.ref.name}\n"
    for slot, socket in device.sockets.items():
        far = subnet.walk.far(device, slot)
        if far is not None:
            peer, there = far
            port = f"{subnet.adapter(peer, there)}/P1" if peer.ref.role == HOST else f"P{subnet.port(peer, there)}"
            yield f"   P{subnet.port(device, slot)} {_speed(socket)} {_type(subnet, peer)} {peer.ref.name} {port}\n"
    yield "\n"


def _type(subnet: Subnet, device: Device) -> str:
    if device.ref.role == HOST:
        return f"HCA_{subnet.adapter(device, max(device.sockets))}"
    model = subnet.fabric.model_of(device.ref).name
    return TYPES.get(model, model.upper())


def _speed(socket: Socket) -> str:
    """Return the width and the speed of a lane, such as ``-4x-100G->``."""
    return f"-{socket.lanes}x-{socket.lane_gbps or 0:g}G->"
