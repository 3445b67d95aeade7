"""What a UFM says of its fabric, against the intent: which ports it sees, and what they are members of.

It is asked over its REST API alone, which tells neither tables of ports nor routes.
"""

from collections.abc import Iterator, Mapping

from netgen.cluster.infiniband import DEFAULT_PKEY, FULL_MEMBER, Everybody, Membership
from netgen.device.infiniband import SubnetManager
from netgen.session.drivers.ufm_state import FILE, State, parse
from netgen.session.session import DeviceSession
from netgen.verify.cabling import End
from netgen.verify.infiniband import partitions
from netgen.verify.infiniband.compare import Result
from netgen.verify.infiniband.partitions import Keys
from netgen.verify.infiniband.wanted import Wanted
from netgen.verify.model import Check, Problem

NOTE = "what {manager} says of fabric {fabric} was checked; cables, tables of ports and routes cannot be read over REST"


def check(wanted: Wanted, session: DeviceSession) -> Result:
    """Check a fabric.

    Parameters
    ----------
    wanted
        What follows from the intent; with at least one manager.
    session
        With its UFM.

    Raises
    ------
    SessionError
        If UFM does not answer.
    """
    master = wanted.managers[0]
    state = parse(session.backup()[FILE])
    seen = {int(port.name, 16): port.up for port in session.interfaces()}
    expected = {guid: end for guid, end in wanted.ports.items() if end not in wanted.cabling.dark}
    tables, found = _tables(master, wanted, state)
    problems = [*_ports(expected, seen), *_default(master, state), *_amiss(master, wanted, tables, found)]
    checked = {
        Check.INTERFACE: len(expected),
        Check.PARTITIONS: len(tables),
        Check.PAIRS: partitions.count_pairs(tables),
    }
    return Result(tuple(problems), checked, (NOTE.format(manager=master.name, fabric=master.fabric),))


def _ports(expected: Mapping[int, End], seen: Mapping[int, bool]) -> Iterator[Problem]:
    for guid, (device, port) in expected.items():
        if guid not in seen:
            yield Problem(device, Check.INTERFACE, port, f"UFM does not see it (0x{guid:016x})")
        elif not seen[guid]:
            yield Problem(device, Check.INTERFACE, port, "UFM sees it, and it is not active")


def _default(master: SubnetManager, state: State) -> Iterator[Problem]:
    should = master.partitions[0].everybody.get(Everybody.ALL, Membership.LIMITED)
    if state.everybody != should:
        yield Problem(
            master.name,
            Check.PARTITIONS,
            "",
            f"every port is {state.everybody} member of the default partition; {should} it should be",
        )


def _tables(master: SubnetManager, wanted: Wanted, state: State) -> tuple[dict[int, Keys], dict[int, Keys]]:
    """Return what each port should be and is, but for the default partition, which is UFM's own."""
    is_in: dict[int, set[int]] = {guid: set() for guid in wanted.ports}
    for pkey, key in state.keys.items():
        for guid, member in key.members.items():
            is_in.setdefault(guid, set()).add(pkey | FULL_MEMBER if member.membership == "full" else pkey)
    should = partitions.intended(master.partitions, is_in, master.guid, allow_both=master.allow_both)
    tables = {
        guid: frozenset(key for key in keys if key & ~FULL_MEMBER != DEFAULT_PKEY) for guid, keys in should.items()
    }
    return tables, {guid: frozenset(keys) for guid, keys in is_in.items()}


def _amiss(
    master: SubnetManager, wanted: Wanted, tables: Mapping[int, Keys], found: Mapping[int, Keys]
) -> Iterator[Problem]:
    known = {partition.pkey: partition.name for partition in master.partitions}
    for guid, should in tables.items():
        device, port = _place(master, wanted, guid)
        for message in partitions.amiss(should, found[guid], known):
            yield Problem(device, Check.PARTITIONS, port, message)
    for one in partitions.compare_pairs(tables, found):
        device, port = _place(master, wanted, one.a)
        other = " ".join(_place(master, wanted, one.b)).strip()
        alike = f", as {one.count - 1:,} more pairs like it" if one.count > 1 else ""
        may, rule = ("can", "no") if one.gained else ("cannot", "a")
        yield Problem(device, Check.PAIRS, port, f"it {may} speak with {other}{alike}; {rule} partition permits that")


def _place(master: SubnetManager, wanted: Wanted, guid: int) -> End:
    """Return the device and port of a GUID; one that the intent does not know is UFM's member."""
    return wanted.ports.get(guid, (master.name, f"0x{guid:016x}"))
