"""The faults that can be injected into a running lab: one list for those who ask and for those who do."""

from netgen.lab.errors import LabError
from netgen.lab.subnet import MANAGER, SWITCH
from netgen.record import Record

_NAMESPACED = ("frr", "host", MANAGER)
_ALL = ("eos", *_NAMESPACED)
_CABLED = (*_ALL, SWITCH)


class Fault(Record):
    """A kind of fault.

    Parameters
    ----------
    arguments
        What it takes, in order; a last one that ends in ``…`` may be repeated.
    does
        What then happens.
    kinds
        Which kinds of node it can be done to.
    """

    arguments: tuple[str, ...]
    does: str
    kinds: tuple[str, ...] = _ALL


FAULTS = {
    "management-down": Fault(("NODE",), "its management refuses connections; open ones are cut"),
    "management-silent": Fault(("NODE",), "its management no longer answers; open connections hang", _NAMESPACED),
    "management-up": Fault(("NODE",), "its management answers again"),
    "cable-down": Fault(("NODE", "PORT"), "the cable is pulled: both ends lose their carrier", _CABLED),
    "cable-up": Fault(("NODE", "PORT"), "the cable is put back", _CABLED),
    "isolate": Fault(("NODE",), "all its cables are pulled: to the fabric it is dead", _CABLED),
    "rejoin": Fault(("NODE",), "all its cables are put back", _CABLED),
    "swap": Fault(("NODE", "PORT", "NODE", "PORT"), "the cables of the two ports are exchanged", _CABLED),
    "daemon-down": Fault(("NODE", "DAEMON"), "the daemon is killed, and nothing starts it again"),
    "daemon-up": Fault(("NODE", "DAEMON"), "the daemon is started, with its start-up configuration"),
    "drift": Fault(("NODE", "LINE…"), "the lines are typed into its configuration", ("eos", "frr", MANAGER)),
    "serial": Fault(("NODE", "SERIAL"), "it is another box: its serial number is this one"),
    "simulate": Fault(("NODE", "FAULT"), "the simulated switch behaves as netgen.lab.eos.faults says", ("eos",)),
    "simulate-end": Fault(("NODE", "FAULT"), "the simulated switch behaves again", ("eos",)),
}


def check(kind: str, arguments: tuple[str, ...]) -> None:
    """Check that there is such a fault and that it has what it takes.

    Raises
    ------
    LabError
        It is unknown, or the number of arguments is wrong.
    """
    fault = FAULTS.get(kind)
    if fault is None:
        raise LabError(f"no fault {kind!r}; there are: {', '.join(FAULTS)}")
    wanted, given = len(fault.arguments), len(arguments)
    repeats = fault.arguments[-1].endswith("…")
    if given < wanted or (given > wanted and not repeats):
        raise LabError(f"{kind} takes {' '.join(fault.arguments)}, and was given {given} of {wanted}")
