"""The patch panel: a network namespace of its own in which every port of every node has a socket.

A port is one end of a veth pair; the other end is its socket here. A cable is a pair of sockets that hand all
frames to each other, link-local ones (LLDP, LACP) included, by a traffic control redirect. So a cable can be
pulled (both sockets down: both ports lose their carrier) and moved (redirect elsewhere) while the nodes' ports,
their addresses and their daemons stay as they are, just as on a real panel. An empty socket is down: its port
has no carrier.

The supervisor's own network namespace is never touched: both ends of a pair are created where they belong.
"""

import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from netgen.lab.errors import LabError

# The largest MTU of a veth (drivers/net/veth.c: ETH_MAX_MTU), so that only the nodes' own MTUs count.
_MTU_BYTES = 65535
_COMMAND_S = 60.0

Port = tuple[str, str]
"""A node and one of its ports."""


@dataclass(slots=True)
class Panel:
    """The panel's process and what is plugged where.

    Parameters
    ----------
    process
        Holds the namespace; it ends when its standard input is closed, so with the supervisor at the latest.
    sockets
        Number of each port's socket.
    plugged
        For each port the port at the other end of its cable, both ways.
    pulled
        Ports whose cable is pulled.
    """

    process: subprocess.Popen[bytes]
    sockets: dict[Port, int] = field(default_factory=dict)
    plugged: dict[Port, Port] = field(default_factory=dict)
    pulled: set[Port] = field(default_factory=set)


def start(environment: Mapping[str, str]) -> Panel:
    """Start the process that holds the panel's namespace."""
    argv = ["setpriv", "--pdeathsig", "KILL", "unshare", "--net", "cat"]
    process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, env=dict(environment))
    return Panel(process)


def build(panel: Panel, ports: Mapping[str, tuple[int, Iterable[str]]]) -> None:
    """Give every port of every node its socket, all of them empty.

    Parameters
    ----------
    panel
        The panel.
    ports
        For each node a process in its network namespace and the names of its ports.

    Raises
    ------
    LabError
        The kernel refused; the message has its words.
    """
    lines = []
    for node, (pid, names) in ports.items():
        for name in names:
            number = len(panel.sockets)
            panel.sockets[node, name] = number
            lines.append(
                f"link add dev s{number} mtu {_MTU_BYTES} type veth peer name {name} netns {pid}\n"
                f"link set dev s{number} alias {node}:{name}\n"
            )
    _batch(panel, "ip", lines)
    _batch(panel, "tc", [f"qdisc add dev s{number} ingress\n" for number in panel.sockets.values()])


def plug(panel: Panel, cables: Iterable[tuple[Port, Port]]) -> None:
    """Plug cables in, each between two ports; what was in these ports before is unplugged.

    Raises
    ------
    LabError
        A port is unknown, or the kernel refused.
    """
    redirects: list[str] = []
    links: list[str] = []
    for a, b in cables:
        for port in (a, b):
            _unplug(panel, port, redirects, links)
        for port, peer in ((a, b), (b, a)):
            panel.plugged[port] = peer
            number, other = socket_of(panel, port), socket_of(panel, peer)
            redirects.append(
                f"filter replace dev s{number} ingress protocol all prio 1 handle 800::800 u32 match u32 0 0 "
                f"action mirred egress redirect dev s{other}\n"
            )
            links.append(f"link set dev s{number} up\n")
    _batch(panel, "tc", redirects)
    _batch(panel, "ip", links)


def _unplug(panel: Panel, port: Port, redirects: list[str], links: list[str]) -> None:
    peer = panel.plugged.pop(port, None)
    if peer is None:
        return
    panel.plugged.pop(peer, None)
    for loose in (port, peer):
        panel.pulled.discard(loose)
        number = socket_of(panel, loose)
        redirects.append(f"filter del dev s{number} ingress\n")
        links.append(f"link set dev s{number} down\n")


def pull(panel: Panel, port: Port) -> Port:
    """Pull a port's cable, so that both its ends lose their carrier, and return the other end.

    Raises
    ------
    LabError
        There is no cable.
    """
    return _carrier(panel, port, "down")


def push(panel: Panel, port: Port) -> Port:
    """Put a pulled cable back and return the other end.

    Raises
    ------
    LabError
        There is no cable.
    """
    return _carrier(panel, port, "up")


def swap(panel: Panel, a: Port, b: Port) -> tuple[Port, Port]:
    """Exchange the cables of two ports and return where their far ends are: of a, then of b, as now plugged.

    Raises
    ------
    LabError
        One of them has no cable, or both are ends of the same one.
    """
    peer_a, peer_b = peer_of(panel, a), peer_of(panel, b)
    if peer_a == b:
        raise LabError(f"{_show(a)} and {_show(b)} are the two ends of one cable: there is nothing to swap")
    plug(panel, [(a, peer_b), (b, peer_a)])
    return peer_b, peer_a


def peer_of(panel: Panel, port: Port) -> Port:
    """Return the other end of a port's cable.

    Raises
    ------
    LabError
        There is no such port, or no cable in it.
    """
    socket_of(panel, port)
    try:
        return panel.plugged[port]
    except KeyError:
        raise LabError(f"{_show(port)} has no cable") from None


def socket_of(panel: Panel, port: Port) -> int:
    """Return the number of a port's socket.

    Raises
    ------
    LabError
        There is no such port in the panel.
    """
    try:
        return panel.sockets[port]
    except KeyError:
        raise LabError(f"there is no port {_show(port)} in this lab") from None


def _carrier(panel: Panel, port: Port, state: str) -> Port:
    peer = peer_of(panel, port)
    _batch(panel, "ip", [f"link set dev s{socket_of(panel, end)} {state}\n" for end in (port, peer)])
    if state == "down":
        panel.pulled |= {port, peer}
    else:
        panel.pulled -= {port, peer}
    return peer


def _show(port: Port) -> str:
    return ":".join(port)


def _batch(panel: Panel, program: str, lines: list[str]) -> None:
    """Run a batch of ip or tc in the panel's namespace."""
    if not lines:
        return
    with tempfile.TemporaryFile("w+") as batch:
        batch.writelines(lines)
        batch.seek(0)
        argv = ["nsenter", f"--net=/proc/{panel.process.pid}/ns/net", program, "-batch", "-"]
        try:
            done = subprocess.run(argv, stdin=batch, capture_output=True, text=True, timeout=_COMMAND_S, check=False)
        except subprocess.TimeoutExpired:
            raise LabError(f"{program} did not finish the cabling within {_COMMAND_S:.0f} s") from None
    if done.returncode != 0:
        words = done.stderr.strip().splitlines()[:3]
        raise LabError(f"the cables cannot be laid: {program} says: {' / '.join(words)}")
