"""The files of an intent folder become one tree: mappings join, anything else is said once."""

from netgen.diagnostics.codes import reading
from netgen.diagnostics.model import Diagnostic, Label
from netgen.intent.positions import Entry, MappingNode, ScalarNode


def merge(first: MappingNode, second: MappingNode) -> tuple[MappingNode, list[Diagnostic]]:
    """Join two mappings by key, deeply; neither is changed.

    Returns
    -------
    tuple
        The joined mapping, in the order of the first, and one finding for each value that both
        say; the first one counts then.
    """
    return _merge(first, second, ())


def _merge(first: MappingNode, second: MappingNode, path: tuple[str, ...]) -> tuple[MappingNode, list[Diagnostic]]:
    joined = MappingNode(first.span, dict(first.entries))
    diagnostics: list[Diagnostic] = []
    for text, entry in second.entries.items():
        known = joined.entries.get(text)
        if known is None:
            joined.entries[text] = entry
        elif isinstance(known.node, MappingNode) and isinstance(entry.node, MappingNode):
            node, found = _merge(known.node, entry.node, (*path, text))
            joined.entries[text] = Entry(known.key, known.key_span, node)
            diagnostics += found
        else:
            diagnostics.append(_said_twice((*path, text), known, entry))
    return joined, diagnostics


def _said_twice(path: tuple[str, ...], first: Entry, second: Entry) -> Diagnostic:
    one_is_mapping = isinstance(first.node, MappingNode) or isinstance(second.node, MappingNode)
    one_is_empty = any(isinstance(entry.node, ScalarNode) and entry.node.value is None for entry in (first, second))
    advice = "keep one of the two"
    if one_is_mapping:
        advice = "remove the empty one" if one_is_empty else "only mappings join; make both one, or keep one of the two"
    return reading.SAID_TWICE.at(
        second.key_span,
        f"`{'.'.join(path)}` is said in two files",
        label="said again here",
        related=(Label(first.key_span, "first said here"),),
        advice=advice,
    )
