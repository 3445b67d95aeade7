"""Which keys a model knows at a location that pydantic reports."""

import types
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal, TypeGuard, Union, get_args, get_origin

from pydantic import BaseModel


def known_keys(model: type[BaseModel], location: Sequence[str | int]) -> list[str]:
    """Return the keys of the models that may stand at a location, as they are written.

    Parameters
    ----------
    model
        The model of the whole input.
    location
        As in `pydantic.ValidationError.errors`: keys, positions in lists, and between them the labels
        of the members of unions, by which the choice narrows.
    """
    return _keys(_candidates(model, location))


def entry_keys(model: type[BaseModel], location: Sequence[str | int]) -> list[str]:
    """Return the keys of the models that are the values of a mapping at a location; none for another kind."""
    mappings = [one for one in _candidates(model, location) if get_origin(one) in {dict, Mapping}]
    return _keys([value for mapping in mappings for value in _members(get_args(mapping)[1])])


def _candidates(model: type[BaseModel], location: Sequence[str | int]) -> list[object]:
    """Types that may stand at a location."""
    candidates: list[object] = [model]
    for part in location:
        below = [step for candidate in candidates for step in _below(candidate, part)]
        candidates = below or [one for one in candidates if _is_labelled(one, part)] or candidates
    return candidates


def _keys(candidates: list[object]) -> list[str]:
    return list(dict.fromkeys(name for one in candidates if _is_model(one) for name in _fields(one)))


def _below(candidate: object, part: str | int) -> Iterator[object]:
    """Types of what a part leads to from a type, unions taken apart."""
    if _is_model(candidate):
        if part in (fields := _fields(candidate)):
            yield from _members(fields[str(part)])
    elif get_origin(candidate) in {dict, Mapping}:
        yield from _members(get_args(candidate)[1])
    elif get_origin(candidate) in {list, tuple, Sequence} and isinstance(part, int):
        yield from _members(get_args(candidate)[0])


def _members(annotation: object) -> Iterator[object]:
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _members(get_args(annotation)[0])
    elif origin in {Union, types.UnionType}:
        for member in get_args(annotation):
            yield from _members(member)
    else:
        yield annotation


def _fields(model: type[BaseModel]) -> dict[str, object]:
    return {field.alias or name: field.annotation for name, field in model.model_fields.items()}


def _is_model(candidate: object) -> TypeGuard[type[BaseModel]]:
    return isinstance(candidate, type) and issubclass(candidate, BaseModel)


def _is_labelled(candidate: object, label: str | int) -> bool:
    """Whether a member of a union goes by this label: its class's name, or a value of its discriminator."""
    if not _is_model(candidate):
        return False
    literals = (field for field in _fields(candidate).values() if get_origin(field) is Literal)
    return candidate.__name__ == label or any(label in get_args(literal) for literal in literals)
