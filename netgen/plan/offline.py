"""Compares an intent with what was rendered before, or with an earlier revision of itself; touches no device."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path

from netgen import __version__
from netgen.cluster.fabric import DeviceRef
from netgen.compile import compile_intent
from netgen.device.build import build_any
from netgen.diagnostics.model import Diagnostic
from netgen.plan.errors import PlanError
from netgen.plan.facts import Facts, derived_facts, read_facts
from netgen.plan.interruptions import interruptions
from netgen.plan.model import DevicePlan, Plan, Status, digest_files
from netgen.plan.moves import diagnose, find_moves
from netgen.plan.rendered import rendered_devices, rendered_files
from netgen.plan.revision import checked_out
from netgen.plan.tally import Tally, tallies
from netgen.plan.textdiff import unified
from netgen.record import Record
from netgen.render.device import render_device
from netgen.render.source import Source, open_source

GIT = "git:"

Progress = Callable[[DevicePlan], None]


class OfflineDiff(Record):
    """A plan that cannot be applied, and what it does to things that exist."""

    plan: Plan
    diagnostics: tuple[Diagnostic, ...]
    changes: Mapping[str, Tally]
    """How many things of the whole cluster are new, changed or gone, by kind."""


class _Before(Record):
    """The side that is compared with."""

    devices: Sequence[str]
    files: Callable[[str], Mapping[str, str]]
    """Texts of a device's files; none where there was no such device."""
    facts: Facts


def diff_offline(
    source: Source,
    against: str,
    intent: Path,
    refs: Sequence[DeviceRef],
    *,
    inputs: str,
    limit: str | None = None,
    progress: Progress = lambda _: None,
) -> OfflineDiff:
    """Compare what is intended with what was.

    Parameters
    ----------
    source
        What is intended, and what renders it.
    against
        An output folder, or ``git:REV``.
    intent
        The intent folder, for ``git:REV``.
    refs, limit
        Which devices, and the glob that chose them.
    inputs
        Digest of all that the renders are made from (`netgen.plan.model.digest_inputs`).
    progress
        Called with each device as it is done.

    Raises
    ------
    PlanError
        If there is nothing to compare with, or it cannot be read.
    RenderError
        If a device cannot be rendered.
    """
    cluster = source.cluster
    existing = {ref.name for ref in cluster.configured()}
    with _opened(against, intent) as before:
        gone = [name for name in before.devices if name not in existing and _chosen(name, limit)]
        devices = []
        for found in (*_compare(source, refs, before), *_compare_gone(gone, before)):
            progress(found)
            devices.append(found)
        after = derived_facts(cluster, source.renderer.platforms)
        moves, changes = find_moves(before.facts, after), tallies(before.facts, after)
    plan = Plan(
        cluster=cluster.name,
        intent=str(intent),
        against=against,
        netgen=__version__,
        inputs=inputs,
        limit=limit,
        salt="",
        shared_key=False,
        devices=tuple(devices),
    )
    return OfflineDiff(plan, tuple(diagnose(moves)), changes)


def diff_files(device: str, before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    """Return the unified diff of a device's files, in lines."""
    lines: list[str] = []
    for name in dict.fromkeys((*after, *before)):
        old, new = before.get(name), after.get(name)
        if old != new:
            titles = (
                "/dev/null" if old is None else f"a/{device}/{name}",
                "/dev/null" if new is None else f"b/{device}/{name}",
            )
            lines += unified((old or "").splitlines(), (new or "").splitlines(), titles)
    return tuple(lines)


@contextmanager
def _opened(against: str, intent: Path) -> Iterator[_Before]:
    if not against.startswith(GIT):
        folder = Path(against)
        yield _Before(rendered_devices(folder), lambda name: rendered_files(folder, name), read_facts(folder))
        return
    with checked_out(intent, against.removeprefix(GIT)) as old_intent:
        old = _compile(old_intent, against)
        refs = {ref.name: ref for ref in old.cluster.configured()}

        def files(name: str) -> Mapping[str, str]:
            ref = refs.get(name)
            if ref is None:
                return {}
            return render_device(build_any(old.cluster, old.renderer.platforms, ref), old.renderer)

        yield _Before(list(refs), files, derived_facts(old.cluster, old.renderer.platforms))


def _compile(intent: Path, against: str) -> Source:
    compiled = compile_intent(intent)
    if compiled.errors:
        first = compiled.errors[0]
        raise PlanError(
            f"the intent of {against} cannot be derived by this netgen: {first.code}: {first.message}; "
            "compare with the folder that was rendered from it"
        )
    return open_source(compiled)


def _chosen(name: str, limit: str | None) -> bool:
    return limit is None or fnmatchcase(name, limit)


def _compare(source: Source, refs: Sequence[DeviceRef], before: _Before) -> Iterator[DevicePlan]:
    for ref in refs:
        device = build_any(source.cluster, source.renderer.platforms, ref)
        new, old = render_device(device, source.renderer), before.files(ref.name)
        diff = diff_files(ref.name, old, new)
        status = Status.NEW if not old else Status.DIFFERS if diff else Status.UNCHANGED
        yield DevicePlan(
            device=ref.name,
            role=str(device.role),
            platform=device.platform,
            status=status,
            state=device.state,
            diff=diff,
            candidate=digest_files(new),
            notes=interruptions(source.renderer.platforms[device.platform], diff) if old else (),
        )


def _compare_gone(names: Sequence[str], before: _Before) -> Iterator[DevicePlan]:
    for name in names:
        yield DevicePlan(name, "", "", Status.GONE, diff=diff_files(name, before.files(name), {}))
