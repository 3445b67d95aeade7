"""Stands between the clients of a simulated InfiniBand fabric and its simulator, and times requests out.

A kernel tells whoever asks over /dev/infiniband/umad that no answer came: reading returns the request itself, with
the status ETIMEDOUT (linux, Documentation/infiniband/user_mad.rst). umad2sim, which stands in for it, has no clock.
Where a request is lost, because a manager that has just started drops it, or ibsim drops the answer to a trap, a
subnet manager would wait for ever. So every packet passes here, and requests that nothing answers come back as a
kernel's would.

The packets are those of ibsim (include/ibsim.h), all over UDP: ``sim_ctl`` on a control socket, where a client says
at which port it listens, and ``sim_request`` on one socket for each client, behind the control socket's.

Started by `netgen.lab.attach` as ``python -m netgen.lab.umad_relay ADDRESS PORT SIMULATOR_PORT`` in the network
namespace of the simulator; says ``ready`` when it listens, and ends with its standard input.
"""

import contextlib
import selectors
import socket
import struct
import sys
import time

from msgspec import Struct, field

#: Beyond what OpenSM gives a request in all: 200 ms and three more (transaction_timeout, transaction_retries); the
#: simulator may be slower than a fabric.
TIMEOUT_S = 1.5

_LOOK_S = 0.5
_CONTROL_S = 60.0
_HOME = "127.0.0.1"
_MAX_BYTES = 2048

# struct sim_ctl: magic, client, type, length, 64 bytes of data
_CTL = struct.Struct("@IIII64s")
_ERROR, _CONNECT, _DISCONNECT = 0, 1, 2
_MAGIC = 0xDEADBEEF
# its data when a client connects begin with an id: the client's port, and in the answer the client's number
_ID = struct.Struct("@I")

# struct sim_request: dlid, slid, dqp, sqp, status, length, MAD; the status in network order
_STATUS_AT, _MAD_AT = 16, 32
_STATUS = struct.Struct("!I")
_TIMED_OUT = _STATUS.pack(110)  # ETIMEDOUT of Linux
_OK = _STATUS.pack(0)
# MAD: class and method (IBA 1.4, 13.4.2); of the transaction's number ibsim takes the first two bytes for itself
_CLASS_AT, _METHOD_AT = _MAD_AT + 1, _MAD_AT + 3
_NUMBER = slice(_MAD_AT + 10, _MAD_AT + 16)
_RESPONSE, _SEND, _REPRESS = 0x80, 0x03, 0x07

_Key = tuple[int, bytes]


class Client(Struct):
    """One client of the simulator.

    Parameters
    ----------
    number
        The simulator's for it.
    down, up
        Sockets connected to the client and to the simulator.
    pending
        Requests that nobody has answered yet, by class and number, with the time when they are given up.
    """

    number: int
    down: socket.socket
    up: socket.socket
    pending: dict[_Key, tuple[float, bytes]] = field(default_factory=dict)


def key_of(packet: bytes) -> _Key:
    """Return what tells a transaction from others of the same client."""
    return packet[_CLASS_AT], packet[_NUMBER]


def is_request(packet: bytes) -> bool:
    """Whether an answer is due to a packet of a client."""
    method = packet[_METHOD_AT]
    return not method & _RESPONSE and method not in {_SEND, _REPRESS}


def settles(packet: bytes) -> bool:
    """Whether a packet to a client is an answer, or the simulator's word that there is none."""
    return bool(packet[_METHOD_AT] & _RESPONSE) or packet[_STATUS_AT : _STATUS_AT + 4] != _OK


def timed_out(request: bytes) -> bytes:
    """Return a request as a kernel gives it back."""
    return request[:_STATUS_AT] + _TIMED_OUT + request[_STATUS_AT + 4 :]


class Relay:
    """The sockets of all clients."""

    def __init__(self, address: str, port: int, simulator_port: int) -> None:
        self.address, self.port = address, port
        self.simulator_port = simulator_port
        self.clients: dict[int, Client] = {}
        self.selector = selectors.DefaultSelector()
        self.control = _bound(address, port)
        self.simulator = _bound(_HOME, 0)
        self.simulator.connect((_HOME, simulator_port))
        self.simulator.settimeout(_CONTROL_S)
        self.selector.register(self.control, selectors.EVENT_READ, self.on_control)

    def on_control(self) -> None:
        """Pass what a client says of itself on, and the answer back."""
        packet, address = self.control.recvfrom(_MAX_BYTES)
        _, number, kind, _, data = _CTL.unpack(packet)
        if kind == _CONNECT:
            (listens,) = _ID.unpack_from(data)
            self._connect((address[0], listens), address, packet)
            return
        self.control.sendto(self._ask(packet), address)
        if kind == _DISCONNECT:
            self._forget(number)

    def _connect(self, client: tuple[str, int], address: tuple[str, int], packet: bytes) -> None:
        up = _bound(_HOME, 0)
        magic, number, kind, length, data = _CTL.unpack(packet)
        own = _ID.pack(up.getsockname()[1]) + data[_ID.size :]
        answer = self._ask(_CTL.pack(magic, number, kind, length, own))
        _, _, said, _, data = _CTL.unpack(answer)
        if said == _ERROR:
            up.close()
        else:
            (number,) = _ID.unpack_from(data)
            self._forget(number)
            up.connect((_HOME, self.simulator_port + 1 + number))
            down = _bound(self.address, self.port + 1 + number)
            down.connect(client)
            found = self.clients[number] = Client(number, down, up)
            self.selector.register(down, selectors.EVENT_READ, lambda: self._from_client(found))
            self.selector.register(up, selectors.EVENT_READ, lambda: self._from_simulator(found))
        self.control.sendto(answer, address)

    def _ask(self, packet: bytes) -> bytes:
        self.simulator.send(packet)
        return self.simulator.recv(_MAX_BYTES)

    def _from_client(self, client: Client) -> None:
        packet = self._receive(client, client.down)
        if packet is None:
            return
        if is_request(packet):
            client.pending.pop(key_of(packet), None)
            client.pending[key_of(packet)] = (time.monotonic() + TIMEOUT_S, packet)
        with contextlib.suppress(ConnectionRefusedError):
            client.up.send(packet)

    def _from_simulator(self, client: Client) -> None:
        packet = self._receive(client, client.up)
        if packet is None:
            return
        if settles(packet):
            client.pending.pop(key_of(packet), None)
        self._send(client, packet)

    def _receive(self, client: Client, source: socket.socket) -> bytes | None:
        try:
            return source.recv(_MAX_BYTES)
        except ConnectionRefusedError:
            self._bury(client)
            return None

    def _send(self, client: Client, packet: bytes) -> None:
        try:
            client.down.send(packet)
        except ConnectionRefusedError:
            self._bury(client)

    def _bury(self, client: Client) -> None:
        """Take leave for a client that has died without."""
        self._ask(_CTL.pack(_MAGIC, client.number, _DISCONNECT, 0, b""))
        self._forget(client.number)

    def _forget(self, number: int) -> None:
        client = self.clients.pop(number, None)
        if client is not None:
            for each in (client.down, client.up):
                self.selector.unregister(each)
                each.close()

    def give_up(self, now: float) -> None:
        """Return the requests whose time is over."""
        for client in list(self.clients.values()):
            for key, (deadline, request) in list(client.pending.items()):
                if deadline > now:
                    break  # they are in the order of their times
                del client.pending[key]
                self._send(client, timed_out(request))


def _bound(address: str, port: int) -> socket.socket:
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    opened.bind((address, port))
    return opened


def main(address: str, port: int, simulator_port: int) -> None:
    """Relay until the standard input ends."""
    relay = Relay(address, port, simulator_port)
    relay.selector.register(sys.stdin, selectors.EVENT_READ, None)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        for key, _ in relay.selector.select(_LOOK_S):
            if key.data is None:
                return
            if key.fileobj.fileno() >= 0:  # type: ignore[union-attr]  # closed by one before it
                key.data()
        relay.give_up(time.monotonic())


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
