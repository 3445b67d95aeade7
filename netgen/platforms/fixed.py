"""Parts of a tree that many devices have in common."""

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
