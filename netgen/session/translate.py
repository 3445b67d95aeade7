"""From what NAPALM and the libraries below it raise to one `SessionError` with a reason."""

import socket
import ssl

from netgen.session.errors import Reason, SessionError
from netgen.session.secrets import SecretError, Secrets

_DURING_COMMIT = (
    "the connection was lost during the commit: whether it took effect is not known yet; "
    "a timed commit undoes itself unless it is confirmed"
)


def translate(error: Exception, device: str, secrets: Secrets, *, committing: bool = False) -> SessionError:
    """Return what an exception means to people, without secrets.

    Parameters
    ----------
    error
        Whatever was raised.
    device
        The device's name.
    secrets
        Whose values must not be in the message.
    committing
        Whether a commit was under way: then a lost connection leaves the outcome unknown.
    """
    if isinstance(error, SessionError):
        return error
    if isinstance(error, SecretError):
        return SessionError(device, Reason.SECRET, str(error))
    reason = _reason(error)
    said = secrets.redact(_words(error))
    if committing and reason not in _ANSWERS:
        return SessionError(device, Reason.UNKNOWN, f"{_DURING_COMMIT} ({said})")
    return SessionError(device, reason, f"{_TITLES[reason]}: {said}")


# What the device says when it has not done what it was asked; all else leaves open what it has done.
_ANSWERS = frozenset({Reason.LOCKED, Reason.REFUSED, Reason.EXPIRED, Reason.UNSUPPORTED})
# A connection that was cut, in the words of TLS.
_CUT = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError)

_TITLES = {
    Reason.UNREACHABLE: "cannot be reached",
    Reason.AUTHENTICATION: "the device refuses the credentials",
    Reason.UNTRUSTED: "the device is not the trusted one",
    Reason.LOCKED: "the configuration is locked",
    Reason.REFUSED: "the device refuses the configuration",
    Reason.EXPIRED: "no commit waits for confirmation",
    Reason.UNSUPPORTED: "not supported",
    Reason.FAILED_COMMAND: "a command fails on the device",
    Reason.UNEXPECTED: "the device's answer is not understood",
}


def _reason(error: Exception) -> Reason:
    chain = _chain(error)
    if any(isinstance(each, ssl.SSLError) and not isinstance(each, _CUT) for each in chain):
        return Reason.UNTRUSTED
    if "host key" in str(error):
        return Reason.UNTRUSTED
    if "Unauthorized" in str(error):
        return Reason.AUTHENTICATION
    for kind, reason in _by_type():
        if isinstance(error, kind):
            return reason
    return Reason.UNEXPECTED


def _by_type() -> list[tuple[type[Exception], Reason]]:
    # NAPALM takes seconds to import: only who touches a device pays for it.
    from napalm.base import exceptions as napalm
    from pyeapi import eapilib

    # The first that fits counts: subclasses before their bases.
    return [
        (napalm.ConnectAuthError, Reason.AUTHENTICATION),
        (napalm.UnsupportedVersion, Reason.UNSUPPORTED),
        (NotImplementedError, Reason.UNSUPPORTED),
        (napalm.ConnectionException, Reason.UNREACHABLE),
        (napalm.CommandTimeoutException, Reason.UNREACHABLE),
        (eapilib.ConnectionError, Reason.UNREACHABLE),
        (OSError, Reason.UNREACHABLE),
        (EOFError, Reason.UNREACHABLE),
        (napalm.SessionLockedException, Reason.LOCKED),
        (napalm.LockError, Reason.LOCKED),
        (napalm.CommitConfirmException, Reason.EXPIRED),
        (napalm.CommandErrorException, Reason.FAILED_COMMAND),
        (napalm.NapalmException, Reason.REFUSED),
        (eapilib.CommandError, Reason.REFUSED),
    ]


def _words(error: Exception) -> str:
    """Return the message in one paragraph; of a socket's error its own words, not a library's around them."""
    for each in _chain(error):
        if isinstance(each, ssl.SSLCertVerificationError):
            return f"its certificate cannot be verified: {each.verify_message}"
        if isinstance(each, socket.gaierror):
            return "the name has no address"
        if isinstance(each, TimeoutError):
            return "no answer in time"
        if isinstance(each, OSError) and each.strerror:
            return each.strerror
    text = " ".join(str(error).split())
    return text or type(error).__name__


def _chain(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    following: BaseException | None = error
    while following is not None and following not in found:
        found.append(following)
        following = following.__cause__ or following.__context__
    return found
