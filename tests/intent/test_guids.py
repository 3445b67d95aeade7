"""Lists of GUIDs: CSV, and what ibnetdiscover prints."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netgen.intent.guids import ListedPort
from netgen.intent.load import Loaded, load
from tests.examples import at_most

INTENT = """
cluster: corvus
management: {subnet: 172.24.0.0/22}
hosts: {profile: hgx-h100-8x400g-ib}
pods: {1: {units: {1: {hosts: 1-4}}}}
fabrics:
  compute:
    technology: infiniband
    kind: single-tier
    leaf: {model: qm9790}
    guids: guids.csv
"""
HEAD = "device,hca,port,guid,node-guid\n"
# as rdma-core's ibnetdiscover prints it: a managed and an unmanaged switch, a host, and a switch's own endpoint
PRINTED = """#
# Topology file: generated on Mon Nov 23 14:00:00 2026
#
# Initiated from node 1070fd0300abcd00 port 1070fd0300abcd01

vendid=0x2c9
devid=0xd2f2
sysimgguid=0xfc6a1c0300c3e580
switchguid=0xfc6a1c0300c3e580(fc6a1c0300c3e580)
Switch\t65 "S-fc6a1c0300c3e580"\t\t# "MF0;leaf1:MQM9700/U1" enhanced port 0 lid 1 lmc 0
[1]\t"H-1070fd0300abcd00"[1](1070fd0300abcd01) \t\t# "pod1-su1-host1 mlx5_0" lid 5 4xNDR
[65]\t"H-fc6a1c0300c3e588"[1](fc6a1c0300c3e588) \t\t# "Mellanox Technologies Aggregation Node" lid 6 4xNDR

vendid=0x2c9
devid=0xd2f2
sysimgguid=0xfc6a1c0300c3e5c0
switchguid=0xfc6a1c0300c3e5c0(fc6a1c0300c3e5c0)
Switch\t65 "S-fc6a1c0300c3e5c0"\t\t# "spine1" base port 0 lid 2 lmc 0

vendid=0x2c9
devid=0xcf09
sysimgguid=0xfc6a1c0300c3e588
caguid=0xfc6a1c0300c3e588
Ca\t1 "H-fc6a1c0300c3e588"\t\t# "Mellanox Technologies Aggregation Node"
[1](fc6a1c0300c3e588) \t"S-fc6a1c0300c3e580"[65]\t\t# lid 6 lmc 0 "MF0;leaf1:MQM9700/U1" lid 1 4xNDR

vendid=0x2c9
devid=0x1021
sysimgguid=0x1070fd0300abcd00
caguid=0x1070fd0300abcd00
Ca\t2 "H-1070fd0300abcd00"\t\t# "pod1-su1-host1.example.net mlx5_0"
[1](1070fd0300abcd01) \t"S-fc6a1c0300c3e580"[1]\t\t# lid 5 lmc 0 "MF0;leaf1:MQM9700/U1" lid 1 4xNDR
[2](1070fd0300abcd02) \t"S-fc6a1c0300c3e580"[2]\t\t# lid 7 lmc 0 "MF0;leaf1:MQM9700/U1" lid 1 4xNDR
"""


def loaded(folder: Path, text: str) -> Loaded:
    (folder / "cluster.yaml").write_text(INTENT)
    (folder / "guids.csv").write_text(text)
    return load(folder)


def test_a_table_has_ports_and_switches(tmp_path: Path):
    found = loaded(tmp_path, HEAD + "leaf1,,0,,0x200\npod1-su1-host1,mlx5_0,1,0x101,0x100\n")
    assert found.diagnostics == ()
    assert found.guids["compute"].ports == (ListedPort("pod1-su1-host1", "mlx5_0", 1, 0x101, 0x100, "3"),)
    assert dict(found.guids["compute"].switches) == {"leaf1": 0x200}
    assert dict(found.guids["compute"].rows) == {"leaf1": "2"}
    assert "guids.csv" in found.files


def test_what_ibnetdiscover_prints_is_read_as_well(tmp_path: Path):
    found = loaded(tmp_path, PRINTED)
    assert found.diagnostics == ()
    listed = found.guids["compute"]
    assert [(one.device, one.hca, one.port, one.guid, one.node_guid) for one in listed.ports] == [
        ("pod1-su1-host1", "mlx5_0", 1, 0x1070FD0300ABCD01, 0x1070FD0300ABCD00),
        ("pod1-su1-host1", "mlx5_0", 2, 0x1070FD0300ABCD02, 0x1070FD0300ABCD00),
    ]
    assert dict(listed.switches) == {"leaf1": 0xFC6A1C0300C3E580, "spine1": 0xFC6A1C0300C3E5C0}


def test_every_cell_knows_its_place(tmp_path: Path):
    found = loaded(tmp_path, PRINTED)
    assert found.tree is not None
    lines = PRINTED.split("\n")
    for listed in found.guids["compute"].ports:
        for column, text in (("guid", f"{listed.guid:016x}"), ("device", listed.device), ("hca", listed.hca)):
            span = found.tree.value_span(("fabrics", "compute", "guids", listed.row, column))
            assert lines[span.line - 1][span.column - 1 : span.end_column - 1] == text


@pytest.mark.parametrize(
    ("row", "code", "said"),
    [
        ("host1,mlx5_0,1,,0x100", "NG201", "no GUID of its port"),
        ("host1,mlx5_0,1,0x1g,0x100", "NG208", "16 hexadecimal digits"),
        ("host1,mlx5_0,1,1070100000000001,0x100", "NG208", "16 hexadecimal digits"),
        ("host1,mlx5_0,1,0x11070100000000001,0x100", "NG208", "16 hexadecimal digits"),
        ("host1,mlx5_0,x,0x101,0x100", "NG203", "`fabrics.compute.guids.2.port`"),
        ("host1,mlx5_0,255,0x101,0x100", "NG205", "254"),
        ("host1,mlx5_0,1,0x101,", "NG201", "`node-guid`"),
    ],
)
def test_a_wrong_row_is_told_and_left_out(tmp_path: Path, row: str, code: str, said: str):
    found = loaded(tmp_path, f"{HEAD}{row}\nhost2,mlx5_0,1,0x201,0x200\n")
    (wrong,) = found.diagnostics
    assert (wrong.code, wrong.label.span.line) == (code, 2)
    assert said in wrong.message
    assert [port.device for port in found.guids["compute"].ports] == ["host2"]


def test_a_list_that_is_not_there_is_told_where_it_is_named(tmp_path: Path):
    (tmp_path / "cluster.yaml").write_text(INTENT)
    (wrong,) = load(tmp_path).diagnostics
    assert (wrong.code, wrong.label.span.line) == ("NG309", 11)


def test_a_switch_is_listed_once(tmp_path: Path):
    found = loaded(tmp_path, HEAD + "leaf1,,0,,0x200\nleaf1,,0,,0x300\n")
    (wrong,) = found.diagnostics
    assert (wrong.code, wrong.label.span.line, wrong.related[0].span.line) == ("NG135", 3, 2)
    assert dict(found.guids["compute"].switches) == {"leaf1": 0x200}


def test_switches_that_describe_themselves_alike_are_left_to_their_cables(tmp_path: Path):
    alike = PRINTED.replace("MF0;leaf1:MQM9700/U1", "Quantum").replace('"spine1"', '"Quantum"')
    found = loaded(tmp_path, alike)
    assert found.diagnostics == ()
    assert dict(found.guids["compute"].switches) == {}
    links = {(one.guid, one.port, one.peer, one.peer_port) for one in found.guids["compute"].links}
    assert (0xFC6A1C0300C3E580, 1, 0x1070FD0300ABCD00, 1) in links
    assert len(links) == 2


@settings(max_examples=at_most(100))
@given(st.lists(st.sampled_from(PRINTED.split("\n")) | st.text('[]()"#SHCa-19:;\t ,', max_size=40), max_size=20))
def test_lines_at_random_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, lines: list[str]):
    folder = tmp_path_factory.mktemp("guids")
    found = loaded(folder, "\n".join(lines))
    listed = found.guids.get("compute")
    assert found.diagnostics or listed is not None
    for port in () if listed is None else listed.ports:
        assert 0 <= port.guid < 1 << 64
