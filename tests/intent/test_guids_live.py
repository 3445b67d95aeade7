"""What a real ibnetdiscover prints of a simulated fabric is all that netgen needs to know of its GUIDs."""

import re
from pathlib import Path

import pytest

from netgen.compile import compile_intent
from netgen.export.cables import Cabling
from netgen.export.ibnetdiscover import ibnetdiscover
from tests.infiniband import TOP, example
from tests.opensm import run, simulated
from tests.rules.intents import RENDERER

pytestmark = [
    pytest.mark.slow,
    pytest.mark.needs("ibsim", "ibsim-utils"),
    pytest.mark.needs("ibnetdiscover", "infiniband-diags"),
]
ALIKE = "Quantum Mellanox Technologies"


def test_the_fabric_that_is_seen_is_the_fabric_that_is_intended(tmp_path: Path):
    cluster = example()
    (whole,) = cluster.infiniband
    text = "".join(ibnetdiscover(Cabling(cluster, RENDERER.platforms, ())))
    # switches without management know no names
    text = re.sub(r'(^Switch\t.*# )"[^"]+"', rf'\1"{ALIKE}"', text, flags=re.MULTILINE)
    (tmp_path / "net").write_text(text)
    manager = next(one for one in whole.listed_ports if one.device == "sm-1")
    with simulated(tmp_path, manager.node_guid) as environment:
        printed = run(["ibnetdiscover"], environment).stdout
    assert printed.count(ALIKE) > len(whole.switch_guids)
    intent = tmp_path / "intent"
    intent.mkdir()
    for path in (TOP / "intent/corvus").glob("*.yaml"):
        (intent / path.name).write_text(path.read_text())
    (intent / "guids.csv").write_text(printed)
    compiled = compile_intent(intent)
    assert compiled.cluster is not None, compiled.diagnostics
    (fabric,) = compiled.cluster.infiniband
    assert dict(fabric.switch_guids) == dict(whole.switch_guids)
    assert {end: one.guid for end, one in fabric.hcas.items()} == {end: one.guid for end, one in whole.hcas.items()}
    assert fabric.partitions == whole.partitions
