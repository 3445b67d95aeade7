"""The derived Ansible inventory: every device, and groups by role, pod, unit, rail, platform and state."""

from collections.abc import Iterator
from functools import lru_cache
from json.encoder import encode_basestring

from msgspec.structs import asdict

from netgen.cluster.fabric import DeviceRef, Fabric
from netgen.cluster.model import Cluster
from netgen.cluster.topology.slots import HOST
from netgen.device.routing import as_number, loopback
from netgen.device.text import ipv4
from netgen.export.yaml import quoted
from netgen.record import Record

SUBNET_MANAGER = "subnet-manager"
"""Role of a node that manages the subnet of an InfiniBand fabric."""


def inventory(cluster: Cluster) -> str:
    """Text of ``inventory/hosts.yaml``.

    Credentials are not in it: they are in the inventories that people own, which Ansible reads beside this one.
    Everything here follows from the references to devices, so no device is built for it.
    """
    hosts: list[str] = []
    groups: dict[str, list[str]] = {}
    for ref in cluster.configured():
        # Written line by line: of tens of thousands of devices, a general writer takes twice as long.
        name = f"{quoted(ref.name)}:\n"
        place, own = _place(cluster, ref), "".join(_own(cluster, ref))
        address = quoted(ipv4(cluster.management_address(ref)))
        hosts.append(f"    {name}      ansible_host: {address}\n{_lines(cluster.name, place)}{own}")
        for group in _groups(place):
            groups.setdefault(group, []).append(name)
    children = (
        f"    {quoted(group)}:\n      hosts:\n        {'        '.join(names)}"
        for group, names in sorted(groups.items())
    )
    return "".join(("all:\n  hosts:\n", *hosts, "  children:\n", *children))


class _Place(Record):
    """What a device has in common with others, such as the hosts of a unit: it is written once for all of them."""

    fabric: str
    role: str
    platform: str
    model: str
    pod: int
    unit: int
    rail: int
    plane: int
    state: str


def _place(cluster: Cluster, ref: DeviceRef) -> _Place:
    model = cluster.host_plan(ref).profile if ref.role == HOST else cluster.network(ref.fabric).model_of(ref)
    return _Place(
        ref.fabric,
        ref.role if cluster.managed_by(ref) is None else SUBNET_MANAGER,
        cluster.platform_of(ref) or "",
        model.name,
        ref.pod,
        cluster.unit_of(ref),
        ref.rail,
        ref.plane,
        cluster.record(ref).state,
    )


@lru_cache(maxsize=256)
def _lines(cluster: str, place: _Place) -> str:
    said = {"cluster": cluster, **asdict(place)}
    if not place.plane:
        del said["plane"]
    return "".join(_line(key, quoted(value) if isinstance(value, str) else value) for key, value in said.items())


def _own(cluster: Cluster, ref: DeviceRef) -> Iterator[str]:
    """Yield the lines of a device that no other has."""
    fabric, record = cluster.network(ref.fabric), cluster.record(ref)
    address = loopback(fabric, ref) if isinstance(fabric, Fabric) else None
    if address is not None and isinstance(fabric, Fabric):
        yield _line("asn", as_number(fabric, ref))
        yield _line("loopback", quoted(ipv4(address)))
    # What people typed is data: Ansible would otherwise evaluate a `{{ … }}` in it.
    for key, text in (("serial", record.serial), ("os_version", record.os_version), ("rack", record.rack)):
        if text is not None:
            yield _line(key, f"!unsafe {encode_basestring(text)}")


def _line(key: str, value: str | int) -> str:
    return f"      netgen_{key}: {value}\n"


@lru_cache(maxsize=256)
def _groups(place: _Place) -> tuple[str, ...]:
    names = [
        f"fabric_{place.fabric}",
        f"role_{place.role}",
        f"platform_{place.platform}",
        f"state_{place.state}",
    ]
    if place.pod:
        names.append(f"pod_{place.pod}")
    if place.unit:
        names.append(f"unit_{place.pod}_{place.unit}")
    if place.rail:
        names.append(f"rail_{place.rail}")
    # Ansible refuses hyphens in the names of groups.
    return tuple(name.replace("-", "_") for name in names)
