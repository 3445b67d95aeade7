"""A plan as plain text and plain data; what makes it colourful is the command line's."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from netgen.plan.model import CHANGES, FAILURES, DevicePlan, Plan, Status, is_heading

MOST_NAMED = 2
"""So many devices are named; more are counted."""

_ORDER = tuple(Status)
MOST_NAMES = 8
"""So many devices that differ alike are named; the others are counted."""
_WORDS = {"differs": "different", "expected-absent": "expected absent", "rendered-only": "rendered only"}


def to_data(plan: Plan) -> dict[str, Any]:
    """Return a plan for programs: without the salt, so that nobody can test guesses of a secret against it."""
    return {
        "cluster": plan.cluster,
        "intent": plan.intent,
        "against": plan.against,
        "netgen": plan.netgen,
        "inputs": plan.inputs,
        "limit": plan.limit,
        "counts": counts(plan),
        "differs": plan.differs,
        "devices": [_device(device) for device in plan.devices],
        "warnings": list(plan.warnings),
    }


def counts(plan: Plan) -> dict[str, int]:
    """Return how many devices stand how, in the order of `Status`; what none is, is left out."""
    found = Counter(device.status for device in plan.devices)
    return {status.value: found[status] for status in _ORDER if found[status]}


def rows(plan: Plan) -> list[tuple[str, str, str, str]]:
    """Return the table of the devices that are not as intended: name, status, lines, remark."""
    return [
        (device.device, device.status.value, _lines(device), _remark(device))
        for device in plan.devices
        if device.status not in {Status.UNCHANGED, Status.RENDERED_ONLY}
    ]


def summary(plan: Plan) -> str:
    """Return the result in one line."""
    said = ", ".join(f"{number:,} {_WORDS.get(status, status)}" for status, number in counts(plan).items())
    added = sum(device.added for device in plan.devices)
    removed = sum(device.removed for device in plan.devices)
    lines = f"; {_count(added, 'line')} to add, {removed:,} to delete" if plan.differs else ""
    return f"{plan.cluster}: {said or 'no devices'}{lines}"


def notes(plan: Plan) -> list[tuple[str, str]]:
    """Return what else a reader has to know: whose it is (empty: no device's in particular) and words."""
    found = [("", warning) for warning in plan.warnings]
    said = [(each.device, each.message) for each in plan.devices if each.status is Status.RENDERED_ONLY]
    said += [(device.device, note) for device in plan.devices for note in device.notes]
    return found + grouped(said)


def losses(plan: Plan) -> list[tuple[str, str]]:
    """Return what a replace would delete that is not known as netgen's: whose it is, and the line under its section.

    Where nothing tells netgen's lines from others', every line that nothing replaces is in it.
    """
    return grouped(
        (device.device, " / ".join((*deletion.section, deletion.line)))
        for device in plan.devices
        for deletion in device.deletions
        if not deletion.was_rendered
    )


def grouped(said: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Tell what is true of many devices once: from device and words each, to whose it is and words."""
    devices: dict[str, list[str]] = {}
    for device, words in said:
        devices.setdefault(words, []).append(device)
    return [
        (", ".join(names) if len(names) <= MOST_NAMED else f"{len(names):,} devices", words)
        for words, names in devices.items()
    ]


def diff_text(plan: Plan) -> str:
    """Return all differences as one unified diff; devices that differ alike share one."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for device in plan.devices:
        if device.status in CHANGES:
            alike.setdefault(device.diff, []).append(device.device)
    return "".join(f"{line}\n" for diff, names in alike.items() for line in _headed(diff, names))


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}" + ("" if number == 1 else "s")


def _headed(diff: tuple[str, ...], names: list[str]) -> list[str]:
    title = f"=== {names[0]}"
    if len(names) > 1:
        more = f", and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
        title = f"=== {len(names)} devices alike: {', '.join(names[:MOST_NAMES])}{more}"
    # A switch compares its own configurations and names no side; files name theirs.
    if any(is_heading(line) for line in diff):
        return [title, *diff]
    return [title, "--- running", "+++ intended", *diff]


def _lines(device: DevicePlan) -> str:
    return f"+{device.added} -{device.removed}" if device.diff else ""


def _remark(device: DevicePlan) -> str:
    if device.status in FAILURES:
        return device.message
    if device.status is Status.EXPECTED_ABSENT:
        return f"the inventory says {device.state}"
    lost = sum(not deletion.was_rendered for deletion in device.deletions)
    return f"deletes {_count(lost, 'line')} that nothing replaces" if lost else ""


def _device(device: DevicePlan) -> dict[str, Any]:
    return {
        "device": device.device,
        "role": device.role,
        "platform": device.platform,
        "state": device.state,
        "status": device.status.value,
        "added": device.added,
        "removed": device.removed,
        "diff": list(device.diff),
        "deletions": [
            {"section": list(each.section), "line": each.line, "was_rendered": each.was_rendered}
            for each in device.deletions
        ],
        "candidate": device.candidate,
        "serial": device.serial,
        "os_version": device.os_version,
        "reason": device.reason,
        "message": device.message,
        "notes": list(device.notes),
    }
