"""What people are told of what libraries raise."""

import ssl

import pytest
from napalm.base import exceptions as napalm
from pyeapi import eapilib

from netgen.session.errors import Reason
from netgen.session.secrets import Secrets
from netgen.session.translate import translate


def caused_by(error: Exception, cause: Exception) -> Exception:
    error.__context__ = cause
    return error


CUT = caused_by(eapilib.ConnectionError("https", "Socket error"), ssl.SSLEOFError(8, "EOF in violation of protocol"))
REFUSED = eapilib.CommandError(1002, "invalid command", command_error="x", commands=["a"], output=[])


@pytest.mark.parametrize(
    ("error", "reason", "in_commit"),
    [
        (CUT, Reason.UNREACHABLE, Reason.UNKNOWN),
        (napalm.ConnectionClosedException("lost"), Reason.UNREACHABLE, Reason.UNKNOWN),
        (napalm.CommandTimeoutException("slow"), Reason.UNREACHABLE, Reason.UNKNOWN),
        (eapilib.ConnectionError("https", "Unauthorized. no"), Reason.AUTHENTICATION, Reason.UNKNOWN),
        (KeyError("serialNumber"), Reason.UNEXPECTED, Reason.UNKNOWN),
        (REFUSED, Reason.REFUSED, Reason.REFUSED),
        (napalm.ReplaceConfigException("no"), Reason.REFUSED, Reason.REFUSED),
        (napalm.CommitError("no"), Reason.REFUSED, Reason.REFUSED),
        (napalm.CommandErrorException("bgpd is not running"), Reason.FAILED_COMMAND, Reason.UNKNOWN),
        (napalm.LockError("by operator"), Reason.LOCKED, Reason.LOCKED),
        (napalm.ConnectAuthError("no"), Reason.AUTHENTICATION, Reason.UNKNOWN),
        (napalm.UnsupportedVersion("4.20"), Reason.UNSUPPORTED, Reason.UNSUPPORTED),
        (NotImplementedError(), Reason.UNSUPPORTED, Reason.UNSUPPORTED),
    ],
)
def test_a_lost_connection_is_unknown_in_mid_commit_only(error: Exception, reason: Reason, in_commit: Reason):
    assert translate(error, "leaf1", Secrets({})).reason is reason
    assert translate(error, "leaf1", Secrets({}), committing=True).reason is in_commit


def test_a_message_is_one_paragraph_that_names_the_device():
    found = translate(napalm.ReplaceConfigException("line one\n  line two"), "leaf1", Secrets({}))
    assert str(found) == "leaf1: the device refuses the configuration: line one line two"
