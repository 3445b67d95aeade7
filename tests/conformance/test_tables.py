"""Each row of the tables names a primary source that there is, and each source is there for a row."""

import pytest

from tests.conformance import cumulus, junos, nxos, test_junos, test_nxos
from tests.conformance.statements import Statement, braced, indented, paths
from tests.conformance.table import Table, every, read
from tests.render.references import JUNOS, NXOS, Named, dangling

TABLES = {"nxos": nxos.table, "junos": junos.table, "cumulus": cumulus.table}


@pytest.fixture(params=TABLES)
def table(request: pytest.FixtureRequest) -> Table:
    return TABLES[request.param]()


def test_every_row_cites_a_source(table: Table):
    assert {row.source for row in every(table.rows)} == set(table.sources)
    assert all(len(source) > 10 for source in table.sources.values())


def test_what_is_needed_is_a_statement_of_the_table(table: Table):
    patterns = {row.pattern for row in table.rows}
    for row in every(table.rows):
        assert not row.needs or any(row.needs.startswith(pattern.partition(" <")[0]) for pattern in patterns)


def test_a_row_without_a_source_is_refused(tmp_path):
    (tmp_path / "t.yaml").write_text('sources: {a: somewhere}\nstatements: {"hostname <name>": b}\n')
    with pytest.raises(ValueError, match="no source: 'b'"):
        read(tmp_path / "t.yaml")


def test_a_row_that_stands_twice_is_refused(tmp_path):
    (tmp_path / "t.yaml").write_text('sources: {a: somewhere}\nstatements:\n  "x": a\n  "x": a\n')
    with pytest.raises(ValueError, match="twice"):
        read(tmp_path / "t.yaml")


@pytest.mark.parametrize(
    ("kinds", "statements"),
    [
        (NXOS, indented(test_nxos.LEAF, nxos.STEP)),
        (JUNOS, braced(test_junos.LEAF, junos.STEP)),
    ],
    ids=["nxos", "junos"],
)
def test_every_kind_of_name_is_met(kinds: dict[str, Named], statements: list[Statement]):
    flat = "\n".join(paths(statements))
    for kind, named in kinds.items():
        assert dangling(flat, {kind: Named(named.defined, ())}), f"no {kind} is defined"
        assert dangling(flat, {kind: Named("(?!)()", named.used)}), f"no {kind} is used"
