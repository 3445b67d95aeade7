"""Describes a derived cluster anew, as what exists already: an explicit intent, with its lists."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from netgen.cluster.fabric import Fabric
from netgen.cluster.model import Cluster
from netgen.cluster.topology.slots import SPINE
from netgen.compile import Compiled
from netgen.device.build import build, devices
from netgen.device.model import PortRole, Role
from netgen.intent.lists import ListedCable, Lists
from netgen.intent.models import ListedSwitch
from netgen.platforms.model import Platform

DERIVED = ("kind", "oversubscription", "share", "planes", "dual-tor", "spine-groups", "build", "naming")
"""Keys of a fabric from which it is derived."""


def describe(compiled: Compiled, intent: dict[str, Any], cabling: Path, folder: Path) -> None:
    """Write the explicit intent of a cluster.

    Parameters
    ----------
    compiled
        The derived cluster.
    intent
        What it was derived from, as data.
    cabling
        The list of its cables, as rendered.
    folder
        Where the intent is written.
    """
    assert compiled.cluster
    folder.mkdir(parents=True)
    header, *cables = csv.reader(cabling.read_text().splitlines())
    fabrics = {}
    for fabric in compiled.cluster.fabrics:
        name = fabric.name
        fabrics[name] = explicit(fabric, intent["fabrics"][name])
        (folder / f"{name}-switches.csv").write_text(_csv(_switches(compiled.cluster, fabric)))
        own = [row for row in cables if row[header.index("fabric")] == name]
        kept = _kept(compiled, fabric, header)
        (folder / f"{name}-cabling.csv").write_text(_csv([header, *own, *kept]))
    (folder / "cluster.yaml").write_text(yaml.safe_dump({**intent, "fabrics": fabrics}, sort_keys=False))


def lists_of(cluster: Cluster, platforms: Mapping[str, Platform], fabric: Fabric) -> Lists:
    """Describe one fabric by lists, without a file."""
    header, *rows = (list(map(str, row)) for row in _switches(cluster, fabric))
    said = [{key: cell for key, cell in zip(header, row, strict=True) if cell} for row in rows]
    switches = {row["name"]: ListedSwitch.model_validate(row) for row in said}
    found: list[tuple[str, ...]] = []
    for device in devices(cluster, platforms):
        for port in device.ports:
            if port.fabric != fabric.name:
                continue
            if port.role is PortRole.RESERVED:
                found.append((device.name, port.name))
            elif port.peer_device and (port.role is PortRole.UPLINK or device.role is Role.HOST):
                found.append((device.name, port.name, port.peer_device, str(port.peer_port)))
    return Lists(switches, tuple(ListedCable(str(number), *row) for number, row in enumerate(found, 2)))


def explicit(fabric: Fabric, given: dict[str, Any]) -> dict[str, Any]:
    """Return what the intent says of a derived fabric, as an explicit one."""
    said = {key: value for key, value in given.items() if key not in DERIVED}
    for role in fabric.tiers:
        layer = fabric.layer(role)
        as_told = given[fabric.told(role)]
        tier = {key: as_told[key] for key in as_told if key not in ("reserved", "uplinks", "count")}
        sizes = {"count": layer.count, "downlinks": layer.down, "uplinks": layer.up}
        said[role] = tier | {key: number for key, number in sizes.items() if number}
    lists = {key: f"{fabric.name}-{key}.csv" for key in ("switches", "cabling")}
    return {**said, "kind": "explicit", **lists}


def _switches(cluster: Cluster, fabric: Fabric) -> Iterator[list[object]]:
    yield ["name", "role", "id", "pod", "unit", "rail", "plane", "block"]
    for ref in cluster.switches(fabric):
        block = fabric.numbers.asn(SPINE, ref.index) - fabric.numbers.asn(SPINE, 0) + 1 if ref.role == SPINE else ""
        ids = [ref.pod or "", ref.unit or "", ref.rail or "", ref.plane or ""]
        yield [ref.derived_name, ref.role, ref.index + 1, *ids, block]


def _kept(compiled: Compiled, fabric: Fabric, header: list[str]) -> Iterator[list[object]]:
    """Yield rows of one end: ports that are laid out for what is not there yet."""
    assert compiled.cluster
    for ref in compiled.cluster.switches(fabric):
        for port in build(compiled.cluster, compiled.platforms, ref).ports:
            if port.role is PortRole.RESERVED:
                said = {"a_device": ref.name, "a_interface": port.name}
                yield [said.get(column, "") for column in header]


def _csv(rows: Iterable[list[object]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
