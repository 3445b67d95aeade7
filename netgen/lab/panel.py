"""The patch panel: a network namespace of its own in which every port of every node has a socket.

A port is one end of a veth pair; the other end is its socket here. A cable is a pair of sockets that hand all
frames to each other, link-local ones (LLDP, LACP) included, by a traffic control redirect. So a cable can be
pulled (both sockets down: both ports lose their carrier) and moved (redirected elsewhere) while the nodes' ports,
their addresses and their daemons stay as they are, just as at a real panel. An empty socket is down: its port
has no carrier. A cable that ends at a simulated switch gives carrier and carries nothing.

Simulators of InfiniBand live in the panel's namespace, and nodes reach them over a port that leads there.

The supervisor's own network namespace is never touched: both ends of a pair are created where they belong.
"""

import subprocess
import tempfile
from collections.abc import Iterable, Mapping

from msgspec import Struct, field

from netgen.lab.cabling import Cabling, Port, show
from netgen.lab.errors import LabError

# The largest MTU of a veth (drivers/net/veth.c: ETH_MAX_MTU), so that only the nodes' own MTUs count.
_MTU_BYTES = 65535
_COMMAND_S = 60.0


class Panel(Struct):
    """The panel's process and its sockets.

    Parameters
    ----------
    process
        Holds the namespace; it ends when its standard input is closed, so with the supervisor at the latest.
    sockets
        Number of each port's socket.
    """

    process: subprocess.Popen[bytes]
    sockets: dict[Port, int] = field(default_factory=dict)


def start(environment: Mapping[str, str]) -> Panel:
    """Start the process that holds the panel's namespace."""
    argv = ["setpriv", "--pdeathsig", "KILL", "unshare", "--net", "cat"]
    process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, env=dict(environment))
    return Panel(process)


def build(panel: Panel, ports: Mapping[Port, int], *, live: Iterable[Port], own: Mapping[Port, str]) -> None:
    """Give every port its socket, all of them empty.

    Parameters
    ----------
    panel
        The panel.
    ports
        For each port a process in the network namespace of its node.
    live
        Those that have carrier for ever, though no cable: the management ports.
    own
        Of those the ones that lead to the panel itself, where simulators live, with its address and length there.

    Raises
    ------
    LabError
        The kernel refused; the message has its words.
    """
    links, queues = ["link set dev lo up\n"], []
    for number, ((node, port), pid) in enumerate(ports.items()):
        panel.sockets[node, port] = number
        links.append(f"link add dev s{number} mtu {_MTU_BYTES} type veth peer name {port} netns {pid}\n")
        links.append(f"link set dev s{number} alias {show((node, port))}\n")
        queues.append(f"qdisc add dev s{number} ingress\n")
    links += [f"link set dev s{panel.sockets[port]} up\n" for port in live]
    links += [f"address add {address} dev s{panel.sockets[port]}\n" for port, address in own.items()]
    _batch(panel, "ip", links)
    _batch(panel, "tc", queues)


def wire(panel: Panel, cabling: Cabling, ports: Iterable[Port]) -> None:
    """Make the sockets of some ports what the cabling says; ports of simulated switches have none.

    Raises
    ------
    LabError
        The kernel refused; the message has its words.
    """
    redirects, links = [], []
    for port in ports:
        number = panel.sockets.get(port)
        if number is None:
            continue
        far = panel.sockets.get(cabling.far[port])
        if far is None:
            redirects.append(f"filter del dev s{number} ingress\n")
        else:
            redirects.append(
                f"filter replace dev s{number} ingress protocol all prio 1 handle 800::800 u32 match u32 0 0 "
                f"action mirred egress redirect dev s{far}\n"
            )
        links.append(f"link set dev s{number} {'down' if port in cabling.pulled else 'up'}\n")
    _batch(panel, "tc", redirects)
    _batch(panel, "ip", links)


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
