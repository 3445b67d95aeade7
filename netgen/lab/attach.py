"""How the subnet managers of a lab reach the simulators of their fabrics.

A simulator takes clients over UDP (ibsim -r): its local sockets have names in a network namespace, and the managers
live in others. So each manager has a cable of its own to the panel, where the simulators are.
"""

import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from netgen.lab import ibsim
from netgen.lab.cabling import Cabling
from netgen.lab.errors import LabError
from netgen.lab.ibsim import Simulator
from netgen.lab.journal import LOGS
from netgen.lab.panel import Panel
from netgen.lab.spec import LabSpec
from netgen.lab.subnet import MANAGER

# Link-local (RFC 3927): nothing of a cluster is there, and nobody routes it.
_FIRST = 169 << 24 | 254 << 16
_BLOCK, _LENGTH = 4, 30
_LIBRARIES = Path("/usr/lib")


@dataclass(frozen=True, slots=True)
class Attachment:
    """One subnet manager's way to its simulator.

    Parameters
    ----------
    panel, node
        Address and length at either end.
    environment
        What tells the library that stands in for the kernel's device where to go, and which adapter it is.
    """

    panel: str
    node: str
    environment: dict[str, str]


def attachments(spec: LabSpec) -> dict[str, Attachment]:
    """Return the way of every subnet manager; of those of a fabric the one of the lowest GUID first.

    At equal priorities it is the one of the highest rank (IBA 1.4, 14.4.1).

    Raises
    ------
    LabError
        The library is not installed.
    """
    managers = {node.name for node in spec.nodes if node.kind == MANAGER}
    found: dict[str, Attachment] = {}
    for number, subnet in enumerate(ibsim.managed(spec)):
        names = ibsim.ends(spec, subnet)
        for adapter in sorted(subnet.adapters, key=lambda one: one.guid):
            if adapter.node in managers and adapter.node not in found:
                base = _FIRST + len(found) * _BLOCK
                environment = {
                    "LD_PRELOAD": _library(),
                    "IBSIM_SERVER_NAME": _address(base + 1),
                    "IBSIM_SERVER_PORT": str(ibsim.udp_port(number)),
                    "SIM_HOST": names[adapter.node, adapter.port][0],
                }
                panel, node = (f"{_address(base + host)}/{_LENGTH}" for host in (1, 2))
                found[adapter.node] = Attachment(panel, node, environment)
    return found


def start(
    spec: LabSpec, cabling: Cabling, panel: Panel, directory: Path, say: Callable[[str], None]
) -> list[Simulator]:
    """Start the simulators of all fabrics that are managed.

    Raises
    ------
    LabError
        One did not start.
    """
    found = []
    for number, subnet in enumerate(ibsim.managed(spec)):
        say(f"simulating the InfiniBand fabric {subnet.name}: {len(subnet.adapters)} ports of adapters")
        found.append(
            ibsim.start(
                spec,
                subnet,
                cabling,
                port=ibsim.udp_port(number),
                net=Path(f"/proc/{panel.process.pid}/ns/net"),
                folder=directory / LOGS,
                log=directory / LOGS / f"ibsim-{subnet.name}.log",
            )
        )
    return found


def _address(number: int) -> str:
    return socket.inet_ntoa(number.to_bytes(4, "big"))


def _library() -> str:
    found = next(iter(sorted(_LIBRARIES.glob(f"*/{ibsim.LIBRARY}"))), None)
    if found is None:
        raise LabError("the lab needs a library that is not installed: apt-get install -y libumad2sim0")
    return str(found)
