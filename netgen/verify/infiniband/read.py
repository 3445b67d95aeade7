"""Asks the host of a subnet manager what its fabric is like, in few commands.

Every table is read from where it is in force: links from the switches (ibnetdiscover), forwarding tables from the
switches (dump_fts), P_Key tables from the ports (smpquery), not from what the subnet manager believes. Datagrams get
lost, in a fabric as in a simulated one, so every question is asked again.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol, TypeVar

from netgen.record import Record
from netgen.session.errors import Reason, SessionError
from netgen.verify.infiniband import found
from netgen.verify.infiniband.found import AdapterPort, Manager, Network, NotUnderstood, Tables
from netgen.verify.infiniband.partitions import Keys

TRIES = 3
PORTS_AT_ONCE = 1000
"""P_Key tables in one command: its arguments must fit into a command line, 128 KiB by POSIX's xargs."""
QUERIES_AT_ONCE = 4
"""Datagrams share lane 15 with those of the subnet manager, which has 4 on the wire itself (max_wire_smps)."""
TIMEOUT_S = 600.0
"""For all P_Key tables of one command: a query takes milliseconds, and seconds where a port does not answer."""

_MARK = "== "
# Arguments: LID and port, in turns. Each answer is written at once, so that they do not mix.
_PKEYS = f"""\
one='for try in {" ".join(map(str, range(TRIES)))}; do said=$(smpquery pkeys "$1" "$2" 2>&1) && break; done
printf "{_MARK}%s %s\\n%s\\n" "$1" "$2" "$said"'
printf '%s\\n' "$@" | xargs -n 2 -P {QUERIES_AT_ONCE} sh -c "$one" sh
"""
_LOG = """\
log=$(sed -n 's/^log_file //p' /etc/opensm/opensm.conf)
grep -a 'tables configured on all switches' "${log:-/var/log/opensm.log}" | tail -n 1
"""

_T = TypeVar("_T")


class Ask(Protocol):
    """Runs a program beside the subnet manager, as `netgen.session.session.DeviceSession.ask`."""

    def __call__(self, program: str, *arguments: str, timeout_s: float | None = None) -> str:
        """Return what it prints."""


class Look(Record):
    """What the host of one subnet manager says of who manages the fabric.

    Parameters
    ----------
    master
        The one that does.
    engine
        What computed routes here last; ``None``: the log does not say.
    """

    master: Manager
    engine: str | None


class Reading(Record):
    """What a fabric is like, whoever says it.

    Parameters
    ----------
    network, tables
        What is there, and how it forwards.
    pkeys
        P_Key tables by the GUIDs of the ports.
    silent
        Why the table of a port could not be read, likewise.
    untold
        LIDs that the tables say nothing of.
    """

    network: Network
    tables: Tables
    pkeys: Mapping[int, Keys]
    silent: Mapping[int, str]
    untold: frozenset[int] = frozenset()


def look(ask: Ask) -> Look:
    """Ask the host of a subnet manager who manages the fabric, and how; raises what `read` does."""
    try:
        master = _again(lambda: found.manager(ask("sminfo")))
    except SessionError as error:
        if error.reason is not Reason.FAILED_COMMAND:
            raise
        said = f"no master of the subnet answers: one in standby takes over some time after it is lost; {error.message}"
        raise SessionError(error.device, error.reason, said) from None
    return Look(master, found.engine(ask("sh", "-c", _LOG)))


def read(ask: Ask) -> Reading:
    """Ask the host of a subnet manager what the fabric is like.

    Raises
    ------
    SessionError
        It cannot be asked.
    NotUnderstood
        A tool prints something else than it does.
    """
    network = _again(lambda: found.network(ask("ibnetdiscover")))
    tables, untold = _again(lambda: _tables(ask("dump_fts")))
    pkeys, silent = _pkeys(ask, list(network.ports.values()))
    return Reading(network, tables, pkeys, silent, untold)


def _tables(text: str) -> tuple[Tables, frozenset[int]]:
    return found.tables(text), found.untold_lids(text)


def _again(question: Callable[[], _T]) -> _T:
    for left in reversed(range(TRIES)):
        try:
            return question()
        except NotUnderstood:
            if not left:
                raise
        except SessionError as error:
            if not left or error.reason is not Reason.FAILED_COMMAND:
                raise
    raise AssertionError  # the last try returns or raises


def _pkeys(ask: Ask, ports: Sequence[AdapterPort]) -> tuple[dict[int, Keys], dict[int, str]]:
    by_place = {f"{port.lid} {port.end[1]}": port.guid for port in ports}
    tables: dict[int, Keys] = {}
    silent = {port.guid: "it does not answer" for port in ports}
    for some in _chunks(list(by_place)):
        words = [word for place in some for word in place.split()]
        said = ask("sh", "-c", _PKEYS, "sh", *words, timeout_s=TIMEOUT_S)
        for place, text in found.sections(said, _MARK):
            try:
                tables[by_place[place]] = found.pkeys(text)
                del silent[by_place[place]]
            except NotUnderstood as error:
                silent[by_place[place]] = str(error)
    return tables, silent


def _chunks(items: Sequence[str]) -> Iterator[Sequence[str]]:
    return (items[start : start + PORTS_AT_ONCE] for start in range(0, len(items), PORTS_AT_ONCE))
