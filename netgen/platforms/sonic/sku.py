"""What SONiC knows of a switch model, from the ``models`` of templates/sonic/platform.yaml."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias, TypeVar

from netgen.platforms.document import PlatformError
from netgen.platforms.lengths import headroom_lengths
from netgen.platforms.model import Capability, Platform
from netgen.record import Record

Fields: TypeAlias = dict[str, str]
"""One entry of a table: every scalar of ConfigDB is text."""
Table: TypeAlias = dict[str, Fields]

_Value = TypeVar("_Value", str, int, bool)


class Buffers(Record):
    """Shared buffer of a model, as its vendor ships it; sizes in bytes."""

    pools: Table
    """A size may be ``{pool}``, ``{headroom}``, ``{pool+headroom}`` or ``{chip}``: of the switch's buffer plan."""
    profiles: Table
    port_profiles: Fields
    """``ingress`` and ``egress`` → names of profiles, as BUFFER_PORT_…_PROFILE_LIST takes them; may be empty."""
    priority_group: str
    """Profile of a lossy priority group."""
    lossless_queue: str
    lossy_queue: str
    lossless: Fields
    """What the profiles of all lossless priority groups have in common."""
    lengths: Mapping[int, tuple[int, ...]]
    """Speed in Gb/s → lengths of cable in metres that buffermgrd knows."""


class Sku(Record, eq=False):
    """A switch model; of each there is one object."""

    model: str
    platform: str
    hwsku: Mapping[int, str]
    """By the number of ports that every cage is divided into."""
    breakout_modes: Mapping[int, str]
    """The same → the mode as the model's platform.json spells it."""
    alias_whole: str
    alias_split: str
    first_lanes: tuple[int, ...]
    """First lane of each cage."""
    pfc_to_pg: bool
    """Whether the ASIC takes PFC_PRIORITY_TO_PRIORITY_GROUP_MAP."""
    buffers: Buffers


def find_sku(platform: Platform, model: str) -> Sku:
    """Read what the platform says of a model.

    Raises
    ------
    PlatformError
        If it says nothing of it, or not what is needed.
    """
    return _read(_Wanted(model, id(platform.models), platform))


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A model of a platform, which is known by its identity: it holds mappings, and no two are compared."""

    model: str
    models: int
    platform: Platform = field(compare=False, repr=False)


@lru_cache(maxsize=64)
def _read(wanted: _Wanted) -> Sku:
    platform, model = wanted.platform, wanted.model
    found = platform.models.get(model)
    if found is None:
        known = ", ".join(sorted(platform.models))
        raise PlatformError(f"SONiC ships for no switch model {model!r} that netgen knows; known are {known}")
    return _Reader(f"model {model} of platform {platform.name}").sku(
        model, found, headroom_lengths(platform, model) or {}
    )


class _Reader(Record):
    """Takes values out of capabilities by type; ``where`` begins every error."""

    where: str

    def sku(self, model: str, data: Mapping[str, Capability], lengths: Mapping[int, tuple[int, ...]]) -> Sku:
        alias = self.mapping(data, "alias")
        lanes = data.get("first_lanes")
        if not isinstance(lanes, tuple):
            raise PlatformError(f"{self.where}: 'first_lanes' must be a list of whole numbers")
        return Sku(
            model=model,
            platform=self.value(data, "platform", str),
            hwsku={int(ports): str(name) for ports, name in self.mapping(data, "hwsku").items()},
            breakout_modes={int(ports): str(mode) for ports, mode in self.mapping(data, "breakout").items()},
            alias_whole=self.value(alias, "whole", str),
            alias_split=self.value(alias, "split", str),
            first_lanes=tuple(lane for lane in lanes if isinstance(lane, int)),
            pfc_to_pg=self.value(data, "pfc_to_pg", bool),
            buffers=self.buffers(self.mapping(data, "buffers"), lengths),
        )

    def buffers(self, data: Mapping[str, Capability], lengths: Mapping[int, tuple[int, ...]]) -> Buffers:
        queue = self.mapping(data, "queue")
        return Buffers(
            pools=self.table(data, "pools"),
            profiles=self.table(data, "profiles"),
            port_profiles=_texts(self.mapping(data, "port_profiles")),
            priority_group=self.value(data, "priority_group", str),
            lossless_queue=self.value(queue, "lossless", str),
            lossy_queue=self.value(queue, "lossy", str),
            lossless=_texts(self.mapping(data, "lossless")),
            lengths=lengths,
        )

    def table(self, data: Mapping[str, Capability], key: str) -> Table:
        entries = self.mapping(data, key)
        return {name: _texts(self.mapping(entries, name)) for name in entries}

    def mapping(self, data: Mapping[str, Capability], key: str) -> Mapping[str, Capability]:
        found = data.get(key)
        if not isinstance(found, Mapping):
            raise PlatformError(f"{self.where}: {key!r} must be a mapping")
        return found

    def value(self, data: Mapping[str, Capability], key: str, kind: type[_Value]) -> _Value:
        found = data.get(key)
        if not isinstance(found, kind):
            raise PlatformError(f"{self.where}: {key!r} must be there, as {kind.__name__}")
        return found


def _texts(data: Mapping[str, Capability]) -> Fields:
    return {key: str(value) for key, value in data.items()}
