"""A simulated InfiniBand fabric: ibsim, as a process of the lab, with the cables as they are plugged now.

ibsim answers management datagrams as the switches and adapters of a fabric would; a real subnet manager and real
tools reach it through a library that stands in for the kernel's device (umad2sim). Its network file is in the format
of ibnetdiscover, and cables are moved by commands of its console (ibsim/sim_net.c, ibsim/sim_cmd.c).
"""

import os
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from msgspec import Struct

from netgen.lab.cabling import Cabling, Port
from netgen.lab.errors import LabError
from netgen.lab.spec import LabNode, LabSpec
from netgen.lab.subnet import MANAGER, LabAdapter, LabSubnet, LabSwitch

LIBRARY = "umad2sim/libumad2sim.so"
"""Below the folder of an architecture's libraries; of Debian's package libumad2sim0, which ibsim-utils needs."""

CLIENTS = 10
"""That a simulator has at most (include/ibsim.h, IBSIM_MAX_CLIENTS); each has a port behind the simulator's own."""

_START_S = 60.0
_LOOK_S = 0.02
# The fastest rate that ibsim 0.10 knows; what it is called has no influence on routes and partitions.
_RATE = "4xHDR"


class Simulator(Struct):
    """A running ibsim.

    Parameters
    ----------
    process
        Its own; commands go to its standard input.
    ends
        What it calls each port that a cable can be in: a node's id and the number of the port.
    """

    process: subprocess.Popen[bytes]
    ends: Mapping[Port, tuple[str, int]]


def managed(spec: LabSpec) -> list[LabSubnet]:
    """Return the fabrics that somebody manages in this lab; of others nothing would ever be seen."""
    managers = {node.name for node in spec.nodes if node.kind == MANAGER}
    return [subnet for subnet in spec.subnets if any(adapter.node in managers for adapter in subnet.adapters)]


def ends(spec: LabSpec, subnet: LabSubnet) -> dict[Port, tuple[str, int]]:
    """Return what ibsim calls each port of a fabric."""
    ports = {node.name: node.ports for node in spec.nodes}
    found = {
        (switch.node, name): (f"S-{switch.guid:016x}", number)
        for switch in subnet.switches
        for number, name in zip(switch.numbers, ports[switch.node], strict=True)
    }
    for guid, adapters in _cards(subnet).items():
        found |= {(one.node, one.port): (f"H-{guid:016x}", one.number) for one in adapters}
    return found


def net_file(spec: LabSpec, subnet: LabSubnet, cabling: Cabling) -> str:
    """Return the network file of a fabric, with its cables as they are plugged now."""
    names = ends(spec, subnet)
    nodes = {node.name: node for node in spec.nodes}
    blocks = [_switch(nodes[one.node], one, names, cabling) for one in subnet.switches]
    blocks += [_card(guid, adapters, names, cabling) for guid, adapters in _cards(subnet).items()]
    # where a port's GUID does not follow from its node's, as ibsim would have it
    odd = [
        f'do Guid "H-{guid:016x}"[{one.number}] 0x{one.guid:016x}'
        for guid, adapters in _cards(subnet).items()
        for one in adapters
        if one.guid != guid + one.number
    ]
    return "\n".join([*("\n".join(block) + "\n" for block in blocks), *odd, ""])


def _cards(subnet: LabSubnet) -> dict[int, list[LabAdapter]]:
    """Return the ports of every channel adapter, by its GUID in ibsim.

    umad2sim reckons the GUID of the port that it stands in for from its node's (umad2sim.c, dev_sysfs_create): so
    that a subnet manager finds its own, the node's follows from the first port's.
    """
    cards: dict[int, list[LabAdapter]] = {}
    for adapter in subnet.adapters:
        cards.setdefault(adapter.node_guid, []).append(adapter)
    return {ports[0].guid - ports[0].number: ports for ports in cards.values()}


def _switch(node: LabNode, switch: LabSwitch, names: Mapping[Port, tuple[str, int]], cabling: Cabling) -> Iterator[str]:
    guid = switch.guid
    yield f"sysimgguid=0x{guid:x}\nswitchguid=0x{guid:x}({guid:x})"
    yield f'Switch\t{max(switch.numbers)} "S-{guid:016x}"\t\t# "{node.name}" base port 0 lid 0 lmc 0'
    for name in node.ports:
        if (far := _far((node.name, name), names, cabling)) is not None:
            yield f'[{names[node.name, name][1]}]\t"{far[0]}"[{far[1]}]\t\t# "{far[0]}" lid 0 {_RATE}'


def _card(
    guid: int, adapters: list[LabAdapter], names: Mapping[Port, tuple[str, int]], cabling: Cabling
) -> Iterator[str]:
    first = adapters[0]
    yield f"sysimgguid=0x{guid:x}\ncaguid=0x{guid:x}"
    yield f'Ca\t{max(one.number for one in adapters)} "H-{guid:016x}"\t\t# "{first.node} {first.hca}"'
    for one in adapters:
        if (far := _far((one.node, one.port), names, cabling)) is not None:
            yield f'[{one.number}](0x{one.guid:x}) \t"{far[0]}"[{far[1]}]\t\t# lid 0 lmc 0 "{far[0]}" lid 0 {_RATE}'


def _far(port: Port, names: Mapping[Port, tuple[str, int]], cabling: Cabling) -> tuple[str, int] | None:
    if port in cabling.pulled or port not in cabling.far:
        return None
    return names.get(cabling.far[port])


def commands(names: Mapping[Port, tuple[str, int]], cabling: Cabling, ports: Iterable[Port]) -> Iterator[str]:
    """Yield what the console is told so that the cables of some ports are as they are plugged now."""
    concerned = [port for port in ports if port in names]
    for port in concerned:
        yield f'Unlink "{names[port][0]}"[{names[port][1]}]'
    done: set[Port] = set()
    for port in concerned:
        far = _far(port, names, cabling)
        if far is not None and port not in done:
            done.add(cabling.far[port])
            yield f'Link "{names[port][0]}"[{names[port][1]}] "{far[0]}"[{far[1]}]'


def start(
    spec: LabSpec, subnet: LabSubnet, cabling: Cabling, *, port: int, net: Path, folder: Path, log: Path
) -> Simulator:
    """Start a simulator, which answers from then on.

    Parameters
    ----------
    spec, subnet, cabling
        What it simulates.
    port
        Its UDP port, the first of those of its clients.
    net
        The network namespace that it lives in.
    folder
        Takes its network file.
    log
        Takes its output.

    Raises
    ------
    LabError
        It did not start; the message has its last words.
    """
    names = ends(spec, subnet)
    file = folder / f"{subnet.name}.net"
    file.write_text(net_file(spec, subnet, cabling))
    argv = ["setpriv", "--pdeathsig", "KILL", "nsenter", f"--net={net}", "ibsim", "-r", "-s", "-l", str(port)]
    # room for all nodes, switches and ports, port 0 of each switch among them
    ports = sum(max(switch.numbers) + 1 for switch in subnet.switches)
    ports += sum(max(one.number for one in adapters) for adapters in _cards(subnet).values())
    argv += ["-N", str(len(names) + 1), "-S", str(len(subnet.switches) + 1), "-P", str(ports + 1), str(file)]
    with os.fdopen(os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)) as output:
        process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=output, stderr=output, env=dict(os.environ))
    _await(process, port + CLIENTS, log)
    return Simulator(process, names)


def _await(process: subprocess.Popen[bytes], last_port: int, log: Path) -> None:
    """Wait until a simulator has bound the last of its sockets, of which it says nothing itself."""
    deadline = time.monotonic() + _START_S
    sockets = Path(f"/proc/{process.pid}/net/udp")
    while time.monotonic() < deadline and process.poll() is None:
        if f":{last_port:04X} " in sockets.read_text():
            return
        time.sleep(_LOOK_S)
    process.kill()
    words = log.read_text(errors="replace").strip().splitlines()[-3:]
    raise LabError(f"the simulated InfiniBand fabric does not start: ibsim says: {' / '.join(words) or 'nothing'}")


def wire(simulator: Simulator, cabling: Cabling, ports: Iterable[Port]) -> None:
    """Make the cables of some ports what the cabling says; ports of others are none of its own.

    Raises
    ------
    LabError
        It has died.
    """
    lines = "".join(f"{command}\n" for command in commands(simulator.ends, cabling, ports))
    try:
        simulator.process.stdin.write(lines.encode())  # type: ignore[union-attr]  # a pipe, see `start`
        simulator.process.stdin.flush()  # type: ignore[union-attr]
    except OSError:
        raise LabError("the simulated InfiniBand fabric has died") from None
