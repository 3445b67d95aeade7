"""Writes the trees of platforms whose configuration is one, in the form that an artifact asks for.

Whatever the form, the same tree has the same bytes: keys are sorted, numbers in them by size. JSON is as SONiC's
``config save`` writes it (sonic-utilities config/main.py: ``json.dump(…, indent=4)`` of ``sort_dict``, which sorts by
natsort); YAML is as NVUE saves it
(``/etc/nvue.d/startup.yaml``), and the commands are those that its command line takes.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from json.encoder import encode_basestring_ascii
from operator import itemgetter
from typing import Any, TypeVar

from netgen.export.yaml import Value, emit
from netgen.platforms.model import Form
from netgen.platforms.trees import Fixed, InOrder, natural
from netgen.render.errors import RenderError

Tree = Mapping[str, "Tree"] | Sequence["Tree"] | str | int | bool | None
_Item = TypeVar("_Item")
_STEP = "    "
_MAPPING = (dict, Mapping)
"""For ``isinstance``: a dictionary is by far the most frequent mapping, and known for one at once."""


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
        return _json(tree, "\n", {}) + "\n"
    nested = _nested(tree, form, set())
    if form is Form.COMMANDS:
        return "".join([f"{lead} {words}\n" for words in _commands(nested, {})])
    if not nested:
        return "{}\n" if lead is None else f"- {yaml_text(lead)}: {{}}\n"
    if lead is None:
        return emit(nested, text=yaml_text, items=_sorted)
    return f"- {yaml_text(lead)}:\n" + emit(nested, text=yaml_text, items=_sorted, indent=_STEP)


def _json(value: object, newline: str, known: dict[tuple[int, str], str]) -> str:
    """Return the JSON of a value; ``known``: identity and indent of a mapping → its text, for many ports share one."""
    # A hand-made emitter: json.dumps with an indent leaves its C encoder and takes six times as long.
    if isinstance(value, Fixed):
        said = value.texts.get(newline)
        if said is None:
            said = value.texts[newline] = _json_object(value, newline, known)
        return said
    if isinstance(value, _MAPPING):
        place = (id(value), newline)
        found = known.get(place)
        if found is None:
            found = known[place] = _json_object(value, newline, known)
        return found
    if isinstance(value, list | tuple):
        inner = newline + _STEP
        return _bracketed("[", [_json(item, inner, known) for item in value], "]", newline)
    return _json_scalar(value)


def _json_scalar(value: object) -> str:
    if isinstance(value, str):
        return encode_basestring_ascii(value)
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, int):
        return str(value)
    raise RenderError(f"a tree holds {value!r}, a {type(value).__name__}, which is no part of a configuration")


def _json_object(mapping: Mapping[str, Any], newline: str, known: dict[tuple[int, str], str]) -> str:
    inner = newline + _STEP
    if isinstance(mapping, InOrder):
        _check_names(mapping)
        shared = {id(value): value for value in mapping.values()}
        texts = {identity: _json(value, inner, known) for identity, value in shared.items()}
        entries = [f"{encode_basestring_ascii(key)}: {texts[id(value)]}" for key, value in mapping.items()]
        return _bracketed("{", entries, "}", newline)
    order, text = _shape(tuple(mapping), newline)
    values = list(mapping.values() if order is None else map(mapping.__getitem__, order))
    try:
        # Most mappings hold nothing but texts: what is no text is no argument here.
        return text % tuple(map(encode_basestring_ascii, values))
    except TypeError:
        return _json_rows(values, text, inner) or text % tuple([_json(value, inner, known) for value in values])


def _json_rows(rows: list[Any], text: str, newline: str) -> str | None:
    """Return a text with the JSON of mappings of texts put in that all have the same names; ``None``: there are others.

    Most tables are such: the values of all their rows are put in at once.
    """
    if set(map(type, rows)) != {dict}:
        return None
    names, *others = set(map(tuple, rows))
    if others:
        return None
    order, row = _shape(names, newline)
    values = chain.from_iterable(map(dict.values if order is None else itemgetter(*order), rows))
    try:
        return _filled(text, row, len(rows)) % tuple(map(encode_basestring_ascii, values))
    except TypeError:
        return None


@lru_cache(maxsize=64)
def _filled(text: str, row: str, count: int) -> str:
    """Put the text of a row into that of all, both with ``%s`` for each value."""
    return text.replace("%%", "%%%%") % ((row,) * count)


@lru_cache(maxsize=2048)
def _shape(names: tuple[str, ...], newline: str) -> tuple[tuple[str, ...] | None, str]:
    """Return how mappings with certain names are written down at a depth: the order of the values, and the text.

    There is no order where it is that of the mapping; and the text has ``%s`` for each value.
    """
    order = _order(names)
    entries = [encode_basestring_ascii(name).replace("%", "%%") + ": %s" for name in order]
    return None if order == names else order, _bracketed("{", entries, "}", newline)


def _bracketed(opened: str, entries: list[str], closed: str, newline: str) -> str:
    inner = newline + _STEP
    return f"{opened}{inner}{(',' + inner).join(entries)}{newline}{closed}" if entries else opened + closed


def _check_names(names: Iterable[object]) -> None:
    if set(map(type, names)) == {str}:
        return
    for key in names:
        if not isinstance(key, str):
            raise RenderError(f"a tree has the key {key!r}, which is not text")


def _nested(tree: object, form: Form, seen: set[int]) -> Mapping[str, Value]:
    """Return a tree that is mappings down to texts and numbers."""
    if not isinstance(tree, _MAPPING):
        raise RenderError(f"as {form}, a tree is a mapping of names, not a {type(tree).__name__}")
    seen.add(id(tree))
    _check_names(tree)
    for key, value in tree.items():
        if isinstance(value, str | int):
            continue
        if not isinstance(value, _MAPPING):
            raise RenderError(f"a tree has {value!r} below {key!r}, for which {form} have no word")
        if id(value) not in seen:
            _nested(value, form, seen)
    return tree


def _sorted(mapping: Mapping[str, _Item]) -> list[tuple[str, _Item]]:
    if isinstance(mapping, InOrder):
        return list(mapping.items())
    return [(name, mapping[name]) for name in _order(tuple(mapping))]


@lru_cache(maxsize=4096)
def _order(names: tuple[str, ...]) -> tuple[str, ...]:
    _check_names(names)
    # Two names may differ in leading zeros only.
    return tuple(sorted(sorted(names), key=natural))


def _commands(mapping: Mapping[str, Value], known: dict[int, list[str]]) -> list[str]:
    """Return the words of each leaf; ``known``: identity of a mapping → its words, for many ports share one."""
    found = known.get(id(mapping))
    if found is None:
        found = known[id(mapping)] = []
        for key, value in _sorted(mapping):
            word = shell_word(key)
            if not isinstance(value, _MAPPING):
                found.append(f"{word} {shell_word(_scalar(value))}")
            elif value:
                found += [f"{word} {words}" for words in _commands(value, known)]
            else:
                found.append(word)
    return found


def _scalar(value: object) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


_SHELL_SAFE = re.compile(r"[A-Za-z0-9_./:,+-]+")


@lru_cache(maxsize=16384)
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
