import dataclasses

import msgspec
import pytest

from netgen.record import Record, field_names, replace


class Cable(Record):
    a: str
    b: str
    length_m: int = 3


class Bundle(msgspec.Struct):
    cables: list[Cable] = msgspec.field(default_factory=list)


@dataclasses.dataclass(frozen=True)
class Measured:
    cable: Cable
    twice_m: int = dataclasses.field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "twice_m", 2 * self.cable.length_m)


def test_a_record_does_not_change_and_is_what_it_says():
    cable = Cable("leaf1", "spine1")
    with pytest.raises(AttributeError, match="immutable"):
        cable.length_m = 5  # type: ignore[misc]
    assert {cable: 1}[Cable("leaf1", "spine1", 3)] == 1
    assert cable != Cable("leaf1", "spine1", 5)


@pytest.mark.parametrize(
    ("one", "changes", "other"),
    [
        (Cable("leaf1", "spine1"), {"length_m": 5}, Cable("leaf1", "spine1", 5)),
        (Bundle(), {"cables": [Cable("a", "b")]}, Bundle([Cable("a", "b")])),
        (Measured(Cable("a", "b")), {"cable": Cable("a", "b", 5)}, Measured(Cable("a", "b", 5))),
    ],
)
def test_a_copy_is_of_the_same_kind_with_what_follows_from_it(one, changes, other):
    before = repr(one)
    assert replace(one, **changes) == other
    assert repr(one) == before


def test_a_copy_has_no_field_that_its_kind_has_not():
    for one in (Cable("a", "b"), Measured(Cable("a", "b"))):
        with pytest.raises(TypeError):
            replace(one, colour="blue")


def test_fields_are_known_by_name():
    assert list(field_names(Cable) or ()) == ["a", "b", "length_m"]
    assert list(field_names(Measured) or ()) == ["cable", "twice_m"]
    assert field_names(str) is None
