"""Renders text configurations: Jinja2 templates, found through the resources and compiled once."""

import traceback
from collections.abc import Callable, Mapping, MutableMapping
from functools import cached_property, lru_cache
from typing import Any

import jinja2
from jinja2.compiler import CodeGenerator

from netgen.device.infiniband_text import guid, lane_code, mtu_code, opensm_text, pkey, rate_code
from netgen.device.text import (
    bits,
    by_number,
    ipv4,
    kilobytes,
    multiple,
    netmask,
    network,
    quoted,
    rate,
    seconds,
    units,
    within,
)
from netgen.render.bytecode import bytecode_cache
from netgen.render.errors import RenderError
from netgen.render.generator import Generator
from netgen.render.words import ifupdown_text, shell_word, unit_word, yaml_word
from netgen.resources.load import ResourceError, Resources


class Environment(jinja2.Environment):
    """Jinja2's, but compiled to quicker code, and quick to find that a device's parts have attributes and no items.

    ``sort(attribute=…)``, ``map`` and ``selectattr`` ask for an item first, and take the exception as the answer: for
    hundreds of ports that is a fifth of the time of a template. What the quicker code fails at is left to Jinja2's own,
    which knows more, or says what is wrong, and where.
    """

    code_generator_class: type[CodeGenerator] = Generator

    @cached_property
    def own(self) -> jinja2.Environment:
        """The same with Jinja2's own code."""
        environment = self.overlay()
        environment.code_generator_class, environment.bytecode_cache = CodeGenerator, None
        return environment

    @cached_property
    def left(self) -> set[str]:
        """Names of the templates that are left to it."""
        return set()

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return one dictionary, since it is copied for every render and include; Jinja2 would chain two."""
        return {**self.globals, **(d or {})}

    def getitem(self, obj: Any, argument: str | int | slice) -> Any:  # noqa: ANN401 - as it is declared there
        """Return an item, or else an attribute; of what has no items, the attribute at once."""
        if isinstance(argument, str) and not hasattr(type(obj), "__getitem__"):
            return self.getattr(obj, argument)
        return super().getitem(obj, argument)


def jinja_environment(found: Resources) -> Environment:
    """Return the environment of all text templates.

    An undefined name is an error. Nothing is escaped: templates are trusted code that write configurations, not
    HTML, and values are checked by `netgen.render.guard`. Filters: ``by_number``, ``ipv4``, ``network(length)``,
    ``netmask``, ``seconds``, ``rate``, ``within(least, most)``, ``bits(width)``, ``units(unit)``, ``multiple(unit)``,
    ``kilobytes``; of InfiniBand ``guid``, ``pkey``, ``mtu_code``, ``rate_code``, ``lane_code``; ``quoted``,
    ``shell_word``, ``unit_word`` and ``yaml_word`` quote, ``ifupdown_text`` and ``opensm_text`` leave out what cannot
    be quoted;
    ``macro | once(arguments …)`` calls a macro of an imported template, once for all devices of equal arguments.
    """

    def load(template: str) -> tuple[str, str, None]:
        """Find ``eos/eos.cfg.j2`` below templates/: the user's, else the built-in."""
        try:
            resource = found.find(f"templates/{template}")
            return resource.read(), str(resource.path), None
        except ResourceError as error:
            raise jinja2.TemplateNotFound(template, str(error)) from None

    environment = Environment(
        loader=jinja2.FunctionLoader(load),
        undefined=jinja2.StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
        cache_size=-1,
        bytecode_cache=bytecode_cache(),
    )
    filters = (bits, by_number, ipv4, kilobytes, multiple, netmask, network, quoted, rate, seconds, units, within)
    infiniband = (guid, lane_code, mtu_code, pkey, rate_code)
    quoting = (ifupdown_text, opensm_text, shell_word, unit_word, yaml_word)
    environment.filters["once"] = lru_cache(maxsize=MOST_REMEMBERED)(_call)
    environment.filters.update({function.__name__: function for function in (*filters, *infiniband, *quoting)})
    return environment


MOST_REMEMBERED = 256
"""Kinds of devices are few; where each device turns out to be of its own kind, memory does not grow with them."""


def _call(macro: Callable[..., str], *arguments: object) -> str:
    """Call a macro: as the filter ``once`` it is called once for equal arguments, which many devices may have."""
    return macro(*arguments)


def render_template(environment: Environment, name: str, context: Mapping[str, object]) -> str:
    """Render one template.

    Raises
    ------
    RenderError
        If it is missing, is not a template, uses a name that is not there, or fails in any other way: with the
        place in the template.
    """
    if name not in environment.left:
        try:
            return environment.get_template(name).render(context)
        except Exception:
            text = _render(environment.own, name, context)
            environment.left.add(name)
            return text
    return _render(environment.own, name, context)


def _render(environment: jinja2.Environment, name: str, context: Mapping[str, object]) -> str:
    try:
        return environment.get_template(name).render(context)
    except jinja2.TemplateNotFound as error:
        raise RenderError(str(error)) from None
    except jinja2.TemplateSyntaxError as error:
        raise RenderError(f"{error.filename or error.name}:{error.lineno}: {error.message}") from None
    except RenderError:
        raise
    except Exception as error:
        # A template is code of a user's: whatever it raises has a place in it.
        raise RenderError(f"{_place(error, name)}: {error}") from None


def _place(error: Exception, name: str) -> str:
    # Jinja2 rewrites tracebacks so that the frames of a template bear its own file and line.
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.endswith(".j2")]
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else name
