"""Plain scalars as YAML 1.2 reads them (core schema, https://yaml.org/spec/1.2.2/#103-core-schema).

PyYAML's own resolver is YAML 1.1: ``no`` is false, ``12:34`` is 754 and ``010`` is 8.
Two things are stricter here than in the core schema, so that no text turns into a number
behind its author's back: an integer has no leading zero (``010`` stays text), and neither
``.inf``, ``.nan`` nor a number too long to be meant is one.
"""

import math
import re

from netgen.intent.positions import Scalar

_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
# The longest number that an intent holds is an InfiniBand GUID, 0x and 16 digits.
_LONGEST_NUMBER = 40
_NUMERIC_STARTS = frozenset("+-.0123456789")
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")


def resolve(text: str) -> Scalar:
    """Return the value of a plain (unquoted) scalar."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMERIC_STARTS or len(text) > _LONGEST_NUMBER:
        return text
    if _INTEGER.fullmatch(text):
        return int(text)
    if _BASED.fullmatch(text):
        return int(text, 0)
    if _FLOAT.fullmatch(text) and math.isfinite(number := float(text)):
        return number
    return text
