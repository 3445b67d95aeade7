"""Tables that NetBox imports: devices, interfaces and cables.

Columns are those of NetBox's import forms (netbox/dcim/forms/bulk_import.py: DeviceImportForm, InterfaceImportForm,
CableImportForm), values those of netbox/dcim/choices.py. Manufacturers, device types, roles, platforms, racks and the
site are looked up by name in NetBox, and are there before.
"""

from collections.abc import Iterator
from itertools import chain

from netgen.cluster.fabric import DeviceRef
from netgen.cluster.model import Cluster
from netgen.cluster.racks import rack_and_unit
from netgen.cluster.topology.slots import HOST
from netgen.export.cables import Cable, Cabling, End
from netgen.export.ibnetdiscover import LANES
from netgen.export.listing import label
from netgen.export.out_of_band import every_cable, switches
from netgen.export.table import csv_lines

DEVICES = (
    "name",
    "role",
    "manufacturer",
    "device_type",
    "platform",
    "serial",
    "status",
    "site",
    "rack",
    "position",
    "face",
)
INTERFACES = ("device", "name", "type", "speed", "description")
CABLES = (
    "side_a_device",
    "side_a_type",
    "side_a_name",
    "side_b_device",
    "side_b_type",
    "side_b_name",
    "type",
    "status",
    "label",
    "length",
    "length_unit",
)

STATUS = {"active": "active", "planned": "planned", "maintenance": "offline", "failed": "failed"}
"""State in the inventory → DeviceStatusChoices."""

NOBODY = "Generic"
"""Manufacturer of hosts: a profile is of what is inside, whoever built it."""

_INTERFACE_TYPES = {
    (400, "osfp"): "400gbase-x-osfp",
    (400, "osfp-rhs"): "400gbase-x-osfp-rhs",
    (400, "qsfp112"): "400gbase-x-qsfp112",
    (400, "qsfp-dd"): "400gbase-x-qsfpdd",
    (400, "qsfp-dd800"): "400gbase-x-qsfpdd",
    (800, "osfp"): "800gbase-x-osfp",
    (800, "osfp-rhs"): "800gbase-x-osfp",
    (800, "qsfp-dd800"): "800gbase-x-qsfpdd",
    (200, "qsfp-dd"): "200gbase-x-qsfpdd",
    (200, "qsfp56"): "200gbase-x-qsfp56",
    (100, "qsfp-dd"): "100gbase-x-qsfpdd",
    (100, "qsfp28"): "100gbase-x-qsfp28",
    (1, "rj45"): "1000base-t",
}
"""Speed of a port and form of its cage → InterfaceTypeChoices; all others are ``other``."""

TERMINATION = "dcim.interface"
MBPS = 1000
MAX_LABEL = 100
"""Characters of a cable's label (netbox/dcim/models/cables.py)."""


def tables(cabling: Cabling) -> dict[str, Iterator[str]]:
    """Return the tables by the names of their files, in the order in which NetBox takes them."""
    return {
        "devices.csv": devices(cabling),
        "interfaces.csv": interfaces(cabling),
        "cables.csv": cables(cabling),
    }


def devices(cabling: Cabling) -> Iterator[str]:
    """Yield every device that exists; the site is the cluster."""
    beside = (_device(cabling.cluster, ref, _of_make(model.title), None) for ref, model in switches(cabling))
    return csv_lines(DEVICES, chain((_of_fabric(cabling.cluster, ref) for ref in cabling.devices()), beside))


def _of_fabric(cluster: Cluster, ref: DeviceRef) -> dict[str, object]:
    if ref.role == HOST:
        plan = cluster.host_plan(ref)
        return _device(cluster, ref, (NOBODY, plan.profile.name), plan.platform)
    fabric = cluster.network(ref.fabric)
    return _device(cluster, ref, _of_make(fabric.model_of(ref).title), fabric.tier(ref.role).platform)


def _of_make(title: str) -> tuple[str, str]:
    """Return manufacturer and device type."""
    manufacturer, _, model = title.partition(" ")
    return manufacturer, model


def _device(cluster: Cluster, ref: DeviceRef, of_make: tuple[str, str], platform: str | None) -> dict[str, object]:
    record = cluster.record(ref)
    rack, unit = rack_and_unit(record.rack or "")
    return {
        "name": ref.name,
        "role": ref.role,
        "manufacturer": of_make[0],
        "device_type": of_make[1],
        "platform": platform,
        "serial": record.serial,
        "status": STATUS[record.state],
        "site": cluster.name,
        "rack": rack,
        "position": unit,
        "face": None if unit is None else "front",
    }


def interfaces(cabling: Cabling) -> Iterator[str]:
    """Yield every port at the end of a cable."""
    return csv_lines(INTERFACES, (row for cable in every_cable(cabling) for row in _interfaces(cabling, cable)))


def _interfaces(cabling: Cabling, cable: Cable) -> Iterator[dict[str, object]]:
    for near, far in ((cable.a, cable.b), (cable.b, cable.a)):
        yield {
            "device": near.name,
            "name": near.socket.interface,
            "type": _interface_type(cabling, cable, near),
            # in kbit/s, as NetBox keeps it
            "speed": cable.speed_gbps * MBPS * 1000,
            "description": f"{far.name} {far.socket.interface}",
        }


def _interface_type(cabling: Cabling, cable: Cable, end: End) -> str:
    if any(fabric.name == cable.fabric for fabric in cabling.cluster.infiniband):
        generation = LANES.get(int(end.socket.lane_gbps or 0), "").lower()
        return f"infiniband-{generation}" if generation else "other"
    return _INTERFACE_TYPES.get((cable.speed_gbps, end.socket.form), "other")


def cables(cabling: Cabling) -> Iterator[str]:
    """Yield every link as a cable of its own: NetBox's import has no cable with several ends on one side."""
    return csv_lines(CABLES, (_cable(cabling, cable) for cable in every_cable(cabling)))


def _label(near: End, far: End) -> str | None:
    """Return what is written on the cable, as much of it as NetBox takes; it knows the racks from the devices."""
    short = f"{near.name} {near.socket.interface} > {far.name} {far.socket.interface}"
    return next((text for text in (label(near, far), short) if len(text) <= MAX_LABEL), None)


def _cable(cabling: Cabling, cable: Cable) -> dict[str, object]:
    def state(end: End) -> str:
        return cabling.cluster.record(end.device.ref).state

    planned = "planned" in {state(cable.a), state(cable.b)}
    return {
        "side_a_device": cable.a.name,
        "side_a_type": TERMINATION,
        "side_a_name": cable.a.socket.interface,
        "side_b_device": cable.b.name,
        "side_b_type": TERMINATION,
        "side_b_name": cable.b.socket.interface,
        "type": None if cable.medium is None else cable.medium.netbox,
        "status": "planned" if planned else "connected",
        "label": _label(cable.a, cable.b),
        "length": None if cable.length_m is None else f"{cable.length_m:g}",
        "length_unit": None if cable.length_m is None else "m",
    }
