"""What Jinja2 compiles templates to, in quicker words that mean the same.

A device of 128 ports has thousands of attributes in its templates, and as many pieces of text. Jinja2 calls a method of
Python's for each attribute, and hands each piece up through every template that includes the one it is of. The
code from here asks the built-in ``getattr`` first, and Jinja2 only about what has no such attribute; it puts the pieces
of a run of text together where they are, and hands up a template's text as one.
"""

from collections.abc import Iterable

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame


class Generator(CodeGenerator):
    """Jinja2's, for environments that neither escape, nor finalise, nor await; they are undefined as everywhere."""

    def blockvisit(self, nodes: Iterable[nodes.Node], frame: Frame) -> None:
        """Write a body; that of a template that extends none collects its pieces."""
        collects = frame.rootlevel and frame.buffer is None and not frame.require_output_check
        if collects:
            self.buffer(frame)
        super().blockvisit(nodes, frame)
        if collects:
            self.writeline(f"yield concat({frame.buffer})")

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:  # noqa: N802 - Jinja2's visitor calls it so
        """Write ``node.attr``: the attribute, else what `jinja2.Environment.getattr` finds, an item or nothing."""
        self.write("(found if (found := getattr((owner := ")
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
