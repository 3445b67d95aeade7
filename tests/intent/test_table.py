"""CSV tables: places of cells, and what is refused."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netgen.diagnostics.codes import reading
from netgen.intent.files import InputRefusedError
from netgen.intent.positions import Tree, to_data
from netgen.intent.table import read_csv

COLUMNS = ("name", "serial", "rack", "os_version")


def table_of(folder, text):
    file = folder / "devices.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_csv(file, root=folder, columns=COLUMNS, required=("name",), key="name")


def test_cells_and_their_places(tmp_path):
    table, diagnostics = table_of(tmp_path, 'serial, name ,rack\r\nSN1,leaf1,"a, ""b"""\r\n\r\n"SN2", leaf2 ,\r\n')
    assert diagnostics == []
    assert to_data(table) == {
        "leaf1": {"serial": "SN1", "name": "leaf1", "rack": 'a, "b"'},
        "leaf2": {"serial": "SN2", "name": "leaf2"},
    }
    tree = Tree(table)
    rack, row, name = (
        tree.value_span(("leaf1", "rack")),
        tree.value_span(("leaf1", "os_version")),
        tree.key_span(("leaf2",)),
    )
    assert (rack.line, rack.column, rack.end_column) == (2, 11, 21)
    assert (row.line, row.column) == (2, 1)
    assert (name.line, name.column, name.end_column) == (4, 8, 13)


@pytest.mark.parametrize(
    ("text", "code", "where", "advice"),
    [
        ("name,seriel\na,b\n", reading.UNKNOWN_COLUMN, (1, 6), "`serial`"),
        ("nam,serial\na,b\n", reading.UNKNOWN_COLUMN, (1, 1), "`name`"),
        ("name;serial\na;b\n", reading.UNKNOWN_COLUMN, (1, 1), "commas"),
        ("name,serial,\na,b,c\n", reading.UNKNOWN_COLUMN, (1, 13), "choose one of"),
        ("name,serial,serial\na,b,c\n", reading.DUPLICATE_COLUMN, (1, 13), "remove"),
        ("serial,rack\na,b\n", reading.MISSING_COLUMN, (1, 1), "add it"),
        ("", reading.UNKNOWN_COLUMN, (1, 1), "begin with a line"),
        ("name,serial\na\n", reading.ROW_LENGTH, (2, 1), ""),
        ("name,serial\na,b,c\n", reading.ROW_LENGTH, (2, 1), ""),
        ("name,serial\na,b\na,c\n", reading.DUPLICATE_ROW, (3, 1), ""),
        ("serial,name\nb,\n", reading.UNNAMED_ROW, (2, 1), ""),
        ('name,serial\na,"b\n', reading.TABLE_SYNTAX, (2, 3), "close it"),
        ('name,serial\na, "b"c\n', reading.TABLE_SYNTAX, (2, 4), '""'),
        ('name,serial\na,b"c\n', reading.TABLE_SYNTAX, (2, 4), '""'),
        ("name,serial\na,b\u202e\n", reading.CHARACTER, (2, 4), ""),
        (b"name,serial\na,\xe9\n", reading.ENCODING, (2, 3), ""),
        (b"\xef\xbb\xbfname\na\n", reading.ENCODING, (1, 1), ""),
    ],
)
def test_refusals(tmp_path, text, code, where, advice):
    _, (diagnostic,) = table_of(tmp_path, text)
    assert diagnostic.code == code.code
    assert (diagnostic.label.span.line, diagnostic.label.span.column) == where
    assert advice in diagnostic.advice


def test_a_refused_row_leaves_the_others(tmp_path):
    table, diagnostics = table_of(tmp_path, "name,serial\na,b\nc\nd,e\na,f\n")
    assert list(table.entries) == ["a", "d"]
    assert len(diagnostics) == 2


@pytest.mark.parametrize("name", ["../devices.csv", "missing.csv"])
def test_a_file_that_cannot_be_used(tmp_path, name):
    inside = tmp_path / "intent"
    inside.mkdir()
    (tmp_path / "devices.csv").write_text("name\na\n")
    with pytest.raises(InputRefusedError):
        read_csv(inside / name, root=inside, columns=COLUMNS, required=("name",), key="name")


cells = st.text(st.characters(codec="ascii", categories=["L", "N", "P", "S", "Zs"])).map(str.strip)


@given(st.dictionaries(cells.filter(bool), st.tuples(cells, cells)))
def test_reads_what_pythons_csv_writes(tmp_path_factory, rows):
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(["name", "serial", "rack"])
    writer.writerows([name, *values] for name, values in rows.items())
    table, diagnostics = table_of(tmp_path_factory.getbasetemp(), stream.getvalue())
    assert diagnostics == []
    expected = {
        name: {"name": name, **{key: value for key, value in zip(("serial", "rack"), values, strict=True) if value}}
        for name, values in rows.items()
    }
    assert to_data(table) == expected


@given(st.text(alphabet='ab," \n\t'))
def test_no_text_causes_a_traceback(tmp_path_factory, text):
    table, diagnostics = table_of(tmp_path_factory.getbasetemp(), "name,serial\n" + text)
    assert table is not None or diagnostics


def listed(tmp_path, text):
    (tmp_path / "list.csv").write_text(text)
    table, found = read_csv(
        tmp_path / "list.csv", root=tmp_path, columns=("a", "b"), required=("a", "b"), key=None, others=True
    )
    rows = {} if table is None else {name: entry.node.entries for name, entry in table.entries.items()}
    return {name: {key: cell.node.value for key, cell in row.items()} for name, row in rows.items()}, rows, found


def test_rows_of_a_list_are_named_by_their_lines_and_other_columns_are_left_out(tmp_path):
    said, rows, found = listed(tmp_path, 'x,a,y,b,z\n1,one,2, two ,3\n\n4,"th,ree",5,"f""our",6\n7,one,8,,9\n')
    assert not found
    assert said == {"2": {"a": "one", "b": "two"}, "4": {"a": "th,ree", "b": 'f"our'}, "5": {"a": "one"}}
    places = [rows["2"][key].key_span for key in "ab"]
    assert [(place.line, place.column, place.end_column) for place in places] == [(2, 3, 6), (2, 10, 13)]


def test_a_list_may_end_in_a_column_that_is_wanted_and_begin_with_one(tmp_path):
    said, _, found = listed(tmp_path, "a,x,b\none,2,two\n")
    assert not found
    assert said == {"2": {"a": "one", "b": "two"}}


@pytest.mark.parametrize(("text", "code"), [("a,x,b\none,2\n", "NG134"), ("a,x\none,2\n", "NG132")], ids=["short", "b"])
def test_what_a_list_lacks_is_told(tmp_path, text, code):
    _, _, found = listed(tmp_path, text)
    assert [diagnostic.code for diagnostic in found] == [code]
