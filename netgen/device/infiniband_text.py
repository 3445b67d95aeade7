"""Turns what InfiniBand's devices are told into the words and numbers of subnet managers."""

import re
from collections.abc import Mapping
from typing import TypeVar

from netgen.cluster.infiniband import LANE_CODES, MTU_CODES, RATE_CODES

_NumberT = TypeVar("_NumberT", int, float)
_MARKS = re.compile(r'["#,:;=]')


def guid(number: int) -> str:
    """Write a GUID as subnet managers do: 1 is ``0x0000000000000001``."""
    return f"0x{number:016x}"


def pkey(number: int) -> str:
    """Write a P_Key: 257 is ``0x0101``."""
    return f"0x{number:04x}"


def mtu_code(size_bytes: int) -> int:
    """Return InfiniBand's number of an MTU: 4096 is 5.

    Raises
    ------
    ValueError
        If InfiniBand has no such MTU.
    """
    return _code(MTU_CODES, size_bytes, f"InfiniBand has no MTU of {size_bytes} bytes")


def rate_code(gbps: float) -> int:
    """Return InfiniBand's number of a rate: 400 is 21.

    Raises
    ------
    ValueError
        If InfiniBand has no such rate.
    """
    return _code(RATE_CODES, gbps, f"InfiniBand has no rate of {gbps} Gb/s")


def lane_code(lanes: int) -> int:
    """Return InfiniBand's number for a count of data lanes: 8 is 4.

    Raises
    ------
    ValueError
        If ports cannot have so many.
    """
    return _code(LANE_CODES, lanes, f"a port has no {lanes} data lanes")


def _code(codes: Mapping[_NumberT, int], number: _NumberT, otherwise: str) -> int:
    if number not in codes:
        raise ValueError(f"{otherwise}, only {', '.join(f'{one:g}' for one in codes)}")
    return codes[number]


def opensm_text(text: str) -> str:
    """Text without the marks that OpenSM's files are parted by: they have no way to quote one."""
    return _MARKS.sub("-", text)
