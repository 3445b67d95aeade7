"""What was read, with the place of every key and value.

Nodes are shared, never copied: an alias costs one node, however large what it repeats.
"""

from collections.abc import Sequence
from typing import TypeAlias

from msgspec import Struct, field

from netgen.diagnostics.model import Span

Scalar: TypeAlias = str | int | float | bool | None
Key: TypeAlias = str | int
Data: TypeAlias = "Scalar | dict[Key, Data] | list[Data]"
Path: TypeAlias = Sequence[str | int]


class ScalarNode(Struct):
    """Text, a number, a truth value or nothing."""

    span: Span
    value: Scalar


class Entry(Struct):
    """A key of a mapping and its value."""

    key: Key
    key_span: Span
    node: "Node"


class MappingNode(Struct):
    """Entries by the text of their key: ``1`` and ``"1"`` are one key, and so they collide."""

    span: Span
    entries: dict[str, Entry] = field(default_factory=dict)


class SequenceNode(Struct):
    """A list."""

    span: Span
    items: list["Node"] = field(default_factory=list)


Node: TypeAlias = ScalarNode | MappingNode | SequenceNode


class Tree(Struct):
    """A read input: `data` is plain (dict, list and scalars), `root` says where each part of it stands.

    Paths are sequences of keys and list positions; ``1`` and ``"1"`` are the same key.
    A path that leads nowhere stands for its nearest parent that exists.
    """

    root: MappingNode

    @property
    def data(self) -> dict[Key, Data]:
        """The whole as plain data, built anew at each call."""
        return {entry.key: to_data(entry.node) for entry in self.root.entries.values()}

    def node(self, path: Path) -> Node | None:
        """Return the value at a path, or ``None`` where there is none."""
        steps = _walk(self.root, path)
        return steps[-1][1] if len(steps) == len(path) + 1 else None

    def value_span(self, path: Path) -> Span:
        """Where the value at a path stands, or that of its nearest parent."""
        return _walk(self.root, path)[-1][1].span

    def key_span(self, path: Path) -> Span:
        """Where the key that a path ends with stands, or its nearest parent's; for an item of a list its value."""
        for entry, node in reversed(_walk(self.root, path)):
            if entry is not None:
                return entry.key_span
            if node is not self.root:
                return node.span
        return self.root.span


def to_data(node: Node) -> Data:
    """Plain data of a node; its depth is bounded by the reader."""
    if isinstance(node, ScalarNode):
        return node.value
    if isinstance(node, SequenceNode):
        return [to_data(item) for item in node.items]
    return {entry.key: to_data(entry.node) for entry in node.entries.values()}


def child(node: Node, part: str | int) -> tuple[Entry | None, Node] | None:
    """Follow one part of a path: the entry (``None`` in a list) and the value, or ``None`` where it ends."""
    if isinstance(node, MappingNode):
        entry = node.entries.get(str(part))
        return None if entry is None else (entry, entry.node)
    if isinstance(node, SequenceNode) and isinstance(part, int) and 0 <= part < len(node.items):
        return None, node.items[part]
    return None


def _walk(root: Node, path: Path) -> list[tuple[Entry | None, Node]]:
    steps: list[tuple[Entry | None, Node]] = [(None, root)]
    for part in path:
        following = child(steps[-1][1], part)
        if following is None:
            break
        steps.append(following)
    return steps
