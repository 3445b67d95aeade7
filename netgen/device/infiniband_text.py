"""Turns what InfiniBand's devices are told into the words and numbers of subnet managers."""

import re

from netgen.cluster.infiniband import LANE_CODES, MTU_CODES, RATE_CODES

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
    if size_bytes not in MTU_CODES:
        raise ValueError(f"InfiniBand has no MTU of {size_bytes} bytes, only {', '.join(map(str, MTU_CODES))}")
    return MTU_CODES[size_bytes]


def rate_code(gbps: float) -> int:
    """Return InfiniBand's number of a rate: 400 is 21.

    Raises
    ------
    ValueError
        If InfiniBand has no such rate.
    """
    if gbps not in RATE_CODES:
        raise ValueError(f"InfiniBand has no rate of {gbps} Gb/s, only {', '.join(f'{rate:g}' for rate in RATE_CODES)}")
    return RATE_CODES[gbps]


def lane_code(lanes: int) -> int:
    """Return InfiniBand's number for a count of data lanes: 8 is 4.

    Raises
    ------
    ValueError
        If ports cannot have so many.
    """
    if lanes not in LANE_CODES:
        raise ValueError(f"a port has no {lanes} data lanes, only {', '.join(map(str, LANE_CODES))}")
    return LANE_CODES[lanes]


def opensm_text(text: str) -> str:
    """Text without the marks that OpenSM's files are parted by: they have no way to quote one."""
    return _MARKS.sub("-", text)
