"""A plan: the differences between an intent and what is there, device by device."""

import hashlib
from collections.abc import Mapping
from enum import StrEnum

from netgen.plan.deletions import Deletion
from netgen.record import Record

DEVICES = "devices"
"""What a plan that can be applied was made against."""


class Status(StrEnum):
    """How a device stands to its intended configuration."""

    UNCHANGED = "unchanged"
    DIFFERS = "differs"
    NEW = "new"
    """Offline only: there was nothing of it."""
    GONE = "gone"
    """Offline only: it no longer follows from the intent."""
    EXPECTED_ABSENT = "expected-absent"
    """The inventory says that it is planned or failed: nobody asked it."""
    RENDERED_ONLY = "rendered-only"
    """No session is opened to it, for the reason that `message` gives: it was not compared."""
    UNREACHABLE = "unreachable"
    ERROR = "error"


_SEPARATORS = frozenset({"", "!", "#"})
FAILURES = frozenset({Status.UNREACHABLE, Status.ERROR})
CHANGES = frozenset({Status.DIFFERS, Status.NEW, Status.GONE})


class DevicePlan(Record):
    """What would change on one device.

    Parameters
    ----------
    device, role, platform
        Which device.
    status
        How it stands.
    state
        By the inventory: ``active``, ``maintenance``, ``planned`` or ``failed``.
    diff
        Unified diff without secrets, in lines; each is what the device loses (``-``) or gains (``+``).
    deletions
        Lines that a replace deletes without anything in their place.
    candidate
        SHA-256 of the rendered files, secrets being tokens in them.
    difference
        Keyed digest of the true difference (`netgen.session.difference`); empty where there is none.
    serial, os_version
        As the device says; empty where it was not asked.
    reason, message
        Of a failure: `netgen.session.errors.Reason`; of a failure or of what was not compared: words for people.
    notes
        What else a reader has to know: checks that were not possible, and ones that were switched off.
    """

    device: str
    role: str
    platform: str
    status: Status
    state: str = "active"
    diff: tuple[str, ...] = ()
    deletions: tuple[Deletion, ...] = ()
    candidate: str = ""
    difference: str = ""
    serial: str = ""
    os_version: str = ""
    reason: str = ""
    message: str = ""
    notes: tuple[str, ...] = ()

    @property
    def added(self) -> int:
        """How many lines the device gains."""
        return count(self.diff, "+")

    @property
    def removed(self) -> int:
        """How many lines the device loses."""
        return count(self.diff, "-")


class Plan(Record):
    """All devices of a cluster, or those of a limit.

    Parameters
    ----------
    cluster
        Its name.
    intent
        Folder of the intent, as it was named.
    against
        ``devices``, the folder, or ``git:REV``.
    netgen
        Version that made it.
    inputs
        Digest of the intent, templates and catalog that it was made from.
    limit
        Glob over the devices; ``None``: all.
    salt
        Of the digests of differences, in hexadecimal; never shown. Empty in an offline plan.
    shared_key
        Whether `plan_key` of connections.yaml went into the digests.
    devices
        In the order of the cluster: spines, leaves, hosts.
    warnings
        What concerns no single device.
    """

    cluster: str
    intent: str
    against: str
    netgen: str
    inputs: str
    limit: str | None
    salt: str
    shared_key: bool
    devices: tuple[DevicePlan, ...]
    warnings: tuple[str, ...] = ()

    @property
    def differs(self) -> bool:
        """Whether anything would change."""
        return any(device.status in CHANGES for device in self.devices)

    @property
    def failures(self) -> tuple[DevicePlan, ...]:
        """The devices that could not be compared."""
        return tuple(device for device in self.devices if device.status in FAILURES)


def count(diff: tuple[str, ...], sign: str) -> int:
    """Return how many lines a unified diff adds or removes; headings and bare separators are no lines."""
    return sum(line.startswith(sign) and not is_heading(line) and line[1:].strip() not in _SEPARATORS for line in diff)


def is_heading(line: str) -> bool:
    """Whether a line of a unified diff names a side of it."""
    return line.startswith(("--- ", "+++ "))


def digest_files(files: Mapping[str, str]) -> str:
    """Return the SHA-256 of a device's rendered files with their names, in hexadecimal."""
    digest = hashlib.sha256()
    for name, text in sorted(files.items()):
        data = text.encode()
        digest.update(f"{name}\0{len(data)}\0".encode() + data)
    return digest.hexdigest()


def digest_inputs(inputs: Mapping[str, str]) -> str:
    """Return one digest of all that a render is made from: names and SHA-256 each, as the manifest has them."""
    return hashlib.sha256("".join(f"{name}\0{value}\n" for name, value in sorted(inputs.items())).encode()).hexdigest()
