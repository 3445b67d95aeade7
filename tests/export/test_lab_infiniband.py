"""The lab of an InfiniBand cluster has every device with its GUIDs, and the cables of the cabling list."""

import csv
from pathlib import Path

import pytest

from netgen.compile import compile_intent
from netgen.device.build import devices
from netgen.export.cabling import cabling_lines
from netgen.export.errors import ExportError
from netgen.export.lab import lab_spec
from netgen.lab.spec import in_namespaces
from netgen.record import replace

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def compiled():
    return compile_intent(ROOT / "intent/corvus")


@pytest.fixture(scope="module")
def spec(compiled):
    return lab_spec(compiled.cluster, compiled.platforms)


def test_every_guid_of_the_list_is_there(spec):
    (subnet,) = spec.subnets
    with (ROOT / "intent/corvus/guids.csv").open() as stream:
        rows = list(csv.DictReader(line for line in stream if not line.startswith("#")))
    listed = {(row["device"], row["hca"], int(row["guid"] or "0", 16), int(row["node-guid"], 16)) for row in rows}
    told = {(one.node, "", 0, one.guid) for one in subnet.switches}
    told |= {(one.node, one.hca, one.guid, one.node_guid) for one in subnet.adapters}
    assert told == listed


def test_the_cables_are_those_of_the_list_of_cables(compiled, spec):
    # switches without management have no lines of their own: their hosts' are there
    edges = {fabric.name: fabric.edge.role for fabric in compiled.cluster.networks}
    lines = [
        line.split(",")
        for device in devices(compiled.cluster, compiled.platforms)
        for line in cabling_lines(device, edges)
    ]
    listed = {frozenset({(a, ap), (b, bp)}) for a, ap, _, b, bp, *_ in lines}
    laid = {frozenset({(one.a_node, one.a_port), (one.b_node, one.b_port)}) for one in spec.cables}
    switches = {one.node for one in spec.subnets[0].switches}
    between = {cable for cable in laid if all(node in switches for node, _ in cable)}
    assert laid - between == listed
    assert len(between) == 11 * 32


def test_only_the_managers_live_in_namespaces(spec):
    assert sorted(node.name for node in in_namespaces(spec)) == ["sm-1", "sm-2"]
    kinds = {kind: sum(node.kind == kind for node in spec.nodes) for kind in ("opensm", "ib-switch", "host")}
    assert kinds == {"opensm": 2, "ib-switch": 11 + 16, "host": 40}


def test_a_part_of_the_fabric(compiled):
    part = lab_spec(compiled.cluster, compiled.platforms, "*-leaf*")
    assert {node.kind for node in part.nodes} == {"ib-switch"}
    assert part.cables == ()


def test_a_device_without_a_guid_cannot_be_simulated(compiled):
    (fabric,) = compiled.cluster.infiniband
    known = dict(list(fabric.switch_guids.items())[1:])
    cluster = replace(compiled.cluster, infiniband=(replace(fabric, switch_guids=known),))
    with pytest.raises(ExportError, match="the list of GUIDs of fabric compute says nothing of pod1-"):
        lab_spec(cluster, compiled.platforms)
