"""Forms of InfiniBand fabrics have the GUIDs of the list, and every cable, as other tools call them."""

import csv
import re
from collections import Counter

import pytest

from netgen.device.build_infiniband import switch_ports
from netgen.export import ibnetdiscover, netbox, topoconfig, topology_file
from netgen.export.cables import Cabling, End
from netgen.export.errors import ExportError
from netgen.export.lab import lab_spec
from netgen.lab import ibsim
from netgen.lab.cabling import as_laid
from netgen.record import replace
from tests.export.test_forms import ROOT, example, subnet
from tests.infiniband import derived, written
from tests.rules.intents import RENDERER


@pytest.fixture(scope="module")
def corvus() -> Cabling:
    return example("corvus")


@pytest.fixture(scope="module")
def listed() -> dict[tuple[str, str], tuple[int, int]]:
    """The GUIDs of the port and the node, by device and adapter, as the list has them."""
    with (ROOT / "intent/corvus/guids.csv").open() as stream:
        lines = (line for line in stream if not line.startswith("#"))
        return {
            (row["device"], row["hca"]): (int(row["guid"] or "0", 16), int(row["node-guid"], 16))
            for row in csv.DictReader(lines)
        }


def test_ibnetdiscover_has_the_guids_of_the_list(corvus: Cabling, listed: dict[tuple[str, str], tuple[int, int]]):
    nodes, _ = subnet(ibnetdiscover.ibnetdiscover(corvus))
    told = {tuple((*said.split(" "), "")[:2]): int(node.partition("-")[2], 16) for node, (_, _, said) in nodes.items()}
    assert told == {key: node for key, (_, node) in listed.items()}
    text = "".join(ibnetdiscover.ibnetdiscover(corvus))
    ports = {int(guid, 16) for guid in re.findall(r"^\[1\]\(([0-9a-f]+)\) \t", text, re.MULTILINE)}
    assert ports == {port for (_, hca), (port, _) in listed.items() if hca}


TOPO = re.compile(r"   P(\d+) -(\d)x-(\d+)G-> (\S+) (\S+) (?:P(\d+)|(mlx5_\d+)/P1)")


def test_a_topology_file_has_every_link_from_its_switches(corvus: Cabling):
    types, ends = {}, Counter()
    for section in "".join(topology_file.topology_file(corvus)).strip().split("\n\n"):
        head, *lines = section.splitlines()
        kind, name = head.split(" ")
        types[name] = kind
        for line in lines:
            match = TOPO.fullmatch(line)
            assert match, line
            assert (match[2], match[3]) == ("4", "100")
            assert types.setdefault(match[5], match[4]) == match[4]
            ends[(name, match[1]), (match[5], match[6] or match[7])] += 1
    assert types["pod1-spine1"] == "MQM9790"
    assert types["pod1-su1-host1"] == "HCA_mlx5_7"
    links = Counter(frozenset(pair) for pair in ends)
    between = [link for link, count in links.items() if count == 2]
    cables = list(corvus)
    assert len(between) == sum(cable.a.device.ref.role != "host" for cable in cables)
    assert len(links) == len(cables)
    leaf = ("pod1-su1-rail3-leaf1", "5")
    assert frozenset({leaf, ("pod1-su1-host5", "mlx5_2")}) in links


def test_a_topoconfig_has_every_port_of_a_switch(corvus: Cabling, listed: dict[tuple[str, str], tuple[int, int]]):
    rows = [line.split(",") for line in "".join(topoconfig.topoconfig(corvus)).splitlines()]
    assert {tuple(row[4:]) for row in rows} == {("Any", "Active")}
    names = {node: key for key, (_, node) in listed.items()}
    told = Counter(frozenset({(names[int(a, 16)], int(p)), (names[int(b, 16)], int(q))}) for a, p, b, q, *_ in rows)

    def end(end: End) -> tuple[tuple[str, str], int]:
        host = end.device.ref.role == "host"
        return ((end.name, f"mlx5_{end.socket.position - 1}"), 1) if host else ((end.name, ""), end.socket.position)

    known = Counter()
    for cable in corvus:
        known[frozenset({end(cable.a), end(cable.b)})] = 1 if cable.a.device.ref.role == "host" else 2
    assert told == known


def test_a_topoconfig_is_made_of_true_guids(corvus: Cabling):
    with pytest.raises(ExportError, match="compute is of Ethernet"):
        list(topoconfig.topoconfig(example("orion")))
    (fabric,) = corvus.cluster.infiniband
    some = replace(fabric, hcas=dict(list(fabric.hcas.items())[1:]))
    cluster = replace(corvus.cluster, infiniband=(some,))
    with pytest.raises(ExportError, match="does not say which pod1-su1-host1 mlx5_0 has"):
        list(topoconfig.topoconfig(replace(corvus, cluster=cluster)))


def test_netbox_knows_infiniband(corvus: Cabling):
    rows = list(csv.DictReader(netbox.interfaces(corvus)))
    assert {row["type"] for row in rows} == {"infiniband-ndr"}


@pytest.fixture(scope="module")
def mixed() -> Cabling:
    """Leaves whose uplinks are divided further than their ports for hosts."""
    leaf = {"model": "qm9700", "platform": "mlnx-os", "uplink-breakout": "4x200G"}
    spine = {"model": "qm9790", "breakout": "4x200G"}
    return Cabling(derived(written(leaf=leaf, spine=spine))[0], RENDERER.platforms, ())


def test_ports_are_numbered_as_if_all_cages_were_divided_alike(mixed: Cabling):
    cluster, (fabric,) = mixed.cluster, mixed.cluster.infiniband
    leaf = next(ref for ref in cluster.switches(fabric) if ref.role == "leaf")
    ports = {port.name: port.number for port in switch_ports(cluster, RENDERER.platforms, leaf)}
    assert (ports["1/1/1"], ports["1/1/2"], ports["1/2/1"]) == (1, 3, 5)
    assert (ports["1/32/1/1"], ports["1/32/1/2"], ports["1/32/2/1"], ports["1/32/2/2"]) == (125, 126, 127, 128)


def test_plan_and_simulator_call_ports_alike(mixed: Cabling):
    """And a list of cables that is read from it."""
    spec = lab_spec(mixed.cluster, RENDERER.platforms)
    simulated = ibsim.net_file(spec, spec.subnets[0], as_laid(spec))
    link = re.compile(r'^\[(\d+)\](?:\(\S+\))?\s*"(S-\w+)"\[(\d+)\]', re.MULTILINE)
    planned = "".join(ibnetdiscover.ibnetdiscover(mixed))
    assert Counter(link.findall(planned)) == Counter(link.findall(simulated)) != Counter()
    topology = "".join(topology_file.topology_file(mixed))
    assert {int(port) for port in re.findall(r"^   P(\d+) ", topology, re.MULTILINE)} <= set(range(1, 129))
    assert "P128 " in topology
