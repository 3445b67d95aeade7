"""From the text of one file to nodes with places.

Nodes are built from the events of PyYAML's C parser, in one pass and without recursion. PyYAML's own
composer recurses in C, hides tags and aliases, and takes six times as long for the same text.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import yaml
from msgspec import Struct, field
from yaml._yaml import CParser

from netgen.diagnostics.codes import reading
from netgen.diagnostics.codes.code import Code
from netgen.diagnostics.model import Diagnostic, Label, Span
from netgen.diagnostics.suggest import listing
from netgen.intent.characters import FORBIDDEN, forbidden
from netgen.intent.files import InputRefusedError
from netgen.intent.positions import Entry, MappingNode, Node, Scalar, ScalarNode, SequenceNode
from netgen.intent.scalars import resolve
from netgen.intent.syntax import explain

# Real intents are about ten levels deep. Whatever recurses over nodes relies on this bound.
MAX_DEPTH = 64
# How many values all aliases of one file may repeat.
MAX_ALIASED_VALUES = 100_000

_Action: TypeAlias = Callable[[Any], None]


class _Extent(Struct):
    """How much a value holds, what aliases repeat included: values, and levels of nesting."""

    values: int = 1
    levels: int = 1


class _Open(Struct):
    """A collection whose end has not been seen."""

    node: MappingNode | SequenceNode
    anchor: str | None
    flow: bool
    key: tuple[str | int, Span] | None = None
    last: Span | None = None
    # Keys that were given again: where, and where first.
    twice: list[tuple[str | int, Span, Span]] = field(default_factory=list)
    extent: _Extent = field(default_factory=_Extent)


class _Composer(Struct):
    """State of the composition of one file."""

    file: Path
    root: Node | None = None
    stack: list[_Open] = field(default_factory=list)
    anchors: dict[str, tuple[Node, _Extent]] = field(default_factory=dict)
    aliased: int = 0
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def span(self, event: yaml.Event) -> Span:
        start, end = event.start_mark, event.end_mark
        if start is None or end is None:
            raise TypeError(f"{event} has no place")
        return Span(self.file, start.line + 1, start.column + 1, end.line + 1, end.column + 1)

    def refuse(self, code: Code, span: Span, message: str, *, advice: str = "") -> InputRefusedError:
        return InputRefusedError(code.at(span, message, advice=advice))

    def document(self, event: yaml.DocumentStartEvent) -> None:
        if self.root is not None:
            raise self.refuse(
                reading.MULTIPLE_DOCUMENTS,
                self.span(event),
                "a second document starts here",
                advice="put it into a file of its own",
            )
        if event.version or event.tags:
            raise self.refuse(
                reading.DIRECTIVE, self.span(event), "YAML directives are not allowed", advice="remove it"
            )

    def open(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent) -> None:
        span = self.span(event)
        self.check_tag(event, span)
        self.check_depth(len(self.stack) + 1, span)
        if self.expects_key():
            raise self.refuse(
                reading.KEY_KIND,
                span,
                "a mapping or list cannot be a key",
                advice="quote a key that starts with `{` or `[`",
            )
        node = MappingNode(span) if isinstance(event, yaml.MappingStartEvent) else SequenceNode(span)
        self.stack.append(_Open(node, event.anchor, bool(event.flow_style)))

    def close(self, event: yaml.Event) -> None:
        done = self.stack.pop()
        # A block collection has no closing mark: libyaml ends it where the next thing starts.
        start, end = done.node.span, self.span(event) if done.flow else done.last or done.node.span
        done.node.span = Span(start.file, start.line, start.column, end.end_line, end.end_column)
        if done.twice:
            self.diagnostics.append(_duplicates(done.twice))
        if done.anchor is not None:
            self.anchors[done.anchor] = (done.node, done.extent)
        self.add(done.node, done.extent)

    def scalar(self, event: yaml.ScalarEvent) -> None:
        span = self.span(event)
        self.check_tag(event, span)
        if event.style == '"' and (found := FORBIDDEN.search(event.value)):
            raise InputRefusedError(forbidden(span, found.group()))
        value = event.value if event.style else resolve(event.value)
        if self.expects_key():
            self.start_entry(value, event, span)
            return
        node = ScalarNode(span, value)
        if event.anchor is not None:
            self.anchors[event.anchor] = (node, _Extent())
        self.add(node, _Extent())

    def alias(self, event: yaml.AliasEvent) -> None:
        span, name = self.span(event), event.anchor
        if self.expects_key():
            raise self.refuse(reading.KEY_KIND, span, f"the alias `*{name}` cannot be a key")
        if any(open_.anchor == name for open_ in self.stack):
            raise self.refuse(reading.ALIAS_CYCLE, span, f"`*{name}` stands inside the value that `&{name}` marks")
        if name not in self.anchors:
            raise self.refuse(
                reading.UNKNOWN_ALIAS,
                span,
                f"no `&{name}` stands before `*{name}`",
                advice="quote a value that starts with `*`",
            )
        target, extent = self.anchors[name]
        self.aliased += extent.values
        if self.aliased > MAX_ALIASED_VALUES:
            message = f"the aliases up to this one repeat {self.aliased:,} values; {MAX_ALIASED_VALUES:,} are allowed"
            raise self.refuse(reading.ALIAS_EXPANSION, span, message, advice="write out what is meant")
        self.check_depth(len(self.stack) + extent.levels, span)
        self.add(_at(target, span), extent)

    def expects_key(self) -> bool:
        return bool(self.stack) and isinstance(self.stack[-1].node, MappingNode) and self.stack[-1].key is None

    def start_entry(self, value: Scalar, event: yaml.ScalarEvent, span: Span) -> None:
        if value == "<<" and not event.style:
            raise self.refuse(
                reading.MERGE_KEY, span, "`<<` does not merge in YAML 1.2", advice="repeat the keys that are meant"
            )
        if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
            what = f"`{event.value}`" if event.value else "nothing"
            raise self.refuse(
                reading.KEY_KIND, span, f"{what} cannot be a key", advice=f'quote it if text is meant: "{event.value}"'
            )
        self.stack[-1].key = (value, span)

    def add(self, node: Node, extent: _Extent) -> None:
        if not self.stack:
            self.root = node
            return
        parent = self.stack[-1]
        parent.last = node.span
        parent.extent.values += extent.values
        parent.extent.levels = max(parent.extent.levels, extent.levels + 1)
        if isinstance(parent.node, SequenceNode):
            parent.node.items.append(node)
        elif parent.key is not None:
            key, span = parent.key
            parent.key = None
            first = parent.node.entries.get(str(key))
            if first is None:
                parent.node.entries[str(key)] = Entry(key, span, node)
            else:
                parent.twice.append((key, span, first.key_span))
                if isinstance(first.node, ScalarNode) and first.node.value is None:
                    first.node = node

    def check_depth(self, levels: int, span: Span) -> None:
        if levels > MAX_DEPTH:
            raise self.refuse(reading.TOO_DEEP, span, f"this is nested deeper than {MAX_DEPTH} levels")

    def check_tag(self, event: yaml.NodeEvent, span: Span) -> None:
        # Events of collections and scalars carry a tag only where one is written.
        tag = getattr(event, "tag", None)
        if tag is not None:
            written = tag.replace("tag:yaml.org,2002:", "!!")
            raise self.refuse(reading.TAG, span, f"the tag `{written}` is not allowed", advice="remove it")


def compose(file: Path, text: str) -> tuple[MappingNode | None, list[Diagnostic]]:
    """Compose the nodes of one file.

    Parameters
    ----------
    file
        Where the text is from; spans name it.
    text
        Text that `netgen.intent.characters.decode` let pass.

    Returns
    -------
    tuple
        The mapping, empty for a file without content, or ``None`` where nothing could be made of it;
        and what is wrong. Duplicate keys are the only findings beside which there is a mapping: the
        first value that is one counts then.
    """
    composer = _Composer(file)
    try:
        _run(composer, text)
        return _mapping(composer), composer.diagnostics
    except InputRefusedError as refused:
        return None, [*composer.diagnostics, refused.diagnostic]
    except yaml.YAMLError as error:
        return None, [*composer.diagnostics, explain(file, text, error)]


def _run(composer: _Composer, text: str) -> None:
    parser = CParser(text)
    actions: dict[type[yaml.Event], _Action] = {
        yaml.ScalarEvent: composer.scalar,
        yaml.MappingStartEvent: composer.open,
        yaml.SequenceStartEvent: composer.open,
        yaml.MappingEndEvent: composer.close,
        yaml.SequenceEndEvent: composer.close,
        yaml.AliasEvent: composer.alias,
        yaml.DocumentStartEvent: composer.document,
    }
    while (event := parser.get_event()) is not None:
        action = actions.get(type(event))
        if action is not None:
            action(event)


def _mapping(composer: _Composer) -> MappingNode:
    root = composer.root
    if root is None or (isinstance(root, ScalarNode) and root.value is None):
        return MappingNode(Span(composer.file, 1, 1, 1, 1))
    if not isinstance(root, MappingNode):
        what = "a list" if isinstance(root, SequenceNode) else "text"
        message = f"the file holds {what}, not `key: value`"
        raise InputRefusedError(
            reading.NOT_A_MAPPING.at(root.span, message, advice="begin with a key such as `cluster:`")
        )
    return root


def _duplicates(twice: list[tuple[str | int, Span, Span]]) -> Diagnostic:
    """Make one finding for the keys that one mapping has twice: mostly two mappings that ran together."""
    (_, again, first), *others = twice
    names = listing([str(key) for key, _, _ in twice])
    return reading.DUPLICATE_KEY.at(
        again,
        f"the {'keys' if others else 'key'} {names} {'are' if others else 'is'} given twice",
        label="given again here",
        related=(Label(first, "first given here"), *(Label(span, "and again this one") for _, span, _ in others)),
        advice="join the two, or remove one",
    )


def _at(node: Node, span: Span) -> Node:
    """Return the node under another place; what it holds is shared and keeps its own."""
    if isinstance(node, ScalarNode):
        return ScalarNode(span, node.value)
    if isinstance(node, SequenceNode):
        return SequenceNode(span, node.items)
    return MappingNode(span, node.entries)
