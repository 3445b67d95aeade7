"""A small, fast writer of YAML, for mappings of texts, numbers and mappings: a dumper takes ten times as long."""

import re
from collections.abc import Iterator, Mapping
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


def emit(document: Mapping[str, Value]) -> str:
    """Text of a document, in block style; a mapping of nothing is ``{}``, and a value of nothing is left out."""
    return "".join(_lines(document, ""))


def _lines(mapping: Mapping[str, Value], indent: str) -> Iterator[str]:
    for key, value in mapping.items():
        if isinstance(value, Mapping):
            if value:
                yield f"{indent}{_text(key)}:\n"
                yield from _lines(value, indent + "  ")
            else:
                yield f"{indent}{_text(key)}: {{}}\n"
        elif value is None:
            yield f"{indent}{_text(key)}:\n"
        elif isinstance(value, Unsafe):
            yield f"{indent}{_text(key)}: !unsafe {encode_basestring(value.text)}\n"
        else:
            yield f"{indent}{_text(key)}: {value if isinstance(value, int) else _text(value)}\n"


def _text(text: str) -> str:
    return text if _PLAIN.fullmatch(text) and text.lower() not in _WORDS else encode_basestring(text)
