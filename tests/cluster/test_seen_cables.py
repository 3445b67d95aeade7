"""Switches that all describe themselves alike are told by their cables, also if some of these are wrong."""

import random
import re
from pathlib import Path

import pytest

from netgen.cluster.derive import derive
from netgen.cluster.seen_cables import switches_seen
from netgen.compile import compile_intent
from netgen.export.cables import Cabling
from netgen.export.ibnetdiscover import ibnetdiscover
from netgen.intent.guids import GuidTable, SeenLink
from netgen.intent.ibnetdiscover import read_links
from netgen.intent.models import Intent
from netgen.record import replace
from tests.infiniband import CATALOG, TOP, derived, example, listed, written
from tests.rules.intents import RENDERER

ALIKE = "Quantum Mellanox Technologies"


def printed() -> str:
    return "".join(ibnetdiscover(Cabling(example(), RENDERER.platforms, ())))


def swapped(links: tuple[SeenLink, ...], count: int, seed: int) -> tuple[SeenLink, ...]:
    """Swap the far ends of so many pairs of cables, wherever they are; seen from one end only."""
    once = {frozenset({(one.guid, one.port), (one.peer, one.peer_port)}): one for one in links}
    found = list(once.values())
    dice = random.Random(seed)
    for _ in range(count):
        a, b = dice.sample(range(len(found)), 2)
        one, two = found[a], found[b]
        found[a] = SeenLink(one.guid, one.port, two.peer, two.peer_port)
        found[b] = SeenLink(two.guid, two.port, one.peer, one.peer_port)
    return tuple(found)


@pytest.mark.parametrize("wrong", [0, 10])
def test_switches_of_the_example_are_told_by_their_cables(wrong: int):
    cluster = example()
    (fabric,) = cluster.infiniband
    links = swapped(tuple(read_links(printed())), wrong, seed=wrong)
    named = {ref.name: fabric.switch_guids[fabric.node(ref)] for ref in cluster.switches(fabric)}
    found = switches_seen(cluster, replace(fabric, switch_guids={}), links)
    assert {cluster.device_at(fabric, node).name: guid for node, guid in found.items()} == named


def test_a_file_of_ibnetdiscover_is_enough(tmp_path: Path):
    for path in (TOP / "intent/corvus").glob("*.yaml"):
        (tmp_path / path.name).write_text(path.read_text())
    text = re.sub(r'"(pod1-(su[0-9]-rail[0-9]-leaf|spine)[0-9]+)"', f'"{ALIKE}"', printed())
    assert ALIKE in text
    (tmp_path / "guids.csv").write_text(text)
    compiled = compile_intent(tmp_path)
    assert compiled.cluster is not None, compiled.diagnostics
    (fabric,), (whole,) = compiled.cluster.infiniband, example().infiniband
    assert dict(fabric.switch_guids) == dict(whole.switch_guids)
    assert fabric.partitions == whole.partitions


def test_a_switch_that_is_named_stays_what_its_name_says():
    intent = Intent.model_validate(written())
    cluster, _ = derived(written())
    table = listed(cluster)
    leaf, other = "pod1-su1-rail1-leaf1", "pod1-su1-rail2-leaf1"
    host = next(one for one in table.ports if one.device == "pod1-su1-host1" and one.hca == "mlx5_0")
    link = SeenLink(table.switches[other], 1, host.node_guid, 1)
    found = derive(intent, {}, CATALOG, {}, guids={"ib": GuidTable(table.ports, table.switches, {}, (link,))})
    (fabric,) = found.infiniband
    names = {found.device_at(fabric, node).name: guid for node, guid in fabric.switch_guids.items()}
    assert (names[leaf], names[other]) == (table.switches[leaf], table.switches[other])
