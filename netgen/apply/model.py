"""What is to be done with one device, and what became of it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from msgspec import convert, to_builtins

from netgen.record import Record


class Result(StrEnum):
    """How an apply ended on a device."""

    APPLIED = "applied"
    UNCHANGED = "unchanged"
    """There was nothing to do any more."""
    STALE = "stale"
    """The device is no longer as the plan saw it: nothing was done."""
    FAILED = "failed"
    """Nothing was done, for the reason that the message gives."""
    ROLLED_BACK = "rolled back"
    """It was changed, a check failed, and the change was undone."""
    UNKNOWN = "unknown"
    """It may have been changed; its own timer undoes what nobody confirms."""


class Job(Record):
    """What is to be done with one device; no secret is in it, but for the salt of the plan's digests.

    Parameters
    ----------
    device
        Its name.
    connections
        The connections.yaml that says how it is reached.
    driver, platform, address
        Of its session.
    serial, os_version
        Who it has to be; ``None``: not known.
    files
        Rendered texts by name, secrets being tokens in them.
    salt, difference
        Salt of the plan, and the digest of the difference that was approved.
    timer_s
        Seconds after which the device undoes what is not confirmed.
    settle_s
        Seconds within which the watched sessions must be back.
    watched
        BGP sessions, by own port or neighbour's address, whose other end this plan does not change: they are up
        afterwards if they were before.
    backup
        Folder that what ran before is kept in.
    lock, owner
        The lock of the apply and the process that took it: without that process nothing is confirmed.
    turn
        Devices that have one are changed after all others, one after another from the lowest, until one fails: those
        that stand in for each other. ``None``: at the same time as others.
    """

    device: str
    connections: str
    driver: str
    platform: str
    address: str
    serial: str | None
    os_version: str | None
    files: Mapping[str, str]
    salt: str
    difference: str
    timer_s: int
    settle_s: int
    watched: tuple[str, ...]
    backup: str
    lock: str
    owner: int
    turn: int | None = None

    def as_data(self) -> dict[str, Any]:
        """Return plain data, for `job_from_data`."""
        data: dict[str, Any] = to_builtins(self)
        return data


def job_from_data(data: Mapping[str, Any]) -> Job:
    """Return the job that `Job.as_data` made plain."""
    return convert(data, Job)


class Outcome(Record):
    """What became of a device.

    Parameters
    ----------
    device
        Its name.
    result
        How it ended.
    message
        Why, for people; empty where all went well.
    notes
        What else a reader has to know.
    """

    device: str
    result: Result
    message: str = ""
    notes: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        """Whether the device is now as intended."""
        return self.result in {Result.APPLIED, Result.UNCHANGED}

    def as_data(self) -> dict[str, Any]:
        """Return plain data, for `outcome_from_data`."""
        data: dict[str, Any] = to_builtins(self)
        return data


def outcome_from_data(data: Mapping[str, Any]) -> Outcome:
    """Return the outcome that `Outcome.as_data` made plain."""
    return convert(data, Outcome)


class ApplyReport(Record):
    """What became of a plan.

    Parameters
    ----------
    cluster
        Its name.
    outcomes
        One a device that the plan changes, in its order.
    backups
        Folder that what ran before is kept in.
    """

    cluster: str
    outcomes: tuple[Outcome, ...]
    backups: str

    def count(self, result: Result) -> int:
        """Return how many devices ended so."""
        return sum(outcome.result is result for outcome in self.outcomes)
