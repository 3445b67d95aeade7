"""Words that need no quotes, or get them: for shells, units of systemd, YAML, and ifupdown2, which knows none."""

import json
import re
import shlex

_PLAIN_YAML = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
_YAML_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
"""What YAML 1.1 takes for something other than text, in small letters."""

_UNIT_CHARACTERS = re.compile(rb"[A-Za-z0-9:_.]")


def shell_word(text: str) -> str:
    """Quote a text for a POSIX shell, if it needs that."""
    return shlex.quote(text)


def ifupdown_text(text: str) -> str:
    """Leave out of a text what ifupdown2 does not take as it stands.

    A backslash at the end is a line that goes on for it, and ``${`` an expression to evaluate (Mako).
    """
    return text.replace("$", "").replace("\\", "/")


def yaml_word(text: str) -> str:
    """Quote a text for YAML 1.1 and 1.2, if it needs that."""
    plain = _PLAIN_YAML.fullmatch(text) and text.lower() not in _YAML_WORDS
    return text if plain else json.dumps(text)


def unit_word(text: str) -> str:
    r"""Escape a text as the instance of a systemd unit, as systemd-escape(1) does: ``eth-0`` is ``eth\x2d0``."""
    escaped = [
        chr(byte) if _UNIT_CHARACTERS.fullmatch(bytes([byte])) else "-" if byte == ord("/") else f"\\x{byte:02x}"
        for byte in text.encode()
    ]
    if escaped[:1] == ["."]:
        escaped[0] = "\\x2e"
    return "".join(escaped)
