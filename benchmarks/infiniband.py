"""An InfiniBand fabric of 2,050 ports: rendered, then given to a real OpenSM on a simulated fabric and verified.

The lab's steps are taken once: they are of other programs for the most part (OpenSM, ibsim, infiniband-diags).
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import yaml

from benchmarks.measure import Figures, repeat, rounded
from netgen.apply.lock import hold
from netgen.apply.model import Result
from netgen.apply.prepare import make_jobs
from netgen.apply.run import PLAYBOOK, run_jobs
from netgen.catalog.load import load_catalog
from netgen.cluster.derive import derive
from netgen.cluster.model import Cluster
from netgen.cluster.topology.slots import HOST
from netgen.compile import Compiled, compile_intent
from netgen.device.build import build_any
from netgen.export.lab import lab_spec
from netgen.intent.models import Intent
from netgen.lab import lab
from netgen.plan.online import diff_online
from netgen.render.device import render_device
from netgen.render.source import Source, open_source, select
from netgen.resources.load import resources
from netgen.session.connections import Connections, read_connections
from netgen.verify.run import verify

MANAGERS = "sm-*"
INPUTS = "0" * 64
TIMER_S, WAIT_S, UP_S = 600, 600.0, 600.0
INTENT = """\
cluster: bench
management: {subnet: 172.24.0.0/20, gateway: 172.24.0.1}
hosts: {profile: hgx-h100-8x400g-ib}
pods:
  1: {units: {1: {hosts: 1-32}, 2: {hosts: 1-32}, 3: {hosts: 1-32}, 4: {hosts: 1-32}}}
  2: {units: {1: {hosts: 1-32}, 2: {hosts: 1-32}, 3: {hosts: 1-32}, 4: {hosts: 1-32}}}
nodes:
  sm: {ids: 1-2, profile: sm-1x400g, pod: 1, unit: 5}
fabrics:
  compute:
    technology: infiniband
    kind: rail-optimized
    leaf:  {model: qm9790}
    spine: {model: qm9790}
    superspine: {model: qm9790}
    build: exact
    guids: guids.csv
    subnet-manager:
      engine: ftree
      "on": {sm-1: {priority: 14}, sm-2: {priority: 13}}
    partitions:
      a: {pkey: 0x101, index0: true, members: [{pod: 1, membership: full}]}
      b: {pkey: 0x102, index0: true, members: [{pod: 2, membership: full}]}
      shared:
        pkey: 0x200
        members: [{unit: 1/1, membership: full}, {pod: 2, membership: limited}]
"""
_T = TypeVar("_T")


def write_intent(folder: Path) -> Path:
    """Write the intent with GUIDs for all that follows from it: locally administered ones, by number."""
    folder.mkdir(parents=True)
    file = folder / "cluster.yaml"
    file.write_text(INTENT, encoding="utf-8")
    intent = Intent.model_validate(yaml.safe_load(INTENT))
    cluster = derive(intent, {}, load_catalog(resources()), {})
    (folder / "guids.csv").write_text("".join(_guids(cluster)), encoding="utf-8")
    return folder


def _guids(cluster: Cluster) -> list[str]:
    (fabric,) = cluster.infiniband
    lines = ["device,hca,port,guid,node-guid\n"]
    lines += [
        f"{ref.name},,0,,0x{0x03 << 56 | number << 8:016x}\n" for number, ref in enumerate(cluster.switches(fabric), 1)
    ]
    for number, node in enumerate(cluster.nodes(fabric, HOST), 1):
        ref = cluster.device_at(fabric, node)
        for slot, rdma in enumerate(cluster.host_plan(ref).profile.nics[fabric.nics].rdma):
            guid = 0x02 << 56 | number << 16 | slot << 8
            lines.append(f"{ref.name},{rdma},1,0x{guid + 1:016x},0x{guid:016x}\n")
    return lines


def measure(folder: Path, *, runs: int) -> Figures:
    """Measure in a lab, which is taken down whatever happens."""
    intent, state = write_intent(folder / "intent/bench"), folder / "lab"
    compiling = repeat(lambda: compile_intent(intent), runs=runs)
    compiled = compile_intent(intent)
    source = open_source(compiled)
    rendering = repeat(lambda: _render(source), runs=runs)
    files = _render(source)
    spec = lab_spec(source.cluster, compiled.platforms)
    try:
        up_s, _ = _timed(lambda: lab.up(spec, state, timeout_s=UP_S))
        connections = read_connections(state / "inventory/connections.yaml")
        apply_s, _ = _timed(lambda: _apply(intent, compiled, source, connections, folder))
        # until both managers have settled who is the master
        settle_s, _ = _timed(lambda: _verify(source, connections, WAIT_S))
        begun = time.process_time()
        verify_s, checked = _timed(lambda: _verify(source, connections, 0.0))
        own_s = time.process_time() - begun
    finally:
        lab.down(state)
    return rounded(
        {
            "ports": len(spec.subnets[0].adapters),
            "switches": len(spec.subnets[0].switches),
            "cables": len(spec.cables),
            "compile_cpu_ms": compiling.cpu_ms,
            "render_cpu_ms": rendering.cpu_ms,
            "lines": sum(text.count("\n") for text in files.values()),
            "lab_up_wall_s": up_s,
            "apply_wall_s": apply_s,
            "settle_and_verify_wall_s": settle_s,
            "verify_wall_s": verify_s,
            "verify_own_cpu_s": own_s,
            **checked,
        }
    )


def _timed(work: Callable[[], _T]) -> tuple[float, _T]:
    begun = time.perf_counter()
    done = work()
    return time.perf_counter() - begun, done


def _render(source: Source) -> dict[str, str]:
    """Render the files of both managers."""
    return {
        f"{ref.name}/{file}": text
        for ref in select(source.cluster, MANAGERS)
        for file, text in render_device(
            build_any(source.cluster, source.renderer.platforms, ref), source.renderer
        ).items()
    }


def _apply(intent: Path, compiled: Compiled, source: Source, connections: Connections, folder: Path) -> None:
    refs = select(source.cluster, MANAGERS)
    plan = diff_online(source, connections, refs, intent=intent, inputs=INPUTS)
    playbook, backups = compiled.found.find(PLAYBOOK).path, folder / "backups"
    with hold(folder) as lock:
        jobs = make_jobs(plan, source, connections.file, timer_s=TIMER_S, backups=backups, lock=lock)
        report = run_jobs(source.cluster.name, jobs, playbook, private=folder / "run", backups=backups)
    if report.count(Result.APPLIED) != len(refs):
        raise RuntimeError(f"not all managers were applied: {report.outcomes}")


def _verify(source: Source, connections: Connections, wait_s: float) -> dict[str, int]:
    refs = select(source.cluster, MANAGERS)
    report = verify(source.cluster, source.renderer.platforms, connections, refs, wait_s=wait_s)
    if report.problems:
        raise RuntimeError(f"the fabric is not as intended: {report.problems[:3]}")
    return {f"checked_{check.value}": count for check, count in report.checked.items() if count}
