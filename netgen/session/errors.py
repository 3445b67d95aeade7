"""What can go wrong between netgen and a device, as a closed set of reasons and words for people."""

from enum import StrEnum


class Reason(StrEnum):
    """Why a session failed; programs decide by it, people read the message."""

    UNREACHABLE = "unreachable"
    """No connection, or it was lost while nothing was being committed."""
    AUTHENTICATION = "authentication"
    """The device refuses the credentials."""
    UNTRUSTED = "untrusted"
    """The host key or certificate is not the one that is trusted."""
    IDENTITY = "identity"
    """Another device answers than the inventory names."""
    SECRET = "secret"  # noqa: S105 - the name of a reason
    """A secret or key cannot be read, or must not be used as it lies there."""
    LOCKED = "locked"
    """Somebody else is changing the configuration."""
    REFUSED = "refused"
    """The device refuses what it was given."""
    EXPIRED = "expired"
    """No commit waits for confirmation: its timer has fired, or it was confirmed or undone before."""
    UNKNOWN = "unknown"
    """The connection was lost in mid-commit: whether it took effect must be read from the device."""
    UNSUPPORTED = "unsupported"
    """The platform or this version of it cannot do it."""
    FAILED_COMMAND = "failed-command"
    """The device could not do what it was asked, which changed nothing: such as a daemon that does not run."""
    UNEXPECTED = "unexpected"
    """The device answered what nobody understands."""


class SessionError(Exception):
    """A session cannot go on. The message is for people and holds no secret.

    Parameters
    ----------
    device
        Its name.
    reason
        The kind of failure.
    message
        What happened and what to do, without the device's name.
    file, line
        The line of the rendered file that the device refuses, counted from 1, where that is known.
    """

    def __init__(
        self, device: str, reason: Reason, message: str, *, file: str | None = None, line: int | None = None
    ) -> None:
        super().__init__(f"{device}: {message}")
        self.device = device
        self.reason = reason
        self.message = message
        self.file = file
        self.line = line


class ConnectionsError(Exception):
    """A connections.yaml is missing or not what it must be; the message starts with its place."""
