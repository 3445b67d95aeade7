"""What the catalog knows of switches, hosts and policies."""

from collections.abc import Mapping
from dataclasses import dataclass

from netgen.catalog.asic import Asic
from netgen.intent.models import RoceClass
from netgen.intent.quantities import Breakout


@dataclass(frozen=True, slots=True)
class SwitchModel:
    """A switch as a box: cages, lanes, and into what a cage can be divided."""

    name: str
    title: str
    asic: Asic
    cages: int
    lanes: int
    """Electrical lanes a cage."""
    breakouts: tuple[Breakout, ...]
    platforms: tuple[str, ...]
    """Platforms that run on it."""


@dataclass(frozen=True, slots=True)
class HostProfile:
    """A host as the fabric sees it: one NIC a rail."""

    name: str
    title: str
    gpus: int
    nics: int
    nic_names: tuple[str, ...]
    """Names of the interfaces, in rail order."""
    speed_gbps: int


@dataclass(frozen=True, slots=True)
class RoceProfile:
    """A named RoCE policy: classes, and marking thresholds by speed."""

    name: str
    classes: Mapping[str, RoceClass]
    ecn_min_bytes_per_gbps: int
    ecn_max_bytes_per_gbps: int
    ecn_probability_percent: int


@dataclass(frozen=True, slots=True)
class Catalog:
    """Everything, by name."""

    switches: Mapping[str, SwitchModel]
    hosts: Mapping[str, HostProfile]
    roce: Mapping[str, RoceProfile]
