"""Quantities as people write them: ``400G``, ``500KB``, ``30m``, ``200ms``, ``20%``.

A quantity carries its unit. A bare number where a unit is due is refused with what it could have meant,
because 500 could be bytes or kilobytes, and only one of them stops a training run.
KB, MB and GB are powers of 1,000; KiB, MiB and GiB powers of 1,024 (IEC 80000-13).
"""

import ipaddress
import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, PlainValidator, WithJsonSchema

from netgen.record import Record

_BARE = re.compile(r"[0-9]{1,40}(\.[0-9]{1,20})?")
"""A number without a unit."""


def _quantity(noun: str, units: dict[str, int], *, minimum: int = 0, maximum: int) -> Callable[[object], int]:
    """Make a parser for whole quantities.

    Parameters
    ----------
    noun
        What is parsed, with its article.
    units
        Each with its size in the smallest one, whose size is 1; the first two are shown as examples.
    minimum, maximum
        In the smallest unit.
    """
    form = re.compile(r"([0-9]+(?:\.[0-9]+)?)(" + "|".join(map(re.escape, units)) + ")")
    known = ", ".join(units)
    smallest = min(units, key=units.__getitem__)

    def meant(bare: str) -> list[str]:
        sizes = {unit: Fraction(bare) * size for unit, size in list(units.items())[:2]}
        return [f"{bare}{unit}" for unit, size in sizes.items() if "." not in bare or size.denominator == 1]

    def parse(value: object) -> int:
        bare = str(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else ""
        if _BARE.fullmatch(bare) and (could_be := meant(bare)):
            raise ValueError(f"{bare} has no unit: {noun} is written as {' or '.join(could_be)}")
        match = form.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            raise ValueError(f"not {noun}: write a number and one of the units {known}")
        number, unit = match.groups()
        exact = Fraction(number) * units[unit]
        if exact.denominator != 1:
            raise ValueError(f"{value} is not a whole number of the smallest unit, {smallest}")
        if not minimum <= exact.numerator <= maximum:
            raise ValueError(f"{value} is outside {minimum}{smallest} to {maximum}{smallest}")
        return exact.numerator

    return parse


def _schema(example: str, pattern: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": f"^{pattern}$", "examples": [example]})


parse_speed = _quantity("a speed", {"G": 1}, minimum=1, maximum=1600)

SpeedGbps = Annotated[int, BeforeValidator(parse_speed), _schema("400G", "[0-9]+G")]
"""A port speed in Gb/s, written ``400G``."""

Bytes = Annotated[
    int,
    BeforeValidator(
        _quantity(
            "a size",
            {"KB": 1000, "KiB": 1024, "MB": 10**6, "MiB": 2**20, "GB": 10**9, "GiB": 2**30, "B": 1},
            maximum=2**40,
        )
    ),
    _schema("500KB", r"[0-9]+(\.[0-9]+)?([KMG]i?)?B"),
]
"""A size in bytes, written ``500KB`` or ``512KiB``."""

Metres = Annotated[
    int, BeforeValidator(_quantity("a length", {"m": 1}, minimum=1, maximum=40_000)), _schema("30m", "[0-9]+m")
]
"""A length in whole metres, written ``30m``."""

Milliseconds = Annotated[
    int,
    BeforeValidator(_quantity("a time", {"ms": 1, "s": 1000}, minimum=1, maximum=86_400_000)),
    _schema("200ms", "[0-9]+m?s"),
]
"""A time in milliseconds, written ``200ms`` or ``3s``."""

Percent = Annotated[int, BeforeValidator(_quantity("a share", {"%": 1}, maximum=100)), _schema("20%", "[0-9]{1,3}%")]
"""A whole percentage, written ``20%``."""


def parse_ratio(value: object) -> Fraction:
    """Read ``2:1``, ``1.5:1`` or ``3:2``, of at least one; raises ValueError with what is due."""
    match = _RATIO.fullmatch(value) if isinstance(value, str) else None
    ratio = Fraction(match[1]) / int(match[2]) if match else Fraction(0)
    if ratio < 1:
        raise ValueError("an oversubscription is written as a ratio of at least one, such as 1:1, 2:1 or 3:2")
    return ratio


_RATIO = re.compile(r"([1-9][0-9]{0,3}(?:\.[0-9]{1,6})?):([1-9][0-9]{0,3})")

Ratio = Annotated[
    Fraction, PlainValidator(parse_ratio), _schema("1:1", r"[1-9][0-9]{0,3}(\.[0-9]{1,6})?:[1-9][0-9]{0,3}")
]
"""Oversubscription, downlinks to uplinks, written ``2:1`` or ``3:2``."""


class Breakout(Record):
    """How a cage is divided: into how many ports, of which speed."""

    ports: int
    speed_gbps: int

    def __str__(self) -> str:
        return f"{self.ports}x{self.speed_gbps}G"


def parse_breakout(value: object) -> Breakout:
    """Read ``2x400G``; raises ValueError with what is due."""
    match = re.fullmatch(r"([1248])x([1-9][0-9]{0,3})G", value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("a breakout is written as ports x speed, such as 1x800G or 2x400G")
    return Breakout(int(match[1]), int(match[2]))


BreakoutMode = Annotated[Breakout, PlainValidator(parse_breakout), _schema("2x400G", "[1248]x[1-9][0-9]{0,3}G")]
"""A `Breakout`, written ``2x400G``."""


class IdRanges(Record):
    """A set of ids as ascending, disjoint, inclusive ranges; ids count from 1."""

    ranges: tuple[tuple[int, int], ...]

    def __iter__(self) -> Iterator[int]:
        for first, last in self.ranges:
            yield from range(first, last + 1)

    def __len__(self) -> int:
        return sum(last - first + 1 for first, last in self.ranges)

    def __contains__(self, number: int) -> bool:
        return any(first <= number <= last for first, last in self.ranges)

    @property
    def highest(self) -> int:
        """The greatest id; 0 of an empty set."""
        return self.ranges[-1][1] if self.ranges else 0


MAX_ID = 1_000_000
_RANGE = re.compile(r"([1-9][0-9]{0,6})(?:-([1-9][0-9]{0,6}))?")


def _parse_range(value: object) -> tuple[int, int]:
    if isinstance(value, bool) or not isinstance(value, str | int):
        # pydantic takes a ValueError for a finding, whatever its cause
        raise ValueError("ids are written as a number, a range or several: 7, 1-64, [1-30, 33-64]")  # noqa: TRY004
    text = str(value).strip()
    match = _RANGE.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no id or range of ids: they count from 1 and are written 7 or 1-64")
    first, last = int(match[1]), int(match[2] or match[1])
    if last < first or last > MAX_ID:
        raise ValueError(f"{text} is not an ascending range up to {MAX_ID}")
    return first, last


def parse_ids(value: object) -> IdRanges:
    """Read ``7``, ``1-64``, ``1-30,33-64`` or ``[1-30, 33-64]``; raises ValueError with what is due."""
    parts = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else [value]
    if not parts:
        raise ValueError("at least one id is due: 7, 1-64, [1-30, 33-64]")
    ranges = sorted(map(_parse_range, parts))
    for (_, end), (start, _) in pairwise(ranges):
        if start <= end:
            raise ValueError(f"id {start} is named twice")
    return IdRanges(tuple(ranges))


def _read_as_ids(key: str | int) -> str | int:
    parse_ids(key)
    return key


IdKey = Annotated[str | int, AfterValidator(_read_as_ids)]
"""A key that is an id, a range or several; it stays as it is written, by which it is found in its file."""

Ids = Annotated[
    IdRanges,
    PlainValidator(parse_ids),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer"},
                {"type": "string"},
                {"type": "array", "items": {"anyOf": [{"type": "integer"}, {"type": "string"}]}},
            ],
            "examples": ["1-64"],
        }
    ),
]
"""An `IdRanges`, written ``7``, ``1-64``, ``1-30,33-64`` or ``[1-30, 33-64]``."""


def _parse_subnet(value: object) -> ipaddress.IPv4Network:
    if not isinstance(value, str) or "/" not in value:
        raise ValueError("an IPv4 subnet is written as address/length, such as 10.0.0.0/12")
    try:
        return ipaddress.IPv4Network(value)
    except ipaddress.NetmaskValueError:
        raise ValueError(f"{value}: the length of an IPv4 prefix is 0 to 32") from None
    except ValueError as error:
        if "host bits" in str(error):
            right = ipaddress.IPv4Network(value, strict=False)
            raise ValueError(f"{value} is an address within a subnet; the subnet is {right}") from None
        raise ValueError(f"{value} is no IPv4 subnet") from None


Subnet = Annotated[
    ipaddress.IPv4Network, BeforeValidator(_parse_subnet), WithJsonSchema({"type": "string", "format": "ipv4-cidr"})
]
"""An IPv4 subnet, written ``10.0.0.0/12``; host bits are refused."""


def _parse_address(value: object) -> ipaddress.IPv4Address:
    try:
        if isinstance(value, str):
            return ipaddress.IPv4Address(value)
    except ValueError:
        pass
    raise ValueError("an IPv4 address is written as four numbers, such as 10.0.0.1")


Address = Annotated[
    ipaddress.IPv4Address, BeforeValidator(_parse_address), WithJsonSchema({"type": "string", "format": "ipv4"})
]
"""An IPv4 address."""
