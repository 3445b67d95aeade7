"""A small, fast writer of YAML, for mappings of texts, numbers and mappings: a dumper takes ten times as long."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from json.encoder import encode_basestring

# What YAML 1.1 and 1.2 both read as a text without quotes; words such as `no` and `null` are kept from it below.
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*")
_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})


@dataclass(frozen=True, slots=True)
class Unsafe:
    """A text of the intent's, in which Ansible shall not look for templates (its tag ``!unsafe``)."""

    text: str


Value = str | int | Unsafe | None | Mapping[str, "Value"]
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
    parts: list[str] = []
    _emit(document, indent, parts, text, items)
    return "".join(parts)


def _emit(
    mapping: Mapping[str, Value], indent: str, parts: list[str], text: Callable[[str], str], items: Items
) -> None:
    for key, value in items(mapping):
        if isinstance(value, Mapping):
            if value:
                parts.append(f"{indent}{text(key)}:\n")
                _emit(value, indent + "  ", parts, text, items)
            else:
                parts.append(f"{indent}{text(key)}: {{}}\n")
        elif value is None:
            parts.append(f"{indent}{text(key)}:\n")
        elif isinstance(value, Unsafe):
            parts.append(f"{indent}{text(key)}: !unsafe {encode_basestring(value.text)}\n")
        elif isinstance(value, bool):
            parts.append(f"{indent}{text(key)}: {'true' if value else 'false'}\n")
        else:
            parts.append(f"{indent}{text(key)}: {value if isinstance(value, int) else text(value)}\n")
