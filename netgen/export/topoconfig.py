"""A fabric as OpenSM's ``topoconfig.conf``: by it, NVIDIA's subnet manager admits no other cable.

A line a port of a switch: its node GUID and port, node GUID and port at the other end, ``Any`` device and the state
``Active`` (NVIDIA/infra-controller, InfiniBand runbook, "Static Topology configuration"). UFM 6.19 and later read it
where gv.cfg says ``topoconfig_enabled = true``. It is made of true GUIDs only.
"""

from collections.abc import Iterator

from netgen.cluster.infiniband import InfinibandFabric
from netgen.cluster.topology.slots import HOST
from netgen.export.cables import Cabling, Device
from netgen.export.errors import ExportError
from netgen.export.subnet import Subnet, only_subnet


def topoconfig(cabling: Cabling) -> Iterator[str]:
    """Yield every cable of an InfiniBand fabric from its switches, from the top tier to the leaves.

    Raises
    ------
    ExportError
        If there are several fabrics, if it is none of InfiniBand, or if the list of GUIDs has not all devices.
    """
    subnet = only_subnet(cabling, "a topoconfig.conf")
    fabric = subnet.fabric
    if not isinstance(fabric, InfinibandFabric):
        raise ExportError(f"a topoconfig.conf is of an InfiniBand fabric, and {fabric.name} is of Ethernet")
    for switch in subnet.switches():
        for slot in switch.sockets:
            far = subnet.walk.far(switch, slot)
            if far is not None:
                ends = ",".join(_end(subnet, fabric, *end) for end in ((switch, slot), far))
                yield f"{ends},Any,Active\n"


def _end(subnet: Subnet, fabric: InfinibandFabric, device: Device, slot: int) -> str:
    known = (device.node, slot) in fabric.hcas if device.ref.role == HOST else device.node in fabric.switch_guids
    if not known:
        raise ExportError(f"the list of GUIDs does not say which {subnet.description(device, slot)} has")
    return f"0x{subnet.guid(device, slot):016x},{subnet.port(device, slot)}"
