import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from netgen.export.yaml import emit

printable = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"], exclude_characters="\xa0"), max_size=12)
documents = st.dictionaries(
    printable,
    st.recursive(
        st.none() | st.integers() | printable, lambda inner: st.dictionaries(printable, inner, max_size=3), max_leaves=6
    ),
    max_size=3,
)


@given(documents)
def test_a_yaml_reader_reads_what_was_meant(document):
    assert (yaml.load(emit(document), yaml.CSafeLoader) or {}) == document


@pytest.mark.parametrize(
    "word", ["no", "Yes", "null", "~", "1e3", "0x1", "010", "1_0", "1:30", "", ".5", "-", "a b", "a: b"]
)
def test_words_that_yaml_takes_for_something_else_are_quoted(word: str):
    assert yaml.safe_load(emit({word: word})) == {word: word}
