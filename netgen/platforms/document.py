"""A small YAML document whose every value is asked for by type, and whose every error has a line."""

from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType

import yaml

from netgen.diagnostics.suggest import did_you_mean
from netgen.platforms.model import Capability


class PlatformError(Exception):
    """A platform.yaml is not what it must be; the message starts with file, line and column."""


_TEXT = "tag:yaml.org,2002:str"


class Section:
    """A mapping of the document; what is not asked for by the time of `finish` is an error."""

    __slots__ = ("_asked", "_items", "_node", "_path")

    def __init__(self, path: Path, node: yaml.Node) -> None:
        self._path = path
        self._node = node
        self._asked: list[str] = []
        if not isinstance(node, yaml.MappingNode):
            raise self.error("must be a mapping of keys to values", node)
        self._items: dict[str, yaml.Node] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise self.error("a key must be a plain word", key)
            if key.value in self._items:
                raise self.error(f"{key.value!r} is said twice", key)
            self._items[key.value] = value

    def error(self, message: str, node: yaml.Node | None = None) -> PlatformError:
        """Make the error about a value of this section, or about the section itself."""
        mark = (node or self._node).start_mark
        return PlatformError(f"{self._path}:{mark.line + 1}:{mark.column + 1}: {message}")

    def names(self) -> list[str]:
        """List the keys in the order in which they are written."""
        return list(self._items)

    def has(self, key: str) -> bool:
        """Whether a key is there; one that is asked about is known from then on."""
        self._asked.append(key)
        return key in self._items

    def text(self, key: str) -> str:
        """Text that must be there, without control characters."""
        value = self.optional_text(key)
        if value is None:
            raise self.error(f"{key!r} is missing")
        return value

    def optional_text(self, key: str) -> str | None:
        """Text, or nothing where the key is absent."""
        node = self._take(key)
        return None if node is None else self._text(key, node)

    def integer(self, key: str) -> int:
        """Read a whole number that must be there."""
        node = self._take(key)
        if node is None:
            raise self.error(f"{key!r} is missing")
        value = self._scalar(key, node)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.error(f"{key!r} must be a whole number", node)
        return value

    def scalar(self, key: str) -> str | int | bool:
        """Text, a whole number or a truth value that must be there."""
        node = self._take(key)
        if node is None:
            raise self.error(f"{key!r} is missing")
        value = self._scalar(key, node)
        if not isinstance(value, str | int):
            raise self.error(f"{key!r} must be text, a whole number, or true or false", node)
        return value

    def plain(self, key: str) -> Capability:
        """Read values within values: texts, whole numbers, truth values, lists and mappings of them."""
        node = self._take(key)
        if node is None:
            raise self.error(f"{key!r} is missing")
        return self._plain(key, node)

    def texts(self, key: str) -> tuple[str, ...]:
        """Read a list of texts; absent is empty."""
        return tuple(self._text(key, node) for node in self._sequence(key))

    def numbers(self, key: str) -> tuple[float, ...]:
        """Read a list of numbers; absent is empty."""
        found = tuple(self._scalar(key, node) for node in self._sequence(key))
        numbers = tuple(value for value in found if isinstance(value, int | float) and not isinstance(value, bool))
        if len(numbers) < len(found):
            raise self.error(f"{key!r} must be a list of numbers")
        return numbers

    def section(self, key: str) -> "Section":
        """Read a mapping that must be there."""
        found = self.optional_section(key)
        if found is None:
            raise self.error(f"{key!r} is missing")
        return found

    def optional_section(self, key: str) -> "Section | None":
        """Read a mapping, or nothing where the key is absent."""
        node = self._take(key)
        return None if node is None else Section(self._path, node)

    def sections(self, key: str) -> list["Section"]:
        """Read a list of mappings; absent is empty."""
        return [Section(self._path, node) for node in self._sequence(key)]

    def finish(self) -> None:
        """Refuse keys that nobody asked for."""
        for key, node in self._items.items():
            if key not in self._asked:
                raise self.error(f"{key!r} is not known here; {did_you_mean(key, self._asked)}", node)

    def _take(self, key: str) -> yaml.Node | None:
        self._asked.append(key)
        return self._items.get(key)

    def _sequence(self, key: str) -> Iterator[yaml.Node]:
        node = self._take(key)
        if node is None:
            return iter(())
        if not isinstance(node, yaml.SequenceNode):
            raise self.error(f"{key!r} must be a list", node)
        return iter(node.value)

    def _text(self, key: str, node: yaml.Node) -> str:
        value = self._scalar(key, node)
        if not isinstance(value, str) or not value.isprintable() or not value:
            raise self.error(f"{key!r} must be text in one line; quote what YAML takes for something else", node)
        return value

    def _plain(self, key: str, node: yaml.Node) -> Capability:
        if isinstance(node, yaml.SequenceNode):
            return tuple(self._plain(key, item) for item in node.value)
        if isinstance(node, yaml.MappingNode):
            section = Section(self._path, node)
            return MappingProxyType({name: section.plain(name) for name in section.names()})
        value = self._scalar(key, node)
        if not isinstance(value, str | int):
            raise self.error(f"{key!r} must be text, a whole number, true or false, or a list or mapping of them", node)
        return value

    def _scalar(self, key: str, node: yaml.Node) -> object:
        if not isinstance(node, yaml.ScalarNode):
            raise self.error(f"{key!r} must be a single value", node)
        if node.tag == _TEXT:
            # Most values are; a constructor for each of them would take a third of the reading.
            return node.value
        try:
            return yaml.CSafeLoader("").construct_object(node)
        except (yaml.YAMLError, ValueError):
            raise self.error(f"{key!r} is not a value that YAML can read", node) from None


def read_document(path: Path, text: str) -> Section:
    """Read a YAML document that is one mapping.

    Raises
    ------
    PlatformError
        If it is not YAML, or not a mapping.
    """
    try:
        node = yaml.compose(text, yaml.CSafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise PlatformError(f"{path}{where}: not YAML: {getattr(error, 'problem', None) or error}") from None
    if node is None:
        raise PlatformError(f"{path}:1:1: the file is empty")
    return Section(path, node)
