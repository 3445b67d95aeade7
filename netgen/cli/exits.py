"""What a command's exit code says."""

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes of all commands."""

    DONE = 0
    """Done; of a comparison: there is no difference, or it was not asked to tell by its code."""
    ERROR = 1
    DIFFERENCES = 2
    PARTIAL = 3
    """Applied to some devices and not to others."""
    REFUSED = 4
    """A stale plan, or a lock that somebody holds."""
    USAGE = 64
    """The command line was wrong (sysexits.h, EX_USAGE)."""
