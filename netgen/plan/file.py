"""A plan as a file: JSON that people can read, for its owner alone, durable once it is written."""

from pathlib import Path

import msgspec

from netgen.plan.errors import PlanError
from netgen.plan.model import Plan
from netgen.record import Record
from netgen.session.backup import write_durable

FORMAT = 1
"""Counts up when what is in the file changes its meaning."""
MAX_BYTES = 512 * 2**20


def write_plan(plan: Plan, path: Path) -> None:
    """Write a plan; it is on the disk when this returns.

    Raises
    ------
    PlanError
        If it cannot be written.
    """
    if path.exists() and not path.is_file():
        # a folder, or a device such as /dev/null, in whose place a file would come
        raise PlanError(f"the plan cannot be written to {path}: it is no file")
    try:
        write_durable(path, serialise(plan))
    except OSError as error:
        raise PlanError(f"the plan cannot be written to {path}: {error.strerror}") from None


def serialise(plan: Plan) -> bytes:
    """Return the bytes of a plan's file."""
    document = {"format": FORMAT} | msgspec.structs.asdict(plan)
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def read_plan(path: Path) -> Plan:
    """Read a plan.

    Raises
    ------
    PlanError
        If there is none, or it is not one that this netgen reads.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise PlanError(f"{path} is larger than any plan")
        data = path.read_bytes()
    except OSError as error:
        raise PlanError(f"the plan {path} cannot be read: {error.strerror}") from None
    try:
        said = msgspec.json.decode(data, type=_Head).format
        if said != FORMAT:
            raise PlanError(f"{path} has the format {said!r}, this netgen reads {FORMAT}: plan again")
        plan = msgspec.json.decode(data, type=Plan)
        bytes.fromhex(plan.salt)
    except (ValueError, RecursionError) as error:
        raise PlanError(f"{path} is not a plan: {error}") from None
    return plan


class _Head(Record):
    """What tells how to read the rest."""

    format: object
