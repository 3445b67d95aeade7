"""The failures that have words for people, and the exit code of each."""

import sys

from netgen.cli.exits import Exit

# By module: what has not been imported cannot have been raised, and importing it would cost seconds.
_EXITS = {
    "netgen.cli.compiled.RefusedError": Exit.ERROR,
    "netgen.apply.lock.LockedError": Exit.REFUSED,
    "netgen.apply.prepare.StalePlanError": Exit.REFUSED,
    "netgen.export.errors.ExportError": Exit.ERROR,
    "netgen.lab.errors.LabError": Exit.ERROR,
    "netgen.plan.errors.PlanError": Exit.ERROR,
    "netgen.platforms.document.PlatformError": Exit.ERROR,
    "netgen.render.errors.RenderError": Exit.ERROR,
    "netgen.resources.load.ResourceError": Exit.ERROR,
    "netgen.session.errors.ConnectionsError": Exit.ERROR,
    "netgen.session.errors.SessionError": Exit.ERROR,
    "netgen.session.secrets.SecretError": Exit.ERROR,
}


def exit_for(error: Exception) -> Exit | None:
    """Return the exit code of a failure; ``None``: it is no user's doing."""
    for name, code in _EXITS.items():
        module, _, kind = name.rpartition(".")
        if module in sys.modules and isinstance(error, getattr(sys.modules[module], kind)):
            return code
    return None
