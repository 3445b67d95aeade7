"""The simulated switches of a lab, run by the supervisor beside the nodes in namespaces."""

from collections.abc import Callable, Mapping
from pathlib import Path

from netgen.lab.access import Endpoint, make_password
from netgen.lab.cabling import Cabling, cables
from netgen.lab.eos.config import InvalidLine
from netgen.lab.eos.faults import Fault
from netgen.lab.eos.server import Server, serve
from netgen.lab.errors import LabError
from netgen.lab.journal import EOS
from netgen.lab.node_files import USERNAME
from netgen.lab.spec import LabCable, LabSpec
from netgen.record import replace

#: What the two agents that can be stopped are called, alike on every kind of node.
_AGENTS = {"bgpd": Fault.STOPPED_BGP, "lldpd": Fault.SILENT_LLDP}


def start(spec: LabSpec, endpoints: Mapping[str, Endpoint], directory: Path) -> Server:
    """Start the simulated switches of a lab, which listen from then on.

    Raises
    ------
    LabError
        An address has been taken meanwhile.
    """
    # Routers in namespaces are to them what hosts are: somebody at the other end of a cable.
    ends = tuple(replace(node, kind="host") if node.kind == "frr" else node for node in spec.nodes)
    places = {name: (end.address, end.port) for name, end in endpoints.items() if end.kind == "eos"}
    try:
        return serve(replace(spec, nodes=ends), places, USERNAME, make_password(directory), directory / EOS)
    except OSError as error:
        raise LabError(f"the simulated switches cannot listen: {error.strerror}; try again") from None


def lay(server: Server, cabling: Cabling) -> None:
    """Let the simulated switches see the cables as they are plugged now."""
    server.fabric.lay_cables(LabCable(*a, *b) for a, b in cables(cabling) if a not in cabling.pulled)


def set_management(server: Server, name: str, *, up: bool) -> None:
    """Let a switch's management refuse connections, or answer again."""
    _turn(server, name, Fault.UNREACHABLE, on=not up)


def set_daemon(server: Server, name: str, daemon: str, *, up: bool) -> None:
    """Stop or start an agent of a switch.

    Raises
    ------
    LabError
        There is no such agent.
    """
    if daemon not in _AGENTS:
        raise LabError(f"{name}: no daemon {daemon!r} here; there are: {', '.join(_AGENTS)}")
    _turn(server, name, _AGENTS[daemon], on=not up)


def daemons(server: Server, name: str) -> dict[str, bool]:
    """Return whether each agent of a switch runs."""
    broken = server.fabric.faults(name)
    return {daemon: fault not in broken for daemon, fault in _AGENTS.items()}


def type_in(server: Server, name: str, lines: tuple[str, ...]) -> None:
    """Type lines into a switch's configuration, as somebody at its console would.

    Raises
    ------
    LabError
        The switch refuses a line.
    """
    try:
        server.fabric.drift(name, lines)
    except InvalidLine as error:
        raise LabError(f"{name} refuses the line: {error}") from None


def set_serial(server: Server, name: str, serial: str) -> None:
    """Give a switch another serial number."""
    server.fabric.set_serial(name, serial)


def set_fault(server: Server, name: str, fault: str, *, on: bool) -> None:
    """Let one of the simulators' own faults begin or end.

    Raises
    ------
    LabError
        There is no such fault.
    """
    known = [one.value for one in Fault]
    if fault not in known:
        raise LabError(f"no fault {fault!r} of simulated switches; there are: {', '.join(known)}")
    _turn(server, name, Fault(fault), on=on)


def _turn(server: Server, name: str, fault: Fault, *, on: bool) -> None:
    change: Callable[[str, Fault], None] = server.fabric.set_fault if on else server.fabric.clear_fault
    change(name, fault)
