"""PFC headroom of a port, and how a chip's buffer is shared out.

A group of a port that is told to pause still receives what is on the cable, what the peer sends until it has read the
pause frame, and what is inside both ends. For that it keeps **headroom**; what it may fill before it pauses comes from
a **pool** that all groups share, up to a dynamic threshold (A. K. Choudhury and E. L. Hahne, "Dynamic Queue Length
Thresholds for Shared-Memory Packet Switches", IEEE/ACM Transactions on Networking 6(2), 1998).

Formula and constants: sonic-swss e6b0c5b5, cfgmgr/buffer_headroom_mellanox.lua and cfgmgr/buffer_pool_mellanox.lua;
what is known of a chip is in netgen/catalog/asics.
"""

from collections.abc import Iterable
from enum import StrEnum
from fractions import Fraction
from math import ceil

from netgen.catalog.asic import Asic, HeadroomFormula, HeadroomRow
from netgen.record import Record

FRAME_BYTES = 9216
"""Largest frame that a port of any platform may be set to take. Headroom is made for it, whatever the MTU of today:
so are the vendors' tables, and a neighbour's MTU may be raised before one's own."""
PAUSE_QUANTA = {10: 67, 25: 80, 40: 118, 50: 147, 100: 394, 200: 453, 400: 905, 800: 905}
"""Speed in Gb/s → quanta of 512 bits within which a peer stops (IEEE 802.3, 31B.3.7; 800G as in the script)."""
QUANTUM_BYTES = 64
METRES_PER_SECOND = 198_000_000
"""How fast a signal is on a cable."""
PARTS = 8 * METRES_PER_SECOND
"""Parts of a byte that are counted, so that what is on a cable is a whole number of them."""
SMALLEST_PACKET_BYTES = 64
UNIT_BYTES = 1024
"""Sizes are rounded up to whole KiB."""
UNKNOWN_CELL_FACTOR = 2
"""A packet one byte longer than a cell takes two: the worst of packets that are not smaller than a cell."""


class Basis(StrEnum):
    """How headroom is known."""

    FORMULA = "formula"
    """By the vendor's own formula."""
    TABLE = "table"
    """As the vendor ships it."""
    THUMB = "rule of thumb"
    """Reckoned without the vendor's constants: to be confirmed by somebody who has them."""


class Headroom(Record):
    """What a lossless group of a port keeps; sizes in bytes."""

    size_bytes: int
    """The group's own buffer, with the headroom where groups do not share it."""
    xon_bytes: int
    xoff_bytes: int
    """What may arrive after the pause."""
    xon_offset_bytes: int | None
    cable_m: int
    """The length that it is made for: the cable's own, or the next longer one that a table has."""
    basis: Basis


class PortClass(Record):
    """Ports of a switch that are alike."""

    count: int
    """As many as are laid out, whether or not they are cabled yet."""
    speed_gbps: int
    lanes: int
    groups: int
    """Lossless groups a port: one a lossless class."""
    headroom: Headroom
    """Of each lossless group."""

    @property
    def needed_bytes(self) -> int:
        """Headroom of all groups of all ports."""
        return self.count * self.groups * self.headroom.xoff_bytes


class BufferPlan(Record):
    """How a chip's buffer is shared out; sizes in bytes."""

    chip_bytes: int
    pool_bytes: int
    """What lossless groups share; not above zero: nothing is left."""
    reserved_bytes: int
    """What the chip keeps besides headroom: of it, only what is known."""
    headroom_pool_bytes: int | None
    """What all groups share as headroom; ``None``: each has its own."""
    oversubscription: Fraction
    """The most by which the groups' headroom may exceed `headroom_pool_bytes`."""
    alpha: Fraction
    """Dynamic threshold of a lossless group."""
    source: str
    """Whose numbers these are."""

    def threshold_bytes(self, groups: int) -> int:
        """Return what each of some congested lossless groups may hold before it pauses.

        In equilibrium each holds ``alpha`` times what is free, so ``T = alpha B / (1 + alpha n)``.
        """
        return int(self.alpha * max(self.pool_bytes, 0) / (1 + self.alpha * groups))


def headroom(speed_gbps: int, cable_m: int, mtu_bytes: int, asic: Asic, lanes: int = 4) -> Headroom:
    """Return what a lossless group of a port needs.

    Parameters
    ----------
    speed_gbps
        Of the port.
    cable_m
        Length of its cable.
    mtu_bytes
        The largest frame that either end may send.
    asic
        The chip.
    lanes
        Electrical lanes of the port; eight of them double the pipeline.
    """
    if asic.formula is not None:
        return _by_formula(asic.formula, speed_gbps, cable_m, mtu_bytes, _cell_factor(asic), lanes)
    rows = [row for row in asic.table if row.speed_gbps == speed_gbps]
    if not rows:
        return _by_thumb(speed_gbps, cable_m, mtu_bytes, _cell_factor(asic))
    fitting = next((row for row in rows if row.cable_m >= cable_m), None)
    if fitting is not None:
        return _by_row(fitting)
    return _beyond(rows[-1], cable_m, _cell_factor(asic))


def share(asic: Asic, platform: str, classes: Iterable[PortClass]) -> BufferPlan | None:
    """Return how the buffer is shared out among the ports of a switch; ``None`` where nothing is published."""
    ports = list(classes)
    if asic.reserve is not None and asic.buffer_bytes is not None and asic.alpha is not None:
        reserve = asic.reserve
        reserved = reserve.chip_bytes + sum(
            one.count * (reserve.port_of_eight_lanes_bytes if one.lanes == EIGHT else reserve.port_bytes)
            for one in ports
        )
        own = sum(one.count * one.groups * one.headroom.size_bytes for one in ports)
        free = int((asic.buffer_bytes - reserved - own) * reserve.share)
        source = f"by the formula for {asic.title}"
        return BufferPlan(asic.buffer_bytes, free, reserved, None, Fraction(1), asic.alpha, source)
    # of several speeds, the one that needs most headroom decides: what is shipped is for ports that are alike
    most = max(ports, key=lambda one: one.needed_bytes, default=None)
    found = None if most is None else asic.partition(platform, most.speed_gbps)
    if found is None or asic.buffer_bytes is None:
        return None
    return BufferPlan(
        asic.buffer_bytes,
        found.pool_bytes,
        0,
        found.headroom_bytes,
        found.oversubscription,
        found.alpha,
        found.source,
    )


EIGHT = 8
"""Lanes of a port that has two pipelines."""


def _by_formula(
    known: HeadroomFormula, speed_gbps: int, cable_m: int, mtu_bytes: int, cell_factor: int, lanes: int
) -> Headroom:
    eight = lanes == EIGHT
    near = mtu_bytes + known.mac_phy_bytes + _reaction(speed_gbps)
    arriving = near * PARTS + _on_cable(speed_gbps, cable_m) + speed_gbps * known.tile_ns * (PARTS // 8)
    exact = known.lossless_mtu_bytes * PARTS + arriving * cell_factor
    xon = known.pipeline_bytes * (2 if eight else 1)
    size = exact + (xon + (known.extra_of_eight_lanes_bytes if eight else 0)) * PARTS
    return Headroom(_rounded(size), _rounded(xon * PARTS), _rounded(exact), None, cable_m, Basis.FORMULA)


def _by_row(row: HeadroomRow) -> Headroom:
    return Headroom(row.size_bytes, row.xon_bytes, row.xoff_bytes, row.xon_offset_bytes, row.cable_m, Basis.TABLE)


def _beyond(row: HeadroomRow, cable_m: int, cell_factor: int) -> Headroom:
    """Extend a speed's longest row by what is on the rest of the cable."""
    more = _rounded(_on_cable(row.speed_gbps, cable_m - row.cable_m) * cell_factor)
    xoff = row.xoff_bytes + more
    return Headroom(row.size_bytes, row.xon_bytes, xoff, row.xon_offset_bytes, cable_m, Basis.THUMB)


def _by_thumb(speed_gbps: int, cable_m: int, mtu_bytes: int, cell_factor: int) -> Headroom:
    """A packet that leaves at either end, the cable there and back, and the peer's reaction, in whole cells."""
    near = 2 * mtu_bytes + _reaction(speed_gbps)
    xoff = _rounded((near * PARTS + _on_cable(speed_gbps, cable_m)) * cell_factor)
    return Headroom(xoff, 0, xoff, None, cable_m, Basis.THUMB)


def _on_cable(speed_gbps: int, cable_m: int) -> int:
    """What is under way there and back, in parts of a byte."""
    return 2 * cable_m * speed_gbps * 10**9


def _reaction(speed_gbps: int) -> int:
    """Bytes that a peer sends until it has paused; of a speed that the standard does not have, those of the next."""
    known = next((quanta for speed, quanta in PAUSE_QUANTA.items() if speed >= speed_gbps), None)
    fastest = max(PAUSE_QUANTA)
    quanta = ceil(PAUSE_QUANTA[fastest] * Fraction(speed_gbps, fastest)) if known is None else known
    return quanta * QUANTUM_BYTES


def _cell_factor(asic: Asic) -> int:
    """How much more buffer than bytes small packets take: each fills whole cells."""
    return UNKNOWN_CELL_FACTOR if asic.cell_bytes is None else ceil(Fraction(asic.cell_bytes, SMALLEST_PACKET_BYTES))


def _rounded(parts: int) -> int:
    return -(-parts // (PARTS * UNIT_BYTES)) * UNIT_BYTES
