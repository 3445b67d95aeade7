"""The types of value that stand in the tables of `nxos.yaml`, `junos.yaml` and `cumulus.yaml`.

A type is a range of integers (``0..63``), an enumeration (``in|out``), ``numbers 0..63`` (one word such as
``1,3-5``), ``many TYPE`` (one value, or several in ``[ … ]``), or a name: ``rest`` is all that is left, ``policies``,
``ethernets`` and ``as-ranges`` take several words, and the others stand in `_NAMED`.
"""

import ipaddress
import re
from collections.abc import Callable, Iterator
from typing import TypeAlias

Ends: TypeAlias = Callable[[tuple[str, ...], int], Iterator[int]]
"""Given the words of a statement and a position: where a value that begins there can end."""
_Check: TypeAlias = Callable[[str], bool]

_WHOLE = re.compile(r"0|[1-9][0-9]{0,9}")
_BOUNDS = re.compile(r"(?P<low>[0-9]+)\.\.(?P<high>[0-9]+)")
_DOTTED = re.compile(r"([1-9][0-9]{0,4})\.(0|[1-9][0-9]{0,4})")
_RATE = re.compile(r"([1-9][0-9]*(?:\.[0-9]+)?)([kmg]?)")
_TIMES = {"": 1, "k": 1000, "m": 1_000_000, "g": 1_000_000_000}
_DNS = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
_SECRET = r"@secret:[a-z0-9][a-z0-9/_-]*@"
"""What stands for a secret in all that is rendered (docs/architecture.md)."""


def _number(low: int, high: int) -> _Check:
    return lambda word: _WHOLE.fullmatch(word) is not None and low <= int(word) <= high


def _like(shape: str) -> _Check:
    compiled = re.compile(shape)
    return lambda word: compiled.fullmatch(word) is not None


def _numbers(low: int, high: int) -> _Check:
    """Return the check of ``1,3-5``: ascending, each within the bounds."""

    def check(word: str) -> bool:
        last = low - 1
        for part in word.split(","):
            first, dash, end = part.partition("-")
            for text in (first, end) if dash else (first,):
                if not _WHOLE.fullmatch(text) or not last < int(text) <= high:
                    return False
                last = int(text)
        return True

    return check


def _of(kind: Callable[[str], object]) -> _Check:
    """Return the check that a class of `ipaddress` takes the word, with its length if it has a place for one."""

    def check(word: str) -> bool:
        try:
            kind(word)
        except ValueError:
            return False
        return True

    return check


def _with_length(kind: Callable[[str], object]) -> _Check:
    taken = _of(kind)
    return lambda word: _WHOLE.fullmatch(word.partition("/")[2]) is not None and taken(word)


def _asn(word: str) -> bool:
    """Accept a 32-bit AS number, plain or dotted (RFC 5396)."""
    if dotted := _DOTTED.fullmatch(word):
        return int(dotted[1]) <= 0xFFFF and int(dotted[2]) <= 0xFFFF
    return _number(1, 0xFFFFFFFF)(word)


def _as_numbers(word: str) -> bool:
    """Accept an AS number, or a range of plain ones such as ``65000-65999``."""
    first, dash, last = word.partition("-")
    if not dash:
        return _asn(word)
    return _number(1, 0xFFFFFFFE)(first) and _number(int(first) + 1, 0xFFFFFFFF)(last)


def _regex(word: str) -> bool:
    """Accept a quoted regular expression; ``_`` is a boundary between AS numbers."""
    if len(word) < 3 or word[0] != '"' or word[-1] != '"':
        return False
    try:
        re.compile(word[1:-1])
    except re.error:
        return False
    return True


def _bare_regex(word: str) -> bool:
    """Accept a regular expression without quotes."""
    return _regex(f'"{word}"')


def _host(word: str) -> bool:
    """Accept an address, or a name of DNS that neither looks like one out of range nor is what follows a host."""
    return _of(ipaddress.ip_address)(word) or (_DNS.fullmatch(word) is not None and word not in {"prefer", "use-vrf"})


def _rate(word: str) -> bool:
    """Accept bits per second; transmit-rate in Juniper's CLI reference: 3200 at least, k, m and g multiply by 1000."""
    match = _RATE.fullmatch(word)
    return match is not None and float(match[1]) * _TIMES[match[2]] >= 3200


_BARE = r"[A-Za-z0-9_][^\s\"{};\[\]()]*"
_SWP = r"swp[1-9][0-9]{0,2}(s[0-7])?"
_ETHERNET = r"Ethernet[1-9][0-9]{0,2}(/[1-9][0-9]{0,2}){1,2}"
_ET = r"et-[0-9]{1,2}/[0-9]{1,2}/[0-9]{1,3}(:[0-7])?"

_NAMED: dict[str, _Check] = {
    "word": _like(r"[!-~]+"),
    "name": _like(r"[A-Za-z0-9_][A-Za-z0-9_.:/+-]*"),
    "asn": _asn,
    "as-numbers": _as_numbers,
    "mac": _like(r"([0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}|([0-9a-fA-F]{4}\.){2}[0-9a-fA-F]{4}"),
    "ipv4": _of(ipaddress.IPv4Address),
    "ipv6": _of(ipaddress.IPv6Address),
    "ip": _of(ipaddress.ip_address),
    "ipv4-prefix": _with_length(ipaddress.IPv4Network),
    "ipv6-prefix": _with_length(ipaddress.IPv6Network),
    "prefix": _with_length(ipaddress.ip_network),
    "ipv4-interface": _with_length(ipaddress.IPv4Interface),
    "ipv6-interface": _with_length(ipaddress.IPv6Interface),
    "host": _host,
    "release": _like(r"[0-9]+\.[0-9]+\([0-9.]+\)[A-Z]?"),
    "hash": _like(rf"\$(5|6|nx-scrypt|nx-pbkdf2)\$[!-~]+|{_SECRET}"),
    "secret": _like(r"[!-~]+"),
    "whole-hours": _like(r"-?(1[0-2]|[0-9])"),
    "key-blob": _like(r"AAAA[A-Za-z0-9+/]{16,}={0,2}"),
    "secret-token": _like(_SECRET),
    # NX-OS
    "ethernet": _like(_ETHERNET),
    "port": _like(rf"{_ETHERNET}|mgmt0|loopback[0-9]{{1,4}}|Vlan[1-9][0-9]{{0,3}}|port-channel[1-9][0-9]{{0,3}}"),
    "loopback": lambda word: word.startswith("loopback") and _number(0, 1023)(word.removeprefix("loopback")),
    "vlan-interface": lambda word: word.startswith("Vlan") and _number(1, 4094)(word.removeprefix("Vlan")),
    "port-channel": lambda word: (
        word.startswith("port-channel") and _number(1, 4096)(word.removeprefix("port-channel"))
    ),
    "regex": _regex,
    # NVUE
    "swp": _like(_SWP),
    "nvue-interface": _like(
        rf"{_SWP}|eth[01]|lo|bond[1-9][0-9]{{0,3}}|vlan[1-9][0-9]{{0,3}}|peerlink(\.4094)?|{_SWP}\.[1-9][0-9]{{0,3}}"
    ),
    "policy-name": _like(r"[A-Za-z][A-Za-z0-9_-]*"),
    "bare-regex": _bare_regex,
    "base64": _like(r"[A-Za-z0-9+/]{4,}={0,2}"),
    "ssh-key-name": _like(r"[A-Za-z0-9][A-Za-z0-9._@-]*"),
    # Junos: a word, or anything in quotes
    "text": _like(rf'"[^"]*"|{_BARE}'),
    # six bits, or one of the aliases that Junos brings along: CLI reference, code-point-aliases
    "code-point-6": _like(r"[01]{6}|ef|be|nc[12]|cs[1-7]|af[1-4][1-3]"),
    "code-point-3": _like(r"[01]{3}"),
    "et": _like(_ET),
    "et-wildcard": _like(rf"{_ET}|et-\*|et-[0-9*]+/[0-9*]+/[0-9*]+(:[0-9*]+)?|ae[0-9]{{1,4}}|ae\*"),
    "unit-of": _like(rf"({_ET}|ae[0-9]{{1,4}}|lo0|irb|(re0:)?mgmt-[01]|em[01])\.[0-9]{{1,5}}"),
    "ae": _like(r"ae[0-9]{1,4}"),
    "rate": _rate,
    "crypt": _like(rf'"(\$(1|5|6)\$[^"\s]+|{_SECRET})"'),
    "public-key": _like(rf'"((ssh|ecdsa|sk)-[a-z0-9-]+ [A-Za-z0-9+/=]+( [^"]*)?|{_SECRET})"'),
    # a community, one with a name (RFC 1997), or a route target
    "community": _like(r"(target:)?(0|[1-9][0-9]{0,9}L?):(0|[1-9][0-9]{0,9})|no-advertise|no-export|no-peer"),
    "evolved": _like(r"[0-9]{2}\.[0-9](R[0-9]+|X[0-9]+-D[0-9]+)(-S[0-9]+)?\.[0-9]+-EVO"),
    "length-range": _like(r"/(12[0-8]|1[01][0-9]|[1-9]?[0-9])-/(12[0-8]|1[01][0-9]|[1-9]?[0-9])"),
    "upto-length": _like(r"/(12[0-8]|1[01][0-9]|[1-9]?[0-9])"),
}


def _rest(tokens: tuple[str, ...], at: int) -> Iterator[int]:
    if at < len(tokens):
        yield len(tokens)


def _ethernets(tokens: tuple[str, ...], at: int) -> Iterator[int]:
    """Accept ports with commas between them, whether or not blanks stand around the commas."""
    ports = "".join(tokens[at:]).split(",")
    if all(_NAMED["ethernet"](port) for port in ports) and len(set(ports)) == len(ports):
        yield len(tokens)


def _as_ranges(tokens: tuple[str, ...], at: int) -> Iterator[int]:
    """Accept AS numbers and ranges of them, with a comma and a blank between two."""
    ranges = " ".join(tokens[at:]).split(", ")
    if all(map(_as_numbers, ranges)):
        yield len(tokens)


def _policies(tokens: tuple[str, ...], at: int) -> Iterator[int]:
    """Accept a policy, a list of them, or an expression in parentheses (type `policy-algebra` of Juniper's models)."""
    name = _NAMED["name"]
    if at < len(tokens) and tokens[at] == "(":
        depth, operand = 0, True
        for end in range(at, len(tokens)):
            word = tokens[end]
            if word == "(" and operand:
                depth += 1
            elif word == ")" and not operand:
                depth -= 1
                if depth == 0:
                    yield end + 1
                    return
            elif word in {"&&", "||"} and not operand:
                operand = True
            elif word not in {"&&", "||", "(", ")"} and operand and name(word.removeprefix("!")):
                operand = False
            else:
                return
        return
    yield from _many(name)(tokens, at)


def _many(check: _Check) -> Ends:
    def ends(tokens: tuple[str, ...], at: int) -> Iterator[int]:
        if at >= len(tokens):
            return
        if tokens[at] != "[":
            if check(tokens[at]):
                yield at + 1
        elif "]" in tokens[at:]:
            end = tokens.index("]", at)
            members = tokens[at + 1 : end]
            if len(members) > 1 and len(set(members)) == len(members) and all(map(check, members)):
                yield end + 1

    return ends


def _one(check: _Check) -> Ends:
    def ends(tokens: tuple[str, ...], at: int) -> Iterator[int]:
        if at < len(tokens) and check(tokens[at]):
            yield at + 1

    return ends


_WORDS: dict[str, Ends] = {"rest": _rest, "policies": _policies, "ethernets": _ethernets, "as-ranges": _as_ranges}


def _check(kind: str) -> _Check:
    if kind in _NAMED:
        return _NAMED[kind]
    if bounds := _BOUNDS.fullmatch(kind):
        return _number(int(bounds["low"]), int(bounds["high"]))
    if kind.startswith("numbers ") and (bounds := _BOUNDS.fullmatch(kind.removeprefix("numbers "))):
        return _numbers(int(bounds["low"]), int(bounds["high"]))
    if "|" in kind:
        words = frozenset(kind.split("|"))
        return words.__contains__
    raise ValueError(f"no type of value is called {kind!r}")


def value(kind: str) -> Ends:
    """Return where a value of a type can end.

    Raises
    ------
    ValueError
        A table names a type that there is not.
    """
    if kind in _WORDS:
        return _WORDS[kind]
    if kind.startswith("many "):
        return _many(_check(kind.removeprefix("many ")))
    return _one(_check(kind))
