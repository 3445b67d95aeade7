"""The supervisor stays on its feet whatever its control socket is told."""

import json
import socket

import pytest

from netgen.lab import lab
from netgen.lab.spec import LabNode, LabSpec

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    "words",
    [
        b"",
        b"\n",
        b"not json\n",
        b"[]\n",
        b"{}\n",
        b'{"operation": "fly"}\n',
        b'{"operation": "inject"}\n',
        b'{"operation": "inject", "fault": 1, "arguments": {}}\n',
        b'{"operation": "inject", "fault": "swap", "arguments": [1, null, {}, []]}\n',
        b"\xff" * 70000,
    ],
)
def test_nonsense_is_survived(words, state_dir):
    up = lab.up(LabSpec("control", (node(),), ()), state_dir)
    with connected(state_dir) as client:
        client.sendall(words)
        client.shutdown(socket.SHUT_WR)
        answer = client.recv(1 << 16)
    assert answer == b"" or "error" in json.loads(answer)
    assert lab.status(state_dir).supervisor == up.supervisor


def test_a_client_that_is_held_up_before_it_speaks_is_heard_and_holds_up_nobody(state_dir):
    up = lab.up(LabSpec("control", (node(),), ()), state_dir)
    with connected(state_dir) as held_up:
        assert lab.status(state_dir).supervisor == up.supervisor
        held_up.sendall(b'{"operation": "status"}\n')
        assert json.loads(held_up.recv(1 << 16))["status"]["supervisor"] == up.supervisor


def connected(state_dir):
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(60)
    client.connect(str(state_dir / "control.sock"))
    return client


def node():
    return LabNode("leaf1", "eos", "SN1", "4.32.2F", "DCS-7060X6-64PE", ("Ethernet1/1",))
