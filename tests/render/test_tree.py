import json
import re
import shlex
from collections.abc import Iterator

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from netgen.platforms.model import Form
from netgen.platforms.trees import Fixed, InOrder, natural
from netgen.render.errors import RenderError
from netgen.render.tree import serialise

leaves = st.none() | st.booleans() | st.integers() | st.text()
trees = st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))


def ordered(tree):
    """Return a tree with the entries of each mapping in the order of their numbers."""
    if isinstance(tree, dict):
        return {name: ordered(tree[name]) for name in sorted(sorted(tree), key=natural)}
    return [ordered(item) for item in tree] if isinstance(tree, list) else tree


@given(trees)
def test_text_is_what_the_standard_library_writes(tree):
    assert serialise(tree) == json.dumps(ordered(tree), indent=4) + "\n"


@given(st.dictionaries(st.text(), leaves | st.dictionaries(st.text(), leaves)))
def test_mappings_of_which_more_is_known_have_the_same_text(tree):
    text = serialise({"a": tree})
    assert serialise({"a": InOrder(ordered(tree))}) == text
    fixed = Fixed(tree)
    assert [serialise({"a": fixed}), serialise({"b": {"a": fixed}}), serialise({"a": fixed})] == [
        text,
        serialise({"b": {"a": tree}}),
        text,
    ]


def test_names_that_differ_in_leading_zeros_only_have_an_order_too():
    assert serialise({"a01": 1, "a1": 2}) == serialise({"a1": 2, "a01": 1})


@pytest.mark.parametrize("tree", [{"a": 1.5}, {"a": object()}, {"a": b"x"}, {1: "a"}])
def test_what_json_cannot_say_is_refused(tree):
    with pytest.raises(RenderError):
        serialise(tree)


words = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"], include_characters=" "), min_size=1)
branches = st.recursive(
    st.dictionaries(words, words | st.integers()),
    lambda inner: st.dictionaries(words, words | st.integers() | inner),
)


class Core(yaml.CSafeLoader):
    """A reader to which only whole numbers are numbers, as the reader of NVUE's files must be: `on` is a word."""


Core.yaml_implicit_resolvers = {}
Core.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"-?(0|[1-9][0-9]*)$"), None)


@given(branches)
def test_yaml_reads_back(tree):
    assert yaml.load(serialise(tree, Form.YAML), Core) == tree
    assert yaml.load(serialise(tree, Form.YAML, "set"), Core) == [{"set": tree}]


@given(branches)
def test_other_readers_take_only_on_and_off_otherwise(tree):
    told = yaml.safe_load(serialise({"a": {**tree, "b": "yes", "c": "0x10", "d": "12:30", "e": "1_0"}}, Form.YAML))
    assert {key: told["a"][key] for key in "bcde"} == {"b": "yes", "c": "0x10", "d": "12:30", "e": "1_0"}
    assert yaml.safe_load(serialise({"a": "on"}, Form.YAML)) == {"a": True}


def typed(tree: dict) -> Iterator[list[str]]:
    for key, value in tree.items():
        if isinstance(value, dict) and value:
            yield from ([key, *rest] for rest in typed(value))
        else:
            yield [key] if value == {} else [key, str(value)]


@given(branches)
def test_a_shell_reads_the_commands_back(tree):
    lines = serialise(tree, Form.COMMANDS, "nv set").splitlines()
    assert sorted(map(shlex.split, lines)) == sorted(["nv", "set", *rest] for rest in typed(tree))


@pytest.mark.parametrize("form", [Form.YAML, Form.COMMANDS])
@pytest.mark.parametrize("tree", [{"a": []}, {"a": None}, {"a": 1.5}, {1: "a"}, ["a"], "a"])
def test_what_only_json_can_say_is_refused(tree, form):
    with pytest.raises(RenderError):
        serialise(tree, form, "set")


def test_entries_stand_in_the_order_of_their_numbers():
    names = ["swp1", "swp1s0", "swp1s1", "swp2", "swp10", "vlan2"]
    assert sorted(sorted(names), key=natural) == names
    tree = {name: {} for name in reversed(names)}
    assert serialise(tree, Form.COMMANDS, "set") == "".join(f"set {name}\n" for name in names)
    assert serialise(tree, Form.YAML, "set") == "- set:\n" + "".join(f"    {name}: {{}}\n" for name in names)
    assert serialise(tree) == json.dumps({name: {} for name in names}, indent=4) + "\n"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("on", "on"),
        ("swp1", "swp1"),
        ("10.0.0.0/31", "10.0.0.0/31"),
        ("to pod1-spine1 swp1s0", "to pod1-spine1 swp1s0"),
        ("26", "'26'"),
        ("it's", "'it''s'"),
        ("a: b", "'a: b'"),
        ("#1", "'#1'"),
        ("yes", "'yes'"),
        ("", "''"),
    ],
)
def test_yaml_is_quoted_where_it_must_be(text, written):
    assert serialise({"a": text}, Form.YAML) == f"a: {written}\n"
