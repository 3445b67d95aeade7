"""Writes the trees of platforms whose configuration is one, in the form that an artifact asks for.

Whatever the form, the same tree has the same bytes: keys are sorted. JSON is as SONiC prints it (``json.dumps(…,
indent=4)`` in sonic-cfggen ``--print-data``, which is what ``config save`` writes); YAML is as NVUE saves it
(``/etc/nvue.d/startup.yaml``), and the commands are those that its command line takes.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from json.encoder import encode_basestring_ascii

from netgen.export.yaml import Value, emit
from netgen.platforms.model import Form
from netgen.render.errors import RenderError

Tree = Mapping[str, "Tree"] | Sequence["Tree"] | str | int | bool | None
_STEP = "    "


def serialise(tree: Tree, form: Form = Form.JSON, lead: str | None = None) -> str:
    """Text of a tree, ending in a newline.

    Parameters
    ----------
    tree
        Mappings of mappings; only JSON has a word for lists.
    form
        How it is written down.
    lead
        As `netgen.platforms.model.Artifact` says.

    Raises
    ------
    RenderError
        If the tree holds something that the form has no word for.
    """
    if form is Form.JSON:
        parts: list[str] = []
        _emit(tree, "\n", parts)
        parts.append("\n")
        return "".join(parts)
    nested = _nested(tree, form)
    if form is Form.COMMANDS:
        return "".join(f"{lead} {words}\n" for words in _commands(nested, ()))
    if not nested:
        return "{}\n" if lead is None else f"- {yaml_text(lead)}: {{}}\n"
    if lead is None:
        return emit(nested, text=yaml_text, items=_sorted)
    return f"- {yaml_text(lead)}:\n" + emit(nested, text=yaml_text, items=_sorted, indent=_STEP)


def _emit(value: object, newline: str, parts: list[str]) -> None:
    # A hand-made emitter: json.dumps with an indent leaves its C encoder and takes six times as long.
    if isinstance(value, str):
        parts.append(encode_basestring_ascii(value))
    elif isinstance(value, Mapping):
        _emit_items([(f"{_key(key)}: ", value[key]) for key in sorted(value)], "{}", newline, parts)
    elif isinstance(value, list | tuple):
        _emit_items([("", item) for item in value], "[]", newline, parts)
    elif isinstance(value, bool) or value is None:
        parts.append({True: "true", False: "false", None: "null"}[value])
    elif isinstance(value, int):
        parts.append(str(value))
    else:
        raise RenderError(f"a tree holds {value!r}, a {type(value).__name__}, which is no part of a configuration")


def _emit_items(items: list[tuple[str, object]], brackets: str, newline: str, parts: list[str]) -> None:
    if not items:
        parts.append(brackets)
        return
    inner = newline + _STEP
    separator = brackets[0] + inner
    for prefix, item in items:
        parts.append(separator + prefix)
        _emit(item, inner, parts)
        separator = "," + inner
    parts.append(newline + brackets[1])


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise RenderError(f"a tree has the key {key!r}, which is not text")
    return encode_basestring_ascii(key)


def _nested(tree: object, form: Form) -> Mapping[str, Value]:
    """Return a tree that is mappings down to texts and numbers."""
    if not isinstance(tree, Mapping):
        raise RenderError(f"as {form}, a tree is a mapping of names, not a {type(tree).__name__}")
    for key, value in tree.items():
        _key(key)
        if isinstance(value, Mapping):
            _nested(value, form)
        elif not isinstance(value, str | int):
            raise RenderError(f"a tree has {value!r} below {key!r}, for which {form} have no word")
    return tree


def _sorted(mapping: Mapping[str, Value]) -> list[tuple[str, Value]]:
    return sorted(mapping.items(), key=_natural_item)


def _natural_item(item: tuple[str, Value]) -> tuple[str | int, ...]:
    return natural(item[0])


@lru_cache(maxsize=16384)
def natural(name: str) -> tuple[str | int, ...]:
    """Return what a name is sorted by: ``swp10`` comes after ``swp9``."""
    # Split by digits, texts and numbers alternate, so that two of them can always be compared.
    return tuple(int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", name))


def _commands(mapping: Mapping[str, Value], words: tuple[str, ...]) -> Iterator[str]:
    for key, value in _sorted(mapping):
        here = (*words, shell_word(key))
        if not isinstance(value, Mapping):
            yield " ".join((*here, shell_word(_scalar(value))))
        elif value:
            yield from _commands(value, here)
        else:
            yield " ".join(here)


def _scalar(value: object) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


_SHELL_SAFE = re.compile(r"[A-Za-z0-9_./:,+-]+")


def shell_word(text: str) -> str:
    """Text as one word of a command line: in single quotes if a shell could take it for something else.

    A secret's token is always quoted, for the sake of what comes in its place.
    """
    return text if _SHELL_SAFE.fullmatch(text) else "'" + text.replace("'", "'\\''") + "'"


_YAML_PLAIN = re.compile(r"[A-Za-z0-9_./$^][A-Za-z0-9_./$^=+,@:*-]*(?: [A-Za-z0-9_./$^=+,@][A-Za-z0-9_./$^=+,@:*-]*)*")
# What YAML 1.1 or 1.2 takes for a number, a date, a truth value or nothing; NVUE writes `on` and `off` as they are.
_YAML_OTHER = re.compile(
    r"[-+]?[0-9][0-9_]*(?::[0-9]+)*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?|[-+]?\.[0-9_]+(?:[eE][-+]?[0-9]+)?"
    r"|0[box][0-9A-Fa-f_]+|[-+]?\.(?:inf|nan)|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*|true|false|yes|no|y|n|null|=|\.+",
    re.IGNORECASE,
)


@lru_cache(maxsize=16384)
def yaml_text(text: str) -> str:
    """Text as NVUE writes it in YAML: without quotes where it needs none, and in single ones otherwise."""
    if _YAML_PLAIN.fullmatch(text) and not text.endswith(":") and ": " not in text and not _YAML_OTHER.fullmatch(text):
        return text
    return "'" + text.replace("'", "''") + "'"
