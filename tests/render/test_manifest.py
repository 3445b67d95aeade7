import json
from collections.abc import Mapping

from hypothesis import given, settings
from hypothesis import strategies as st

from netgen.render.manifest import Manifest, digest, parse_manifest
from tests.examples import at_most

NAMES = st.from_regex(r"(configs/)?[a-z0-9][a-z0-9._-]{0,6}(/[a-z0-9][a-z0-9._-]{0,3})?", fullmatch=True)
OUTPUTS = st.dictionaries(NAMES, st.binary(max_size=4).map(digest), max_size=40)


def manifest(outputs: Mapping[str, str], **others: object) -> Manifest:
    given = {"netgen": "1", "cluster": "c", "complete": True, "inputs": {"intent/a.yaml": digest(b"")}, **others}
    return Manifest(**given, outputs=outputs)


@given(OUTPUTS, NAMES)
@settings(max_examples=at_most(300))
def test_one_output_is_found_without_the_others(outputs: dict[str, str], other: str):
    data = manifest(outputs).serialise()
    for name in (*outputs, other):
        parsed = parse_manifest(data)
        assert parsed is not None
        assert parsed.outputs.get(name) == outputs.get(name)
        assert (name in parsed.outputs) == (name in outputs)
    assert parsed is not None
    assert dict(parsed.outputs) == outputs
    assert len(parsed.outputs) == len(outputs)
    assert parsed.outputs.get(other) == outputs.get(other)


@given(OUTPUTS)
@settings(max_examples=at_most(50))
def test_a_manifest_is_sorted_json_and_is_read_as_it_was_written(outputs: dict[str, str]):
    data = manifest(outputs).serialise()
    document = json.loads(data)
    assert document["outputs"] == outputs
    text = data.decode()
    assert json.dumps(document, indent=2, sort_keys=True) + "\n" == text
    parsed = parse_manifest(data)
    assert parsed is not None
    assert parsed.complete
    assert parsed.serialise() == data


def test_what_no_run_has_written_says_whose_the_files_are_and_not_what_they_come_from():
    data = manifest({"configs/a/eos.cfg": digest(b"a"), "configs/b/eos.cfg": digest(b"b")}).serialise()
    merged = data.replace(digest(b"b").encode(), digest(b"c").encode())
    for text in (merged, merged.replace(b"\n", b""), data[:-1]):
        parsed = parse_manifest(text)
        assert parsed is not None
        assert set(parsed.outputs) == {"configs/a/eos.cfg", "configs/b/eos.cfg"}
        assert not parsed.complete
