"""What can be made to go wrong with a simulated switch while the lab runs."""

import enum


class Fault(enum.StrEnum):
    """A fault of one switch; it holds until it is cleared."""

    UNREACHABLE = "unreachable"
    """Its management address refuses connections; it forwards and its timers run."""
    POWERED_OFF = "powered-off"
    """It is gone: no management, and every link of it is down."""
    HANG_AFTER_COMMIT = "hang-after-commit"
    """A commit is done, and its answer never comes."""
    DROP_AFTER_COMMIT = "drop-after-commit"
    """A commit is done, and the connection is cut instead of an answer."""
    LOSE_MANAGEMENT_ON_COMMIT = "lose-management-on-commit"
    """A commit is answered and then no new connection gets through, until what it changed is undone."""
    SILENT = "silent"
    """Its management address takes connections and never answers."""
    HELD_LOCK = "held-lock"
    """Somebody else has a configuration session pending."""
    SILENT_LLDP = "silent-lldp"
    """Its LLDP agent is stopped: it neither tells nor hears of neighbours."""
    STOPPED_BGP = "stopped-bgp"
    """Its BGP agent is stopped: every session of it is down."""
