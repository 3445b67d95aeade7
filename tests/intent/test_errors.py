"""pydantic's errors as findings: one for each mistake, at its place, in plain words."""

import re
from pathlib import Path
from typing import Annotated, Literal, Self

import pytest
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from netgen.diagnostics.codes import reading, schema
from netgen.intent.errors import diagnose
from netgen.intent.load import load
from netgen.intent.problems import problem
from netgen.intent.reader import read


class Model(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, alias_generator=lambda name: name.replace("_", "-")
    )


def _name(value: str) -> str:
    if not value.islower():
        raise ValueError("a name is written in lower-case letters")
    return value


class Tree(Model):
    kind: Literal["tree"]
    leaf: str
    spine_count: Annotated[int, Field(ge=1, le=64)] = 1


class Ring(Model):
    kind: Literal["ring"]
    size: int


class Secret(Model):
    secret: str


class Window(Model):
    low: int
    high: int

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.low > self.high:
            raise problem(
                schema.OUT_OF_RANGE, f"{{low}} {self.low} is above", at=("high",), advice="swap {low} and {high}"
            )
        return self


class Root(Model):
    name: Annotated[str, AfterValidator(_name)]
    fabric: Annotated[Tree | Ring, Field(discriminator="kind")] | None = None
    dscp: list[Annotated[int, Field(le=63)]] | Literal["rest"] = "rest"
    pods: dict[int, Window] = {}
    enabled: bool = True
    ratio: float = 1.0
    tags: list[str] = Field([], max_length=2)
    password: Secret | None = None
    either: Window | Secret | None = None
    roles: dict[Literal["leaf", "spine"], int] = {}


def findings(tmp_path, text):
    file = tmp_path / "a.yaml"
    file.write_text(text)
    tree, diagnostics = read(file)
    try:
        Root.model_validate(tree.data)
    except ValidationError as error:
        suspects = [diagnostic.label.span for diagnostic in diagnostics]
        return diagnostics + diagnose(error, tree, Root, suspects=suspects)
    return diagnostics


@pytest.mark.parametrize(
    ("text", "code", "where", "message", "advice"),
    [
        ("enabled: true", schema.MISSING_KEY, (1, 1), "the intent lacks the key `name`", "add it"),
        ("name: a\nnmae: b", schema.UNKNOWN_KEY, (2, 1), "unknown key `nmae`", "choose one of"),
        ("nmae: b", schema.UNKNOWN_KEY, (1, 1), "unknown key `nmae`", "did you mean `name`?"),
        ("xyzzy: b", schema.UNKNOWN_KEY, (1, 1), "unknown key `xyzzy`", "choose one of"),
        ("name: A", schema.INVALID_FORM, (1, 7), "`name`: a name is written in lower-case letters", ""),
        ("name: 1", schema.WRONG_TYPE, (1, 7), "`name` must be text, not the number 1", "quotes"),
        ("name:", schema.WRONG_TYPE, (1, 6), "`name` must be text, not nothing", "indent"),
        ("name: a\nenabled: yes", schema.WRONG_TYPE, (2, 10), "must be `true` or `false`, not the text", "`true`"),
        ("name: a\nratio: x", schema.WRONG_TYPE, (2, 8), "must be a number, not the text `x`", ""),
        ("name: a\ntags: x", schema.WRONG_TYPE, (2, 7), "must be a list, not text", "brackets"),
        ("name: a\ntags: [a, b, c]", schema.WRONG_LENGTH, (2, 1), "must have at most 2 entries", ""),
        ("name: a\ntags: [a, 2]", schema.WRONG_TYPE, (2, 11), "`tags.1` must be text, not the number 2", "quotes"),
        ("name: a\npods: {x: {low: 1, high: 2}}", schema.INVALID_KEY, (2, 8), "the key `x` must be a whole number", ""),
        ("name: a\npods: {1: {low: 1}}", schema.MISSING_KEY, (2, 8), "`pods.1` lacks the key `high`", "add it"),
        ("name: a\npods: {1: {}}", schema.MISSING_KEY, (2, 8), "`pods.1` lacks the keys `low`, `high`", "add them"),
        ("name: a\npods: {1: {low: 1, hihg: 2}}", schema.UNKNOWN_KEY, (2, 20), "`hihg` in `pods.1`", "`high`"),
        ("name: a\npods: {1: {low: 1, zz: 2}}", schema.UNKNOWN_KEY, (2, 20), "`zz` in `pods.1`", "`high`"),
        ("name: a\npods: {1: {low: 010, high: 99}}", schema.WRONG_TYPE, (2, 17), "not the text `010`", "write `10`"),
        ("name: a\npods: {1: {low: '1', high: 99}}", schema.WRONG_TYPE, (2, 17), "not the text `1`", "quotes"),
        ("name: a\npods: {1: {low: 1_0, high: 99}}", schema.WRONG_TYPE, (2, 17), "not the text `1_0`", "write `10`"),
        (
            "name: a\npods: {1: {low: 1.5, high: 99}}",
            schema.WRONG_TYPE,
            (2, 17),
            "a whole number, not the number 1.5",
            "",
        ),
        ("name: a\npods: {1: {low: true, high: 99}}", schema.WRONG_TYPE, (2, 17), "whole number, not `true`", ""),
        ("name: a\nroles: {leef: 1}", schema.INVALID_KEY, (2, 9), "the key `leef` is not allowed", "`leaf`?"),
        ("name: a\npods: {1: {low: 3, high: 2}}", schema.OUT_OF_RANGE, (2, 26), "{low} 3 is above", "{low} and {high}"),
        # unions without a discriminator
        ("name: a\ndscp: 5", schema.WRONG_TYPE, (2, 7), "`dscp` must be a list or `rest`, not the number 5", ""),
        ("name: a\ndscp: [1, 64]", schema.OUT_OF_RANGE, (2, 11), "`dscp.1` must be at most 63, not 64", ""),
        ("name: a\neither: 5", schema.WRONG_TYPE, (2, 9), "must be a mapping", ""),
        ("name: a\ndscp: [af31]", schema.WRONG_TYPE, (2, 8), "not the text `af31`", "AF31 is 26: write `26`"),
        ("name: a\ndscp: [8, CS6]", schema.WRONG_TYPE, (2, 11), "not the text `CS6`", "CS6 is 48: write `48`"),
        ("name: a\ndscp: ef", schema.WRONG_TYPE, (2, 7), "not the text `ef`", "EF is 46: write `[46]`"),
        ("name: a\ndscp: [cs8]", schema.WRONG_TYPE, (2, 8), "not the text `cs8`", ""),
        ("name: a\npassword:\n  secret:x", schema.WRONG_TYPE, (3, 3), "a mapping, not text", "after the colon"),
        ("a: name", schema.UNKNOWN_KEY, (1, 1), "unknown key `a`", "swapped: write `name: a`"),
        ("name: a\nx: name", schema.UNKNOWN_KEY, (2, 1), "unknown key `x`", "choose one of"),
        # with one
        ("name: a\nfabric: {kind: tre, leaf: x}", schema.INVALID_VALUE, (2, 16), "must be `tree`, `ring`", "`tree`?"),
        ("name: a\nfabric: {knd: tree, leaf: x}", schema.UNKNOWN_KEY, (2, 10), "`knd` in `fabric`", "`kind`?"),
        ("name: a\nfabric: {leaf: x}", schema.MISSING_KEY, (2, 1), "`fabric` lacks the key `kind`", ""),
        ("name: a\nfabric: {kind: tree}", schema.MISSING_KEY, (2, 1), "`fabric` lacks the key `leaf`", ""),
        ("name: a\nfabric: {kind: tree, leav: x}", schema.UNKNOWN_KEY, (2, 22), "`leav` in `fabric`", "`leaf`?"),
        (
            "name: a\nfabric: {kind: ring, size: 1, spine-count: 2}",
            schema.UNKNOWN_KEY,
            (2, 31),
            "`spine-count`",
            "remove",
        ),
        ("name: a\nfabric: {kind: tree, leaf: x, spine_count: 2}", schema.UNKNOWN_KEY, (2, 31), "", "`spine-count`?"),
        (
            "name: a\nfabric: {kind: tree, leaf: x, spine-count: 0}",
            schema.OUT_OF_RANGE,
            (2, 44),
            "at least 1, not 0",
            "",
        ),
        ("name: a\nfabric: {kind:tree, leaf: x}", schema.UNKNOWN_KEY, (2, 10), "`kind:tree`", "space after the colon"),
    ],
)
def test_one_finding_for_one_mistake(tmp_path, text, code, where, message, advice):
    (diagnostic,) = findings(tmp_path, text)
    assert diagnostic.code == code.code
    assert (diagnostic.label.span.line, diagnostic.label.span.column) == where
    assert message in diagnostic.message
    assert advice in diagnostic.advice
    assert advice or not re.search("is [0-9]", diagnostic.advice)


def test_all_mistakes_at_once(tmp_path):
    text = "name: A\nenabled: 3\npods: {1: {low: x, high: y}, 2: {low: 1}}\n"
    assert [diagnostic.label.span.line for diagnostic in findings(tmp_path, text)] == [1, 2, 3, 3, 3]


def test_what_a_duplicate_key_hides_is_not_missing(tmp_path):
    text = "name: a\npods:\n  1:\n    low: 1\n    low: 2\n"
    assert [diagnostic.code for diagnostic in findings(tmp_path, text)] == [reading.DUPLICATE_KEY.code]


def test_what_is_missing_elsewhere_is_told_beside_a_duplicate_key(tmp_path):
    text = "name: a\nenabled: true\nenabled: false\npods: {1: {low: 1}}\n"
    codes = [diagnostic.code for diagnostic in findings(tmp_path, text)]
    assert codes == [reading.DUPLICATE_KEY.code, schema.MISSING_KEY.code]


def test_a_value_where_a_secret_is_referred_to_is_not_repeated(tmp_path):
    (diagnostic,) = findings(tmp_path, "name: a\npassword: hunter2\n")
    assert "hunter2" not in repr(diagnostic)
    assert diagnostic.code == schema.WRONG_TYPE.code


def test_a_key_of_the_other_technology_is_told_as_such(tmp_path: Path):
    for name, technology, key, said in (
        ("a", "ethernet", "partitions: {}", "it is a key of InfiniBand fabrics: write `technology: infiniband`"),
        ("b", "infiniband", "pools: {}", "it is a key of Ethernet fabrics"),
    ):
        (tmp_path / f"{name}.yaml").write_text(f"fabrics: {{x: {{technology: {technology}, kind: fat-tree, {key}}}}}\n")
        found = load(tmp_path / f"{name}.yaml").diagnostics
        assert [one.advice for one in found if one.code == "NG202"] == [said]
