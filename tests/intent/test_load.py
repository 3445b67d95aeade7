"""Loading: the example intents, the inventory, native files."""

from pathlib import Path

import pytest

from netgen.diagnostics.codes import reading, references, schema
from netgen.diagnostics.finding import Finding
from netgen.intent.load import load
from netgen.intent.locate import locate

ROOT = Path(__file__).parents[2]
MINIMAL = """\
cluster: tiny
management: {subnet: 172.20.0.0/24}
hosts: {profile: gb200-4x400g}
pods: {1: {units: {1: {hosts: 1-2}}}}
fabrics:
  compute:
    kind: rail-optimized
    leaf: {model: linux-16x400g, platform: frr}
    spine: {model: linux-16x400g, platform: frr}
    pools: {hosts: 10.0.0.0/16, loopbacks: 10.255.0.0/24}
"""
NATIVE = "    exceptions: {t-1: {device: pod1-spine1, reason: agent, native: %s}}\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "cluster.yaml").write_text(MINIMAL)
    return tmp_path


def add(folder, text, name="cluster.yaml"):
    file = folder / name
    file.write_text((file.read_text() if file.exists() else "") + text)


@pytest.mark.parametrize("example", sorted(path.name for path in (ROOT / "intent").iterdir()))
def test_examples_are_valid(example):
    loaded = load(ROOT / "intent" / example)
    assert loaded.diagnostics == ()
    assert loaded.intent.cluster == example


def test_a_file_alone(folder):
    assert load(folder / "cluster.yaml").intent.cluster == "tiny"


def test_inventory(folder):
    add(folder, "inventory: devices.csv\n")
    add(folder, "name,serial,state\npod1-spine1,SN1,planned\npod1-spine2,SN2,\n", "devices.csv")
    loaded = load(folder)
    assert loaded.diagnostics == ()
    assert loaded.inventory["pod1-spine1"].state == "planned"
    assert (loaded.inventory["pod1-spine2"].serial, loaded.inventory["pod1-spine2"].state) == ("SN2", "active")


def test_columns_of_the_inventory_are_spelt_like_keys(folder):
    add(folder, "inventory: devices.csv\n")
    add(folder, "name,os-version\npod1-spine1,4.32.2F\n", "devices.csv")
    loaded = load(folder)
    assert loaded.diagnostics == ()
    assert loaded.inventory["pod1-spine1"].os_version == "4.32.2F"


def test_a_finding_about_a_row_points_into_the_table(folder):
    add(folder, "inventory: devices.csv\n")
    add(folder, "name,serial\npod9-spine9,SN1\n", "devices.csv")
    finding = Finding(references.UNKNOWN_DEVICE.code, "no such device", ("inventory", "pod9-spine9"), at_key=True)
    span = locate(finding, load(folder).tree).label.span
    assert (span.file.name, span.line, span.column, span.end_column) == ("devices.csv", 2, 1, 12)


def test_a_bad_row_leaves_the_intent_and_the_other_rows(folder):
    add(folder, "inventory: devices.csv\n")
    add(folder, "name,state\npod1-spine1,actve\npod1-spine2,active\n", "devices.csv")
    loaded = load(folder)
    assert list(loaded.inventory) == ["pod1-spine2"]
    assert loaded.intent is not None
    (diagnostic,) = loaded.diagnostics
    assert diagnostic.code == schema.INVALID_VALUE.code
    assert str(diagnostic.label.span) == f"{folder / 'devices.csv'}:2:13"


def test_native_files(folder):
    add(folder, NATIVE % "extras/agent.cfg")
    (folder / "extras").mkdir()
    add(folder, "agent\n\texec /bin/true\n", "extras/agent.cfg")
    loaded = load(folder)
    assert loaded.diagnostics == ()
    assert loaded.snippets == {"extras/agent.cfg": "agent\n\texec /bin/true\n"}


@pytest.mark.parametrize("line", ["inventory: there.csv\n", NATIVE % "there.csv"])
@pytest.mark.parametrize("target", [None, "/etc/hostname", "../outside.csv"])
def test_a_file_that_cannot_be_used_is_told_where_it_is_named(folder, line, target):
    (folder.parent / "outside.csv").write_text("name\n")
    add(folder, line)
    if target is not None:
        (folder / "there.csv").symlink_to(target)
    (diagnostic,) = load(folder).diagnostics
    assert diagnostic.code == (references.MISSING_FILE if target is None else reading.OUTSIDE).code
    span = diagnostic.label.span
    assert (folder / "cluster.yaml").read_text().splitlines()[span.line - 1][
        span.column - 1 : span.end_column - 1
    ] == "there.csv"


def test_control_characters_in_a_native_file(folder):
    add(folder, NATIVE % "agent.cfg")
    add(folder, "a\n\x1b[31m\n", "agent.cfg")
    (diagnostic,) = load(folder).diagnostics
    assert (diagnostic.code, diagnostic.label.span.line) == (reading.CHARACTER.code, 2)


def test_without_a_tree_there_is_nothing(tmp_path):
    loaded = load(tmp_path)
    assert (loaded.intent, loaded.tree) == (None, None)
    assert loaded.diagnostics


def test_findings_point_at_scalars_keys_and_for_defaults_at_their_parent(folder):
    tree = load(folder).tree

    def where(*path, at_key=False):
        span = locate(Finding("NG301", "m", path, at_key=at_key), tree).label.span
        return span.line, span.column

    assert where("fabrics", "compute", "leaf", "model") == (8, 19)
    assert where("fabrics", "compute", "leaf", "model", at_key=True) == (8, 12)
    assert where("fabrics", "compute", "leaf") == (8, 5)
    assert where("fabrics", "compute", "asn", "base") == (6, 3)
