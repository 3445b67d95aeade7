"""Words for what pydantic asks for and for what stands there instead."""

import re
from typing import Any

from netgen.intent.positions import MappingNode, Node, ScalarNode

_KINDS = {
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "list_type": "a list",
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "`true` or `false`",
}
_KIND_ADVICE = {
    "string_type": "put it into quotes if text is meant",
    "list_type": "write it in brackets, even if it is one",
}
_BOUNDS = {
    "greater_than": ("gt", "more than"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "less than"),
    "less_than_equal": ("le", "at most"),
    "too_short": ("min_length", "at least"),
    "too_long": ("max_length", "at most"),
    "string_too_short": ("min_length", "at least"),
    "string_too_long": ("max_length", "at most"),
}
_LONGEST_VALUE = 60
# Truth values of YAML 1.1 that are text in 1.2.
_TRUTH = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}


# Names of code points: CS (RFC 2474) and AF (RFC 2597) by their digits, and those that have no digits.
_DSCP = re.compile(r"(?i:cs([0-7])|af([1-4])([1-3]))")
_DSCP_NAMES = {"ef": 46, "va": 44, "le": 1, "be": 0, "df": 0}  # RFC 3246, 5865, 8622, 2474
_KEY_AND_VALUE = re.compile(r"[A-Za-z][\w-]*:\S+")


def due(kind: str, context: dict[str, Any]) -> str:
    """Say what is due, by the type of pydantic's error and its context; empty where there are no words."""
    if kind in _KINDS:
        return _KINDS[kind]
    if kind in _BOUNDS:
        key, words = _BOUNDS[kind]
        unit = " characters" if kind.startswith("string") else " entries" if kind.startswith("too") else ""
        if unit and context[key] == 1:
            unit = unit.removesuffix("s").replace("entrie", "entry")
        return f"{words} {context[key]}{unit}"
    if kind in {"literal_error", "enum"}:
        return str(context["expected"]).replace("'", "`")
    return str(context.get("due", ""))


def describe_kind(node: Node | None) -> str:
    """Say what kind of value stands there, and not which."""
    if isinstance(node, MappingNode):
        return "a mapping"
    if not isinstance(node, ScalarNode):
        return "a list"
    if node.value is None:
        return "nothing"
    if isinstance(node.value, bool):
        return "`true` or `false`"
    return "text" if isinstance(node.value, str) else "a number"


def describe(node: Node | None) -> str:
    """Say what stands there."""
    if not isinstance(node, ScalarNode) or node.value is None:
        return describe_kind(node)
    if isinstance(node.value, bool):
        return f"`{str(node.value).lower()}`"
    shown = str(node.value)
    shown = shown if len(shown) <= _LONGEST_VALUE else shown[:_LONGEST_VALUE] + "…"
    return f"the text `{shown}`" if isinstance(node.value, str) else f"the number {shown}"


def type_advice(kind: str, node: Node | None) -> str:
    """Advise how to write the value, where its kind suggests what was meant."""
    if not isinstance(node, ScalarNode):
        return ""
    if node.value is None:
        return "indent below it what belongs to it, or remove the key"
    if isinstance(node.value, str) and (kind == "bool_type" or _KINDS.get(kind) == "a whole number"):
        return _truth_advice(node.value) if kind == "bool_type" else _number_advice(node.value)
    return _KIND_ADVICE.get(kind, "")


def dscp_advice(node: Node | None, *, listed: bool) -> str:
    """Advise on a name of a code point where its number, in a list, is due; empty where it is none."""
    name = node.value if isinstance(node, ScalarNode) and isinstance(node.value, str) else ""
    match = _DSCP.fullmatch(name)
    if match is None and name.lower() not in _DSCP_NAMES:
        return ""
    number = _DSCP_NAMES.get(name.lower(), 0)
    if match is not None:
        number = 8 * int(match[1] or match[2]) + 2 * int(match[3] or 0)
    return f"{name.upper()} is {number}: write `{number if listed else [number]}`"


def lacks_space(node: Node | None) -> bool:
    """Whether a text is a key and a value with no space between them."""
    return isinstance(node, ScalarNode) and bool(_KEY_AND_VALUE.fullmatch(str(node.value)))


def _truth_advice(text: str) -> str:
    meant = _TRUTH.get(text.lower())
    return f"write `{meant}`: in YAML 1.2 `{text}` is text" if meant else ""


def _number_advice(text: str) -> str:
    if re.fullmatch(r"[-+]?0+[0-9]+", text):
        return f"write `{int(text)}`: a whole number has no leading zero, which some readers take for octal"
    if re.fullmatch(r"[-+]?[0-9]{1,40}", text):
        return "remove the quotes"
    if re.fullmatch(r"[-+]?[0-9][0-9_,]{0,39}", text):
        return f"write `{re.sub('[_,]', '', text)}`, without separators"
    return ""
