"""Which packets wait for an answer, and what becomes of a request that gets none."""

import contextlib
import socket
import struct
import subprocess
import sys
import threading
import time

import pytest

from netgen.lab.umad_relay import TIMEOUT_S, Relay, is_request, key_of, settles, timed_out
from tests import loopback

GET, SET, SEND, TRAP, REPRESS, RESPONSE = 1, 2, 3, 5, 7, 0x81
CTL = struct.Struct("@IIII64s")
HOME, PORT = "127.0.0.1", 7070


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

    def __init__(self):
        self.control, self.data = two_in_a_row()
        self.port = self.control.getsockname()[1]

    def answer_control(self):
        asked, relay = self.control.recvfrom(2048)
        magic, client, kind, length, data = CTL.unpack(asked)
        if kind == 1:
            self.data.connect((HOME, struct.unpack_from("@I", data)[0]))
            data = struct.pack("@I", 0) + data[4:]
        self.control.sendto(CTL.pack(magic, client, kind, length, data), relay)
        return kind

    def close(self):
        self.control.close()
        self.data.close()


def bound(port):
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    opened.settimeout(60)
    try:
        opened.bind((HOME, port))
    except OSError:
        opened.close()
        raise
    return opened


def two_in_a_row():
    """Two sockets of which the second has the port after the first's."""
    while True:
        first = bound(0)
        try:
            return first, bound(first.getsockname()[1] + 1)
        except OSError:
            first.close()  # somebody has that one


@pytest.fixture
def simulator():
    found = Simulator()
    yield found
    found.close()


def connect(simulator, relay, port, answer):
    """Let a client tell a relay of itself, and return it; ``answer`` has the relay do its part."""
    control, client = bound(0), bound(0)
    hello = CTL.pack(0xDEADBEEF, 0, 1, 4, struct.pack("@I", client.getsockname()[1]))
    control.sendto(hello, (relay, port))
    answer()
    control.recv(2048)
    control.close()
    client.connect((relay, port + 1))
    return client


@pytest.fixture
def relayed(simulator):
    """A client that is connected through a relay, which has an address of its own, and the simulator behind it."""
    argv = [sys.executable, "-m", "netgen.lab.umad_relay"]
    with loopback.network() as network, contextlib.ExitStack() as stack:
        address = f"{network}.1"
        relay = stack.enter_context(
            subprocess.Popen(
                [*argv, address, str(PORT), str(simulator.port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
        )
        try:
            assert relay.stdout.readline() == b"ready\n"
            client = connect(simulator, address, PORT, simulator.answer_control)
            stack.callback(client.close)
            yield client, simulator
        finally:
            relay.stdin.close()
            assert relay.wait(60) == 0


def test_packets_pass_both_ways(relayed):
    """Of those that no answer is due to, which would otherwise come back if it took too long."""
    client, simulator = relayed
    client.send(packet(SEND))
    assert simulator.data.recv(2048) == packet(SEND)
    simulator.data.send(packet(RESPONSE, taken=3))
    assert client.recv(2048) == packet(RESPONSE, taken=3)


@pytest.mark.slow
def test_a_request_that_nobody_answers_comes_back(relayed):
    client, simulator = relayed
    client.send(packet(TRAP))
    assert simulator.data.recv(2048) == packet(TRAP)
    assert client.recv(2048) == packet(TRAP, status=110)


def test_what_was_answered_does_not_come_back(simulator):
    """Without a process, so that the test decides how much time has passed."""
    with loopback.network() as network, contextlib.ExitStack() as stack:
        relay = Relay(f"{network}.1", PORT, simulator.port)
        for opened in (relay.selector, relay.control, relay.simulator):
            stack.callback(opened.close)
        stack.callback(relay._forget, 0)

        def handle():
            for key, _ in relay.selector.select(60):
                key.data()

        def handle_connection():
            asking = threading.Thread(target=handle)
            asking.start()
            assert simulator.answer_control() == 1
            asking.join()

        client = connect(simulator, relay.address, PORT, handle_connection)
        stack.callback(client.close)
        for sent in (packet(TRAP), packet(GET, number=8)):
            client.send(sent)
            handle()
            assert simulator.data.recv(2048) == sent
        simulator.data.send(packet(RESPONSE, number=8))
        handle()
        assert client.recv(2048) == packet(RESPONSE, number=8)
        relay.give_up(time.monotonic() + TIMEOUT_S)
        client.send(packet(SEND))
        handle()
        simulator.data.send(packet(RESPONSE, number=9))
        handle()
        assert client.recv(2048) == packet(TRAP, status=110)
        assert client.recv(2048) == packet(RESPONSE, number=9)


def test_leave_is_taken_for_a_client_that_has_died(relayed):
    client, simulator = relayed
    client.close()
    simulator.data.send(packet(GET))
    assert simulator.answer_control() == 2
