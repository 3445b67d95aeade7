import pytest

from netgen.resources.shelf import Shelf


def test_an_entry_is_read_once_and_when_it_is_asked_for():
    read: list[str] = []
    shelf = Shelf(["b", "a"], lambda name: (read.append(name), name.upper())[1])
    assert (list(shelf), len(shelf), "a" in shelf, "c" in shelf, read) == (["b", "a"], 2, True, False, [])
    assert (shelf["a"], shelf.get("a"), shelf.get("c"), read) == ("A", "A", None, ["a"])
    assert dict(shelf) == {"b": "B", "a": "A"}
    assert read == ["a", "b"]


def test_what_a_user_wrote_is_read_though_nothing_asks_for_it():
    def read(name: str) -> str:
        raise ValueError(name)

    assert len(Shelf(["built-in", "theirs"], read)) == 2
    with pytest.raises(ValueError, match="theirs"):
        Shelf(["built-in", "theirs"], read, own=["theirs"])
