"""What cables are made of: transceivers with their fibres, and copper; which of them fits is chosen from this data."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from netgen.catalog.load import read_entries
from netgen.intent.network import Count, Model
from netgen.intent.quantities import SpeedGbps
from netgen.record import Record
from netgen.resources.load import Resources

BEYOND_M = 10
"""Cables that are longer than any that is sold off the shelf are ordered in steps of so many metres."""

_LENGTH = re.compile(r"([0-9]{1,5}(?:\.[0-9])?)m")


class Module(Record):
    """A transceiver, as it is plugged into a cage."""

    cage: str
    ports: int
    """Into how many ports its cage is divided: each has fibres of its own."""
    product: str
    """One that is sold, as an example; empty: the catalog knows none."""
    watts: float | None
    """The most that it draws; ``None``: not known."""
    reach_m: float
    source: str


@dataclass(frozen=True, slots=True)
class Medium:
    """One way to join two ports: a kind of optics, or of copper."""

    name: str
    title: str
    kind: str
    """``optic``, or of copper ``dac`` (passive), ``acc`` or ``aec`` (active); or ``twisted-pair``, which draws
    nothing."""
    rank: int
    """Of those that fit, the one with the lowest is taken."""
    reach_m: float
    split_reach_m: float
    """Of a copper cable that divides one cage over several."""
    speed_gbps: int | None
    """Of the ports that optics join; ``None`` for copper."""
    lane_gbps: int | None
    """Of the lanes that copper joins; ``None`` for optics."""
    fibre: str
    """What is laid for each port; empty for copper."""
    fibres: int
    """How many of these."""
    lengths_m: tuple[float, ...]
    """Lengths that are sold, ascending."""
    netbox: str
    """What NetBox calls it (dcim/choices.py, CableTypeChoices)."""
    modules: tuple[Module, ...]
    cages: tuple[str, ...]
    """Forms of cages that copper cables are made for."""
    watts: Mapping[int, float] = field(hash=False)
    """Of one end of a copper cable, by what the end carries in Gb/s."""
    source: str

    def module(self, cage: str, ports: int) -> Module | None:
        """Return the transceiver for a form of cage that is divided into so many ports."""
        return next((m for m in self.modules if (m.cage, m.ports) == (cage, ports)), None)

    def sold_m(self, length_m: float) -> float:
        """Return the length class: the shortest that is sold and reaches."""
        longest = math.ceil(length_m / BEYOND_M) * BEYOND_M
        return next((sold for sold in self.lengths_m if sold >= length_m), float(longest))


def _length(value: object) -> float:
    match = _LENGTH.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("a length is written in metres, such as 0.5m or 30m")
    return float(match[1])


_Metres = Annotated[float, BeforeValidator(_length)]
_Watts = Annotated[float, Field(gt=0, le=10_000, strict=False)]
_Text = Annotated[str, Field(min_length=1)]


class _Module(Model):
    cage: _Text
    ports: Count
    product: str = ""
    watts: _Watts | None = None
    reach: _Metres | None = None
    source: str = ""

    @model_validator(mode="after")
    def _say_where_from(self) -> Self:
        if self.product and not self.source:
            raise ValueError(f"say in `source` what describes {self.product}")
        if self.watts is not None and not self.source:
            raise ValueError("say in `source` where the watts are from")
        return self


class _Medium(Model):
    title: _Text
    kind: Literal["optic", "dac", "acc", "aec", "twisted-pair"]
    rank: Count
    reach: _Metres
    split_reach: _Metres | None = None
    speed: SpeedGbps | None = None
    lane: SpeedGbps | None = None
    fibre: str = ""
    fibres: Count = 1
    lengths: list[_Metres] = Field(min_length=1)
    netbox: _Text
    modules: list[_Module] = Field(default_factory=list)
    cages: list[_Text] = Field(default_factory=list)
    watts: dict[SpeedGbps, _Watts] = Field(default_factory=dict)
    source: _Text

    @model_validator(mode="after")
    def _be_of_one_kind(self) -> Self:
        if sorted(self.lengths) != self.lengths:
            raise ValueError("`lengths` ascend")
        optic = [bool(said) for said in (self.speed, self.fibre, self.modules)]
        copper = [bool(said) for said in (self.lane, self.cages)]
        if self.kind == "optic" and (not all(optic) or any(copper)):
            raise ValueError("optics say `speed`, `fibre` and `modules`, and neither `lane` nor `cages`")
        if self.kind != "optic" and (not all(copper) or any(optic)):
            raise ValueError("copper says `lane` and `cages`, and neither `speed` nor `fibre` nor `modules`")
        return self


def load_optics(found: Resources) -> tuple[Medium, ...]:
    """Read all media of the catalog, in the order in which they are considered.

    Raises
    ------
    ResourceError
        If a file is not what it must be; the message names the file and each field.
    """
    media = read_entries(found, "optics", _medium)
    return tuple(sorted(media.values(), key=lambda medium: (medium.rank, medium.name)))


def _medium(name: str, data: object) -> Medium:
    entry = _Medium.model_validate(data)
    return Medium(
        name=name,
        title=entry.title,
        kind=entry.kind,
        rank=entry.rank,
        reach_m=entry.reach,
        split_reach_m=entry.split_reach or entry.reach,
        speed_gbps=entry.speed,
        lane_gbps=entry.lane,
        fibre=entry.fibre,
        fibres=entry.fibres,
        lengths_m=tuple(entry.lengths),
        netbox=entry.netbox,
        modules=tuple(
            Module(m.cage, m.ports, m.product, m.watts, m.reach or entry.reach, m.source) for m in entry.modules
        ),
        cages=tuple(entry.cages),
        watts=entry.watts,
        source=entry.source,
    )
