"""Where the quicker code comes to a text, it is the one that Jinja2's own code comes to."""

from dataclasses import dataclass, field
from typing import Any

import jinja2
import pytest

from netgen.render.generator import Generator


@dataclass(slots=True)
class Thing:
    """Something with attributes, one of which cannot be had."""

    name: str = "a%b"
    number: int = 7
    nothing: None = None
    inner: Any = field(default_factory=lambda: Thing("b", inner={"x": 1, "keys": 2}))

    @property
    def broken(self) -> str:
        raise AttributeError("broken")

    @property
    def failing(self) -> str:
        raise ValueError("failing")


class Quick(jinja2.Environment):
    """What netgen's is, as far as code is concerned."""

    code_generator_class = Generator


INCLUDED = {
    "part": "{{ thing.name }}{% set mine = 1 %}{{ local }}{{ absent is defined }}\n",
    "macros": "{% macro say(thing, more=2) %}{{ thing.name }} {{ more }} {{ thing.nothing is none }}{% endmacro %}",
    "base": "top {% block body %}base {{ thing.name }}{% endblock %} {{ thing.number }}\n",
    "empty": "",
}
TEMPLATES = [
    "",
    "100% {{ thing.name }} %s {{ thing.number }}%\n",
    "{{ thing.inner.inner.inner.x }} {{ thing.inner.inner.inner['x'] }}",
    "{{ thing.inner.inner.inner['x'] }} {{ thing.inner.inner.inner['y'] is defined }}",
    "{{ thing.inner.inner.inner.keys() }} {{ thing.inner.inner.inner['ke' + 'ys'] }} {{ [1, 2, 3][thing.number - 6] }}",
    "{{ thing.absent is defined }} {{ thing.absent|default(3) }} {{ thing.nothing is none }}",
    "{{ thing.inner.absent is none }} {{ thing.name is not none }} {{ 3 is odd }} {{ none is none }}",
    "{{ thing.broken is defined }}",
    "{{ thing.absent }}",
    "one\n{{ thing.name }}\n{{ thing.absent }} {{ thing.name }}\n",
    "one\n{{ thing.name }} {{\nthing.inner.inner.absent.more }}\n",
    "{% if thing.absent %}x{% endif %}",
    "{% for x in thing.absent %}x{% endfor %}",
    "{{ thing.failing }}",
    "{{ missing_name }}",
    "{{ missing_name.attribute }}",
    "{{ thing.name.upper() }} {{ thing.inner.name|upper|length + thing.number }}",
    "{% for x in [thing, thing.inner] if x.number is not none %}{{ loop.index }} {{ x.name }}\n{% endfor %}",
    "{% for x in [thing, {'name': 1}] %}{{ x.name }} {{ x.nothing is none }}{% endfor %}",
    "{% for x in [thing] %}{{ x.name }} {{ x.number + 1 }} {{ not x.nothing }} {{ -x.number.real }}{% endfor %}",
    "{% for x in [thing] %}{{ x.name }} {{ x.class is defined }} {{ x.inner.inner.inner['x'] }}{% endfor %}",
    "{% set platform = {'limits': {'paths': 3}} %}{{ platform.limits.paths }} {{ platform.none is defined }}",
    "{% for x in [thing] %}{{ x.name }} {{ x.number }} {{ x.inner }}{% set x = {} %}{{ x.name }}{% endfor %}",
    "{% for x in [thing] %}{% for x in [{}] %}{{ x.a is none }}{% endfor %}{{ x.name, x.number, x.inner }}{% endfor %}",
    "{% for x in [thing] %}{{ x.name, x.number, x.inner }}{% endfor %}{% for x in [{}] %}{{ x.name }}{% endfor %}",
    "{% for x in [thing] %}{% macro say() %}{{ x.name, x.number, x.inner }}{% endmacro %}{{ say() }}{% endfor %}",
    "{% for x in [thing, missing_name] %}{{ x.name }} {{ x.number }} {{ x.nothing }}\n{% endfor %}",
    "{% for x in [thing, {}] recursive %}{{ x.name is defined and x.number and x.nothing }}{% endfor %}",
    "{% for x in [[1, [2]], [3]] recursive %}{{ x if x is number else loop(x) }}{% endfor %}",
    "{% set local = thing.number %}a {% include 'part' %} b {% include ['none', 'part'] %}{{ mine is defined }}",
    "{% include 'part' without context %}",
    "{% include 'none' ignore missing %}x{% include 'none' %}",
    "{% from 'macros' import say %}{{ say(thing) }}|{{ say(thing.inner, more=thing.number) }}",
    "{% macro twice() %}{{ caller() }}, {{ caller() }}{% endmacro %}{% call twice() %}{{ thing.name }} %{% endcall %}",
    "{% filter upper %}{{ thing.name }} {{ thing.nothing|default('%', true) }} 5%{% endfilter %}",
    "{% set text %}{{ thing.name }}{% if thing.number %}{{ thing.number }}{% endif %}%{% endset %}{{ text|length }}",
    "{% filter upper %}{% include 'macros' %}{% include 'base' %}{% endfilter %}",
    "{% extends 'base' %}ignored {{ thing.absent }}{% block body %}mine {{ super() }} {{ thing.name }}{% endblock %}",
    "{% extends 'base' if thing.number else 'empty' %}ignored {% block body %}{{ thing.number }}{% endblock %}",
    "{% set n = namespace(count=0) %}{% for x in range(3) %}{% set n.count = n.count + x %}{% endfor %}{{ n.count }}",
    "{{ {'a': thing}['a'].name }} {{ [thing][0].name }} {{ (thing.name ~ thing.number)[1:] }} {{ 5 .real }}",
    "{{ {'a': thing}.a.name }} {{ thing['name'] }}",
    "{{ thing.name if thing.nothing is none else thing.inner.name }} {{ thing.number in (7, 8) }} {{ 'x' if none }}",
]


LEFT = [
    "{{ thing.inner.inner.inner.x }} {{ thing.inner.inner.inner['x'] }}",
    "{{ thing.inner.inner.inner['x'] }} {{ thing.inner.inner.inner['y'] is defined }}",
    "{{ thing.absent is defined }} {{ thing.absent|default(3) }} {{ thing.nothing is none }}",
    "{{ thing.inner.absent is none }} {{ thing.name is not none }} {{ 3 is odd }} {{ none is none }}",
    "{{ thing.broken is defined }}",
    "{% for x in [thing, {'name': 1}] %}{{ x.name }} {{ x.nothing is none }}{% endfor %}",
    "{% for x in [thing] %}{% for x in [{}] %}{{ x.a is none }}{% endfor %}{{ x.name, x.number, x.inner }}{% endfor %}",
    "{% for x in [thing, {}] recursive %}{{ x.name is defined and x.number and x.nothing }}{% endfor %}",
    "{{ {'a': thing}.a.name }} {{ thing['name'] }}",
]
"""Those that ask for items as attributes, or the other way round, or whether something is there."""


def outcome(environment: type[jinja2.Environment], text: str) -> tuple[str, str, int]:
    """What becomes of a template: its text, or what fails and in which line."""
    loader = jinja2.DictLoader(INCLUDED | {"it": text})
    made = environment(loader=loader, undefined=jinja2.StrictUndefined, trim_blocks=True, keep_trailing_newline=True)
    try:
        return made.get_template("it").render(thing=Thing(inner=Thing())), "", 0
    except Exception as error:
        trace, line = error.__traceback__, 0
        while trace is not None:
            line = trace.tb_lineno if trace.tb_frame.f_code.co_filename == "<template>" else line
            trace = trace.tb_next
        return type(error).__name__, str(error), line


@pytest.mark.parametrize("text", TEMPLATES)
def test_a_template_comes_to_what_jinja2_makes_of_it_or_fails(text: str):
    *_, line = quick = outcome(Quick, text)
    assert line or quick == outcome(jinja2.Environment, text)


def test_what_asks_for_nothing_that_is_not_there_comes_to_a_text():
    good = [text for text in TEMPLATES if not outcome(jinja2.Environment, text)[2]]
    assert [text for text in good if outcome(Quick, text)[2]] == LEFT
