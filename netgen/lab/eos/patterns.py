"""The little language in which the grammar's table writes a configuration line, and its matcher.

A pattern is a sequence of words. ``word`` stands for itself; ``<name:type>`` is a value, ``<+name:type>`` a value that
is part of the line's identity (a second ``neighbor 10.0.0.1 remote-as …`` replaces the first, one for another peer
does not); ``[ … ]`` is optional. A type is a range of integers (``68..9214``) or decimals (``0.01..60``), an
enumeration (``in|out``, ``=summary-only``) or one of the names in `_TYPES`.
"""

import ipaddress
import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

from msgspec import Struct, field

from netgen.lab.eos.policy import as_path_expression
from netgen.record import Record

_TOKEN = re.compile(
    r"<(?P<key>\+?)(?P<name>[a-z0-9-]+):(?P<type>[^>]+)>|(?P<open>\[)|(?P<close>\])|(?P<word>[^\s\[\]<>]+)"
)
_WHOLE = re.compile(r"[0-9]{1,10}")
_DECIMAL = re.compile(r"[0-9]{1,5}(\.[0-9]{1,5})?")
_RANGE = re.compile(r"(?P<low>[0-9]+(\.[0-9]+)?)\.\.(?P<high>[0-9]+(\.[0-9]+)?)")
_DOTTED_ASN = re.compile(r"([0-9]{1,5})\.([0-9]{1,5})")
_ETHERNET = re.compile(r"Ethernet[0-9]{1,3}(/[0-9]{1,3}){0,2}")
_WORD = re.compile(r"[!-~]+")
_NAME = re.compile(r"[A-Za-z0-9_][!-~]*")
_COMMUNITY = re.compile(r"([0-9]{1,5}):([0-9]{1,5})")

Checker: TypeAlias = Callable[[str], str | None]


def _number(low: str, high: str) -> Checker:
    """Return the check of a number between two bounds, both included; it drops leading and trailing zeros."""
    if "." not in low + high:
        lowest, highest = int(low), int(high)
        return lambda text: str(int(text)) if _WHOLE.fullmatch(text) and lowest <= int(text) <= highest else None
    return lambda text: (
        f"{float(text):g}" if _DECIMAL.fullmatch(text) and float(low) <= float(text) <= float(high) else None
    )


def _one_of(words: frozenset[str]) -> Checker:
    return lambda text: text if text in words else None


def _matching(shape: re.Pattern[str]) -> Checker:
    return lambda text: text if shape.fullmatch(text) else None


def _address(kind: Callable[[str], object]) -> Checker:
    """Return the check that `kind`, a class of the standard library, accepts the text; its own spelling is kept."""

    def check(text: str) -> str | None:
        try:
            return str(kind(text))
        except ValueError:
            return None

    return check


def _with_length(check: Checker) -> Checker:
    """Refuse an address that carries no prefix length."""
    return lambda text: check(text) if _WHOLE.fullmatch(text.partition("/")[2]) else None


def _asn(text: str) -> str | None:
    """Accept a 32-bit AS number in either notation of RFC 5396; EOS shows asplain unless told otherwise."""
    if dotted := _DOTTED_ASN.fullmatch(text):
        high, low = int(dotted[1]), int(dotted[2])
        return str((high << 16) + low) if high <= 0xFFFF and low <= 0xFFFF and high + low else None
    if _WHOLE.fullmatch(text) and 1 <= int(text) <= 0xFFFFFFFF:
        return str(int(text))
    return None


def _community(text: str) -> str | None:
    parts = _COMMUNITY.fullmatch(text)
    return text if parts and int(parts[1]) <= 0xFFFF and int(parts[2]) <= 0xFFFF else None


def _regex(text: str) -> str | None:
    """Accept a regular expression on AS paths, in which ``_`` is a boundary."""
    try:
        as_path_expression(text)
    except re.error:
        return None
    return text


def _peer(text: str) -> str | None:
    """Accept the address of a neighbour, or else the name of a peer group."""
    return _address(ipaddress.ip_address)(text) or (text if _NAME.fullmatch(text) and text != "interface" else None)


def _numbers(low: int, high: int) -> Checker:
    """Return the check of `1,3-5`, the spelling of many numbers in one word."""

    def check(text: str) -> str | None:
        found: set[int] = set()
        for part in text.split(","):
            first, _, last = part.partition("-")
            ends = (first, last or first)
            if not all(_WHOLE.fullmatch(end) and low <= int(end) <= high for end in ends):
                return None
            found.update(range(int(ends[0]), int(ends[1]) + 1))
        return " ".join(map(str, sorted(found))) or None

    return check


def _rest(text: str) -> str | None:
    return text if text.isprintable() else None


_TYPES: Mapping[str, Checker] = {
    "word": _matching(_WORD),
    "name": _matching(_NAME),
    "ethernet": _matching(_ETHERNET),
    "bundle": _matching(re.compile(r"Port-Channel([1-9][0-9]{0,2}|1[0-9]{3}|2000)")),
    "loopback": _matching(re.compile(r"Loopback([0-9]{1,3}|1000)")),
    "svi": _matching(re.compile(r"Vlan([1-9][0-9]{0,2}|[1-3][0-9]{3}|40([0-8][0-9]|9[0-4]))")),
    "management": _matching(re.compile(r"Management[0-9](/[0-9])?")),
    "port": _matching(
        re.compile(rf"{_ETHERNET.pattern}|Loopback[0-9]{{1,4}}|Vlan[0-9]{{1,4}}|Management[0-9](/[0-9])?")
    ),
    "ipv4": _address(ipaddress.IPv4Address),
    "ipv4-interface": _with_length(_address(ipaddress.IPv4Interface)),
    "ipv4-prefix": _with_length(_address(ipaddress.IPv4Network)),
    "ipv6-interface": _with_length(_address(ipaddress.IPv6Interface)),
    "ipv6-prefix": _with_length(_address(ipaddress.IPv6Network)),
    "ip": _address(ipaddress.ip_address),
    "peer": _peer,
    "asn": _asn,
    "community": _community,
    "regex": _regex,
    # alpha of a shared buffer, from 1/64 to 8: aristanetworks/avd, schema of platform_trident
    "alpha": _matching(re.compile(r"[1-9]|[1-9]/[1-9][0-9]{0,2}")),
    # aristanetworks/avd, schema of ethernet_interfaces[].speed; 400g-4 and 800g-8 as pyavd 6.4.0 renders them
    "speed": _matching(re.compile(r"((auto|forced) )?([0-9]+full|(10|25|40|50|100|200|400|800)g(full|-[1248])?)|auto")),
    "sha512": _matching(re.compile(r"\$6\$[!-~]+")),
}


def checker(kind: str) -> Checker:
    """Return the function that accepts, and normalises, one value of a type.

    Raises
    ------
    ValueError
        The grammar's table names a type that there is not.
    """
    if kind in _TYPES:
        return _TYPES[kind]
    if bounds := _RANGE.fullmatch(kind):
        return _number(bounds["low"], bounds["high"])
    if kind.startswith("numbers "):
        low, _, high = kind.removeprefix("numbers ").partition("..")
        return _numbers(int(low), int(high))
    if "|" in kind or kind.startswith("="):
        return _one_of(frozenset(kind.removeprefix("=").split("|")))
    raise ValueError(f"no type of value is called {kind!r}")


class Word(Record):
    """A word that stands for itself."""

    text: str


class Value(Record):
    """A place for a value; `many` lets it take all the words that are left."""

    name: str
    check: Checker
    key: bool
    many: bool
    """``rest`` takes every remaining word, ``speed`` and number lists several."""


Element: TypeAlias = "Word | Value | tuple[Element, ...]"


class Attempt(Struct):
    """How far a line got before no pattern could follow it; for the message of EOS, which names the token."""

    furthest: int = 0


class Pattern(Record):
    """A parsed pattern."""

    text: str
    elements: tuple[Element, ...]
    literal_count: int = field(default=0)

    def match(self, tokens: tuple[str, ...], attempt: Attempt) -> dict[str, str] | None:
        """Return the normalised values by name if the whole line fits, else None."""
        return _match(self.elements, tokens, 0, attempt, {})

    def key_names(self) -> tuple[str, ...]:
        """Return the names of the values that are part of the line's identity."""
        return tuple(element.name for element in _flat(self.elements) if isinstance(element, Value) and element.key)

    def render(self, values: Mapping[str, str]) -> str:
        """Write the line again, from normalised values."""
        return " ".join(_words(self.elements, values))

    def stem(self, last: str) -> "Pattern":
        """Return what identifies the line, for `no …`: up to the value `last`, or to the first that is no key."""
        kept: list[Element] = []
        for element in self.elements:
            if isinstance(element, tuple) or (isinstance(element, Value) and not element.key):
                break
            kept.append(element)
            if isinstance(element, Value) and element.name == last:
                break
        return Pattern(self.text, (*kept, (Value("ignored", _rest, key=False, many=True),)))


def _match(
    elements: tuple[Element, ...], tokens: tuple[str, ...], at: int, attempt: Attempt, values: dict[str, str]
) -> dict[str, str] | None:
    attempt.furthest = max(attempt.furthest, at)
    if not elements:
        return values if at == len(tokens) else None
    head, tail = elements[0], elements[1:]
    if isinstance(head, tuple):
        taken = _match((*head, *tail), tokens, at, attempt, dict(values))
        return taken if taken is not None else _match(tail, tokens, at, attempt, values)
    if at == len(tokens):
        return None
    if isinstance(head, Word):
        return _match(tail, tokens, at + 1, attempt, values) if tokens[at] == head.text else None
    longest = len(tokens) if head.many else at + 1
    for end in range(longest, at, -1):
        accepted = head.check(" ".join(tokens[at:end]))
        if accepted is not None:
            found = _match(tail, tokens, end, attempt, {**values, head.name: accepted})
            if found is not None:
                return found
    return None


def _flat(elements: tuple[Element, ...]) -> list[Word | Value]:
    found: list[Word | Value] = []
    for element in elements:
        if isinstance(element, tuple):
            found.extend(_flat(element))
        else:
            found.append(element)
    return found


def _words(elements: tuple[Element, ...], values: Mapping[str, str]) -> list[str]:
    words: list[str] = []
    for element in elements:
        if isinstance(element, tuple):
            inside = [part.name for part in _flat(element) if isinstance(part, Value)]
            if all(name in values for name in inside):
                words.extend(_words(element, values))
        else:
            words.append(element.text if isinstance(element, Word) else values[element.name])
    return words


def _value(name: str, kind: str, *, key: bool) -> Value:
    if kind == "rest":
        return Value(name, _rest, key=key, many=True)
    if kind.startswith("numbers "):
        one = checker(kind)
        return Value(name, lambda text: one(text.replace(" ", ",")), key=key, many=True)
    return Value(name, checker(kind), key=key, many=kind == "speed")


def parse(text: str) -> Pattern:
    """Parse one pattern of the grammar's table.

    Raises
    ------
    ValueError
        The brackets do not match, an option holds no value (what was written could not be told again), or a type is
        not known.
    """
    stack: list[list[Element]] = [[]]
    literals = 0
    for token in _TOKEN.finditer(text):
        if token["open"]:
            stack.append([])
        elif token["close"]:
            if len(stack) == 1:
                raise ValueError(f"unbalanced ']' in the pattern {text!r}")
            option = tuple(stack.pop())
            if not any(isinstance(part, Value) for part in _flat(option)):
                raise ValueError(f"an option of {text!r} holds no value")
            stack[-1].append(option)
        elif token["word"]:
            literals += 1
            stack[-1].append(Word(token["word"]))
        else:
            stack[-1].append(_value(token["name"], token["type"], key=bool(token["key"])))
    if len(stack) != 1:
        raise ValueError(f"unbalanced '[' in the pattern {text!r}")
    return Pattern(text, tuple(stack[0]), literals)
