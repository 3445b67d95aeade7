"""Which packets wait for an answer, and what becomes of a request that gets none."""

import contextlib
import socket
import struct
import subprocess
import sys
import time

import pytest

from netgen.lab.umad_relay import is_request, key_of, settles, timed_out

GET, SET, SEND, TRAP, REPRESS, RESPONSE = 1, 2, 3, 5, 7, 0x81
CTL = struct.Struct("@IIII64s")


def packet(method, number=7, status=0, taken=0):
    """A packet of ibsim: the first two bytes of the transaction's number are ibsim's."""
    header = struct.pack("=IIII", 1, 2, 0, 0) + struct.pack("!I", status) + bytes(4) + struct.pack("=Q", 256)
    mad = bytes([1, 0x81, 1, method, 0, 0, 0, 0]) + struct.pack("!HIH", taken, number, 0)
    return header + mad.ljust(256, b"\0")


@pytest.mark.parametrize(
    ("method", "due"), [(GET, True), (SET, True), (TRAP, True), (SEND, False), (REPRESS, False), (RESPONSE, False)]
)
def test_what_an_answer_is_due_to(method, due):
    assert is_request(packet(method)) is due


def test_an_answer_has_the_number_of_its_request_whatever_ibsim_wrote_into_it():
    assert key_of(packet(RESPONSE, taken=3)) == key_of(packet(GET))
    assert key_of(packet(GET, number=8)) != key_of(packet(GET))


def test_what_settles_a_request():
    assert settles(packet(RESPONSE))
    assert settles(packet(GET, status=110))
    assert not settles(packet(GET))  # another client's request to this one


def test_a_request_comes_back_as_it_was_but_for_its_status():
    assert timed_out(packet(GET)) == packet(GET, status=110)


class Simulator:
    """What a relay takes for ibsim: answers the control socket, and lets the test answer for the rest."""

    def __init__(self, port):
        self.control, self.data = (bound(port + offset) for offset in (0, 1))

    def answer_control(self):
        asked, relay = self.control.recvfrom(2048)
        magic, client, kind, length, data = CTL.unpack(asked)
        if kind == 1:
            self.data.connect(("127.0.0.1", struct.unpack_from("@I", data)[0]))
            data = struct.pack("@I", 0) + data[4:]
        self.control.sendto(CTL.pack(magic, client, kind, length, data), relay)
        return kind


def bound(port):
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    opened.settimeout(10)
    opened.bind(("127.0.0.1", port))
    return opened


def free_ports():
    """Two runs of ports that nobody has: all sockets of one are opened at once, and closed again."""
    for _ in range(16):
        with contextlib.ExitStack() as stack, contextlib.suppress(OSError):
            first = stack.enter_context(bound(0)).getsockname()[1]
            for offset in range(1, 6):
                stack.enter_context(bound(first + offset))
            return first, first + 3
    pytest.fail("no six ports in a row are free")


@pytest.fixture
def relayed():
    """A client that is connected through a relay, and the simulator behind it."""
    port, simulator_port = free_ports()
    simulator = Simulator(simulator_port)
    argv = [sys.executable, "-m", "netgen.lab.umad_relay", "127.0.0.1", str(port), str(simulator_port)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as relay:
        try:
            assert relay.stdout.readline() == b"ready\n"
            control, client = bound(0), bound(0)
            hello = CTL.pack(0xDEADBEEF, 0, 1, 4, struct.pack("@I", client.getsockname()[1]))
            control.sendto(hello, ("127.0.0.1", port))
            assert simulator.answer_control() == 1
            control.recv(2048)
            client.connect(("127.0.0.1", port + 1))
            yield client, simulator
        finally:
            relay.stdin.close()
            assert relay.wait(10) == 0
            for each in (control, client, simulator.control, simulator.data):
                each.close()


def test_packets_pass_both_ways(relayed):
    client, simulator = relayed
    client.send(packet(GET))
    assert simulator.data.recv(2048) == packet(GET)
    simulator.data.send(packet(RESPONSE, taken=3))
    assert client.recv(2048) == packet(RESPONSE, taken=3)


@pytest.mark.slow
def test_a_request_that_nobody_answers_comes_back(relayed):
    client, simulator = relayed
    client.send(packet(TRAP))
    client.send(packet(GET, number=8))
    assert simulator.data.recv(2048) == packet(TRAP)
    assert simulator.data.recv(2048) == packet(GET, number=8)
    simulator.data.send(packet(RESPONSE, number=8))
    assert client.recv(2048) == packet(RESPONSE, number=8)
    assert client.recv(2048) == packet(TRAP, status=110)


def test_leave_is_taken_for_a_client_that_has_died(relayed):
    client, simulator = relayed
    client.close()
    simulator.data.send(packet(GET))
    time.sleep(0.05)
    with contextlib.suppress(ConnectionRefusedError):
        simulator.data.send(packet(GET))
    assert simulator.answer_control() == 2
