"""A small, fast writer of YAML, for mappings of texts, numbers and mappings: a dumper takes ten times as long."""

import re
from collections.abc import Callable, Iterable, Mapping
from json.encoder import encode_basestring

from msgspec import Struct, field

# What YAML 1.1 and 1.2 both read as a text without quotes; words such as `no` and `null` are kept from it below.
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*")
_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})

# A dictionary is by far the most frequent mapping, and known for one at once.
_MAPPING = (dict, Mapping)


Value = str | int | None | Mapping[str, "Value"]
Items = Callable[[Mapping[str, Value]], Iterable[tuple[str, Value]]]


def quoted(text: str) -> str:
    """Text as YAML reads it back whatever it says: without quotes where it is a plain word."""
    return text if _PLAIN.fullmatch(text) and text.lower() not in _WORDS else encode_basestring(text)


def emit(
    document: Mapping[str, Value],
    *,
    text: Callable[[str], str] = quoted,
    items: Items = Mapping.items,
    indent: str = "",
) -> str:
    """Text of a document, in block style; a mapping of nothing is ``{}``, and a value of nothing is left out.

    Parameters
    ----------
    document
        What is written.
    text
        How a text is written, a key or a value.
    items
        In which order a mapping is written.
    indent
        What stands before every line.
    """
    return _Emitter(text, items).text_of(document, indent)


class _Emitter(Struct):
    text: Callable[[str], str]
    items: Items
    known: dict[tuple[int, str], str] = field(default_factory=dict)
    """Identity and indent of a mapping → its text: many ports share one."""

    def text_of(self, mapping: Mapping[str, Value], indent: str) -> str:
        key = (id(mapping), indent)
        found = self.known.get(key)
        if found is None:
            found = self.known[key] = "".join(
                [f"{indent}{self.text(name)}:{self._value(value, indent)}" for name, value in self.items(mapping)]
            )
        return found

    def _value(self, value: Value, indent: str) -> str:
        """Return what stands behind the colon, the end of the line included."""
        if isinstance(value, str):
            return f" {self.text(value)}\n"
        if isinstance(value, _MAPPING):
            return "\n" + self.text_of(value, indent + "  ") if value else " {}\n"
        if value is None:
            return "\n"
        if isinstance(value, bool):
            return " true\n" if value else " false\n"
        return f" {value}\n"
