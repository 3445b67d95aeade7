"""Turns the integers of a device into the text that configurations are made of."""

import re
from collections.abc import Iterable
from functools import lru_cache

_IPV4 = 0xFFFFFFFF
_OCTETS = tuple(map(str, range(256)))
_DIGITS = re.compile("([0-9]+)")
_WORD = re.compile(r"[A-Za-z0-9_./:@%+,=~-]+")


def ipv4(address: int) -> str:
    """Dotted quad of an IPv4 address: ``167772161`` is ``10.0.0.1``."""
    # looked up: every port has its address, and to write a number takes longer than to find it written
    octets = _OCTETS
    return f"{octets[address >> 24]}.{octets[address >> 16 & 255]}.{octets[address >> 8 & 255]}.{octets[address & 255]}"


@lru_cache(maxsize=256)
def network(address: int, length: int) -> str:
    """Prefix that an address lies in: ``10.0.0.1`` and 8 are ``10.0.0.0/8``."""
    return f"{ipv4(address & _IPV4 << 32 - length & _IPV4)}/{length}"


def netmask(length: int) -> str:
    """Dotted mask of a prefix length: 31 is ``255.255.255.254``."""
    return ipv4(_IPV4 << 32 - length & _IPV4)


def by_number(addresses: Iterable[str]) -> list[str]:
    """Addresses in the order of their numbers: ``10.0.0.9`` before ``10.0.0.10``."""
    # text and numbers take turns, so that like is compared with like
    return sorted(addresses, key=lambda text: [int(p) if i % 2 else p for i, p in enumerate(_DIGITS.split(text))])


def seconds(milliseconds: int) -> str:
    """Milliseconds as seconds, with no more decimals than needed: 200 is ``0.2``, 1000 is ``1``."""
    whole, rest = divmod(milliseconds, 1000)
    return f"{whole}.{rest:03d}".rstrip("0").rstrip(".")


def bits(number: int, width: int) -> str:
    """Binary digits of a number: 26 in six bits is ``011010``."""
    return f"{number:0{width}b}"


def units(amount: int, unit: int) -> int:
    """How many units come closest to an amount, halves up: 700 in units of 500 is 1, and 750 is 2."""
    return (2 * amount + unit) // (2 * unit)


def quoted(text: str) -> str:
    """Text in double quotes unless it is one plain word; what would end the quotes is escaped by a backslash."""
    if _WORD.fullmatch(text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def kilobytes(size_bytes: int) -> int:
    """Bytes as kilobytes of 1,000: 500000 is 500; raises ValueError as `multiple` does."""
    return multiple(size_bytes, 1000)


def multiple(number: int, unit: int) -> int:
    """How many times a unit: 400 is 4 times 100.

    Raises
    ------
    ValueError
        If it is not a whole number of times: a rounded number would be another one than was asked for.
    """
    times, rest = divmod(number, unit)
    if rest:
        raise ValueError(f"{number} is not a multiple of {unit}")
    return times


def rate(mbps: int) -> str:
    """Rate as iproute2 writes it: 20,000 Mb/s is ``20Gbit``, 2,500 is ``2500Mbit``, 0 is ``0bit``."""
    if mbps == 0:
        return "0bit"
    return f"{mbps // 1000}Gbit" if mbps % 1000 == 0 else f"{mbps}Mbit"


def within(value: int, least: int, most: int) -> int:
    """Return the number of a range that is nearest to a value."""
    return max(least, min(value, most))
