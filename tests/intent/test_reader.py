"""The reader: positions, merging, and what it refuses."""

import json
import os
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from netgen.diagnostics.codes import reading
from netgen.intent.compose import MAX_ALIASED_VALUES, MAX_DEPTH
from netgen.intent.files import MAX_FILE_BYTES
from netgen.intent.reader import read


def write(folder: Path, text: str | bytes, name: str = "cluster.yaml") -> Path:
    file = folder / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def tree_of(folder: Path, text: str):
    tree, diagnostics = read(write(folder, text))
    assert diagnostics == []
    return tree


def only(path: Path):
    """The one finding about an input that has exactly one."""
    _, diagnostics = read(path)
    assert [type(diagnostic).__name__ for diagnostic in diagnostics] == ["Diagnostic"]
    return diagnostics[0]


def place(diagnostic):
    span = diagnostic.label.span
    return span.line, span.column


class TestPositions:
    TEXT = "cluster: aurora\npods:\n  1:\n    units: {1: {hosts: 1-64}, 2: {hosts: [a, bc]}}\n  '2': |\n    text\n"

    def test_data_is_plain(self, tmp_path):
        assert tree_of(tmp_path, self.TEXT).data == {
            "cluster": "aurora",
            "pods": {1: {"units": {1: {"hosts": "1-64"}, 2: {"hosts": ["a", "bc"]}}}, "2": "text\n"},
        }

    @pytest.mark.parametrize(
        ("path", "start", "end"),
        [
            (("cluster",), (1, 10), (1, 16)),
            (("pods", 1), (4, 5), (4, 51)),
            (("pods", "1", "units", 2, "hosts", 1), (4, 46), (4, 48)),
            (("pods", 2), (5, 8), (7, 1)),
            ((), (1, 1), (7, 1)),
        ],
    )
    def test_value_span(self, tmp_path, path, start, end):
        span = tree_of(tmp_path, self.TEXT).value_span(path)
        assert ((span.line, span.column), (span.end_line, span.end_column)) == (start, end)

    @pytest.mark.parametrize(
        ("path", "start", "end"),
        [
            (("pods",), (2, 1), (2, 5)),
            (("pods", 1, "units", 1, "hosts"), (4, 17), (4, 22)),
            (("pods", 1, "units", 2, "hosts", 1), (4, 46), (4, 48)),
        ],
    )
    def test_key_span(self, tmp_path, path, start, end):
        span = tree_of(tmp_path, self.TEXT).key_span(path)
        assert ((span.line, span.column), (span.end_line, span.end_column)) == (start, end)

    def test_a_path_that_leads_nowhere_stands_for_its_nearest_parent(self, tmp_path):
        tree = tree_of(tmp_path, self.TEXT)
        assert tree.value_span(("pods", 1, "capacity", "units")) == tree.value_span(("pods", 1))
        assert tree.key_span(("pods", 1, "capacity")) == tree.key_span(("pods", 1))
        assert tree.value_span(("nothing",)) == tree.value_span(())
        assert tree.node(("pods", 1, "capacity")) is None

    def test_columns_count_characters(self, tmp_path):
        span = tree_of(tmp_path, '{"日本": x}\n').value_span(("日本",))
        assert (span.line, span.column) == (1, 8)

    def test_crlf_counts_as_one_line_end(self, tmp_path):
        tree = tree_of(tmp_path, "a: 1\r\nb: two\r\n")
        assert tree.data == {"a": 1, "b": "two"}
        assert tree.value_span(("b",)).line == 2

    def test_an_alias_has_a_place_and_its_parts_those_of_the_anchor(self, tmp_path):
        tree = tree_of(tmp_path, "a: &x {b: 1}\nc: *x\n")
        assert tree.data == {"a": {"b": 1}, "c": {"b": 1}}
        assert tree.value_span(("c",)).line == 2
        assert tree.value_span(("c", "b")).line == 1


# What looks like a number may be text to YAML 1.1, which the emitter speaks, and a number to 1.2: `0E0`.
texts = st.text(st.characters(codec="ascii", categories=["L", "N", "P", "S", "Zs"])).filter(
    lambda text: not text.startswith(tuple("0123456789+-."))
)
scalars = st.none() | st.booleans() | st.integers(-(10**12), 10**12) | texts
trees = st.dictionaries(
    st.text("abcdefgh-_", min_size=1),
    st.recursive(
        scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text("xyz ", min_size=1), inner), max_leaves=20
    ),
)


@given(trees, st.booleans())
def test_reads_what_an_independent_emitter_wrote(tmp_path_factory, data, flow):
    text = yaml.safe_dump(data, default_flow_style=flow)
    assert tree_of(tmp_path_factory.getbasetemp(), text).data == data


@given(trees)
def test_reads_json(tmp_path_factory, data):
    assert tree_of(tmp_path_factory.getbasetemp(), json.dumps(data)).data == data


class TestFolder:
    def test_mappings_join_by_key(self, tmp_path):
        write(tmp_path, "pods: {1: {units: 2}}\n", "a.yaml")
        write(tmp_path, "pods:\n  2: {units: 3}\n  1: {capacity: 8}\n", "b.yml")
        write(tmp_path, "", "empty.yaml")
        write(tmp_path, "# nothing yet\n", "z.yaml")
        tree, diagnostics = read(tmp_path)
        assert diagnostics == []
        assert tree.data == {"pods": {1: {"units": 2, "capacity": 8}, 2: {"units": 3}}}
        assert tree.value_span(("pods", 2, "units")).file == tmp_path / "b.yml"
        assert tree.value_span(("pods", 1, "units")).file == tmp_path / "a.yaml"

    @pytest.mark.parametrize(
        ("one", "two"),
        [("x", "x"), ("x", "y"), ("[1]", "[2]"), ("{a: 1}", ""), ("{a: 1}", "b"), ("{a: 1}", "[b]")],
    )
    def test_a_value_said_twice_is_refused_at_both_places(self, tmp_path, one, two):
        write(tmp_path, f"pods:\n  1: {one}\n", "a.yaml")
        write(tmp_path, f"other: 1\npods: {{'1': {two}}}\n", "b.yaml")
        diagnostic = only(tmp_path)
        assert diagnostic.code == reading.SAID_TWICE.code
        assert (diagnostic.label.span.file.name, *place(diagnostic)) == ("b.yaml", 2, 8)
        first = diagnostic.related[0].span
        assert (first.file.name, first.line, first.column) == ("a.yaml", 2, 3)

    def test_an_alias_that_is_merged_into_leaves_its_anchor_alone(self, tmp_path):
        write(tmp_path, "a: &x {k: 1}\nb: *x\n", "a.yaml")
        write(tmp_path, "b: {m: 2}\n", "b.yaml")
        tree, _ = read(tmp_path)
        assert tree.data == {"a": {"k": 1}, "b": {"k": 1, "m": 2}}

    def test_hidden_files_sub_folders_and_others_are_ignored(self, tmp_path):
        write(tmp_path, "a: 1\n")
        write(tmp_path, "b: [\n", ".hidden.yaml")
        write(tmp_path, "c: [\n", "notes.txt")
        (tmp_path / "folder.yaml").mkdir()
        write(tmp_path / "folder.yaml", "d: [\n")
        tree, diagnostics = read(tmp_path)
        assert (tree.data, diagnostics) == ({"a": 1}, [])

    def test_what_is_wrong_in_two_files_is_told_at_once(self, tmp_path):
        write(tmp_path, "a: [\n", "a.yaml")
        write(tmp_path, "b: !x 1\n", "b.yaml")
        tree, diagnostics = read(tmp_path)
        assert tree is None
        assert [diagnostic.code for diagnostic in diagnostics] == [reading.SYNTAX.code, reading.TAG.code]

    def test_nothing_there(self, tmp_path):
        assert only(tmp_path).code == reading.NO_INTENT.code
        assert only(tmp_path / "missing").code == reading.NO_INTENT.code

    def test_a_link_out_of_the_folder_is_refused(self, tmp_path):
        inside = tmp_path / "intent"
        inside.mkdir()
        write(tmp_path, "secret: 1\n", "outside.yaml")
        (inside / "a.yaml").symlink_to("../outside.yaml")
        diagnostic = only(inside)
        assert diagnostic.code == reading.OUTSIDE.code
        assert "secret" not in diagnostic.message

    def test_a_link_within_the_folder_is_fine(self, tmp_path):
        write(tmp_path, "a: 1\n", "real.txt")
        (tmp_path / "a.yaml").symlink_to("real.txt")
        assert read(tmp_path)[0].data == {"a": 1}

    @pytest.mark.parametrize("target", ["a.yaml", "missing.yaml"])
    def test_a_link_to_nothing(self, tmp_path, target):
        (tmp_path / "a.yaml").symlink_to(target)
        assert only(tmp_path).code == reading.UNREADABLE.code

    def test_a_named_pipe_does_not_block(self, tmp_path):
        os.mkfifo(tmp_path / "a.yaml")
        assert only(tmp_path).code == reading.UNREADABLE.code


class TestDuplicates:
    @pytest.mark.parametrize("text", ["{units: 1, units: 2}", "{1: a, '1': b}", "{16: a, 0x10: b}"])
    def test_both_positions(self, tmp_path, text):
        diagnostic = only(write(tmp_path, f"pods: {text}\n"))
        assert diagnostic.code == reading.DUPLICATE_KEY.code
        assert diagnostic.related[0].span.column == 8
        assert diagnostic.label.span.column > 8

    def test_the_first_value_counts_and_the_rest_is_read(self, tmp_path):
        tree, diagnostics = read(write(tmp_path, "a: 1\na: 2\nb: 3\nb: 4\n"))
        assert tree.data == {"a": 1, "b": 3}
        (diagnostic,) = diagnostics
        assert "`a`, `b`" in diagnostic.message
        assert [label.span.line for label in (diagnostic.label, *diagnostic.related)] == [2, 1, 4]

    def test_an_empty_value_gives_way(self, tmp_path):
        tree, (diagnostic,) = read(write(tmp_path, "a:\na: {b: 1}\n"))
        assert tree.data == {"a": {"b": 1}}
        assert place(diagnostic) == (2, 1)


@pytest.mark.parametrize(
    ("text", "code", "where"),
    [
        (b"\xef\xbb\xbfa: 1\n", reading.ENCODING, (1, 1)),
        ("a: 1\n".encode("utf-16"), reading.ENCODING, (1, 1)),
        (b"a: 1\nb: \xe9\n", reading.ENCODING, (2, 4)),
        ("a: 1\nb: x\x00y\n", reading.CHARACTER, (2, 5)),
        ("a: 1\n# \x1b[31m\n", reading.CHARACTER, (2, 3)),
        ("a: \u202eb\n", reading.CHARACTER, (1, 4)),
        ('a: "\\u202eb"\n', reading.CHARACTER, (1, 4)),
        ('a: "\\0"\n', reading.CHARACTER, (1, 4)),
        ("a: 1\rb: 2\n", reading.CHARACTER, (1, 5)),
        ("a: 1\x85b: 2\n", reading.CHARACTER, (1, 5)),
        ("a: 1\u2028b: 2\n", reading.CHARACTER, (1, 5)),
        ("a: \uffff\n", reading.CHARACTER, (1, 4)),
        ("a:\n\tb: 1\n", reading.TAB, (2, 1)),
        ("a:\n- b\n\t- c\n", reading.TAB, (3, 1)),
        ("a: |\n x\n\ty\n", reading.TAB, (3, 1)),
        ("a: 1\n---\nb: 1\n", reading.MULTIPLE_DOCUMENTS, (2, 1)),
        ("- a\n", reading.NOT_A_MAPPING, (1, 1)),
        ("text\n", reading.NOT_A_MAPPING, (1, 1)),
        ("a: !!str 1\n", reading.TAG, (1, 4)),
        ("a: !!python/object/apply:os.system [id]\n", reading.TAG, (1, 4)),
        ("a: ! 1\n", reading.TAG, (1, 4)),
        ("a: !x {}\n", reading.TAG, (1, 4)),
        ("a: &x {}\nb: {<<: *x}\n", reading.MERGE_KEY, (2, 5)),
        ("true: 1\n", reading.KEY_KIND, (1, 1)),
        ("1.5: 1\n", reading.KEY_KIND, (1, 1)),
        ("a: {~: 1}\n", reading.KEY_KIND, (1, 5)),
        ("a: {'': 1}\n", reading.KEY_KIND, (1, 5)),
        ("? [a]\n: 1\n", reading.KEY_KIND, (1, 3)),
        ("a: &x b\n*x : 1\n", reading.KEY_KIND, (2, 1)),
        ("a: *b\n", reading.UNKNOWN_ALIAS, (1, 4)),
        ("a: &a [*a]\n", reading.ALIAS_CYCLE, (1, 8)),
        ("a: &a {b: {c: *a}}\n", reading.ALIAS_CYCLE, (1, 15)),
        ("%YAML 1.1\n---\na: 1\n", reading.DIRECTIVE, (1, 1)),
        ("a: 1\njunk\nb: 2\n", reading.SYNTAX, (2, 1)),
        ("a:b\nc: 1\n", reading.SYNTAX, (1, 1)),
        ("a:\n  b:c  # why\n  d: 1\n", reading.SYNTAX, (2, 3)),
        ("a:\n  b:c\n\n  # why\n  d: {e: 1}\n", reading.SYNTAX, (2, 3)),
        ("a:\n    b: c\n  d: 1\n", reading.SYNTAX, (3, 3)),
        ("a: 1\n  b: 2\n", reading.SYNTAX, (2, 3)),
        ("a: {b: 1\nc: 2\n", reading.SYNTAX, (1, 4)),
        ("a: 'b\nc: 1\n", reading.SYNTAX, (1, 4)),
        ("a: b: c\n", reading.SYNTAX, (1, 5)),
        ("a: @b\n", reading.SYNTAX, (1, 4)),
        ("a: [b\n", reading.SYNTAX, (1, 4)),
        ("  a: 1\nb: 2\n", reading.SYNTAX, (2, 1)),
        ('a: "\\q"\n', reading.SYNTAX, (1, 5)),
        ("a: - b\n", reading.SYNTAX, (1, 4)),
        ("a: 1\n" + "k" * 2000 + ": 1\n", reading.SYNTAX, (2, 1)),
        ("a: " + "[" * 500, reading.TOO_DEEP, (1, 3 + MAX_DEPTH)),
        ("a: " + "[" * 200_000, reading.TOO_DEEP, (1, 3 + MAX_DEPTH)),
        ("a:\n" + "- " * 5000, reading.TOO_DEEP, (2, 2 * MAX_DEPTH - 1)),
    ],
)
def test_attacks_and_slips(tmp_path, text, code, where):
    diagnostic = only(write(tmp_path, text))
    assert diagnostic.code == code.code
    assert place(diagnostic) == where


def test_depth_up_to_the_bound_is_read(tmp_path):
    levels = MAX_DEPTH - 1
    tree_of(tmp_path, "a: " + "[" * levels + "]" * levels)


def test_aliases_do_not_pile_up_depth(tmp_path):
    """Each alias is shallow where it stands; what they repeat would nest thousands of levels deep."""
    text = "a0: &a0 x\n" + "".join(f"a{n}: &a{n} {'[' * 50}*a{n - 1}{']' * 50}\n" for n in range(1, 50))
    assert only(write(tmp_path, text)).code == reading.TOO_DEEP.code


def test_alias_bomb(tmp_path):
    text = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10))
    diagnostic = only(write(tmp_path, text))
    assert diagnostic.code == reading.ALIAS_EXPANSION.code
    assert f"{MAX_ALIASED_VALUES:,}" in diagnostic.message


def test_many_modest_aliases_are_read(tmp_path):
    text = "a: &a {x: 1, y: 2}\n" + "".join(f"b{n}: *a\n" for n in range(1000))
    assert len(tree_of(tmp_path, text).data) == 1001


def test_a_file_that_is_too_large(tmp_path):
    file = tmp_path / "a.yaml"
    with file.open("wb") as stream:
        stream.truncate(100 * 2**20)
    assert only(file).code == reading.TOO_LARGE.code


def test_files_that_are_too_large_together(tmp_path):
    for number in range(5):
        (tmp_path / f"{number}.yaml").write_bytes(b"#" * (MAX_FILE_BYTES - 1))
    diagnostic = only(tmp_path)
    assert diagnostic.code == reading.TOO_LARGE.code
    assert diagnostic.label.span.file.name == "4.yaml"


@given(st.text(alphabet=st.sampled_from("ab1:-[]{}&*!|>'\"%@`#,? \n\t\\<~.\u00e9\u202e\x00")))
def test_no_text_causes_a_traceback(tmp_path_factory, text):
    """Every input is read or refused with a place that exists in it."""
    file = write(tmp_path_factory.getbasetemp(), text)
    tree, diagnostics = read(file)
    assert tree is not None or diagnostics
    lines = text.split("\n")
    for diagnostic in diagnostics:
        span = diagnostic.label.span
        assert 1 <= span.line <= len(lines)
        assert 1 <= span.column <= len(lines[span.line - 1]) + 1
        assert (span.line, span.column) <= (span.end_line, span.end_column)


@given(st.binary())
def test_no_bytes_cause_a_traceback(tmp_path_factory, raw):
    tree, diagnostics = read(write(tmp_path_factory.getbasetemp(), raw))
    assert tree is not None or diagnostics
