"""The schema for editors takes the example intents, and refuses what an editor should underline."""

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from netgen.intent.models import Intent
from netgen.intent.positions import to_data
from netgen.intent.reader import read
from netgen.intent.schema import json_schema

ROOT = Path(__file__).parents[2]
INTENTS = [*sorted((ROOT / "intent").iterdir()), ROOT / "tests/intent/every_key.yaml"]
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}
ANNOTATIONS = {"$schema", "title", "description", "default", "examples", "format", "definitions"}


def faults(  # noqa: C901 - a case a keyword
    value: Any, schema: dict[str, Any], top: dict[str, Any], path: str = ""
) -> Iterator[str]:
    """Yield where a value is not as the schema says: the keywords of draft-07 that ours uses, and no others."""
    for keyword, said in schema.items():
        match keyword, value:
            case "$ref", _:
                yield from faults(value, top["definitions"][said.removeprefix("#/definitions/")], top, path)
            case "type", _ if not has_type(value, said):
                yield f"{path}: not of type {said}"
            case "anyOf", _:
                if all(list(faults(value, one, top, path)) for one in said):
                    yield f"{path}: none of the alternatives"
            case "if", _:
                meant = "else" if list(faults(value, said, top, path)) else "then"
                yield from faults(value, schema[meant], top, path)
            case "enum", _ if value not in said:
                yield f"{path}: not one of {said}"
            case "const", _ if value != said:
                yield f"{path}: not {said}"
            case "minimum", int() if value < said:
                yield f"{path}: less than {said}"
            case "maximum", int() if value > said:
                yield f"{path}: more than {said}"
            case "pattern", str() if not re.search(said, value):
                yield f"{path}: not of the form {said}"
            case "minItems", list() if len(value) < said:
                yield f"{path}: too few items"
            case "minProperties", dict() if len(value) < said:
                yield f"{path}: too few keys"
            case "required", dict():
                yield from (f"{path}: lacks {key}" for key in said if key not in value)
            case "properties", dict():
                for key in value.keys() & said.keys():
                    yield from faults(value[key], said[key], top, f"{path}.{key}")
            case "additionalProperties", dict():
                for key in value.keys() - schema.get("properties", {}).keys():
                    if said is False:
                        yield f"{path}: unknown key {key}"
                    elif said is not True:
                        yield from faults(value[key], said, top, f"{path}.{key}")
            case "propertyNames", dict():
                for key in value:
                    yield from faults(key, said, top, f"{path}.{key}")
            case "items", list():
                for position, one in enumerate(value):
                    yield from faults(one, said, top, f"{path}[{position}]")
            case _:
                assert keyword in ANNOTATIONS | {
                    "type", "enum", "const", "minimum", "maximum", "pattern", "minProperties", "required", "properties",
                    "additionalProperties", "propertyNames", "items", "minItems", "then", "else",
                }  # fmt: skip


def has_type(value: Any, name: str) -> bool:
    if name == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, TYPES[name])


def written(path: Path) -> dict[str, Any]:
    tree, found = read(path)
    assert tree is not None
    assert not found
    return json.loads(json.dumps(to_data(tree.root)))


@pytest.mark.parametrize("path", INTENTS, ids=lambda path: path.name)
def test_example_intents_are_taken(path: Path):
    schema = json_schema()
    assert list(faults(written(path), schema, schema)) == []


@pytest.mark.parametrize(
    ("path", "value", "fault"),
    [
        ("fabrics.compute.oversubscribtion", "2:1", "unknown key oversubscribtion"),
        ("fabrics.compute.oversubscription", "2", "none of the alternatives"),
        ("fabrics.compute.oversubscription", {"leaf": "2"}, "none of the alternatives"),
        ("fabrics.compute.cables.host", 5, "none of the alternatives"),
        ("fabrics.compute.mtu", 100, "less than 1280"),
        ("fabrics.compute.kind", "rails", "not one of"),
        ("management.gnmi", "yes", "not of type boolean"),
        ("pods", {}, "too few keys"),
        ("hosts", {}, "lacks profile"),
    ],
)
def test_what_netgen_would_refuse_is_refused(path: str, value: Any, fault: str):
    schema, intent = json_schema(), written(ROOT / "tests/intent/every_key.yaml")
    *parents, last = path.split(".")
    place = intent
    for key in parents:
        place = place[key]
    place[last] = value
    assert [said for said in faults(intent, schema, schema) if fault in said]


@pytest.mark.parametrize("strict", [True, False, {"cap": "5%"}, None])
def test_short_forms_are_taken(strict: Any):
    schema, intent = json_schema(), written(ROOT / "tests/intent/every_key.yaml")
    intent["fabrics"]["compute"]["roce"]["classes"]["storage"]["strict"] = strict
    assert list(faults(intent, schema, schema)) == []
    Intent.model_validate(intent)


def test_it_is_of_the_draft_that_it_names():
    """Draft-07 knows neither ``$defs`` nor ``prefixItems``, and takes no notice of what stands beside a ``$ref``."""
    text = json.dumps(json_schema())
    assert "$defs" not in text
    assert "prefixItems" not in text


def test_defaults_are_such_as_could_be_written():
    schema = json_schema()
    for definition in [schema, *schema["definitions"].values()]:
        for described in definition["properties"].values():
            if "default" in described:
                bare = copy.copy(described)
                assert list(faults(bare.pop("default"), bare, schema)) == []
    assert schema["definitions"]["Bfd"]["properties"]["multiplier"]["default"] == 3


def test_keys_are_described():
    fabric = json_schema()["definitions"]["Fabric"]["properties"]
    assert fabric["mtu"]["description"] == "IP MTU in bytes, at both ends of every link."
