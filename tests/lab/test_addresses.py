"""Management addresses are derived, distinct and free."""

import ipaddress
import secrets
import socket

import pytest

from netgen.lab import addresses
from netgen.lab.errors import LabError

# Not of those that the kernel gives to whoever asks for any (net.ipv4.ip_local_port_range).
PORT = 22022


@pytest.fixture
def listen():
    """Listen for devices, and return where; everything is closed at the end."""
    everything = []

    def open_(seed, names):
        bound = addresses.listen(seed, names, dict.fromkeys(names, PORT))
        everything.extend(bound.values())
        return {name: server.getsockname()[0] for name, server in bound.items()}

    yield open_
    for server in everything:
        server.close()


@pytest.fixture
def seed():
    return secrets.token_hex(8)


def test_every_device_has_an_address_of_its_own_on_the_loopback(listen, seed):
    names = [f"node{number}" for number in range(600)]
    found = listen(seed, names)
    assert list(found) == names
    assert len(set(found.values())) == 600
    hosts = ipaddress.ip_network("127.64.0.0/10")
    assert all(ipaddress.ip_address(address) in hosts for address in found.values())
    assert not any(address.endswith((".0", ".255")) for address in found.values())


def test_addresses_that_are_taken_are_left_alone(listen, seed):
    first = listen(seed, ["a", "b"])
    second = listen(seed, ["a", "b"])
    assert not set(first.values()) & set(second.values())


def test_addresses_come_back_when_they_are_free(seed):
    def once():
        bound = addresses.listen(seed, ["a", "b"], {"a": PORT, "b": PORT})
        found = [server.getsockname() for server in bound.values()]
        for server in bound.values():
            server.close()
        return found

    assert once() == once()


def test_when_nothing_is_free_it_says_so(monkeypatch, seed):
    monkeypatch.setattr(addresses, "_BLOCKS", 1)
    with socket.create_server(("127.64.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(LabError, match=f"no free loopback addresses for port {port}: .*choose another port"):
            addresses.listen(seed, ["a"], {"a": port})
