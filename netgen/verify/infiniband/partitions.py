"""P_Key tables as they are read back, against the partitions of the intent: port by port, and pair by pair.

Two ports may speak where both have a P_Key of the same number and one of them is full member (IBA 1.4, 10.9.3).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from itertools import combinations_with_replacement

from netgen.cluster.infiniband import DEFAULT_PKEY, FULL_MEMBER, Everybody, Membership, Partition
from netgen.record import Record

Keys = frozenset[int]
"""A P_Key table: 16-bit keys, with the bit of membership."""


class Pairs(Record):
    """Pairs of ports that may speak though they should not, or the other way round.

    Parameters
    ----------
    a, b
        A port of either side, by GUID, as an example.
    count
        How many pairs are like it.
    gained
        Whether they may speak and should not.
    """

    a: int
    b: int
    count: int
    gained: bool


def intended(
    partitions: Iterable[Partition], ports: Iterable[int], manager: int, *, allow_both: bool
) -> dict[int, Keys]:
    """Return the P_Key table that each port must have.

    Every port is in the default partition, for that is what OpenSM makes of those that the file does not name
    there (opensm/osm_prtn.c, prtn_make_default). A port that is named as full and as limited member is full, unless
    both are allowed (opensm/osm_prtn.c, osm_prtn_add_port).

    Parameters
    ----------
    partitions
        As the subnet manager is told.
    ports
        Port GUIDs of all channel adapters that are there.
    manager
        Port GUID of the subnet manager.
    allow_both
        Whether a port can be full and limited member of a partition.
    """
    told = {guid: {DEFAULT_PKEY: {Membership.LIMITED}} for guid in ports}
    for partition in partitions:
        for everybody, membership in partition.everybody.items():
            for guid in _ports(everybody, told, manager):
                told[guid].setdefault(partition.pkey, set()).add(membership)
        for member in partition.members:
            if member.guid in told:
                told[member.guid].setdefault(partition.pkey, set()).add(member.membership)
    return {
        guid: frozenset(key for pkey, words in of_port.items() for key in _keys(pkey, words, allow_both=allow_both))
        for guid, of_port in told.items()
    }


def _ports(everybody: Everybody, ports: Mapping[int, object], manager: int) -> Iterator[int]:
    """Yield the channel adapters' ports among those that a word means; switches and routers are none."""
    if everybody in {Everybody.ALL, Everybody.HOSTS}:
        yield from ports
    elif everybody is Everybody.MANAGER and manager in ports:
        yield manager


def _keys(pkey: int, words: AbstractSet[Membership], *, allow_both: bool) -> Iterator[int]:
    full = bool(words & {Membership.FULL, Membership.BOTH})
    if full:
        yield pkey | FULL_MEMBER
    if not full or (allow_both and (Membership.BOTH in words or Membership.LIMITED in words)):
        yield pkey


def amiss(wanted: Keys, found: Keys, names: Mapping[int, str]) -> list[str]:
    """Say what is wrong with the table of one port; empty: nothing.

    Parameters
    ----------
    wanted, found
        The tables.
    names
        Of the partitions, by P_Key.
    """
    said = []
    for pkey in sorted({key & ~FULL_MEMBER for key in wanted ^ found}):
        has, should = _membership(pkey, found), _membership(pkey, wanted)
        name = (
            f"{names[pkey]} (0x{pkey:04x})" if pkey in names else f"0x{pkey:04x}, which no partition of the intent has"
        )
        if has is None:
            said.append(f"it is not in {name}; it should be {should} member")
        elif should is None:
            said.append(f"it is {has} member of {name}; it should not be in it")
        else:
            said.append(f"it is {has} member of {name}; {should} it should be")
    return said


def _membership(pkey: int, keys: Keys) -> Membership | None:
    full, limited = pkey | FULL_MEMBER in keys, pkey in keys
    if full and limited:
        return Membership.BOTH
    if full:
        return Membership.FULL
    return Membership.LIMITED if limited else None


def may_speak(a: Keys, b: Keys) -> bool:
    """Whether ports with these tables may speak with each other."""
    return any(key & FULL_MEMBER and (key in b or key & ~FULL_MEMBER in b) for key in a) or any(
        key & FULL_MEMBER and key & ~FULL_MEMBER in a for key in b
    )


def count_pairs(tables: Mapping[int, Keys]) -> int:
    """Count the pairs of ports that may speak."""
    alike = Counter(tables.values())
    return sum(
        _pairs(a == b, alike[a], alike[b]) for a, b in combinations_with_replacement(alike, 2) if may_speak(a, b)
    )


def compare_pairs(wanted: Mapping[int, Keys], found: Mapping[int, Keys]) -> Iterator[Pairs]:
    """Yield the pairs that may speak and should not, or the other way round: every pair is looked at.

    Ports whose tables are alike are looked at once. The ports of both must be the same.
    """
    alike: dict[tuple[Keys, Keys], list[int]] = {}
    for guid, keys in wanted.items():
        alike.setdefault((keys, found[guid]), []).append(guid)
    for a, b in combinations_with_replacement(alike, 2):
        should, may = may_speak(a[0], b[0]), may_speak(a[1], b[1])
        count = _pairs(a == b, len(alike[a]), len(alike[b]))
        if should != may and count:
            yield Pairs(alike[a][0], alike[b][-1], count, gained=may)


def _pairs(same: bool, a: int, b: int) -> int:
    return a * (a - 1) // 2 if same else a * b
