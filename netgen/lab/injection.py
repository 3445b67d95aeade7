"""What the supervisor does to a running lab when it is asked to break or mend something."""

import socket
from collections.abc import Callable

from netgen.lab import addresses, cabling, node, running, simulators
from netgen.lab.cabling import Port, show
from netgen.lab.eos.server import Server
from netgen.lab.errors import LabError
from netgen.lab.faults import FAULTS, check
from netgen.lab.running import Running


def inject(lab: Running, kind: str, arguments: tuple[str, ...]) -> str:
    """Break or mend something, and return in words what was done.

    Raises
    ------
    LabError
        There is no such fault, node, port or daemon, or it could not be done.
    """
    check(kind, arguments)
    known = {member.name: member.kind for member in lab.spec.nodes}
    name = arguments[0]
    if name not in known:
        raise LabError(f"there is no {name!r} in this lab; there are: {', '.join(sorted(known))}")
    if known[name] not in FAULTS[kind].kinds:
        raise LabError(f"{kind} cannot be done to {name}, which is of kind {known[name]}")
    if kind not in _OF_CABLES and name not in lab.endpoints:
        raise LabError(f"{name} is only the end of its cables in this lab: nothing else of it can be broken")
    return _ACTIONS[kind](lab, *arguments)


def _management_down(lab: Running, name: str) -> str:
    _management_up(lab, name)
    if name in lab.nodes:
        # A listening socket that is shut down keeps its address and refuses whoever comes.
        lab.listeners[name].shutdown(socket.SHUT_RDWR)
        lab.refusing.add(name)
        node.ask(lab.nodes[name], "signal-sessions", signal="SIGKILL")
    else:
        simulators.set_management(_simulated(lab), name, up=False)
    return _note(lab, ("management", name), f"{name}: its management is down")


def _management_silent(lab: Running, name: str) -> str:
    _management_up(lab, name)
    lab.silent.add(name)
    node.ask(lab.nodes[name], "signal-sessions", signal="SIGSTOP")
    return _note(lab, ("management", name), f"{name}: its management does not answer")


def _management_up(lab: Running, name: str) -> str:
    if name in lab.refusing:
        lab.listeners[name].listen(addresses.BACKLOG)
        lab.refusing.discard(name)
    if name in lab.silent:
        lab.silent.discard(name)
        node.ask(lab.nodes[name], "signal-sessions", signal="SIGCONT")
    if name not in lab.nodes:
        simulators.set_management(_simulated(lab), name, up=True)
    lab.faults.pop(("management", name), None)
    return f"{name}: its management is up"


def _cable_down(lab: Running, name: str, port: str) -> str:
    return _move(lab, [(name, port)], cabling.pull, "pulled")


def _cable_up(lab: Running, name: str, port: str) -> str:
    return _move(lab, [(name, port)], cabling.push, "plugged in")


def _isolate(lab: Running, name: str) -> str:
    return _move(lab, _plugged(lab, name), cabling.pull, "pulled")


def _rejoin(lab: Running, name: str) -> str:
    return _move(lab, _plugged(lab, name), cabling.push, "plugged in")


def _move(lab: Running, ports: list[Port], how: Callable[[cabling.Cabling, list[Port]], None], words: str) -> str:
    how(lab.cabling, ports)
    running.rewire(lab, [*ports, *(lab.cabling.far[port] for port in ports)])
    _note_cables(lab)
    moved = ", ".join(f"{show(port)} -- {show(lab.cabling.far[port])}" for port in ports)
    return f"{words}: {moved}"


def _plugged(lab: Running, name: str) -> list[Port]:
    return sorted(port for port in lab.cabling.far if port[0] == name)


def _swap(lab: Running, name_a: str, port_a: str, name_b: str, port_b: str) -> str:
    a, b = (name_a, port_a), (name_b, port_b)
    running.rewire(lab, cabling.swap(lab.cabling, a, b))
    _note_cables(lab)
    return ", ".join(f"{show(port)} is now plugged into {show(lab.cabling.far[port])}" for port in (a, b))


def _note_cables(lab: Running) -> None:
    """Say of every cable that is not as it was laid what is wrong with it."""
    for key in [key for key in lab.faults if key[0] == "cable"]:
        del lab.faults[key]
    for a, b in cabling.misplugged(lab.cabling, lab.spec):
        _note(lab, ("cable", "misplugged", show(a)), f"{show(a)} -- {show(b)}: plugged otherwise than laid")
    for a, b in cabling.cables(lab.cabling):
        if a in lab.cabling.pulled:
            _note(lab, ("cable", "pulled", show(a)), f"{show(a)} -- {show(b)}: pulled")


def _daemon_down(lab: Running, name: str, daemon: str) -> str:
    if name in lab.nodes:
        node.ask(lab.nodes[name], "kill-daemon", daemon=daemon)
    else:
        simulators.set_daemon(_simulated(lab), name, daemon, up=False)
    return _note(lab, ("daemon", name, daemon), f"{name}: {daemon} is down")


def _daemon_up(lab: Running, name: str, daemon: str) -> str:
    if name in lab.nodes:
        node.ask(lab.nodes[name], "start-daemon", daemon=daemon)
    else:
        simulators.set_daemon(_simulated(lab), name, daemon, up=True)
    lab.faults.pop(("daemon", name, daemon), None)
    return f"{name}: {daemon} is up"


def _drift(lab: Running, name: str, *lines: str) -> str:
    if name in lab.nodes:
        node.ask(lab.nodes[name], "configure", lines=lines)
    else:
        simulators.type_in(_simulated(lab), name, lines)
    return f"{name}: typed in {' / '.join(lines)}"


def _serial(lab: Running, name: str, serial: str) -> str:
    if name in lab.nodes:
        node.ask(lab.nodes[name], "serial", serial=serial)
    else:
        simulators.set_serial(_simulated(lab), name, serial)
    if any(member.name == name and member.serial == serial for member in lab.spec.nodes):
        lab.faults.pop(("serial", name), None)
        return f"{name}: its serial number is its own again"
    return _note(lab, ("serial", name), f"{name}: its serial number is {serial}")


def _simulate(lab: Running, name: str, fault: str) -> str:
    simulators.set_fault(_simulated(lab), name, fault, on=True)
    return _note(lab, ("simulate", name, fault), f"{name}: {fault}")


def _simulate_end(lab: Running, name: str, fault: str) -> str:
    simulators.set_fault(_simulated(lab), name, fault, on=False)
    lab.faults.pop(("simulate", name, fault), None)
    return f"{name}: no more {fault}"


def _note(lab: Running, key: tuple[str, ...], words: str) -> str:
    lab.faults[key] = words
    return words


def _simulated(lab: Running) -> Server:
    if lab.simulated is None:
        raise LabError("this lab has no simulated switches")
    return lab.simulated


_OF_CABLES = ("cable-down", "cable-up", "isolate", "rejoin", "swap")

_ACTIONS: dict[str, Callable[..., str]] = {
    "management-down": _management_down,
    "management-silent": _management_silent,
    "management-up": _management_up,
    "cable-down": _cable_down,
    "cable-up": _cable_up,
    "isolate": _isolate,
    "rejoin": _rejoin,
    "swap": _swap,
    "daemon-down": _daemon_down,
    "daemon-up": _daemon_up,
    "drift": _drift,
    "serial": _serial,
    "simulate": _simulate,
    "simulate-end": _simulate_end,
}
