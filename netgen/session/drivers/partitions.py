"""What OpenSM would make of a partitions.conf that is not as netgen writes it, found before OpenSM has it.

OpenSM answers an error in this file with its open default, every port a full member of the default partition, and
skips or shortens much else without a word (osm_prtn_config.c, osm_prtn.c). Its log tells of the errors when it is too
late. So a file is held against a narrower grammar here, in which nothing has two meanings::

    NAME=0xPKEY[, FLAG[=VALUE]]... : PORT=MEMBERSHIP[, PORT=MEMBERSHIP]... ;

Words are whole: OpenSM takes ``m=4`` for an MTU and ``A`` for every port.
"""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

Complaint = tuple[int, str]
"""Line, from 1, and what is wrong."""

DEFAULT_PKEY = 0x7FFF
MAX_LINE_BYTES = 4093
"""`fgets` of osm_prtn_config_parse_file has room for so many and the end of the line."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_PKEY = re.compile(r"0x[0-9a-fA-F]{1,4}")
_GUID = re.compile(r"0x[0-9a-fA-F]{1,16}")
_NUMBER = re.compile(r"0x[0-9a-fA-F]{1,8}|[0-9]{1,10}")
_EVERYBODY = frozenset({"ALL", "ALL_CAS", "ALL_SWITCHES", "ALL_ROUTERS", "SELF"})
_MEMBERSHIPS = frozenset({"full", "limited", "both"})
# Least and most of each flag's value: parse_group_flag of osm_prtn_config.c; MTUs and rates are those of ib_types.h.
_FLAGS: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "mtu": (1, 5),
        "rate": (2, 24),
        "sl": (0, 15),
        "scope": (1, 15),
        "Q_Key": (1, 0xFFFFFFFF),
        "TClass": (1, 0xFF),
        "FlowLabel": (0, 0xFFFFF),
    }
)
_BARE_FLAGS = frozenset({"ipoib", "indx0"})


def complaints(text: str) -> list[Complaint]:
    """Return what is wrong with a partitions.conf, in the order of its lines; empty: OpenSM reads it as it is meant.

    Parameters
    ----------
    text
        The whole file.
    """
    found = list(_lines(text))
    seen: dict[int, int] = {}
    for line, statement, closed in _statements(text):
        if not closed:
            found.append((line, "the definition has no `;` at its end"))
        found += [(line + offset, what) for offset, what in _definition(statement)]
        pkey = _pkey(statement)
        if pkey in seen:
            found.append((line, f"the P_Key {pkey:#06x} is defined in line {seen[pkey]}: OpenSM would join the two"))
        elif pkey is not None:
            seen[pkey] = line
    if DEFAULT_PKEY not in seen:
        found.append((1, "nothing defines the default partition 0x7fff: OpenSM would make every port a member"))
    return sorted(found)


def _lines(text: str) -> Iterator[Complaint]:
    for number, line in enumerate(text.split("\n"), 1):
        if len(line.encode()) > MAX_LINE_BYTES:
            yield number, f"more than {MAX_LINE_BYTES} characters: OpenSM would cut the line, and a GUID in two"
        if not line.isascii() or not line.replace("\t", " ").isprintable():
            yield number, "a character that is not printable ASCII"


def _statements(text: str) -> Iterator[tuple[int, str, bool]]:
    """Yield the line and the text of each definition, without comments, and whether a `;` ends it."""
    bare = "\n".join(line.partition("#")[0] for line in text.split("\n"))
    number = 1
    *complete, rest = bare.split(";")
    for statement, closed in [*((each, True) for each in complete), (rest, False)]:
        before = len(statement) - len(statement.lstrip())
        if closed or statement.strip():
            yield number + statement.count("\n", 0, before), statement.strip(), closed
        number += statement.count("\n")


def _pkey(statement: str) -> int | None:
    written = statement.partition(":")[0].partition(",")[0].partition("=")[2].strip()
    return int(written, 16) if _PKEY.fullmatch(written) else None


def _definition(statement: str) -> Iterator[Complaint]:
    head, colon, members = statement.partition(":")
    if not colon or "\n" in head:
        yield 0, "no `:` in the first line of the definition: an error that opens every port"
        return
    first, *flags = head.split(",")
    name, _, pkey = (part.strip() for part in first.partition("="))
    if not _NAME.fullmatch(name):
        yield 0, f"the name {name!r} is none: letters, digits, `_`, `.` and `-`, a letter first"
    if not _PKEY.fullmatch(pkey) or not 0 < int(pkey, 16) <= DEFAULT_PKEY:
        yield 0, f"the P_Key {pkey!r} is none of 0x0001 to 0x7fff: OpenSM would make one up, or cut it"
    for flag in flags:
        yield from ((0, what) for what in _flag(flag))
    line = 0
    for member in members.split(","):
        blank = len(member) - len(member.lstrip())
        yield from ((line + member.count("\n", 0, blank), what) for what in _member(member))
        line += member.count("\n")


def _flag(flag: str) -> Iterator[str]:
    word, equals, value = (part.strip() for part in flag.partition("="))
    if word in _BARE_FLAGS and not equals:
        return
    if word == "defmember":
        if value not in _MEMBERSHIPS:
            yield f"defmember={value}: OpenSM would pass it over; it is full, limited or both"
    elif word not in _FLAGS:
        yield f"the flag {flag.strip()!r}: OpenSM would pass it over, or take it for another that begins so"
    else:
        least, most = _FLAGS[word]
        if not _NUMBER.fullmatch(value) or not least <= int(value, 0 if value.startswith("0x") else 10) <= most:
            yield f"{word}={value}: OpenSM would pass it over; it is {least} to {most}"


def _member(member: str) -> Iterator[str]:
    port, _, membership = (part.strip() for part in member.partition("="))
    if port not in _EVERYBODY and (not _GUID.fullmatch(port) or not int(port, 16)):
        yield f"the port {port!r} is neither a GUID nor one of {', '.join(sorted(_EVERYBODY))}"
    if membership not in _MEMBERSHIPS:
        yield f"the membership of {port} is {membership!r}: OpenSM would make it limited; say full, limited or both"
