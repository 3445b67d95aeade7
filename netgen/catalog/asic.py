"""What is published of a switch chip's packet buffer; what is not is said in words: no rule guesses silently."""

from fractions import Fraction

from netgen.record import Record


class HeadroomFormula(Record):
    """Constants of the formula of headroom of `netgen.cluster.buffers`."""

    pipeline_bytes: int
    """What the chip still takes in before it acts on a threshold; twice that on a port of eight lanes."""
    mac_phy_bytes: int
    """What MAC and PHY hold."""
    tile_ns: int
    """How long a packet stays on a port's tile before it is counted."""
    lossless_mtu_bytes: int
    """The packet that is counted when the threshold is crossed."""
    extra_of_eight_lanes_bytes: int
    """What a group's own buffer has in addition on a port of eight lanes."""


class HeadroomRow(Record):
    """One row of a vendor's table of headroom; sizes in bytes."""

    speed_gbps: int
    cable_m: int
    """The longest cable that the row is for."""
    size_bytes: int
    xon_bytes: int
    xoff_bytes: int
    xon_offset_bytes: int | None


class Reserve(Record):
    """What a chip keeps besides headroom, before it shares the rest; sizes in bytes."""

    port_bytes: int
    """For each port of fewer than eight lanes."""
    port_of_eight_lanes_bytes: int
    chip_bytes: int
    """For the chip as a whole."""
    share: Fraction
    """Of what remains, what lossless groups may take."""


class Partition(Record):
    """How a buffer is shared out where a vendor publishes the result only; sizes in bytes."""

    platforms: tuple[str, ...]
    """Empty: whatever configures the chip."""
    speeds_gbps: tuple[int, ...]
    """Of the ports; empty: of any speed."""
    pool_bytes: int
    """What lossless groups share, without headroom."""
    headroom_bytes: int
    """The pool of headroom that all lossless groups share."""
    oversubscription: Fraction
    """The most by which the headroom of all groups may exceed that pool: what the vendor ships."""
    alpha: Fraction
    """Dynamic threshold of a lossless group: its share of what is free."""
    source: str


class Asic(Record):
    """A switch chip, as far as its buffer goes."""

    name: str
    title: str
    cell_bytes: int | None
    """A packet takes whole cells."""
    buffer_bytes: int | None
    alpha: Fraction | None
    """Dynamic threshold of a lossless group by default, where `reserve` is known."""
    formula: HeadroomFormula | None
    table: tuple[HeadroomRow, ...]
    """By speed and length."""
    reserve: Reserve | None
    partitions: tuple[Partition, ...]
    """The first that fits counts."""
    unpublished: tuple[tuple[str, str], ...]
    """What is not known (``buffer``, ``headroom``, ``pool``) → why, as it reads after "because"."""

    def partition(self, platform: str, speed_gbps: int) -> Partition | None:
        """Return how the buffer is shared out on a platform with ports of a speed."""
        for one in self.partitions:
            if (not one.platforms or platform in one.platforms) and (
                not one.speeds_gbps or speed_gbps in one.speeds_gbps
            ):
                return one
        return None

    def why_unknown(self, what: str) -> str:
        """Return why something is not known."""
        return dict(self.unpublished).get(what, f"the catalog says nothing of it for {self.title}")
