"""The JSON Schema of an intent, for editors: draft-07, which all of them know.

It describes what a person writes. What concerns more than one key, `netgen validate` says.
"""

import ast
import inspect
import re
from itertools import pairwise
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from netgen.intent import infiniband, models, network, out_of_band

DRAFT = "http://json-schema.org/draft-07/schema#"

_MODULES = (network, infiniband, out_of_band, models)
"""Where the models are, those of bases first."""

_SCALARS = {"string": str, "integer": int, "boolean": bool}


class _Written(GenerateJsonSchema):
    """Leaves out titles, which repeat the keys, and defaults that nobody could write, such as 300 for ``300ms``."""

    def field_title_should_be_set(self, schema: object) -> bool:
        del schema
        return False

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        described = super().default_schema(schema)
        default, type_ = described.get("default"), described.get("type")
        written = type_ in _SCALARS and isinstance(default, _SCALARS[type_])
        if not written or not re.search(described.get("pattern", ""), str(default)):
            described.pop("default", None)
        return described


def json_schema() -> dict[str, Any]:
    """Return the schema as plain data, with what the models' docstrings say of each key."""
    document = models.Intent.model_json_schema(
        by_alias=True, ref_template="#/definitions/{model}", schema_generator=_Written
    )
    definitions = document.pop("$defs")
    said = _descriptions()
    for name, definition in {**definitions, "Intent": document}.items():
        definition.pop("title", None)
        for key, described in definition["properties"].items():
            if key in said[name]:
                described["description"] = said[name][key]
    _by_technology(document["properties"]["fabrics"])
    return {"$schema": DRAFT, "title": "netgen intent", **document, "definitions": definitions}


def _by_technology(fabrics: dict[str, Any]) -> None:
    """Have editors hold a fabric against the one model that it is meant for, and not say that it is neither."""
    ethernet, infiniband = fabrics["additionalProperties"]["oneOf"]
    said = {"properties": {"technology": {"const": "infiniband"}}, "required": ["technology"]}
    fabrics["additionalProperties"] = {"if": said, "then": infiniband, "else": ethernet}


def _descriptions() -> dict[str, dict[str, str]]:
    """Return the docstrings of the fields of every model, by the keys that people write; its bases' too."""
    own = {}
    for module in _MODULES:
        tree = ast.parse(inspect.getsource(module))
        for node in tree.body:
            if isinstance(node, ast.ClassDef):
                own[node.name] = dict(_documented(node, getattr(module, node.name)))
    return {name: _inherited(name, own) for name in own}


def _inherited(name: str, own: dict[str, dict[str, str]]) -> dict[str, str]:
    model = next(getattr(module, name) for module in _MODULES if hasattr(module, name))
    found: dict[str, str] = {}
    for base in reversed(model.__mro__):
        found |= own.get(base.__name__.partition("[")[0], {})
    return found


def _documented(model: ast.ClassDef, read: type[BaseModel]) -> list[tuple[str, str]]:
    found = []
    for field, below in pairwise(model.body):
        match field, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                key = read.model_fields[name].alias or name
                found.append((key, inspect.cleandoc(text).replace("\n", " ")))
    return found
