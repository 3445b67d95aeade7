"""Entries by name, each read when it is first asked for: of dozens, one cluster uses a few."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

_Entry = TypeVar("_Entry")


class Shelf(Mapping[str, _Entry]):
    """A mapping that knows its names at once, and its entries as they are asked for.

    Parameters
    ----------
    names
        In order.
    read
        Reads the entry of a name; what it raises, so does asking for that entry.
    own
        Names of entries that are a user's: these are read now, so that a mistake in one is told whether or not
        anything uses it.
    """

    def __init__(self, names: Iterable[str], read: Callable[[str], _Entry], own: Iterable[str] = ()) -> None:
        self._names = dict.fromkeys(names)
        self._read = read
        self._entries: dict[str, _Entry] = {name: read(name) for name in own}

    def __getitem__(self, name: str) -> _Entry:
        if name not in self._entries:
            if name not in self._names:
                raise KeyError(name)
            self._entries[name] = self._read(name)
        return self._entries[name]

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
