"""The vendor's name of a port, from where it is in the chassis."""

from string import Formatter

from netgen.platforms.model import Platform, PortNames

FIELDS = ("cage", "cage0", "subport", "subport1", "half1", "part1", "lane", "lane1", "global_lane")
"""What a pattern may use: the cage (from 1, ``cage0`` from 0), the port in the cage (from 0, ``subport1`` from 1), the
half of the cage that it is in and its place there (from 1), the first lane of the port in the cage (``lane`` from 0,
``lane1`` from 1) and on the switch (from 0, cage after cage)."""

PORTS_OF_HALVES = 2
"""Ports of a cage each half of which is one."""

BUNDLE_FIELDS = ("number", "number0")
"""What the pattern of a bundle's name may use: its number from 1, or from 0."""


def pattern_fields(pattern: str, known: tuple[str, ...] = FIELDS) -> list[str] | None:
    """List the fields of a pattern, or return nothing if it is not one: a plain text with known ``{field}``s."""
    try:
        parsed = list(Formatter().parse(pattern))
    except ValueError:
        return None
    names = [name for _, name, spec, conversion in parsed if name is not None]
    plain = all(not spec and conversion is None for _, name, spec, conversion in parsed if name is not None)
    return names if plain and all(name in known for name in names) else None


def port_name(platform: Platform, *, cage: int, subport: int, lane: int, lanes_per_cage: int, breakout: int) -> str:
    """Name a port.

    Parameters
    ----------
    platform
        A platform that names its ports.
    cage
        On the front panel, from 1.
    subport
        Within the cage, from 0.
    lane
        First electrical lane within the cage, from 0.
    lanes_per_cage
        How many electrical lanes each cage has.
    breakout
        Into how many ports the cage is broken out; 1: not at all.

    Raises
    ------
    ValueError
        If the platform leaves names to the catalog.
    """
    if platform.ports is None:
        raise ValueError(f"platform {platform.name} does not name ports: the host's profile does")
    return fill(platform.ports, cage=cage, subport=subport, lane=lane, lanes_per_cage=lanes_per_cage, breakout=breakout)


def bundle_name(platform: Platform, number: int) -> str:
    """Name a bundle of ports by its number, from 1.

    Raises
    ------
    ValueError
        If the platform has no bundles.
    """
    if platform.bundles is None:
        raise ValueError(f"platform {platform.name} does not name bundles")
    return platform.bundles.format(number=number, number0=number - 1)


def fill(patterns: PortNames, *, cage: int, subport: int, lane: int, lanes_per_cage: int, breakout: int) -> str:
    """Name a port by a platform's patterns; the numbers are those of `port_name`."""
    pattern = patterns.whole if breakout == 1 else patterns.split
    if breakout > PORTS_OF_HALVES and patterns.parts is not None:
        pattern = patterns.parts
    in_half = max(breakout // 2, 1)
    return pattern.format(
        cage=cage,
        cage0=cage - 1,
        subport=subport,
        subport1=subport + 1,
        half1=subport // in_half + 1,
        part1=subport % in_half + 1,
        lane=lane,
        lane1=lane + 1,
        global_lane=(cage - 1) * lanes_per_cage + lane,
    )
