"""The JSON Schema of an intent, for editors: draft-07, which all of them know.

It describes what a person writes. What concerns more than one key, `netgen validate` says.
"""

import ast
import inspect
import re
from itertools import pairwise
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from netgen.intent import models

DRAFT = "http://json-schema.org/draft-07/schema#"

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
    return {"$schema": DRAFT, "title": "netgen intent", **document, "definitions": definitions}


def _descriptions() -> dict[str, dict[str, str]]:
    """Return the docstrings of the fields of every model, by the keys that people write."""
    tree = ast.parse(inspect.getsource(models))
    return {node.name: dict(_documented(node)) for node in tree.body if isinstance(node, ast.ClassDef)}


def _documented(model: ast.ClassDef) -> list[tuple[str, str]]:
    found = []
    for field, below in pairwise(model.body):
        match field, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                found.append((name.replace("_", "-"), inspect.cleandoc(text).replace("\n", " ")))
    return found
