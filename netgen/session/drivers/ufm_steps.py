"""What leads a UFM from the partitions that it has to others: requests of its REST API, in an order that joins nobody.

NVIDIA UFM Enterprise REST API Guide, "PKey GUIDs Rest API". Requests tell members one by one, so that those that stay
are not touched; a path with the GUIDs that go is how NVIDIA/nv-config-manager takes members away.
"""

import time
from collections.abc import Mapping, Sequence

from netgen.record import Record
from netgen.session.drivers.ufm_client import Trouble, UfmClient, UfmError
from netgen.session.drivers.ufm_state import KEYS, Key, Member, State, ask, difference, pkey_word

SETTLE_S = 30.0
"""What UFM may take to show what it was told."""
_POLL_S = 0.5

_GUIDS_A_REQUEST = 100
"""GUIDs in one path: some 1,700 characters, where web servers take 8,000."""


class Request(Record):
    """One change."""

    method: str
    path: str
    body: Mapping[str, object] | None = None


def bring(client: UfmClient, after: State, *, names: bool) -> None:
    """Bring a UFM to a state, and see that it says so.

    Parameters
    ----------
    client
        The UFM.
    after
        What shall be.
    names
        Whether this UFM takes the names of partitions (v6.22 and later).

    Raises
    ------
    UfmError
        If a request fails, or if UFM says yes to all and still has something else.
    """
    for request in steps(ask(client), after, names=names):
        client.do(request.method, request.path, request.body)
    deadline = time.monotonic() + SETTLE_S
    while left := difference(ask(client), after):
        if time.monotonic() > deadline:
            raise UfmError(Trouble.REFUSED, f"UFM took every request, and has still not done: {_short(left)}")
        time.sleep(_POLL_S)


def _short(diff: str) -> str:
    changed = [line for line in diff.splitlines() if line[0] in "+-" and line[:3] not in {"+++", "---"}]
    return "; ".join(changed[:3])


def steps(before: State, after: State, *, names: bool) -> list[Request]:
    """Return the requests that lead from one to the other: whatever parts ports before whatever joins them.

    So no port is in two tenants' partitions between two requests.

    Parameters
    ----------
    before, after
        What there is, and what shall be.
    names
        Whether this UFM takes the names of partitions (v6.22 and later).
    """
    found = [Request("DELETE", f"{KEYS}/{pkey_word(pkey)}") for pkey in sorted(before.keys.keys() - after.keys.keys())]
    both = [(pkey, before.keys[pkey], key) for pkey, key in sorted(after.keys.items()) if pkey in before.keys]
    new = [(pkey, key) for pkey, key in sorted(after.keys.items()) if pkey not in before.keys]
    for pkey, old, key in both:
        found += _parting(pkey, old, key)
    for pkey, key in new:
        found += [_create(pkey, key, names=names), *_add(pkey, key, key.members)]
    for pkey, old, key in both:
        found += _joining(pkey, old, key)
    return found


def _parting(pkey: int, old: Key, key: Key) -> list[Request]:
    """Take members away, and make full ones limited."""
    gone = sorted(old.members.keys() - key.members.keys())
    lesser = [
        guid for guid in old.members.keys() & key.members.keys() if _is_lesser(old.members[guid], key.members[guid])
    ]
    found = [
        Request(
            "DELETE", f"{KEYS}/{pkey_word(pkey)}/guids/{','.join(map(_hex, gone[start : start + _GUIDS_A_REQUEST]))}"
        )
        for start in range(0, len(gone), _GUIDS_A_REQUEST)
    ]
    # Their place in the table stays as it is for now: it is the old partition's.
    lessened = {guid: Member(key.members[guid].membership, old.members[guid].index0) for guid in lesser}
    return found + _add(pkey, old, lessened)


def _joining(pkey: int, old: Key, key: Key) -> list[Request]:
    """Add members and make limited ones full; a property of the whole partition is set with all of its members."""
    found = []
    moved = any(
        guid in key.members and key.members[guid].index0 != member.index0 for guid, member in old.members.items()
    )
    if old.ip_over_ib != key.ip_over_ib or moved:
        found += _set(pkey, key)
    else:
        changed = {
            guid: member
            for guid, member in key.members.items()
            if old.members.get(guid) != member and not (guid in old.members and _is_lesser(old.members[guid], member))
        }
        found += _add(pkey, key, changed)
    if old.qos != key.qos:
        found.append(Request("PUT", f"{KEYS}/qos_conf", {"pkey": pkey_word(pkey), **_limits(key)}))
    return found


def _is_lesser(old: Member, new: Member) -> bool:
    return old.membership == "full" and new.membership == "limited"


def _create(pkey: int, key: Key, *, names: bool) -> Request:
    named = {"partition_name": key.name} if names else {}
    body = {"pkey": pkey_word(pkey), **named, "index0": False, "ip_over_ib": key.ip_over_ib, **_limits(key)}
    return Request("POST", f"{KEYS}/add", body)


def _add(pkey: int, key: Key, members: Mapping[int, Member]) -> list[Request]:
    """Add members, or change what they are: one request for those of each place in the table."""
    return [
        Request("POST", f"{KEYS}/", _body(pkey, key, chosen, index0=index0))
        for index0 in (False, True)
        if (chosen := {guid: member for guid, member in members.items() if member.index0 == index0})
    ]


def _set(pkey: int, key: Key) -> list[Request]:
    """Set all members at once; those at the first place of their tables can only be added to that."""
    first = {guid: member for guid, member in key.members.items() if member.index0}
    others = {guid: member for guid, member in key.members.items() if not member.index0}
    if not key.members:
        return [Request("DELETE", f"{KEYS}/{pkey_word(pkey)}"), _create(pkey, key, names=False)]
    if not others:
        return [Request("PUT", f"{KEYS}/", _body(pkey, key, first, index0=True))]
    return [Request("PUT", f"{KEYS}/", _body(pkey, key, others, index0=False)), *_add(pkey, key, first)]


def _body(pkey: int, key: Key, members: Mapping[int, Member], *, index0: bool) -> dict[str, object]:
    guids: Sequence[int] = sorted(members)
    return {
        "pkey": pkey_word(pkey),
        "guids": [_hex(guid) for guid in guids],
        "memberships": [members[guid].membership for guid in guids],
        "index0": index0,
        "ip_over_ib": key.ip_over_ib,
    }


def _limits(key: Key) -> dict[str, object]:
    rate = key.qos.rate_limit
    return {
        "mtu_limit": key.qos.mtu_limit,
        "rate_limit": int(rate) if rate.is_integer() else rate,
        "service_level": key.qos.service_level,
    }


def _hex(guid: int) -> str:
    """Return a GUID as UFM writes it: 16 digits, without a prefix."""
    return f"{guid:016x}"
