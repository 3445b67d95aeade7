"""Reads the catalog's files, built-in and the user's."""

import re
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Annotated, Literal, Self, TypeVar

import yaml
from pydantic import AfterValidator, Field, ValidationError, model_validator

from netgen.catalog.asic import Asic
from netgen.catalog.asics import read_asic, undescribed
from netgen.catalog.model import Catalog, HostProfile, ManagementSwitch, Marking, Nics, Power, RoceProfile, SwitchModel
from netgen.intent.models import RoceClass
from netgen.intent.network import Count, Model
from netgen.intent.quantities import BreakoutMode, Bytes, Percent, SpeedGbps
from netgen.intent.texts import Name
from netgen.resources.load import Resource, ResourceError, Resources
from netgen.resources.shelf import Shelf

_Entry = TypeVar("_Entry")


Technology = Literal["ethernet", "infiniband"]


class _Power(Model):
    typical: Count | None = None
    maximum: Count | None = None
    source: str = ""
    unpublished: str = ""

    @model_validator(mode="after")
    def _say_where_from(self) -> Self:
        known = self.typical is not None or self.maximum is not None
        if known != bool(self.source) or known == bool(self.unpublished):
            raise ValueError("write `typical` and `maximum` with their `source`, or why they are `unpublished`")
        return self


class _Switch(Model):
    title: str
    asic: str
    cages: Count
    lanes: Count
    breakouts: list[BreakoutMode] = Field(min_length=1)
    platforms: list[str]
    """Empty: nothing on it can be configured."""
    technology: Technology = "ethernet"
    cage: str = ""
    watts: _Power = Field(default_factory=lambda: _Power(unpublished="the catalog says nothing of it"))

    @model_validator(mode="after")
    def _divide_evenly(self) -> Self:
        uneven = [str(breakout) for breakout in self.breakouts if self.lanes % breakout.ports]
        if uneven:
            raise ValueError(f"{self.lanes} lanes cannot be shared as {' and '.join(uneven)}")
        return self


class _ManagementSwitch(Model):
    title: str
    copper: Annotated[int, Field(ge=0, le=512)]
    uplinks: Count
    uplink_speed: SpeedGbps
    cage: Annotated[str, Field(min_length=1)]
    lanes: Count
    interface: str
    watts: _Power = Field(default_factory=lambda: _Power(unpublished="the catalog says nothing of it"))

    @model_validator(mode="after")
    def _tell_ports_apart(self) -> Self:
        if "{port}" not in self.interface:
            raise ValueError(f"its ports cannot all be called {self.interface!r}: write {{port}} in their name")
        return self


_DEVICE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
"""Names of interfaces and RDMA devices that need no quotes in a shell, a path or a unit's name."""
_LONGEST_DEVICE = 15
"""Of an interface's name: IFNAMSIZ less the final zero, linux/if.h."""


def _check_device(name: str) -> str:
    if not _DEVICE.fullmatch(name) or len(name) > _LONGEST_DEVICE:
        raise ValueError(
            f"{name!r} is not the name of a device: letters, digits, '_', '.' and '-', {_LONGEST_DEVICE} at most"
        )
    return name


Device = Annotated[str, AfterValidator(_check_device)]


class _Nics(Model):
    names: str
    """``{rail}`` and ``{port}`` count from 1, ``{index}`` over all ports from 0."""
    rdma: str | list[Device] | None = None
    """Of the RDMA devices: a pattern (``{index}`` counts from 0, port by port, the others from 1), or each in order."""
    count: Count
    ports: Annotated[int, Field(ge=1, le=8)] = 1
    """Ports of a NIC."""
    speed: SpeedGbps
    adapter: str = ""
    out_of_order: bool = False
    cage: str = ""
    ports_per_cage: Annotated[int, Field(ge=1, le=8)] = 1
    lanes: Count | None = None
    """Electrical lanes of a port."""
    technology: Technology = "ethernet"

    @model_validator(mode="after")
    def _tell_rails_apart(self) -> Self:
        if self.count > 1 and not re.search(r"{(rail|index)}", self.names):
            raise ValueError(f"{self.count} NICs cannot all be called {self.names!r}: write {{rail}} in their name")
        if self.ports > 1 and not re.search(r"{(port|index)}", self.names):
            raise ValueError(f"{self.ports} ports cannot all be called {self.names!r}: write {{port}} in their name")
        for name in (*self.interfaces(), *self.rdma_devices()):
            _check_device(name)
        if self.ports % self.ports_per_cage:
            raise ValueError(f"{self.ports} ports of a NIC cannot be shared as {self.ports_per_cage} a cage")
        many = self.count * self.ports
        if self.technology == "infiniband" and self.rdma is None:
            raise ValueError("NICs of InfiniBand are known by their RDMA devices: write `rdma`")
        if self.rdma is not None and len(set(self.rdma_devices())) != many:
            what = "NICs" if self.ports == 1 else "ports"
            raise ValueError(f"{many} {what} need {many} RDMA devices: write {{index}} in their name, or list")
        return self

    def _named(self, pattern: str) -> tuple[str, ...]:
        return tuple(
            pattern.replace("{index}", str(index))
            .replace("{rail}", str(index // self.ports + 1))
            .replace("{port}", str(index % self.ports + 1))
            for index in range(self.count * self.ports)
        )

    def interfaces(self) -> tuple[str, ...]:
        """Names of the interfaces, in rail order."""
        return self._named(self.names)

    def rdma_devices(self) -> tuple[str, ...]:
        """Names of the RDMA devices, in rail order."""
        pattern = self.rdma
        if pattern is None or isinstance(pattern, list):
            return tuple(pattern or ())
        return self._named(pattern)


COMPUTE = "compute"
"""What ``nics`` of a host are for; other NICs say it by their key."""


class _Host(Model):
    title: str
    gpus: Annotated[int, Field(ge=0, le=1024)]
    nics: _Nics | None = None
    other_nics: dict[Name, _Nics] = Field(default_factory=dict)
    """By what they are for."""
    frontend: Device = "eth0"

    @model_validator(mode="after")
    def _tell_nics_apart(self) -> Self:
        if COMPUTE in self.other_nics:
            raise ValueError(f"{COMPUTE} NICs are those of `nics`")
        names = [name for nics in self.by_purpose().values() for name in nics.interfaces()]
        if not names:
            raise ValueError("a host has NICs: write `nics` or `other-nics`")
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f"two NICs are called {twice}")
        return self

    def by_purpose(self) -> dict[str, _Nics]:
        """Return all NICs by what they are for."""
        return ({} if self.nics is None else {COMPUTE: self.nics}) | self.other_nics


class _Marking(Model):
    platform: str | None = None
    asic: str | None = None
    role: Literal["leaf", "spine", "host"] | None = None
    speed: SpeedGbps | None = None
    min: Bytes | None = None
    max: Bytes | None = None
    min_per_gbps: Bytes | None = None
    max_per_gbps: Bytes | None = None
    probability: Percent
    source: Annotated[str, Field(min_length=1)]

    def thresholds(self) -> tuple[int, int, bool]:
        """Return where marking begins and is complete, and whether that is for each Gb/s."""
        whole, scaled = (self.min, self.max), (self.min_per_gbps, self.max_per_gbps)
        for low, high, others, per_gbps in ((*whole, scaled, False), (*scaled, whole, True)):
            if low is not None and high is not None and others == (None, None):
                return low, high, per_gbps
        raise ValueError("write `min` and `max`, or `min-per-gbps` and `max-per-gbps`")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        low, high, _ = self.thresholds()
        if low >= high:
            raise ValueError(f"marking begins at {low} bytes and would be complete at {high}")
        return self


class _Roce(Model):
    title: str
    ecn: list[_Marking] = Field(min_length=1)
    classes: dict[str, RoceClass]

    @model_validator(mode="after")
    def _fit_everything(self) -> Self:
        last = self.ecn[-1]
        if (last.platform, last.asic, last.role, last.speed) != (None, None, None, None):
            raise ValueError("the last row of `ecn` must name no platform, chip, role or speed: it is for all others")
        return self


def load_catalog(found: Resources) -> Catalog:
    """Find everything in the catalog; the user's own entries are read at once.

    Raises
    ------
    ResourceError
        If a file is not what it must be, now or when it is asked for; the message names the file and each field.
    """
    asics = read_entries(found, "asics", read_asic)
    return Catalog(
        switches=read_entries(found, "switches", _switches_on(asics)),
        hosts=read_entries(found, "hosts", _host),
        roce=read_entries(found, "roce", _roce),
        management=read_entries(found, "management", _management_switch),
    )


def read_entries(found: Resources, folder: str, read: Callable[[str, object], _Entry]) -> Shelf[_Entry]:
    """Find every entry of a folder of the catalog, by name; the user's are read at once.

    Raises
    ------
    ResourceError
        If a file is not what it must be, now or when it is asked for; the message names the file and each field.
    """
    files = {
        PurePosixPath(resource.name).stem: resource
        for resource in found.walk(f"catalog/{folder}")
        if resource.name.endswith(".yaml")
    }
    own = (name for name, resource in files.items() if found.is_own(resource))
    return Shelf(files, lambda name: _read(files[name], name, read), own)


def _read(resource: Resource, name: str, read: Callable[[str, object], _Entry]) -> _Entry:
    try:
        return read(name, yaml.load(resource.read(), yaml.CSafeLoader))
    except yaml.YAMLError as error:
        raise ResourceError(f"{resource.path}: not YAML: {error}") from None
    except ValidationError as error:
        said = [(".".join(map(str, e["loc"])), e["msg"]) for e in error.errors(include_input=False)]
        problems = "; ".join(f"{where}: {what}" if where else what for where, what in said)
        raise ResourceError(f"{resource.path}: {problems}") from None


def _switches_on(asics: Mapping[str, Asic]) -> Callable[[str, object], SwitchModel]:
    def read(name: str, data: object) -> SwitchModel:
        entry = _Switch.model_validate(data)
        asic = asics.get(entry.asic) or undescribed(entry.asic)
        return SwitchModel(
            name,
            entry.title,
            asic,
            entry.cages,
            entry.lanes,
            tuple(entry.breakouts),
            tuple(entry.platforms),
            entry.cage,
            _drawn(entry.watts),
            entry.technology,
        )

    return read


def _drawn(given: _Power) -> Power:
    return Power(given.typical, given.maximum, given.source or given.unpublished)


def _management_switch(name: str, data: object) -> ManagementSwitch:
    entry = _ManagementSwitch.model_validate(data)
    return ManagementSwitch(
        name=name,
        title=entry.title,
        copper=entry.copper,
        uplinks=entry.uplinks,
        uplink_gbps=entry.uplink_speed,
        cage=entry.cage,
        lanes=entry.lanes,
        interface=entry.interface,
        power=_drawn(entry.watts),
    )


def _host(name: str, data: object) -> HostProfile:
    entry = _Host.model_validate(data)
    nics = {purpose: _nics(given) for purpose, given in entry.by_purpose().items()}
    return HostProfile(name=name, title=entry.title, gpus=entry.gpus, nics=nics, frontend=entry.frontend)


def _nics(given: _Nics) -> Nics:
    return Nics(
        count=given.count,
        names=given.interfaces(),
        speed_gbps=given.speed,
        rdma=given.rdma_devices(),
        adapter=given.adapter,
        ports=given.ports,
        out_of_order=given.out_of_order,
        cage=given.cage,
        ports_per_cage=given.ports_per_cage,
        lanes=given.lanes,
        technology=given.technology,
    )


def _roce(name: str, data: object) -> RoceProfile:
    entry = _Roce.model_validate(data)
    markings = tuple(
        Marking(row.platform, row.asic, row.role, row.speed, *row.thresholds(), row.probability, row.source)
        for row in entry.ecn
    )
    return RoceProfile(name, entry.title, entry.classes, markings)
