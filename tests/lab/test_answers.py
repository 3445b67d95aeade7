"""Answers of nodes belong to what they were asked."""

import socket

import pytest

from netgen.lab import node, wire
from netgen.lab.errors import LabError
from netgen.lab.node_files import NodeIdentity


def test_an_answer_that_comes_too_late_is_not_taken_for_the_next():
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        asked = node.Node(NodeIdentity("leaf1", "frr", "SN", "box", (), ""), None, ours)
        ours.settimeout(0.01)
        for _ in range(2):
            with pytest.raises(LabError, match="leaf1: no answer"):
                node.ask(asked, "serial", serial="X")
        for number in range(3):
            wire.send(theirs, {"number": number})
        assert node.ask(asked, "status") == {"number": 2}
