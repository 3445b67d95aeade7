"""Reads the catalog's files of switch chips."""

from fractions import Fraction
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from netgen.catalog.asic import Asic, HeadroomFormula, HeadroomRow, Partition, Reserve
from netgen.intent.network import Model
from netgen.intent.quantities import Bytes, Metres, SpeedGbps


def _fraction(value: object) -> Fraction:
    try:
        found = Fraction(str(value))
    except (ValueError, ZeroDivisionError):
        found = Fraction(0)
    if found <= 0:
        raise ValueError("write a number or a fraction above zero, such as 1 or 1/8")
    return found


Ratio = Annotated[Fraction, BeforeValidator(_fraction)]


class _Formula(Model):
    pipeline: Bytes
    mac_phy: Bytes
    tile_ns: Annotated[int, Field(ge=0)]
    lossless_mtu: Bytes
    extra_of_eight_lanes: Bytes


class _Row(Model):
    speed: SpeedGbps
    cable: Metres
    size: Bytes
    xon: Bytes
    xoff: Bytes
    xon_offset: Bytes | None = None


class _Reserve(Model):
    port: Bytes
    port_of_eight_lanes: Bytes
    chip: Bytes
    share: Ratio


class _Partition(Model):
    platforms: list[str] = Field(default_factory=list)
    speeds: list[SpeedGbps] = Field(default_factory=list)
    pool: Bytes
    headroom: Bytes
    oversubscription: Ratio = Fraction(1)
    alpha: Ratio
    source: str


class AsicEntry(Model):
    """A file of ``catalog/asics``."""

    title: str
    cell: Bytes | None = None
    buffer: Bytes | None = None
    alpha: Ratio | None = None
    formula: _Formula | None = None
    table: list[_Row] = Field(default_factory=list)
    """What is shipped, by speed and longest cable."""
    reserve: _Reserve | None = None
    partitions: list[_Partition] = Field(default_factory=list)
    unpublished: dict[Literal["buffer", "headroom", "pool"], str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _within_the_buffer(self) -> Self:
        if self.reserve is not None and (self.buffer is None or self.alpha is None):
            raise ValueError("`reserve` needs `buffer` and `alpha`")
        for one in self.partitions:
            if self.buffer is None or one.pool + one.headroom > self.buffer:
                has = "not given" if self.buffer is None else f"{self.buffer} B"
                raise ValueError(f"a partition shares out {one.pool + one.headroom} B; `buffer` is {has}")
        return self


def read_asic(name: str, data: object) -> Asic:
    """Make a chip from what its file says.

    Raises
    ------
    pydantic.ValidationError
        If the file is not what it must be.
    """
    entry = AsicEntry.model_validate(data)
    rows = [HeadroomRow(row.speed, row.cable, row.size, row.xon, row.xoff, row.xon_offset) for row in entry.table]
    formula, reserve = entry.formula, entry.reserve
    return Asic(
        name=name,
        title=entry.title,
        cell_bytes=entry.cell,
        buffer_bytes=entry.buffer,
        alpha=entry.alpha,
        formula=None
        if formula is None
        else HeadroomFormula(
            formula.pipeline, formula.mac_phy, formula.tile_ns, formula.lossless_mtu, formula.extra_of_eight_lanes
        ),
        table=tuple(sorted(rows, key=lambda row: (row.speed_gbps, row.cable_m))),
        reserve=None
        if reserve is None
        else Reserve(reserve.port, reserve.port_of_eight_lanes, reserve.chip, reserve.share),
        partitions=tuple(
            Partition(tuple(p.platforms), tuple(p.speeds), p.pool, p.headroom, p.oversubscription, p.alpha, p.source)
            for p in entry.partitions
        ),
        unpublished=tuple(sorted(entry.unpublished.items())),
    )


def undescribed(name: str) -> Asic:
    """Return a chip of which the catalog has no file: nothing is known of it, and everything says why."""
    why = f"catalog/asics has no {name}.yaml"
    return Asic(
        name=name,
        title=name,
        cell_bytes=None,
        buffer_bytes=None,
        alpha=None,
        formula=None,
        table=(),
        reserve=None,
        partitions=(),
        unpublished=tuple((what, why) for what in ("buffer", "headroom", "pool")),
    )
