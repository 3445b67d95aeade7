import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netgen.render.errors import RenderError
from netgen.render.tree import serialise

leaves = st.none() | st.booleans() | st.integers() | st.text()
trees = st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))


@given(trees)
def test_text_is_what_the_standard_library_writes(tree):
    assert serialise(tree) == json.dumps(tree, indent=4, sort_keys=True) + "\n"


@pytest.mark.parametrize("tree", [{"a": 1.5}, {"a": object()}, {"a": b"x"}, {1: "a"}])
def test_what_json_cannot_say_is_refused(tree):
    with pytest.raises(RenderError):
        serialise(tree)
