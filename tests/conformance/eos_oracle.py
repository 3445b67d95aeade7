"""Arista's own generator, pyavd, in a process of its own.

Its templates are loaded by `jinja2.ModuleLoader`, which puts weak references into `sys.modules`: whoever walks over
those, as Hypothesis does, meets one that dies meanwhile.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any

PATIENCE_S = 120


@contextmanager
def generator() -> Iterator[Callable[[dict[str, Any]], list[str]]]:
    """Yield what turns a structured configuration into the lines of a configuration."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        yield lambda tree: process.submit(write, tree).result(timeout=PATIENCE_S)


def write(tree: dict[str, Any]) -> list[str]:
    """Write a configuration; its schema must know, and not deprecate, every key."""
    import pyavd

    validated = pyavd.validate_structured_config(tree)
    result = validated.validation_result
    assert validated.validated_data is not None, [str(violation) for violation in result.violations]
    assert (result.deprecations, result.ignored_eos_config_keys) == ([], [])
    lines = pyavd.get_device_config(validated.validated_data).splitlines()
    # It separates sections by lines of `!` of which the first has nothing above it, and ends in an empty line.
    return lines[lines[0] == "!" : len(lines) - (lines[-1] == "")]
