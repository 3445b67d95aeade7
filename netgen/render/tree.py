"""Writes the trees of platforms whose configuration is one: sorted, stable, four spaces deep as SONiC prints them.

SONiC: ``json.dumps(…, indent=4)`` in sonic-cfggen ``--print-data``, which is what ``config save`` writes;
keys are sorted here so that the same tree has the same bytes.
"""

from collections.abc import Mapping, Sequence
from json.encoder import encode_basestring_ascii

from netgen.render.errors import RenderError

Tree = Mapping[str, "Tree"] | Sequence["Tree"] | str | int | bool | None
_STEP = "    "


def serialise(tree: Tree) -> str:
    """Text of a tree, ending in a newline.

    Raises
    ------
    RenderError
        If the tree holds something that JSON has no word for.
    """
    parts: list[str] = []
    _emit(tree, "\n", parts)
    parts.append("\n")
    return "".join(parts)


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
