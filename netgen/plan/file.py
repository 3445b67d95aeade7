"""A plan as a file: JSON that people can read, for its owner alone, durable once it is written."""

from pathlib import Path
from typing import Any

import orjson

from netgen.plan.deletions import Deletion
from netgen.plan.errors import PlanError
from netgen.plan.model import DevicePlan, Plan, Status
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
    try:
        write_durable(path, serialise(plan))
    except OSError as error:
        raise PlanError(f"the plan cannot be written to {path}: {error.strerror}") from None


def serialise(plan: Plan) -> bytes:
    """Return the bytes of a plan's file."""
    document = {"format": FORMAT} | _plain(plan)
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


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
        document = orjson.loads(data)
        if document["format"] != FORMAT:
            raise PlanError(f"{path} has the format {document['format']!r}, this netgen reads {FORMAT}: plan again")
        return _plan(document)
    except orjson.JSONDecodeError as error:
        raise PlanError(f"{path}:{error.lineno}:{error.colno}: not JSON: {error.msg}") from None
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise PlanError(f"{path} is not a plan: {type(error).__name__}: {error}") from None


def _plain(plan: Plan) -> dict[str, Any]:
    plain: dict[str, Any] = orjson.loads(orjson.dumps(plan))
    return plain


def _plan(document: dict[str, Any]) -> Plan:
    shared_key = document["shared_key"]
    if not isinstance(shared_key, bool):
        raise TypeError("shared_key is neither true nor false")
    limit = document["limit"]
    return Plan(
        cluster=_text(document["cluster"]),
        intent=_text(document["intent"]),
        against=_text(document["against"]),
        netgen=_text(document["netgen"]),
        inputs=_text(document["inputs"]),
        limit=None if limit is None else _text(limit),
        salt=bytes.fromhex(_text(document["salt"])).hex(),
        shared_key=shared_key,
        devices=tuple(_device(device) for device in document["devices"]),
        warnings=_texts(document["warnings"]),
    )


def _device(document: dict[str, Any]) -> DevicePlan:
    return DevicePlan(
        status=Status(document["status"]),
        diff=_texts(document["diff"]),
        deletions=tuple(_deletion(deletion) for deletion in document["deletions"]),
        notes=_texts(document["notes"]),
        **{name: _text(document[name]) for name in _DEVICE_TEXTS},
    )


_DEVICE_TEXTS = (
    "device",
    "role",
    "platform",
    "state",
    "candidate",
    "difference",
    "serial",
    "os_version",
    "reason",
    "message",
)


def _deletion(document: dict[str, Any]) -> Deletion:
    was_rendered = document["was_rendered"]
    if was_rendered is not None and not isinstance(was_rendered, bool):
        raise TypeError("was_rendered is neither true, false nor null")
    return Deletion(_texts(document["section"]), _text(document["line"]), was_rendered)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not text")
    return value


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError(f"{value!r} is not a list")
    return tuple(_text(item) for item in value)
