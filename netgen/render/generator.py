"""What Jinja2 compiles templates to, in quicker words that mean the same.

A device of 128 ports has thousands of attributes in its templates, and as many pieces of text. Jinja2 calls a method of
Python's for each attribute, and hands each piece up through every template that includes the one it is of. The
code from here asks the built-in ``getattr`` first, and Jinja2 only about what has no such attribute; of the items of a
loop it looks at the class once, and takes from their slots what is asked of them; it puts the pieces of a run of text
together where they are, and hands up a template's text as one.
"""

from collections.abc import Iterable
from functools import lru_cache
from keyword import iskeyword
from types import MemberDescriptorType
from typing import Any

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame

_WORTH = 3
"""It pays to look at the class of a loop's items from so many attributes on."""


class _Slotted(dict[type, bool]):
    """Whether all of some attributes are slots of a class, and so to be had of its objects: it is looked at once."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__()
        self._names = names

    def __missing__(self, kind: type) -> bool:
        found = self[kind] = all(isinstance(getattr(kind, name, None), MemberDescriptorType) for name in self._names)
        return found


class Generator(CodeGenerator):
    """Jinja2's, for environments that neither escape, nor finalise, nor await; they are undefined as everywhere."""

    slotted = staticmethod(lru_cache(_Slotted))

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as it is declared there
        super().__init__(*args, **kwargs)
        self._loops: list[tuple[nodes.For, str, str]] = []
        """Whose items are looked at: the loop, what its item is called, and the variable that knows classes."""
        self._slotted: dict[str, str] = {}
        """By the variable of an item, the one that says whether its class is slotted."""

    def blockvisit(self, nodes: Iterable[nodes.Node], frame: Frame) -> None:
        """Write a body; that of a template that extends none collects its pieces."""
        collects = frame.rootlevel and frame.buffer is None and not frame.require_output_check
        if collects:
            self.buffer(frame)
        item = ""
        if self._loops and nodes is self._loops[-1][0].body:
            _, name, kinds = self._loops[-1]
            item = frame.symbols.ref(name)
            self._slotted[item] = self.temporary_identifier()
            self.writeline(f"{self._slotted[item]} = {kinds}[type({item})]")
        super().blockvisit(nodes, frame)
        self._slotted.pop(item, None)
        if collects:
            self.writeline(f"yield concat({frame.buffer})")

    def visit_For(self, node: nodes.For, frame: Frame) -> None:  # noqa: N802 - Jinja2's visitor calls it so
        """Write a loop; where much is asked of its items, it looks at the class of each before."""
        target = node.target
        names = _asked(node.body, target.name) if isinstance(target, nodes.Name) else ()
        if not isinstance(target, nodes.Name) or len(names) < _WORTH:
            super().visit_For(node, frame)
            return
        kinds = self.temporary_identifier()
        self.writeline(f"{kinds} = environment.code_generator_class.slotted({names!r})")
        self._loops.append((node, target.name, kinds))
        super().visit_For(node, frame)
        self._loops.pop()

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:  # noqa: N802 - Jinja2's visitor calls it so
        """Write ``node.attr``: the attribute, else what `jinja2.Environment.getattr` finds, an item or nothing."""
        item = frame.symbols.ref(node.node.name) if isinstance(node.node, nodes.Name) else ""
        is_slotted = None if iskeyword(node.attr) else self._slotted.get(item)
        self.write("(" if is_slotted is None else f"({item}.{node.attr} if {is_slotted} else ")
        self.write("found if (found := getattr((owner := ")
        self.visit(node.node, frame)
        self.write(f"), {node.attr!r}, missing)) is not missing else environment.getattr(owner, {node.attr!r}))")

    def visit_Test(self, node: nodes.Test, frame: Frame) -> None:  # noqa: N802 - Jinja2's visitor calls it so
        """Write ``node is none`` as Python would, any other test as a call."""
        if node.name != "none":
            super().visit_Test(node, frame)
            return
        self.write("(")
        self.visit(node.node, frame)
        self.write(" is None)")

    def visit_Output(self, node: nodes.Output, frame: Frame) -> None:  # noqa: N802 - Jinja2's visitor calls it so
        """Write text with expressions in it as one piece; Python makes ``'…%s…' % (…)`` an f-string."""
        if frame.require_output_check:
            super().visit_Output(node, frame)
            return
        text, values = "", []
        for child in node.nodes:
            if isinstance(child, nodes.TemplateData):
                text += child.data.replace("%", "%%")
            else:
                text += "%s"
                values.append(child)
        if not values:
            self.writeline(f"yield {text % ()!r}" if frame.buffer is None else f"{frame.buffer}.append({text % ()!r})")
            return
        self.writeline(f"yield {text!r} % (" if frame.buffer is None else f"{frame.buffer}.append({text!r} % (", node)
        self.indent()
        for value in values:
            # a line of its own for each: what fails in it has its place in the template
            self.newline(value)
            self.visit(value, frame)
            self.write(",")
        self.outdent()
        self.write(")" if frame.buffer is None else "))")

    def visit_Include(self, node: nodes.Include, frame: Frame) -> None:  # noqa: N802 - Jinja2's visitor calls it so
        """Write a plain ``include "name"`` without a loop over its pieces; any other as Jinja2 does."""
        if not isinstance(node.template, nodes.Const) or not node.with_context or node.ignore_missing:
            super().visit_Include(node, frame)
            return
        self.writeline("template = environment.get_template(", node)
        self.visit(node.template, frame)
        self.write(f", {self.name!r})")
        context = f"template.new_context(context.get_all(), True, {self.dump_local_context(frame)})"
        pieces = f"template.root_render_func({context})"
        self.writeline(f"yield from {pieces}" if frame.buffer is None else f"{frame.buffer}.extend({pieces})")


def _asked(body: Iterable[nodes.Node], item: str) -> tuple[str, ...]:
    """Return the attributes that the body of a loop asks of its item; none where it sets the item anew."""
    found: dict[str, None] = {}
    for one in (one for child in body for one in child.find_all((nodes.Name, nodes.Getattr))):
        if isinstance(one, nodes.Name) and one.name == item and one.ctx != "load":
            return ()
        if isinstance(one, nodes.Getattr) and isinstance(one.node, nodes.Name) and one.node.name == item:
            found[one.attr] = None
    return tuple(name for name in found if not iskeyword(name))
