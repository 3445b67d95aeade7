"""Reads the catalog's files, built-in and the user's."""

from collections.abc import Callable
from pathlib import PurePosixPath
from typing import TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError

from netgen.catalog.model import Catalog, HostProfile, RoceProfile, SwitchModel
from netgen.intent.models import Count, Model, RoceClass
from netgen.intent.quantities import BreakoutMode, Bytes, Percent, SpeedGbps
from netgen.resources.load import Resource, ResourceError, Resources

_Entry = TypeVar("_Entry")


class _Switch(Model):
    title: str
    asic: str
    cages: Count
    lanes: Count
    breakouts: list[BreakoutMode]
    platforms: list[str]


class _Nics(Model):
    names: str
    count: Count
    speed: SpeedGbps


class _Host(Model):
    title: str
    gpus: Count
    nics: _Nics


class _Ecn(Model):
    min_per_gbps: Bytes
    max_per_gbps: Bytes
    probability: Percent


class _Roce(Model):
    title: str
    ecn: _Ecn
    classes: dict[str, RoceClass]


def load_catalog(found: Resources) -> Catalog:
    """Read the whole catalog.

    Raises
    ------
    ResourceError
        If a file is not what it must be; the message names the file and each field.
    """
    return Catalog(
        switches=_entries(found, "switches", _switch),
        hosts=_entries(found, "hosts", _host),
        roce=_entries(found, "roce", _roce),
    )


def _entries(found: Resources, folder: str, read: Callable[[str, object], _Entry]) -> dict[str, _Entry]:
    entries = {}
    for resource in found.walk(f"catalog/{folder}"):
        if resource.name.endswith(".yaml"):
            name = PurePosixPath(resource.name).stem
            entries[name] = _read(resource, name, read)
    return entries


def _read(resource: Resource, name: str, read: Callable[[str, object], _Entry]) -> _Entry:
    try:
        return read(name, yaml.load(resource.read(), yaml.CSafeLoader))
    except yaml.YAMLError as error:
        raise ResourceError(f"{resource.path}: not YAML: {error}") from None
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_input=False))
        raise ResourceError(f"{resource.path}: {problems}") from None


def _switch(name: str, data: object) -> SwitchModel:
    entry = TypeAdapter(_Switch).validate_python(data)
    return SwitchModel(
        name, entry.title, entry.asic, entry.cages, entry.lanes, tuple(entry.breakouts), tuple(entry.platforms)
    )


def _host(name: str, data: object) -> HostProfile:
    entry = TypeAdapter(_Host).validate_python(data)
    nics = entry.nics
    names = tuple(nics.names.replace("{rail}", str(rail)) for rail in range(1, nics.count + 1))
    return HostProfile(name, entry.title, entry.gpus, nics.count, names, nics.speed)


def _roce(name: str, data: object) -> RoceProfile:
    entry = TypeAdapter(_Roce).validate_python(data)
    return RoceProfile(name, entry.classes, entry.ecn.min_per_gbps, entry.ecn.max_per_gbps, entry.ecn.probability)
