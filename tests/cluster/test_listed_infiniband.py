"""An InfiniBand fabric that exists already: what ibnetdiscover prints is the list of its cables and of its GUIDs."""

from pathlib import Path
from typing import Any

import yaml

from netgen.compile import Compiled, compile_intent
from netgen.diagnostics.codes.listed import ID_TWICE
from netgen.export.cables import Cabling
from netgen.export.ibnetdiscover import ibnetdiscover
from netgen.report.topology import summary
from tests.infiniband import TOP, example
from tests.rules.intents import RENDERER

NAMES = {"leaf": "pod{pod}-su{unit}-rail{rail}-leaf{leaf}", "spine": "pod{pod}-spine{spine}"}


def printed() -> str:
    return "".join(ibnetdiscover(Cabling(example(), RENDERER.platforms, ())))


def found(folder: Path, text: str, switches: str | None = None) -> Compiled:
    """Compile corvus as a fabric that exists, of which no more is known than what ibnetdiscover prints."""
    partitions = yaml.safe_load((TOP / "intent/corvus/partitions.yaml").read_text())
    intent: dict[str, Any] = yaml.safe_load((TOP / "intent/corvus/cluster.yaml").read_text())
    fabric = intent["fabrics"]["compute"] | partitions["fabrics"]["compute"]
    fabric = {key: value for key, value in fabric.items() if key != "build"}
    # PyYAML reads YAML 1.1, where `on` is true
    fabric["subnet-manager"] = {"on" if key is True else key: one for key, one in fabric["subnet-manager"].items()}
    fabric |= {"kind": "explicit", "guids": "net.txt", "cabling": "net.txt"}
    fabric |= {"naming": NAMES} if switches is None else {"switches": "switches.csv"}
    intent["fabrics"]["compute"] = fabric
    (folder / "cluster.yaml").write_text(yaml.safe_dump(intent))
    (folder / "net.txt").write_text(text)
    (folder / "switches.csv").write_text(switches or "")
    return compile_intent(folder)


def listed() -> str:
    """The switches of corvus with an id each: leaves of several units may have the same number."""
    rows = ["name,role,id,pod,unit,rail"]
    (fabric,) = example().infiniband
    rows += [
        f"{ref.name},{ref.role},{ref.index + 1},{ref.pod},{ref.unit or ''},{ref.rail or ''}"
        for ref in example().switches(fabric)
    ]
    return "\n".join(rows) + "\n"


def test_it_is_the_fabric_that_it_was_derived_from(tmp_path: Path):
    compiled = found(tmp_path, printed(), listed())
    assert compiled.cluster is not None, compiled.diagnostics
    (fabric,), (whole,) = compiled.cluster.infiniband, example().infiniband
    assert fabric.listed is not None
    by_name = {compiled.cluster.device_at(fabric, node).name: guid for node, guid in fabric.switch_guids.items()}
    cluster = example()
    assert by_name == {cluster.device_at(whole, node).name: guid for node, guid in whole.switch_guids.items()}
    assert fabric.partitions == whole.partitions
    counted, derived = (summary(one)["fabrics"][0] for one in (compiled.cluster, cluster))
    assert counted["links"] == derived["links"]
    assert counted["switches"] == derived["switches"]


def test_a_cable_that_does_not_fit_is_told_at_its_line(tmp_path: Path):
    text = printed()
    line = next(number for number, one in enumerate(text.split("\n"), 1) if '"pod1-su1-host1 mlx5_0"' in one)
    compiled = found(tmp_path, text.replace('"pod1-su1-host1 mlx5_0"', '"pod1-su1-host1 mlx5_9"'), listed())
    (wrong,) = [one for one in compiled.diagnostics if one.code == "NG803"]
    assert (wrong.label.span.file.name, wrong.label.span.line) == ("net.txt", line)


def test_names_that_do_not_tell_switches_apart_are_refused(tmp_path: Path):
    compiled = found(tmp_path, printed())
    codes = {one.code for one in compiled.diagnostics}
    assert compiled.cluster is None
    assert codes == {ID_TWICE.code}  # leaves of three units have the same numbers: they need a list
