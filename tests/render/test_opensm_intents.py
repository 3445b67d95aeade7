"""From random valid intents to the tables that a real OpenSM leaves on every port, told by a reading of its own.

What an intent means is worked out here from its words alone: who is called what, and which words mean whom.
"""

import re
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from netgen.cluster.derive import derive
from netgen.cluster.model import Cluster
from netgen.device.build import build_any
from netgen.device.infiniband import SubnetManager
from netgen.diagnostics.model import Severity
from netgen.export.cables import Cabling
from netgen.export.ibnetdiscover import ibnetdiscover
from netgen.intent.models import Intent
from netgen.render.device import Renderer, make_renderer, render_device
from netgen.resources.load import resources
from netgen.rules.run import derive_checked
from tests import infiniband, opensm
from tests.examples import at_most

pytestmark = [
    pytest.mark.slow,
    pytest.mark.needs("opensm", "opensm"),
    pytest.mark.needs("ibsim", "ibsim-utils"),
    pytest.mark.needs("smpquery", "infiniband-diags"),
]

FULL = 0x8000
DEFAULT = 0x7FFF
UNITS = {"host": "1/1", "store": "1/2", "sm": "1/3"}


@dataclass(frozen=True)
class Port:
    """A port as people know it: host 2's rail 5, store 1's first."""

    kind: str
    number: int
    rail: int
    guid: int

    @property
    def device(self) -> str:
        return f"pod1-su1-host{self.number}" if self.kind == "host" else f"{self.kind}-{self.number}"


@cache
def renderer() -> Renderer:
    return make_renderer(resources())


def population(cluster: Cluster) -> list[Port]:
    found = []
    for row in infiniband.listed(cluster).ports:
        match = re.fullmatch(r"(?:pod1-su1-)?(host|store|sm)-?(\d+)", row.device)
        assert match
        rail = int(row.hca.removeprefix("mlx5_")) + 1
        found.append(Port(match[1], int(match[2]), rail, row.guid))
    return found


def meant(selector: Mapping[str, Any], port: Port, tenants: Mapping[str, Iterable[Mapping[str, Any]]]) -> bool:
    """Whether all that a selector says is true of a port."""
    tests = {
        "unit": lambda said: said == UNITS[port.kind],
        "hosts": lambda said: str(port.number) == said,
        "host": lambda said: said == port.device,
        "nodes": lambda said: said == port.kind,
        "rail": lambda said: said == port.rail,
        "guid": lambda said: int(said, 16) == port.guid,
        "tenant": lambda said: any(meant(one, port, tenants) for one in tenants[said]),
        "membership": lambda _: True,
    }
    return all(tests[key](said) for key, said in selector.items())


def selectors(ports: list[Port]) -> st.SearchStrategy[dict[str, Any]]:
    hosts = sorted({port.number for port in ports if port.kind == "host"})
    return st.one_of(
        st.sampled_from([{"unit": "1/1"}, {"nodes": "store"}, {"unit": "1/2"}]),
        st.builds(lambda n: {"unit": "1/1", "hosts": str(n)}, st.sampled_from(hosts)),
        st.builds(lambda port: {"host": port.device}, st.sampled_from(ports)),
        st.builds(lambda port: {"guid": f"{port.guid:#018x}"}, st.sampled_from(ports)),
        st.builds(
            lambda n, rail: {"unit": "1/1", "hosts": str(n), "rail": rail}, st.sampled_from(hosts), st.integers(1, 8)
        ),
        st.sampled_from([{"tenant": "alpha"}, {"tenant": "beta"}]),
    )


@dataclass(frozen=True)
class Drawn:
    """An intent, and what it means: each partition's P_Key with the ports that it names, full or not."""

    written: dict[str, Any]
    meaning: list[tuple[int, dict[int, str]]]
    ports: list[Port]


@st.composite
def intents(draw: st.DrawFn) -> Drawn:
    hosts = draw(st.integers(1, 3))
    kind = draw(st.sampled_from(["rail-optimized", "fat-tree"]))
    engine = draw(st.sampled_from(["updn", "minhop"] + ["ftree"] * (kind == "rail-optimized")))
    both = draw(st.booleans())
    manager = {"engine": engine, "on": draw(managers()), "allow-both": both}
    base = {"kind": kind, "build": "exact", "subnet-manager": manager}
    bare = infiniband.written(**base)
    bare["pods"][1]["units"][1]["hosts"] = f"1-{hosts}" if hosts > 1 else "1"
    ports = population(derive(Intent.model_validate(bare), {}, infiniband.CATALOG, {}))
    tenants = {"alpha": [{"unit": "1/1", "hosts": "1"}], "beta": [draw(selectors(ports[: 8 * hosts]).filter(plain))]}
    lanes = draw(st.sampled_from([2, 4, 8]))
    partitions, meaning = {}, []
    for position, pkey in enumerate(sorted(draw(st.sets(st.integers(1, 0x7FFE), max_size=4)))):
        said, named = draw(members(ports, tenants, ("full", "limited", "both") if both else ("full", "limited")))
        options = draw(st.fixed_dictionaries({}, optional={"mtu": st.sampled_from([2048, 4096]), "rate": RATES}))
        partitions[f"p{position}"] = {
            "pkey": pkey,
            "members": said,
            **({"ipoib": True, **options} if draw(st.booleans()) else {}),
            **({"service-level": draw(st.integers(0, 1))} if draw(st.booleans()) else {}),
            **({"index0": True} if position == 1 else {}),
        }
        meaning.append((pkey, named))
    levels = {"one": {"level": 0, "lane": 0, "weight": 64}, "two": {"level": 1, "lane": lanes - 1, "weight": 100}}
    bare["fabrics"]["ib"] |= {"tenants": tenants, "partitions": partitions, "qos": {"levels": levels, "lanes": lanes}}
    return Drawn(bare, meaning, ports)


RATES = st.sampled_from(["100G", "200G", "400G"])


def plain(selector: Mapping[str, Any]) -> bool:
    return "tenant" not in selector


def managers() -> st.SearchStrategy[dict[str, Any]]:
    return st.sampled_from([{"sm-1": {"priority": 5}}, {"sm-1": {"priority": 13}, "sm-2": {"priority": 14}}])


@st.composite
def members(
    draw: st.DrawFn, ports: list[Port], tenants: dict[str, Any], kinds: tuple[str, ...]
) -> tuple[list[dict[str, Any]], dict[int, str]]:
    """Draw members that contradict each other nowhere, some of them full."""
    said: list[dict[str, Any]] = []
    named: dict[int, str] = {}
    for position, selector in enumerate(draw(st.lists(selectors(ports), min_size=1, max_size=4))):
        guids = [port.guid for port in ports if meant(selector, port, tenants)]
        kind = "full" if position == 0 else draw(st.sampled_from(kinds))
        if guids and named.keys().isdisjoint(guids):
            said.append({**selector, "membership": kind})
            named |= dict.fromkeys(guids, kind)
    assume("full" in named.values())
    return said, named


def manager_of(drawn: Drawn) -> tuple[Cluster, SubnetManager]:
    """Return the cluster that follows, and the manager that is to be the master."""
    intent = Intent.model_validate(drawn.written)
    bare = derive(intent, {}, infiniband.CATALOG, {})
    guids = {"ib": infiniband.listed(bare)}
    cluster, findings = derive_checked(intent, {}, infiniband.CATALOG, renderer().platforms, {}, {}, guids)
    assume(not any(finding.severity is Severity.ERROR for finding in findings))
    assert cluster is not None
    found = [build_any(cluster, renderer().platforms, ref) for ref in cluster.configured() if cluster.managed_by(ref)]
    best = max((device for device in found if isinstance(device, SubnetManager)), key=lambda one: one.priority)
    return cluster, best


KEYS = {"full": (FULL,), "limited": (0,), "both": (FULL, 0)}


def wanted(drawn: Drawn, port: Port) -> set[int]:
    """Return the P_Keys that a port should have, with the bit of membership."""
    managing = drawn.written["fabrics"]["ib"]["subnet-manager"]["on"]
    found = {DEFAULT | (FULL if port.device in managing and port.rail == 1 else 0)}
    for pkey, named in drawn.meaning:
        found |= {pkey | bit for bit in KEYS.get(named.get(port.guid, ""), ())}
    return found


@settings(max_examples=at_most(15), phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(drawn=intents())
def test_every_port_has_the_partitions_that_the_intent_says(drawn: Drawn):
    cluster, manager = manager_of(drawn)
    files = render_device(manager, renderer())
    network = "".join(ibnetdiscover(Cabling(cluster, renderer().platforms, ())))
    first = [port.guid for port in drawn.ports if port.guid == manager.guid]
    rest = [port.guid for port in drawn.ports if port.guid != manager.guid]
    with tempfile.TemporaryDirectory() as folder:
        found = opensm.sweep(files, first + rest, Path(folder), network.replace("NDR", "HDR"))
    assert found.troubles == []
    assert found.engines == [manager.engine]
    assert "SUBNET UP" in found.said
    assert found.tables == {port.guid: wanted(drawn, port) for port in drawn.ports}
    # the second partition asks for index 0
    for pkey, named in drawn.meaning[1:2]:
        assert {found.first[guid] & ~FULL for guid in named} == {pkey}
