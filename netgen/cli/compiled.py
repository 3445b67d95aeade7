"""The beginning of every command: compile the intent, show what is to be said of it."""

import sys
from pathlib import Path

from netgen.cli.console import coloured, say
from netgen.cluster.model import Cluster
from netgen.compile import Compiled, compile_intent
from netgen.diagnostics import human


class RefusedError(Exception):
    """The intent has errors; they have been shown."""


def compiled(intent: Path, *, brief: bool = False) -> tuple[Cluster, Compiled]:
    """Compile an intent and show its findings on stderr; return its cluster, and all that came of it.

    Parameters
    ----------
    intent
        Its folder.
    brief
        Only count what does not refuse it: `validate` and `render` have shown it.

    Raises
    ------
    RefusedError
        If there are errors.
    """
    result = compile_intent(intent)
    if brief and not result.errors:
        if result.diagnostics:
            say(f"{human.summary(result.diagnostics)}: see netgen validate {intent}")
    elif result.diagnostics:
        sys.stderr.write(human.render(result.diagnostics, colour=coloured(sys.stderr)))
    if result.cluster is None:
        raise RefusedError
    return result.cluster, result
