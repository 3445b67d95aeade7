"""What the supervisor does to a running lab when it is asked to break or mend something."""

import socket
from collections.abc import Callable

from netgen.lab import addresses, node, panel
from netgen.lab.errors import LabError
from netgen.lab.faults import FAULTS, check
from netgen.lab.node import Node
from netgen.lab.panel import Panel, Port
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
    return _ACTIONS[kind](lab, *arguments)


def _management_down(lab: Running, name: str) -> str:
    if name in lab.silent:
        _management_up(lab, name)
    if name not in lab.refusing:
        # A listening socket that is shut down keeps its address and refuses whoever comes.
        lab.listeners[name].shutdown(socket.SHUT_RDWR)
        lab.refusing.add(name)
    node.ask(_node(lab, name), "signal-sessions", signal="SIGKILL")
    return _note(lab, ("management", name), f"{name}: its management is down")


def _management_silent(lab: Running, name: str) -> str:
    if name in lab.refusing:
        _management_up(lab, name)
    lab.silent.add(name)
    node.ask(_node(lab, name), "signal-sessions", signal="SIGSTOP")
    return _note(lab, ("management", name), f"{name}: its management does not answer")


def _management_up(lab: Running, name: str) -> str:
    if name in lab.refusing:
        lab.listeners[name].listen(addresses.BACKLOG)
        lab.refusing.discard(name)
    if name in lab.silent:
        node.ask(_node(lab, name), "signal-sessions", signal="SIGCONT")
        lab.silent.discard(name)
    lab.faults.pop(("management", name), None)
    return f"{name}: its management is up"


def _cable_down(lab: Running, name: str, port: str) -> str:
    peer = panel.pull(_panel(lab), (name, port))
    return _note(lab, ("cable", *sorted((_end((name, port)), _end(peer)))), f"{name}:{port} -- {_end(peer)} is pulled")


def _cable_up(lab: Running, name: str, port: str) -> str:
    peer = panel.push(_panel(lab), (name, port))
    lab.faults.pop(("cable", *sorted((_end((name, port)), _end(peer)))), None)
    return f"{name}:{port} -- {_end(peer)} is plugged in"


def _isolate(lab: Running, name: str) -> str:
    return _all_cables(lab, name, _cable_down, "isolated: {} cables are pulled")


def _rejoin(lab: Running, name: str) -> str:
    return _all_cables(lab, name, _cable_up, "back: {} cables are plugged in")


def _all_cables(lab: Running, name: str, move: Callable[[Running, str, str], str], words: str) -> str:
    ports = [port for owner, port in _panel(lab).plugged if owner == name]
    for port in ports:
        move(lab, name, port)
    return f"{name} is {words.format(len(ports))}"


def _swap(lab: Running, name_a: str, port_a: str, name_b: str, port_b: str) -> str:
    board, a, b = _panel(lab), (name_a, port_a), (name_b, port_b)
    for end in (a, b):
        peer = panel.peer_of(board, end)
        lab.faults.pop(("cable", *sorted((_end(end), _end(peer)))), None)
    far_a, far_b = panel.swap(board, a, b)
    laid = {frozenset(((c.a_node, c.a_port), (c.b_node, c.b_port))) for c in lab.spec.cables}
    lab.faults = {key: words for key, words in lab.faults.items() if key[0] != "swap"}
    for near, far in sorted({tuple(sorted(pair)) for pair in board.plugged.items()}):
        if frozenset((near, far)) not in laid:
            _note(lab, ("swap", _end(near)), f"{_end(near)} -- {_end(far)} is plugged otherwise than laid")
    return f"{_end(a)} -- {_end(far_a)} and {_end(b)} -- {_end(far_b)} are now plugged"


def _daemon_down(lab: Running, name: str, daemon: str) -> str:
    node.ask(_node(lab, name), "kill-daemon", daemon=daemon)
    return _note(lab, ("daemon", name, daemon), f"{name}: {daemon} is down")


def _daemon_up(lab: Running, name: str, daemon: str) -> str:
    node.ask(_node(lab, name), "start-daemon", daemon=daemon)
    lab.faults.pop(("daemon", name, daemon), None)
    return f"{name}: {daemon} is up"


def _drift(lab: Running, name: str, *lines: str) -> str:
    node.ask(_node(lab, name), "configure", lines=lines)
    return f"{name}: {len(lines)} lines were typed in"


def _serial(lab: Running, name: str, serial: str) -> str:
    member = _node(lab, name)
    node.ask(member, "serial", serial=serial)
    if serial == member.identity.serial:
        lab.faults.pop(("serial", name), None)
        return f"{name}: its serial number is its own again"
    return _note(lab, ("serial", name), f"{name}: its serial number is {serial}")


def _note(lab: Running, key: tuple[str, ...], words: str) -> str:
    lab.faults[key] = words
    return words


def _node(lab: Running, name: str) -> Node:
    return lab.nodes[name]


def _panel(lab: Running) -> Panel:
    if lab.panel is None:
        raise LabError("this lab has no cables that can be moved")
    return lab.panel


def _end(port: Port) -> str:
    return ":".join(port)


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
}
