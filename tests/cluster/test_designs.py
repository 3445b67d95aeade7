"""Published designs, from the intent that says them to the cables: counts against print, links against each other."""

import re
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from netgen.catalog.model import Catalog, HostProfile, Nics, SwitchModel
from netgen.catalog.optics import load_optics
from netgen.cluster.model import Cluster
from netgen.export.cables import Cabling
from netgen.intent.models import Intent
from netgen.intent.quantities import Breakout
from netgen.record import replace
from netgen.report.topology import summary
from netgen.resources.load import resources
from netgen.rules.run import derive_checked
from tests.rules.intents import CATALOG, RENDERER

DESIGNS = yaml.safe_load((Path(__file__).parent / "designs.yaml").read_text())
MEDIA = load_optics(resources())
SMALL = [design for design in DESIGNS if max(design["counts"].values()) <= 2000]
"""Those whose cables are looked at one by one."""
LENGTHS = {"dragonfly": ("host", "local", "global"), "dragonfly-plus": ("host", "spine", "global")}


def box(name: str) -> SwitchModel:
    """Return a switch of so many cages of a speed."""
    cages, speed = map(int, name.removesuffix("g").split("x"))
    breakouts = tuple(Breakout(ports, speed // ports) for ports in (1, 2, 4, 8) if speed % ports == 0)
    known = CATALOG.switches["linux-16x400g"]
    return replace(known, name=name, cages=cages, lanes=8, breakouts=breakouts)


def host(name: str, gpus: int | None = None) -> HostProfile:
    nics, ports, speed = map(int, name.removesuffix("g").split("x"))
    names = tuple(f"nic{nic}p{port}" for nic in range(nics) for port in range(ports))
    return HostProfile(name, name, nics if gpus is None else gpus, {"compute": Nics(nics, names, speed, ports=ports)})


def derived(design: dict[str, Any]) -> Cluster:
    fabric = {**design["fabric"]}
    roles = [role for role in ("leaf", "spine", "superspine", "router") if role in fabric]
    profile = host(design["hosts"], design.get("gpus"))
    boxes = [box(fabric[role]["model"]) for role in roles]
    nodes = design.get("nodes", {})
    profiles = {profile.name: profile} | {one["profile"]: host(one["profile"], 0) for one in nodes.values()}
    catalog = Catalog({one.name: one for one in boxes}, profiles, CATALOG.roce)
    lengths = LENGTHS.get(fabric["kind"], ("host", "spine", "superspine"))
    intent = {
        "cluster": "c",
        "management": {"subnet": "128.0.0.0/9"},
        "hosts": {"profile": profile.name},
        "nodes": nodes,
        "pods": {str(pod): plan for pod, plan in design["pods"].items()},
        "fabrics": {
            "compute": {
                **fabric,
                **{role: {"platform": "frr", **fabric[role]} for role in roles},
                "pools": {"hosts": "16.0.0.0/4", "loopbacks": "64.0.0.0/10", "links": "unnumbered"},
                "cables": dict.fromkeys(lengths, "5m"),
            }
        },
    }
    cluster, findings = derive_checked(Intent.model_validate(intent), {}, catalog, RENDERER.platforms, {})
    assert cluster is not None, findings
    return cluster


@pytest.mark.parametrize("design", DESIGNS, ids=lambda design: re.sub(r"\W+", "-", design["name"]))
def test_counts_are_those_in_print(design: dict[str, Any]) -> None:
    (told,) = summary(derived(design))["fabrics"]
    switches = {"switches": sum(told["switches"].values()), **told["switches"]}
    ratios = {f"oversubscription of a {role}": round(ratio, 3) for role, ratio in told["oversubscription"].items()}
    found = {"gpus": told["gpus"], "hosts": told["hosts"], **switches, **told["links"], **ratios}
    assert {key: found[key] for key in design["counts"]} == design["counts"]


@pytest.mark.parametrize("design", SMALL, ids=lambda design: re.sub(r"\W+", "-", design["name"]))
def test_cables_are_a_perfect_matching_of_ports(design: dict[str, Any]) -> None:
    cluster = derived(design)
    (told,) = summary(cluster)["fabrics"]
    cables = list(Cabling(cluster, RENDERER.platforms, MEDIA))
    ends = Counter((end.name, end.socket.interface) for cable in cables for end in (cable.a, cable.b))
    assert set(ends.values()) == {1}
    assert Counter(cable.link for cable in cables) == {link: n for link, n in told["links"].items() if n}
    tiers = [role for role in ("leaf", "spine", "superspine") if told["switches"][role]]
    for lower, upper in pairwise(tiers):
        pairs = Counter((c.a.name, c.b.name) for c in cables if c.link == f"{lower}-{upper}")
        assert len(set(pairs.values())) == 1
        assert len(set(Counter(name for name, _ in pairs).values())) == 1
