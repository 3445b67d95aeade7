"""Diff and apply of simulated switches in a lab, against NAPALM alone on the same switches."""

import contextlib
import ssl
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import napalm

from benchmarks.clusters import EOS, write_intent
from benchmarks.measure import Figures, repeat, rounded
from netgen.apply.lock import hold
from netgen.apply.model import Result
from netgen.apply.prepare import make_jobs
from netgen.apply.run import FORKS, PLAYBOOK, run_jobs
from netgen.cluster.fabric import DeviceRef
from netgen.compile import Compiled, compile_intent
from netgen.device.build import build
from netgen.export.lab import lab_spec
from netgen.lab import lab
from netgen.plan.model import Plan
from netgen.plan.online import JOBS, diff_online
from netgen.render.device import render_device
from netgen.render.source import Source, open_source, select
from netgen.session.connections import Connections, read_connections
from netgen.session.secrets import resolve

SWITCHES = "pod1-su*"
"""Leaves alone: 8 a unit, 128 ports each."""
INPUTS = "0" * 64
TIMER_S = 300
TIMEOUT_S = 60
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Bench:
    """A lab and the two ways to it."""

    intent: Path
    compiled: Compiled
    source: Source
    refs: list[DeviceRef]
    connections: Connections

    def diff(self) -> Plan:
        """Compare as `netgen diff` does."""
        return diff_online(self.source, self.connections, self.refs, intent=self.intent, inputs=INPUTS)

    def files(self, ref: DeviceRef) -> dict[str, str]:
        """Render one switch."""
        return render_device(build(self.source.cluster, self.source.renderer.platforms, ref), self.source.renderer)

    @contextlib.contextmanager
    def bare(self, name: str) -> Iterator[napalm.base.NetworkDriver]:
        """Open a switch by NAPALM alone; certificates are verified here as they are there."""
        said = self.connections.to(name, "eos", "")
        password = resolve("password", said.password) if said.password else ""
        options = {"port": said.port, "context": ssl.create_default_context(cafile=str(said.ca))}
        driver = napalm.get_network_driver("eos")(said.address, said.username, password, TIMEOUT_S, options)
        driver.open()
        try:
            yield driver
        finally:
            driver.close()


def measure(folder: Path, *, units: int, runs: int) -> Figures:
    """Measure in a lab of 8 switches a unit; it is taken down whatever happens."""
    intent = write_intent(EOS, folder / "intent/bench", units=units)
    compiled = compile_intent(intent)
    source = open_source(compiled)
    refs = [ref for ref in select(source.cluster, SWITCHES) if ref.role != "host"]
    spec = lab_spec(source.cluster, compiled.platforms, f"{SWITCHES}-leaf*")
    state = folder / "lab"
    try:
        status = lab.up(spec, state)
        connections = read_connections(state / "inventory/connections.yaml")
        if len(status.nodes) != len(refs):
            raise RuntimeError(f"the lab has {len(status.nodes)} switches, not {len(refs)}")
        return _measure(Bench(intent, compiled, source, refs, connections), folder, runs)
    finally:
        lab.down(state)


def _measure(bench: Bench, folder: Path, runs: int) -> Figures:
    count = len(bench.refs)
    intended = {ref.name: bench.files(ref)["eos.cfg"] for ref in bench.refs}
    before = _all(bench, JOBS, lambda name: _running(bench, name))
    diff = repeat(bench.diff, runs=runs)
    bare_diff = repeat(lambda: _all(bench, JOBS, lambda name: _compare(bench, name, intended[name])), runs=runs)
    # What one of the two applies, the other undoes, so that each begins where the other began.
    plans: list[Plan] = []

    def plan_anew() -> None:
        _restore(bench, before)
        plans.append(bench.diff())

    apply = repeat(lambda: _apply(bench, plans.pop(), folder), prepare=plan_anew, runs=runs)
    unchanged = repeat(bench.diff, runs=runs)
    bare_apply = repeat(
        lambda: _all(bench, FORKS, lambda name: _replace(bench, name, intended[name])),
        prepare=lambda: _restore(bench, before),
        runs=runs,
    )
    return rounded(
        {
            "switches": count,
            "ports": count * len(build(bench.source.cluster, bench.source.renderer.platforms, bench.refs[0]).ports),
            "runs": diff.runs,
            "diff_wall_ms_per_device": diff.wall_ms / count,
            "diff_unchanged_wall_ms_per_device": unchanged.wall_ms / count,
            "napalm_diff_wall_ms_per_device": bare_diff.wall_ms / count,
            "diff_to_napalm_ratio": diff.wall_ms / bare_diff.wall_ms,
            "apply_wall_ms_per_device": apply.wall_ms / count,
            "napalm_apply_wall_ms_per_device": bare_apply.wall_ms / count,
            "apply_to_napalm_ratio": apply.wall_ms / bare_apply.wall_ms,
        }
    )


def _apply(bench: Bench, plan: Plan, folder: Path) -> None:
    backups = folder / "backups"
    playbook = bench.compiled.found.find(PLAYBOOK).path
    with hold(folder) as lock:
        jobs = make_jobs(plan, bench.source, bench.connections.file, timer_s=TIMER_S, backups=backups, lock=lock)
        report = run_jobs(bench.source.cluster.name, jobs, playbook, private=folder / "run", backups=backups)
    if report.count(Result.APPLIED) != len(bench.refs):
        raise RuntimeError(f"not all switches were applied: {report.outcomes}")


def _all(bench: Bench, workers: int, work: Callable[[str], Answer]) -> dict[str, Answer]:
    with ThreadPoolExecutor(workers) as pool:
        names = [ref.name for ref in bench.refs]
        return dict(zip(names, pool.map(work, names), strict=True))


def _running(bench: Bench, name: str) -> str:
    with bench.bare(name) as device:
        return str(device.get_config(retrieve="running")["running"])


def _compare(bench: Bench, name: str, text: str) -> str:
    with bench.bare(name) as device:
        device.load_replace_candidate(config=text)
        difference = str(device.compare_config())
        device.discard_config()
        return difference


def _replace(bench: Bench, name: str, text: str) -> None:
    with bench.bare(name) as device:
        device.load_replace_candidate(config=text)
        device.commit_config()


def _restore(bench: Bench, before: dict[str, str]) -> None:
    _all(bench, FORKS, lambda name: _replace(bench, name, before[name]))
