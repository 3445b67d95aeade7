"""Mappings of which a tree says more than what is in them, so that they are written down sooner."""

import re
from functools import lru_cache
from typing import Any


class Fixed(dict[str, Any]):
    """A mapping that devices share and nobody changes: what it says is written down once a process.

    Parameters
    ----------
    texts
        What the writer made of it, by the line break and indent that it stands at.
    """

    __slots__ = ("texts",)

    def __init__(self, content: dict[str, Any]) -> None:
        super().__init__(content)
        self.texts: dict[str, str] = {}


class InOrder(dict[str, Any]):
    """A mapping whose names stand in their natural order already, as `natural` tells."""

    __slots__ = ()


@lru_cache(maxsize=16384)
def natural(name: str) -> tuple[str | int, ...]:
    """Return what a name is sorted by: ``swp10`` comes after ``swp9``, and ``0x10`` after ``0xf``."""
    # Split by numbers, texts and numbers alternate, so that two of them can always be compared.
    parts = re.split(r"(0x[0-9a-f]+|\d+)", name)
    return tuple(int(part, 16 if part[:2] == "0x" else 10) if i % 2 else part for i, part in enumerate(parts))


@lru_cache(maxsize=256)
def places_in_order(names: tuple[str, ...]) -> tuple[int, ...]:
    """Return the places of names in their natural order; devices that are alike have the same names."""
    return tuple(sorted(range(len(names)), key=lambda place: natural(names[place])))
