"""How the subnet managers of a lab reach the simulators of their fabrics.

A simulator takes clients over UDP (ibsim -r): its local sockets have names in a network namespace, and the managers
live in others. So each manager has a cable of its own to the panel, where the simulators are, each behind a relay.
"""

import os
import select
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from netgen.lab import ibsim
from netgen.lab.cabling import Cabling
from netgen.lab.errors import LabError
from netgen.lab.ibsim import Simulator
from netgen.lab.journal import LOGS
from netgen.lab.panel import Panel
from netgen.lab.spec import LabSpec
from netgen.lab.subnet import MANAGER
from netgen.record import Record

# Link-local (RFC 3927): nothing of a cluster is there, and nobody routes it.
_FIRST = 169 << 24 | 254 << 16
_BLOCK, _LENGTH = 4, 30
_LIBRARIES = Path("/usr/lib")
_FIRST_PORT, _PORTS_EACH = 7070, 2 * (ibsim.CLIENTS + 1)
_START_S = 60.0
# of the panel's namespace, where every manager knows another one
_ANY = "0.0.0.0"  # noqa: S104 -- of a namespace of the lab's own


class Attachment(Record):
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


class SimulatedFabric(Record):
    """A simulator, and the relay before it."""

    simulator: Simulator
    relay: subprocess.Popen[bytes]


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
                    "IBSIM_SERVER_PORT": str(_port(number)),
                    "SIM_HOST": names[adapter.node, adapter.port][0],
                }
                panel, node = (f"{_address(base + host)}/{_LENGTH}" for host in (1, 2))
                found[adapter.node] = Attachment(panel, node, environment)
    return found


def start(
    spec: LabSpec, cabling: Cabling, panel: Panel, directory: Path, say: Callable[[str], None]
) -> list[SimulatedFabric]:
    """Start the simulators of all fabrics that are managed.

    Raises
    ------
    LabError
        One did not start.
    """
    found = []
    for number, subnet in enumerate(ibsim.managed(spec)):
        say(f"simulating the InfiniBand fabric {subnet.name}: {len(subnet.adapters)} ports of adapters")
        net, log = Path(f"/proc/{panel.process.pid}/ns/net"), directory / LOGS / f"ibsim-{subnet.name}.log"
        port = _port(number) + ibsim.CLIENTS + 1
        simulator = ibsim.start(spec, subnet, cabling, port=port, net=net, folder=directory / LOGS, log=log)
        try:
            relay = _relay(_port(number), port, net, log)
        except BaseException:
            simulator.process.kill()
            raise
        found.append(SimulatedFabric(simulator, relay))
    return found


def _port(number: int) -> int:
    """Return the UDP port of a fabric's relay; its clients' are behind it, and those of the simulator."""
    return _FIRST_PORT + number * _PORTS_EACH


def _relay(port: int, simulator_port: int, net: Path, log: Path) -> subprocess.Popen[bytes]:
    argv = ["setpriv", "--pdeathsig", "KILL", "nsenter", f"--net={net}", sys.executable, "-P"]
    argv += ["-m", "netgen.lab.umad_relay", _ANY, str(port), str(simulator_port)]
    with log.open("ab") as output:
        process = subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=output, env=dict(os.environ)
        )
    words = process.stdout
    if words is None or not select.select([words], [], [], _START_S)[0] or words.readline() != b"ready\n":
        process.kill()
        raise LabError(f"the relay before the simulated InfiniBand fabric does not start: see {log}")
    return process


def _address(number: int) -> str:
    return socket.inet_ntoa(number.to_bytes(4, "big"))


def _library() -> str:
    found = next(iter(sorted(_LIBRARIES.glob(f"*/{ibsim.LIBRARY}"))), None)
    if found is None:
        raise LabError("the lab needs a library that is not installed: apt-get install -y libumad2sim0")
    return str(found)
